"""What the source of the events counts itself, under names that its trigger gives (see `names`); rules MET-15 to MET-17."""

from simulations.engine.metrics.figures import Series
from simulations.engine.sim import CALLER_RATE
from simulations.engine.trace import SENDERS_CAUSES, Cause, Outcome, Row
from simulations.engine.trigger import Trigger


class Source:
    """The metrics of one source, folded into `series` row by row."""

    __slots__ = ("_names", "_series", "catchers")

    def __init__(self, trigger: Trigger, series: dict[str, Series]) -> None:
        self._names = trigger.metrics
        self._series = series
        self.catchers = frozenset(trigger.catchers.values())

    def name(self, what: str) -> str:
        """The metric that this moves; "" where there is none."""
        return self._names.get(what, "")

    def point(self, what: str, value: int = 1) -> None:
        """One data point."""
        name = self._names.get(what)
        if name is not None:
            self._series[name].add(value)

    def not_run(self, row: Row) -> None:
        """An attempt that ran no code: refused in front of Lambda, stopped by it, or short of concurrency, which is Lambda's."""
        if row[9] == Outcome.REFUSED:
            self.point("looped" if row[10] == Cause.RECURSION else "refused")
        elif row[11] == CALLER_RATE:
            self.point("throttled")

    def answered(self, status: int, latency_us: int | None) -> None:
        """A caller got its answer."""
        if status >= 400:
            self.point("4xx" if status < 500 else "5xx")
        if latency_us is not None:
            self.point("latency", latency_us)

    def captured(self, row: Row) -> None:
        """A sender's own catcher has the event; Lambda never saw it."""
        if row[4] in self.catchers:
            self.point("caught", len(row[3]))

    def settled(self, cause: str | None) -> None:
        """An event got its fate."""
        if cause in SENDERS_CAUSES:
            self.point("undelivered")
