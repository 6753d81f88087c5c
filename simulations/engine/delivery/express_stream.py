"""A stream with a plain mapping, in one loop over columns: the same rules as `stream`, `shards` and `lanes`, for totals.

Where nothing throttles and no execution environment takes time to start, no shard knows of another. Then a record is a
number in its shard's column, a batch is a piece of that column, and only batches cost anything: each attempt is one entry of
the log, `StreamPage` by page. `tests/properties/test_express_stream.py` compares them with the records of the plain way, which
writes the rows wherever rows are read. Units: whole microseconds, bytes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from simulations.engine.delivery.columns import NEVER, NOTHING, Columns, Part, Shard, Stretch
from simulations.engine.delivery.discards import ON_FAILURE
from simulations.engine.delivery.lanes import IDLE, RUNNING, WAITING
from simulations.engine.delivery.stream import Stream
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.draws import shares, uniform
from simulations.engine.pages import FAILED, STREAM_GONE, STREAM_TRY, TIMED_OUT, WORKED, StreamPage
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Fate
from simulations.engine.traffic import At
from simulations.engine.units import US_PER_MS, US_PER_S

_SHARDS_MOST = 256  # so that the number of a shard is a byte
_LOST = int(Fate.LOST)
_ENOUGH = 512  # records that arrive, of a page, or a few more
_PAYLOAD = number("ESM-2", "payload_bytes")
_FACTOR = number("STREAM-10", "factor")
_PERCENT = 100


def can_serve(sim: Sim, settings: Settings) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    return (
        sim.failures.plain
        and function.plain
        and not isinstance(traffic, At)
        and not traffic.bodies
        and not function.init
        and function.limit >= settings.shards
        and settings.shards <= _SHARDS_MOST
        and settings.keys is None
        and settings.factor == 1
        and settings.reads.period > 0
        and not (settings.window or settings.reports or settings.filters or settings.position or settings.starts)
        and settings.disabled is None
        and settings.tumbling is None
        and settings.scaling is None
        and settings.source.partition is None
    )


def serve(sim: Sim, settings: Settings) -> None:
    """Put a mapping behind a stream's records; rows are always written by the model itself."""
    if not sim.rows and sim.way.loops and can_serve(sim, settings):
        sim.pages = Express(sim, settings).pages()
    else:
        stream = Stream(sim, settings)
        sim.feed(stream.accept, stream.place)


