"""The report of a run: what became of each event, what was caught, the counts, the cost; one fold over its rows.

`ReportBuilder` takes rows as they come and knows the totals at any moment; `make_report` does it in one call. The keys are
those of the terminal's output. Units: as the names say; money as decimal strings.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from simulations.engine.catchers import CATCHERS
from simulations.engine.cost import Cost, make_cost, running_total
from simulations.engine.metrics import (
    AttemptCounts,
    CloudWatchOverTime,
    EventCounts,
    Figure,
    InvocationCounts,
    Metrics,
    TimeToSettle,
)
from simulations.engine.run import simulate_rows
from simulations.engine.scenario import Scenario
from simulations.engine.trace import FATES, FIELDS, KINDS, OUTCOMES, Kind, Record, Row
from simulations.engine.trigger import is_there
from simulations.engine.triggers import TRIGGERS
from simulations.engine.usage import Usage

ENGINE_VERSION = "1"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a synchronous caller heard about an event."""

    at_us: int
    status_code: int
    function_error: str | None
    body: Any


class EventReport(msgspec.Struct, kw_only=True):
    """One event. `fate` is None while unsettled; `captured_by` names every catcher that received something about it."""

    fate: str | None = None
    cause: str | None = None
    settled_us: int | None = None
    invocations: int = 0
    receive_count: int | None = None
    captured_by: list[str] = msgspec.field(default_factory=list)
    answers: list[Answer] = msgspec.field(default_factory=list)


class Caught(msgspec.Struct, frozen=True, kw_only=True):
    """One document that a dead-letter queue or destination received."""

    at_us: int
    events: list[str]
    cause: str
    document: Any


class LimitReached(msgspec.Struct, kw_only=True):
    """A limit that shaped the run: how often, and the first record that says so."""

    limit: str
    value: str
    rule: str
    count: int
    first_seq: int


class RunEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Why the run ended, and what was counted rather than recorded."""

    reason: str
    at_us: int
    counts: dict[str, int]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report.

    `by_event` and `catchers` are None where they were not kept; `caught` counts the documents by catcher in any case. `ended`
    is None while the run goes on.
    """

    engine_version: str
    trigger: str
    ended: RunEnd | None
    events: EventCounts
    by_event: dict[str, EventReport] | None
    catchers: dict[str, list[Caught]] | None
    caught: dict[str, int]
    attempts: AttemptCounts
    invocations: InvocationCounts
    time_to_settle: TimeToSettle
    billed_ms: int
    cloudwatch: dict[str, Figure]
    cloudwatch_over_time: CloudWatchOverTime
    limits: list[LimitReached]
    cost: Cost


