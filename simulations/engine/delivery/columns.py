"""A stream's records as columns of numbers: what stands for shards and batches in `express_stream`. Units: whole microseconds."""

from collections.abc import Sequence

import msgspec

from simulations.engine.delivery.lanes import IDLE
from simulations.engine.draws import BLOCK
from simulations.engine.pages import WORKED

NEVER = 1 << 62


class Times:
    """When records arrived, by index, for as long as anybody may ask."""

    def __init__(self) -> None:
        self._blocks: dict[int, list[int]] = {}

    def add(self, first: int, times: list[int]) -> None:
        """A whole block of arrivals."""
        self._blocks[first // BLOCK] = times

    def forget(self, before: int) -> None:
        """Nobody asks any more for records before this index."""
        for block in [block for block in self._blocks if block < before // BLOCK]:
            del self._blocks[block]

    def at(self, index: int) -> int:
        """When a record arrived."""
        return self._blocks[index // BLOCK][index % BLOCK]

    def older(self, events: Sequence[int], than: int, first: int = 0) -> int:
        """How many from `first` on, at the front, arrived then or before."""
        for place in range(first, len(events)):
            if self.at(events[place]) > than:
                return place - first
        return len(events) - first


class Part(msgspec.Struct, gc=False, eq=False):
    """Records that go to the function together, by index; `poison` are those that always fail. See `lanes.Part`."""

    events: list[int]
    poison: list[int]
    wait: int
    invocations: int = 0
    tries: int = 0
    retries: int = 0

    def cut(self, wait: int) -> "Part":
        """Keep the first half, and give away the second."""
        assert not self.retries, "what can be cut has spent no retry, so there is none that its halves could inherit"
        place = len(self.events) // 2
        first, kept = self.events[place], self.poison
        rest = Part(self.events[place:], [one for one in kept if one >= first], wait, self.invocations, self.tries)
        self.events, self.poison = self.events[:place], [one for one in kept if one < first]
        self.wait = wait
        return rest

    def drop(self, count: int) -> list[int]:
        """Take the first records away."""
        gone, self.events = self.events[:count], self.events[count:]
        self.poison = [one for one in self.poison if one > gone[-1]] if gone else self.poison
        return gone


class Shard(msgspec.Struct, gc=False, eq=False):
    """A shard and its lane. `next` is when its run or its wait is over, `expires` when its oldest record leaves the stream."""

    number: int
    unread: list[int]
    records: list[int]
    first: int = 0
    next_read: int = 0
    parts: list[Part] = msgspec.field(default_factory=list)
    state: int = IDLE
    outcome: int = WORKED
    next: int = NEVER
    expires: int = NEVER

    @property
    def oldest(self) -> int:
        """The index of its oldest record that is not done with, or one that none has."""
        if self.state == IDLE and not self.unread:
            return NEVER
        found = [part.events[0] for part in self.parts] + self.records[self.first : self.first + 1] + self.unread[:1]
        return min(found, default=NEVER)

    def take(self, most: int) -> list[int]:
        """The next records that were read, out of the list."""
        first, records = self.first, self.records
        events = records[first : first + most]
        self.first = first + len(events)
        if self.first == len(records):
            self.records, self.first = [], 0
        elif self.first >= BLOCK:
            del records[: self.first]
            self.first = 0
        return events
