"""Poll-based invocation from a message broker: consumers take batches, and a batch that fails is tried again as a whole.

Models LD:with-mq and LD:services-mq-errors, rules MQ-1 to -6. A consumer takes messages and invokes the function. If that worked,
it acknowledges them, and the broker deletes them. If the function was throttled, the consumer waits and tries again. If the
code failed, the broker hands the whole batch out again, to the same consumer, until it has done so too often or the messages
have expired; no other message passes this consumer meanwhile. A pipe polls in a mapping's stead (PIPE-12, -13). Units: whole
microseconds, bytes.
"""

from collections import deque
from typing import Any

from simulations.engine.delivery.broker_end import PAYLOAD, Endings
from simulations.engine.delivery.broker_settings import Settings
from simulations.engine.delivery.lanes import GATHERING, IDLE, RUNNING, WAITING, Part
from simulations.engine.delivery.piping import Pipe, Problem
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Fate
from simulations.engine.traffic import Event

_FACTOR = number("MODEL-62", "factor")

# who acts first among consumers at one instant
_RETRY, _POLL, _CLOSE = range(3)


class Consumer:
    """One connection to the broker; `part` is what it holds, `closes` when its batching window ends."""

    __slots__ = ("closes", "part", "size", "state")

    def __init__(self, part: Part) -> None:
        self.state = IDLE
        self.part = part
        self.size = 0
        self.closes = 0


