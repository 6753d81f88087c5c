"""The metrics of the service that calls the function, folded as its trigger says (MET-15 to MET-17).

Units: whole microseconds where a metric measures time.
"""

from collections.abc import Mapping

from simulations.engine.metrics.figures import Series
from simulations.engine.trigger import ServiceMetric

_BY_CODE = "SYNC-1"  # the rule of an answer that is the function's own


class ServiceFold:
    """Adds what happens to the series of the metrics that count it. Without metrics of its own it is false."""

    def __init__(self, metrics: tuple[ServiceMetric, ...], series: Mapping[str, Series]) -> None:
        self._series: dict[str, list[Series]] = {}
        for metric in metrics:
            self._series.setdefault(metric.of, []).append(series[metric.name])

    def __bool__(self) -> bool:
        return bool(self._series)

    def happened(self, what: str, value: int = 1) -> None:
        """A data point."""
        for series in self._series.get(what, ()):
            series.add(value)

    def answered(self, rule: str, status: int, took: int | None) -> None:
        """A caller heard of an event that arrived so long before, if it has no fate yet."""
        if status >= 400:
            self.happened(f"{'code' if rule == _BY_CODE else 'own'}_{status // 100}xx")
        if took is not None:
            self.happened("latency", took)

    def ended(self, how: str, took: int | None) -> None:
        """The service is done with an event: its fate, or "accepted" by Lambda's own queue."""
        self.happened(how)
        if took is not None:
            self.happened("duration", took)
