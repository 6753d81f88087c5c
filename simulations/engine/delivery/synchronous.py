"""Synchronous invocation: somebody calls the function, waits, and hears what became of it.

Models SYNC-1 to -5 and -8: Lambda itself never tries again, its caller may. A caller that stops waiting does not stop the
function: it runs on, is billed, and nobody hears of it. What differs between two callers is data (`Caller`): how long they
wait, what they answer whoever stands behind them, when they try again. Units: whole microseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from simulations.engine.function import RESERVED_LIMIT, Run
from simulations.engine.growth import RequestRate
from simulations.engine.kernel import RETURNS
from simulations.engine.rules import number, value
from simulations.engine.sim import TOO_MANY_REQUESTS, Sim, failed
from simulations.engine.trace import Cause, Fate, Outcome
from simulations.engine.traffic import Event
from simulations.engine.units import words

Kind = Literal["function_error", "timed_out", "malformed", "throttled", "refused", "gave_up"]

TOO_LARGE = "RequestTooLargeException"
_REQUEST_BYTES = number("SYNC-5", "request_bytes")
_CALLER_RATE = (str(value("SYNC-4", "caller_rate_reason")), "SYNC-4")


class Answer(msgspec.Struct, frozen=True):
    """What is heard: status code, body, and the rule that says so. `settles`: the rule of the fate, where it has one of its own."""

    status: int
    body: Any
    rule: str
    function_error: str | None = None
    settles: str = ""


class Problem(msgspec.Struct, frozen=True):
    """What went wrong with one attempt: AWS's name of the error, the word that records have for it, the rule behind it."""

    kind: Kind
    error: str
    cause: str
    rule: str
    run: Run | None = None
    reason: str = ""  # of a throttle


class Call(msgspec.Struct, gc=False, eq=False):
    """One logical call: the events it carries, and how often it was tried. `awaited` numbers the attempt somebody waits for."""

    events: Sequence[Event]
    attempts: int = 0
    retries: int = 0
    awaited: int = 0
    spent: list[int] = []  # retries by retrier, where a caller counts them apart

    @property
    def index(self) -> int:
        """Keys the luck of the call."""
        return self.events[0].index


class Retry(msgspec.Struct, frozen=True):
    """The next attempt: after how long, and by which rule; `waits` is the rule of the wait where it is another one."""

    wait: int
    rule: str
    waits: str = ""


class Patience(msgspec.Struct, frozen=True):
    """How long a caller waits for an answer: the limit's name and rule, and what it means for the event when it is reached."""

    us: int
    name: str
    rule: str
    cause: str
    settles: str


class Size(msgspec.Struct, frozen=True):
    """The largest request that a caller takes, and its answer to a larger one; Lambda is not called then."""

    most_bytes: int
    answer: Answer
    name: str = "Payload"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """How one service or client calls the function.

    `rule` says that it calls; `returned` is what it makes of code that did not fail, `answer` what is heard of a problem (None:
    nothing), each time or only at last. `again` is the next attempt, or the rule by which there is none ("": the one of the
    problem itself); `hold` is how long an attempt is held back before it is sent; `worked` hears of a good end. `instead(at, call)` takes the place of running the code; `queued`: Lambda's
    own queue has the event then, and its retries are those that count. `limited` is a throttle of
    its own beside the function's. `delivered` and `keep` decide fates: after a good end, and in place of a return (whether
    it kept them). `shape` finishes what the function returned before it is recorded. `named` is a problem's cause in records.
    """

    rule: str
    returned: Callable[[Run], Answer | Problem]
    answer: Callable[[Problem], Answer | None]
    hears_each: bool = True
    patience: Patience | None = None
    sizes: tuple[Size, ...] = ()
    again: Callable[[int, Call, Problem], Retry | str] | None = None
    hold: Callable[[int, Call], int] | None = None
    worked: Callable[[int, Call], None] | None = None
    limited: Callable[[int], tuple[str, str] | None] | None = None
    instead: Callable[[int, Call], None] | None = None
    queued: bool = False
    delivered: Callable[[int, Call, Run], None] | None = None
    keep: Callable[[int, Call, Problem], bool] | None = None
    shape: Callable[[Run], None] | None = None
    named: Callable[[Problem], str] = lambda problem: problem.cause


