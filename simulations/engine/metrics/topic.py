"""What a Kafka topic shows while it is read: its offset lag, and which record a partition and an offset mean (MET-12).

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html. Records are numbered in their partition as they
arrive.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from simulations.engine.delivery.batch_response import failed_places
from simulations.engine.metrics.figures import Series
from simulations.engine.trace import Row


class Topic:
    """A topic followed from row to row: how many records of all partitions, and of the one furthest behind, are not committed."""

    def __init__(self, series: Mapping[str, Series]) -> None:
        self._lags = series["OffsetLag"], series["SumOffsetLag"]
        self._most, self._committed = series["MaxOffsetLag"], series["CommittedEventCount"]
        self._behind: Counter[str] = Counter()
        self._written: dict[str, int] = {}
        self._places: dict[str, tuple[str, int]] = {}  # of records without a fate

    def look(self, _: int) -> None:
        """What the lag is now."""
        for lag in self._lags:
            lag.add(len(self._places))
        self._most.add(max(self._behind.values(), default=0))

    def close(self, at: int) -> None:
        """The run is over."""
        self.look(at)

    def arrived(self, event: str, shard: str) -> None:
        offset = self._written.get(shard, 0)
        self._written[shard] = offset + 1
        self._places[event] = shard, offset
        self._behind[shard] += 1

    def settled(self, event: str) -> None:
        place = self._places.pop(event, None)
        if place is not None:
            self._behind[place[0]] -= 1
            if not self._behind[place[0]]:
                del self._behind[place[0]]

    def committed(self, row: Row) -> None:
        """The offsets of these have been committed, handled or given up."""
        self._committed.add(len(row[3]))

    def failed(self, response: Any, events: Collection[str]) -> list[str] | None:
        """The records of a batch that an answer names as failed; None: it is malformed (KAFKA-5)."""
        return failed_places(response, {self._places[event]: event for event in events if event in self._places})
