"""What a run adds up to: events by fate, attempts by outcome, and what CloudWatch would show.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, rules MET-1 to MET-17. A fold over rows: nothing is
kept of an event once its fate is decided. Units: whole microseconds inside; CloudWatch's own units in `cloudwatch`.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

import msgspec

from simulations.engine.trace import FATES, FIELDS, OUTCOMES, Fate, Kind, Outcome, Row
from simulations.engine.trigger import Trigger
from simulations.engine.units import US_PER_MS


class EventCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Events by fate; `unsettled` have none yet. `arrived` is the sum of all the others."""

    arrived: int
    delivered: int
    captured: int
    lost: int
    returned: int
    filtered: int
    unsettled: int


class AttemptCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts by outcome."""

    total: int
    succeeded: int
    failed: int
    timed_out: int
    throttled: int
    refused: int


class InvocationCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts that ran the code.

    `errors` failed or timed out. `duplicates` counts, event by event, each time an event was handed to the code again although
    an earlier invocation had handled it, or was at work on it and came to a good end.
    """

    total: int
    errors: int
    duplicates: int


class TimeToSettle(msgspec.Struct, frozen=True, kw_only=True):
    """From arrival to fate, over the events that have one; None while there is none."""

    mean_us: int | None
    max_us: int | None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One CloudWatch metric over the whole run: sum, largest and last of its data points; 0 where it has none."""

    sum: int | float
    max: int | float
    last: int | float


class Series:
    """A metric's data points, folded."""

    __slots__ = ("last", "most", "points", "total")

    def __init__(self) -> None:
        self.total = self.most = self.last = self.points = 0

    def add(self, value: int) -> None:
        self.total += value
        self.most = max(self.most, value)
        self.last = value
        self.points += 1

    def merge(self, later: "Series") -> None:
        self.total += later.total
        self.most = max(self.most, later.most)
        self.last = later.last if later.points else self.last
        self.points += later.points

    def figure(self, scale: int = 1) -> Figure:
        """In CloudWatch's unit, `scale` of ours."""
        return Figure(sum=_scaled(self.total, scale), max=_scaled(self.most, scale), last=_scaled(self.last, scale))


def _scaled(value: int, scale: int) -> int | float:
    return value // scale if value % scale == 0 else value / scale


_LAMBDA = ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions")
_ASYNCHRONOUS = (
    "AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped", "DeadLetterErrors", "DestinationDeliveryFailures",
)  # fmt: skip
_MAPPING = (
    "PolledEventCount",
    "FilteredOutEventCount",
    "InvokedEventCount",
    "FailedInvokeEventCount",
    "DeletedEventCount",
)
_BY_MODEL = {"synchronous": (), "asynchronous": _ASYNCHRONOUS, "queue": _MAPPING, "stream": _MAPPING}
_BY_TRIGGER = {"api_gateway": ("Count", "4XXError", "5XXError", "Latency")}
_MEMBERS_AT = 3 + FIELDS[Kind.ATTEMPT].index("members")
_IN_MS = {"Duration", "AsyncEventAge", "Latency"}


def metric_names(trigger: Trigger) -> tuple[str, ...]:
    """The metrics that a run of this trigger moves."""
    return (*_LAMBDA, *_BY_MODEL[trigger.model], *_BY_TRIGGER.get(trigger.key, ()))


