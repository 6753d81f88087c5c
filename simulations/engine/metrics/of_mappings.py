"""The metrics of an event source mapping and of the queue it polls: what was read, filtered, failed, deleted and kept (ESMM-1).

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, the section on event source mappings. Units: whole
microseconds.
"""

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Any

from simulations.engine.delivery.broker_end import BROKER_DLQ
from simulations.engine.delivery.fair import NOISY
from simulations.engine.delivery.provisioned import INVOCATIONS
from simulations.engine.delivery.tumbling import NAME as WINDOW
from simulations.engine.metrics.broker_depth import BrokerDepth
from simulations.engine.metrics.figures import Series
from simulations.engine.metrics.of_pipes import PipeFold
from simulations.engine.metrics.queue_depth import QueueDepth
from simulations.engine.trace import Cause, Fate, Row

_QUEUE_DLQ = "queue_dlq"
_DROPPED = (Cause.RETRY_ATTEMPTS_EXHAUSTED, Cause.RECORD_AGE_EXCEEDED)


def no_records(settings: Any) -> tuple[str, ...]:
    """How the ids begin of events that no record of the source made: the last invocations of tumbling windows (STREAM-15)."""
    return (WINDOW,) if getattr(settings, "tumbling_window_s", 0) else ()


class MappingFold:
    """Adds what a mapping does to the series that count it; a metric that this source does not have is left out.

    `depth` follows the messages of a queue, None for streams; `handled` are the events that a good invocation has or had, `pipe` counts for a pipe that polls in its stead.
    """

    def __init__(
        self,
        series: Mapping[str, Series],
        depth: QueueDepth | BrokerDepth | None,
        handled: set[str],
        pipe: PipeFold | None = None,
    ) -> None:
        self._series = series
        self._depth = depth
        self._handled = handled
        self._pipe = pipe
        self._failing: list[tuple[int, int]] = []  # when invocations end, and how many events fail then

    def _point(self, name: str, value: int) -> None:
        series = self._series.get(name)
        if series is not None:
            series.add(value)

    def received(self, row: Row) -> None:
        self._point("PolledEventCount", len(row[3]))
        self._point("NumberOfMessagesReceived", len(row[3]))
        if self._depth is not None:
            self._depth.received(row[1], row[3])

    def filtered(self, row: Row) -> None:
        """A receive from a queue was told of before, and the queue loses what was filtered; a stream tells of it only here.

        Of a topic its offsets are committed as well (FILTER-2).
        """
        self._point("FilteredOutEventCount", len(row[3]))
        if self._depth is None:
            self._point("PolledEventCount", len(row[3]))
            self._point("CommittedEventCount", len(row[3]))
        else:
            self._point("NumberOfMessagesDeleted", len(row[3]))
            self._depth.deleted(row[1], row[3])

    def tried(self, at: int, count: int, since: int) -> None:
        """An attempt with that many events, the last of which arrived at `since` (STREAM-16); throttles count."""
        self._point("InvokedEventCount", count)
        self._point("IteratorAge", at - since)

    def failed(self, at: int, count: int) -> None:
        """So many events of an attempt fail when it ends: that is when FailedInvokeEventCount counts them."""
        if count:
            heappush(self._failing, (at, count))

    def pass_time(self, until: int | None) -> None:
        """Count what has failed before then; None: all that is known to fail."""
        failing = self._failing
        while failing and (until is None or failing[0][0] < until):
            self._point("FailedInvokeEventCount", heappop(failing)[1])
            self._point("InvokeErrorCount", 1)
        if self._pipe is not None:
            self._pipe.pass_time(until)

    def hidden(self, row: Row) -> None:
        """What stays in the queue was not handled, whatever the answer looked like."""
        self._handled.difference_update(row[3])
        if isinstance(self._depth, QueueDepth):
            self._depth.hidden(row[1], row[3], row[4])

    def deleted(self, row: Row) -> None:
        """Those whose delete came too late stay in the queue, and do not count."""
        failed = set(row[4])
        events = [event for event in row[3] if event not in failed]
        self._point("DeletedEventCount", len(events))
        self._point("NumberOfMessagesDeleted", len(events))
        if self._depth is not None:
            self._depth.deleted(row[1], events)
        if self._pipe is not None:
            self._pipe.handed_over(row)

    def captured(self, row: Row) -> None:
        if self._depth is not None and row[4] in (_QUEUE_DLQ, BROKER_DLQ):
            self._depth.moved(row[1], row[3])
        if row[4] == "on_failure":
            self._point("OnFailureDestinationDeliveredEventCount", len(row[3]))

    def scaled(self, row: Row) -> None:
        """How many pollers there are; a broker has what its consumers held once there are none any more."""
        self._point("ProvisionedPollers", -(-row[3] // INVOCATIONS))
        if row[3] == 0 and isinstance(self._depth, BrokerDepth):
            self._depth.given_back()

    def limited(self, row: Row) -> None:
        """SQS-18: a tenant is noisy now; the limit's value begins with its name."""
        if row[3] == NOISY and isinstance(self._depth, QueueDepth) and self._depth.tenants is not None:
            self._depth.tenants.separated(row[4].rpartition(", ")[0])

    @property
    def repeated(self) -> int:
        """How many messages were sent a second time, and are not in the queue for it (SQS-22)."""
        return self._depth.repeated.total if isinstance(self._depth, QueueDepth) else 0

    def settled(self, row: Row) -> None:
        """MET-8: dropped is what no destination has; what the source itself forgot does not count."""
        event, fate, cause = row[3], row[4], row[5]
        if isinstance(self._depth, BrokerDepth):
            self._depth.gone(event, expired=cause == Cause.MESSAGE_EXPIRED)
        elif self._depth is not None and cause == Cause.DEDUPLICATED:
            self._depth.sent_again(row[1], event)
        if fate == Fate.LOST and cause in _DROPPED:
            self._point("DroppedEventCount", 1)
        if cause == Cause.PAYLOAD_SIZE_EXCEEDED:
            self._point("OversizedRecordCount", 1)
