"""A stream's records as columns: what stands for shards and batches in `express_stream`. Units: whole microseconds.

Records are numbered as they arrive, and a column says which shard each of them is in. What follows each other in a shard is a
`Stretch`: the shard's records from one number to another. It is counted without looking at them one by one.
"""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from simulations.engine.delivery.lanes import IDLE, RUNNING
from simulations.engine.pages import WORKED

NEVER = 1 << 62
_ENOUGH = 8_192  # records that nobody asks for any more, to be forgotten in one go


class Stretch(msgspec.Struct, gc=False, eq=False, frozen=True):
    """The `count` records of a shard whose indexes are at least `first`, the index of one of them, and below `stop`."""

    first: int
    stop: int
    count: int


NOTHING = Stretch(0, 0, 0)


class Columns:
    """When records arrived and in which shard they are, for as long as anybody may ask."""

    def __init__(self) -> None:
        self._base = 0  # the index of the first record that is still known
        self._times: list[int] = []
        self._shards = bytearray()

    def add(self, times: list[int], shards: bytes) -> None:
        """The next arrivals."""
        self._times += times
        self._shards += shards

    def forget(self, before: int, waiting: Iterable[int]) -> None:
        """Nobody asks any more for records before this index, and before those that wait."""
        if before - self._base < _ENOUGH:
            return
        before = min(waiting, default=before)
        del self._times[: before - self._base], self._shards[: before - self._base]
        self._base = before

    def at(self, index: int) -> int:
        """When a record arrived."""
        return self._times[index - self._base]

    def present(self, first: int, stop: int) -> set[int]:
        """The shards that have records with these indexes."""
        return set(self._shards[first - self._base : stop - self._base])

    def stretch(self, shard: int, first: int, stop: int) -> Stretch:
        """The records of a shard with these indexes."""
        base, shards = self._base, self._shards
        found = shards.find(shard, first - base, stop - base)
        return NOTHING if found < 0 else Stretch(found + base, stop, shards.count(shard, found, stop - base))

    def cut(self, shard: int, whole: Stretch, place: int) -> tuple[Stretch, Stretch]:
        """The first `place` records of a stretch, and the rest of it; neither is empty."""
        base, shards = self._base, self._shards
        first, stop = whole.first - base, whole.stop - base
        # where the rest should begin if the shard's records lay evenly, and from there to where it does
        middle = first + (stop - first) * place // whole.count
        ahead = shards.count(shard, first, middle) - place
        if ahead > 0:
            for _ in range(ahead):
                middle = shards.rfind(shard, first, middle)
        else:
            middle = shards.find(shard, middle, stop)
            for _ in range(-ahead):
                middle = shards.find(shard, middle + 1, stop)
        middle += base
        return Stretch(whole.first, middle, place), Stretch(middle, whole.stop, whole.count - place)

    def members(self, shard: int, whole: Stretch) -> list[int]:
        """The indexes of all records of a stretch."""
        return [index for index in range(whole.first, whole.stop) if self._shards[index - self._base] == shard]

    def without(self, shard: int, whole: Stretch, than: int) -> tuple[Stretch, Stretch]:
        """Those records of a stretch that arrived then or before, and the others."""
        if not whole.count or self.at(whole.first) > than:
            return NOTHING, whole
        older = sum(1 for index in self.members(shard, whole) if self.at(index) <= than)
        return (whole, NOTHING) if older == whole.count else self.cut(shard, whole, older)


class Part(msgspec.Struct, gc=False, eq=False):
    """Records that go to the function together; `poison` are those that always fail. See `lanes.Part`."""

    records: Stretch
    poison: list[int]
    wait: int
    invocations: int = 0
    retries: int = 0

    def cut(self, halves: tuple[Stretch, Stretch], wait: int) -> "Part":
        """Keep the first half, and give away the second."""
        assert not self.retries, "what can be cut has spent no retry, so there is none that its halves could inherit"
        place = bisect_left(self.poison, halves[1].first)
        rest = Part(halves[1], self.poison[place:], wait, self.invocations)
        self.records, self.poison, self.wait = halves[0], self.poison[:place], wait
        return rest

    def keep(self, left: Stretch) -> None:
        """The first records are gone."""
        self.records = left
        self.poison = self.poison[bisect_left(self.poison, left.first) :] if left.count else []


class Shard(msgspec.Struct, gc=False, eq=False):
    """A shard and its lane. `next` is when its run or its wait is over, `expires` when its oldest record leaves the stream.

    `unread` has been there for a read that did not bring all of it; `records` have been read and belong to no part. `poison`
    are the records among both that always fail.
    """

    number: int
    poison: list[int] = msgspec.field(default_factory=list)
    unread: Stretch = NOTHING
    records: Stretch = NOTHING
    next_read: int = 0
    parts: list[Part] = msgspec.field(default_factory=list)
    state: int = IDLE
    outcome: int = WORKED
    next: int = NEVER
    expires: int = NEVER

    @property
    def stretches(self) -> list[Stretch]:
        """All that is in it and not done with."""
        return [one for one in (*(part.records for part in self.parts), self.records, self.unread) if one.count]

    def poisoned(self, records: Stretch) -> list[int]:
        """Take the poison records of this stretch, which is the first one that belongs to no part."""
        begin, end = bisect_left(self.poison, records.first), bisect_left(self.poison, records.stop)
        found, self.poison = self.poison[begin:end], self.poison[end:]
        return found

    def older(self, columns: Columns, than: int) -> list[Stretch]:
        """Take out what arrived then or before: from parts that are not running, then from the rest."""
        gone: list[Stretch] = []
        for part in self.parts[:-1] if self.state == RUNNING else self.parts:
            old, left = columns.without(self.number, part.records, than)
            gone.append(old)
            part.keep(left)
        self.parts = [part for part in self.parts if part.records.count]
        old, self.records = columns.without(self.number, self.records, than)
        gone.append(old)
        old, self.unread = columns.without(self.number, self.unread, than)
        gone.append(old)
        return [one for one in gone if one.count]
