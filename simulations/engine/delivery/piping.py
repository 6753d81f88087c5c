"""What a pipe adds to the polling of its source: an enrichment before the function, a limit for both, and a function that it does not wait for.

Models EB:pipes-enrichment, EB:eb-pipes-error-troubleshooting and EB:eb-pipes-event-target, rules PIPE-3 and PIPE-6 to -9. Units:
whole microseconds.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from simulations.engine.function import Run
from simulations.engine.kernel import ENDS
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.spans import Span
from simulations.engine.trace import Cause, Outcome
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S, words

LONGEST = number("PIPE-8", "execution_s") * US_PER_S
# what AWS calls a customer invocation error: it follows the limits of the source; all else is tried again and counts for nothing
_CUSTOMERS = (Cause.ACCESS_DENIED, Cause.RESOURCE_NOT_FOUND)
# a pipe's own words, as its log has them
FAILED, THROTTLED, TIMED_OUT = "ENRICHMENT_STAGE_FAILED", "EXECUTION_THROTTLED", "EXECUTION_TIMEOUT"


class EnrichmentError(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For a time, the enrichment fails: its code, for want of concurrency, or because the pipe's role may not call it."""

    error: Literal["function_error", "throttled", "access_denied"] = "function_error"


class Problem(NamedTuple):
    """Why an execution ended before the function was called; `counts`: the source's limits count it (PIPE-7)."""

    error: str
    rule: str
    counts: bool
    client_error: bool = False


_PROBLEMS = {
    "function_error": Problem(FAILED, "PIPE-7", counts=True),
    "throttled": Problem(THROTTLED, "PIPE-7", counts=False),
    "access_denied": Problem(Cause.ACCESS_DENIED, "PIPE-7", counts=True, client_error=True),
}
_TOO_LONG = Problem(TIMED_OUT, "PIPE-8", counts=True)


class Piping(msgspec.Struct, frozen=True, kw_only=True):
    """How a pipe is configured: `enrichment` 0 is none, `disabled_after` None is never.

    `hand(at, event)`: to whom it gives its records with FIRE_AND_FORGET; None: it waits for the function.
    """

    enrichment: int
    errors: tuple[EnrichmentError, ...] = ()
    disabled_after: int | None = None
    hand: Callable[[int, Event], None] | None = None

    def enriched(self, at: int) -> tuple[int, Problem | None]:
        """When an enrichment that begins now is over, and what went wrong with it."""
        error = next((one.error for one in self.errors if one.bounds[0] <= at < one.bounds[1]), None)
        if error is not None and error != "function_error":
            return at, _PROBLEMS[error]  # no code ran
        if self.enrichment > LONGEST:
            return at + LONGEST, _TOO_LONG
        return at + self.enrichment, None if error is None else _PROBLEMS[error]


class Pipe:
    """A pipe at work between its source and the function; `stop(at, rule)` ends its polling."""

    def __init__(self, sim: Sim, piping: Piping, stop: Callable[[int, str], None]) -> None:
        self.piping = piping
        self.hand = piping.hand
        self._sim = sim
        self._stop = stop
        self._client_errors = 0  # in a row

    def refused(self, error: str | None) -> Problem | None:
        """What it means that Lambda refuses the call of the function so; None: as for any mapping (PIPE-7)."""
        return Problem(error, "PIPE-7", counts=True, client_error=True) if error in _CUSTOMERS else None

    def failed(self, at: int, problem: Problem) -> None:
        """PIPE-9: nearly continuous 4xx errors disable the pipe."""
        self._client_errors = self._client_errors + 1 if problem.client_error else 0
        most = self.piping.disabled_after
        if most is not None and self._client_errors == most:
            self._sim.log.limit(at, "PIPE-9", "Pipe disabled", f"after {most} refused calls in a row", None)
            self._stop(at, "PIPE-9")

    def waited_for(self, at: int, run: Run, then: Callable[[int, Run], None]) -> Run:
        """The run as the pipe sees it: one that is too long has failed when its time is over (PIPE-8), whatever its code does."""
        self._client_errors = 0
        until = at - self.piping.enrichment + LONGEST
        if run.end <= until:
            return run
        seen = msgspec.structs.replace(run, outcome=int(Outcome.TIMED_OUT), rule="PIPE-8", end=until)
        run.then = _nobody_waits

        def give_up(now: int, over: Run) -> None:
            self._sim.log.limit(now, "PIPE-8", "Pipe execution", words(LONGEST), run.events[0].id)
            then(now, over)

        self._sim.kernel.at(until, ENDS, run.invocation, give_up, seen)
        return seen


def _nobody_waits(_: int, __: Run) -> None:
    """The code goes on to its end, and its answer reaches nobody."""
