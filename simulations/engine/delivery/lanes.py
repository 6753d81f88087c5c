"""The lanes of a stream: records whose order is kept, and the parts in which they go to the function.

A lane is a shard, one of the ParallelizationFactor lanes of a shard (STREAM-2), or a poller of Kafka with the partitions
that it reads (KAFKA-1). Its records lie in the order of their arrival. Units: whole microseconds, bytes.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import msgspec

from simulations.engine.function import Run
from simulations.engine.traffic import Event

# what a lane is doing
IDLE, GATHERING, RUNNING, WAITING = range(4)
_DONE_MOST = 1_024  # records that are done with and still at hand
_NAMED = 4  # shards that a text names at the most
_index = attrgetter("index")


class Part(msgspec.Struct, gc=False, eq=False):
    """Records that go to the function together: a batch, or what is left of one after a cut.

    They share their history: `tries` (throttles among them) and `retries` spent so far. `wait` and `hold` are the next waits
    after a failure and after a throttle, `rule` says why it is tried next, `run` is the last run.
    """

    events: list[Event]
    ids: list[str]
    wait: int
    hold: int
    rule: str
    tries: int = 0
    retries: int = 0
    run: Run | None = None
    enriched: int = -1  # when what a pipe adds to it is there

    def cut(self, place: int, rule: str, wait: int) -> "Part":
        """Take the records from a place on out of this one; what is left and what was taken out both go on with `rule`."""
        rest = Part(self.events[place:], self.ids[place:], wait, self.hold, rule, self.tries, self.retries, self.run)
        self.events, self.ids = self.events[:place], self.ids[:place]
        self.wait, self.rule = wait, rule
        return rest

    def members(self, invocation: int | None) -> list[tuple[str, int | None, int | None, int]]:
        """Each record's part in an attempt: the function's n-th invocation with it, or None where it did not run."""
        retries = self.retries
        return [(name, invocation, None, retries) for name in self.ids]

    def like(self, events: list[Event]) -> "Part":
        """These records with the history of this part."""
        ids = [event.id for event in events]
        return Part(events, ids, self.wait, self.hold, self.rule, self.tries, self.retries, self.run)

    def drop(self, count: int) -> tuple[list[Event], list[str]]:
        """Take the first records away."""
        gone = self.events[:count], self.ids[:count]
        self.events, self.ids = self.events[count:], self.ids[count:]
        return gone


class Lane:
    """Records whose order is kept: of a shard, of the keys that share one of its parallel lanes, or of some partitions.

    `shard` is None where records of several partitions meet. `parts` are under way, the one that is tried next last; `held` is the last one that waited. `records` from `first` on have been read and belong to no part.
    """

    __slots__ = ("first", "held", "largest", "parts", "records", "shard", "state", "window", "window_ends")

    def __init__(self, shard: str | None) -> None:
        self.shard = shard
        self.state = IDLE
        self.parts: list[Part] = []
        self.records: list[Event] = []
        self.first = 0
        self.held: Part | None = None
        self.largest = 0
        self.window_ends = -1
        self.window: Any = None  # an open tumbling window, where the mapping has them

    @property
    def resting(self) -> bool:
        """Whether nothing of it is running or waiting for its next try."""
        return self.state in (IDLE, GATHERING)

    @property
    def waiting(self) -> int:
        """How many records have been read and belong to no part."""
        return len(self.records) - self.first

    def fitting(self, most: int, room: int) -> int:
        """How many of them make a batch, one at the least: as many as it may hold, up to `room` bytes."""
        most = min(most, self.waiting)
        if most * self.largest <= room:
            return most
        size = count = 0
        for event in self.records[self.first : self.first + most]:
            size += event.size
            if size > room:
                break
            count += 1
        return max(count, 1)

    def take(self, count: int) -> list[Event]:
        """The next records, out of the list."""
        self.first += count
        taken = self.records[self.first - count : self.first]
        if self.first == len(self.records):
            self.records, self.first = [], 0
        elif self.first > _DONE_MOST and 2 * self.first > len(self.records):
            del self.records[: self.first]
            self.first = 0
        return taken

    def spot(self, events: Sequence[Event]) -> str:
        """Where these records are, as the trace names it: the shard, or the partitions."""
        return self.shard if self.shard is not None else together(events)

    def add(self, events: list[Event], largest: int) -> None:
        """More records that were read; those of partitions that were read before may be later than these."""
        if not events:
            return
        late = self.first < len(self.records) and self.records[-1].index > events[0].index
        self.records += events
        if late:
            self.records[self.first :] = sorted(self.records[self.first :], key=_index)
        self.largest = max(self.largest, largest)

    def leave(self, shards: frozenset[str]) -> tuple[list[Event], list[Part]]:
        """Take out what belongs to these partitions: records, and parts, the one to be tried next last."""
        mine, theirs = parted(self.records[self.first :], shards)
        self.records, self.first = mine, 0
        moved: list[Part] = []
        for part in self.parts:
            events, gone = parted(part.events, shards)
            if gone:
                moved.append(part.like(gone))
                part.events, part.ids = events, [event.id for event in events]
        self.parts = [part for part in self.parts if part.events]
        return theirs, moved

    def older(self, than: int) -> list[Event]:
        """Take out what arrived then or before: from parts that are not running, then from the records."""
        gone: list[Event] = []
        running = self.parts[-1] if self.state == RUNNING else None
        for part in reversed(self.parts):
            if part is not running:
                events, _ = part.drop(older(part.events, than))
                gone += events
        self.parts = [part for part in self.parts if part.events]
        count = older(self.records, than, self.first)
        return gone + self.take(count) if count else gone


def parted(events: Sequence[Event], shards: frozenset[str]) -> tuple[list[Event], list[Event]]:
    """Those of other shards, and those of these."""
    return [event for event in events if event.shard not in shards], [
        event for event in events if event.shard in shards
    ]


def together(events: Sequence[Event]) -> str:
    """The shards of these records by name, a few of many."""
    names = list(dict.fromkeys(event.shard or "" for event in events))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def older(events: Sequence[Event], than: int, first: int = 0) -> int:
    """How many from `first` on, at the front, arrived then or before."""
    for place in range(first, len(events)):
        if events[place].at > than:
            return place - first
    return len(events) - first
