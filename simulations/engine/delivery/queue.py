"""Poll-based invocation from a queue: pollers receive, invoke and delete; the queue does the rest.

Models LD:with-sqs and LD:services-sqs-errorhandling, rules SQS-1 to -23. A poller receives a batch and invokes the function.
If that worked, it deletes the batch. If the code failed, it does nothing, and the messages come back when their visibility
timeout is over; with ReportBatchItemFailures only the named ones do. If the function was throttled, it tries again until
the visibility timeout is over, then forgets its copy. A FIFO queue also has groups, and knows what was sent twice.
"""

from collections import deque
from typing import Any

from simulations.engine.delivery.batches import Batch, begun, judge, waiting_members
from simulations.engine.delivery.deduplication import Deduplication
from simulations.engine.delivery.fair import standard
from simulations.engine.delivery.groups import Groups, overtaking
from simulations.engine.delivery.messages import RECEIVE_MOST, Messages
from simulations.engine.delivery.pollers import Pollers
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.delivery.receipts import Receipt
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S

_BATCH_BYTES = number("SQS-15", "batch_bytes")
_LONG_POLL = number("SQS-10", "long_poll_s") * US_PER_S
_FACTOR = number("MODEL-5", "factor")
_DELETE_MOST = number("SQS-1", "delete_maximum")

# who acts first among pollers at one instant: held batches, receives, batches whose window ends
_RETRY, _POLL, _CLOSE = range(3)
_OF_GROUPS = ("SQS-16", "SQS-17")  # why a batch of a FIFO queue is tried now and not before
_DROP = 2  # after the queue's own returns


