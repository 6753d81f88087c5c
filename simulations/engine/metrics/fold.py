"""The metrics of a run, folded from its rows; nothing is kept of an event once it is done with.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, rules MET-*. Units: whole microseconds
inside; CloudWatch's own units in `cloudwatch`.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from simulations.engine.delivery.batch_response import failed_items
from simulations.engine.delivery.pipe_sources import LISTENS
from simulations.engine.delivery.tumbling import carries_state
from simulations.engine.metrics.figures import (
    AttemptCounts,
    EventCounts,
    Figure,
    InvocationCounts,
    Series,
    TimeToSettle,
    ones_figure,
)
from simulations.engine.metrics.names import NOT_TAKEN, PROVISIONED, READY, make_series, scales
from simulations.engine.metrics.of_callers import ServiceFold
from simulations.engine.metrics.of_mappings import MappingFold, no_records
from simulations.engine.metrics.of_pipes import PipeFold
from simulations.engine.metrics.over_time import CloudWatchOverTime, OverTime
from simulations.engine.metrics.queue_depth import depth_of
from simulations.engine.metrics.topic import Topic
from simulations.engine.scenario import Scenario
from simulations.engine.trace import FATES, FIELDS, OUTCOMES, Fate, Kind, Outcome, Row
from simulations.engine.triggers import TRIGGERS

_REPORTS = "report_batch_item_failures"
_MEMBERS_AT = 3 + FIELDS[Kind.ATTEMPT].index("members")
_NONE: frozenset[str] = frozenset()
_ENVIRONMENT_AT = 3 + FIELDS[Kind.ATTEMPT].index("environment")
_RESPONSE_AT = 3 + FIELDS[Kind.ATTEMPT].index("response")


class Metrics:
    """The fold. `add` takes the rows of a trace in order, in pieces of any size."""

    def __init__(self, scenario: Scenario) -> None:
        self.billed_ms = 0
        self.arrived = self.accepted = self.invoked = self.errors = self.duplicates = self.dropped = 0
        self.fates = [0] * len(FATES)
        self.outcomes = [0] * len(OUTCOMES)
        self.settling = Series()
        # of events without a fate: when they arrived, when Lambda queued them, whether a good invocation has or had them
        self.since, self.queued = dict[str, int](), dict[str, int]()
        self.handled: set[str] = set()
        self.ends: list[int] = []  # of the executions under way
        self._ready_ends: list[int] = []  # of those in environments that are kept ready
        self.depth = depth_of(scenario)
        self._provisioned = scenario.function.provisioned_concurrent_executions
        self.series = make_series(scenario, self.depth)
        self._scales = scales(TRIGGERS[scenario.trigger]) | {READY[1]: self._provisioned or 1}
        self._service = ServiceFold(TRIGGERS[scenario.trigger], scenario.settings, self.series)
        self.duration = self.series["Duration"]
        self.executions = self.series["ConcurrentExecutions"]
        self._polled = TRIGGERS[scenario.trigger].model in ("queue", "stream", "broker", "pipe")
        piped = TRIGGERS[scenario.trigger].model == "pipe"
        listens = piped and scenario.settings.source in LISTENS
        self._reports = listens or _REPORTS in (getattr(scenario.settings, "function_response_types", None) or ())
        self._aside = no_records(scenario.settings)
        self._pipe = PipeFold(scenario, self.series) if piped else None
        self.mapping = MappingFold(self.series, self.depth, self.handled, self._pipe)
        self._topic = Topic(self.series) if TRIGGERS[scenario.trigger].offsets else None
        self._folds = self._by_kind()
        self._deep = self.depth or self._topic
        self._over_time = OverTime(None if self._deep is None else self._deep.look)

    def add(self, rows: Iterable[Row]) -> None:
        """Fold the next rows."""
        folds, ends = self._folds, self._over_time.ends
        for row in rows:
            if row[1] >= ends:
                self.mapping.pass_time(ends)
                self._over_time.close(row[1], self.series, self._ones())
                ends = self._over_time.ends
            fold = folds[row[0]]
            if fold is not None:
                fold(row)

    def merge(self, later: "Metrics") -> None:
        """Take in another part: a run of its own, or the rest of a trace after a moment at which nothing was under way.

        Everything that a single row says merges at any cut; what joins two rows (the time between them, duplicates,
        executions at once, the depth of a queue, the lag of a topic) needs both in one part.
        """
        for name in ("billed_ms", "arrived", "accepted", "invoked", "errors", "duplicates", "dropped"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.fates = [mine + other for mine, other in zip(self.fates, later.fates, strict=True)]
        self.outcomes = [mine + other for mine, other in zip(self.outcomes, later.outcomes, strict=True)]
        self.settling.merge(later.settling)
        self.mapping.pass_time(None)
        later.mapping.pass_time(None)
        for name, series in later.series.items():
            self.series[name].merge(series)

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
        """Every metric that this trigger can move, by AWS's name; those that did not move too."""
        self.mapping.pass_time(None)
        figures, ones = {name: one.figure(self._scales.get(name, 1)) for name, one in self.series.items()}, self._ones()
        return figures | {name: ones_figure(ones[name]) for name in figures if name in ones}

    def over_time(self) -> CloudWatchOverTime:
        """The same period by period; of one part, it does not merge."""
        self.mapping.pass_time(None)
        return self._over_time.result(self.series, self._ones(), self._scales)

    def _ones(self) -> dict[str, int]:
        """The metrics whose data points are all 1, so that their number says everything."""
        return {
            "Invocations": self.invoked,
            "Errors": self.errors,
            "Throttles": self.outcomes[Outcome.THROTTLED],
            "AsyncEventsReceived": self.accepted,
            "AsyncEventsDropped": self.dropped,
            "NumberOfMessagesSent": self.arrived - self.mapping.repeated,
        }

    def _by_kind(self) -> tuple["_Fold | None", ...]:
        folds: dict[Kind, _Fold] = {
            Kind.ARRIVED: self._on_arrived,
            Kind.ACCEPTED: self._on_accepted,
            Kind.ATTEMPT: self._on_attempt,
            Kind.ANSWERED: self._on_answered,
            Kind.CAPTURED: self._service.captured,
            Kind.CAPTURE_FAILED: self._on_capture_failed,
            Kind.SETTLED: self._on_settled,
            Kind.ENDED: self._on_ended,
        }
        if self._polled:
            folds |= {
                Kind.RECEIVED: self.mapping.received,
                Kind.HIDDEN: self.mapping.hidden,
                Kind.DELETED: self.mapping.deleted,
                Kind.FILTERED: self.mapping.filtered,
                Kind.CAPTURED: self.mapping.captured,
                Kind.SCALED: self.mapping.scaled,
                Kind.LIMIT: self.mapping.limited,
            }
        if self._topic is not None:
            folds[Kind.CHECKPOINTED] = self._topic.committed
        if self._pipe is not None:
            folds |= {Kind.WAITING: self._pipe.waiting, Kind.CHECKPOINTED: self._pipe.handed_over}
        return tuple(folds.get(kind) for kind in Kind)

    def _point(self, name: str, value: int = 1) -> None:
        """One data point of a metric, where this trigger has it."""
        series = self.series.get(name)
        if series is not None:
            series.add(value)

    def _on_arrived(self, row: Row) -> None:
        self.arrived += 1
        self.since[row[3]] = row[1]
        if self._service:
            self._service.happened("arrived")
        if self._pipe is not None:
            self._pipe.arrived(row[3], row[4])
        if self.depth is not None:
            self.depth.arrived(row[1], row[3], row[5])
        if self._topic is not None:
            self._topic.arrived(row[3], row[6])

    def _on_accepted(self, row: Row) -> None:
        self.accepted += 1
        self.queued[row[3]] = row[1]
        self._service.ended("accepted", row[1] - self.since.get(row[3], row[1]))

    def _on_attempt(self, row: Row) -> None:
        at, invocation, members = row[1], row[4], row[_MEMBERS_AT]
        self.outcomes[row[9]] += 1
        if self.queued:
            queued = self.queued.get(members[0][0])
            if queued is not None:
                self._point("AsyncEventAge", at - queued)
        failed = _NONE
        if invocation is not None:
            failed = self._on_invocation(row, members)
        else:
            self._service.not_run(row)
        if self._polled and not members[0][0].startswith(self._aside):
            since = self.since.get(members[-1][0])
            self.mapping.tried(at, len(members), at if since is None else since)
            self.mapping.failed(*((at, len(members)) if invocation is None else (row[8], len(failed))))
            if self._topic is not None:
                self._topic.look(at)
        if self._pipe is not None:
            self._pipe.attempt(row, failed)

    def _on_invocation(self, row: Row, members: list[tuple[str, int, int | None, int]]) -> frozenset[str]:
        """The code ran. MET-2: its error counts at its start."""
        start, init, end, succeeded = row[6], row[7], row[8], row[9] == Outcome.SUCCEEDED
        self.invoked += 1
        self.billed_ms += row[12]
        self.errors += not succeeded
        self.duration.add(end - start - init)
        self.executions.add(_running(self.ends, start, end))
        if self._provisioned:
            self._on_ready(start, end, spilled=row[_ENVIRONMENT_AT] > self._provisioned)
        failed = self._failed(row, members, succeeded)
        self._count_duplicates(members, failed)
        return failed

    def _failed(self, row: Row, members: list[tuple[str, int, int | None, int]], succeeded: bool) -> frozenset[str]:
        """The events that this invocation does not handle: all of a failed batch, those that it names, or none."""
        succeeded = succeeded and (not self._aside or carries_state(row[_RESPONSE_AT]))
        if succeeded and not self._reports:
            return _NONE
        events, named = [member[0] for member in members], None
        if succeeded:
            named = (failed_items if self._topic is None else self._topic.failed)(row[_RESPONSE_AT], events)
        return frozenset(events if named is None else named)

    def _on_ready(self, start: int, end: int, *, spilled: bool) -> None:
        """MET-14: whether an environment was ready, and how many of those are at work."""
        self._point(PROVISIONED[spilled])
        if not spilled:
            running = _running(self._ready_ends, start, end)
            for name in READY:
                self._point(name, running)

    def _count_duplicates(self, members: list[tuple[str, int, int | None, int]], failed: frozenset[str]) -> None:
        """An event that has its fate, or that a good invocation has or had, comes again."""
        since, handled = self.since, self.handled
        for event, invocation, *_ in members:
            if invocation > 1 and (event in handled or event not in since):
                self.duplicates += 1
            if event in since and event not in failed:
                handled.add(event)

    def _on_answered(self, row: Row) -> None:
        since = self.since.get(row[3])
        self._service.answered(row[2], row[4], None if since is None else row[1] - since)

    def _on_capture_failed(self, row: Row) -> None:
        """MET-7, MET-8."""
        if row[4] not in NOT_TAKEN:
            self._service.happened("uncaught")
        for name in NOT_TAKEN.get(row[4], ()):
            self._point(name)

    def _on_settled(self, row: Row) -> None:
        at, event, fate = row[1], row[3], row[4]
        self.fates[fate] += 1
        since = self.since.pop(event, None)
        if since is not None:
            self.settling.add(at - since)
        self.handled.discard(event)
        if self._topic is not None:
            self._topic.settled(event)
        if self.queued.pop(event, None) is not None:
            self.dropped += fate in (Fate.CAPTURED, Fate.LOST)  # MET-6: dropped even when a catcher has it
        elif self._service:
            self._service.ended(FATES[fate], None if since is None else at - since, row[5])
        elif self._polled and not event.startswith(self._aside):
            self.mapping.settled(row)

    def _on_ended(self, row: Row) -> None:
        _end(self.ends, row[1])
        self.mapping.pass_time(None)
        self.executions.add(len(self.ends))
        self.dropped += row[4].get("dropped_after_fate", 0)
        self._point("NumberOfEmptyReceives", row[4].get("empty_receives", 0))
        if self._deep is not None:
            self._deep.close(row[1])


def _running(ends: list[int], start: int, end: int) -> int:
    """How many executions there are once this one has begun; those that end at this very moment have ended."""
    _end(ends, start)
    heappush(ends, end)
    return len(ends)


def _end(ends: list[int], at: int) -> None:
    while ends and ends[0] <= at:
        heappop(ends)


_Fold = Callable[[Row], None]
