"""What happens at one moment: arrivals, answers, captures, limits that bit, how each event ended; twin of `points.js`.

A lane of several events says its arrivals once, where they begin, and how they ended once, where the last one did; an end
that is not good keeps its sign where it happened, unless a folded cycle holds it. A crowded lane says its limits only.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from simulations.engine.trace import Kind
from simulations.picture.fold import Piece
from simulations.picture.lanes import Lanes
from simulations.picture.marks import MOST_MARKS
from simulations.picture.story import Event, Moment, Story
from simulations.picture.story import place as field_place
from simulations.picture.words import ENDS, end_words

_GRAIN = 3
_APART = 24  # signs of ends have room beside each other
# at one moment: what is written before it comes first
_RANK = ("arrived", "limit", "answered", "captured", "early", "end")
_GOOD = ("delivered", "filtered")
_STATUS, _ERROR = field_place(Kind.ANSWERED, "status_code"), field_place(Kind.ANSWERED, "function_error")
_BY = field_place(Kind.CAPTURED, "by")
_LIMIT, _VALUE = field_place(Kind.LIMIT, "limit"), field_place(Kind.LIMIT, "value")

Place = Callable[[int], float]


class Point(msgspec.Struct):
    """`kind` is arrived, captured, answered, limit, end or early; `count` share it.

    early: an end before the lane's own, said above its row: while attempts go on, or before others of other ends.
    """

    kind: str
    us: int
    seq: int = 0
    word: str = ""
    fate: str = ""
    count: int = 1


def points_of(
    story: Story, lanes: Lanes, pieces: Sequence[Piece], place: Place, dense: Sequence[bool]
) -> list[list[Point]]:
    """The points of every lane in order; points of one kind that fall on the same place are counted together.

    `dense`: which lanes are crowded.
    """
    found = _limits(story, lanes)

    def add(event: int, kind: str, us: int, seq: int, word: str, fate: str) -> None:
        lane = lanes.lane_of[event]
        if dense[lane] and kind != "limit":
            return
        where = -1 if lanes.grouped and kind == "arrived" else math.floor(place(us) / _GRAIN + 0.5)
        key = (kind, word, fate, where)
        if key in found[lane]:
            found[lane][key].count += 1
        else:
            found[lane][key] = Point(kind, us, seq, word, fate)

    for number, event in enumerate(story.events):
        add(number, "arrived", event.arrived_us, 0, "", "")
        if event.settled_seq:
            add(number, "end", event.settled_us, event.settled_seq, "", event.fate)
    for moment in story.moments:
        kind, word = spoken(moment)
        if kind != "limit" or not lanes.grouped:
            for number in moment.events:
                add(number, kind, moment.row[1], moment.seq, word, "")
    cycles = [piece for piece in pieces if piece.kind == "cycle"]
    finished = [_finished(list(lane.values()), lanes.grouped, cycles, place) for lane in found]
    for number, last in _last_ends(story, lanes, dense).items():
        one = lanes.lanes[number]
        if one.events <= MOST_MARKS and all(fate for fate, _ in one.fates):
            words = end_words(one.fates)
            finished[number].append(Point("end", last.settled_us, last.settled_seq, words, one.fates[0][0], one.events))
    return finished


def _last_ends(story: Story, lanes: Lanes, dense: Sequence[bool]) -> dict[int, Event]:
    """The event of each crowded lane that was settled last."""
    last: dict[int, Event] = {}
    for lane, event in zip(lanes.lane_of, story.events, strict=True):
        if dense[lane] and event.settled_seq and (lane not in last or event.settled_seq > last[lane].settled_seq):
            last[lane] = event
    return last


def _limits(story: Story, lanes: Lanes) -> list[dict[tuple[str, str, str, int], Point]]:
    """The limits of lanes of several events, each said once; where its values differ only its name is said."""
    found: list[dict[tuple[str, str, str, int], Point]] = [{} for _ in lanes.lanes]
    for moment in story.moments if lanes.grouped else ():
        if moment.row[0] != Kind.LIMIT:
            continue
        name, (kind, word) = str(moment.row[_LIMIT]), spoken(moment)
        for number in moment.events:
            known = found[lanes.lane_of[number]].setdefault(
                (kind, name, "", -1), Point(kind, moment.row[1], moment.seq, word, count=0)
            )
            known.count += 1
            known.word = word if known.word == word else name
    return found


def spoken(moment: Moment) -> tuple[str, str]:
    """What a moment is, and its words."""
    row = moment.row
    if row[0] == Kind.ANSWERED:
        # with 200 a caller may get an error of the code, which only a header tells
        return "answered", f"{row[_STATUS]} FunctionError" if row[_ERROR] else str(row[_STATUS])
    if row[0] == Kind.LIMIT:
        return "limit", f"{row[_LIMIT]} {row[_VALUE]}"
    return "captured", "on success" if row[_BY] == "on_success" else str(row[_BY])


def _finished(points: list[Point], grouped: bool, cycles: Sequence[Piece], place: Place) -> list[Point]:
    """One sign for one moment: an answer or a capture that comes with an end is said by the end."""
    ends = [point for point in points if point.kind == "end"]
    moments = {end.us for end in ends}
    caught = {end.us for end in ends if end.fate == "captured"}
    said = [point for point in points if point.kind == "answered" and point.us in moments]
    kept = _together(ends, cycles, place) if grouped else ends
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


def _spaced(ends: list[Point], place: Place) -> list[Point]:
    """Ends that follow each other so closely that their signs would cover each other are one sign."""
    signs: list[Point] = []
    latest: dict[str, Point] = {}
    for end in sorted(ends, key=lambda end: end.us):
        sign = latest.get(end.fate)
        if sign and place(end.us) - place(sign.us) < _APART:
            sign.count += end.count
        else:
            latest[end.fate] = end
            signs.append(end)
    return signs


def _together(ends: list[Point], cycles: Sequence[Piece], place: Place) -> list[Point]:
    """The ends of several events, the last of which counts them all and shows the worst."""
    if not ends:
        return ends
    last = max(reversed(ends), key=lambda end: end.us)

    def signed(end: Point) -> bool:
        folded = any(cycle.start <= end.us < cycle.end for cycle in cycles)
        return end is not last and end.fate not in _GOOD and not folded

    counts: Counter[str] = Counter()
    for end in ends:
        counts[end.fate] += end.count
    before = _spaced([*filter(signed, ends)], place)
    fates = [(fate, counts[fate]) for fate in ENDS if counts[fate]]
    for end in before:
        end.kind = "early"  # what went on after it stands where its sign would
    last.count, last.word, last.fate = counts.total(), end_words(fates), fates[0][0]
    return [*before, last]