class Express:
    """The loop."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        assert not isinstance(sim.traffic, At)
        self._sim = sim
        self._settings = settings
        self._enough = sim.way.at_once(_ENOUGH)
        self._traffic = sim.traffic
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else NEVER
        self._poison = sorted(sim.failures.poisoned)
        self._strikes = None if sim.failures.only_poison else sim.failures.strikes
        self._place = sim.draws.purpose("partition_key").stream(0)
        self._wait_luck = sim.draws.purpose("stream_wait")
        size = max(self._traffic.size_bytes, 1)
        self._most = min(settings.batch_size, max(_PAYLOAD // size, 1))  # records of a batch
        reads = settings.reads
        self._read_most = min(reads.records, max(reads.size // size, 1))
        self._read_all = min(reads.records, min(reads.size, reads.per_s or reads.size) // size)
        caught = settings.on_failure is not None and ON_FAILURE not in sim.failures.catchers
        self._given_up = int(Fate.CAPTURED) if caught else _LOST
        self._careful_from = settings.retention if settings.age is None else min(settings.age, settings.retention)
        self._shards = [Shard(place) for place in range(settings.shards)]
        self._columns = Columns()
        self._read_to = 0  # records before this index have been read, but for those that shards have as `unread`
        self._now = 0
        self._unsettled = 0
        self._tries: list[int] = []
        self._gone: list[int] = []

    def pages(self) -> Iterator[StreamPage]:
        """The whole log; at its end the run's parts know how it ended."""
        moment, arrived = NEVER, 0  # of the next read, and how many records there are
        for first, times in self._sim.instants():
            numbers = self._arrive(first, times)
            begin = place = 0
            while place < len(times):
                while times[place] > moment:
                    moment = self._read(moment, first + place)
                moment = min(moment, self._read_moment(times[place]))
                place = bisect_right(times, moment, place)
                if place - begin >= self._enough or place == len(times):
                    yield self._page(first + begin, times[begin:place], numbers[begin:place])
                    begin = place
            arrived = first + len(times)
        while moment < NEVER and moment <= self._horizon:
            moment = self._read(moment, arrived)
            yield self._page(0, [], b"")
        self._pass(NEVER - 1)
        yield self._page(0, [], b"")
        self._sim.unsettled = self._unsettled
        self._sim.kernel.now = self._now
        self._sim.closing = self._finish

    def _arrive(self, first: int, times: list[int]) -> bytes:
        """Take the next arrivals, of which the first has this index; the shards that they go to."""
        self._unsettled += len(times)
        numbers = shares(self._place.words(first, len(times)), len(self._shards))
        for index in self._poison[bisect_left(self._poison, first) : bisect_left(self._poison, first + len(times))]:
            self._shards[numbers[index - first]].poison.append(index)
        self._columns.forget(self._read_to, (one.first for shard in self._shards for one in shard.stretches))
        self._columns.add(times, numbers)
        return numbers

    def _finish(self, at: int) -> None:
        self._sim.count("reads", self._settings.shards * (at // self._settings.reads.period + 1))

    def _page(self, first: int, times: list[int], numbers: bytes) -> StreamPage:
        """The next piece of the log."""
        tries, gone = self._tries, self._gone
        self._tries, self._gone = [], []
        self._now = max([self._now, *times[-1:], *tries[1::STREAM_TRY], *gone[::STREAM_GONE]])
        return StreamPage(first, times, numbers, tries, gone)

    def _read_moment(self, not_before: int) -> int:
        """The next moment at which shards are read."""
        period = self._settings.reads.period
        return -(-not_before // period) * period

    def _read(self, at: int, arrived: int) -> int:
        """Read every shard that has something; when there is something to read again, as far as is known."""
        self._pass(at)
        again, first, shards = NEVER, self._read_to, self._shards
        self._read_to = arrived
        found = self._columns.present(first, arrived) if arrived - first < len(shards) else range(len(shards))
        for shard in shards:
            if not shard.unread.count and shard.number not in found:
                continue
            unread = self._columns.stretch(shard.number, shard.unread.first if shard.unread.count else first, arrived)
            if not unread.count:
                continue
            shard.unread = unread
            if shard.expires == NEVER:
                self._expires(shard, self._columns.at(unread.first))
            if shard.next_read <= at:
                self._hand_over(at, shard)
            if shard.unread.count:
                again = min(again, shard.next_read)
            if shard.state == IDLE and shard.records.count:
                self._go(at, shard)
        return self._read_moment(max(at + 1, again)) if again < NEVER else NEVER

    def _hand_over(self, at: int, shard: Shard) -> None:
        """STREAM-18: what one read brings belongs to the lane."""
        taken, left, reads = shard.unread, NOTHING, self._settings.reads
        if taken.count > self._read_all:
            if taken.count > self._read_most:
                taken, left = self._columns.cut(shard.number, taken, self._read_most)
            if reads.per_s:
                shard.next_read = at + taken.count * self._traffic.size_bytes * US_PER_S // reads.per_s
        records = shard.records
        shard.records = Stretch(records.first, taken.stop, records.count + taken.count) if records.count else taken
        shard.unread = left

    def _pass(self, until: int) -> None:
        """Let everything happen up to that moment, shard after shard."""
        for shard in self._shards:
            while shard.next <= until or shard.expires <= until:
                at = shard.next
                if at > shard.expires or (at == shard.expires and shard.state != RUNNING):
                    self._expire(shard.expires, shard)
                    continue
                if shard.state == RUNNING:
                    if shard.outcome == WORKED:
                        self._unsettled -= shard.parts.pop().records.count
                    elif self._waits_after(at, shard):
                        continue
                self._go(at, shard)

    def _waits_after(self, at: int, shard: Shard) -> bool:
        """All failed: whether it waits now."""
        part, retries = shard.parts[-1], self._settings.retries
        if not retries.bisect or part.records.count == 1:
            return self._retry(at, shard, part)
        halves = self._columns.cut(shard.number, part.records, part.records.count // 2)
        shard.parts.insert(-1, part.cut(halves, retries.first_wait))
        return False

    def _go(self, at: int, shard: Shard) -> None:
        """Try what comes next, given that nothing of it is running or waiting."""
        while at <= self._horizon and (shard.parts or self._begun(shard)):
            part = shard.parts[-1]
            if at >= self._careful_from:
                self._forget_old(at, shard, part)
            if part.records.count:
                self._try(at, shard, part)
                return
            shard.parts.pop()
        shard.state, shard.next = IDLE, NEVER
        if not shard.unread.count:
            shard.expires = NEVER

    def _begun(self, shard: Shard) -> bool:
        """Whether there is a new batch: the next records."""
        records = shard.records
        if not records.count:
            return False
        shard.records = NOTHING
        if records.count > self._most:
            records, shard.records = self._columns.cut(shard.number, records, self._most)
        poison = shard.poisoned(records) if shard.poison else []
        shard.parts.append(Part(records, poison, self._settings.retries.first_wait))
        return True

    def _try(self, at: int, shard: Shard, part: Part) -> None:
        """One attempt, now."""
        function, records = self._sim.function, part.records
        part.invocations += 1
        spent, outcome = function.spent(records.count, part.invocations, records.first), WORKED
        if part.poison or (
            self._strikes and self._strikes(at, part.invocations, self._columns.members(shard.number, records))
        ):
            outcome = FAILED
        if spent > function.timeout:
            spent, outcome = function.timeout, TIMED_OUT
        end = at + spent
        shard.state, shard.outcome, shard.next = RUNNING, outcome, end
        billed_ms = -(-spent // US_PER_MS)
        self._tries += (at, end, outcome, billed_ms, shard.number, records.first, records.stop, records.count)

    def _retry(self, at: int, shard: Shard, part: Part) -> bool:
        """STREAM-5 and STREAM-10: wait and try again while retries are left, then give up. Whether it waits."""
        retries = self._settings.retries
        if retries.most is not None and part.retries >= retries.most:
            shard.parts.pop()
            self._give_up(at, self._given_up, shard, part.records)
            return False
        if at >= self._careful_from:
            gone, left = self._columns.without(shard.number, part.records, at - self._settings.retention)
            if gone.count:
                self._give_up(at, _LOST, shard, gone)
                part.keep(left)
            if not left.count:
                shard.parts.pop()
                return False
        part.retries += 1
        wait, part.wait = part.wait, min(part.wait * _FACTOR, retries.longest_wait)
        if retries.jitter:
            luck = uniform(self._wait_luck.word(part.invocations, part.records.first))
            wait -= int(wait // US_PER_MS * retries.jitter / _PERCENT * luck) * US_PER_MS
        until = at + max(wait, 1)
        shard.state, shard.next = WAITING, until if until <= self._horizon else NEVER
        return True

    def _give_up(self, at: int, fate: int, shard: Shard, records: Stretch) -> None:
        """What is not tried any more."""
        self._unsettled -= records.count
        self._gone += (at, fate, shard.number, records.first, records.stop, records.count)

    def _forget_old(self, at: int, shard: Shard, part: Part) -> None:
        """STREAM-4 and STREAM-6: before an attempt."""
        settings = self._settings
        too_old = at - settings.age - 1 if settings.age is not None else -1  # nothing arrived before the run
        for than, fate in ((at - settings.retention, _LOST), (too_old, self._given_up)):
            gone, left = self._columns.without(shard.number, part.records, than)
            if gone.count:
                self._give_up(at, fate, shard, gone)
                part.keep(left)

    def _expire(self, at: int, shard: Shard) -> None:
        """STREAM-4: what is as old as the retention period leaves the stream, but for what is being run."""
        than, number = at - self._settings.retention, shard.number
        held = shard.parts[-1] if shard.state == WAITING else None
        for old in shard.older(self._columns, than):
            self._give_up(at, _LOST, shard, old)
        lasting = (self._columns.without(number, one, than)[1] for one in shard.stretches)
        left_at = [self._columns.at(one.first) for one in lasting if one.count]
        shard.expires = NEVER
        if left_at:
            self._expires(shard, min(left_at))
        if held is not None and (not shard.parts or shard.parts[-1] is not held):
            self._go(at, shard)  # what blocked it is gone

    def _expires(self, shard: Shard, oldest: int) -> None:
        """The next moment at which something leaves the stream; beyond the horizon nothing does."""
        shard.expires = at if (at := oldest + self._settings.retention) <= self._horizon else NEVER
