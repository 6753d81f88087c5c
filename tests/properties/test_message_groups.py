"""P8 for queues: within a message group the order is kept, one batch at a time, whatever fails."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario
from simulations.engine.trace import Arrived, Attempt, Captured, Deleted, Received, Settled
from tests.properties.test_queue import ALWAYS_FAILS, QUICK, US, hidden_us, partial_answers
from tests.strategies import own, scenarios
from tests.traces import Trace, changed, for_every

FIFO = ["sqs_fifo", "pipes"]
# a pipe that waits; what an enrichment outlasts is out of order by design (PIPE-3)
PIPED: dict[str, Any] = {
    "source": "sqs_fifo", "invocation_type": "request_response", "enrichment_ms": None, "enrichment_errors": [],
}  # fmt: skip
INTERVAL_US = 300 * US

PLENTY: dict[str, Any] = {"kind": "burst", "count": 12, "at_ms": 0, "size_bytes": 10}
GROUPED: dict[str, Any] = {
    "message_groups": 3, "busiest_group_percent": None, "mapping_starts_s": 0, "mapping_disabled_s": None,
    "visibility_timeout_s": 30, "message_retention_period_s": 1_209_600, "content_based_deduplication": False,
    "visibility_timeout_changed_to_s": None, "filter_criteria": [], "denied_action": None,
}  # fmt: skip

for_every_fifo = for_every(
    FIFO,
    lambda trigger: (
        scenarios(trigger, settings=own(trigger, PIPED))
        | partial_answers(trigger, **own(trigger, PIPED))
        | scenarios(trigger, settings=own(trigger, GROUPED | PIPED), traffic=PLENTY, function=QUICK, horizon_s=None)
    ),
)


class Queue:
    """What is in the queue after each record, group by group, in the order in which it was sent."""

    def __init__(self, trace: Trace) -> None:
        self.kept_us = trace.scenario.settings.message_retention_period_s * US
        self.settings = trace.scenario.settings
        self.groups: dict[str | None, list[str]] = defaultdict(list)
        self.group_of: dict[str, str | None] = {}
        self.sent_at: dict[str, int] = {}
        self.hidden_until: dict[str, int] = {}

    def take(self, record: Any) -> None:
        match record:
            case Arrived():
                self.groups[record.group].append(record.event)
                self.group_of[record.event] = record.group
                self.sent_at[record.event] = record.at_us
            case Received():
                self.hidden_until |= dict.fromkeys(record.events, record.at_us + hidden_us(self.settings, record.at_us))
            case Deleted():
                self.remove(set(record.events) - set(record.failed))
            case Captured():
                self.remove(record.events)
            case Settled(fate="filtered"):
                self.remove([record.event])
            case _:
                pass

    def remove(self, events: Any) -> None:
        for event in events:
            group = self.groups[self.group_of[event]]
            if event in group:
                group.remove(event)

    def at(self, group: str | None, at: int) -> list[str]:
        """What there is of a group at a moment, before anything is received."""
        return [event for event in self.groups[group] if self.sent_at[event] + self.kept_us > at]


def receives(trace: Trace) -> Iterator[tuple[Received, Queue]]:
    """Each receive, with the queue as it was before."""
    queue = Queue(trace)
    for record in trace.records:
        if isinstance(record, Received):
            yield record, queue
        queue.take(record)


@for_every_fifo
def test_a_receive_brings_the_first_messages_of_each_group_in_their_order(trace: Trace) -> None:
    for received, queue in receives(trace):
        by_group: dict[str | None, list[str]] = defaultdict(list)
        for event in received.events:
            by_group[queue.group_of[event]].append(event)
        for group, events in by_group.items():
            assert queue.at(group, received.at_us)[: len(events)] == events


@for_every_fifo
def test_nothing_of_a_group_is_received_while_one_of_its_messages_is_hidden(trace: Trace) -> None:
    for received, queue in receives(trace):
        for event in received.events:
            for other in queue.groups[queue.group_of[event]]:
                assert queue.hidden_until.get(other, 0) <= received.at_us


@for_every_fifo
def test_a_later_message_never_starts_before_an_earlier_one_of_its_group_is_settled_or_starts_with_it(
    trace: Trace,
) -> None:
    """P8 to the letter; a handler that leaves an earlier message in the queue breaks it, and the engine says so."""
    open_: dict[str | None, list[str]] = defaultdict(list)
    group_of: dict[str, str | None] = {}
    for record in trace.records:
        if isinstance(record, Arrived):
            open_[record.group].append(record.event)
            group_of[record.event] = record.group
        if isinstance(record, Settled):
            open_[group_of[record.event]].remove(record.event)
        if isinstance(record, Attempt):
            for event in record.events:
                group = open_[group_of[event]]
                earlier = group[: group.index(event)] if event in group else []
                assert set(earlier) <= set(record.events), f"{event} overtakes {earlier}"


@for_every_fifo
def test_what_overtook_an_earlier_message_of_its_group_is_told_apart(trace: Trace) -> None:
    """Handled while an earlier one of the same batch stays in the queue: that, and only that, is out of order."""
    expected: set[str] = set()
    group_of = {record.event: record.group for record in trace.records if isinstance(record, Arrived)}
    sent = {event: number for number, event in enumerate(group_of)}
    batches = {(attempt.end_us, event): attempt for attempt in trace.attempts for event in attempt.events}
    ahead: set[str] = set()
    for record in trace.records:
        if isinstance(record, Deleted):
            batch = batches[record.at_us, record.events[0]]
            stays = [event for event in batch.events if event not in record.events]
            ahead = {
                event
                for event in record.events
                if any(group_of[other] == group_of[event] and sent[other] < sent[event] for other in stays)
            }
        if isinstance(record, Settled) and record.fate == "delivered":
            expected |= {record.event} & ahead
            if record.cause == "DeletedUnhandled":
                expected.discard(record.event)
    told = {event for event, settled in trace.fates.items() if settled.cause == "HandledOutOfOrder"}
    assert told == expected


@for_every_fifo
def test_what_was_sent_twice_is_delivered_once(trace: Trace) -> None:
    settings, traffic = trace.scenario.settings, trace.scenario.traffic
    if settings.content_based_deduplication or not hasattr(traffic, "events"):
        return
    ids = {
        planned.id or str(number): planned.deduplication_id
        for number, planned in enumerate(sorted(traffic.events, key=lambda planned: planned.at_ms), start=1)
    }
    known: dict[tuple[Any, str], int] = {}
    for record in trace.records:
        identifier = ids[record.event] if isinstance(record, Arrived) else None
        if isinstance(record, Arrived) and identifier is not None:
            key = (record.group if settings.deduplication_scope == "message_group" else None, identifier)
            again = key in known and record.at_us < known[key] + INTERVAL_US
            settled = trace.fates.get(record.event)
            if trace.whole:
                assert (settled is not None and settled.cause == "Deduplicated") == again
            if not again:
                known[key] = record.at_us


def outlives_its_messages(trace: Trace) -> bool:
    """Whether a run goes on after the queue has shown its messages again, or forgotten them: then their groups are free."""
    queue = Queue(trace)
    for record in trace.records:
        queue.take(record)
        if isinstance(record, Attempt) and record.invocation is not None:
            kept = (min(queue.hidden_until[one], queue.sent_at[one] + queue.kept_us) for one in record.events)
            if record.end_us > min(kept):
                return True
    return False


@for_every_fifo
def test_there_are_never_more_invocations_at_once_than_groups(trace: Trace) -> None:
    groups = {record.group for record in trace.records if isinstance(record, Arrived)}
    if not outlives_its_messages(trace):
        assert all(running <= len(groups) for _, running in trace.running())


@pytest.mark.parametrize("trigger", FIFO)
def test_a_message_that_always_fails_blocks_its_group_and_no_other(trigger: str) -> None:
    plan = {**ALWAYS_FAILS, "error_rate": 0, "poison": ["2"]}
    settings = own(trigger, {**GROUPED, **PIPED, "max_receive_count": None, "batch_size": 1})

    @given(
        scenarios(trigger, settings=settings, traffic=PLENTY, function=QUICK, failures=plan, horizon_s=None),
        st.integers(1, 4),
    )
    def check(scenario: Scenario, most: int) -> None:
        blocked = changed(scenario, settings={"message_retention_period_s": 600})
        fates = {event: settled.fate for event, settled in Trace(blocked).fates.items()}
        assert {event for event, fate in fates.items() if fate == "lost"} == {"2", "5", "8", "11"}
        freed = changed(scenario, settings={"max_receive_count": most})
        fates = {event: settled.fate for event, settled in Trace(freed).fates.items()}
        assert {event for event, fate in fates.items() if fate != "delivered"} == {"2"}

    check()
