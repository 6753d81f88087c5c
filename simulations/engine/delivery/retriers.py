"""The Retry block of a Step Functions state: which errors are tried again, when, and how often (SFN-1 to -5).

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. Units: seconds in settings, whole
microseconds in a run.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import synchronous
from simulations.engine.delivery.synchronous import Call, Problem
from simulations.engine.draws import uniform
from simulations.engine.limits import FieldError
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim
from simulations.engine.units import US_PER_S, words

_ALL, _TASK_FAILED = "States.ALL", "States.TaskFailed"
_NOT_ALL = {"States.Runtime", "States.DataLimitExceeded"}
_TIMEOUT = str(value("SFN-3", "state_timeout"))
_THROTTLED = str(value("SFN-3", "throttled"))
_LONGEST = number("SFN-2", "longest_execution_s") * US_PER_S
_INVALID = "InvalidDefinition"  # Step Functions' own word for a state machine that it refuses


class Retrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a Retry block, with the defaults that Step Functions gives it."""

    error_equals: Annotated[list[str], msgspec.Meta(min_length=1)]
    interval_seconds: Annotated[int, msgspec.Meta(ge=1, le=99_999_999)] = number("SFN-2", "interval_s")
    max_attempts: Annotated[int, msgspec.Meta(ge=0, le=99_999_999)] = number("SFN-2", "maximum_attempts")
    backoff_rate: Annotated[float, msgspec.Meta(ge=1)] = 2.0
    max_delay_seconds: Annotated[int, msgspec.Meta(ge=1, le=31_622_399)] | None = None
    jitter_strategy: Literal["none", "full"] = "none"


def check(retry: Sequence[Retrier]) -> Iterable[FieldError]:
    """What Step Functions refuses when the state machine is created."""
    for place, retrier in enumerate(retry):
        where = f"settings.retry[{place}]"
        if _ALL in retrier.error_equals and (len(retrier.error_equals) > 1 or place < len(retry) - 1):
            message = "States.ALL must stand alone in ErrorEquals, and in the last retrier."
            yield FieldError(f"{where}.error_equals", _INVALID, message)
        if retrier.max_delay_seconds is not None and retrier.max_delay_seconds <= retrier.interval_seconds:
            yield FieldError(
                f"{where}.max_delay_seconds", _INVALID, "MaxDelaySeconds must be greater than IntervalSeconds."
            )


def name_of(problem: Problem) -> str:
    """SFN-3: the name that Step Functions gives to an error."""
    match problem.kind:
        case "throttled":
            return _THROTTLED
        case "refused":
            return f"Lambda.{problem.error}"
        case "gave_up":
            return _TIMEOUT
        case _:
            return problem.error


def matches(name: str, patterns: Sequence[str]) -> bool:
    """SFN-4: whether a retrier or catcher that names these takes an error."""
    if name in patterns:
        return True
    if _ALL in patterns:
        return name not in _NOT_ALL
    return _TASK_FAILED in patterns and name != _TIMEOUT


class Retry:
    """The block at work. The first retrier that names the error decides; each counts its own retries."""

    def __init__(self, sim: Sim, retry: Sequence[Retrier]) -> None:
        self._sim = sim
        self._retry = retry

    def again(self, at: int, call: Call, problem: Problem) -> synchronous.Retry | str:
        """Wait as the retrier says, until its attempts are used up."""
        name = name_of(problem)
        place = next((n for n, one in enumerate(self._retry) if matches(name, one.error_equals)), None)
        if place is None:
            return self._unmatched(problem)
        retrier = self._retry[place]
        call.spent.extend([0] * (place + 1 - len(call.spent)))
        used = call.spent[place]
        if used >= retrier.max_attempts:
            self._limit(at, call, "MaxAttempts", str(retrier.max_attempts))
            return "SFN-4"
        wait = self._wait(call, retrier, used)
        if at + wait > call.events[0].at + _LONGEST:
            self._limit(at, call, "Execution time", words(_LONGEST))
            return "SFN-2"
        call.spent[place] += 1
        return synchronous.Retry(wait, "SFN-2")

    def _unmatched(self, problem: Problem) -> str:
        """Nobody retries this error."""
        if not self._retry:
            return "SFN-1"
        return "SFN-5" if problem.kind == "throttled" else "SFN-3"

    def _wait(self, call: Call, retrier: Retrier, used: int) -> int:
        """SFN-2: IntervalSeconds times BackoffRate for each retry before, up to MaxDelaySeconds or what an execution may take."""
        longest = _LONGEST if retrier.max_delay_seconds is None else retrier.max_delay_seconds * US_PER_S
        wait = float(retrier.interval_seconds * US_PER_S)
        for _ in range(used):
            wait *= retrier.backoff_rate
            if wait >= longest or retrier.backoff_rate == 1:
                break
        most = min(wait, float(longest))
        if retrier.jitter_strategy == "full":
            most *= uniform(self._sim.draws.purpose("sfn_retry").word(call.retries, call.index))
        return int(most)

    def _limit(self, at: int, call: Call, name: str, text: str) -> None:
        for event in call.events:
            self._sim.log.limit(at, "SFN-2", name, text, event.id)