def by_kind(answers: Mapping[str, Answer]) -> Callable[[Problem], Answer | None]:
    """Answers as a table: by the exception of a refused call where it is named, else by the kind of problem."""

    def answer(problem: Problem) -> Answer | None:
        named = answers.get(problem.error) if problem.kind == "refused" else None
        return named or answers.get(problem.kind)

    return answer


def malformed(run: Run) -> Problem:
    """The code worked and returned what its caller cannot use."""
    return Problem("malformed", Cause.MALFORMED_RESPONSE, Cause.MALFORMED_RESPONSE, "SYNC-3", run)


class Calls:
    """Calls of one caller on their way."""

    def __init__(self, sim: Sim, caller: Caller) -> None:
        self._sim = sim
        self._caller = caller
        self._hold, self._rule = caller.hold, caller.rule
        self._patience = caller.patience.us if caller.patience is not None else None
        self._rate = RequestRate(sim.function.limit, reserved=sim.function.refusal[0] == RESERVED_LIMIT)

    def request(self, at: int, event: Event) -> None:
        """Call the function for one event, unless it is too large for the caller."""
        for size in self._caller.sizes:
            if event.size > size.most_bytes:
                rule = size.answer.settles or size.answer.rule
                self._sim.log.limit(at, rule, size.name, f"{size.most_bytes:,} bytes", event.id)
                self.turn_away(at, event, size.answer, Cause.PAYLOAD_TOO_LARGE, rule)
                return
        self.call(at, (event,))

    def call(self, at: int, events: Sequence[Event]) -> None:
        """Call the function with these events."""
        self._try(at, (Call(events), self._rule))

    def turn_away(self, at: int, event: Event, answer: Answer, cause: str, rule: str) -> None:
        """Answer without calling the function."""
        self.hear(at, (event,), answer)
        self._sim.settle(at, rule, event, Fate.RETURNED, cause)

    def hear(self, at: int, events: Sequence[Event], answer: Answer) -> None:
        """Record what is heard about events."""
        for event in events:
            self._sim.log.answered(at, answer.rule, event.id, answer.status, answer.function_error, answer.body)

    def _try(self, at: int, planned: tuple[Call, str]) -> None:
        """An attempt is due; the client may hold it back."""
        held = self._hold(at, planned[0]) if self._hold is not None else 0
        if not held:
            self._send(at, planned)
            return
        call = planned[0]
        self._sim.log.waiting(at, "SDK-7", [event.id for event in call.events], at + held)
        self._sim.kernel.at(at + held, RETURNS, call.index, self._send, planned)

    def _send(self, at: int, planned: tuple[Call, str]) -> None:
        """One attempt, now: refused, throttled, handed over, or run."""
        sim, caller, (call, rule) = self._sim, self._caller, planned
        call.attempts = call.awaited = attempt = call.attempts + 1
        problem = self._refusal(at, call, rule)
        if problem is not None:
            self._failed(at, call, problem)
            return
        if caller.instead is not None:
            caller.instead(at, call)
            return
        events = call.events
        for event in events:
            event.attempts = attempt
        throttle = self._throttle(at)
        if throttle is not None:
            sim.throttle(at, rule, throttle, attempt, self._members(call))
            self._failed(at, call, _throttled(throttle[0]))
            return
        run = sim.function.start(at, events, self._ended, (call, attempt))
        if caller.shape is not None:
            caller.shape(run)
        sim.attempt(run, rule, attempt, [(event.id, event.invocations, None, call.retries) for event in events])
        if self._patience is not None and run.end > at + self._patience:
            sim.kernel.at(at + self._patience, RETURNS, call.index, self._gave_up, (call, attempt))

    def _throttle(self, at: int) -> tuple[str, str] | None:
        """Why the call is throttled, by whom: the function's concurrency, the caller's own limit, the function's request rate."""
        limited = self._caller.limited
        return (
            self._sim.function.throttled(at)
            or (limited(at) if limited is not None else None)
            or self._rate.throttled(at)
        )

    def _refusal(self, at: int, call: Call, rule: str) -> Problem | None:
        """SYNC-5 and the failure plan: Lambda refuses the call itself, and no code runs (ERR-1)."""
        sim, events = self._sim, call.events
        error = sim.failures.refusal(at) if sim.failures.refuses else None
        size = events[0].size if len(events) == 1 else sum(event.size for event in events)
        if error is None and size <= _REQUEST_BYTES:
            return None
        if error == TOO_MANY_REQUESTS:
            self._count(call)
            sim.throttle(at, rule, _CALLER_RATE, call.attempts, self._members(call))
            return _throttled(_CALLER_RATE[0])
        cause, why = error or "", "SYNC-8"
        if error is None:
            error, cause, why = TOO_LARGE, Cause.PAYLOAD_TOO_LARGE, "SYNC-5"
            sim.log.limit(at, why, "Payload", f"{_REQUEST_BYTES:,} bytes", call.events[0].id)
        self._count(call)
        sim.refuse(at, rule, (error, "ERR-1"), call.attempts, self._members(call))
        return Problem("refused", error, cause, why)

    def _count(self, call: Call) -> None:
        for event in call.events:
            event.attempts = call.attempts

    def _members(self, call: Call) -> list[tuple[str, int | None, int | None, int]]:
        """The events of an attempt that runs no code; what Lambda's own queue will spend, the sender does not."""
        retries = 0 if self._caller.queued else call.retries
        return [(event.id, None, None, retries) for event in call.events]

    def _gave_up(self, at: int, argument: tuple[Call, int]) -> None:
        """The caller stops waiting; the function does not hear of it."""
        call, attempt = argument
        patience = self._caller.patience
        assert patience is not None
        assert call.awaited == attempt, "nobody stops waiting twice"
        for event in call.events:
            self._sim.log.limit(at, patience.rule, patience.name, words(patience.us), event.id)
        self._failed(at, call, Problem("gave_up", patience.cause, patience.cause, patience.settles))

    def _ended(self, at: int, run: Run) -> None:
        """The function ended; nobody may be waiting any more."""
        call, attempt = run.argument
        if call.awaited != attempt:
            return
        if failed(run):
            timed_out = run.outcome == Outcome.TIMED_OUT
            kind: Kind = "timed_out" if timed_out else "function_error"
            cause, rule = (Cause.TIMED_OUT, "SYNC-3") if timed_out else (Cause.FUNCTION_ERROR, "SYNC-2")
            self._failed(at, call, Problem(kind, run.error_type or cause, cause, rule, run))
            return
        found = self._caller.returned(run)
        if isinstance(found, Problem):
            self._failed(at, call, found)
            return
        call.awaited = 0
        if self._caller.worked is not None:
            self._caller.worked(at, call)
        if self._caller.delivered is not None:
            self._caller.delivered(at, call, run)
            return
        self.hear(at, call.events, found)
        self._settle(at, "SYNC-1", call.events, Fate.DELIVERED, None)

    def _failed(self, at: int, call: Call, problem: Problem) -> None:
        """The attempt came to nothing: the caller tries again, or the problem decides the fate."""
        sim, caller = self._sim, self._caller
        call.awaited = 0
        again = caller.again(at, call, problem) if caller.again is not None else ""
        final = isinstance(again, str)
        answer = caller.answer(problem) if final or caller.hears_each else None
        if answer is not None:
            self.hear(at, call.events, answer)
        if isinstance(again, Retry):
            call.retries += 1
            if again.wait:
                sim.log.waiting(at, again.waits or again.rule, [event.id for event in call.events], at + again.wait)
            sim.kernel.at(at + again.wait, RETURNS, call.index, self._try, (call, again.rule))
        elif caller.keep is None or not caller.keep(at, call, problem):
            rule = again or (answer.settles if answer is not None else "") or problem.rule
            self._settle(at, rule, call.events, Fate.RETURNED, caller.named(problem))

    def _settle(self, at: int, rule: str, events: Sequence[Event], fate: Fate, cause: str | None) -> None:
        for event in events:
            self._sim.settle(at, rule, event, fate, cause)


def _throttled(reason: str) -> Problem:
    return Problem("throttled", TOO_MANY_REQUESTS, Cause.THROTTLED, "SYNC-4", None, reason)