class Broker:
    """A queue of a broker and its event source mapping."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._ready: deque[Event] = deque()  # messages that no consumer holds, in their order
        self._passed = 0  # of these, from the front: those that have passed the filters
        self._consumers: list[Consumer] = []
        self._polling = self._planned = self._aging = False
        self._endings = Endings(sim, settings)
        self._pipe = None if settings.pipe is None else Pipe(sim, settings.pipe, self._stop)
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, "RUN-7")

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
            self._consumers = [Consumer(self._nothing()) for _ in range(self._settings.consumers)]
            self._sim.log.scaled(at, self._settings.batch, self._settings.consumers)
            self._wake(at)

    def _nothing(self) -> Part:
        """What a consumer has before it takes messages."""
        return Part([], [], 0, self._settings.first_hold, self._settings.batch)

    def _stop(self, at: int, rule: str) -> None:
        """The mapping is disabled: what runs ends, and what waits goes back to the queue."""
        self._polling = False
        if self._sim.undecided:
            self._sim.log.scaled(at, rule, 0)
        for consumer in self._consumers:
            if consumer.state in (WAITING, GATHERING):
                self._give_back(at, consumer)

    def _give_back(self, at: int, consumer: Consumer) -> None:
        """A consumer holds its messages no longer; they are where they were in the queue."""
        self._ready = deque(sorted([*consumer.part.events, *self._ready], key=lambda event: event.index))
        consumer.state, consumer.part = IDLE, self._nothing()
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
                consumer.part, consumer.size = self._nothing(), 0
                consumer.closes = at + self._settings.window
            full = self._fill(at, consumer)
            if full or not self._settings.window:
                self._go(at, consumer, "ESM-2" if full else self._settings.batch)
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
            if event.size > PAYLOAD:
                self._endings.drop_large(at, ready.popleft())
            elif consumer.size + event.size > PAYLOAD:
                full = True
            else:
                taken.append(ready.popleft())
                consumer.size += event.size
                full = len(part.events) + len(taken) == most
        if taken:
            part.events += taken
            part.ids += [event.id for event in taken]
            self._passed = len(ready)
            self._sim.log.received(at, self._settings.batch, [event.id for event in taken], [], None)
        return full

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
            self._endings.expired(at, gone)
        if part.events:
            self._begin_try(at, consumer, part)
        else:
            consumer.state = IDLE
            self._wake(at)

    def _begin_try(self, at: int, consumer: Consumer, part: Part) -> None:
        """PIPE-3: a pipe has its batch enriched before each attempt."""
        pipe = self._pipe
        if pipe is None or not pipe.piping.enrichment:
            self._try(at, consumer, part)
            return
        consumer.state = WAITING
        until, problem = pipe.piping.enriched(at)
        if until > at:
            self._sim.log.waiting(at, "PIPE-3", part.ids, until)
        self._sim.kernel.alarm(until, POLLS, _RETRY, self._enriched, (consumer, part, problem))

    def _enriched(self, at: int, waited: tuple[Consumer, Part, Problem | None]) -> None:
        """The enrichment is over."""
        consumer, part, problem = waited
        if consumer.state != WAITING or consumer.part is not part:
            return
        if problem is None:
            self._try(at, consumer, part)
        else:
            self._refuse(at, consumer, part, problem)

    def _try(self, at: int, consumer: Consumer, part: Part) -> None:
        """One attempt, now."""
        sim, pipe = self._sim, self._pipe
        error = sim.failures.refusal(at) if sim.failures.refuses else None
        if error is not None:
            problem = None if pipe is None else pipe.refused(error)
            self._refuse(at, consumer, part, problem or Problem(error, "MODEL-62", counts=False))
            return
        if pipe is not None and pipe.hand is not None:
            self._hand_over(at, consumer, part)
            return
        part.tries += 1
        throttle = sim.function.throttled(at)
        if throttle is not None:
            sim.throttle(at, part.rule, throttle, part.tries, part.members(None))
            self._hold(at, consumer)
            return
        consumer.state = RUNNING
        run = sim.function.start(at, part.events, self._ended, consumer)
        if pipe is not None:
            pipe.waited_for(at, run, self._ended)
        members: list[tuple[str, int | None, int | None, int]] = [
            (event.id, event.invocations, None, part.retries) for event in part.events
        ]
        sim.attempt(run, part.rule, part.tries, members, None, part.ids)

    def _refuse(self, at: int, consumer: Consumer, part: Part, problem: Problem) -> None:
        """The function was not called. Whoever is to blame, nothing limits how often a broker's batch is tried (PIPE-13)."""
        part.tries += 1
        consumer.state = RUNNING
        self._sim.refuse(at, part.rule, (problem.error, problem.rule), part.tries, part.members(None))
        if self._pipe is not None:
            self._pipe.failed(at, problem)
        if self._polling:
            self._hold(at, consumer)
        else:
            self._give_back(at, consumer)

    def _hold(self, at: int, consumer: Consumer) -> None:
        """MODEL-62: the same batch again, later each time."""
        part = consumer.part
        hold, part.hold = part.hold, min(part.hold * _FACTOR, self._settings.longest_hold)
        self._wait(at, consumer, "MODEL-62", hold)

    def _hand_over(self, at: int, consumer: Consumer, part: Part) -> None:
        """PIPE-6: Lambda's own queue has the messages from now on, and the broker is rid of them."""
        assert self._pipe is not None
        assert self._pipe.hand is not None
        for event in part.events:
            self._pipe.hand(at, event)
        self._sim.log.deleted(at, "PIPE-6", part.ids, [])
        consumer.state = IDLE
        self._wake(at)

    def _wait(self, at: int, consumer: Consumer, rule: str, wait: int, because: str = "") -> None:
        """The consumer keeps its batch for so long (`because`: the rule of that, if it is another), and nothing passes it."""
        consumer.state = WAITING
        self._sim.log.waiting(at, because or rule, consumer.part.ids, at + wait)
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
        part.run, part.hold = run, settings.first_hold
        if failed(run) and not self._polling:
            self._give_back(at, consumer)
        elif failed(run) and (settings.redeliveries is None or part.retries < settings.redeliveries):
            part.retries += 1
            self._wait(at, consumer, settings.again, settings.wait, settings.waits)
        else:
            if failed(run):
                self._endings.give_up(at, part)
            else:
                self._sim.log.deleted(at, settings.done, part.ids, [])
                self._sim.settle_all(at, settings.done, part.events, Fate.DELIVERED)
            consumer.state = IDLE
            self._wake(at)

    def _expire(self, at: int, _: Any) -> None:
        """MQ-4: what is as old as it may get leaves the queue; what a consumer holds is looked at before its next attempt."""
        ready, lives = self._ready, self._settings.lives
        gone = [event for event in ready if event.at + lives <= at]
        if gone:
            self._ready = deque(event for event in ready if event.at + lives > at)
            self._passed = max(self._passed - len(gone), 0)
            self._endings.expired(at, gone)
        self._aging = bool(self._ready)
        if self._aging:
            self._sim.kernel.alarm(self._ready[0].at + lives, RETURNS, 0, self._expire, None)
