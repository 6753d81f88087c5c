"""The function: how long it runs, in which execution environment, and when Lambda refuses to run it.

Models the execution environment's life cycle (LD:lambda-runtime-environment), the function's timeout and concurrency
(LD:lambda-concurrency). Units: as the settings' names say; whole microseconds in a run.
"""

from collections.abc import Callable, Sequence
from math import floor
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from simulations.engine import arrays
from simulations.engine.draws import Draws, exponential, exponentials
from simulations.engine.environments import Environments
from simulations.engine.failures import Failures, Verdict
from simulations.engine.growth import Growth
from simulations.engine.kernel import ENDS, Kernel
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number, value
from simulations.engine.trace import Outcome
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S, ms_ceil, us_from_ms

Milliseconds = Annotated[float, setting("Duration", "How long the code runs.", unit="ms", ge=0)]
PerEvent = Annotated[float, setting("Per event", "Added for each event in the batch.", unit="ms", ge=0)]


class Constant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="constant"):
    """Every invocation takes the same time."""

    ms: Milliseconds = 100
    per_event_ms: PerEvent = 0


class Exponential(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="exponential"
):
    """A minimum and an exponentially distributed rest: most runs are short, a few are long."""

    mean_ms: Annotated[float, setting("Mean", "The average of the random part.", unit="ms", ge=0)] = 100
    minimum_ms: Annotated[float, setting("Minimum", "Every invocation takes at least this.", unit="ms", ge=0)] = 0
    per_event_ms: PerEvent = 0


