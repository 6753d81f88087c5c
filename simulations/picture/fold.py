"""Folded time: idle stretches shrink, equal attempts become one glyph, and one monotone map knows where a moment lies.

The twin of `cycles.js` and `time-axis.js`, under the same golden vectors. Widths are natural pixels: the layout multiplies
them by its zoom.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from simulations.picture.activity import Activity, Episode, episodes_of

SHORTEST_CYCLE = 6
CYCLE_WIDTH = 56
_TOLERANCE = 0.02
_MOST_ITEMS = 400
_MOST_PIECES = 2_000


class Item(NamedTuple):
    """Episodes `first` to `last`: one (or several that were joined), or a cycle of so many `times` that come every `period_us`."""

    first: int
    last: int
    times: int = 0
    period_us: int = 0


class Piece(NamedTuple):
    """A stretch in which time runs evenly: `kind` is busy, gap or cycle."""

    kind: str
    start: int
    end: int
    width: float
    times: int = 0
    period_us: int = 0


def busy_width(us: int) -> float:
    """A longer attempt always looks longer, and none gets lost: 100 ms is 22 px, 15 min 46."""
    return max(2.0, 10 + 6 * math.log10(us / 1_000))


def gap_width(us: int) -> float:
    """A minute is 24 px, 14 days are 59."""
    return max(10.0, 10 + 8 * math.log10(us / 1_000_000))


def _near(value: int, first: int) -> bool:
    return abs(value - first) <= _TOLERANCE * first


def _run_length(episodes: list[Episode], i: int) -> int:
    """How many episodes from `i` on look like `i` and come at the same interval."""
    if i + 1 == len(episodes):
        return 1
    like = episodes[i]
    length, gap = like.end - like.start, episodes[i + 1].start - like.end
    j = i + 1
    while j < len(episodes):
        before, this = episodes[j - 1], episodes[j]
        if this.key != like.key or before.gap_key != like.gap_key:
            break
        if not (_near(this.end - this.start, length) and _near(this.start - before.end, gap)):
            break
        j += 1
    return j - i


def fold_cycles(episodes: list[Episode]) -> list[Item]:
    """Six or more episodes alike become the first, the second, one cycle for all between, and the last."""
    items: list[Item] = []
    i = 0
    while i < len(episodes):
        length = _run_length(episodes, i)
        if length < SHORTEST_CYCLE:
            items.append(Item(i, i))
            i += 1
            continue
        first, last = i + 2, i + length - 2
        period = episodes[first + 1].start - episodes[first].start
        items += [Item(i, i), Item(i + 1, i + 1), Item(first, last, last - first + 1, period), Item(last + 1, last + 1)]
        i += length
    return items


def join_short_gaps(episodes: list[Episode], items: list[Item], most: int) -> list[Item]:
    """When there are still too many, episodes are joined across the shortest gaps; cycles stay as they are."""
    if len(items) <= most:
        return items
    gaps = sorted(episodes[after.first].start - episodes[item.last].end for item, after in pairwise(items))
    longest = gaps[max(0, len(gaps) - most)]
    joined: list[Item] = []
    for item in items:
        before = joined[-1] if joined else None
        if (
            before
            and not (before.times or item.times)
            and episodes[item.first].start - episodes[before.last].end <= longest
        ):
            joined[-1] = Item(before.first, item.last)
        else:
            joined.append(item)
    return joined


class _Cutter:
    """Lays pieces one after another, cut at the edges of what happens, at most so many times a stretch."""

    def __init__(self, activity: Activity) -> None:
        moments = {moment for start, end, _ in activity.spans for moment in (start, end)}
        moments.update(moment for moment, _ in activity.instants)
        self.edges = sorted(moments)
        self.pieces: list[Piece] = []

    def cut(self, kind: str, start: int, end: int, most: int, width: Callable[[int], float]) -> None:
        """One stretch; where it has more than `most` edges, every k-th counts."""
        if end <= start:
            return
        first, last = bisect_right(self.edges, start), bisect_left(self.edges, end)
        step = max(1, math.ceil((last - first) / most))
        for edge in self.edges[first + step - 1 : last : step]:
            self.pieces.append(Piece(kind, start, edge, width(edge - start)))
            start = edge
        self.pieces.append(Piece(kind, start, end, width(end - start)))


def folded_pieces(activity: Activity) -> list[Piece]:
    """Pieces from 0 to the end of the run, without holes."""
    episodes = episodes_of(activity)
    items = join_short_gaps(episodes, fold_cycles(episodes), _MOST_ITEMS)
    most = max(8, _MOST_PIECES // max(1, len(items)))
    cutter = _Cutter(activity)
    now = 0
    for n, item in enumerate(items):
        start = episodes[item.first].start
        cutter.cut("gap", now, start, most // 4, gap_width)
        now = episodes[item.last].end
        if item.times:
            now = episodes[items[n + 1].first].start if n + 1 < len(items) else now
            cutter.pieces.append(Piece("cycle", start, now, CYCLE_WIDTH, item.times, item.period_us))
        else:
            cutter.cut("busy", start, now, most, busy_width)
    cutter.cut("gap", now, activity.end_us, most // 4, gap_width)
    return cutter.pieces or [Piece("busy", 0, 1_000, busy_width(1_000))]


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
