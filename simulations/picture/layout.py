"""Where everything lies, as numbers; the twin of `layout.js` and `ticks.js`, time from left to right."""

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter

import msgspec

from simulations.engine.trace import Kind
from simulations.picture.fold import Axis, Piece, told_pieces
from simulations.picture.lanes import Lane, Lanes
from simulations.picture.marks import MOST_MARKS, Glyph, Mark, marks_of
from simulations.picture.points import Point, points_of, spoken
from simulations.picture.story import Story
from simulations.picture.words import MS, TIMES, D, S, duration, end_words, roughly

_ROW_OF_MANY, _ROW_OF_FEW, _FEW = 30, 48, 4  # a row of marks, where rows are many and where they are few
_ROW_OF_PANE = 36  # where several runs share a picture
AXIS = 58
LEAD = 22
AIR = 8
_FLAG = 18
_END_SIGN, _END_LETTER, _END_LEAST = 40, 9.2, 84
_LARGEST_ZOOM = 8
_LEAST_ZOOM = 0.91  # the smallest at which an attempt of 100 ms still is 20 px wide
_SCREENS = 6  # so wide may a run be before its marks are made smaller than readable
_LETTER = 6.6
_LONG = 6  # letters of a period
_TICK_AIR = 14
_TICKS_APART = 90
_ROUND = (
    *(ms * MS for ms in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(s * S for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200)),
    *(days * D for days in (1, 2, 7)),
)


class Place:
    """Where a moment lies, in pixels."""

    def __init__(self, axis: Axis, room: float, trail: float) -> None:
        fit = min(_LARGEST_ZOOM, (room - LEAD - trail) / axis.width)
        self.zoom = max(_LEAST_ZOOM, fit) if axis.width <= _SCREENS * room else fit
        self._axis = axis

    def __call__(self, us: int) -> float:
        return LEAD + self._axis.project(us) * self.zoom


class Row(msgspec.Struct):
    """A lane with its place across; `each`: one row of marks; `flags`: room at its top for limits, answers, early ends."""

    lane: Lane
    dense: bool
    total: int
    rows: int
    marks: list[Mark]
    glyphs: list[Glyph]
    points: list[Point]
    last_us: int
    each: float
    top: float = 0
    size: float = 0
    flags: float = 0

    def middle(self, n: int) -> float:
        """The middle of its n-th row of marks."""
        return self.top + self.flags + AIR + self.each * (n + 0.5)


class Break(msgspec.Struct, frozen=True):
    """A fold: from pixel to pixel, and in words how much time is left out, in two lengths."""

    start: float
    end: float
    label: str
    shorter: str
    piece: Piece


class Tick(msgspec.Struct, frozen=True):
    x: float
    us: int
    label: str


class Figure(msgspec.Struct):
    """Everything that is drawn, in pixels: `length` along time, `across` all lanes."""

    axis: Axis
    place: Place
    rows: list[Row]
    length: float
    across: float
    breaks: list[Break]
    ticks: list[Tick]


def trail_of(story: Story, lanes: Lanes) -> float:
    """Room after the end of the run: the longest word that may stand there."""
    answer = max((1 + len(spoken(moment)[1]) for moment in story.moments if moment.row[0] == Kind.ANSWERED), default=0)
    letters = (
        len(end_words(lane.fates)) + answer
        for lane in lanes.lanes
        if lane.events <= MOST_MARKS  # else it is crowded, and says no end
    )
    return max(_END_LEAST, _END_SIGN + _END_LETTER * max(letters, default=0))


