"""What goes wrong, as the scenario plans it: `FailurePlan` is the choice, `Failures` decides with it in a run.

Luck is keyed on (seed, event, how often the function has been invoked with it), so a throttle or another setting never
changes whether an event fails. Units: milliseconds in settings, whole microseconds in a run.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.draws import Draws, below, threshold
from simulations.engine.limits import plain, setting
from simulations.engine.spans import Span
from simulations.engine.traffic import Event
from simulations.engine.units import us_from_ms

Do = Literal["ok", "raise", "timeout", "exit", "oom"]
_NEVER = 1 << 62


class Outage(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every invocation that starts in this time fails."""

    from_ms: Annotated[float, msgspec.Meta(ge=0)]
    to_ms: Annotated[float, msgspec.Meta(ge=0)]


class ScriptStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens in the n-th invocation that contains an event."""

    event: str
    invocation: Annotated[int, msgspec.Meta(ge=1)]
    do: Literal["ok", "raise", "timeout", "exit", "oom", "fail_item"] = "raise"
    after_ms: Annotated[float, msgspec.Meta(ge=0)] | None = None
    error_type: str | None = None
    error_message: str | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which invocation: the n-th of the function, or each one that contains all of these events."""

    n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    events: list[str] | None = None


class InvocationPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one invocation does, how long it takes and what it returns; overrides `script`."""

    match: Match
    do: Do = "ok"
    duration_ms: Annotated[float, msgspec.Meta(ge=0)] | None = None
    returns: Any = msgspec.UNSET
    returns_text: str | None = None
    error_type: str | None = None
    error_message: str | None = None


class Availability(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For a time, only so many concurrent executions are to be had."""

    from_ms: Annotated[float, msgspec.Meta(ge=0)]
    available: Annotated[int, msgspec.Meta(ge=0)] = 0


