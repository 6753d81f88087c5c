"""Folded time: idle stretches shrink, equal attempts become one glyph, and one monotone map knows where a moment lies.

The twin of `fold.js` and `time-axis.js`, under the same golden vectors. Widths are natural pixels: the layout multiplies
them by its zoom.
"""

import math
from bisect import bisect_left, bisect_right
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from simulations.picture.activity import Activity
from simulations.picture.cycles import fold_cycles, join_short_gaps
from simulations.picture.episodes import episodes_of
from simulations.picture.voices import quiet_of

CYCLE_WIDTH = 80  # how often it repeats has room in it
_QUIET_WIDTH = 84  # several loops in one glyph, each with its own count and pace
# how wide a wait of one second is: where there are few items its words stand in it, where there are more, under it
_FEW, _SOME, _MANY = 34, 20, 10
_FEW_ITEMS, _SOME_ITEMS = 8, 40
_MOST_ITEMS = 400
_MOST_PIECES = 2_000  # of what is busy
_LEAST_PIECES = 8
_MOST_PARTS = 2  # so many moments may divide a wait


class Piece(NamedTuple):
    """A stretch in which time runs evenly: `kind` is busy, gap or cycle; `period_us` is 0 where several loops share it."""

    kind: str
    start: int
    end: int
    width: float
    times: int = 0
    period_us: int = 0


def busy_width(us: int) -> float:
    """A longer attempt always looks longer, and none gets lost: 100 ms is 22 px, 15 min 46."""
    return max(2.0, 10 + 6 * math.log10(us / 1_000))


def gap_width(us: int, items: int) -> float:
    """Among few items 30 s are 46 px and 14 days 83, among many 22 and 59."""
    second = _FEW if items <= _FEW_ITEMS else _SOME if items <= _SOME_ITEMS else _MANY
    return max(10.0, second - 8, second + 8 * math.log10(us / 1_000_000))


class _Cutter:
    """Lays pieces one after another, cut at the edges of what happens, at most so many times a stretch."""

    def __init__(self, activity: Activity) -> None:
        moments = {moment for start, end, _ in activity.spans for moment in (start, end)}
        moments.update(moment for moment, _ in activity.instants)
        self.edges = sorted(moments)
        self.pieces: list[Piece] = []

    def share(self, start: int, end: int) -> float:
        """Which part of all edges lies within a stretch."""
        return (bisect_left(self.edges, end) - bisect_right(self.edges, start)) / max(1, len(self.edges))

    def cut(self, start: int, end: int, most: int) -> None:
        """A busy stretch; where it has more than `most` edges, every k-th counts."""
        first, last = bisect_right(self.edges, start), bisect_left(self.edges, end)
        step = max(1, math.ceil((last - first) / most))
        for edge in self.edges[first + step - 1 : last : step]:
            self.pieces.append(Piece("busy", start, edge, busy_width(edge - start)))
            start = edge
        self.pieces.append(Piece("busy", start, end, busy_width(end - start)))

    def cut_wait(self, start: int, end: int, items: int) -> None:
        """A wait, cut at the first and at the last moment within it: between them time runs evenly."""
        inner = self.edges[bisect_right(self.edges, start) : bisect_left(self.edges, end)]
        for before, after in pairwise([start, *dict.fromkeys([*inner[:1], *inner[-1:]]), end]):
            if after > before:
                self.pieces.append(Piece("gap", before, after, gap_width(after - before, items)))


def folded_pieces(activity: Activity) -> list[Piece]:
    """Pieces from 0 to the end of the run, without holes."""
    episodes = episodes_of(activity.spans, activity.instants)
    items = join_short_gaps(episodes, fold_cycles(episodes, quiet_of(episodes, activity.loud)), _MOST_ITEMS)
    cutter = _Cutter(activity)
    now = 0
    for n, item in enumerate(items):
        start = episodes[item.first].start
        cutter.cut_wait(now, start, len(items))
        now = episodes[item.last].end
        if item.times:
            now = episodes[items[n + 1].first].start if n + 1 < len(items) else now
            width = CYCLE_WIDTH if item.period_us else _QUIET_WIDTH
            cutter.pieces.append(Piece("cycle", start, now, width, item.times, item.period_us))
        else:
            # where most happens there is most to see: a stretch has as many pieces as its share of what happens
            own = math.floor(_MOST_PIECES * cutter.share(start, now))
            cutter.cut(start, now, max(_LEAST_PIECES, own))
    cutter.cut_wait(now, activity.end_us, len(items))
    return cutter.pieces or [Piece("busy", 0, 1_000, busy_width(1_000))]


def told_pieces(pieces: list[Piece]) -> list[Piece]:
    """Pieces with waits as they are told: one that is divided by many moments (records that trickle in) is one."""
    told: list[Piece] = []
    for kind, group in groupby(pieces, key=attrgetter("kind")):
        parts = list(group)
        if kind == "gap" and len(parts) > _MOST_PARTS:
            told.append(Piece("gap", parts[0].start, parts[-1].end, sum(part.width for part in parts)))
        else:
            told += parts
    return told


class Axis:
    """The map between simulated time and place, and back."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self._starts = [piece.start for piece in pieces]
        self._x = [0.0]
        for piece in pieces:
            self._x.append(self._x[-1] + piece.width)
        self.width = self._x[-1]
        self.end_us = pieces[-1].end

    def number_at(self, us: int) -> int:
        """Which piece holds a moment."""
        return max(0, bisect_right(self._starts, us) - 1)

    def project(self, us: int) -> float:
        """Natural pixels from the start."""
        n = self.number_at(us)
        piece = self.pieces[n]
        size = piece.end - piece.start
        return self._x[n] + piece.width * min(max(us - piece.start, 0), size) / size

    def unproject(self, x: float) -> int:
        """Whole microseconds."""
        n = min(max(0, bisect_right(self._x, x) - 1), len(self.pieces) - 1)
        piece = self.pieces[n]
        within = min(max(x - self._x[n], 0), piece.width)
        return math.floor(piece.start + within * (piece.end - piece.start) / piece.width + 0.5)
