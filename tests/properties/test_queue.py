"""P9, and what else holds for every message of every queue, whatever fails."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from simulations.engine import TRIGGERS, Scenario
from simulations.engine.trace import Arrived, Attempt, Captured, Deleted, Received, Scaled, Settled
from tests.strategies import matches, own, returned, scenarios
from tests.traces import Trace, changed, for_every, member

US = 1_000_000
QUEUES = sorted(key for key, trigger in TRIGGERS.items() if trigger.model == "queue")
BATCH_BYTES = 6 * 1_024 * 1_024
LONG_POLL_US = 20 * US
MOST_POLLERS = 1_250

ALWAYS_FAILS: dict[str, Any] = {
    "error_rate": 1, "first_n": 0, "poison": [], "outages": [], "script": [], "invocations": [], "concurrency": [],
    "catchers": {}, "handler": "raise", "invoke_errors": [],
}  # fmt: skip
SMALL: dict[str, Any] = {"kind": "burst", "count": 4, "at_ms": 0, "size_bytes": 10, "bodies": []}
QUICK: dict[str, Any] = {
    "timeout_s": 3, "duration": {"kind": "constant", "ms": 10}, "account_concurrent_executions": 1_000,
    "reserved_concurrent_executions": None, "init_ms": 0, "init_failure": None,
}  # fmt: skip
POLLS: dict[str, Any] = {
    "mapping_starts_s": 0, "mapping_disabled_s": None, "message_retention_period_s": 1_209_600, "visibility_timeout_s": 30,
    "maximum_batching_window_s": 0, "batch_size": 1, "filter_criteria": [], "visibility_timeout_changed_to_s": None,
    "denied_action": None,
}  # fmt: skip


@st.composite
def partial_answers(draw: DrawFn, /, trigger: str, **chosen: Any) -> Scenario:
    """Functions that name what failed, well and badly, with Lambda listening: rare among scenarios drawn at large."""
    answers = draw(st.lists(st.fixed_dictionaries({"match": matches, "returns": returned}), max_size=4))
    plan = {
        "handler": draw(st.sampled_from(["report", "report_rest", "report_group"])),
        "error_rate": draw(st.sampled_from([0, 0.4, 0.8])),
        "invocations": answers,
        "concurrency": [],
    }
    settings = {"function_response_types": ["report_batch_item_failures"], "mapping_disabled_s": None, **chosen}
    return draw(scenarios(trigger, settings=own(trigger, settings), failures=plan, function=QUICK, horizon_s=None))


for_every_queue = for_every(QUEUES, lambda trigger: scenarios(trigger) | partial_answers(trigger))


def hidden_us(settings: Any, received_us: int) -> int:
    """For how long a message is hidden that is received at a moment."""
    changed_s = getattr(settings, "visibility_timeout_changed_to_s", None)
    if changed_s is not None and received_us >= settings.visibility_timeout_changed_at_s * US:
        return int(changed_s) * US
    return int(settings.visibility_timeout_s) * US


def most_batches(settings: Any) -> int:
    """How many batches the pollers of a mapping may have on their way."""
    least, most = settings.minimum_pollers, settings.maximum_pollers
    if least is not None or most is not None:
        return 10 * int(most or max(least, 200))
    return min(settings.maximum_concurrency or MOST_POLLERS, MOST_POLLERS)


def receives(trace: Trace) -> dict[str, list[tuple[Received, int]]]:
    """By message: its receives, each with the receive count that it was given."""
    found: dict[str, list[tuple[Received, int]]] = {}
    for record in trace.records:
        if isinstance(record, Received):
            for event, count in zip(record.events, record.receive_counts, strict=True):
                found.setdefault(event, []).append((record, count))
    return found


@for_every_queue
def test_a_message_is_never_handed_out_while_it_is_hidden(trace: Trace) -> None:
    for handed_out in receives(trace).values():
        for (before, _), (after, _) in pairwise(handed_out):
            assert after.at_us >= before.at_us + hidden_us(trace.scenario.settings, before.at_us)


@for_every_queue
def test_receives_are_counted_from_one_up_to_the_limit(trace: Trace) -> None:
    most = trace.scenario.settings.max_receive_count
    for handed_out in receives(trace).values():
        counts = [count for _, count in handed_out]
        assert counts == list(range(1, len(counts) + 1))
        assert most is None or len(counts) <= most


@for_every_queue
def test_the_dead_letter_queue_gets_a_message_when_its_receives_are_used_up(trace: Trace) -> None:
    settings = trace.scenario.settings
    handed_out = receives(trace)
    for record in trace.records:
        if isinstance(record, Captured):
            assert record.by == "queue_dlq"
            assert record.count == settings.max_receive_count
            for event in record.events:
                before = [received for received, _ in handed_out[event] if received.seq < record.seq]
                assert len(before) == settings.max_receive_count
                assert record.at_us >= before[-1].at_us + hidden_us(settings, before[-1].at_us)


@for_every_queue
def test_what_was_moved_or_deleted_is_never_received_again(trace: Trace) -> None:
    gone: set[str] = set()
    for record in trace.records:
        if isinstance(record, Received | Captured):
            assert not gone & set(record.events)
        if isinstance(record, Captured):
            gone.update(record.events)
        if isinstance(record, Deleted):
            gone.update(set(record.events) - set(record.failed))


@for_every_queue
def test_a_message_is_never_received_after_its_retention(trace: Trace) -> None:
    kept_us = trace.scenario.settings.message_retention_period_s * US
    arrived = {record.event: record.at_us for record in trace.records if isinstance(record, Arrived)}
    for event, handed_out in receives(trace).items():
        assert all(received.at_us < arrived[event] + kept_us for received, _ in handed_out)
    for record in trace.records:
        if isinstance(record, Settled) and record.fate == "lost":
            assert record.cause == "RetentionExpired"
            assert record.at_us >= arrived[record.event] + kept_us


@for_every_queue
def test_a_batch_holds_what_was_received_and_no_more_than_fits(trace: Trace) -> None:
    size = {record.event: record.size_bytes for record in trace.records if isinstance(record, Arrived)}
    counts: dict[str, int] = {}
    for record in trace.records:
        if isinstance(record, Received):
            counts.update(zip(record.events, record.receive_counts, strict=True))
        if isinstance(record, Attempt):
            assert len(record.events) <= trace.scenario.settings.batch_size
            assert sum(size[event] for event in record.events) <= BATCH_BYTES
            for part in record.members:
                assert 1 <= part["receive_count"] <= counts[part["event"]]


@for_every_queue
def test_one_receive_of_a_message_is_run_once_at_the_most(trace: Trace) -> None:
    ran: set[tuple[str, int]] = set()
    for attempt in trace.attempts:
        for part in attempt.members:
            key = (part["event"], part["receive_count"])
            assert key not in ran, "the code ran for it already"
            if attempt.invocation is not None:
                ran.add(key)


@for_every_queue
def test_a_throttled_batch_is_tried_again_only_while_it_is_hidden(trace: Trace) -> None:
    settings = trace.scenario.settings
    received_at = {
        (event, count): received.at_us for event, every in receives(trace).items() for received, count in every
    }
    last: dict[tuple[str, int], list[int]] = {}
    for attempt in trace.attempts:
        first = attempt.members[0]
        key = (first["event"], first["receive_count"])
        if attempt.attempt > 1:
            assert attempt.start_us < received_at[key] + hidden_us(settings, received_at[key])
            gap = attempt.start_us - last[key][-1]
            assert settings.throttle_first_wait_s * US <= gap <= settings.throttle_longest_wait_s * US
        last.setdefault(key, []).append(attempt.start_us)


@for_every_queue
def test_no_batch_waits_longer_than_its_window(trace: Trace) -> None:
    settings = trace.scenario.settings
    window_us = getattr(settings, "maximum_batching_window_s", 0) * US
    longest = max(window_us, LONG_POLL_US) if getattr(settings, "batch_filling", "") == "long_poll" else window_us
    received_at = {
        (event, count): received.at_us for event, every in receives(trace).items() for received, count in every
    }
    for attempt in trace.attempts:
        if attempt.attempt == 1:
            begun = min(received_at[part["event"], part["receive_count"]] for part in attempt.members)
            assert 0 <= attempt.start_us - begun <= (longest if window_us else 0)


@for_every_queue
def test_maximum_concurrency_bounds_the_batches_on_their_way(trace: Trace) -> None:
    most = most_batches(trace.scenario.settings)
    assert all(running <= most for _, running in trace.running())
    assert all(0 <= record.pollers <= most for record in trace.records if isinstance(record, Scaled))


@for_every_queue
def test_pollers_never_hold_more_batches_than_there_are_pollers(trace: Trace) -> None:
    """One poller holds one batch; after errors there may be fewer pollers than batches still on their way."""
    most = 0
    ends: list[int] = []
    for record in trace.records:
        if isinstance(record, Scaled):
            most = max(most, record.pollers)
        if isinstance(record, Attempt) and record.invocation is not None:
            ends = [end for end in ends if end > record.start_us] + [record.end_us]
            assert len(ends) <= most


@for_every_queue
def test_nothing_is_received_while_the_mapping_does_not_poll(trace: Trace) -> None:
    settings = trace.scenario.settings
    for record in trace.records:
        if isinstance(record, Received):
            assert record.at_us >= settings.mapping_starts_s * US
            assert settings.mapping_disabled_s is None or record.at_us <= settings.mapping_disabled_s * US


def named_as_failed(response: Any, ids: list[str]) -> set[str]:
    """What stays in the queue after an answer, read from AWS's page for a second time, on its own."""
    everything = set(ids)
    if response is None or response in ("", {}, []):
        return set()
    if not isinstance(response, dict):
        return everything
    listed = response.get("batchItemFailures")
    if listed is None or listed == []:
        return set()
    if not isinstance(listed, list):
        return everything
    names = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in listed]
    names = [name if isinstance(name, str) else None for name in names]  # that of a Kafka record is an object
    known = {name for name in names if name in everything}
    return known if len(known) == len(set(names)) else everything


