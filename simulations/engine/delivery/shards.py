"""The shards of a stream: where a record goes, when it is read, and which records go to the function together.

Models LD:with-kinesis, LD:with-ddb and LD:with-msk-configure. A partition key belongs to one shard, by its MD5 as Kinesis
does it; in a shard it belongs to one lane of ParallelizationFactor. Partitions of Kafka share readers (KAFKA-1). Each
reader reads at fixed moments (STREAM-1), as much as it is given (STREAM-18). Units: whole microseconds, bytes.
"""

from collections import deque
from collections.abc import Callable
from hashlib import md5
from itertools import islice
from typing import Any

from simulations.engine.delivery.filters import Filters
from simulations.engine.delivery.lanes import Lane, older
from simulations.engine.delivery.stream_source import Reads, Source, shard_name, shard_number
from simulations.engine.kernel import POLLS
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S

READ = 1  # among what falls on one instant: after retries, before windows close
_HASH_BITS = 64  # of its 128; the others would move a border between shards by nothing


class Shard:
    """What is read as one: a shard, or all partitions that one poller of Kafka has.

    `unread` has arrived and has not been read; `next_read`: not before. `aging` is when its oldest record leaves the stream.
    """

    __slots__ = ("aging", "lanes", "next_read", "number", "unread")

    def __init__(self, number: int, lanes: list[Lane]) -> None:
        self.number = number
        self.unread: deque[Event] = deque()
        self.next_read = 0
        self.lanes = lanes
        self.aging: int | None = None

    def oldest(self, than: int) -> int | None:
        """When the oldest record arrived that is younger than that; None where there is none."""
        lists = [part.events for lane in self.lanes for part in lane.parts]
        lists += [lane.records[lane.first : lane.first + 1] for lane in self.lanes] + [list(islice(self.unread, 1))]
        places = ((events, older(events, than)) for events in lists)
        return min((events[place].at for events, place in places if place < len(events)), default=None)


