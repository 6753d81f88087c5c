"""What happens at one moment: arrivals, answers, captures, limits that bit, how each event ended; twin of `points.js`.

A lane of several events says its arrivals once, where they begin, and how they ended once, where the last one did; an end
that is not good keeps its sign where it happened, unless a folded cycle holds it. A crowded lane says its limits, and where
its events have different ends those that are not good.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from simulations.engine.trace import Kind
from simulations.picture.fold import Piece
from simulations.picture.lanes import Lanes
from simulations.picture.story import Moment, Story
from simulations.picture.story import place as field_place
from simulations.picture.words import ENDS, end_words

_GRAIN = 3
_COARSE = 24  # the signs of a crowded lane have room beside each other
# at one moment: what is written before it comes first
_RANK = ("arrived", "limit", "answered", "captured", "early", "end")
_GOOD = ("delivered", "filtered")
_STATUS = field_place(Kind.ANSWERED, "status_code")
_BY = field_place(Kind.CAPTURED, "by")
_LIMIT, _VALUE = field_place(Kind.LIMIT, "limit"), field_place(Kind.LIMIT, "value")


class Point(msgspec.Struct):
    """`kind` is arrived, captured, answered, limit, end or early; `count` share it.

    early: an end before the lane's own, said above its row: while its attempt still ran, or before others of other ends.
    """

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

    `dense`: which lanes are crowded.
    """
    found: list[dict[tuple[str, str, str, int], Point]] = [{} for _ in lanes.lanes]

    def add(event: int, kind: str, us: int, seq: int, word: str, fate: str) -> None:
        number = lanes.lane_of[event]
        if dense[number] and kind not in {"limit", "early"}:
            return
        lane = found[number]
        # a group's limit is said once, with how often it bit
        once = lanes.grouped and kind in {"limit", "arrived"}
        where = -1 if once else math.floor(place(us) / (_COARSE if dense[number] else _GRAIN) + 0.5)
        key = (kind, word, fate, where)
        if key in lane:
            lane[key].count += 1
        else:
            lane[key] = Point(kind, us, seq, word, fate)

    for number, event in enumerate(story.events):
        add(number, "arrived", event.arrived_us, 0, "", "")
        lane = lanes.lane_of[number]
        if event.settled_seq and not dense[lane]:
            add(number, "end", event.settled_us, event.settled_seq, "", event.fate)
        elif event.settled_seq and len(lanes.lanes[lane].fates) > 1 and event.fate not in _GOOD:
            add(number, "early", event.settled_us, event.settled_seq, "", event.fate)
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
    moments = {end.us for end in ends}
    caught = {end.us for end in ends if end.fate == "captured"}
    said = [point for point in points if point.kind == "answered" and point.us in moments]
    kept = _together(ends, cycles) if grouped else ends
    if kept:
        last = kept[-1]
        words = last.word or end_words([(last.fate, last.count)])
        answer = said[0].word if len({point.word for point in said}) == 1 else ""
        last.word = f"{words} {answer}".rstrip()
    for point in points:
        if point.kind == "early":
            point.word = end_words([(point.fate, point.count)])
    left_out = {id(point) for point in ends + said} - {id(point) for point in kept}
    return sorted(
        (
            point
            for point in points
            if id(point) not in left_out and not (point.kind == "captured" and point.us in caught)
        ),
        key=lambda point: (point.us, _RANK.index(point.kind)),
    )


def _together(ends: list[Point], cycles: Sequence[Piece]) -> list[Point]:
    """The ends of several events, the last of which counts them all and shows the worst."""
    if not ends:
        return ends
    last = max(reversed(ends), key=lambda end: end.us)

    def signed(end: Point) -> bool:
        folded = any(cycle.start <= end.us < cycle.end for cycle in cycles)
        return end is not last and end.fate not in _GOOD and not folded

    before = [*filter(signed, ends)]
    counts: Counter[str] = Counter()
    for end in ends:
        counts[end.fate] += end.count
    fates = [(fate, counts[fate]) for fate in ENDS if counts[fate]]
    if len(fates) > 1:
        for end in before:
            end.kind = "early"  # what went on after it stands where its sign would
    last.count, last.word, last.fate = counts.total(), end_words(fates), fates[0][0]
    return [*before, last]
