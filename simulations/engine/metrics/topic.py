"""What a Kafka topic shows while it is read: its offset lag, and which record a partition and an offset mean (MET-12).

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html. Records are numbered in their partition as they
arrive.
"""

from collections.abc import Collection
from typing import Any

from simulations.engine.delivery.batch_response import failed_places
from simulations.engine.metrics.figures import Series


class Topic:
    """A topic followed from row to row; `lag` gets the records that are not committed, of all partitions together."""

    def __init__(self, lag: Series) -> None:
        self._lag = lag
        self._written: dict[str, int] = {}
        self._places: dict[str, tuple[str, int]] = {}  # of records without a fate

    def look(self, _: int) -> None:
        """What the lag is now."""
        self._lag.add(len(self._places))

    def close(self, at: int) -> None:
        """The run is over."""
        self.look(at)

    def arrived(self, event: str, shard: str) -> None:
        offset = self._written.get(shard, 0)
        self._written[shard] = offset + 1
        self._places[event] = shard, offset

    def settled(self, event: str) -> None:
        self._places.pop(event, None)

    def failed(self, response: Any, events: Collection[str]) -> list[str] | None:
        """The records of a batch that an answer names as failed; None: it is malformed (KAFKA-5)."""
        return failed_places(response, {self._places[event]: event for event in events if event in self._places})