class Shards:
    """All shards of a stream; `on_read(at, lane)` is called for each lane that has got something.

    `shared`: the shards are partitions, and `readers` readers, with one lane each, share them; else each is read by itself.
    """

    def __init__(
        self, sim: Sim, *, source: Source, count: int, lanes: int, keys: int | None, reads: Reads, shared: bool,
        on_read: Callable[[int, Lane], None], filters: Filters | None = None,
    ) -> None:  # fmt: skip
        self.polling = False
        self.all: dict[str, Shard] = {}  # by the names of shards that have got a record
        self.per_s = reads.per_s
        self.count = count
        self.readers = count
        self._dirty: list[Shard] = []
        self._sim = sim
        self._source = source
        self._shared = shared
        self._lanes = lanes
        self._keys = keys
        self._reads = reads
        self._on_read = on_read
        self._filters = filters
        self._starts: int | None = None
        self._planned: int | None = None  # the moment of the next read
        self._by_number: list[Shard | None] = [None] * count  # the readers
        self._names: list[str | None] = [None] * count
        self._written = [0] * count if source.offsets else None
        self._partition = source.partition
        self._by_key: dict[str, int] = {}
        self._luck = sim.draws.purpose("partition_key").stream(0).word
        self._limited: set[str] = set()
        self._denied = False

    def place(self, event: Event) -> None:
        """Say which shard an arriving record belongs to."""
        if self._keys is not None and event.partition_key is None:
            event.partition_key = f"key-{event.index % self._keys + 1}"
        number = shard_number(self._source, event.shard, self.count) if event.shard is not None else None
        if number is None:
            number = self._chosen(event) if self.count > 1 else 0
        event.shard = self._names[number] or self._met(number)
        if self._written is not None:
            event.offset = self._written[number]
            self._written[number] += 1

    def plan(self, at: int, shard: Shard) -> None:
        """A shard gets something to read."""
        self._dirty.append(shard)
        if self.polling:
            self._plan(max(at, shard.next_read))

    def spread(self, at: int, unread: list[Shard]) -> None:
        """What is to be read lies with other readers now."""
        self._dirty = unread
        if unread and self.polling:
            self._plan(max(at, min(shard.next_read for shard in unread)))

    def begin(self, at: int) -> None:
        """Reading begins."""
        self.polling = True
        self._starts = at
        if self._dirty:
            self._plan(at)

    def forget(self, shard: Shard, than: int) -> list[Event]:
        """Take out of a shard what arrived then or before and is not being run."""
        gone = [event for lane in shard.lanes for event in lane.older(than)]
        count = older(shard.unread, than)
        gone += [shard.unread.popleft() for _ in range(count)]
        if count and not shard.unread:
            self._dirty.remove(shard)
        return sorted(gone, key=lambda event: event.index)

    def reads_until(self, at: int) -> int:
        """How often each shard has been read by then, whether that brought something or not."""
        period = self._reads.period
        return self.count * ((at - self._starts) // period + 1) if period and self._starts is not None else 0

    def reader(self, number: int) -> Shard:
        """The reader with this number, made at its first use."""
        found = self._by_number[number]
        if found is None:
            name = None if self._shared else shard_name(self._source, number)
            found = self._by_number[number] = Shard(number, [Lane(name) for _ in range(self._lanes)])
        return found

    def reader_of(self, name: str) -> int:
        """The number of the reader that this shard belongs to: neighbours share one."""
        number = shard_number(self._source, name, self.count)
        assert number is not None, "a name that was given to a shard"
        return number * self.readers // self.count

    def _met(self, number: int) -> str:
        """A shard that gets its first record."""
        name = self._names[number] = shard_name(self._source, number)
        self.all[name] = self.reader(self.reader_of(name))
        return name

    def _chosen(self, event: Event) -> int:
        """The number of the shard that a record goes to by its key."""
        if self._partition is not None:
            return self._partition(event.partition_key, event.index, self.count)
        return self._hashed(event) * self.count >> _HASH_BITS

    def _hashed(self, event: Event) -> int:
        """The first half of its key's MD5; a record without a key has one of its own, and what that comes to is chance."""
        key = event.partition_key
        if key is None:
            return self._luck(event.index)
        found = self._by_key.get(key)
        if found is None:
            found = int.from_bytes(md5(key.encode(), usedforsecurity=False).digest()[:8], "big")
            self._by_key[key] = found
        return found

    def _plan(self, not_before: int) -> None:
        """Read at the next moment at which shards are read, unless that is planned."""
        period, starts = self._reads.period, self._starts or 0
        at = starts + -((starts - not_before) // period) * period if period else not_before
        if self._planned is None or at < self._planned:
            self._planned = at
            self._sim.kernel.alarm(at, POLLS, READ, self._read, None)

    def _read(self, at: int, _: Any) -> None:
        """Read every shard that has something; what it gives out belongs to its lanes from now on."""
        if at == self._planned:
            self._planned = None
        if not self.polling or (self._sim.failures.refuses and self._refused(at)):
            return
        due, self._dirty = self._dirty, []
        if len(due) > 1:
            due.sort(key=_number)
        self._dirty = [shard for shard in due if shard.next_read > at or self._leftover(at, shard)]
        if self._dirty:
            self._plan(max(at + 1, min(shard.next_read for shard in self._dirty)))
        for shard in due:
            for lane in shard.lanes:
                if lane.waiting:
                    self._on_read(at, lane)

    def _refused(self, at: int) -> bool:
        """Whether the mapping may not read (PERM-21 to -24); then it goes on when it may."""
        denied = bool(self._source.rules.denied) and self._sim.failures.refusal(at) == Cause.ACCESS_DENIED
        if denied and not self._denied:
            self._sim.log.limit(at, self._source.rules.denied, "LastProcessingResult", Cause.ACCESS_DENIED, None)
        self._denied = denied
        until = self._sim.failures.refused_until(at) if denied else None
        if until is not None:
            self._plan(until)
        return denied

    def _leftover(self, at: int, shard: Shard) -> bool:
        """Read one shard; whether something is left for another time."""
        reads, unread = self._reads, shard.unread
        largest = max([event.size for event in islice(unread, min(len(unread), reads.records))])
        if len(unread) <= reads.records and len(unread) * largest <= min(reads.size, self.per_s or reads.size):
            taken = list(unread)
            unread.clear()
        else:
            count, size = self._within(unread)
            taken = [unread.popleft() for _ in range(count)]
            if count == reads.records and unread:
                self._say(at, "Records a read", f"{count:,}")
            elif unread:
                self._say(at, "Bytes a read", f"{reads.size:,}")
            if self.per_s:
                shard.next_read = at + size * US_PER_S // self.per_s
                if shard.next_read > at + reads.period:
                    self._say(at, "Bytes a second", f"{self.per_s:,}")
        self._hand_over(at, shard, taken, largest)
        return bool(unread)

    def _say(self, at: int, limit: str, value: str) -> None:
        """A limit of reads has been reached; once is enough."""
        if limit not in self._limited:
            self._limited.add(limit)
            self._sim.log.limit(at, self._reads.rule, limit, value, None)

    def _within(self, unread: deque[Event]) -> tuple[int, int]:
        """How many records, and bytes, one read brings; one record at the least."""
        size = 0
        for count, event in enumerate(islice(unread, min(len(unread), self._reads.records))):
            if size + event.size > self._reads.size and count:
                return count, size
            size += event.size
        return min(len(unread), self._reads.records), size

    def _hand_over(self, at: int, shard: Shard, taken: list[Event], largest: int) -> None:
        """What passes the filters belongs to the lanes; the iterator moves past the rest (FILTER-2)."""
        if self._filters is not None:
            taken = self._filters.keep(self._sim, at, taken)
        if self._lanes == 1:
            shard.lanes[0].add(taken, largest)
            return
        for event in taken:
            lane = shard.lanes[self._hashed(event) % self._lanes]
            lane.records.append(event)
            lane.largest = max(lane.largest, event.size)


def _number(shard: Shard) -> int:
    return shard.number
