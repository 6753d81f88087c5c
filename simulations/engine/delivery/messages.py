"""A queue as SQS keeps it: what is visible, what is hidden until when, and what is gone.

Models SQ:sqs-visibility-timeout and SQ:sqs-dead-letter-queues: a received message is hidden for the visibility timeout
(SQS-1), every receive counts (SQS-4), one receive too many moves it to the dead-letter queue (SQS-5), and retention ends
what is left (SQS-7). What a standard queue hands out first is MODEL-3; a FIFO queue keeps its messages in `Groups`. Units: whole microseconds and bytes.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from simulations.engine.delivery.documents import redriven
from simulations.engine.delivery.fair import Fair
from simulations.engine.delivery.groups import Groups
from simulations.engine.delivery.hidden import Hidden
from simulations.engine.delivery.receipts import LAPSED, OVER, RUNNING, WAITING, Gone, Receipt, rule_of_marked
from simulations.engine.delivery.visible import drawn, luck
from simulations.engine.kernel import RETURNS
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import words

QUEUE_DLQ = "queue_dlq"
IN_FLIGHT = number("SQS-15", "in_flight")
RECEIVE_MOST = number("SQS-1", "receive_maximum")
_UNLIMITED = 1 << 62
_KEPT_SPARE = 1024

_EXPIRE = 0  # at one instant: before what becomes visible again


class Messages:
    """The messages of one queue. `on_visible(at)` is called when something can be received again."""

    def __init__(
        self, sim: Sim, visible: list[Event] | deque[Event] | Groups | Fair, *, visibility: int, retention: int,
        max_receive_count: int | None, on_visible: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.in_flight = 0
        self.full = self.marked = False
        self.sends = self.receives = self.empty_receives = self.deletes = 0
        self._sim = sim
        self._visibility = visibility
        self._retention = retention
        self._limit = max_receive_count if max_receive_count is not None else _UNLIMITED
        self._on_visible = on_visible
        self._visible = visible
        self._keeper = visible if isinstance(visible, Groups | Fair) else None  # wants to know all that happens
        self._fifo = isinstance(visible, Groups)
        self._stale = 0  # of the visible ones: gone, and not yet taken out
        self._hidden = Hidden(sim, self._over)
        self._kept: deque[Event] = deque()  # by arrival, with some that are gone
        self._prune_at = 0  # at that many, those that are gone are taken out
        self._luck = luck(sim)
        self._largest = self._number = self._drawn = 0
        self._aging = self._capped = False

    @property
    def waiting(self) -> int:
        """How many messages are visible."""
        return len(self._visible) - self._stale

    @property
    def left(self) -> bool:
        """Whether any message is in the queue, visible or hidden; one that was handled is, where it cannot be deleted."""
        return any(not event.gone for event in self._kept)

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
        if self.in_flight + most > IN_FLIGHT:
            most = self._within_flight(at)
        choice = most < len(self._visible)
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
        rule = "MODEL-3" if choice else "SQS-1"
        if self._keeper is not None:
            rule = self._keeper.rule(events, choice=choice)
        if self.marked:
            rule = rule_of_marked(events, rule)
        return self._hide(at, rule, Receipt(
            number, events, [event.receives for event in events], [event.id for event in events], at + self._visibility, rule=rule
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
        if self._keeper is not None:
            self._keeper.put_back(event)
        elif isinstance(self._visible, deque):
            self._visible.appendleft(event)
        else:
            self._visible.append(event)

    def _hide(self, at: int, rule: str, receipt: Receipt) -> Receipt:
        """What was received is hidden from now on."""
        self._number = receipt.number
        self.receives += -(-len(receipt.events) // RECEIVE_MOST)
        self.in_flight += len(receipt.events)
        if self._keeper is not None:
            self._keeper.hide(at, receipt.events)
        self._hidden.add(receipt)
        self._sim.log.received(at, rule, receipt.ids, receipt.counts, None)
        return receipt

    def _within_flight(self, at: int) -> int:
        """SQS-15: how many more messages may be in flight."""
        if not self._capped:
            self._capped = True
            self._sim.log.limit(at, "SQS-15", "Messages in flight", f"{IN_FLIGHT:,}", None)
        return IN_FLIGHT - self.in_flight

    def _draw(self, count: int) -> list[Event]:
        """Take `count` visible messages out."""
        if isinstance(self._visible, Groups | Fair):
            return self._visible.draw(count)
        taken, draws = drawn(self._visible, count, self._luck, self._drawn)
        self._drawn += draws
        return taken

    def change_visibility(self, at: int, visibility: int) -> None:
        """SQS-9: somebody sets another VisibilityTimeout; it counts for what is received from now on."""
        self._visibility = visibility
        self._hidden.part()
        self._sim.log.limit(at, "SQS-9", "VisibilityTimeout changed", words(visibility), None)

    def _move(self, at: int, event: Event) -> None:
        """SQS-5: the queue moves the message to its dead-letter queue instead of handing it out once more."""
        sim = self._sim
        event.gone = Gone.MOVED
        if self._keeper is not None:
            self._keeper.moved(event)
        cause = Cause.MAX_RECEIVE_COUNT_EXCEEDED
        sim.log.limit(at, "SQS-5", "maxReceiveCount", str(self._limit), event.id)
        document = redriven(event, at if self._fifo else None)
        sim.log.captured(at, "SQS-5", [event.id], QUEUE_DLQ, cause, event.receives, document)
        if not event.settled:
            sim.settle(at, "SQS-5", event, Fate.CAPTURED, cause)

    def delete(self, receipt: Receipt, kept: frozenset[str], at: int) -> list[str]:
        """DeleteMessageBatch for a receive, `kept` left out; returns the ids whose delete came too late (MODEL-9)."""
        if self._hidden.is_over(at, receipt):
            return self._delete_late(receipt, kept)
        removed = 0
        for event in receipt.events:
            if not event.gone and (not kept or event.id not in kept):
                event.gone = Gone.DELETED
                removed += 1
                if self._keeper is not None:
                    self._keeper.done(event)
        self.in_flight -= removed
        if removed == len(receipt.events):
            self._hidden.remove(receipt)
            receipt.events = []
        return []

    def _delete_late(self, receipt: Receipt, kept: frozenset[str]) -> list[str]:
        """The messages are visible again, or were received again and then cannot be deleted with this receive.

        SQS-21: a FIFO queue refuses such a delete in any case.
        """
        failed = []
        for event, count in zip(receipt.events, receipt.counts, strict=True):
            if event.id in kept:
                continue
            again = event.receives != count or self._fifo
            if event.gone == Gone.MOVED or (not event.gone and again):
                failed.append(event.id)
            elif not event.gone:
                event.gone = Gone.DELETED
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
            if event.gone == Gone.EXPIRED and not event.settled and not self._is_held(event):
                self._lose(at, event)

    def still_hidden(self, at: int, receipt: Receipt, kept: frozenset[str]) -> list[str]:
        """The ids of those that stay hidden."""
        over = self._hidden.is_over(at, receipt)
        return [event.id for event in receipt.events if not (over or event.gone) and event.id in kept]

    def _over(self, at: int, receipts: list[Receipt]) -> None:
        """The visibility timeout of these receives is over: what was not deleted can be received again."""
        back = sum([self._show(at, receipt) for receipt in receipts])
        self.in_flight -= back
        if back or self._fifo:
            self._on_visible(at)

    def _show(self, at: int, receipt: Receipt) -> int:
        """How many messages of a receive are visible again; a poller that runs them holds its copies on (SQS-9)."""
        if receipt.state == WAITING:
            receipt.state = LAPSED
            self._lose_expired(at, receipt)
        receipt.late = receipt.state == RUNNING
        self.marked |= receipt.late
        if receipt.late:
            for event in receipt.events:
                event.held += 1
        back = [event for event in receipt.events if not event.gone]
        if isinstance(self._visible, Groups | Fair):
            self._visible.come_back(receipt.events)
        else:
            self._visible.extend(back)
        return len(back)

    def _expire(self, at: int, _: Any) -> None:
        """SQS-7: what is as old as the retention period is deleted; a copy that is being run is decided at its end."""
        kept = self._kept
        while kept and (kept[0].gone or kept[0].at + self._retention <= at):
            event = kept.popleft()
            if event.gone:
                continue
            event.gone = Gone.EXPIRED
            hidden = event.receipt in self._hidden
            self.in_flight -= hidden
            self._stale += not hidden if self._keeper is None else self._keeper.expire(event, hidden=hidden)
            if not event.settled and not self._is_held(event):
                self._lose(at, event)
        self._aging = bool(kept)
        if not kept:
            self._prune_at = 0
        else:
            self._sim.kernel.alarm(kept[0].at + self._retention, RETURNS, _EXPIRE, self._expire, None)
        if self._stale == len(self._visible) and not isinstance(self._visible, Groups):
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
