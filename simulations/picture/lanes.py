"""Which rows the picture has: one for each event while they are few, else one for each way to end; twin of `lanes.js`."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from simulations.picture.story import Event, Story
from simulations.picture.words import FATE, catcher, counted

MOST_LANES = 12
# from the worst end to the best: what went wrong stands on top
_ORDER = ("lost", "captured", "returned", "", "retried", "delivered", "filtered")


class Lane(NamedTuple):
    """What stands beside a row, in two lines; the fate its events share ("" while open); how many events it stands for."""

    title: str
    note: str
    fate: str
    events: int


class Lanes(NamedTuple):
    """`lane_of`: event index -> lane index; `grouped`: lanes stand for ends, not for events."""

    lanes: list[Lane]
    lane_of: list[int]
    grouped: bool


Group = tuple[str, str]  # how its events ended, and who caught them ("" where nobody did)


def _group(event: Event) -> Group:
    if event.fate == "delivered":
        return ("retried" if event.attempts > 1 else "delivered"), ""
    return event.fate, event.catcher if event.fate == "captured" else ""


def _worst_first(group: Group) -> tuple[int, str]:
    return _ORDER.index(group[0]), group[1]


def _shared(group: Group, count: int, noun: str) -> Lane:
    fate, by = group
    title = counted(count, noun)
    if fate == "captured":
        return Lane(title, f"kept by {catcher(by)}", fate, count)
    if fate == "retried":
        return Lane(title, "handled after retries", "delivered", count)
    if fate == "delivered":
        return Lane(title, "handled at the first attempt", fate, count)
    return Lane(title, FATE[fate].says, fate, count)


def _by_group(events: Sequence[Event]) -> list[int]:
    """The indexes of events that have a lane each: message groups one after the other, each in its order."""
    first: dict[str, int] = {}
    for event in events:
        first.setdefault(event.group, len(first))
    return sorted(range(len(events)), key=lambda event: (first[events[event].group], event))


def _single(event: Event, noun: str) -> Lane:
    attempts = counted(event.attempts, "attempt") if event.attempts else "no attempt"
    note = f"{event.group}, {attempts}" if event.group else attempts
    return Lane(f"{noun} {event.id}", note, event.fate, 1)


def lanes_of(story: Story, noun: str) -> Lanes:
    """The lanes of a run, and the lane of each of its events."""
    if len(story.events) <= MOST_LANES:
        order = _by_group(story.events)
        lanes = [_single(story.events[event], noun) for event in order]
        return Lanes(lanes, [order.index(event) for event in range(len(order))], grouped=False)
    groups = [_group(event) for event in story.events]
    counts = Counter(groups)
    names = sorted(counts, key=_worst_first)
    number = {group: n for n, group in enumerate(names)}
    return Lanes(
        [_shared(group, counts[group], noun) for group in names], [number[group] for group in groups], grouped=True
    )