def layout(
    story: Story, lanes: Lanes, axis: Axis, room: float, trail: float | None = None, *, compact: bool = False
) -> Figure:
    """The figure of a run for a place that is `room` pixels wide; it may be wider where its marks would get too small.

    `trail`: what is left of it after the end; `compact`: one of several runs that share the axis.
    """
    trail = trail_of(story, lanes) if trail is None else trail
    place = Place(axis, room, trail)
    marks = marks_of(story, lanes, axis, place)
    points = points_of(story, lanes, axis.pieces, place, [own.dense for own in marks])
    few = _ROW_OF_PANE if compact else _ROW_OF_FEW
    each = few if sum(own.rows for own in marks) <= _FEW else _ROW_OF_MANY
    rows = [
        Row(lane, own.dense, own.total, own.rows, own.marks, own.glyphs, moments, own.last_us, each)
        for lane, own, moments in zip(lanes.lanes, marks, points, strict=True)
    ]
    across = 0.0
    for row in rows:
        _mark_early(row)
        flagged = any(point.kind in {"limit", "answered", "early"} for point in row.points)
        row.flags = _FLAG * (flagged + (row.dense and row.lane.mixed))
        row.top = across
        row.size = row.rows * each + 2 * AIR + row.flags
        across += row.size
    length = max(room, place(axis.end_us) + trail)
    return Figure(axis, place, rows, length, across or each + 2 * AIR, _breaks(axis, place), _ticks(axis, place))


def _mark_early(row: Row) -> None:
    """Finds the ends after which the lane goes on, where their words would stand."""
    for point in row.points:
        goes_on = any(point.us < mark.attempt.end for mark in row.marks)
        if point.kind == "end" and (goes_on or any(point.us < glyph.piece.start for glyph in row.glyphs)):
            point.kind = "early"


def cycle_words(times: int, period_us: int) -> str:
    """A cycle in words: how often, and how far apart."""
    return f"{TIMES} {times:,} every {duration(period_us)}"


def _fold_words(piece: Piece) -> tuple[str, str]:
    """What a fold says, in two lengths."""
    size = piece.end - piece.start
    if piece.kind == "gap":
        return duration(size), f"~{roughly(size)}"
    if piece.period_us:
        pace = duration(piece.period_us)
        short = pace if len(pace) <= _LONG else f"~{roughly(piece.period_us)}"
        return cycle_words(piece.times, piece.period_us), f"every {short}"
    return f"repeats for {duration(size)}", duration(size)


def _breaks(axis: Axis, place: Place) -> list[Break]:
    return [
        Break(place(piece.start), place(piece.end), *_fold_words(piece), piece)
        for piece in told_pieces(axis.pieces)
        if piece.kind != "busy"
    ]


def _ticks(axis: Axis, place: Place) -> list[Tick]:
    """Where the axis says the time: where something begins or ends, as far as there is room for the words."""
    ticks: list[Tick] = []
    taken: list[tuple[float, float]] = []
    for us in (*_edges(axis), *_within(axis, place)):
        x, label = place(us), duration(us)
        half = (len(label) * _LETTER + _TICK_AIR) / 2
        if all(tick.label != label for tick in ticks) and all(abs(other - x) >= half + width for other, width in taken):
            label = label if us else "0"
            ticks.append(Tick(x, us, label))
            taken.append((x, (len(label) * _LETTER + _TICK_AIR) / 2))
    return sorted(ticks, key=lambda tick: tick.us)


def _within(axis: Axis, place: Place) -> Iterator[int]:
    """Round moments within long stretches in which something happens all the time."""
    for kind, pieces in groupby(axis.pieces, key=attrgetter("kind")):
        stretch = list(pieces)
        start, end = stretch[0].start, stretch[-1].end
        most = int((place(end) - place(start)) // _TICKS_APART)
        if kind == "busy" and most > 1:
            step = next((size for size in _ROUND if (end - start) / size <= most), _ROUND[-1])
            yield from range(-(-start // step) * step, end, step)


def _edges(axis: Axis) -> Iterator[int]:
    """The whole run first, then beginnings of busy stretches, then their ends."""
    yield from (0, axis.end_us)
    changes = [
        piece
        for before, piece in pairwise(told_pieces(axis.pieces))
        if before.kind != piece.kind or piece.kind == "gap"
    ]
    yield from (piece.start for piece in changes if piece.kind != "gap")
    yield from (piece.start for piece in changes if piece.kind == "gap")
