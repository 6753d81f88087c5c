"""The metrics of the service that calls the function, folded as its trigger says (MET-15 to MET-17).

Units: whole microseconds where a metric measures time.
"""

from collections.abc import Mapping
from typing import Any

from simulations.engine.metrics.figures import Series
from simulations.engine.sim import CALLER_RATE
from simulations.engine.trace import SENDERS_CAUSES, Cause, Outcome, Row
from simulations.engine.trigger import ServiceMetric, Trigger

_BY_CODE = "SYNC-1"  # the rule of an answer that is the function's own
_TURNED_AWAY = "own_4xx"  # too large, or too many: API Gateway's other answers come from a call


def own_metrics(trigger: Trigger, settings: Any) -> list[ServiceMetric]:
    """The metrics of the service itself that a trigger with these settings has."""
    return [
        metric
        for metric in trigger.metrics
        if all(getattr(settings, name) == value for name, value in metric.only.items())
    ]


class ServiceFold:
    """Adds what happens to the series of the metrics that count it. Without metrics of its own it is false."""

    def __init__(self, trigger: Trigger, settings: Any, series: Mapping[str, Series]) -> None:
        self.catchers = frozenset(trigger.catchers.values())  # the service's own
        self._series: dict[str, list[Series]] = {}
        for metric in own_metrics(trigger, settings):
            self._series.setdefault(metric.of, []).append(series[metric.name])

    def __bool__(self) -> bool:
        return bool(self._series)

    def happened(self, what: str, value: int = 1) -> None:
        """A data point."""
        for series in self._series.get(what, ()):
            series.add(value)

    def answered(self, rule: str, status: int, took: int | None) -> None:
        """A caller heard of an event that arrived so long before, if it has no fate yet."""
        kind = f"{'code' if rule == _BY_CODE else 'own'}_{status // 100}xx"
        if status >= 400:
            self.happened(kind)
        if took is not None:
            self.happened("latency", took)
            if kind != _TURNED_AWAY:
                self.happened("integration", took)

    def ended(self, how: str, took: int | None, cause: str | None = None) -> None:
        """The service is done with an event: its fate, perhaps because it gave up, or "accepted" by Lambda's own queue."""
        self.happened(how)
        if cause in SENDERS_CAUSES:
            self.happened("undelivered")
        if took is not None:
            self.happened("duration", took)

    def not_run(self, row: Row) -> None:
        """An attempt that ran no code: refused to the service, stopped as a loop, or short of concurrency, which is Lambda's."""
        if row[9] == Outcome.REFUSED:
            self.happened("looped" if row[10] == Cause.RECURSION else "refused")
        elif row[11] == CALLER_RATE:
            self.happened("throttled")

    def captured(self, row: Row) -> None:
        """MET-15, MET-16: the service's own catcher has the event, and Lambda never saw it."""
        if row[4] in self.catchers:
            self.happened("caught", len(row[3]))
