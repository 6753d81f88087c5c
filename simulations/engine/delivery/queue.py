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
from simulations.engine.delivery.groups import Groups
from simulations.engine.delivery.messages import RECEIVE_MOST, Messages
from simulations.engine.delivery.piping import Pipe, Problem
from simulations.engine.delivery.pollers import Pollers
from simulations.engine.delivery.queue_end import DELETE_MOST, Endings
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.delivery.receipts import Receipt
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS, RETURNS, SCALING
from simulations.engine.rules import number
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S

BATCH_BYTES = number("SQS-15", "batch_bytes")
_LONG_POLL = number("SQS-10", "long_poll_s") * US_PER_S
_FACTOR = number("MODEL-5", "factor")

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
        self._groups = (
            None if fifo is None else Groups(sim.draws.purpose("message_group").stream(0) if fifo.any_group else None)
        )
        self._sent = None if fifo is None else Deduplication(by_content=fifo.by_content, by_group=fifo.by_group)
        self._messages = Messages(
            sim, self._groups if self._groups is not None else standard(sim, settings), visibility=settings.visibility,
            retention=settings.retention, max_receive_count=settings.max_receive_count, on_visible=self._wake,
        )  # fmt: skip
        if settings.later is not None:
            changed_at, visibility = settings.later
            sim.kernel.alarm(changed_at, SCALING, -1, self._messages.change_visibility, visibility)
        self._pollers = Pollers(
            sim.kernel, sim.log, settings.scale,
            waiting=lambda: self._messages.waiting, undecided=lambda: sim.undecided, on_idle=self._wake,
        )  # fmt: skip
        self._open: deque[Batch] = deque()  # batches whose window is open, the oldest first
        self._planned = False  # a poll at this instant
        self._endings = Endings(sim, settings, self._messages, self._groups)
        self._pipe = None if settings.pipe is None else Pipe(sim, settings.pipe, self._stop)
        sim.kernel.alarm(settings.starts, SCALING, 0, self._begin, None)
        if settings.disabled is not None:
            sim.kernel.alarm(settings.disabled, SCALING, 1, self._stop, "RUN-7")
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

    def _stop(self, at: int, rule: str) -> None:
        """The mapping is disabled: no more receives. Batches that are open still go to the function."""
        if self._pollers.polling and (self._sim.undecided or self._messages.left):
            self._pollers.stop(at, rule)

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
            receipt = self._receive(at, self._size, BATCH_BYTES)
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
            messages.deletes += -(-(len(receipt.events) - len(kept)) // DELETE_MOST)
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
        receipt = self._receive(at, self._size - batch.have, BATCH_BYTES - batch.size)
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
        if self._pipe is None:
            self._try(at, batch, rule)
        else:
            self._begin_try(at, (batch, rule))

    def _begin_try(self, at: int, held: tuple[Batch, str]) -> None:
        """PIPE-3: a pipe has its batch enriched before each attempt."""
        pipe, batch = self._pipe, held[0]
        if pipe is None or not pipe.piping.enrichment:
            self._try(at, *held)
            return
        until, problem = pipe.piping.enriched(at)
        if until > at:
            self._sim.log.waiting(at, "PIPE-3", batch.ids, until)
        self._sim.kernel.alarm(until, POLLS, _RETRY, self._enriched, (*held, problem))

    def _enriched(self, at: int, held: tuple[Batch, str, Problem | None]) -> None:
        """The enrichment is over."""
        batch, rule, problem = held
        if problem is None:
            self._try(at, batch, rule)
        else:
            self._refuse(at, batch, rule, problem)

    def _try(self, at: int, batch: Batch, rule: str) -> None:
        """One attempt, now."""
        sim, pipe = self._sim, self._pipe
        error = sim.failures.refusal(at) if sim.failures.refuses else None
        if error is not None:
            problem = None if pipe is None else pipe.refused(error)
            self._refuse(at, batch, rule, problem or Problem(error, "MODEL-52", counts=False))
            return
        if pipe is not None and pipe.hand is not None:
            self._endings.hand_over(at, batch, pipe.hand)
            self._let_go(at, batch)
            return
        batch.tries += 1
        throttle = sim.function.throttled(at)
        if throttle is not None:
            sim.throttle(at, rule, throttle, batch.tries, waiting_members(batch))
            batch.slowed = batch.slowed or self._pollers.throttled(at)
            self._not_run(at, batch)
            return
        run = sim.function.start(at, batch.events, self._ended, batch)
        sim.attempt(run, rule, batch.tries, [
            (event.id, event.invocations, count, event.retries) for event, count in zip(batch.events, batch.counts, strict=True)
        ], None, batch.ids)  # fmt: skip
        if batch.tries > 1:
            for event in batch.events:
                event.throttles = 0
        seen = run if pipe is None else pipe.waited_for(at, run, self._ended)
        if failed(seen) or seen.response is not None:
            judge(batch, seen, reports=self._settings.reports)

    def _refuse(self, at: int, batch: Batch, rule: str, problem: Problem) -> None:
        """The function was not called: the poller tries again (MODEL-52), or has failed if the source's limits count it (PIPE-7)."""
        batch.tries += 1
        self._sim.refuse(at, rule, (problem.error, problem.rule), batch.tries, waiting_members(batch))
        if self._pipe is not None:
            self._pipe.failed(at, problem)
        if not problem.counts:
            self._not_run(at, batch)
            return
        batch.fail(problem.rule)
        self._pollers.failed(at)
        self._endings.say_hidden(at, batch, problem.rule, batch.failed)
        self._let_go(at, batch)

    def _not_run(self, at: int, batch: Batch) -> None:
        """SQS-3: the poller keeps the batch and tries again (MODEL-5), until the messages would come back anyway."""
        self._messages.marked = True
        for event in batch.events:
            event.throttles = 1
        again = at + batch.wait
        batch.wait = min(batch.wait * _FACTOR, self._settings.longest_wait)
        enrichment = 0 if self._pipe is None else self._pipe.piping.enrichment
        if again + enrichment < batch.until:
            self._sim.log.waiting(at, "MODEL-5", batch.ids, again)
            self._sim.kernel.alarm(again, POLLS, _RETRY, self._begin_try, (batch, "SQS-3"))
        else:
            self._endings.say_hidden(at, batch, "SQS-3", frozenset(batch.ids))
            # an enrichment may have taken longer than that (PIPE-3); then they are back already
            self._sim.kernel.alarm(max(at, batch.until), RETURNS, _DROP, self._let_go, batch)

    def _ended(self, at: int, run: Run) -> None:
        """The function ended: delete what worked, leave the rest hidden until its visibility timeout is over."""
        batch: Batch = run.argument
        if failed(run) and (self._pipe is not None or not self._settings.reports):
            self._pollers.failed(at)
        self._endings.ended(at, batch)
        self._let_go(at, batch)

    def _let_go(self, at: int, batch: Batch) -> None:
        """The poller forgets its copies; what was not deleted is in the queue (SQS-3)."""
        for receipt in batch.receipts:
            self._messages.let_go(at, receipt)
        self._pollers.held -= batch.slowed
        self._free(at)

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
