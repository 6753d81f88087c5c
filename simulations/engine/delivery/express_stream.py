"""A stream with a plain mapping, in one loop over columns: the same rules as `stream`, `shards` and `lanes`, for totals.

Where nothing throttles and no execution environment takes time to start, no shard knows of another. Then a record is a
number in its shard's column, a batch is a piece of that column, and only batches cost anything: each attempt is one entry of
the log, `StreamPage` by page. `tests/properties/test_express_stream.py` compares them with the records of the plain way, which
writes the rows wherever rows are read. Units: whole microseconds, bytes.
"""

from bisect import bisect_right
from collections.abc import Iterator

from simulations.engine.delivery.columns import NEVER, Part, Shard, Times
from simulations.engine.delivery.discards import ON_FAILURE
from simulations.engine.delivery.lanes import IDLE, RUNNING, WAITING
from simulations.engine.delivery.stream import Stream
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.draws import shares, uniform
from simulations.engine.pages import FAILED, TIMED_OUT, WORKED, StreamPage
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Fate
from simulations.engine.traffic import At
from simulations.engine.units import US_PER_MS, US_PER_S

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
        and not isinstance(traffic, At)
        and not traffic.bodies
        and function.function.init_failure is None
        and not function.init
        and not function.provisioned
        and not function.grows_slowly
        and function.limit >= settings.shards
        and function.least > 0
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
    stream = Stream(sim, settings)
    sim.feed(stream.accept, stream.place)
    if can_serve(sim, settings):
        sim.pages = Express(sim, settings).pages()


