"""FIRE_AND_FORGET: a pipe hands each record to Lambda's own queue and is done with it.

Models EB:eb-pipes-event-target and EB:eb-pipes-error-troubleshooting, rule PIPE-6. Lambda accepts whatever concurrency is free, so the
source never sees a failure: what the code does with a record, and how often it is tried, is asynchronous invocation. Units: whole
microseconds.
"""

from collections import deque
from typing import Any

from simulations.engine.delivery import asynchronous
from simulations.engine.delivery.filters import Filters
from simulations.engine.kernel import POLLS, SCALING
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event

_TAKE, _HAND = range(2)


class Handing:
    """The pipe. It looks at its source every `period` (0: at once), and enriches each record for `enrichment`.

    `counts` is what its source says of how often a record was received: once for a queue, nothing for a stream.
    """

    def __init__(
        self, sim: Sim, queue: asynchronous.Queue, *, period: int, counts: list[int], enrichment: int, filters: Filters | None,
        starts: int, disabled: int | None,
    ) -> None:  # fmt: skip
        self._sim = sim
        self._queue = queue
        self._period = period
        self._counts = counts
        self._enrichment = enrichment
        self._filters = filters
        self._starts = starts
        self._waiting: deque[Event] = deque()
        self._polling = self._planned = False
        sim.kernel.alarm(starts, SCALING, 0, self._begin, None)
        if disabled is not None:
            sim.kernel.alarm(disabled, SCALING, 1, self._stop, None)

    def accept(self, at: int, event: Event) -> None:
        """A record is in the source."""
        self._waiting.append(event)
        self._plan(at)

    def _begin(self, at: int, _: Any) -> None:
        self._polling = True
        self._plan(at)

    def _stop(self, at: int, _: Any) -> None:
        self._polling = False
        if self._sim.undecided:
            self._sim.log.scaled(at, "RUN-7", 0)

    def _plan(self, at: int) -> None:
        """Look at the source the next time one does."""
        if not self._polling or self._planned or not self._waiting:
            return
        self._planned = True
        since = at - self._starts
        next_look = self._starts + -(-since // self._period) * self._period if self._period else at
        self._sim.kernel.alarm(next_look, POLLS, _TAKE, self._take, None)

    def _take(self, at: int, _: Any) -> None:
        """Read what is there; what passes the filters goes on, one record at a time."""
        self._planned = False
        if not self._polling:
            return
        events = list(self._waiting)
        self._waiting.clear()
        if self._filters is not None:
            events = self._filters.keep(self._sim, at, events)
        for event in events:
            self._sim.log.received(at, "PIPE-6", [event.id], self._counts, event.shard)
            if self._enrichment:
                self._sim.log.waiting(at, "PIPE-3", [event.id], at + self._enrichment)
                self._sim.kernel.alarm(at + self._enrichment, POLLS, _HAND, self._queue.accept, event)
            else:
                self._queue.accept(at, event)
