"""Poll-based invocation from a stream: each shard in its order, one batch after the other, and a checkpoint behind them.

Models LD:with-kinesis, LD:with-ddb and LD:with-msk-configure, rules STREAM-1 to -20 and KAFKA-1 to -8. A lane takes the next
records of its shard and invokes the function; `stream_end` says what comes of that. If the function was throttled or could
not be called, the batch waits and is tried again without spending a retry, and nothing behind it moves. Units: whole
microseconds, bytes.
"""

from typing import Any

from simulations.engine.delivery.gathering import Gathering
from simulations.engine.delivery.lanes import GATHERING, IDLE, RUNNING, WAITING, Lane, Part
from simulations.engine.delivery.partitions import Partitions
from simulations.engine.delivery.piping import Pipe, Problem
from simulations.engine.delivery.shards import READ, Shard, Shards
from simulations.engine.delivery.stream_end import Endings
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.delivery.tumbling import Windows
from simulations.engine.draws import uniform
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_MS

_FACTOR = number("STREAM-10", "factor")
_PERCENT = 100

_PUSHED = 2  # at one instant, after the mapping begins or ends
_RETRY = READ - 1  # at one instant, before shards are read


class Stream:
    """A stream and its event source mapping; `place(event)` says where an arriving record belongs, before `accept` takes it."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._retries = settings.retries
        self._delay = settings.reads.delay
        self._horizon = sim.kernel.horizon
        self._shards = Shards(
            sim, source=settings.source, count=settings.shards, lanes=settings.factor, keys=settings.keys, reads=settings.reads,
            shared=settings.scaling is not None, on_read=self._look, filters=settings.filters,
        )  # fmt: skip
        self.place = self._shards.place
        self._partitions: Partitions | None = None
        if settings.scaling is not None:
            self._partitions = Partitions(sim, self._shards, settings.scaling, self._go, self._age)
        self._windows: Windows | None = None
        if settings.tumbling is not None:
            self._windows = Windows(sim, settings.tumbling, settings.retries.first_wait, self._go)
        self._endings = Endings(sim, settings, self._windows, self._wait, self._outlived)
        self._gathering = Gathering(sim, settings, self._windows, self._endings, self._go, self._watch)
        self._pipe = None if settings.pipe is None else Pipe(sim, settings.pipe, self._stop)
        self._rules = rules = settings.source.rules
        self._rule = rules.batch if settings.factor == 1 else rules.lane
        self._missed: list[Event] = []
        self._stopped: int | None = None
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, "RUN-7")
        sim.closing = self._finish

    def accept(self, at: int, event: Event) -> None:
        """A record is written to the stream."""
        if at < self._settings.position:
            self._missed.append(event)
        elif self._delay:
            self._sim.kernel.alarm(at + self._delay, SCALING, _PUSHED, self._readable, event)
        else:
            self._readable(at, event)

    def _readable(self, at: int, event: Event) -> None:
        """The mapping can read a record: at once, or when it has been pushed to it (STREAM-1)."""
        shard = self._shards.all[event.shard or ""]
        if not shard.unread:
            self._shards.plan(at, shard)
        shard.unread.append(event)
        if shard.aging is None:
            shard.aging = event.at + self._settings.retention
            self._sim.kernel.alarm(shard.aging, RETURNS, shard.number, self._expire, shard)

    def _begin(self, at: int, _: Any) -> None:
        """The mapping begins to read; what lies before its starting position it never sees (ESM-4)."""
        if not self._sim.undecided:
            return
        if self._partitions is not None:
            self._partitions.begin(at)
        else:
            self._sim.log.scaled(at, self._rule, self._settings.shards * self._settings.factor)
        self._sim.settle_all(at, self._rules.position, self._missed, Fate.LOST, Cause.BEFORE_STARTING_POSITION)
        self._missed.clear()
        self._shards.begin(at)

    def _stop(self, at: int, rule: str) -> None:
        """The mapping is disabled: what is running ends, and nothing is tried again."""
        if self._stopped is not None:
            return
        self._shards.polling = False
        self._stopped = at
        if self._sim.undecided:
            self._sim.log.scaled(at, rule, 0)

    def _outlived(self, at: int) -> None:
        """DOCDB-1: a mapping whose place in the source is gone is disabled."""
        rule = self._settings.source.outlived
        if rule is not None and self._shards.polling:
            self._stop(at, rule)

    def _look(self, at: int, lane: Lane) -> None:
        """A lane has got records: begin a batch, or complete the one that gathers."""
        if lane.state == IDLE or (lane.state == GATHERING and self._gathering.complete(lane)):
            self._go(at, lane)

    def _go(self, at: int, lane: Lane) -> None:
        """Try what comes next in a lane, given that nothing of it is running or waiting."""
        lane.state = IDLE
        if self._horizon is not None and at > self._horizon:
            return  # what was running has ended, and nothing starts any more
        while self._shards.polling and (lane.parts or self._gathering.begun(at, lane)):
            part = lane.parts[-1]
            self._endings.forget_old(at, lane, part)
            if not part.events:
                lane.parts.pop()
            elif self._stopped is not None:
                return
            elif self._pipe is None:
                self._try(at, lane, part)
                return
            elif not self._piped(at, lane, part, self._pipe):
                return

    def _try(self, at: int, lane: Lane, part: Part) -> None:
        """One attempt, now."""
        sim = self._sim
        if sim.failures.refuses and self._refused(at, lane, part):
            return
        part.tries += 1
        if self._throttled(at, lane, part):
            self._hold(at, lane, part)
            return
        lane.state = RUNNING
        run = sim.function.start(at, part.events, self._ended, lane)
        if self._pipe is not None:
            self._pipe.waited_for(at, run, self._ended)
        members = part.members(part.events[0].invocations)
        sim.attempt(run, part.rule, part.tries, members, lane.shard or lane.spot(part.events), part.ids)

    def _piped(self, at: int, lane: Lane, part: Part, pipe: Pipe) -> bool:
        """PIPE-3: before each attempt a pipe has its batch enriched. Whether the lane is free again at once (PIPE-6)."""
        if pipe.piping.enrichment and part.enriched != at:
            lane.state, lane.held = WAITING, part
            until, problem = pipe.piping.enriched(at)
            if until > at:
                self._sim.log.waiting(at, "PIPE-3", part.ids, until)
            part.enriched = until if problem is None else -1
            self._sim.kernel.alarm(until, POLLS, _RETRY, self._enriched, (lane, part, problem))
        elif pipe.hand is not None and not (self._sim.failures.refuses and self._refused(at, lane, part)):
            self._endings.hand_over(at, lane, part, pipe.hand)
            return True
        elif pipe.hand is None:
            self._try(at, lane, part)
        return False

    def _enriched(self, at: int, waited: tuple[Lane, Part, Problem | None]) -> None:
        """The enrichment is over; one that failed was an attempt as well (PIPE-7)."""
        lane, part, problem = waited
        if problem is None or lane.held is not part or lane.state != WAITING:
            self._again(at, (lane, part))
            return
        part.tries += 1
        self._not_called(at, lane, part, problem)
        if lane.state == IDLE:
            self._go(at, lane)

    def _not_called(self, at: int, lane: Lane, part: Part, problem: Problem) -> None:
        """The function was not called: wait without spending a retry (ESM-6), unless the source's limits count it (PIPE-7)."""
        self._sim.refuse(
            at, part.rule, (problem.error, problem.rule), part.tries, part.members(None), lane.spot(part.events)
        )
        if self._pipe is not None:
            self._pipe.failed(at, problem)
        if problem.counts:
            lane.state = IDLE
            self._endings.not_called(at, lane, part)
        else:
            self._hold(at, lane, part)

    def _hold(self, at: int, lane: Lane, part: Part) -> None:
        """Try again later, and longer so each time."""
        part.rule = self._rules.throttled
        hold, part.hold = part.hold, min(part.hold * _FACTOR, self._retries.longest_wait)
        self._wait(at, lane, part, hold)

    def _throttled(self, at: int, lane: Lane, part: Part) -> bool:
        """Whether the function has no room for this part."""
        throttle = self._sim.function.throttled(at)
        if throttle is None:
            return False
        self._sim.throttle(at, part.rule, throttle, part.tries, part.members(None), lane.spot(part.events))
        if self._partitions is not None:
            self._partitions.throttled = True
        return True

    def _refused(self, at: int, lane: Lane, part: Part) -> bool:
        """Whether Lambda refuses the call itself; a mapping that may not read gets nothing to call with (`Shards`)."""
        error = self._sim.failures.refusal(at)
        if error is None or (error == Cause.ACCESS_DENIED and self._pipe is None):
            return False
        part.tries += 1
        problem = None if self._pipe is None else self._pipe.refused(error)
        self._not_called(at, lane, part, problem or Problem(error, self._rules.throttled, counts=False))
        return True

    def _wait(self, at: int, lane: Lane, part: Part, wait: int) -> None:
        """Hold a part back, and with it all that comes after it (STREAM-10); throttles spend no retry (ESM-6)."""
        lane.state, lane.held = WAITING, part
        if self._retries.jitter:
            luck = uniform(self._sim.draws.purpose("stream_wait").word(part.tries, part.events[0].index))
            wait -= int(wait // US_PER_MS * self._retries.jitter / _PERCENT * luck) * US_PER_MS
        until = at + max(wait, 1)
        held = part.rule == self._rules.throttled
        self._sim.log.waiting(at, self._rules.throttled if held else self._rules.wait, part.ids, until)
        self._sim.kernel.alarm(until, POLLS, _RETRY, self._again, (lane, part))

    def _again(self, at: int, waited: tuple[Lane, Part]) -> None:
        """A wait is over."""
        lane, part = waited
        if lane.state == WAITING and lane.held is part:
            self._go(at, lane)

    def _ended(self, at: int, run: Run) -> None:
        """The function ended."""
        lane: Lane = run.argument
        part = lane.parts[-1]
        part.run, part.hold = run, self._retries.first_wait
        lane.state = IDLE
        self._endings.ended(at, lane, part)
        if self._partitions is not None:
            self._partitions.ended(at, lane)
        if lane.state == IDLE:
            self._go(at, lane)

    def _watch(self, lane: Lane) -> None:
        """The last invocation of a tumbling window ages, too."""
        self._age(self._shards.all[lane.shard or ""])

    def _age(self, shard: Shard) -> None:
        """Watch for what leaves the stream next."""
        oldest = shard.oldest(-1)
        if oldest is not None and (shard.aging is None or oldest + self._settings.retention < shard.aging):
            shard.aging = oldest + self._settings.retention
            self._sim.kernel.alarm(shard.aging, RETURNS, shard.number, self._expire, shard)

    def _expire(self, at: int, shard: Shard) -> None:
        """STREAM-4: what is as old as the retention period leaves the stream; what is being run is decided at its end."""
        if shard.aging != at:
            return  # watched for an earlier one since then
        retention = self._settings.retention
        self._endings.lose(at, self._shards.forget(shard, at - retention))
        oldest = shard.oldest(at - retention)
        shard.aging = None if oldest is None else oldest + retention
        if shard.aging is not None:
            self._sim.kernel.alarm(shard.aging, RETURNS, shard.number, self._expire, shard)
        for lane in shard.lanes:
            if lane.state == WAITING and (not lane.parts or lane.parts[-1] is not lane.held):
                self._go(at, lane)  # what blocked it is gone
            elif lane.state == GATHERING and not lane.waiting:
                lane.state = IDLE

    def _finish(self, at: int) -> None:
        """What is counted rather than recorded: how often the shards were read."""
        until = at if self._stopped is None else min(at, self._stopped)
        self._sim.count("reads", self._shards.reads_until(until))
        if self._partitions is not None:
            self._partitions.finish(until)
