"""Which rows the picture has; twin of `lanes.js` and `orders.js`.

One for each event while they are few; else one for each shard, partition or message group where events keep an order of
their own, and one for each way to end where they do not.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from simulations.picture.story import Event, Story
from simulations.picture.words import ENDS, FATE, catcher, counted

MOST_LANES = 12
BAD = ("lost", "captured", "returned")
_SHARED = 4  # of so many lanes some are for orders that have none of their own


class Lane(NamedTuple):
    """What stands beside a row, in two lines; the fate its events share, or the worst of them ("" while open).

    `events`: how many it stands for; `fates`: how many of them have each fate, the worst first;
    `serial`: a shard, a partition or a message group.
    """

    title: str
    note: str
    fate: str
    events: int
    fates: tuple[tuple[str, int], ...]
    serial: bool = False

    @property
    def mixed(self) -> bool:
        """Whether some of its events ended badly and others did not: then it says where."""
        return len(self.fates) > 1 and any(fate in BAD for fate, _ in self.fates)


class Lanes(NamedTuple):
    """`lane_of`: event index -> lane index; `grouped`: lanes stand for several events."""

    lanes: list[Lane]
    lane_of: list[int]
    grouped: bool


Group = tuple[str, str]  # how its events ended, and who caught them ("" where nobody did)


def _group(event: Event) -> Group:
    return event.state, event.catcher if event.fate == "captured" else ""


def _worst_first(group: Group) -> tuple[int, str]:
    return ENDS.index(group[0]), group[1]


def _shared(group: Group, count: int, noun: str) -> Lane:
    end, by = group
    fate = "delivered" if end == "retried" else end
    notes = {
        "captured": f"kept by {catcher(by)}",
        "retried": "handled after retries",
        "delivered": "handled at the first attempt",
    }
    return Lane(counted(count, noun), notes.get(end, FATE[fate].says), fate, count, ((fate, count),))


def _one_by_one(events: Sequence[Event], noun: str) -> Lanes:
    """Events that have a lane each: shards or message groups one after the other, as they come first."""
    first: dict[str, int] = {}
    for event in events:
        first.setdefault(event.order, len(first))
    order = sorted(range(len(events)), key=lambda event: (first[events[event].order], event))
    lanes = [_single(events[event], noun, several=len(first) > 1) for event in order]
    return Lanes(lanes, [order.index(event) for event in range(len(order))], grouped=False)


def _single(event: Event, noun: str, *, several: bool) -> Lane:
    attempts = counted(event.attempts, "attempt") if event.attempts else "no attempt"
    note = f"{short_order(event.order)}, {attempts}" if event.order and several else attempts
    return Lane(f"{noun} {event.id}", note, event.fate, 1, ((event.fate, 1),))


def lanes_by_fate(story: Story, noun: str) -> Lanes:
    """One lane for each event while they are few, else one for each way to end, the worst on top."""
    if len(story.events) <= MOST_LANES:
        return _one_by_one(story.events, noun)
    groups = [_group(event) for event in story.events]
    counts = Counter(groups)
    names = sorted(counts, key=_worst_first)
    number = {group: n for n, group in enumerate(names)}
    return Lanes(
        [_shared(group, counts[group], noun) for group in names], [number[group] for group in groups], grouped=True
    )


def short_order(name: str) -> str:
    """A shard's id without the zeros in its middle."""
    return re.sub(r"-0{4,}(?=[0-9]{3,}$)", "-…", name)


def _sortable(name: str) -> str:
    """Numbers in names count as numbers: partition 10 comes after partition 9."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].rjust(20, "0"), name)


def _shares(worst: Mapping[str, int]) -> list[list[str]]:
    """The orders of each lane, from top to bottom: by name where they are few.

    Of many, those with the worst ends have a lane each; the rest share one for each way in which the worst of their events
    stands, so that nothing is left out.
    """
    orders = sorted(worst, key=_sortable)
    if len(orders) <= MOST_LANES:
        return [[order] for order in orders]
    good = ENDS.index("delivered")
    bad = sorted((order for order in orders if worst[order] < good), key=worst.__getitem__)[: MOST_LANES - _SHARED]
    rest = ([order for order in orders if worst[order] == end and order not in bad] for end in range(len(ENDS)))
    return [*([order] for order in bad), *(share for share in rest if share)]


def _by_order(story: Story, noun: str) -> Lanes:
    """A lane shows how the batches of an order follow each other: one that is held up is seen as such."""
    worst: defaultdict[str, int] = defaultdict(lambda: len(ENDS))
    for event in story.events:
        worst[event.order] = min(worst[event.order], ENDS.index(event.state))
    shares = _shares(worst)
    lane_of_order = {order: lane for lane, orders in enumerate(shares) for order in orders}
    lane_of = [lane_of_order[event.order] for event in story.events]
    tally: list[Counter[str]] = [Counter() for _ in shares]
    for lane, event in zip(lane_of, story.events, strict=True):
        tally[lane][event.fate] += 1
    first = next(event.order for event in story.events if event.order)
    kind = "message group" if story.grouped else "shard" if first.startswith("shardId") else "partition"
    lanes = []
    for orders, counts in zip(shares, tally, strict=True):
        title = counted(len(orders), kind) if len(orders) > 1 else short_order(orders[0]) or f"no {kind}"
        fates = tuple((fate, counts[fate]) for fate in ENDS if counts[fate])
        note = _note(counts.total(), fates, ENDS[worst[orders[0]]], noun)
        lanes.append(Lane(title, note, fates[0][0], counts.total(), fates, serial=len(orders) == 1))
    return Lanes(lanes, lane_of, grouped=True)


def _note(count: int, fates: Sequence[tuple[str, int]], end: str, noun: str) -> str:
    """How many events, and what became of those that were not handled at once."""
    others = ", ".join(f"{n:,} {FATE[fate].word.lower()}" for fate, n in fates if fate != "delivered")
    if not others and end == "retried":
        return f"{counted(count, noun)}, retried"
    return ": ".join(words for words in (counted(count, noun), others) if words)


def lanes_of(story: Story, noun: str) -> Lanes:
    """The lanes of a run, and the lane of each of its events."""
    if len(story.events) > MOST_LANES and any(event.order for event in story.events):
        return _by_order(story, noun)
    return lanes_by_fate(story, noun)
