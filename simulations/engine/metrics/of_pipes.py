"""The metrics of a pipe: its executions, how long their stages took, and where they failed (PIPE-10).

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html. An execution is one way of a batch through the
pipe: its enrichment, if there is one, and the call of the function. Units: whole microseconds, bytes.
"""

from collections.abc import Collection, Mapping
from heapq import heappop, heappush

from simulations.engine.delivery.piping import FAILED, LONGEST, THROTTLED, TIMED_OUT
from simulations.engine.metrics.figures import Series
from simulations.engine.scenario import Scenario
from simulations.engine.trace import Outcome, Row
from simulations.engine.traffic import At

ENRICHES, HANDS_OVER = "PIPE-3", "PIPE-6"
# two of them have names that Lambda has as well
RUNS, DURATION = "Invocations (pipe)", "Duration (pipe)"
STAGES = ("EnrichmentStageDuration", "TargetStageDuration")
NAMES = (
    RUNS, "EventCount", "EventSize", "Concurrency", DURATION, *STAGES, "ExecutionFailed", "ExecutionPartiallyFailed",
    "ExecutionThrottled", "ExecutionTimeout", "EnrichmentStageFailed", "TargetStageFailed", "TargetStagePartiallyFailed",
)  # fmt: skip
_BY_ERROR = {
    FAILED: ("ExecutionFailed", "EnrichmentStageFailed"),
    THROTTLED: ("ExecutionThrottled",),
    TIMED_OUT: ("ExecutionTimeout",),
}
_TARGET_FAILED = ("ExecutionFailed", "TargetStageFailed")


class PipeFold:
    """Adds each execution of a pipe to the series that count it, when it ends."""

    def __init__(self, scenario: Scenario, series: Mapping[str, Series]) -> None:
        traffic = scenario.traffic
        self._series = series
        self._waits = scenario.settings.invocation_type == "request_response"
        self._sizes: dict[str, int] | None = {} if isinstance(traffic, At) else None
        self._size = 0 if isinstance(traffic, At) else traffic.size_bytes
        self._begun: dict[str, int] = {}  # enrichments by their first record
        self._running: list[int] = []  # when executions, or their enrichments, end
        self._points: list[tuple[int, str, int]] = []  # what is counted at the end of an execution

    def arrived(self, event: str, size: int) -> None:
        if self._sizes is not None:
            self._sizes[event] = size

    def waiting(self, row: Row) -> None:
        """An enrichment, and with it an execution, begins."""
        if row[2] == ENRICHES:
            self._begun[row[3][0]] = row[1]
            self._series[STAGES[0]].add(row[4] - row[1])
            self._runs_until(row[1], row[4])

    def attempt(self, row: Row, failed: Collection[str]) -> None:
        """The function was called, or the enrichment failed; `failed` are the records that it did not handle."""
        at, end, outcome, error, events = row[1], row[8], row[9], row[10], row[16]
        if not self._waits and outcome != Outcome.REFUSED:
            return  # what Lambda's own queue does
        since = self._begun.pop(events[0], at)
        if row[4] is None:
            names = _BY_ERROR.get(error, ("ExecutionThrottled",) if outcome == Outcome.THROTTLED else _TARGET_FAILED)
        elif end - since > LONGEST:
            end, names = since + LONGEST, ("ExecutionTimeout",)
        elif len(failed) == len(events):
            names = _TARGET_FAILED
        else:
            names = ("ExecutionPartiallyFailed", "TargetStagePartiallyFailed") if failed else ()
        self._executed(at, since, end, events, names)
        if row[4] is not None:
            heappush(self._points, (end, STAGES[1], end - at))

    def handed_over(self, row: Row) -> None:
        """Lambda took the records, and the source is rid of them."""
        if row[2] == HANDS_OVER:
            self._executed(row[1], self._begun.pop(row[3][0], row[1]), row[1], row[3], ())

    def _executed(self, at: int, since: int, end: int, events: Collection[str], names: tuple[str, ...]) -> None:
        """One execution: `since` then, its function called at `at`."""
        self._runs_until(at, end)
        points = self._points
        heappush(points, (end, RUNS, 1))
        heappush(points, (end, "EventCount", len(events)))
        sizes = self._sizes
        size = len(events) * self._size if sizes is None else sum(sizes.get(event, 0) for event in events)
        heappush(points, (end, "EventSize", size))
        heappush(points, (end, DURATION, end - since))
        for name in names:
            heappush(points, (end, name, 1))

    def _runs_until(self, at: int, end: int) -> None:
        running = self._running
        while running and running[0] <= at:
            heappop(running)
        heappush(running, end)
        self._series["Concurrency"].add(len(running))

    def pass_time(self, until: int | None) -> None:
        """Count what has ended before then; None: all that is known."""
        points = self._points
        while points and (until is None or points[0][0] < until):
            _, name, value = heappop(points)
            self._series[name].add(value)
