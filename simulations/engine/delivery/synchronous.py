"""Synchronous invocation behind a front door: the caller waits, and whatever goes wrong comes back to it as a status code.

Models SYNC-1 to -4: Lambda never retries. The front door may stop waiting before the function ends; the function runs on
and is billed (APIGW-6). Units: whole microseconds.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulations.engine.function import Run
from simulations.engine.kernel import RETURNS
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Cause, Fate, Outcome
from simulations.engine.traffic import Event
from simulations.engine.units import words


class Answer(msgspec.Struct, frozen=True):
    """What the caller sees: status code, body, and the rule that says so."""

    status: int
    body: Any
    rule: str
    function_error: str | None = None


class FrontDoor(msgspec.Struct, frozen=True, kw_only=True):
    """How one service turns what happened into an answer.

    `rule` says that it invokes once. `waits` is how long it waits for the function (None: as long as it runs). `returned(run)` is the answer to code that did
    not fail, and whether it counts as delivered.
    """

    returned: Callable[[Run], tuple[Answer, str | None]]
    function_error: Answer
    throttled: Answer
    rule: str
    waits: int | None
    waits_rule: str
    gave_up: Answer


class Calls:
    """Requests on their way through one front door."""

    def __init__(self, sim: Sim, door: FrontDoor) -> None:
        self._sim = sim
        self._door = door

    def request(self, at: int, event: Event) -> None:
        """Invoke the function for a request, once."""
        sim, door = self._sim, self._door
        event.attempts += 1
        throttle = sim.function.throttled(at)
        if throttle is not None:
            sim.throttle(at, door.rule, throttle, event.attempts, [(event.id, None, None, 0)])
            self.answer(at, event, door.throttled, Cause.THROTTLED, "SYNC-4")
            return
        run = sim.function.start(at, (event,), self._ended, event)
        sim.attempt(run, door.rule, event.attempts, [(event.id, event.invocations, None, 0)])
        if door.waits is not None and run.end > at + door.waits:
            sim.kernel.at(at + door.waits, RETURNS, event.index, self._gave_up, event)

    def _gave_up(self, at: int, event: Event) -> None:
        """The front door stops waiting; the function does not hear of it."""
        door = self._door
        self._sim.log.limit(at, door.waits_rule, "Integration timeout", words(door.waits or 0), event.id)
        self.answer(at, event, door.gave_up, Cause.INTEGRATION_TIMEOUT, "APIGW-6")

    def _ended(self, at: int, run: Run) -> None:
        """The function ended; nobody may be waiting any more."""
        event: Event = run.argument
        if event.settled:
            return
        if failed(run):
            timed_out = run.outcome == Outcome.TIMED_OUT
            cause, rule = (Cause.TIMED_OUT, "SYNC-3") if timed_out else (Cause.FUNCTION_ERROR, "SYNC-2")
            self.answer(at, event, self._door.function_error, cause, rule)
            return
        answer, malformed = self._door.returned(run)
        self.answer(at, event, answer, malformed, "SYNC-3" if malformed else "SYNC-1")

    def answer(self, at: int, event: Event, answer: Answer, cause: str | None, rule: str) -> None:
        """The caller hears; what it hears decides the event's fate."""
        self._sim.log.answered(at, answer.rule, event.id, answer.status, answer.function_error, answer.body)
        self._sim.settle(at, rule, event, Fate.DELIVERED if cause is None else Fate.RETURNED, cause)
