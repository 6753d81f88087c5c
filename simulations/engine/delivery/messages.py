"""A standard queue as SQS keeps it: what is visible, what is hidden until when, and what is gone.

Models SQ:sqs-visibility-timeout and SQ:sqs-dead-letter-queues: a received message is hidden for the visibility timeout
(SQS-1), every receive counts (SQS-4), one receive too many moves it to the dead-letter queue (SQS-5), and retention ends
what is left (SQS-7). The order of receives is MODEL-3. Units: whole microseconds and bytes.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from simulations.engine.delivery.documents import redriven
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

# why a message is no longer in the queue
_DELETED, _EXPIRED, _MOVED = 1, 2, 3

# what has become of the copies that came with one receive
WAITING, RUNNING, OVER, LAPSED = range(4)


class Receipt(msgspec.Struct, gc=False, eq=False):
    """Messages that a poller received at one instant, hidden until `until`; `size` is the sum of their bytes.

    `state`: the poller still collects its batch, the batch is with the function or waits for it, the poller has let go, or
    the messages came back before the batch was closed.
    """

    number: int
    events: list[Event]
    counts: list[int]
    ids: list[str]
    until: int
    size: int
    state: int = WAITING
    late: bool = False


class Messages:
    """The messages of one queue. `on_visible(at)` is called when something can be received again."""

    def __init__(
        self, sim: Sim, *, visibility: int, retention: int, max_receive_count: int | None, fifo: bool,
        on_visible: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.in_flight = 0
        self.full = False
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
        self._prune_at = _KEPT_SPARE
        self._largest = 0
        self._number = 0
        self._drawn = 0
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
        self._largest = max(self._largest, event.size)
        if not self._aging:
            self._aging = True
            self._sim.kernel.alarm(at + self._retention, RETURNS, 0, self._expire, None)
        elif len(self._kept) > self._prune_at:
            self._kept = deque(kept for kept in self._kept if not kept.gone)
            self._prune_at = 2 * len(self._kept) + _KEPT_SPARE

    def receive(self, at: int, most: int, room: int) -> Receipt | None:
        """ReceiveMessage until `most` messages or `room` bytes are reached or nothing is visible; None: nothing came.

        Afterwards `full` says whether the next message did not fit.
        """
        self.full = False
        if self.in_flight + most > _IN_FLIGHT:
            most = self._within_flight(at)
        careful = most * self._largest > room
        events: list[Event] = []
        counts: list[int] = []
        rule, size = "SQS-1", 0
        number = self._number + 1
        while self._visible and len(events) < most and not self.full:
            for event in self._draw(1 if careful else most - len(events)):
                if event.gone:
                    self._stale -= 1
                elif careful and size + event.size > room:
                    self._put_back(event)
                elif event.receives >= self._limit:
                    self._move(at, event)
                else:
                    event.receives += 1
                    event.receipt = number
                    size += event.size
                    if event.held:
                        rule = "SQS-9"
                    if event.throttles:
                        rule, event.throttles = "SQS-4", 0
                    events.append(event)
                    counts.append(event.receives)
        if not events:
            self.empty_receives += most > 0
            return None
        ids = [event.id for event in events]
        return self._hide(at, rule, Receipt(number, events, counts, ids, at + self._visibility, size))

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
            self._sim.kernel.alarm(receipt.until, RETURNS, 0, self._reappear, None)
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
        word = self._sim.draws.stream("receive", 0).word
        taken = []
        for index in range(self._drawn, self._drawn + count):
            last = visible.pop()
            place = (word(index) >> 32) * (len(visible) + 1) >> 32
            if place < len(visible):
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
            if not event.gone and event.id not in kept:
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
        """The poller holds these copies no longer: what expired meanwhile and was not handled is lost now."""
        receipt.state = OVER
        for event in receipt.events:
            if receipt.late:
                event.held -= 1
            if event.gone == _EXPIRED and not event.settled and not self._is_held(event):
                self._lose(at, event)

    def still_hidden(self, at: int, receipt: Receipt, kept: frozenset[str]) -> list[str]:
        """The ids of those that stay hidden."""
        if receipt.until < at:
            return []
        return [event.id for event in receipt.events if not event.gone and event.id in kept]

    def _reappear(self, at: int, _: Any) -> None:
        """The visibility timeout of the oldest receives is over: what was not deleted can be received again."""
        order, back = self._order, 0
        while order and (order[0].until <= at or order[0].number not in self._hidden):
            receipt = order.popleft()
            if self._hidden.pop(receipt.number, None) is not None:
                back += self._show(receipt)
        self._watching = bool(order)
        if order:
            self._sim.kernel.alarm(order[0].until, RETURNS, 0, self._reappear, None)
        self.in_flight -= back
        if back:
            self._on_visible(at)

    def _show(self, receipt: Receipt) -> int:
        """How many messages of a receive are visible again; a poller that runs them holds its copies on (SQS-9)."""
        if receipt.state == WAITING:
            receipt.state = LAPSED
        receipt.late = receipt.state == RUNNING
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
        if kept:
            self._sim.kernel.alarm(kept[0].at + self._retention, RETURNS, 0, self._expire, None)
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