class Queue:
    """A queue and its event source mapping."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._size = settings.batch_size
        fifo = settings.fifo
        self._groups = None if fifo is None else Groups()
        self._sent = None if fifo is None else Deduplication(by_content=fifo.by_content, by_group=fifo.by_group)
        self._messages = Messages(
            sim, self._groups if self._groups is not None else standard(sim, settings), visibility=settings.visibility,
            retention=settings.retention, max_receive_count=settings.max_receive_count, on_visible=self._wake,
        )  # fmt: skip
        if settings.later is not None:
            changed_at, visibility = settings.later
            sim.kernel.alarm(changed_at, SCALING, -1, self._messages.change_visibility, visibility)
        self._pollers = Pollers(sim, settings.scale, lambda: self._messages.waiting, self._wake)
        self._open: deque[Batch] = deque()  # batches whose window is open, the oldest first
        self._planned = False  # a poll at this instant
        self._denied = settings.denied == "delete_message"
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, None)
        sim.closing = self._finish

    def accept(self, at: int, event: Event) -> None:
        """A message is sent to the queue."""
        if self._sent is not None and self._sent.repeats(at, event):
            self._messages.sends += 1
            self._sim.settle(at, "SQS-22", event, Fate.FILTERED, Cause.DEDUPLICATED)
            return
        self._messages.add(at, event)
        if self._pollers.idle or self._open:
            self._wake(at)
        elif not self._pollers.settled:
            self._pollers.grow(at)

    def _begin(self, at: int, _: Any) -> None:
        if self._settings.denied == "receive_message":
            self._sim.log.limit(at, "PERM-20", "Permission missing", "sqs:ReceiveMessage", None)
        elif self._sim.undecided:
            self._pollers.begin(at)

    def _stop(self, at: int, _: Any) -> None:
        """The mapping is disabled: no more receives. Batches that are open still go to the function."""
        if self._sim.undecided or self._messages.left:
            self._pollers.stop(at)

    def _wake(self, at: int) -> None:
        """Something can be received or someone can receive: poll at this instant, after all else."""
        if not self._planned:
            self._planned = True
            self._sim.kernel.alarm(at, POLLS, _POLL, self._poll, None)

    def _poll(self, at: int, _: Any) -> None:
        """Open batches fill first, then idle pollers begin new ones; if messages still wait, more pollers will be needed."""
        self._planned = False
        messages, pollers = self._messages, self._pollers
        if not pollers.polling:
            return
        while self._open and messages.waiting and self._fill(at, self._open[0]):
            pass
        while pollers.idle and messages.waiting and not pollers.held_back(at):
            receipt = self._receive(at, self._size, _BATCH_BYTES)
            if receipt is None:
                break
            pollers.take(at)
            self._begun(at, begun(at, receipt, self._settings.first_wait))
        if messages.waiting and not pollers.idle and not pollers.settled:
            pollers.grow(at)
        if pollers.idle and self._groups is not None and self._groups.blocked:
            self._groups.say_bound(self._sim.log, at)

    def _receive(self, at: int, most: int, room: int) -> Receipt | None:
        """Receive until something passes the filters; what does not is deleted at once (FILTER-2). None: nothing came."""
        filters, messages = self._settings.filters, self._messages
        while (receipt := messages.receive(at, most, room)) is not None and filters is not None:
            kept = filters.keep(self._sim, at, receipt.events)
            messages.deletes += -(-(len(receipt.events) - len(kept)) // _DELETE_MOST)
            messages.delete(receipt, frozenset(event.id for event in kept), at)
            receipt.narrow(kept)
            if kept:
                break
        if receipt is not None:
            size = receipt.size if self._pollers.throughput else 0
            self._pollers.spend(at, -(-len(receipt.ids) // RECEIVE_MOST), size)
        return receipt

    def _begun(self, at: int, batch: Batch) -> None:
        """A poller has received something: invoke now, or go on until the batching window is over (MODEL-4)."""
        window = self._settings.window
        if not window or batch.have == self._size or self._messages.full:
            rule = batch.receipts[0].rule
            self._invoke(at, batch, "SQS-15" if self._messages.full else rule if rule in _OF_GROUPS else "SQS-1")
            return
        batch.size = batch.receipts[0].size
        batch.window_ends = at + window
        self._open.append(batch)
        if self._settings.filters is not None and self._messages.waiting:
            self._wake(at)  # there is room left although messages wait
        longest = max(window, _LONG_POLL) if self._settings.long_poll else window
        self._sim.kernel.alarm(at + longest, POLLS, _CLOSE, self._close, batch)

    def _fill(self, at: int, batch: Batch) -> bool:
        """Receive more for an open batch and invoke if that completes it; whether anything changed."""
        self._forget(at, batch)
        messages = self._messages
        receipt = self._receive(at, self._size - batch.have, _BATCH_BYTES - batch.size)
        if receipt is not None:
            batch.add(receipt)
        if messages.full or batch.have == self._size:
            self._open.popleft()
            self._invoke(at, batch, "SQS-15" if messages.full else "SQS-1")
        elif receipt is not None and at > batch.window_ends:
            self._open.popleft()
            self._invoke(at, batch, "SQS-10")
        else:
            return receipt is not None
        return True

    def _forget(self, at: int, batch: Batch) -> None:
        """What became visible again while the batch was open is no longer in it (MODEL-4)."""
        batch.forget()
        self._pollers.empty_receives += (at - batch.grown) // _LONG_POLL
        batch.grown = at

    def _close(self, at: int, batch: Batch) -> None:
        """The batching window, or the last long poll in it (SQS-10), is over."""
        if batch.closed:
            return
        self._forget(at, batch)
        self._open.remove(batch)
        if batch.receipts:
            self._invoke(at, batch, "SQS-10" if at > batch.window_ends else "MODEL-4")
        else:
            self._free(at)

    def _invoke(self, at: int, batch: Batch, rule: str) -> None:
        """The batch is complete: try to run the function."""
        batch.close()
        if enrichment := self._settings.enrichment:
            self._sim.log.waiting(at, "PIPE-3", batch.ids, at + enrichment)
            self._try_then(at + enrichment, batch, rule)
        else:
            self._try(at, batch, rule)

    def _try(self, at: int, batch: Batch, rule: str) -> None:
        """One attempt, now."""
        sim = self._sim
        events = batch.events
        batch.tries += 1
        error = sim.failures.refusal(at) if sim.failures.refuses else None
        throttle = sim.function.throttled(at) if error is None else None
        if error is not None or throttle is not None:
            members = waiting_members(batch)
            if error is not None:
                sim.refuse(at, rule, (error, "MODEL-52"), batch.tries, members)
            elif throttle is not None:
                sim.throttle(at, rule, throttle, batch.tries, members)
            self._not_run(at, batch)
            return
        run = sim.function.start(at, events, self._ended, batch)
        sim.attempt(run, rule, batch.tries, [
            (event.id, event.invocations, count, event.retries) for event, count in zip(events, batch.counts, strict=True)
        ], None, batch.ids)  # fmt: skip
        if batch.tries > 1:
            for event in events:
                event.throttles = 0
        if failed(run) or run.response is not None:
            judge(batch, run, reports=self._settings.reports)

    def _try_then(self, until: int, batch: Batch, rule: str) -> None:
        """One attempt, later."""
        self._sim.kernel.alarm(until, POLLS, _RETRY, lambda at, held: self._try(at, held, rule), batch)

    def _not_run(self, at: int, batch: Batch) -> None:
        """SQS-3: the poller keeps the batch and tries again (MODEL-5), until the messages would come back anyway."""
        self._messages.marked = True
        for event in batch.events:
            event.throttles = 1
        again = at + batch.wait
        batch.wait = min(batch.wait * _FACTOR, self._settings.longest_wait)
        if again < batch.until:
            self._sim.log.waiting(at, "MODEL-5", batch.ids, again)
            self._try_then(again, batch, "SQS-3")
        else:
            self._say_hidden(at, batch, "SQS-3", frozenset(batch.ids))
            self._sim.kernel.alarm(max(at, batch.until), RETURNS, _DROP, self._drop, batch)

    def _drop(self, at: int, batch: Batch) -> None:
        """SQS-3: the visibility timeout is over, and the poller forgets its copy; the messages are in the queue."""
        for receipt in batch.receipts:
            self._messages.let_go(at, receipt)
        self._free(at)

    def _ended(self, at: int, run: Run) -> None:
        """The function ended: delete what worked, leave the rest hidden until its visibility timeout is over."""
        batch: Batch = run.argument
        if not self._settings.reports and failed(run):
            self._pollers.failed(at)
        if len(batch.failed) < batch.have:
            self._delete(at, batch)
        if batch.failed:
            self._say_hidden(at, batch, batch.rule, batch.failed)
        for receipt in batch.receipts:
            self._messages.let_go(at, receipt)
        self._free(at)

    def _delete(self, at: int, batch: Batch) -> None:
        """SQS-1: the poller deletes what worked, and that is what handled means."""
        events, ids = batch.events, batch.ids
        if batch.failed:
            events = [event for event in events if event.id not in batch.failed]
            ids = [event.id for event in events]
        too_late: list[str] = []
        for receipt in batch.receipts if not self._denied else ():
            too_late += self._messages.delete(receipt, batch.failed, at)
        self._messages.deletes += -(-len(ids) // _DELETE_MOST)
        sim = self._sim
        if batch.unhandled:
            sim.log.deleted(at, "SQS-20", ids, ids if self._denied else too_late)
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

    def _say_hidden(self, at: int, batch: Batch, rule: str, kept: frozenset[str]) -> None:
        """What stays hidden, and until when."""
        for receipt in batch.receipts:
            ids = self._messages.still_hidden(at, receipt, kept)
            if ids:
                self._sim.log.hidden(at, rule, ids, receipt.until)
                if self._groups is not None:
                    self._groups.say_blocked(self._sim.log, at, [one for one in receipt.events if one.id in kept])

    def _free(self, at: int) -> None:
        """A poller is done with its batch and polls again."""
        self._pollers.release(at)
        if self._messages.waiting and self._pollers.idle:
            self._wake(at)

    def _finish(self, at: int) -> None:
        """What is counted rather than recorded: the requests to SQS."""
        messages, pollers = self._messages, self._pollers
        pollers.finish(at)
        sim = self._sim
        sim.count("receives", messages.receives)
        sim.count("empty_receives", messages.empty_receives + pollers.empty_receives)
        sim.count("deletes", messages.deletes)
        sim.count("sends", messages.sends)
