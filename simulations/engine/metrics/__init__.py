"""What a run adds up to: events by fate, attempts by outcome, and what CloudWatch would show (rules MET-1 to MET-17)."""

from simulations.engine.metrics.figures import (
    AttemptCounts,
    EventCounts,
    Figure,
    InvocationCounts,
    Series,
    TimeToSettle,
)
from simulations.engine.metrics.fold import Metrics
from simulations.engine.metrics.over_time import CloudWatchOverTime

__all__ = [
    "AttemptCounts",
    "CloudWatchOverTime",
    "EventCounts",
    "Figure",
    "InvocationCounts",
    "Metrics",
    "Series",
    "TimeToSettle",
]
