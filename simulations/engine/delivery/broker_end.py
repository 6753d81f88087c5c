"""How messages leave a broker's queue unhandled: too large, redelivered too often, or expired.

Models LD:services-mq-errors, rules MQ-3 to -5. Units: whole microseconds, bytes.
"""

from typing import Any

from simulations.engine.delivery.broker_settings import Settings
from simulations.engine.delivery.lanes import Part
from simulations.engine.rules import number
from simulations.engine.sim import Sim, epoch_ms
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import words

BROKER_DLQ = "broker_dlq"
PAYLOAD = number("ESM-2", "base64_bytes")


class Endings:
    """What the broker does with messages that nobody will handle."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings

    def drop_large(self, at: int, event: Event) -> None:
        """MQ-5: a message that does not fit into one event."""
        self._sim.log.limit(at, "MQ-5", "Payload", f"{PAYLOAD} bytes", event.id)
        self._sim.settle(at, "MQ-5", event, Fate.LOST, Cause.PAYLOAD_TOO_LARGE)

    def give_up(self, at: int, part: Part) -> None:
        """MQ-3: redelivered as often as may be; the broker takes each message of the batch away."""
        self._sim.log.limit(at, "MQ-3", "maximumRedeliveries", str(self._settings.redeliveries), None)
        for event in part.events:
            self._away(at, "MQ-3", event, Cause.MAXIMUM_REDELIVERIES, part.retries + 1)

    def expired(self, at: int, events: list[Event]) -> None:
        self._sim.log.limit(at, "MQ-4", "Time to live", words(self._settings.lives), events[0].id)
        for event in events:
            self._away(at, "MQ-4", event, Cause.MESSAGE_EXPIRED, event.invocations)

    def _away(self, at: int, rule: str, event: Event, cause: str, count: int) -> None:
        """The broker takes a message away: into its dead-letter queue, if it has one."""
        fate = Fate.CAPTURED if self._settings.keeps else Fate.LOST
        if self._settings.keeps:
            self._sim.log.captured(at, rule, [event.id], BROKER_DLQ, cause, count, _document(event))
        self._sim.settle(at, rule, event, fate, cause)


def _document(event: Event) -> dict[str, Any]:
    """The message as the dead-letter queue holds it."""
    body = event.body if event.body is not None else f"message {event.id}"
    return {"messageID": event.id, "timestamp": int(epoch_ms(event.at)), "body": body}
