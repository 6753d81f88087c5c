"""What one poller of a queue holds: the messages of a batch, from the first receive until the poller lets go of them.

Units: whole microseconds, bytes.
"""

import msgspec

from simulations.engine.delivery.batch_response import failed_items, named_items
from simulations.engine.delivery.receipts import LAPSED, RUNNING, Receipt
from simulations.engine.function import Run
from simulations.engine.sim import failed
from simulations.engine.traffic import Event

NOBODY: frozenset[str] = frozenset()


class Batch(msgspec.Struct, gc=False, eq=False):
    """A batch, open until `close` is called.

    `have` and `size` count its messages and, while it is open, its bytes, `grown` is when it grew last, `window_ends` when its batching window does.
    Once it is closed, `events`, `counts` and `ids` are its messages, and `until` is when the first of them come back.
    `failed` are the ids that stay in the queue, by `rule`; `slowed`: a throttle has taken a poller away (SQS-14); `unhandled` those that the function named where nobody listens.
    """

    receipts: list[Receipt]
    have: int
    size: int
    grown: int
    wait: int
    events: list[Event]
    counts: list[int]
    ids: list[str]
    until: int
    window_ends: int = 0
    closed: bool = False
    tries: int = 0
    slowed: bool = False
    failed: frozenset[str] = NOBODY
    unhandled: frozenset[str] = NOBODY
    rule: str = "SQS-1"

    def add(self, receipt: Receipt) -> None:
        """More messages for an open batch."""
        self.receipts.append(receipt)
        self.have += len(receipt.ids)
        self.size += receipt.size

    def forget(self) -> None:
        """Take out what became visible again while the batch was open (MODEL-4)."""
        while self.receipts and self.receipts[0].state == LAPSED:
            lapsed = self.receipts.pop(0)
            self.have -= len(lapsed.ids)
            self.size -= lapsed.size

    def close(self) -> None:
        """No more messages: this is what the function gets."""
        self.closed = True
        first = self.receipts[0]
        self.until = first.until
        if len(self.receipts) > 1:
            self.events = [event for receipt in self.receipts for event in receipt.events]
            self.counts = [count for receipt in self.receipts for count in receipt.counts]
            self.ids = [event.id for event in self.events]
        else:
            self.events, self.counts, self.ids = first.events, first.counts, first.ids
        for receipt in self.receipts:
            receipt.state = RUNNING

    def fail(self, rule: str) -> None:
        """All of it stays in the queue."""
        self.rule, self.failed = rule, frozenset(self.ids)
        for event in self.events:
            event.retries += 1


def begun(at: int, receipt: Receipt, wait: int) -> Batch:
    """A batch with its first messages; `wait` is the first wait after a throttle."""
    return Batch([receipt], len(receipt.ids), 0, at, wait, receipt.events, receipt.counts, receipt.ids, receipt.until)


def judge(batch: Batch, run: Run, *, reports: bool) -> None:
    """Which messages will stay in the queue when the run ends: all after an error, the named ones if Lambda listens (`reports`)."""
    ids = batch.ids
    if failed(run):
        batch.rule, batch.failed = "SQS-2", frozenset(ids)
    elif reports:
        named = None if run.raw else failed_items(run.response, ids)
        batch.failed = frozenset(ids if named is None else named)
        batch.rule = "SQS-20"
    else:
        batch.unhandled = frozenset(() if run.raw else named_items(run.response, ids))
    for event in batch.events:
        if event.id in batch.failed:
            event.retries += 1


def waiting_members(batch: Batch) -> list[tuple[str, int | None, int | None, int]]:
    """The members of an attempt in which no code ran."""
    return [(event.id, None, count, event.retries) for event, count in zip(batch.events, batch.counts, strict=True)]
