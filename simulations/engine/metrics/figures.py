"""What the metrics fold into: counts, and a CloudWatch metric's data points. Units: as the names say."""

import msgspec


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
    """One CloudWatch metric over the whole run: sum, largest and last of its data points; 0 where it has none.

    As in CloudWatch, the sum says something where things are counted, and nothing for a depth or an age.
    """

    sum: int | float
    max: int | float
    last: int | float


class Series:
    """A metric's data points, folded."""

    __slots__ = ("_most", "last", "peak", "points", "total")

    def __init__(self) -> None:
        self.total = self.last = self.points = 0
        self.peak = 0  # the largest since `since_last`
        self._most = 0  # the largest before that

    def add(self, value: int) -> None:
        self.total += value
        if value > self.peak:  # noqa: PLR1730  a million times a run, and a call costs more than the rest
            self.peak = value
        self.last = value
        self.points += 1

    @property
    def most(self) -> int:
        """The largest of all."""
        return max(self._most, self.peak)

    def since_last(self) -> int:
        """The largest since this was asked for last."""
        peak, self._most, self.peak = self.peak, self.most, 0
        return peak

    def merge(self, later: "Series") -> None:
        self.total += later.total
        self.peak = max(self.peak, later.most)
        self.last = later.last if later.points else self.last
        self.points += later.points

    def figure(self, scale: int = 1) -> Figure:
        """In CloudWatch's unit, `scale` of ours."""
        return Figure(sum=scaled(self.total, scale), max=scaled(self.most, scale), last=scaled(self.last, scale))


def scaled(value: int, scale: int) -> int | float:
    return value // scale if value % scale == 0 else value / scale


def ones_figure(number: int) -> Figure:
    """A metric whose data points are all 1."""
    one = min(number, 1)
    return Figure(sum=number, max=one, last=one)
