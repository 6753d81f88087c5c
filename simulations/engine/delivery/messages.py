"""A standard queue as SQS keeps it: what is visible, what is hidden until when, and what is gone.

Models SQ:sqs-visibility-timeout and SQ:sqs-dead-letter-queues: a received message is hidden for the visibility timeout
(SQS-1), every receive counts (SQS-4), one receive too many moves it to the dead-letter queue (SQS-5), and retention ends
what is left (SQS-7). The order of receives is MODEL-3. Units: whole microseconds and bytes.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from simulations.engine.delivery.documents import redriven
from simulations.engine.delivery.receipts import LAPSED, OVER, RUNNING, WAITING, Receipt, rule_of_marked
from simulations.engine.kernel import RETURNS
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import words

QUEUE_DLQ = "queue_dlq"
_IN_FLIGHT = number("SQS-15", "in_flight")
_RECEIVE_MOST = number("SQS-1", "receive_maximum")
_UNLIMITED = 1 << 62
_KEPT_SPARE = 1024

# what comes first at one instant
_EXPIRE, _REAPPEAR = range(2)
# why a message is no longer in the queue
_DELETED, _EXPIRED, _MOVED = 1, 2, 3


class Messages:
    """The messages of one queue. `on_visible(at)` is called when something can be received again."""

    def __init__(
        self, sim: Sim, *, visibility: int, retention: int, max_receive_count: int | None, fifo: bool,
        on_visible: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.in_flight = 0
        self.full = self.marked = False
        self.sends = self.receives = self.empty_receives = self.deletes = 0
        self._sim = sim
        self._visibility = visibility
        self._retention = retention
        self._limit = max_receive_count if max_receive_count is not None else _UNLIMITED
        self._on_visible = on_visible
        self._visible: list[Event] | deque[Event] = deque() if fifo else []
        self._stale = 0  # of the visible ones: gone, and not yet taken out
        self._hidden: dict[int, Receipt] = {}  # by number, those not yet over
        self._order: deque[Receipt] = deque()  # the same by time, with some that are done
        self._kept: deque[Event] = deque()  # by arrival, with some that are gone
        self._prune_at = 0  # at that many, those that are gone are taken out
        self._luck = sim.draws.purpose("receive").stream(0)
        self._largest = self._number = self._drawn = 0
        self._watching = self._aging = self._capped = False

    @property
    def waiting(self) -> int:
        """How many messages are visible."""
        return len(self._visible) - self._stale

    def add(self, at: int, event: Event) -> None:
        """A message is sent."""
        self.sends += 1
        self._visible.append(event)
        self._kept.append(event)
        if event.size > self._largest or len(self._kept) > self._prune_at:
            self._grown(at, event)

    def _grown(self, at: int, event: Event) -> None:
        """The queue holds more, or a larger message, than it did: watch its age and forget those that are gone."""
        self._largest = max(self._largest, event.size)
        if not self._aging:
            self._aging = True
            self._sim.kernel.alarm(at + self._retention, RETURNS, _EXPIRE, self._expire, None)
        if len(self._kept) > self._prune_at:
            self._kept = deque(kept for kept in self._kept if not kept.gone)
            self._prune_at = 2 * len(self._kept) + _KEPT_SPARE

    def receive(self, at: int, most: int, room: int) -> Receipt | None:
        """ReceiveMessage until `most` messages or `room` bytes are reached or nothing is visible; None: nothing came.

        Afterwards `full` says whether the next message did not fit.
        """
        self.full = False
        if self.in_flight + most > _IN_FLIGHT:
            most = self._within_flight(at)
        rule = "SQS-1" if most >= len(self._visible) else "MODEL-3"  # a choice was made
        careful = most * self._largest > room
        number = self._number + 1
        events: list[Event] = []
        while self._visible and len(events) < most and not self.full:
            drawn = self._draw(1 if careful else most - len(events))
            if careful and drawn[0].size > room and not drawn[0].gone:
                self._put_back(drawn.pop())
            drawn = self._count(at, drawn, number)
            if careful:
                room -= sum(event.size for event in drawn)
            events = events + drawn if events else drawn
        if not events:
            self.empty_receives += most > 0
            return None
        if self.marked:
            rule = rule_of_marked(events, rule)
        return self._hide(at, rule, Receipt(
            number, events, [event.receives for event in events], [event.id for event in events], at + self._visibility
        ))  # fmt: skip

    def _count(self, at: int, drawn: list[Event], number: int) -> list[Event]:
        """Count a receive for each message that was drawn; without those that are gone or have one receive too many."""
        limit, strange = self._limit, False
        for event in drawn:
            if event.gone or event.receives >= limit:
                strange = True
            else:
                event.receives += 1
                event.receipt = number
        if not strange:
            return drawn
        for event in drawn:
            if event.gone:
                self._stale -= 1
            elif event.receipt != number:
                self._move(at, event)
        return [event for event in drawn if event.receipt == number and not event.gone]

    def _put_back(self, event: Event) -> None:
        """A message does not fit into the batch any more and stays visible."""
        self.full = True
        if isinstance(self._visible, deque):
            self._visible.appendleft(event)
        else:
            self._visible.append(event)

    def _hide(self, at: int, rule: str, receipt: Receipt) -> Receipt:
        """What was received is hidden from now on."""
        self._number = receipt.number
        self.receives += -(-len(receipt.events) // _RECEIVE_MOST)
        self.in_flight += len(receipt.events)
        self._hidden[receipt.number] = receipt
        order = self._order
        while order and order[0].number not in self._hidden:
            order.popleft()
        order.append(receipt)
        self._sim.log.received(at, rule, receipt.ids, receipt.counts, None)
        if not self._watching:
            self._watching = True
            self._sim.kernel.alarm(receipt.until, RETURNS, _REAPPEAR, self._reappear, None)
        return receipt

    def _within_flight(self, at: int) -> int:
        """SQS-15: how many more messages may be in flight."""
        if not self._capped:
            self._capped = True
            self._sim.log.limit(at, "SQS-15", "Messages in flight", f"{_IN_FLIGHT:,}", None)
        return _IN_FLIGHT - self.in_flight

    def _draw(self, count: int) -> list[Event]:
        """Take `count` visible messages out: at random, or those that have been visible longest (MODEL-3)."""
        visible = self._visible
        if count >= len(visible):
            taken = list(visible)
            visible.clear()
            return taken
        if isinstance(visible, deque):
            return [visible.popleft() for _ in range(count)]
        taken = []
        left = len(visible)
        for word in self._luck.words(self._drawn, count):
            left -= 1
            place = (word >> 32) * (left + 1) >> 32
            last = visible.pop()
            if place < left:
                taken.append(visible[place])
                visible[place] = last
            else:
                taken.append(last)
        self._drawn += count
        return taken

    def _move(self, at: int, event: Event) -> None:
        """SQS-5: the queue moves the message to its dead-letter queue instead of handing it out once more."""
        sim = self._sim
        event.gone = _MOVED
        cause = Cause.MAX_RECEIVE_COUNT_EXCEEDED
        sim.log.limit(at, "SQS-5", "maxReceiveCount", str(self._limit), event.id)
        sim.log.captured(at, "SQS-5", [event.id], QUEUE_DLQ, cause, event.receives, redriven(event))
        if not event.settled:
            sim.settle(at, "SQS-5", event, Fate.CAPTURED, cause)

    def delete(self, receipt: Receipt, kept: frozenset[str], at: int) -> list[str]:
        """DeleteMessageBatch for a receive, `kept` left out; returns the ids whose delete came too late (MODEL-9)."""
        if receipt.until < at:
            return self._delete_late(receipt, kept)
        removed = 0
        for event in receipt.events:
            if not event.gone and (not kept or event.id not in kept):
                event.gone = _DELETED
                removed += 1
        self.in_flight -= removed
        if removed == len(receipt.events):
            del self._hidden[receipt.number]
            receipt.events = []
        return []

    def _delete_late(self, receipt: Receipt, kept: frozenset[str]) -> list[str]:
        """The messages are visible again, or were received again and then cannot be deleted with this receive."""
        failed = []
        for event, count in zip(receipt.events, receipt.counts, strict=True):
            if event.id in kept:
                continue
            if event.gone == _MOVED or (not event.gone and event.receives != count):
                failed.append(event.id)
            elif not event.gone:
                event.gone = _DELETED
                self._stale += 1
        return failed

    def let_go(self, at: int, receipt: Receipt) -> None:
        """The poller holds these copies no longer."""
        receipt.state = OVER
        if receipt.late:
            for event in receipt.events:
                event.held -= 1
        self._lose_expired(at, receipt)

    def _lose_expired(self, at: int, receipt: Receipt) -> None:
        """What expired while a poller held it, and was not handled, is lost now."""
        for event in receipt.events:
            if event.gone == _EXPIRED and not event.settled and not self._is_held(event):
                self._lose(at, event)

    def still_hidden(self, at: int, receipt: Receipt, kept: frozenset[str]) -> list[str]:
        """The ids of those that stay hidden."""
        hidden = receipt.events if receipt.until >= at else ()
        return [event.id for event in hidden if not event.gone and event.id in kept]

    def _reappear(self, at: int, _: Any) -> None:
        """The visibility timeout of the oldest receives is over: what was not deleted can be received again."""
        order, back = self._order, 0
        while order and (order[0].until <= at or order[0].number not in self._hidden):
            receipt = order.popleft()
            if self._hidden.pop(receipt.number, None) is not None:
                back += self._show(at, receipt)
        self._watching = bool(order)
        if order:
            self._sim.kernel.alarm(order[0].until, RETURNS, _REAPPEAR, self._reappear, None)
        self.in_flight -= back
        if back:
            self._on_visible(at)

    def _show(self, at: int, receipt: Receipt) -> int:
        """How many messages of a receive are visible again; a poller that runs them holds its copies on (SQS-9)."""
        if receipt.state == WAITING:
            receipt.state = LAPSED
            self._lose_expired(at, receipt)
        receipt.late = receipt.state == RUNNING
        self.marked |= receipt.late
        back = 0
        for event in receipt.events:
            if receipt.late:
                event.held += 1
            if not event.gone:
                self._visible.append(event)
                back += 1
        return back

    def _expire(self, at: int, _: Any) -> None:
        """SQS-7: what is as old as the retention period is deleted; a copy that is being run is decided at its end."""
        kept = self._kept
        while kept and (kept[0].gone or kept[0].at + self._retention <= at):
            event = kept.popleft()
            if event.gone:
                continue
            event.gone = _EXPIRED
            if event.receipt in self._hidden:
                self.in_flight -= 1
            else:
                self._stale += 1
            if not event.settled and not self._is_held(event):
                self._lose(at, event)
        self._aging = bool(kept)
        if not kept:
            self._prune_at = 0
        else:
            self._sim.kernel.alarm(kept[0].at + self._retention, RETURNS, _EXPIRE, self._expire, None)
        if self._stale == len(self._visible):
            self._visible.clear()
            self._stale = 0
        self._on_visible(at)

    def _is_held(self, event: Event) -> bool:
        """Whether a poller has a copy of the message that the function may still handle."""
        receipt = self._hidden.get(event.receipt)
        return event.held > 0 or (receipt is not None and receipt.state in (WAITING, RUNNING))

    def _lose(self, at: int, event: Event) -> None:
        self._sim.log.limit(at, "SQS-7", "MessageRetentionPeriod", words(self._retention), event.id)
        self._sim.settle(at, "SQS-7", event, Fate.LOST, Cause.RETENTION_EXPIRED)
