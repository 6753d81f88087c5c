"""What happens at one moment: arrivals, answers, captures, limits that bit, how each event ended; twin of `points.js`.

A lane of several events says its arrivals once, where they begin, and how they ended once, where the last one did; an end
that is not good keeps its sign where it happened, unless a folded cycle holds it.
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from simulations.engine.trace import Kind
from simulations.picture.fold import Piece
from simulations.picture.lanes import Lanes
from simulations.picture.story import Moment, Story
from simulations.picture.story import place as field_place
from simulations.picture.words import FATE, TIMES

_GRAIN = 3
_GOOD = ("delivered", "filtered")
_STATUS = field_place(Kind.ANSWERED, "status_code")
_BY = field_place(Kind.CAPTURED, "by")
_LIMIT, _VALUE = field_place(Kind.LIMIT, "limit"), field_place(Kind.LIMIT, "value")


class Point(msgspec.Struct):
    """`kind` is arrived, captured, answered, limit, end or early (an end while its attempt still runs); `count` share it."""

    kind: str
    us: int
    seq: int = 0
    word: str = ""
    fate: str = ""
    count: int = 1


def points_of(
    story: Story, lanes: Lanes, pieces: Sequence[Piece], place: Callable[[int], float], dense: Sequence[bool]
) -> list[list[Point]]:
    """The points of every lane in order; points of one kind that fall on the same place are counted together.

    Crowded lanes, which are `dense`, say their limits only.
    """
    found: list[dict[tuple[str, str, str, int], Point]] = [{} for _ in lanes.lanes]

    def add(event: int, kind: str, us: int, seq: int, word: str, fate: str) -> None:
        if dense[lanes.lane_of[event]] and kind != "limit":
            return
        lane = found[lanes.lane_of[event]]
        # a group's limit is said once, with how often it bit
        once = lanes.grouped and kind in {"limit", "arrived"}
        where = -1 if once else math.floor(place(us) / _GRAIN + 0.5)
        key = (kind, word, fate, where)
        if key in lane:
            lane[key].count += 1
        else:
            lane[key] = Point(kind, us, seq, word, fate)

    for number, event in enumerate(story.events):
        add(number, "arrived", event.arrived_us, 0, "", "")
        if event.settled_seq:
            add(number, "end", event.settled_us, event.settled_seq, "", event.fate)
    for moment in story.moments:
        kind, word = _spoken(moment)
        for number in moment.events:
            add(number, kind, moment.row[1], moment.seq, word, "")
    cycles = [piece for piece in pieces if piece.kind == "cycle"]
    return [_finished(list(lane.values()), lanes.grouped, cycles) for lane in found]


def _spoken(moment: Moment) -> tuple[str, str]:
    row = moment.row
    if row[0] == Kind.ANSWERED:
        return "answered", str(row[_STATUS])
    if row[0] == Kind.LIMIT:
        return "limit", f"{row[_LIMIT]} {row[_VALUE]}"
    return "captured", "on success" if row[_BY] == "on_success" else str(row[_BY])


def _finished(points: list[Point], grouped: bool, cycles: Sequence[Piece]) -> list[Point]:
    """One sign for one moment: an answer or a capture that comes with an end is said by the end."""
    ends = [point for point in points if point.kind == "end"]
    moments = {end.us: end.fate for end in ends}
    said = [point for point in points if point.kind == "answered" and point.us in moments]
    kept = _together(ends, cycles) if grouped else ends
    if kept:
        last = kept[-1]
        many = f"{TIMES} {last.count:,}" if last.count > 1 else ""
        answer = said[0].word if len({point.word for point in said}) == 1 else ""
        last.word = " ".join(word for word in (FATE[last.fate].word, many, answer) if word)
    left_out = {id(point) for point in ends + said} - {id(point) for point in kept}
    return sorted(
        (
            point
            for point in points
            if id(point) not in left_out and not (point.kind == "captured" and moments.get(point.us) == "captured")
        ),
        key=lambda point: point.us,
    )


def _together(ends: list[Point], cycles: Sequence[Piece]) -> list[Point]:
    """The ends of several events, the last of which counts them all."""
    if not ends:
        return ends
    last = max(reversed(ends), key=lambda end: end.us)
    last.count = sum(end.count for end in ends)

    def signed(end: Point) -> bool:
        folded = any(cycle.start <= end.us < cycle.end for cycle in cycles)
        return end is not last and end.fate not in _GOOD and not folded

    return [*filter(signed, ends), last]
