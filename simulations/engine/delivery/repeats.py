"""What follows an event that worked: the same event once more (GEN-4), or a new one that the function itself caused (REC-1).

Models LD:invocation-recursion: a function that writes to where its events come from makes a chain of requests, and Lambda
stops the chain when it has become too long. Units: whole microseconds.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery.asynchronous import Queue
from simulations.engine.delivery.tumbling import NAME as WINDOW
from simulations.engine.draws import threshold
from simulations.engine.kernel import ARRIVALS, RETURNS
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.traffic import At, Event, Traffic
from simulations.engine.units import US_PER_S

RecursiveLoop = Annotated[
    Literal["terminate", "allow"],
    plain("RecursiveLoop", "Whether Lambda stops a function that sets itself off over and over."),
]
LoopEvents = Annotated[
    int,
    setting(
        "Events of a loop",
        "Where we cut a chain that Lambda is told to allow.",
        ge=1,
        le=10_000,
        assumed="MODEL-17",
    ),
]
DEFAULT_LOOP_EVENTS = number("MODEL-17", "events")

_AGAIN = number("MODEL-15", "wait_s") * US_PER_S
_HOP = number("MODEL-16", "wait_s") * US_PER_S
_MOST = number("REC-1", "invocations")
_MARK = "~"  # between an event's id and its place in the chain


class Duplicates:
    """Hands out some events a second time although they were handled; the luck of each is its own."""

    def __init__(self, sim: Sim, queue: Queue, rate: float) -> None:
        self._sim = sim
        self._queue = queue
        self._threshold = threshold(rate)
        self._luck = sim.draws.purpose("duplicate").stream(0)

    def handled(self, at: int, event: Event) -> None:
        """The function worked with an event, for the first time."""
        if self._luck.word(event.index) < self._threshold:
            self._sim.log.waiting(at, "MODEL-15", [event.id], at + _AGAIN)
            self._sim.kernel.at(at + _AGAIN, RETURNS, event.index, self._again, event)

    def _again(self, at: int, event: Event) -> None:
        self._queue.again(at, event, "GEN-4")


class Loop:
    """A function that causes an event like the one it got, each time it works.

    The chain's k-th event has the index of its first one plus k times the number of planned events, so its luck is its own
    and the same in every run.
    """

    def __init__(self, sim: Sim, queue: Queue, *, stops: bool, most: int) -> None:
        self._sim = sim
        self._queue = queue
        self._stops = stops
        self._events = most
        self.send: Callable[[int, Event], None] = self.accept

    def accept(self, at: int, event: Event) -> None:
        """Lambda gets an event: one that comes after too many in its chain is not run."""
        if self._stops and event.index // self._sim.planned >= _MOST:
            limit = f"{_MOST} invocations in one chain"
            self._queue.stop(at, event, (Cause.RECURSION, "REC-1"), "REC-3", "RecursiveLoop", limit)
        else:
            self._queue.accept(at, event)

    def handled(self, at: int, event: Event) -> None:
        """The function worked: what it wrote becomes an event a moment later."""
        planned = self._sim.planned
        place = event.index // planned + 1
        if not self._stops and place >= self._events:
            self._sim.log.limit(at, "MODEL-17", "Events of a loop", f"{self._events:,}", event.id)
            return
        first = event.id.rpartition(_MARK)[0] if place > 1 else event.id
        caused = msgspec.structs.replace(
            event, index=event.index + planned, id=f"{first}{_MARK}{place + 1}", at=at + _HOP, invocations=0, retries=0,
            throttles=0, attempts=0, settled=False,
        )  # fmt: skip
        self._sim.kernel.at(at + _HOP, ARRIVALS, caused.index, self._arrive, caused)

    def _arrive(self, at: int, event: Event) -> None:
        sim = self._sim
        if sim.room is not None:
            sim.room -= 1
            if sim.room < 0:
                return  # the run says at its end that it was cut
        sim.arrive(at, "MODEL-16", event)
        self.send(at, event)


def made_by_run(name: str) -> bool:
    """Whether an id is one that a run makes itself: of a loop's event, or of the end of a tumbling window."""
    return _MARK in name or name.startswith(WINDOW)


def check_ids(traffic: Traffic) -> Iterable[FieldError]:
    """The events of a chain carry the id of its first one, a mark and their place, so no other id may hold the mark."""
    for place, planned in enumerate(traffic.events if isinstance(traffic, At) else ()):
        if _MARK in (planned.id or ""):
            message = f"With a loop the ids of its events are made with {_MARK}; leave it out of yours."
            yield FieldError(f"traffic.events[{place}].id", INVALID, message)