class InvokeError(Span, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For a time, the Invoke call itself is refused before any code runs: `error` is AWS's exception name."""

    error: Literal[
        "AccessDeniedException", "ResourceNotFoundException", "ServiceException", "TooManyRequestsException"
    ] = "AccessDeniedException"


class FailurePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What fails in a scenario. By default nothing does."""

    error_rate: Annotated[
        float,
        setting("Error rate", "How likely each invocation fails for an event: 0 is never, 1 is always.", ge=0, le=1),
    ] = 0
    first_n: Annotated[
        int, setting("First invocations fail", "An event's first N invocations fail, the next one works.", ge=0)
    ] = 0
    poison: Annotated[
        list[str], plain("Poison events", 'The ids of events that fail every time, as a list: ["3"].')
    ] = []
    handler: Annotated[
        Literal["raise", "report", "report_rest", "report_group"],
        plain(
            "When a batch member fails",
            "The handler raises an error, which fails the whole batch, or reports the failed ids (batchItemFailures): those "
            "alone, with the rest of the batch, or with the rest of their message groups.",
        ),
    ] = "raise"
    outages: Annotated[
        list[Outage], plain("Outages", 'Times in which every invocation fails: [{"from_ms": 0, "to_ms": 60000}].')
    ] = []
    script: Annotated[
        list[ScriptStep], plain("Script", 'By event and invocation: [{"event": "1", "invocation": 1, "do": "raise"}].')
    ] = []
    invocations: Annotated[
        list[InvocationPlan],
        plain(
            "Invocations",
            'By invocation of the function: [{"match": {"n": 1}, "do": "ok", "returns": {"statusCode": 200}}].',
        ),
    ] = []
    concurrency: Annotated[
        list[Availability],
        plain(
            "Concurrency taken away", 'Throttles made on purpose: [{"from_ms": 0, "to_ms": 600000, "available": 0}].'
        ),
    ] = []
    catchers: Annotated[
        dict[str, Literal["no_permission", "too_large"]],
        plain(
            "Catchers that fail",
            'Dead-letter queues and destinations that cannot be written to: {"function_dlq": "no_permission"}.',
        ),
    ] = {}
    invoke_errors: Annotated[
        list[InvokeError],
        plain(
            "Invoke errors",
            "Times in which Lambda refuses the call itself, by exception: "
            '[{"from_ms": 0, "error": "AccessDeniedException"}].',
        ),
    ] = []


class Verdict(msgspec.Struct, gc=False):
    """What one invocation does. `failed` is what a reporting handler names; None: it names nothing."""

    do: str = "ok"
    after_us: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    failed: list[Any] | None = None
    returns: Any = msgspec.UNSET
    returns_text: str | None = None


_OK = Verdict()
_RAISE = Verdict(do="raise")


class Failures:
    """The failure plan at work."""

    def __init__(self, plan: FailurePlan, draws: Draws) -> None:
        self.luck = draws.purpose("error")
        self.threshold = threshold(plan.error_rate)
        self.always = plan.error_rate >= 1
        self.manner = plan.handler
        self.first_n = plan.first_n
        self._poison = frozenset(plan.poison)
        self.reports = plan.handler != "raise"
        self.outages = [outage.bounds for outage in plan.outages]
        self._script = {(step.event, step.invocation): step for step in plan.script}
        self._by_number = {step.match.n: step for step in plan.invocations if step.match.n is not None}
        self._by_events = [(frozenset(step.match.events), step) for step in plan.invocations if step.match.events]
        self._windows = [(*window.bounds, window.available) for window in plan.concurrency]
        self._refusals = [(*planned.bounds, planned.error) for planned in plan.invoke_errors]
        self.refuses = bool(self._refusals)  # whether `refusal` ever says anything
        self.catchers = plan.catchers
        self.identify: Callable[[Event], Any] = attrgetter("id")  # how a handler that reports names an event
        planned = bool(self._script or self._by_number or self._by_events)
        self._simple = not (planned or self.reports)
        # whether nothing is planned for single invocations or calls
        self.unplanned = not (planned or self._windows or self.refuses)
        self.only_poison = not (self.threshold or self.first_n or self.outages)  # the poison events fail, no others
        self._lucky = not (self.first_n or self._poison or self.outages)

    @property
    def by_chance(self) -> bool:
        """Whether nothing but the error rate decides."""
        return self._simple and self._lucky and not self._windows and not self.refuses

    @property
    def plain(self) -> bool:
        """Whether nothing is planned for single invocations or calls, and a batch fails as a whole."""
        return self.unplanned and not self.reports

    @property
    def poisoned(self) -> frozenset[int]:
        """The indexes of the poison events, as traffic without a table names events."""
        return frozenset(int(name) - 1 for name in self._poison if name.isdecimal() and str(int(name)) == name)

    def strikes(self, at: int, number: int, indexes: Sequence[int]) -> bool:
        """Whether the code fails in the invocation with this number of these events, for another reason than poison."""
        if self.always or number <= self.first_n or any(begin <= at < end for begin, end in self.outages):
            return True
        probability, word = self.threshold, self.luck.word
        return bool(probability) and any(word(number, index) < probability for index in indexes)

    def by_luck(self, number: int, first: int, places: Sequence[int]) -> list[int]:
        """By chance alone: whether the invocation with this number fails, of events as in `Lambda.durations`; 1 if it does."""
        if not self.threshold:
            return [0] * len(places)
        return list(below(self.luck.stream(number).words_at(first, places), self.threshold))

    def available(self, at: int) -> int:
        """How many concurrent executions the plan leaves at a moment."""
        return min((left for begin, end, left in self._windows if begin <= at < end), default=_NEVER)

    def refusal(self, at: int) -> str | None:
        """The exception with which Lambda refuses an Invoke call at a moment; None if it lets it through."""
        return next((error for begin, end, error in self._refusals if begin <= at < end), None)

    def refused_until(self, at: int) -> int | None:
        """When the exception that `refusal` speaks of ends; None is never."""
        return next((end for begin, end, _ in self._refusals if begin <= at < end < _NEVER), None)

    @property
    def takes_concurrency(self) -> bool:
        """Whether `available` ever says anything."""
        return bool(self._windows)

    def fails(self, event: Event, at: int) -> bool:
        """Whether the code fails for this event in its current invocation (which it already counts)."""
        number = event.invocations
        if self._lucky:
            if self.always or not self.threshold:
                return self.always
            return self.luck.word(number, event.index) < self.threshold
        if event.id in self._poison or number <= self.first_n:
            return True
        if self.always or (self.outages and any(begin <= at < end for begin, end in self.outages)):
            return True
        return bool(self.threshold) and self.luck.word(number, event.index) < self.threshold

    def decide(self, number: int, at: int, events: Sequence[Event]) -> Verdict:
        """What the function's `number`-th invocation does with these events."""
        if self._simple:
            if self.only_poison:
                for event in events:
                    if event.id in self._poison:
                        return _RAISE
                return _OK
            for event in events:
                if self.fails(event, at):
                    return _RAISE
            return _OK
        plan = self._by_number.get(number) or self._planned_for(events)
        if plan is not None:
            return _as_planned(plan)
        return self._scripted(at, events)

    def _planned_for(self, events: Sequence[Event]) -> InvocationPlan | None:
        """The first planned invocation whose events are all in this one."""
        ids = {event.id for event in events} if self._by_events else frozenset()
        return next((plan for wanted, plan in self._by_events if wanted <= ids), None)

    def _scripted(self, at: int, events: Sequence[Event]) -> Verdict:
        """Script first, chance for the events that it does not mention; the first raised error decides a batch."""
        failed: set[str] = set()
        after: int | None = None
        for event in events:
            step = self._script.get((event.id, event.invocations))
            if step is None:
                if not self.fails(event, at):
                    continue
                if not self.reports:
                    return _RAISE
                failed.add(event.id)
                continue
            step_us = us_from_ms(step.after_ms) if step.after_ms is not None else None
            if step.do == "fail_item":
                failed.add(event.id)
            elif step.do != "ok":
                return Verdict(step.do, step_us, step.error_type, step.error_message)
            after = step_us if after is None else max(after, step_us or 0)
        named = self._unreached(events, failed) if failed else []
        return Verdict("ok", after, failed=named if self.reports or failed else None)

    def _unreached(self, events: Sequence[Event], failed: set[str]) -> list[Any]:
        """What the handler reports when these fail: a handler that stops names all that comes later, in its way, as well."""
        if self.manner not in ("report_rest", "report_group"):
            return [self.identify(event) for event in events if event.id in failed]
        stopped: set[str | None] = set()
        for event in events:
            same_group = event.group is not None and event.group in stopped
            if event.id in failed or same_group or (stopped and self.manner == "report_rest"):
                failed.add(event.id)
                stopped.add(event.group)
        return [self.identify(event) for event in events if event.id in failed]


def _as_planned(plan: InvocationPlan) -> Verdict:
    """The verdict that a planned invocation stands for."""
    after = us_from_ms(plan.duration_ms) if plan.duration_ms is not None else None
    return Verdict(plan.do, after, plan.error_type, plan.error_message, None, plan.returns, plan.returns_text)
