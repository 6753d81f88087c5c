"""What a message broker shows of a queue while it is read: how many messages wait, are out, came, went and expired.

https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/activemq-logging-monitoring.html and
https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-logging-monitoring.html (MET-19). A message that a consumer
has is in flight until it is acknowledged.
"""

from collections.abc import Sequence

from simulations.engine.delivery.broker_end import BROKER_DLQ
from simulations.engine.metrics.figures import Series


class BrokerDepth:
    """The depth of one queue over time, by the names of the broker's kind; `keeps`: it has a dead-letter queue."""

    def __init__(self, engine_type: str, *, keeps: bool) -> None:
        self._active = engine_type == "activemq"
        self._keeps = keeps
        self._ready, self._out, self._all, self._dead = Series(), Series(), Series(), Series()
        self._came, self._went, self._expired = Series(), Series(), Series()
        self._waiting: set[str] = set()
        self._held: set[str] = set()
        self._kept = 0

    def series(self) -> dict[str, Series]:
        """By AWS's name; the one of the dead-letter queue carries its name."""
        named = {"MessageReadyCount": self._ready, "MessageUnacknowledgedCount": self._out}
        if self._active:
            named = {
                "QueueSize": self._all, "InFlightCount": self._out, "EnqueueCount": self._came, "DequeueCount": self._went,
                "ExpiredCount": self._expired,
            }  # fmt: skip
        if self._keeps:
            named[f"{next(iter(named))} ({BROKER_DLQ})"] = self._dead
        return named

    def arrived(self, _: int, event: str, __: str | None) -> None:
        self._waiting.add(event)
        self._came.add(1)
        self._look()

    def received(self, _: int, events: Sequence[str]) -> None:
        self._waiting.difference_update(events)
        self._held.update(events)
        self._look()

    def deleted(self, _: int, events: Sequence[str]) -> None:
        """These have been acknowledged."""
        self._forget(events)
        self._went.add(len(events))

    def moved(self, _: int, events: Sequence[str]) -> None:
        """The broker moved these to its dead-letter queue."""
        self._forget(events)
        self._kept += len(events)
        self._dead.add(self._kept)

    def gone(self, event: str, *, expired: bool) -> None:
        """A message has its fate, whatever it is."""
        self._forget([event])
        if expired:
            self._expired.add(1)

    def given_back(self) -> None:
        """The mapping is disabled, and its consumers are gone; what they held waits again."""
        self._waiting |= self._held
        self._held.clear()
        self._look()

    def look(self, _: int) -> None:
        """How things stand."""
        self._look()
        self._dead.add(self._kept)

    close = look

    def _forget(self, events: Sequence[str]) -> None:
        self._waiting.difference_update(events)
        self._held.difference_update(events)
        self._look()

    def _look(self) -> None:
        self._ready.add(len(self._waiting))
        self._out.add(len(self._held))
        self._all.add(len(self._waiting) + len(self._held))
