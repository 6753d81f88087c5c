"""Poll-based invocation from a message broker: consumers take batches, and a batch that fails is tried again as a whole.

Models LD:with-mq and LD:services-mq-errors, rules MQ-1 to -6. A consumer takes messages and invokes the function. If that worked,
it acknowledges them, and the broker deletes them. If the function was throttled, the consumer waits and tries again. If the
code failed, the broker hands the whole batch out again, to the same consumer, until it has done so too often or the messages
have expired; no other message passes this consumer meanwhile. Units: whole microseconds, bytes.
"""

from collections import deque
from typing import Any

import msgspec

from simulations.engine.delivery.filters import Filters
from simulations.engine.delivery.lanes import GATHERING, IDLE, RUNNING, WAITING, Part
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim, epoch_ms, failed
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S, words

BROKER_DLQ = "broker_dlq"
_PAYLOAD = number("ESM-2", "base64_bytes")
_HOLD_FIRST = number("MODEL-62", "first_wait_s") * US_PER_S
_HOLD_LONGEST = number("MODEL-62", "longest_wait_s") * US_PER_S
_FACTOR = number("MODEL-62", "factor")

# who acts first among consumers at one instant
_RETRY, _POLL, _CLOSE = range(3)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What queue and mapping are configured with.

    `redeliveries` None is endless, each comes after `wait`, by the rule `again`. `keeps`: whether the broker has a dead-letter
    queue. `lives` is how long after it was sent a message expires.
    """

    consumers: int
    batch_size: int
    window: int
    redeliveries: int | None
    wait: int
    again: str
    lives: int
    keeps: bool
    starts: int
    disabled: int | None
    filters: Filters | None = None


class Consumer:
    """One connection to the broker; `part` is what it holds, `closes` when its batching window ends."""

    __slots__ = ("closes", "part", "size", "state")

    def __init__(self) -> None:
        self.state = IDLE
        self.part = _nothing("MQ-1")
        self.size = 0
        self.closes = 0


def _nothing(rule: str) -> Part:
    return Part([], [], 0, _HOLD_FIRST, rule)


class Broker:
    """A queue of a broker and its event source mapping."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._ready: deque[Event] = deque()  # messages that no consumer holds, in their order
        self._passed = 0  # of these, from the front: those that have passed the filters
        self._consumers: list[Consumer] = []
        self._polling = self._planned = self._aging = False
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, None)

    def accept(self, at: int, event: Event) -> None:
        """A message is sent to the queue."""
        self._ready.append(event)
        if not self._aging:
            self._aging = True
            self._sim.kernel.alarm(at + self._settings.lives, RETURNS, 0, self._expire, None)
        self._wake(at)

    def _begin(self, at: int, _: Any) -> None:
        if self._sim.undecided:
            self._polling = True
            self._consumers = [Consumer() for _ in range(self._settings.consumers)]
            self._sim.log.scaled(at, "MQ-1", self._settings.consumers)
            self._wake(at)

    def _stop(self, at: int, _: Any) -> None:
        """The mapping is disabled: what runs ends, and what waits goes back to the queue."""
        self._polling = False
        if self._sim.undecided:
            self._sim.log.scaled(at, "RUN-7", 0)
        for consumer in self._consumers:
            if consumer.state in (WAITING, GATHERING):
                self._give_back(at, consumer)

    def _give_back(self, at: int, consumer: Consumer) -> None:
        """A consumer holds its messages no longer; they are where they were in the queue."""
        self._ready = deque(sorted([*consumer.part.events, *self._ready], key=lambda event: event.index))
        consumer.state, consumer.part = IDLE, _nothing("MQ-1")
        self._expire(at, None)

    def _wake(self, at: int) -> None:
        """Something can be taken or someone can take: look at this instant, after all else."""
        if self._polling and not self._planned:
            self._planned = True
            self._sim.kernel.alarm(at, POLLS, _POLL, self._poll, None)

    def _poll(self, at: int, _: Any) -> None:
        """Open batches fill first, then idle consumers begin new ones."""
        self._planned = False
        if not self._polling:
            return
        self._pass_filters(at)
        for consumer in [*self._in(GATHERING), *self._in(IDLE)]:
            if not self._ready:
                return
            if consumer.state == IDLE:
                consumer.part, consumer.size = _nothing("MQ-1"), 0
                consumer.closes = at + self._settings.window
            full = self._fill(at, consumer)
            if full or not self._settings.window:
                self._go(at, consumer, "ESM-2" if full else "MQ-1")
            elif consumer.state == IDLE:
                consumer.state = GATHERING
                self._sim.kernel.alarm(consumer.closes, POLLS, _CLOSE, self._close, consumer)

    def _in(self, state: int) -> list[Consumer]:
        return [consumer for consumer in self._consumers if consumer.state == state]

    def _pass_filters(self, at: int) -> None:
        """FILTER-2: what does not match is acknowledged, and gone."""
        filters, ready = self._settings.filters, self._ready
        if filters is not None and (self._in(IDLE) or self._in(GATHERING)):
            strange = [ready.pop() for _ in range(len(ready) - self._passed)]
            ready += filters.keep(self._sim, at, strange[::-1])
            self._passed = len(ready)

    def _fill(self, at: int, consumer: Consumer) -> bool:
        """Take messages until a batch is full by number or by size (ESM-2); whether it is."""
        part, ready, most = consumer.part, self._ready, self._settings.batch_size
        taken: list[Event] = []
        full = False
        while ready and not full:
            event = ready[0]
            if event.size > _PAYLOAD:
                self._drop_large(at, ready.popleft())
            elif consumer.size + event.size > _PAYLOAD:
                full = True
            else:
                taken.append(ready.popleft())
                consumer.size += event.size
                full = len(part.events) + len(taken) == most
        if taken:
            part.events += taken
            part.ids += [event.id for event in taken]
            self._passed = len(ready)
            self._sim.log.received(at, "MQ-1", [event.id for event in taken], [], None)
        return full

    def _drop_large(self, at: int, event: Event) -> None:
        """MQ-5: a message that does not fit into one event."""
        self._sim.log.limit(at, "MQ-5", "Payload", f"{_PAYLOAD} bytes", event.id)
        self._sim.settle(at, "MQ-5", event, Fate.LOST, Cause.PAYLOAD_TOO_LARGE)

    def _close(self, at: int, consumer: Consumer) -> None:
        """The batching window is over."""
        if consumer.state == GATHERING and consumer.closes == at:
            self._go(at, consumer, "ESM-2")

    def _go(self, at: int, consumer: Consumer, rule: str) -> None:
        """A batch is complete, or waited long enough: try it, without what has expired meanwhile."""
        part = consumer.part
        part.rule = rule
        gone = [event for event in part.events if event.at + self._settings.lives <= at]
        if gone:
            left = [event for event in part.events if event.at + self._settings.lives > at]
            part.events, part.ids = left, [event.id for event in left]
            self._expired(at, gone)
        if part.events:
            self._try(at, consumer, part)
        else:
            consumer.state = IDLE
            self._wake(at)

    def _try(self, at: int, consumer: Consumer, part: Part) -> None:
        """One attempt, now."""
        sim = self._sim
        part.tries += 1
        error = sim.failures.refusal(at) if sim.failures.refuses else None
        throttle = sim.function.throttled(at) if error is None else None
        if error is not None or throttle is not None:
            if error is not None:
                sim.refuse(at, part.rule, (error, "MODEL-62"), part.tries, part.members(None))
            elif throttle is not None:
                sim.throttle(at, part.rule, throttle, part.tries, part.members(None))
            hold, part.hold = part.hold, min(part.hold * _FACTOR, _HOLD_LONGEST)
            self._wait(at, consumer, "MODEL-62", hold)
            return
        consumer.state = RUNNING
        run = sim.function.start(at, part.events, self._ended, consumer)
        members: list[tuple[str, int | None, int | None, int]] = [
            (event.id, event.invocations, None, part.retries) for event in part.events
        ]
        sim.attempt(run, part.rule, part.tries, members, None, part.ids)

    def _wait(self, at: int, consumer: Consumer, rule: str, wait: int) -> None:
        """The consumer keeps its batch, and nothing passes it."""
        consumer.state = WAITING
        self._sim.log.waiting(at, rule, consumer.part.ids, at + wait)
        self._sim.kernel.alarm(at + wait, POLLS, _RETRY, self._again, (consumer, consumer.part, rule))

    def _again(self, at: int, waited: tuple[Consumer, Part, str]) -> None:
        """A wait is over."""
        consumer, part, rule = waited
        if consumer.state == WAITING and consumer.part is part:
            self._go(at, consumer, rule)

    def _ended(self, at: int, run: Run) -> None:
        """The function ended: acknowledge the batch, or let the broker hand it out again."""
        consumer: Consumer = run.argument
        part, settings = consumer.part, self._settings
        part.run, part.hold = run, _HOLD_FIRST
        if failed(run) and not self._polling:
            self._give_back(at, consumer)
        elif failed(run) and (settings.redeliveries is None or part.retries < settings.redeliveries):
            part.retries += 1
            self._wait(at, consumer, settings.again, settings.wait)
        else:
            if failed(run):
                self._give_up(at, part)
            else:
                self._sim.log.deleted(at, "MQ-2", part.ids, [])
                self._sim.settle_all(at, "MQ-2", part.events, Fate.DELIVERED)
            consumer.state = IDLE
            self._wake(at)

    def _give_up(self, at: int, part: Part) -> None:
        """MQ-3: redelivered as often as may be; the broker takes each message of the batch away."""
        self._sim.log.limit(at, "MQ-3", "maximumRedeliveries", str(self._settings.redeliveries), None)
        for event in part.events:
            self._away(at, "MQ-3", event, Cause.MAXIMUM_REDELIVERIES, part.retries + 1)

    def _expire(self, at: int, _: Any) -> None:
        """MQ-4: what is as old as it may get leaves the queue; what a consumer holds is looked at before its next attempt."""
        ready, lives = self._ready, self._settings.lives
        gone = [event for event in ready if event.at + lives <= at]
        if gone:
            self._ready = deque(event for event in ready if event.at + lives > at)
            self._passed = max(self._passed - len(gone), 0)
            self._expired(at, gone)
        self._aging = bool(self._ready)
        if self._aging:
            self._sim.kernel.alarm(self._ready[0].at + lives, RETURNS, 0, self._expire, None)

    def _expired(self, at: int, events: list[Event]) -> None:
        self._sim.log.limit(at, "MQ-4", "Time to live", words(self._settings.lives), events[0].id)
        for event in events:
            self._away(at, "MQ-4", event, Cause.MESSAGE_EXPIRED, event.invocations)

    def _away(self, at: int, rule: str, event: Event, cause: str, count: int) -> None:
        """The broker takes a message away: into its dead-letter queue, if it has one."""
        fate = Fate.CAPTURED if self._settings.keeps else Fate.LOST
        if self._settings.keeps:
            self._sim.log.captured(at, rule, [event.id], BROKER_DLQ, cause, count, _document(event))
        self._sim.settle(at, rule, event, fate, cause)


def _document(event: Event) -> dict[str, Any]:
    """The message as the dead-letter queue holds it."""
    body = event.body if event.body is not None else f"message {event.id}"
    return {"messageID": event.id, "timestamp": int(epoch_ms(event.at)), "body": body}