@for_every_queue
def test_what_a_successful_batch_does_not_name_is_deleted_and_the_rest_is_not(trace: Trace) -> None:
    scenario = trace.scenario
    reports = "report_batch_item_failures" in scenario.settings.function_response_types
    if any(plan.returns_text is not None for plan in scenario.failures.invocations):
        return
    expected: list[tuple[int, set[str]]] = []
    for attempt in trace.attempts:
        if attempt.invocation is None:
            continue
        stays = set(attempt.events) if attempt.outcome != "succeeded" else set[str]()
        if reports and not stays:
            stays = named_as_failed(attempt.response, attempt.events)
        if set(attempt.events) - stays:
            expected.append((attempt.end_us, set(attempt.events) - stays))
    deleted = [(record.at_us, set(record.events)) for record in trace.records if isinstance(record, Deleted)]
    if trace.reason == "record_limit":
        last = trace.records[-1].at_us
        expected = [found for found in expected if found[0] < last]
        deleted = [found for found in deleted if found[0] < last]
    by_time = sorted((at, sorted(events)) for at, events in expected)
    assert sorted((at, sorted(events)) for at, events in deleted) == by_time


@pytest.mark.parametrize("trigger", QUEUES)
def test_what_always_fails_is_captured_after_its_last_receive_or_lost_without_a_dead_letter_queue(trigger: str) -> None:
    fixed: dict[str, Any] = {"failures": ALWAYS_FAILS, "traffic": SMALL, "function": QUICK, "horizon_s": None}

    @given(scenarios(trigger, settings={**own(trigger, POLLS), "max_receive_count": None}, **fixed), st.integers(1, 9))
    def check(scenario: Scenario, most: int) -> None:
        trace = Trace(changed(scenario, settings={"max_receive_count": most}))
        assert [settled.fate for settled in trace.fates.values()] == ["captured"] * 4
        assert all(len(handed_out) == most for handed_out in receives(trace).values())
        short = changed(scenario, settings={"message_retention_period_s": 60 * most})
        assert [settled.fate for settled in Trace(short).fates.values()] == ["lost"] * 4

    check()