class ReportBuilder:
    """The fold that makes a report. Without `by_event` and `keep_documents` it stays small however long the run is."""

    def __init__(self, scenario: Scenario, by_event: bool = True, keep_documents: bool = True) -> None:
        self._scenario = scenario
        self._metrics = Metrics(scenario)
        self._usage = Usage(scenario)
        self._by_event: dict[str, EventReport] | None = {} if by_event else None
        names = configured_catchers(scenario)
        self._catchers: dict[str, list[Caught]] | None = {name: [] for name in names} if keep_documents else None
        self._caught = dict.fromkeys(names, 0)
        self._limits: dict[tuple[str, str], LimitReached] = {}
        self._ended: RunEnd | None = None
        self._records = 0
        self._at_us = 0
        folds = {
            Kind.CAPTURED: self._on_captured,
            Kind.LIMIT: self._on_limit,
            Kind.ENDED: self._on_ended,
        }
        of_events = {
            Kind.ARRIVED: self._on_arrived,
            Kind.RECEIVED: self._on_received,
            Kind.ATTEMPT: self._on_attempt,
            Kind.ANSWERED: self._on_answered,
            Kind.SETTLED: self._on_settled,
        }
        folds |= of_events if by_event else {}
        self._folds = tuple(folds.get(kind) for kind in Kind)

    def add(self, rows: list[Row]) -> None:
        """Fold the next rows of the trace."""
        if not rows:
            return
        self._metrics.add(rows)
        self._usage.add(rows)
        folds = self._folds
        for seq, row in enumerate(rows, self._records + 1):
            fold = folds[row[0]]
            if fold is not None:
                fold(seq, row)
        self._records += len(rows)
        self._at_us = rows[-1][1]

    def totals(self) -> dict[str, Any]:
        """The running totals that travel with each frame."""
        return {
            "records": self._records,
            "at_us": self._at_us,
            "events": msgspec.to_builtins(self._metrics.events()),
            "attempts": msgspec.to_builtins(self._metrics.attempts()),
            "invocations": msgspec.to_builtins(self._metrics.invocations()),
            "billed_ms": self._metrics.billed_ms,
            "total_usd": running_total(self._scenario, self._usage),
        }

    def finish(self) -> Report:
        """The report of the rows so far; what it says event by event goes on with the fold."""
        metrics = self._metrics
        return Report(
            engine_version=ENGINE_VERSION,
            trigger=self._scenario.trigger,
            ended=self._ended,
            events=metrics.events(),
            by_event=self._by_event,
            catchers=self._catchers,
            caught=dict(self._caught),
            attempts=metrics.attempts(),
            invocations=metrics.invocations(),
            time_to_settle=metrics.time_to_settle(),
            billed_ms=metrics.billed_ms,
            cloudwatch=metrics.cloudwatch(),
            cloudwatch_over_time=metrics.over_time(),
            limits=[msgspec.structs.replace(limit) for limit in self._limits.values()],
            cost=make_cost(self._scenario, self._usage.used),
        )

    def _event(self, event: str) -> EventReport:
        assert self._by_event is not None
        return self._by_event[event]

    def _on_arrived(self, _: int, row: Row) -> None:
        assert self._by_event is not None
        self._by_event[row[3]] = EventReport()

    def _on_received(self, _: int, row: Row) -> None:
        for event, count in zip(row[3], row[4], strict=False):  # streams have no receive counts
            self._event(event).receive_count = count

    def _on_attempt(self, _: int, row: Row) -> None:
        for event, invocation, _receive_count, _retries in row[17]:
            if invocation is not None:
                self._event(event).invocations += 1

    def _on_answered(self, _: int, row: Row) -> None:
        _kind, at, _rule, event, status, function_error, body = row
        self._event(event).answers.append(
            Answer(at_us=at, status_code=status, function_error=function_error, body=body)
        )

    def _on_settled(self, _: int, row: Row) -> None:
        _kind, at, _rule, event, fate, cause = row
        known = self._event(event)
        known.fate, known.cause, known.settled_us = FATES[fate], cause, at

    def _on_captured(self, _: int, row: Row) -> None:
        _kind, at, _rule, events, by, cause, _count, document = row
        self._caught[by] = self._caught.get(by, 0) + 1
        if self._catchers is not None:
            caught = Caught(at_us=at, events=events, cause=cause, document=document)
            self._catchers.setdefault(by, []).append(caught)
        if self._by_event is not None:
            for event in events:
                by_whom = self._event(event).captured_by
                if by not in by_whom:
                    by_whom.append(by)

    def _on_limit(self, seq: int, row: Row) -> None:
        _kind, _at, rule, limit, value, _event = row
        known = self._limits.get((limit, value))
        if known is None:
            self._limits[limit, value] = LimitReached(limit=limit, value=value, rule=rule, count=1, first_seq=seq)
        else:
            known.count += 1

    def _on_ended(self, _: int, row: Row) -> None:
        self._ended = RunEnd(reason=row[3], at_us=row[1], counts=dict(row[4]))


def configured_catchers(scenario: Scenario) -> list[str]:
    """The catchers that the settings name or that are always there, so that an empty one is said to be empty."""
    trigger = TRIGGERS[scenario.trigger]
    known = CATCHERS | trigger.catchers
    settings = scenario.settings
    chosen = [setting for setting in known if getattr(settings, setting, None) is not None]
    named = [known[setting] for setting in chosen if is_there(trigger.owned, settings, setting)]
    return [*named, *trigger.keeps]


def make_report(
    scenario: Scenario,
    rows: Iterable[list[Row]] | Iterable[Row] | Iterable[Record] | None = None,
    by_event: bool = True,
    keep_documents: bool = True,
) -> Report:
    """The report of a run: of these rows (also in chunks) or records, or else of the scenario, simulated here."""
    builder = ReportBuilder(scenario, by_event, keep_documents)
    for part in simulate_rows(scenario) if rows is None else rows:
        if isinstance(part, list):
            builder.add(part)
        else:
            builder.add([part if isinstance(part, tuple) else to_row(part)])
    return builder.finish()


_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}


def to_row(record: Record) -> Row:
    """The row of a record: what `trace.to_record` made it from."""
    number = _KIND_NUMBERS[str(record.__struct_config__.tag)]
    return (number, record.at_us, record.rule, *_values(record, FIELDS[number]))


def _values(record: Record, names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        value = getattr(record, name)
        if name == "outcome":
            value = OUTCOMES.index(value)
        elif name == "fate":
            value = FATES.index(value)
        elif name == "members":
            value = [tuple(member.values()) for member in value]
        yield value
