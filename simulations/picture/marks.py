"""Attempts as marks, lane by lane; those inside a folded cycle become one glyph; the twin of `marks.js`."""

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from simulations.picture.fold import Axis, Piece
from simulations.picture.lanes import Lanes
from simulations.picture.story import Attempt, Story
from simulations.picture.words import SEVERITY

MOST_MARKS = 400
_MOST_ROWS = 6
_SPARE_ROWS = 1
_NARROWEST = 18
Place = Callable[[int], float]


class Mark(msgspec.Struct):
    """One attempt in one lane: how many of its events are members, the first one's number, and the row in the lane."""

    attempt: Attempt
    members: int
    number: int
    row: int = 0


class Glyph(msgspec.Struct):
    """The attempts of one lane inside one cycle; `period_us` is that of this lane alone."""

    piece: Piece
    count: int
    outcome: str
    first: Mark
    period_us: int = 0


class LaneMarks(msgspec.Struct):
    """`dense`: too crowded for single marks, drawn as columns."""

    dense: bool = False
    total: int = 0
    rows: int = 1
    marks: list[Mark] = []
    glyphs: list[Glyph] = []
    last_us: int = 0


def worse(one: str, other: str) -> str:
    """The worse of two outcomes."""
    return min(one, other, key=SEVERITY.index)


def marks_of(story: Story, lanes: Lanes, axis: Axis, place: Place) -> list[LaneMarks]:
    """The marks of every lane; `place` tells where a moment lies, in pixels."""
    found = [LaneMarks() for _ in lanes.lanes]
    loose = [0] * len(found)
    for attempt, number, lane, members in each(story, lanes, axis):
        entry, piece = found[lane], axis.pieces[number]
        entry.total += 1
        entry.last_us = max(entry.last_us, attempt.end)
        mark = Mark(attempt, members, _number(attempt, lanes, lane))
        if piece.kind == "cycle":
            _count(entry, piece, mark)
        else:
            loose[lane] += 1
            entry.marks.append(mark)
    _crowd(found, loose)
    for entry, shown in zip(found, lanes.lanes, strict=True):
        _set_free(entry)
        if entry.dense:
            entry.marks, entry.rows = [], 2
        else:
            _pack(entry, place, serial=shown.serial)
    return found


def each(story: Story, lanes: Lanes, axis: Axis) -> Iterator[tuple[Attempt, int, int, int]]:
    """Every attempt once for each lane it belongs to: attempt, number of its piece, lane, events of it in that lane."""
    number = 0
    for attempt in story.attempts:
        while number + 1 < len(axis.pieces) and axis.pieces[number + 1].start <= attempt.at:
            number += 1
        for lane, members in Counter(lanes.lane_of[event] for event in attempt.events).items():
            yield attempt, number, lane, members


def _number(attempt: Attempt, lanes: Lanes, lane: int) -> int:
    """The number that the first event of a lane gives to an attempt."""
    beside = zip(attempt.events, attempt.numbers, strict=False)
    return next((number for event, number in beside if lanes.lane_of[event] == lane), attempt.number)


def _count(entry: LaneMarks, piece: Piece, mark: Mark) -> None:
    last, attempt = entry.glyphs[-1] if entry.glyphs else None, mark.attempt
    if last is None or last.piece is not piece:
        entry.glyphs.append(Glyph(piece, 1, attempt.outcome, mark))
    else:
        times = last.count
        last.count += 1
        last.period_us = (2 * (attempt.at - last.first.attempt.at) + times) // (2 * times)
        last.outcome = worse(last.outcome, attempt.outcome)


def _set_free(entry: LaneMarks) -> None:
    """One attempt of a cycle that goes from lane to lane repeats nothing here: it is the mark that it is elsewhere."""
    alone = [glyph.first for glyph in entry.glyphs if glyph.count == 1]
    entry.marks = sorted([*entry.marks, *alone], key=lambda mark: mark.attempt.seq)
    entry.glyphs = [glyph for glyph in entry.glyphs if glyph.count > 1]


def _crowd(found: list[LaneMarks], loose: list[int]) -> None:
    """Where all together are too many, a lane with more than its share is dense."""
    if sum(loose) > MOST_MARKS:
        for entry, own in zip(found, loose, strict=True):
            entry.dense = own > MOST_MARKS / len(found)


def _pack(entry: LaneMarks, place: Place, *, serial: bool) -> None:
    """Marks that overlap get rows of their own; a lane that would need too many is dense.

    Rows of what keeps an order say how much runs at once, so few of them may be there only because marks are wider than what
    they stand for.
    """
    most = min(_MOST_ROWS, _rows(entry.marks, float, 0) + _SPARE_ROWS) if serial else _MOST_ROWS
    entry.rows = _rows(entry.marks, place, _NARROWEST)
    if entry.rows > most:
        entry.dense, entry.rows, entry.marks = True, 2, []


def _rows(marks: list[Mark], place: Place, narrowest: float) -> int:
    """Gives every mark the first row that is free, and counts them."""
    ends: list[float] = []
    for mark in marks:
        start = place(mark.attempt.at)
        mark.row = next((row for row, end in enumerate(ends) if end <= start + 0.01), len(ends))
        end = max(place(mark.attempt.end), start + narrowest)
        ends[mark.row : mark.row + 1] = [end]
    return max(1, len(ends))
