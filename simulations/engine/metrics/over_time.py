"""CloudWatch's picture of a run: each metric period by period, as its console shows it.

A period is the shortest of the console's that covers the whole run in a readable number of points; nobody knows how long a
run will be, so it starts with the shortest and adds neighbours together when there get to be too many. Units: microseconds
inside, CloudWatch's own units in `points`.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from simulations.engine.metrics.figures import Series, scaled
from simulations.engine.metrics.of_pipes import DURATION, STAGES
from simulations.engine.rules import value
from simulations.engine.units import US_PER_S

# the console's periods, shortest first
_PERIODS = tuple(int(text) * US_PER_S for text in str(value("MODEL-30", "periods")).split())
MOST_POINTS = 120  # ours: more than that cannot be told apart on a page
_AVERAGES = ("Duration", "Latency", "IntegrationLatency", DURATION, *STAGES, "EventSize")
# how the names of depths and ages begin or end, without a dead-letter queue behind them
_LEVELS = (
    "Age", "ConcurrentExecutions", "Concurrency", "Utilization", "Lag", "Size", "InFlightCount", "ReadyCount",
    "UnacknowledgedCount", "Pollers",
)  # fmt: skip
_WITHOUT_TIME = ("NumberOfEmptyReceives",)  # counted, not recorded: nobody knows when they were


class MetricOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """One metric: `points` are (start of the period in seconds, value); a period without data has none."""

    statistic: str
    points: list[tuple[int, int | float]]


class CloudWatchOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """Every metric that moved, by AWS's name, in periods of one length."""

    period_s: int
    metrics: dict[str, MetricOverTime]


_Point = tuple[int, int, int]  # sum, number of data points, largest


class OverTime:
    """Closes period after period. `ends`: when the one under way is over; whoever folds looks at nothing else.

    `look(at)` adds what depths and ages are at the end of a period, also of one in which nothing happened.
    """

    def __init__(self, look: Callable[[int], None] | None) -> None:
        self._look = look
        self._level = 0
        self._now = 0  # number of the period under way
        self.ends = _PERIODS[0]
        self._before: dict[str, tuple[int, int]] = {}  # sums and counts up to the last period
        self._closed: dict[int, dict[str, _Point]] = {}

    def close(self, at: int, series: Mapping[str, Series], ones: Mapping[str, int]) -> None:
        """The next row is of another period: keep what this one had, and go on at `at`."""
        self._close(series, ones)
        while at // _PERIODS[self._level] >= MOST_POINTS and self._level + 1 < len(_PERIODS):
            self._widen()
        last = at // _PERIODS[self._level]
        for period in range(self._now + 1, last) if self._look is not None else ():
            self._begin(period)
            self._close(series, ones)
        self._begin(last)

    def _begin(self, period: int) -> None:
        self._now = period
        self.ends = (period + 1) * _PERIODS[self._level]

    def _close(self, series: Mapping[str, Series], ones: Mapping[str, int], *, looks: bool = True) -> None:
        if self._look is not None and looks:
            self._look(self.ends - 1)
        found = dict(self._moved(series, ones))
        if found:
            self._keep(self._now, found)

    def _moved(self, series: Mapping[str, Series], ones: Mapping[str, int]) -> Iterable[tuple[str, _Point]]:
        """What each metric got in the period under way."""
        for name, one in series.items():
            if name in ones or name in _WITHOUT_TIME:
                continue
            total, points, largest = one.total, one.points, one.since_last()
            total_before, points_before = self._before.get(name, (0, 0))
            self._before[name] = total, points
            if points > points_before:
                yield name, (total - total_before, points - points_before, largest)
        for name, number in ones.items():
            before = self._before.get(name, (0, 0))[0]
            self._before[name] = number, number
            if number > before and name in series:
                yield name, (number - before, number - before, 1)

    def _keep(self, period: int, found: Mapping[str, _Point]) -> None:
        kept = self._closed.setdefault(period, {})
        for name, (total, points, largest) in found.items():
            before = kept.get(name, (0, 0, 0))
            kept[name] = before[0] + total, before[1] + points, max(before[2], largest)

    def _widen(self) -> None:
        """The next longer period: add neighbours together."""
        times = _PERIODS[self._level + 1] // _PERIODS[self._level]
        self._level += 1
        self._begin(self._now // times)
        closed, self._closed = self._closed, {}
        for period, found in closed.items():
            self._keep(period // times, found)

    def result(
        self, series: Mapping[str, Series], ones: Mapping[str, int], scales: Mapping[str, int]
    ) -> CloudWatchOverTime:
        """The metrics that moved, the period under way included. It can be asked for at any time, once."""
        self._close(series, ones, looks=False)
        seconds = _PERIODS[self._level] // US_PER_S
        found: dict[str, list[tuple[int, int | float]]] = {}
        for period, points in sorted(self._closed.items()):
            for name, point in points.items():
                found.setdefault(name, []).append((period * seconds, _value(name, point, scales.get(name, 1))))
        moved = {name: points for name, points in found.items() if any(number for _, number in points)}
        return CloudWatchOverTime(
            period_s=seconds,
            metrics={
                name: MetricOverTime(statistic=statistic(name), points=moved[name]) for name in series if name in moved
            },
        )


def statistic(name: str) -> str:
    """The statistic that says something of a metric: things are counted, times averaged, depths and ages looked at from above."""
    if name in _AVERAGES:
        return "Average"
    return "Maximum" if name.partition(" (")[0].endswith(_LEVELS) or name.startswith("Approximate") else "Sum"


def _value(name: str, point: _Point, scale: int) -> int | float:
    total, points, largest = point
    match statistic(name):
        case "Average":
            return scaled(total // points, scale)
        case "Maximum":
            return scaled(largest, scale)
        case _:
            return scaled(total, scale)
