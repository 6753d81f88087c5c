"""What comes of a batch of a queue: deleted, left hidden until its visibility timeout is over, or handed on.

Models LD:services-sqs-errorhandling, rules SQS-1, -2, -17, -20 and -21, and PIPE-6. Units: whole microseconds.
"""

from collections.abc import Callable

from simulations.engine.delivery.batches import Batch
from simulations.engine.delivery.groups import Groups, overtaking
from simulations.engine.delivery.messages import Messages
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event

DELETE_MOST = number("SQS-1", "delete_maximum")


class Endings:
    """What a poller does to the queue once it knows how its batch went."""

    def __init__(self, sim: Sim, settings: Settings, messages: Messages, groups: Groups | None) -> None:
        self._sim = sim
        self._messages = messages
        self._groups = groups
        self._denied = settings.denied == "delete_message"

    def ended(self, at: int, batch: Batch) -> None:
        """The function ended: delete what worked, leave the rest hidden."""
        if len(batch.failed) < batch.have:
            self._delete(at, batch)
        if batch.failed:
            self.say_hidden(at, batch, batch.rule, batch.failed)

    def hand_over(self, at: int, batch: Batch, hand: Callable[[int, Event], None]) -> None:
        """PIPE-6: Lambda's own queue has the messages from now on, and the source is rid of them."""
        for event in batch.events:
            event.retries = event.throttles = 0  # from here on they are Lambda's
            hand(at, event)
        for receipt in batch.receipts:
            self._messages.delete(receipt, frozenset(), at)
        self._messages.deletes += -(-len(batch.ids) // DELETE_MOST)
        self._sim.log.deleted(at, "PIPE-6", batch.ids, [])

    def _delete(self, at: int, batch: Batch) -> None:
        """SQS-1: the poller deletes what worked, and that is what handled means."""
        events, ids = batch.events, batch.ids
        if batch.failed:
            events = [event for event in events if event.id not in batch.failed]
            ids = [event.id for event in events]
        too_late: list[str] = []
        for receipt in batch.receipts if not self._denied else ():
            too_late += self._messages.delete(receipt, batch.failed, at)
        self._messages.deletes += -(-len(ids) // DELETE_MOST)
        sim = self._sim
        if batch.unhandled:
            kept = ids if self._denied else too_late
            sim.log.deleted(at, "SQS-20", ids, kept)
            # what the function did not handle and nobody could delete comes again: nothing is decided
            waiting = batch.unhandled.intersection(kept)
            events = [event for event in events if event.id not in waiting]
            ignored = [event for event in events if event.id in batch.unhandled]
            sim.settle_all(at, "SQS-20", ignored, Fate.DELIVERED, Cause.DELETED_UNHANDLED)
        else:
            self._say_deleted(at, batch, ids, too_late)
        sim.settle_all(at, batch.rule, events, Fate.DELIVERED)

    def _say_deleted(self, at: int, batch: Batch, ids: list[str], too_late: list[str]) -> None:
        """What was deleted; in a FIFO queue perhaps ahead of an earlier message of its group, which breaks the order (SQS-17)."""
        fifo = self._groups is not None
        early = overtaking(batch.events, batch.failed) if fifo and batch.failed else []
        late_rule = "SQS-21" if fifo else "MODEL-9"
        rule = late_rule if at > batch.until else "SQS-17" if early else batch.rule
        self._sim.log.deleted(at, "PERM-20" if self._denied else rule, ids, ids if self._denied else too_late)
        self._sim.settle_all(at, "SQS-17", early, Fate.DELIVERED, Cause.OUT_OF_ORDER)

    def say_hidden(self, at: int, batch: Batch, rule: str, kept: frozenset[str]) -> None:
        """What stays hidden, and until when."""
        for receipt in batch.receipts:
            ids = self._messages.still_hidden(at, receipt, kept)
            if ids:
                self._sim.log.hidden(at, rule, ids, receipt.until)
                if self._groups is not None:
                    self._groups.say_blocked(self._sim.log, at, [one for one in receipt.events if one.id in kept])