class Express:
    """The loop."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        assert not isinstance(sim.traffic, At)
        self._sim = sim
        self._settings = settings
        self._traffic = sim.traffic
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else NEVER
        self._poison = sim.failures.poisoned
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
        self._first_wait = settings.retries.first_wait
        self._careful_from = settings.retention if settings.age is None else min(settings.age, settings.retention)
        self._shards = [Shard(place, [], []) for place in range(settings.shards)]
        self._times = Times()
        self._now = 0
        self._unsettled = 0
        self._tries: list[int | list[int]] = []
        self._gone: list[int | list[int]] = []

    def pages(self) -> Iterator[StreamPage]:
        """The whole log; at its end the run's parts know how it ended."""
        moment = NEVER  # of the next read
        appends = [shard.unread.append for shard in self._shards]
        for first, times in self._sim.instants():
            self._times.add(first, times)
            self._unsettled += len(times)
            words = self._place.words(first, len(times))
            numbers = shares(words, len(appends))
            begin = place = 0
            while place < len(times):
                while times[place] > moment:
                    moment = self._read(moment)
                moment = min(moment, self._read_moment(times[place]))
                stop = bisect_right(times, moment, place)
                for index, append in enumerate(map(appends.__getitem__, numbers[place:stop]), first + place):
                    append(index)
                place = stop
                if place - begin >= _ENOUGH or place == len(times):
                    yield self._page(first + begin, times[begin:place], numbers[begin:place])
                    begin = place
            self._now = max(self._now, times[-1])
        while moment < NEVER and moment <= self._horizon:
            moment = self._read(moment)
            yield self._page(0, [], b"")
        self._pass(NEVER - 1)
        yield self._page(0, [], b"")
        self._sim.unsettled = self._unsettled
        self._sim.kernel.now = self._now
        self._sim.closing = self._finish

    def _finish(self, at: int) -> None:
        self._sim.count("reads", self._settings.shards * (at // self._settings.reads.period + 1))

    def _page(self, first: int, times: list[int], numbers: bytes | list[int]) -> StreamPage:
        """The next piece of the log."""
        tries, gone = self._tries, self._gone
        self._tries, self._gone = [], []
        self._times.forget(min(first, *(shard.oldest for shard in self._shards)))
        return StreamPage(first, times, numbers, tries, gone)

    def _read_moment(self, not_before: int) -> int:
        """The next moment at which shards are read."""
        period = self._settings.reads.period
        return -(-not_before // period) * period

    def _read(self, at: int) -> int:
        """Read every shard that has something; when there is something to read again, as far as is known."""
        self._pass(at)
        again = NEVER
        for shard in self._shards:
            if not shard.unread:
                continue
            if shard.next_read <= at:
                self._hand_over(at, shard)
            if shard.unread:
                again = min(again, shard.next_read)
            if shard.state == IDLE and shard.first < len(shard.records):
                self._go(at, shard)
        return self._read_moment(max(at + 1, again)) if again < NEVER else NEVER

    def _hand_over(self, at: int, shard: Shard) -> None:
        """STREAM-18: what one read brings belongs to the lane."""
        unread, reads = shard.unread, self._settings.reads
        if shard.expires == NEVER:
            self._expires(shard, self._times.at(unread[0]))
        if len(unread) <= self._read_all:
            count = len(unread)
        else:
            count = min(len(unread), self._read_most)
            if reads.per_s:
                shard.next_read = at + count * self._traffic.size_bytes * US_PER_S // reads.per_s
        shard.records += unread[:count]
        del unread[:count]

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
                        self._unsettled -= len(shard.parts.pop().events)
                    elif self._waits_after(at, shard):
                        continue
                self._go(at, shard)

    def _waits_after(self, at: int, shard: Shard) -> bool:
        """All failed: whether it waits now."""
        part, retries = shard.parts[-1], self._settings.retries
        if not retries.bisect or len(part.events) == 1:
            return self._retry(at, shard, part)
        rest = part.cut(retries.first_wait)
        shard.parts[-1:] = [rest, part]
        return False

    def _go(self, at: int, shard: Shard) -> None:
        """Try what comes next, given that nothing of it is running or waiting."""
        while at <= self._horizon and (shard.parts or self._begun(shard)):
            part = shard.parts[-1]
            if at >= self._careful_from:
                self._forget_old(at, shard, part)
            if part.events:
                self._try(at, shard, part)
                return
            shard.parts.pop()
        shard.state, shard.next = IDLE, NEVER
        if not shard.unread:
            shard.expires = NEVER

    def _begun(self, shard: Shard) -> bool:
        """Whether there is a new batch: the next records."""
        events = shard.take(self._most)
        if not events:
            return False
        poison = self._poison.intersection(events)
        shard.parts.append(Part(events, sorted(poison) if poison else [], self._first_wait))
        return True

    def _try(self, at: int, shard: Shard, part: Part) -> None:
        """One attempt, now."""
        function, events = self._sim.function, part.events
        part.tries += 1
        part.invocations += 1
        spent, outcome = function.spent(len(events), part.invocations, events[0]), WORKED
        if part.poison or (self._strikes and self._strikes(at, part.invocations, events)):
            outcome = FAILED
        if spent > function.timeout:
            spent, outcome = function.timeout, TIMED_OUT
        end = at + spent
        shard.state, shard.outcome, shard.next = RUNNING, outcome, end
        self._tries += (at, end, outcome, -(-spent // US_PER_MS), shard.number, events)
        self._now = max(self._now, end)

    def _retry(self, at: int, shard: Shard, part: Part) -> bool:
        """STREAM-5 and STREAM-10: wait and try again while retries are left, then give up. Whether it waits."""
        retries = self._settings.retries
        if retries.most is not None and part.retries >= retries.most:
            shard.parts.pop()
            self._give_up(at, self._given_up, shard, part.events)
            return False
        gone = self._times.older(part.events, at - self._settings.retention) if at >= self._careful_from else 0
        if gone:
            self._give_up(at, _LOST, shard, part.drop(gone))
            if not part.events:
                shard.parts.pop()
                return False
        part.retries += 1
        wait, part.wait = part.wait, min(part.wait * _FACTOR, retries.longest_wait)
        if retries.jitter:
            luck = uniform(self._wait_luck.word(part.tries, part.events[0]))
            wait -= int(wait // US_PER_MS * retries.jitter / _PERCENT * luck) * US_PER_MS
        until = at + max(wait, 1)
        shard.state, shard.next = WAITING, until if until <= self._horizon else NEVER
        return True

    def _give_up(self, at: int, fate: int, shard: Shard, events: list[int]) -> None:
        """What is not tried any more."""
        if events:
            self._now = max(self._now, at)
            self._unsettled -= len(events)
            self._gone += (at, fate, shard.number, events)

    def _forget_old(self, at: int, shard: Shard, part: Part) -> None:
        """STREAM-4 and STREAM-6: before an attempt."""
        settings = self._settings
        first = self._times.at(part.events[0])
        if first <= at - settings.retention:
            gone = part.drop(self._times.older(part.events, at - settings.retention))
            self._give_up(at, _LOST, shard, gone)
        if settings.age is not None and part.events and self._times.at(part.events[0]) < at - settings.age:
            gone = part.drop(self._times.older(part.events, at - settings.age - 1))
            self._give_up(at, self._given_up, shard, gone)

    def _expire(self, at: int, shard: Shard) -> None:
        """STREAM-4: what is as old as the retention period leaves the stream, but for what is being run."""
        than = at - self._settings.retention
        held = shard.parts[-1] if shard.state == WAITING else None
        gone: list[int] = []
        for part in shard.parts[:-1] if shard.state == RUNNING else shard.parts:
            gone += part.drop(self._times.older(part.events, than))
        shard.parts = [part for part in shard.parts if part.events]
        for records, first in ((shard.records, shard.first), (shard.unread, 0)):
            count = self._times.older(records, than, first)
            gone += records[first : first + count]
            del records[first : first + count]
        self._give_up(at, _LOST, shard, sorted(gone))
        lists = [part.events for part in shard.parts] + [shard.records[shard.first :], shard.unread]
        left = [
            self._times.at(events[place])
            for events in lists
            if (place := self._times.older(events, than)) < len(events)
        ]
        shard.expires = NEVER
        if left:
            self._expires(shard, min(left))
        if held is not None and (not shard.parts or shard.parts[-1] is not held):
            self._go(at, shard)  # what blocked it is gone

    def _expires(self, shard: Shard, oldest: int) -> None:
        """The next moment at which something leaves the stream; beyond the horizon nothing does."""
        at = oldest + self._settings.retention
        shard.expires = at if at <= self._horizon else NEVER