@pytest.mark.parametrize("trigger", QUEUES)
def test_one_receive_more_never_captures_more_messages(trigger: str) -> None:
    plan = {**ALWAYS_FAILS, "error_rate": 0.6}

    @given(
        scenarios(trigger, settings=own(trigger, POLLS), failures=plan, function=QUICK, traffic=SMALL, horizon_s=None),
        st.integers(1, 6),
    )
    def check(scenario: Scenario, most: int) -> None:
        fewer, more = (
            sum(settled.fate == "captured" for settled in trace.fates.values())
            for trace in (Trace(changed(scenario, settings={"max_receive_count": count})) for count in (most, most + 1))
        )
        assert more <= fewer

    check()


@pytest.mark.parametrize("trigger", QUEUES)
def test_the_luck_of_a_message_does_not_depend_on_its_company(trigger: str) -> None:
    """A handler that reports fails the same messages in the same invocations, whatever the batches and the concurrency."""
    plan = {**ALWAYS_FAILS, "error_rate": 0.4, "handler": "report"}
    settings = {**own(trigger, POLLS), "function_response_types": ["report_batch_item_failures"]}

    @given(
        scenarios(trigger, settings=settings, failures=plan, function=QUICK, horizon_s=None),
        st.integers(1, 10),
        st.sampled_from([1, 2, 1_000]),
    )
    def check(scenario: Scenario, batch_size: int, concurrency: int) -> None:
        other = changed(
            scenario,
            settings={"batch_size": batch_size},
            function={"account_concurrent_executions": concurrency},
        )
        one, two = failures(Trace(scenario)), failures(Trace(other))
        assert {key: one[key] for key in one.keys() & two.keys()} == {key: two[key] for key in one.keys() & two.keys()}

    check()


def failures(trace: Trace) -> dict[tuple[str, int], bool]:
    """Whether the function named a message as failed, by message and its invocation."""
    return {
        (event, member(attempt, event)["invocation"]): event in named_as_failed(attempt.response, attempt.events)
        for attempt in trace.attempts
        if attempt.invocation is not None
        for event in attempt.events
    }
