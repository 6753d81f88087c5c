"""The event pollers of an SQS mapping: how many batches may be on their way at once.

Models LD:services-sqs-scaling: a start, growth while messages wait (SQS-11, MODEL-7), MaximumConcurrency (SQS-12), fewer
after errors (SQS-14, MODEL-6), fewer when little comes in. A poller has one batch or none; one without a batch is idle and
long-polls. A poller of provisioned mode (SQS-13) counts as ten of them. Units: whole microseconds.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulations.engine.delivery.provisioned import INVOCATIONS, Throughput
from simulations.engine.kernel import SCALING, Kernel
from simulations.engine.rules import number
from simulations.engine.trace import Log
from simulations.engine.units import US_PER_MINUTE, US_PER_MS, US_PER_S

START = number("SQS-11", "start")
MOST = number("SQS-11", "most")
LOW = number("SQS-11", "low")
LONG_POLL = number("SQS-10", "long_poll_s") * US_PER_S
_STEP = number("MODEL-7", "step")
_STEP_EVERY = number("MODEL-7", "interval_ms") * US_PER_MS
_REST_AFTER = number("MODEL-7", "idle_s") * US_PER_S
_LOW_AFTER = number("MODEL-7", "low_after_s") * US_PER_S
_FEWER = number("MODEL-6", "step")
_PER_MINUTE = number("SQS-13", "per_minute")


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """How the pollers of a mapping scale: `maximum_concurrency` is MaximumConcurrency, None if it is not set.

    `provisioned`: MinimumPollers and MaximumPollers; None without provisioned mode. `fewer`: the rule by which there are fewer
    after a failure, if it `reduces` them. `throttles`: a throttled batch makes fewer too, and none is added until it is done.
    """

    start: int = START
    maximum_concurrency: int | None = None
    reduces: bool = True
    throttles: bool = False
    provisioned: tuple[int, int] | None = None
    fewer: str = "SQS-14"


class Pollers:
    """`idle` holds since when each idle poller polls, the longest first; `on_idle(at)` is called when one was added.

    `waiting()` says whether messages wait, `undecided()` whether the fate of one is open. `settled` is True while growing
    further needs no thought: a step is planned, or there are as many as there may be, or none at all because the mapping does
    not poll. `busy` of up to `target` pollers have a batch.
    """

    def __init__(
        self, kernel: Kernel, log: Log, scale: Scale, *,
        waiting: Callable[[], int], undecided: Callable[[], bool], on_idle: Callable[[int], None],
    ) -> None:  # fmt: skip
        most = scale.maximum_concurrency
        self.idle: list[int] = []
        self.settled = True
        self.empty_receives = self.busy = self.target = 0
        self._kernel = kernel
        self._log = log
        self._waiting = waiting
        self._undecided = undecided
        self._on_idle = on_idle
        self._most = MOST if most is None else min(most, MOST)
        self._start = min(scale.start, self._most)
        self._low = min(LOW, self._start) if most is None else self._start  # SQS-12: no saving with MaximumConcurrency
        self._limit = ("SQS-11", "Concurrent batches") if most is None else ("SQS-12", "MaximumConcurrency")
        self._reduces, self._fewer, self._fewest = scale.reduces, scale.fewer, LOW
        self._throttles = scale.throttles
        self.held = 0  # batches that have been throttled and are not done
        self._step_every, self._step, self._rule = _STEP_EVERY, _STEP, "SQS-11"
        self.throughput: Throughput | None = None
        if scale.provisioned is not None:
            self._provision(*scale.provisioned)
        self._resting = self._limited = self._lowest = self._slowed = self._later = False

    def _provision(self, minimum: int, maximum: int) -> None:
        """SQS-13: pollers of our own, each good for so many batches at once."""
        self.throughput = Throughput()
        self._start = self._low = self._fewest = minimum * INVOCATIONS
        self._most = maximum * INVOCATIONS
        self._limit, self._rule = ("SQS-13", "MaximumPollers x 10"), "SQS-13"
        self._step, self._step_every = INVOCATIONS, US_PER_MINUTE * INVOCATIONS // _PER_MINUTE

    def held_back(self, at: int) -> bool:
        """SQS-13: whether the pollers of provisioned mode have received all they may for now; then they go on later."""
        throughput = self.throughput
        if throughput is None or throughput.free_at() <= at:
            return False
        if not self._slowed:
            self._slowed = True
            self._log.limit(at, "SQS-13", *throughput.limit(), None)
        if not self._later:
            self._later = True
            self._kernel.alarm(throughput.free_at(), SCALING, 2, self._go_on, None)
        return True

    def _go_on(self, at: int, _: Any) -> None:
        self._later = False
        self._on_idle(at)

    def spend(self, at: int, calls: int, size: int) -> None:
        """A receive has been made."""
        if self.throughput is not None:
            self.throughput.spend(at, max(1, self.target // INVOCATIONS), calls, size)

    @property
    def polling(self) -> bool:
        """Whether the mapping polls at all."""
        return self.target > 0

    def begin(self, at: int) -> None:
        """The mapping begins to poll."""
        self.target = self._start
        self.idle = [at] * self._start
        self.settled = False
        self._say(at, self._rule)
        self._on_idle(at)

    def stop(self, at: int, rule: str) -> None:
        """The mapping polls no longer; what its pollers hold they bring to an end."""
        self.finish(at)
        self.idle.clear()
        self.target = 0
        self.settled = True
        self._say(at, rule)

    @property
    def calm(self) -> bool:
        """Whether one that becomes idle changes nothing else."""
        return self._resting or self.target <= self._start

    def take(self, at: int) -> None:
        """An idle poller, the one that was busy last, has received something."""
        since = self.idle.pop()
        self.busy += 1
        if at - since >= LONG_POLL:
            self.empty_receives += self._polls(at - since, len(self.idle))

    def release(self, at: int) -> None:
        """A poller is done with its batch; there may be one too many since it began."""
        self.busy -= 1
        if self.busy + len(self.idle) < self.target:
            self.idle.append(at)
            if self.target > self._start and not self._resting:
                self._resting = True
                self._kernel.alarm(at + _REST_AFTER, SCALING, 1, self._rest, None)

    def grow(self, at: int) -> None:
        """Messages wait and all pollers are busy: soon there is one more, unless there are enough."""
        if self.target < self._most:
            self._kernel.alarm(at + self._step_every, SCALING, 0, self._add, None)
        elif not self._limited:
            self._limited = True
            self._log.limit(at, self._limit[0], self._limit[1], f"{self._most:,}", None)
        self.settled = True

    def _add(self, at: int, _: Any) -> None:
        """SQS-11: one poller more, if messages still wait for one."""
        if not self.target:
            return
        self.settled = False
        if self._waiting() and not self.idle and self.target < self._most and not self.held:
            self.target += self._step
            self._say(at, self._rule)
            if self.busy < self.target:
                self.idle += [at] * min(self._step, self.target - self.busy)
                self._on_idle(at)
            else:
                self.grow(at)

    def failed(self, at: int) -> None:
        """SQS-14: a batch failed, and Lambda uses fewer pollers."""
        if self._reduces and self.target:
            self._use_fewer(at)

    def throttled(self, at: int) -> bool:
        """SQS-14: a batch is throttled. Whether that counts; then `held` goes down again when the batch is done."""
        if self._throttles:
            self.held += 1
            if self.target:
                self._use_fewer(at)
        return self._throttles

    def _use_fewer(self, at: int) -> None:
        """MODEL-6: one poller fewer."""
        if self.target > self._fewest:
            self.target -= _FEWER
            self.settled = False
            if self.idle and self.busy + len(self.idle) > self.target:
                self.empty_receives += self._polls(at - self.idle.pop(0), 0)
            self._say(at, self._fewer)
        elif not self._lowest:
            self._lowest = True
            self._log.limit(at, "MODEL-6", "Fewest pollers", str(self._fewest), None)

    def _rest(self, at: int, _: Any) -> None:
        """SQS-11: little comes in, and what more there is than at the start goes (MODEL-7)."""
        before = self.target
        while self.target > self._start and self.idle and self.idle[0] + _REST_AFTER <= at:
            self.target -= 1
            self.empty_receives += self._polls(at - self.idle.pop(0), 0)
        if self.target < before:
            self.settled = False
            if self._undecided():
                self._say(at, "MODEL-7")
        self._resting = self.target > self._start and bool(self.idle)
        if self._resting:
            self._kernel.alarm(self.idle[0] + _REST_AFTER, SCALING, 1, self._rest, None)

    def finish(self, at: int) -> None:
        """Count the empty receives of those that are idle now; a run that is cut short ends before some of them are."""
        for place, since in enumerate(self.idle):
            self.empty_receives += self._polls(max(0, at - since), place)

    def _polls(self, idle: int, place: int) -> int:
        """How many long polls stayed empty; those above the lowest number of pollers stop after a while."""
        if self.throughput is not None:  # one of its places polls for a whole poller
            return 0 if place % INVOCATIONS else idle // LONG_POLL
        return (idle if place < self._low else min(idle, _LOW_AFTER)) // LONG_POLL

    def _say(self, at: int, rule: str) -> None:
        self._log.scaled(at, rule, self.target)
