"""What happens at one moment: arrivals, answers, captures, limits that bit, how each event ended; twin of `points.js`."""

import math
from collections.abc import Callable

import msgspec

from simulations.engine.trace import Kind
from simulations.picture.lanes import Lanes
from simulations.picture.story import Moment, Story
from simulations.picture.story import place as field_place
from simulations.picture.words import FATE, TIMES

_GRAIN = 3
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


def points_of(story: Story, lanes: Lanes, place: Callable[[int], float]) -> list[list[Point]]:
    """The points of every lane in order; points of one kind that fall on the same place are counted together."""
    found: list[dict[tuple[str, str, str, int], Point]] = [{} for _ in lanes.lanes]

    def add(event: int, kind: str, us: int, seq: int, word: str, fate: str) -> None:
        lane = found[lanes.lane_of[event]]
        # a group's limit is said once, with how often it bit
        where = -1 if lanes.grouped and kind == "limit" else math.floor(place(us) / _GRAIN + 0.5)
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
    return [_finished(list(lane.values())) for lane in found]


def _spoken(moment: Moment) -> tuple[str, str]:
    row = moment.row
    if row[0] == Kind.ANSWERED:
        return "answered", str(row[_STATUS])
    if row[0] == Kind.LIMIT:
        return "limit", f"{row[_LIMIT]} {row[_VALUE]}"
    return "captured", "on success" if row[_BY] == "on_success" else str(row[_BY])


def _finished(points: list[Point]) -> list[Point]:
    """One sign for one moment: an answer or a capture that comes with the end is said by the end."""
    said: set[int] = set()
    for end in (point for point in points if point.kind == "end"):
        same = [point for point in points if point.us == end.us and point is not end]
        answer = next((point.word for point in same if point.kind == "answered"), "")
        many = f"{TIMES} {end.count:,}" if end.count > 1 else ""
        end.word = " ".join(word for word in (FATE[end.fate].word, many, answer) if word)
        said.update(
            id(point)
            for point in same
            if point.kind == "answered" or (point.kind == "captured" and end.fate == "captured")
        )
    return sorted((point for point in points if id(point) not in said), key=lambda point: point.us)