class Metrics:
    """The fold. `add` takes the rows in order, in pieces of any size."""

    def __init__(self, trigger: Trigger) -> None:
        self._names = metric_names(trigger)
        self.series = {name: Series() for name in _ALL_NAMES}
        self.billed_ms = 0
        self.arrived = self.invoked = self.errors = self.duplicates = 0
        self.fates = [0] * len(FATES)
        self.outcomes = [0] * len(OUTCOMES)
        self.settling = Series()
        # of events without a fate: when they arrived, when Lambda queued them, whether an invocation handled them
        self.since: dict[str, int] = {}
        self.queued: dict[str, int] = {}
        self.handled: set[str] = set()
        self.ends: list[int] = []
        folds = {
            Kind.ARRIVED: self._on_arrived,
            Kind.ACCEPTED: self._on_accepted,
            Kind.RECEIVED: self._on_received,
            Kind.ATTEMPT: self._on_attempt,
            Kind.ANSWERED: self._on_answered,
            Kind.HIDDEN: self._on_hidden,
            Kind.DELETED: self._on_deleted,
            Kind.FILTERED: self._on_filtered,
            Kind.CAPTURE_FAILED: self._on_capture_failed,
            Kind.SETTLED: self._on_settled,
        }
        self._folds = tuple(folds.get(kind) for kind in Kind)

    def add(self, rows: Iterable[Row]) -> None:
        """Fold the next rows."""
        folds = self._folds
        for row in rows:
            fold = folds[row[0]]
            if fold is not None:
                fold(row)

    def merge(self, later: "Metrics") -> None:
        """Take in another part: a run of its own, or the rest of a trace after a moment at which nothing was under way.

        Everything that a single row says merges at any cut; what joins two rows (durations from one to the other, duplicates,
        executions at once) needs both in one part.
        """
        self.billed_ms += later.billed_ms
        self.arrived += later.arrived
        self.invoked += later.invoked
        self.errors += later.errors
        self.duplicates += later.duplicates
        self.fates = [a + b for a, b in zip(self.fates, later.fates, strict=True)]
        self.outcomes = [a + b for a, b in zip(self.outcomes, later.outcomes, strict=True)]
        self.settling.merge(later.settling)
        for name, series in later.series.items():
            self.series[name].merge(series)
        self.since.update(later.since)
        self.queued.update(later.queued)
        self.handled.update(later.handled)
        self.ends = later.ends

    def events(self) -> EventCounts:
        counts = dict(zip(FATES, self.fates, strict=True))
        return EventCounts(arrived=self.arrived, unsettled=self.arrived - sum(self.fates), **counts)

    def attempts(self) -> AttemptCounts:
        return AttemptCounts(total=sum(self.outcomes), **dict(zip(OUTCOMES, self.outcomes, strict=True)))

    def invocations(self) -> InvocationCounts:
        return InvocationCounts(total=self.invoked, errors=self.errors, duplicates=self.duplicates)

    def time_to_settle(self) -> TimeToSettle:
        known = self.settling
        if not known.points:
            return TimeToSettle(mean_us=None, max_us=None)
        return TimeToSettle(mean_us=known.total // known.points, max_us=known.most)

    def cloudwatch(self) -> dict[str, Figure]:
        """Every metric of this trigger by AWS's name, those that never moved too."""
        return dict(self._figures())

    def _figures(self) -> Iterator[tuple[str, Figure]]:
        for name in self._names:
            yield name, self.series[name].figure(US_PER_MS if name in _IN_MS else 1)

    def _point(self, name: str, value: int = 1) -> None:
        self.series[name].add(value)

    def _on_arrived(self, row: Row) -> None:
        self.arrived += 1
        self.since[row[3]] = row[1]
        self._point("Count")

    def _on_accepted(self, row: Row) -> None:
        self.queued[row[3]] = row[1]
        self._point("AsyncEventsReceived")

    def _on_received(self, row: Row) -> None:
        self._point("PolledEventCount", len(row[3]))

    def _on_attempt(self, row: Row) -> None:
        (_, at, _, _, invocation, _, start, init, end, outcome, _, _, billed_ms, *_, members, _) = row
        self.outcomes[outcome] += 1
        self._point("InvokedEventCount", len(members))
        if self.queued:
            queued = self.queued.get(members[0][0])
            if queued is not None:
                self._point("AsyncEventAge", at - queued)
        if invocation is None:
            if outcome == Outcome.THROTTLED:
                self._point("Throttles")
            self._point("FailedInvokeEventCount", len(members))
            return
        self.invoked += 1
        self.billed_ms += billed_ms
        self._point("Invocations")
        self._point("Duration", end - start - init)
        self._point("ConcurrentExecutions", self._running(start, end))
        self._count_duplicates(members, outcome == Outcome.SUCCEEDED)
        if outcome != Outcome.SUCCEEDED:
            self.errors += 1
            self._point("Errors")
            self._point("FailedInvokeEventCount", len(members))

    def _running(self, start: int, end: int) -> int:
        """How many executions there are once this one has begun; those that end at this very moment have ended."""
        ends = self.ends
        while ends and ends[0] <= start:
            heappop(ends)
        heappush(ends, end)
        return len(ends)

    def _count_duplicates(self, members: list[tuple[str, int, int | None, int]], success: bool) -> None:
        """An event whose fate is decided, or that a good invocation has in hand, comes again."""
        for member in members:
            event = member[0]
            if member[1] > 1 and (event in self.handled or event not in self.since):
                self.duplicates += 1
            if success and event in self.since:
                self.handled.add(event)

    def _on_answered(self, row: Row) -> None:
        _, at, _, event, status, *_ = row
        if 400 <= status < 500:
            self._point("4XXError")
        elif status >= 500:
            self._point("5XXError")
        if event in self.since:
            self._point("Latency", at - self.since[event])

    def _on_hidden(self, row: Row) -> None:
        """A message that is kept back was not handled, whatever became of the invocation."""
        self.handled.difference_update(row[3])

    def _on_deleted(self, row: Row) -> None:
        self._point("DeletedEventCount", len(row[3]))

    def _on_filtered(self, row: Row) -> None:
        self._point("FilteredOutEventCount", len(row[3]))

    def _on_capture_failed(self, row: Row) -> None:
        by = row[4]
        if by == "function_dlq":
            self._point("DeadLetterErrors")
        elif by in ("on_failure", "on_success"):
            self._point("DestinationDeliveryFailures")

    def _on_settled(self, row: Row) -> None:
        _, at, _, event, fate, _ = row
        self.fates[fate] += 1
        since = self.since.pop(event, None)
        if since is not None:
            self.settling.add(at - since)
        self.handled.discard(event)
        if self.queued.pop(event, None) is not None and fate in (Fate.CAPTURED, Fate.LOST):
            self._point("AsyncEventsDropped")


_ALL_NAMES = {*_LAMBDA, *_ASYNCHRONOUS, *_MAPPING, *(name for names in _BY_TRIGGER.values() for name in names)}
