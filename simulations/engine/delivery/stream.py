"""Poll-based invocation from a stream: each shard in its order, one batch after the other, and a checkpoint behind them.

Models LD:with-kinesis, LD:with-ddb, LD:services-kinesis-batchfailurereporting and LD:kinesis-on-failure-destination, rules
STREAM-1 to -20. A lane takes the next records of its shard and invokes the function. If that worked, the checkpoint moves
past them. If the function was throttled, the batch waits and is tried again without spending a retry. If the code failed,
the batch is cut in two, or waits and is tried again until its retries are spent, and nothing behind it moves. What is too
old or has no retry left is given up, and the shard goes on. Units: whole microseconds, bytes.
"""

from typing import Any

from simulations.engine.delivery.discards import Discards
from simulations.engine.delivery.lanes import GATHERING, IDLE, RUNNING, WAITING, Lane, Part, older
from simulations.engine.delivery.shards import READ, Shard, Shards
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.draws import uniform
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_MS, words

_PAYLOAD = number("ESM-2", "payload_bytes")
_FACTOR = number("STREAM-10", "factor")
_PERCENT = 100
_NOBODY: frozenset[str] = frozenset()

# who acts first among lanes at one instant
_RETRY, _CLOSE = READ - 1, READ + 1


class Stream:
    """A stream and its event source mapping; `place(event)` says where an arriving record belongs, before `accept` takes it."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._retries = settings.retries
        self._horizon = sim.kernel.horizon
        self._shards = Shards(
            sim, count=settings.shards, lanes=settings.factor, digits=settings.source.digits, keys=settings.keys,
            reads=settings.reads, on_read=self._look, filters=settings.filters,
        )  # fmt: skip
        self.place = self._shards.place
        self._discards = Discards(sim, settings.source, settings.on_failure)
        self._rules = rules = settings.source.rules
        self._rule, self._moved = (rules.batch, rules.checkpoint) if settings.factor == 1 else (rules.lane, rules.lane)
        self._missed: list[Event] = []
        self._stopped: int | None = None
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, None)
        sim.closing = self._finish

    def accept(self, at: int, event: Event) -> None:
        """A record is written to the stream."""
        if at < self._settings.position:
            self._missed.append(event)
            return
        shard = self._shards.all[event.shard or ""]
        if not shard.unread:
            self._shards.plan(at, shard)
        shard.unread.append(event)
        if not shard.aging:
            shard.aging = True
            self._sim.kernel.alarm(at + self._settings.retention, RETURNS, shard.number, self._expire, shard)

    def _begin(self, at: int, _: Any) -> None:
        """The mapping begins to read; what lies before its starting position it never sees (ESM-4)."""
        if not self._sim.undecided:
            return
        self._sim.log.scaled(at, self._rule, self._settings.shards * self._settings.factor)
        self._sim.settle_all(at, self._rules.position, self._missed, Fate.LOST, Cause.BEFORE_STARTING_POSITION)
        self._missed.clear()
        self._shards.begin(at)

    def _stop(self, at: int, _: Any) -> None:
        """The mapping is disabled: what is running ends, and nothing is tried again."""
        self._shards.polling = False
        self._stopped = at
        if self._sim.undecided:
            self._sim.log.scaled(at, "RUN-7", 0)

    def _look(self, at: int, lane: Lane) -> None:
        """A lane has got records: begin a batch, or complete the one that gathers."""
        if lane.state == IDLE or (lane.state == GATHERING and self._complete(lane)):
            self._go(at, lane)

    def _go(self, at: int, lane: Lane) -> None:
        """Try what comes next in a lane, given that nothing of it is running or waiting."""
        lane.state = IDLE
        if self._horizon is not None and at > self._horizon:
            return  # what was running has ended, and nothing starts any more
        while self._shards.polling and (lane.parts or self._begun(at, lane)):
            part = lane.parts[-1]
            self._forget_old(at, lane, part)
            if part.events:
                self._try(at, lane, part)
                return
            lane.parts.pop()

    def _begun(self, at: int, lane: Lane) -> bool:
        """Whether there is a new batch: the next records, once the batching window lets them go."""
        settings = self._settings
        if not lane.waiting:
            lane.window_ends = -1
            return False
        ended = lane.window_ends == at
        if settings.window and not ended and not self._complete(lane):
            lane.state = GATHERING
            if lane.window_ends < at:
                lane.window_ends = at + settings.window
                self._sim.kernel.alarm(lane.window_ends, POLLS, _CLOSE, self._close, lane)
            return False
        lane.window_ends = -1
        count = lane.fitting(settings.batch_size, _PAYLOAD)
        full = count < min(settings.batch_size, lane.waiting)
        if full:
            self._sim.log.limit(at, self._rules.full, "Payload", f"{_PAYLOAD} bytes", None)
        events = lane.take(count)
        ids = [event.id for event in events]
        self._sim.log.received(at, self._rule, ids, [], lane.shard)
        first = self._retries.first_wait
        lane.parts.append(Part(events, ids, first, first, self._rules.full if ended or full else self._rule))
        return True

    def _complete(self, lane: Lane) -> bool:
        """ESM-2: whether a batch is full by number or by size."""
        most = self._settings.batch_size
        return lane.waiting >= most or lane.fitting(most, _PAYLOAD) < lane.waiting

    def _close(self, at: int, lane: Lane) -> None:
        """The batching window is over."""
        if lane.state == GATHERING and lane.window_ends == at:
            self._go(at, lane)

    def _try(self, at: int, lane: Lane, part: Part) -> None:
        """One attempt, now."""
        sim = self._sim
        part.tries += 1
        throttle = sim.function.throttled(at)
        if throttle is not None:
            sim.throttle(
                at, part.rule, throttle, part.tries, [(name, None, None, part.retries) for name in part.ids], lane.shard
            )
            part.rule = self._rules.throttled
            hold, part.hold = part.hold, min(part.hold * _FACTOR, self._retries.longest_wait)
            self._wait(at, lane, part, hold)
            return
        lane.state = RUNNING
        run = sim.function.start(at, part.events, self._ended, lane)
        count, retries = part.events[0].invocations, part.retries
        sim.attempt(
            run, part.rule, part.tries, [(name, count, None, retries) for name in part.ids], lane.shard, part.ids
        )

    def _wait(self, at: int, lane: Lane, part: Part, wait: int) -> None:
        """Hold a part back, and with it all that comes after it (STREAM-10); throttles spend no retry (ESM-6)."""
        lane.state, lane.held = WAITING, part
        if self._retries.jitter:
            luck = uniform(self._sim.draws.purpose("stream_wait").word(part.tries, part.events[0].index))
            wait -= int(wait // US_PER_MS * self._retries.jitter / _PERCENT * luck) * US_PER_MS
        until = at + max(wait, 1)
        self._sim.log.waiting(
            at, self._rules.throttled if part.rule == self._rules.throttled else self._rules.wait, part.ids, until
        )
        self._sim.kernel.alarm(until, POLLS, _RETRY, self._again, (lane, part))

    def _again(self, at: int, waited: tuple[Lane, Part]) -> None:
        """A wait is over."""
        lane, part = waited
        if lane.state == WAITING and lane.held is part:
            self._go(at, lane)

    def _ended(self, at: int, run: Run) -> None:
        """The function ended: all worked, all failed, or what it names and all that comes after it."""
        lane: Lane = run.argument
        part = lane.parts[-1]
        part.run, part.hold = run, self._retries.first_wait
        lane.state = IDLE
        named = None if run.raw or failed(run) else self._settings.source.named(run.response, part.ids)
        if failed(run):
            self._failed(at, lane, part, "")
        elif named is None and self._settings.reports:
            self._failed(at, lane, part, self._rules.malformed)
        elif named and self._settings.reports:
            self._partly(at, lane, part, frozenset(named))
        else:
            lane.parts.pop()
            self._done(at, lane, part, self._moved, frozenset(named or ()))
        if lane.state == IDLE:
            self._go(at, lane)

    def _done(self, at: int, lane: Lane, part: Part, rule: str, unheard: frozenset[str] = _NOBODY) -> None:
        """The checkpoint moves past records that were handled, or that the function named where nobody listens (STREAM-20)."""
        self._sim.log.checkpointed(at, rule, part.ids, lane.shard)
        if unheard:
            ignored = [event for event in part.events if event.id in unheard]
            self._sim.settle_all(at, self._rules.malformed, ignored, Fate.DELIVERED, Cause.DELETED_UNHANDLED)
        self._sim.settle_all(at, rule, part.events, Fate.DELIVERED)

    def _partly(self, at: int, lane: Lane, part: Part, named: frozenset[str]) -> None:
        """STREAM-8: the lowest number named is the checkpoint; STREAM-9: with bisecting that is a cut and spends no retry."""
        place = next(place for place, name in enumerate(part.ids) if name in named)
        if not place:
            self._retry(at, lane, part, self._rules.partial)
            return
        rest = part.cut(place, self._rules.partial, self._retries.first_wait)
        lane.parts[-1] = rest
        if self._retries.bisect:
            rest.rule = self._rules.partial_cut
            self._sim.log.split(at, self._rules.partial_cut, part.ids, rest.ids, lane.shard)
        self._done(at, lane, part, self._rules.partial)
        if not self._retries.bisect:
            self._retry(at, lane, rest, self._rules.partial)

    def _failed(self, at: int, lane: Lane, part: Part, rule: str) -> None:
        """A whole part failed: cut it in two (STREAM-7), or try it again."""
        retries = self._retries
        if not retries.bisect or len(part.events) == 1:
            self._retry(
                at, lane, part, rule or (self._rules.retention if retries.most is None else self._rules.retries)
            )
            return
        rest = part.cut(len(part.events) // 2, self._rules.cut, retries.first_wait)
        self._sim.log.split(
            at, rule or (self._rules.kept_retries if part.retries else self._rules.cut), part.ids, rest.ids, lane.shard
        )
        if not retries.inherit:
            part.retries = rest.retries = 0
        lane.parts[-1:] = [rest, part]

    def _retry(self, at: int, lane: Lane, part: Part, rule: str) -> None:
        """STREAM-5: wait and try again while retries are left, then give up."""
        retries = self._retries
        if retries.most is not None and part.retries >= retries.most:
            self._sim.log.limit(at, self._rules.retries, "MaximumRetryAttempts", str(retries.most), None)
            lane.parts.pop()
            self._discards.give_up(at, lane.shard, part, part.events, part.ids, Cause.RETRY_ATTEMPTS_EXHAUSTED)
            return
        gone = older(part.events, at - self._settings.retention)
        if gone:
            self._lose(at, part.drop(gone)[0])
            if not part.events:
                lane.parts.pop()
                return
        part.retries += 1
        part.rule = rule
        wait, part.wait = part.wait, min(part.wait * _FACTOR, retries.longest_wait)
        self._wait(at, lane, part, wait)

    def _forget_old(self, at: int, lane: Lane, part: Part) -> None:
        """Before an attempt: what has left the stream (STREAM-4), then what is older than it may be (STREAM-6)."""
        settings = self._settings
        first = part.events[0].at
        if first <= at - settings.retention:
            self._lose(at, part.drop(older(part.events, at - settings.retention))[0])
        if settings.age is not None and part.events and part.events[0].at < at - settings.age:
            events, ids = part.drop(older(part.events, at - settings.age - 1))
            self._sim.log.limit(at, self._rules.age, "MaximumRecordAgeInSeconds", words(settings.age), None)
            self._discards.give_up(at, lane.shard, part, events, ids, Cause.RECORD_AGE_EXCEEDED)

    def _expire(self, at: int, shard: Shard) -> None:
        """STREAM-4: what is as old as the retention period leaves the stream; what is being run is decided at its end."""
        retention = self._settings.retention
        self._lose(at, self._shards.forget(shard, at - retention))
        oldest = shard.oldest(at - retention)
        shard.aging = oldest is not None
        if oldest is not None:
            self._sim.kernel.alarm(oldest + retention, RETURNS, shard.number, self._expire, shard)
        for lane in shard.lanes:
            if lane.state == WAITING and (not lane.parts or lane.parts[-1] is not lane.held):
                self._go(at, lane)  # what blocked it is gone
            elif lane.state == GATHERING and not lane.waiting:
                lane.state = IDLE

    def _lose(self, at: int, events: list[Event]) -> None:
        """Records that left the stream before anyone handled them; no destination hears of it."""
        if events:
            self._sim.log.limit(at, self._rules.retention, "Retention", words(self._settings.retention), events[0].id)
            self._sim.settle_all(at, self._rules.retention, events, Fate.LOST, Cause.RETENTION_EXPIRED)

    def _finish(self, at: int) -> None:
        """What is counted rather than recorded: how often the shards were read."""
        self._sim.count("reads", self._shards.reads_until(at if self._stopped is None else min(at, self._stopped)))