class Function(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The function's configuration and how its code behaves."""

    timeout_s: Annotated[
        int, setting("Timeout", "How long Lambda lets the code run before it stops it.", unit="s", ge=1, le=900)
    ] = number("FN-1", "timeout_s")
    memory_mb: Annotated[
        int, setting("MemorySize", "Memory for the function; CPU and price grow with it.", unit="MB", ge=128, le=10_240)
    ] = number("FN-1", "memory_mb")
    ephemeral_storage_mb: Annotated[
        int,
        setting(
            "EphemeralStorage", "The size of /tmp; only its price depends on it here.", unit="MB", ge=512, le=10_240
        ),
    ] = number("BILL-1", "free_mb")
    architecture: Annotated[
        Literal["x86_64", "arm64"], plain("Architectures", "The processor the function runs on; the price differs.")
    ] = "x86_64"
    duration: Annotated[Constant | Exponential, plain("Duration", "How long the code runs, before its timeout.")] = (
        Constant()
    )
    init_ms: Annotated[
        float, setting("Init duration", "How long a new execution environment needs before it can run code (a cold start).",
                       unit="ms", ge=0)
    ] = 0  # fmt: skip
    init_failure: Annotated[
        Literal["raises", "exits", "timeout"], plain("Init failure", "The way in which initialisation fails, every time.")
    ] | None = None  # fmt: skip
    reserved_concurrent_executions: Annotated[
        int, setting("ReservedConcurrentExecutions", "At most so many executions at once; 0 switches the function off. "
                     "100 of the account must stay unreserved.", ge=0)
    ] | None = None  # fmt: skip
    provisioned_concurrent_executions: Annotated[
        int, setting("ProvisionedConcurrentExecutions", "So many execution environments are initialised beforehand and stay ready; "
                     "what exceeds them starts on demand.", ge=1)
    ] | None = None  # fmt: skip
    account_concurrent_executions: Annotated[
        int, setting("Account concurrency", "Concurrent executions of the whole account in the Region that this function may use.",
                     ge=1)
    ] = number("CONC-1", "account")  # fmt: skip
    environment_idle_s: Annotated[
        int, setting("Environment kept idle", "How long an unused execution environment stays warm.",
                     unit="s", ge=0, le=86_400, assumed="MODEL-2")
    ] = number("MODEL-2", "idle_s")  # fmt: skip


class Run(msgspec.Struct, gc=False, eq=False):
    """One invocation: decided when it starts, handed to `then` when it ends."""

    invocation: int
    events: Sequence[Event]
    outcome: int
    rule: str
    start: int
    init: int
    end: int
    billed_ms: int
    error_type: str | None
    response: Any
    environment: int
    environment_rule: str
    then: "Then"
    argument: Any = None
    raw: bool = False  # the response is text that is no JSON


Then = Callable[[int, Run], None]

UNRESERVED_LEAST = number("CONC-4", "unreserved_minimum")
ACCOUNT_LIMIT = "ConcurrentInvocationLimitExceeded"
RESERVED_LIMIT = "ReservedFunctionConcurrentInvocationLimitExceeded"

# AWS's markers for the ways in which code fails (ERR-1): error type and message
_ERRORS = {
    "raise": ("Exception", "The function raised an exception"),
    "timeout": (str(value("ERR-1", "timeout")), "Task timed out"),
    "exit": (str(value("ERR-1", "exit")), "Runtime exited without providing a reason"),
    "oom": (str(value("ERR-1", "out_of_memory")), "Runtime exited with error: signal: killed"),
}
_INIT_ERRORS = {"raises": "raise", "exits": "exit", "timeout": "timeout"}
_RESETS = ("timeout", "exit", "oom")


class Ending(NamedTuple):
    """How an invocation ends where nothing but chance is planned; what it has in common with `Run` says the same."""

    outcome: int
    rule: str
    error_type: str | None
    response: Any


class Lambda:
    """The function at work: its environments, its concurrency, its invocations.

    `response` is what the code returns when nothing else is said. `start` either runs the code and calls `then(at, run)` at
    its end, or returns the throttle's reason.
    """

    def __init__(self, function: Function, failures: Failures, draws: Draws, kernel: Kernel) -> None:
        self.function = function
        self.failures = failures
        self.response: Any = None
        self.carried: dict[str, Any] = {}  # what a handler that reports returns besides
        self.invocations = 0
        self.running = 0
        self.last_end = 0
        self.luck = draws.purpose("duration")
        self._at_once = draws.at_once
        self._kernel = kernel
        reserved, account = function.reserved_concurrent_executions, function.account_concurrent_executions
        self.limit = account if reserved is None else reserved
        self.refusal = (ACCOUNT_LIMIT, "CONC-1") if reserved is None else (RESERVED_LIMIT, "CONC-4")
        self.timeout = function.timeout_s * US_PER_S
        self.init = us_from_ms(function.init_ms)
        self._init_failure = function.init_failure
        self.provisioned = function.provisioned_concurrent_executions or 0
        self._environments = self.new_environments()
        self._growth = Growth(self.limit)
        self.grows_slowly = self._growth.limits
        duration = function.duration
        self.least = us_from_ms(duration.ms if isinstance(duration, Constant) else duration.minimum_ms)
        self.per_event = us_from_ms(duration.per_event_ms)
        self.mean = us_from_ms(duration.mean_ms) if isinstance(duration, Exponential) else 0

    @property
    def plain(self) -> bool:
        """Whether it has only what the short forms of `delivery` know: each of them asks this first."""
        special = self.function.init_failure is not None or self.provisioned or self.grows_slowly
        return not special and self.least > 0

    def throttled(self, at: int) -> tuple[str, str] | None:
        """Why an invocation would be refused now: (AWS's reason, rule id); None if it would run."""
        if self.running >= self.limit:
            return self.refusal
        if self.failures.takes_concurrency and self.running >= self.failures.available(at):
            return ACCOUNT_LIMIT, "CONC-1"
        if self.grows_slowly and not self._environments.warm(at) and not self._growth.grows(at):
            return ACCOUNT_LIMIT, "CONC-2"
        return None

    def start(self, at: int, events: Sequence[Event], then: Then, argument: Any = None) -> Run:
        """Run the code on these events; ask `throttled` first."""
        self.running += 1
        assert self.running <= self.limit, "never more concurrent executions than the limit"
        self.invocations = invocation = self.invocations + 1
        for event in events:
            event.invocations += 1
        environment, init, again, environment_rule = self._environments.take(at)
        verdict = self.failures.decide(invocation, at, events)
        spent = again + (verdict.after_us if verdict.after_us is not None else self.duration(events))
        do, rule = verdict.do, _RULES[verdict.do]
        if self._init_failure is not None and environment_rule != "MODEL-1":
            do, rule, spent = _INIT_ERRORS[self._init_failure], "ERR-1", again
        if spent > self.timeout or do == "timeout":
            do, rule, spent = "timeout", "FN-1", self.timeout
        end = at + init + spent
        run = Run(
            invocation, events, _OUTCOMES[do], rule, at, init, end, ms_ceil(init + spent),
            None if do == "ok" else verdict.error_type or _ERRORS[do][0],
            self._returned(verdict) if do == "ok" else _error(do, verdict),
            environment, environment_rule, then, argument,
        )  # fmt: skip
        if verdict.returns_text is not None and do == "ok":
            run.response, run.raw = _parsed(verdict.returns_text)
        reset = do != "ok" and (do in _RESETS or self._init_failure is not None)
        self._kernel.at(end, ENDS, invocation, self._reset if reset else self._ended, run)
        return run

    def _ended(self, at: int, run: Run) -> None:
        self._free(at, run, again=False)

    def _reset(self, at: int, run: Run) -> None:
        """INIT-3: after a crash or a timeout the environment must be initialised again."""
        self._free(at, run, again=True)

    def _free(self, at: int, run: Run, *, again: bool) -> None:
        """The environment is free again, then whoever invoked hears of it."""
        self.running -= 1
        self.last_end = at
        self._environments.free(at, run.environment, again=again)
        run.then(at, run)

    def new_environments(self) -> Environments:
        """The environments of a function that has not run yet."""
        return Environments(self.init, self.function.environment_idle_s * US_PER_S, self.provisioned)

    def durations(self, number: int, first: int, places: Sequence[int]) -> list[int]:
        """`duration` of the invocation with this number of single events: those at these places from the first one on."""
        least, mean = self.least + self.per_event, self.mean
        if not mean:
            return [least] * len(places)
        words = self.luck.stream(number).words_at(first, places)
        if self._at_once and len(words) >= arrays.FEW:
            return arrays.durations(words, mean, least)
        return [least + spent for spent in map(floor, exponentials(words, mean))]

    def ending(self, do: str) -> Ending:
        """What an invocation that does this, and of which nothing else is planned, says at its end."""
        if do == "ok":
            return Ending(_OUTCOMES[do], _RULES[do], None, self.response)
        return Ending(_OUTCOMES[do], _RULES[do], _ERRORS[do][0], _error(do, Verdict()))

    def duration(self, events: Sequence[Event]) -> int:
        """How long the code takes; its luck is keyed on the first event and how often that one was invoked."""
        return self.spent(len(events), events[0].invocations, events[0].index)

    def spent(self, count: int, number: int, index: int) -> int:
        """The same for so many events, the first of which has this index and is invoked for the so manieth time."""
        return self.spent_by(count, self.luck.word(number, index) if self.mean else 0)

    def spent_by(self, count: int, word: int) -> int:
        """The same, given the word that decides it."""
        return self.least + self.per_event * count + int(self.mean * exponential(word))

    def _returned(self, verdict: Verdict) -> Any:
        """What code that did not fail returns."""
        if verdict.returns is not msgspec.UNSET:
            return verdict.returns
        if verdict.failed is not None:
            return self.carried | {"batchItemFailures": [{"itemIdentifier": one} for one in verdict.failed]}
        return self.response


def _parsed(text: str) -> tuple[Any, bool]:
    """What the text that the code returned stands for, and whether it is no JSON."""
    try:
        return (msgspec.json.decode(text), False) if text else (None, False)
    except msgspec.DecodeError:
        return text, True


def _error(do: str, verdict: Verdict) -> dict[str, str]:
    """The error object that stands for a failed invocation's payload (SYNC-2)."""
    kind, message = _ERRORS[do]
    return {"errorMessage": verdict.error_message or message, "errorType": verdict.error_type or kind}


_RULES = {"ok": "RUN-6", "raise": "ERR-1", "exit": "ERR-1", "oom": "ERR-1", "timeout": "FN-1"}
_OUTCOMES = {
    "ok": int(Outcome.SUCCEEDED),
    "raise": int(Outcome.FAILED),
    "exit": int(Outcome.FAILED),
    "oom": int(Outcome.FAILED),
    "timeout": int(Outcome.TIMED_OUT),
}
