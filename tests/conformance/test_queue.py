"""Polling a standard queue, case by case. Durations are 0 unless a case says more, so starts are the rule's own times."""

from typing import Any, TypeVar

import pytest

from simulations.engine import make_report, parse_scenario, simulate_rows
from simulations.engine.rules import number
from simulations.engine.trace import (
    Attempt,
    Captured,
    Deleted,
    Ended,
    Hidden,
    Kind,
    Limit,
    Received,
    Scaled,
    Settled,
)
from tests.conformance.cases import FAIL, OK, Case, check, refused, run, scripted

R = TypeVar("R")

ALWAYS = {"error_rate": 1}
REPORTS = {"function_response_types": ["report_batch_item_failures"]}


def sqs(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | int | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """A scenario; `traffic` as a number is a burst of so many messages."""
    if isinstance(traffic, int):
        traffic = {"kind": "burst", "count": traffic}
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": "sqs", "settings": settings or {}, "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic or {"kind": "single"}, **rest,
    }  # fmt: skip


def lasting(seconds: float, timeout_s: int = 3) -> dict[str, Any]:
    return {"timeout_s": timeout_s, "duration": {"kind": "constant", "ms": seconds * 1000}}


def throttled(seconds: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": seconds * 1000, "available": 0}]}


def at(*seconds: float, size_bytes: int = 1024) -> dict[str, Any]:
    return {"kind": "at", "events": [{"at_ms": second * 1000, "size_bytes": size_bytes} for second in seconds]}


def all_of(count: int, fate: Any) -> dict[str, Any]:
    return {str(number): fate for number in range(1, count + 1)}


def first_run(do: str = "ok", **plan: Any) -> dict[str, Any]:
    """A failure plan: what the function's first invocation does, or returns."""
    return {"invocations": [{"match": {"n": 1}, "do": do, **plan}]}


def report(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in ids]}


FEWER = {"throttle_reduction": "reduce_one"}

# gathers for 20 s, then runs for 20 s: longer together than the 30 s for which a received message is hidden
OVERLONG = {"maximum_batching_window_s": 20}
OVERLONG_RUN = first_run(duration_ms=20_000)

# the queue is changed after the mapping was made: a run of 10 s, and a message that is hidden for 5 s
SHORTENED = {"visibility_timeout_changed_to_s": 5, "max_receive_count": 2}


def tenants(*groups: tuple[float, str, int]) -> dict[str, Any]:
    """So many messages of a tenant at a time."""
    return {
        "kind": "at",
        "events": [{"at_ms": second * 1000, "group": group} for second, group, count in groups for _ in range(count)],
    }


# a has 50 messages in flight and 50 more to come when b sends one
NOISY = tenants((0, "a", 100), (0.5, "b", 1))

CASES = [
    Case(rule="SQS-1", sentence="a batch that worked is deleted, and that is all",
         scenario=sqs(traffic=10), at_s=[0], fates=all_of(10, "delivered")),
    Case(rule="SQS-1", sentence="a burst of 25 makes batches of 10, 10 and 5",
         scenario=sqs(traffic=25), at_s=[0, 0, 0], invocations=3, fates=all_of(25, "delivered")),
    Case(rule="SQS-2", sentence="a failed message comes back when its visibility timeout is over, counted from the receive",
         scenario=sqs(failures=scripted(FAIL, FAIL, OK), function=lasting(2)), at_s=[0, 30, 60], fates={"1": "delivered"}),
    Case(rule="SQS-2", sentence="the whole batch comes back, also what could have been handled",
         scenario=sqs(failures=scripted(FAIL), traffic=3), at_s=[0, 30], invocations=2, fates=all_of(3, "delivered")),
    Case(rule="SQS-2", sentence="a timeout is a function error like any other",
         scenario=sqs({"visibility_timeout_s": 3}, scripted({"do": "timeout"}, OK)), at_s=[0, 3],
         outcomes=["timed_out", "succeeded"]),
    Case(rule="SQS-3", sentence="a throttled batch is tried again while its messages are hidden",
         scenario=sqs(failures=throttled(10)), at_s=[0, 1, 3, 7, 15], outcomes=["throttled"] * 4 + ["succeeded"],
         fates={"1": "delivered"}),
    Case(rule="SQS-3", sentence="then the poller drops its copy, and the message comes back",
         scenario=sqs(failures=throttled(40)), at_s=[0, 1, 3, 7, 15, 30, 31, 33, 37, 45], invocations=1,
         fates={"1": "delivered"}),
    Case(rule="SQS-4", sentence="receives that were throttled use up maxReceiveCount: captured without an invocation",
         scenario=sqs({"max_receive_count": 2}, throttled(9999)), invocations=0, caught=["queue_dlq"],
         fates={"1": "captured"}, causes={"1": "MaxReceiveCountExceeded"}),
    Case(rule="SQS-5", sentence="at most maxReceiveCount receives, captured at the next one",
         scenario=sqs({"max_receive_count": 3, "batch_size": 1}, ALWAYS), at_s=[0, 30, 60], caught=["queue_dlq"],
         fates={"1": "captured"}, causes={"1": "MaxReceiveCountExceeded"}),
    Case(rule="SQS-5", sentence="one poison message takes its whole batch with it",
         scenario=sqs({"max_receive_count": 5}, {"poison": ["4"]}, traffic=10), at_s=[0, 30, 60, 90, 120],
         caught=["queue_dlq"] * 10, fates=all_of(10, "captured")),
    Case(rule="SQS-7", sentence="without a redrive policy a message is retried until its retention is over, then lost",
         scenario=sqs({"message_retention_period_s": 100}, ALWAYS), at_s=[0, 30, 60, 90], caught=[], fates={"1": "lost"},
         causes={"1": "RetentionExpired"}),
    Case(rule="SQS-7", sentence="a message that nobody polls is lost without a try",
         scenario=sqs({"message_retention_period_s": 60, "mapping_starts_s": 100}), at_s=[], fates={"1": "lost"}),
    Case(rule="SQS-7", sentence="what is being run when retention ends is decided by the run",
         scenario=sqs({"message_retention_period_s": 60, "visibility_timeout_s": 50},
                      {"invocations": [{"match": {"n": 1}, "do": "raise"}, {"match": {"n": 2}, "duration_ms": 20_000},
                                       {"match": {"n": 3}, "do": "raise", "duration_ms": 15_000}]},
                      lasting(0, 50), at(0, 4)),
         at_s=[0, 4, 50], fates={"1": "lost", "2": "delivered"}),
    Case(rule="SQS-9", sentence="a message that comes back during its run is handled twice",
         scenario=sqs(OVERLONG, OVERLONG_RUN, lasting(0, 30)), at_s=[20, 50], invocations=2, fates={"1": "delivered"}),
    Case(rule="SQS-9", sentence="a visibility timeout that was shortened later: the message comes back while it is being handled",
         scenario=sqs(SHORTENED, function=lasting(10, 30)), at_s=[0, 5], invocations=2, fates={"1": "delivered"},
         caught=["queue_dlq"]),
    Case(rule="SQS-10", sentence="a long poll may outlast a shorter batching window",
         scenario=sqs({"maximum_batching_window_s": 1, "batch_filling": "long_poll"}), at_s=[20]),
    Case(rule="SQS-10", sentence="and returns with the first message that comes",
         scenario=sqs({"maximum_batching_window_s": 1, "batch_filling": "long_poll"}, traffic=at(0, 5)), at_s=[5],
         fates=all_of(2, "delivered")),
    Case(rule="SQS-11", sentence="5 batches at first, then one more every 0.2 s",
         scenario=sqs({"batch_size": 1}, function=lasting(1), traffic=8), at_s=[0, 0, 0, 0, 0, 0.2, 0.4, 0.6]),
    Case(rule="SQS-12", sentence="MaximumConcurrency keeps messages in the queue, unreceived and without a throttle",
         scenario=sqs({"batch_size": 1, "maximum_concurrency": 2}, function=lasting(1), traffic=4), at_s=[0, 0, 1, 1],
         outcomes=["succeeded"] * 4),
    Case(rule="SQS-13", sentence="provisioned mode starts with ten batches for each of its pollers, and gets one more every 0.6 s",
         scenario=sqs({"batch_size": 1, "minimum_pollers": 2}, function=lasting(1), traffic=32),
         at_s=[0] * 20 + [0.6] * 10 + [1] * 2),
    Case(rule="SQS-13", sentence="a poller makes 10 receives a second",
         scenario=sqs({"batch_size": 1, "minimum_pollers": 2, "maximum_pollers": 2}, traffic=22), at_s=[0] * 20 + [0.05, 0.1]),
    Case(rule="SQS-13", sentence="and takes 1 MB a second",
         scenario=sqs({"batch_size": 1, "minimum_pollers": 2}, traffic={"kind": "burst", "count": 4, "size_bytes": 1_048_576}),
         at_s=[0, 0, 0.5, 1]),
    Case(rule="SQS-18", sentence="what a quiet tenant sends goes before the backlog of a noisy one",
         scenario=sqs(function=lasting(1), traffic=NOISY, horizon_s=0.6), at_s=[0] * 5 + [0.2, 0.4, 0.6]),
    Case(rule="SQS-14", sentence="a failed batch makes Lambda use one poller fewer",
         scenario=sqs({"batch_size": 1}, scripted(FAIL), lasting(1), at(0, 1.5, 1.5, 1.5, 1.5, 1.5)),
         at_s=[0, 1.5, 1.5, 1.5, 1.5, 1.7, 30]),
    Case(rule="SQS-14", sentence="so does a throttled one, where that is chosen, and none is added while it lasts",
         scenario=sqs(FEWER | {"batch_size": 1}, throttled(9999), traffic=7, horizon_s=5), at_s=[0, 0, 0, 1, 1, 1, 3, 3, 3]),
    Case(rule="SQS-15", sentence="a batch ends before 6 MB",
         scenario=sqs(traffic={"kind": "burst", "count": 10, "size_bytes": 1_048_576}), at_s=[0, 0], invocations=2),
    Case(rule="SQS-20", sentence="only the reported message comes back",
         scenario=sqs(REPORTS, first_run(returns=report("4")), traffic=10), at_s=[0, 30], fates=all_of(10, "delivered"),
         causes=all_of(10, None)),
    Case(rule="SQS-20", sentence="an id that is not in the batch fails all of it",
         scenario=sqs(REPORTS | {"max_receive_count": 1}, first_run(returns=report("11")), traffic=10), at_s=[0],
         fates=all_of(10, "captured")),
    Case(rule="SQS-20", sentence="without the setting nobody listens, and what failed is deleted too",
         scenario=sqs(failures=first_run(returns=report("4")), traffic=10), at_s=[0], fates=all_of(10, "delivered"),
         causes=all_of(10, None) | {"4": "DeletedUnhandled"}),
    Case(rule="SQS-20", sentence="a message that the function named, and whose delete comes too late, comes again and is handled",
         scenario=sqs(SHORTENED | {"max_receive_count": None}, {"invocations": [
             {"match": {"n": 1}, "returns": report("1"), "duration_ms": 8_000}]}, lasting(4, 30)),
         at_s=[0, 5], fates={"1": "delivered"}, causes={"1": None}),
    Case(rule="MODEL-3", sentence="any of the visible messages may be received first", scenario=sqs({"batch_size": 1}, traffic=3),
         at_s=[0, 0, 0]),
    Case(rule="MODEL-4", sentence="a batch is gathered until its window is over",
         scenario=sqs({"maximum_batching_window_s": 5}, traffic=at(0, 1, 5, 5.1)), at_s=[5, 10.1]),
    Case(rule="MODEL-4", sentence="or until it is full",
         scenario=sqs({"maximum_batching_window_s": 5, "batch_size": 3}, traffic=at(0, 1, 2, 3)), at_s=[2, 8]),
    Case(rule="MODEL-4", sentence="a batch that is full at once does not wait for its window",
         scenario=sqs({"maximum_batching_window_s": 5}, traffic=25), at_s=[0, 0, 5]),
    Case(rule="MODEL-5", sentence="throttle waits double up to the longest",
         scenario=sqs({"throttle_longest_wait_s": 4}, throttled(26)), at_s=[0, 1, 3, 7, 11, 15, 19, 23, 27]),
    Case(rule="MODEL-6", sentence="errors leave 2 pollers",
         scenario=sqs({"batch_size": 1}, scripted(FAIL, FAIL, FAIL, FAIL), lasting(1), at(0, *[100] * 4)),
         at_s=[0, 30, 60, 90, 100, 100, 100.2, 100.4, 120]),
    Case(rule="MODEL-7", sentence="what was added for a burst stops after 20 s without a message",
         scenario=sqs({"batch_size": 1}, function=lasting(1), traffic=at(*[0] * 7, *[60] * 7)),
         at_s=[0, 0, 0, 0, 0, 0.2, 0.4, 60, 60, 60, 60, 60, 60.2, 60.4]),
    Case(rule="MODEL-52", sentence="the mapping outlives its function: each receive counts, and no code runs",
         scenario=sqs({"max_receive_count": 2}, refused("ResourceNotFoundException")), invocations=0,
         outcomes=["refused"] * 10, at_s=[0, 1, 3, 7, 15, 30, 31, 33, 37, 45], fates={"1": "captured"}),
    Case(rule="PERM-20", sentence="without the permission to delete, what was handled comes back until the redrive policy ends it",
         scenario=sqs({"denied_action": "delete_message", "max_receive_count": 3}), at_s=[0, 30, 60], invocations=3,
         fates={"1": "delivered"}, caught=["queue_dlq"]),
    Case(rule="RUN-7", sentence="a mapping that is disabled receives no more of what was handled and could not be deleted",
         scenario=sqs({"denied_action": "delete_message", "mapping_disabled_s": 45}), at_s=[0, 30], fates={"1": "delivered"}),
    Case(rule="PERM-20", sentence="without the permission to receive nothing is polled, and messages grow too old",
         scenario=sqs({"denied_action": "receive_message", "message_retention_period_s": 60}), at_s=[], fates={"1": "lost"}),
    Case(rule="MODEL-9", sentence="a late delete removes a message that nobody received in the meantime",
         scenario=sqs(OVERLONG | {"mapping_disabled_s": 25, "message_retention_period_s": 100}, OVERLONG_RUN, lasting(0, 30)),
         at_s=[20], fates={"1": "delivered"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def of(kind: type[R], scenario: dict[str, Any]) -> list[R]:
    """A run's records of one kind."""
    return [record for record in run(scenario) if isinstance(record, kind)]


def counted(scenario: dict[str, Any]) -> dict[str, int]:
    return of(Ended, scenario)[0].counts


def test_a_burst_makes_full_batches_and_a_rest() -> None:
    assert [len(received.events) for received in of(Received, sqs(traffic=25))] == [10, 10, 5]


def test_the_batch_of_a_burst_is_not_the_oldest_messages() -> None:
    oldest = [str(number) for number in range(1, 11)]
    assert sorted(of(Received, sqs(traffic=25))[0].events) != sorted(oldest)
    assert of(Received, sqs({"receive_order": "fifo"}, traffic=25))[0].events == oldest


def test_a_receive_says_how_often_each_message_was_received() -> None:
    received = of(Received, sqs(failures=ALWAYS, traffic=at(0, 31), horizon_s=70))
    assert [(record.events, record.receive_counts) for record in received] == [
        (["1"], [1]), (["1"], [2]), (["2"], [1]), (["1"], [3]), (["2"], [2])
    ]  # fmt: skip
    attempt = of(Attempt, sqs(failures=ALWAYS, horizon_s=70))[2]
    assert attempt.members == [{"event": "1", "invocation": 3, "receive_count": 3, "retries_used": 2}]


def test_what_returns_and_what_arrives_at_one_instant_share_a_batch() -> None:
    attempts = of(Attempt, sqs(failures=scripted(FAIL), traffic=at(0, 30)))
    assert [attempt.events for attempt in attempts] == [["1"], ["1", "2"]]


def test_a_poller_that_ends_at_an_arrival_takes_it() -> None:
    scenario = sqs({"batch_size": 1, "maximum_concurrency": 2}, function=lasting(1), traffic=at(0, 0, 1, 1))
    assert [attempt.start_us for attempt in of(Attempt, scenario)] == [0, 0, 1_000_000, 1_000_000]


def test_records_of_one_failed_batch_tell_its_story() -> None:
    kinds = [type(record).__name__ for record in run(sqs({"max_receive_count": 1}, ALWAYS))]
    assert kinds == [
        "Arrived",
        "Scaled",
        "Received",
        "Attempt",
        "Scaled",
        "Hidden",
        "Limit",
        "Captured",
        "Settled",
        "Ended",
    ]


def test_hidden_messages_stay_so_until_the_visibility_timeout_after_the_receive() -> None:
    hidden = of(Hidden, sqs(failures=scripted(FAIL), function=lasting(2)))
    assert [(record.rule, record.at_us, record.until_us) for record in hidden] == [("SQS-2", 2_000_000, 30_000_000)]


def test_the_dead_letter_queue_gets_the_message_as_it_was() -> None:
    events = [{"at_ms": 1500, "id": "order-7", "body": {"total": 3}}]
    captured = of(Captured, sqs({"max_receive_count": 2}, ALWAYS, traffic={"kind": "at", "events": events}))
    assert [(record.by, record.cause, record.count, record.at_us) for record in captured] == [
        ("queue_dlq", "MaxReceiveCountExceeded", 2, 61_500_000)
    ]
    document = captured[0].document
    assert (document["messageId"], document["body"]) == ("order-7", {"total": 3})
    assert document["attributes"]["ApproximateReceiveCount"] == "2"
    assert document["attributes"]["SentTimestamp"] == "1767225601500", "the time at which it was sent, not moved"


def test_a_message_handled_twice_is_settled_once_and_may_still_be_captured() -> None:
    scenario = sqs(OVERLONG | {"max_receive_count": 2}, first_run(duration_ms=20_000), lasting(20, 30))
    settled = of(Settled, scenario)
    assert [(record.fate, record.at_us) for record in settled] == [("delivered", 40_000_000)]
    deleted = of(Deleted, scenario)
    assert [(record.events, record.failed, record.rule) for record in deleted] == [
        (["1"], ["1"], "MODEL-9"), (["1"], ["1"], "MODEL-9")
    ]  # fmt: skip
    assert [record.at_us for record in of(Captured, scenario)] == [60_000_000]
    assert [record.rule for record in of(Received, scenario)] == ["SQS-1", "SQS-9"]


def test_a_late_delete_works_while_nobody_has_the_message() -> None:
    scenario = sqs(OVERLONG | {"mapping_disabled_s": 25}, OVERLONG_RUN, lasting(0, 30))
    deleted = of(Deleted, scenario)
    assert [(record.at_us, record.events, record.failed) for record in deleted] == [(40_000_000, ["1"], [])]
    assert of(Ended, scenario)[0].at_us == 40_000_000, "nothing is left to happen"


def test_a_late_failure_hides_nothing() -> None:
    scenario = sqs(OVERLONG, first_run("raise", duration_ms=20_000), lasting(0, 30))
    assert of(Hidden, scenario) == []
    assert [record.at_us for record in of(Deleted, scenario)] == [50_000_000]


def test_a_message_that_reappears_in_an_open_batch_is_received_again() -> None:
    scenario = sqs({"maximum_batching_window_s": 12, "visibility_timeout_s": 5})
    assert [record.receive_counts for record in of(Received, scenario)] == [[1], [2], [3]]
    assert [(record.start_us, record.events) for record in of(Attempt, scenario)] == [(12_000_000, ["1"])]


def test_an_open_batch_may_end_empty() -> None:
    settings = {"maximum_batching_window_s": 12, "visibility_timeout_s": 5, "max_receive_count": 1}
    scenario = sqs(settings, traffic=at(0, 20))
    assert [record.events for record in of(Captured, scenario)] == [["1"], ["2"]]
    assert of(Attempt, scenario) == []


def test_a_poller_whose_batch_ended_empty_polls_again() -> None:
    settings = {
        "maximum_batching_window_s": 12, "visibility_timeout_s": 5, "max_receive_count": 1, "maximum_concurrency": 2,
    }  # fmt: skip
    captured = of(Captured, sqs(settings, traffic=at(0, 20, 40, 60)))
    assert [record.at_us // 1_000_000 for record in captured] == [5, 25, 45, 65]


def test_only_a_receive_that_came_to_nothing_is_called_burned() -> None:
    plan = scripted(FAIL, OK) | throttled(5)
    assert [record.rule for record in of(Received, sqs(failures=plan))] == ["SQS-1", "SQS-1"]
    assert [record.rule for record in of(Received, sqs(failures=throttled(40)))] == ["SQS-1", "SQS-4"]


def test_a_message_lost_in_an_open_batch_may_still_be_handled() -> None:
    scenario = sqs({"maximum_batching_window_s": 70, "message_retention_period_s": 60, "visibility_timeout_s": 100})
    assert [(record.fate, record.at_us) for record in of(Settled, scenario)] == [("delivered", 70_000_000)]


def test_a_message_lost_in_an_open_batch_is_lost_when_it_would_have_come_back() -> None:
    scenario = sqs({"maximum_batching_window_s": 200, "message_retention_period_s": 60, "visibility_timeout_s": 65})
    assert [(record.fate, record.at_us) for record in of(Settled, scenario)] == [("lost", 65_000_000)]
    assert of(Attempt, scenario) == []


def test_a_message_lost_while_its_batch_is_throttled_is_lost_when_the_poller_lets_go() -> None:
    scenario = sqs({"message_retention_period_s": 60, "visibility_timeout_s": 100}, throttled(9999))
    assert [(record.fate, record.at_us) for record in of(Settled, scenario)] == [("lost", 100_000_000)]


@pytest.mark.parametrize("plan", [{"returns": report("nobody")}, {"returns_text": "{"}, {"returns": "done"}])
def test_a_malformed_report_fails_all_and_slows_nothing_down(plan: dict[str, Any]) -> None:
    scenario = sqs(REPORTS, first_run(**plan), traffic=4)
    assert [len(attempt.events) for attempt in of(Attempt, scenario)] == [4, 4]
    assert [record.rule for record in of(Hidden, scenario)] == ["SQS-20"]
    assert [record.rule for record in of(Scaled, scenario)] == ["SQS-11"]


@pytest.mark.parametrize("plan", [{"returns": None}, {"returns": {}}, {"returns": report()}, {"returns_text": ""}])
def test_an_empty_report_deletes_all(plan: dict[str, Any]) -> None:
    assert [record.events for record in of(Deleted, sqs(REPORTS, first_run(**plan), traffic=2))] == [["1", "2"]]


@pytest.mark.parametrize("plan", [{"returns": report("nobody")}, {"returns_text": "{"}, {"returns": "done"}])
def test_without_the_setting_any_answer_means_that_all_worked(plan: dict[str, Any]) -> None:
    scenario = sqs(failures=first_run(**plan), traffic=2)
    assert [record.cause for record in of(Settled, scenario)] == [None, None]


def test_only_the_reported_message_is_received_again() -> None:
    scenario = sqs(REPORTS, {"poison": ["2"], "handler": "report"}, traffic=3, horizon_s=40)
    attempts = of(Attempt, scenario)
    assert [attempt.events for attempt in attempts] == [["1", "2", "3"], ["2"]]
    assert [attempt.members[0]["retries_used"] for attempt in attempts] == [0, 1]
    assert [record.fate for record in of(Settled, scenario)] == ["delivered", "delivered"]


def test_an_error_with_reports_switched_on_takes_no_poller_away() -> None:
    assert [record.pollers for record in of(Scaled, sqs(REPORTS, scripted(FAIL)))] == [5]
    assert [record.pollers for record in of(Scaled, sqs(failures=scripted(FAIL)))] == [5, 4]
    assert [record.pollers for record in of(Scaled, sqs({"error_reduction": "none"}, scripted(FAIL)))] == [5]


def test_pollers_grow_to_the_limit_and_say_so_once() -> None:
    scenario = sqs({"batch_size": 1, "maximum_concurrency": 7}, function=lasting(1), traffic=30)
    assert [record.pollers for record in of(Scaled, scenario)] == [5, 6, 7]
    assert [(record.rule, record.limit, record.value) for record in of(Limit, scenario)] == [
        ("SQS-12", "MaximumConcurrency", "7")
    ]


def test_no_more_than_1250_batches_at_once() -> None:
    scenario = sqs({"batch_size": 1, "visibility_timeout_s": 900}, function=lasting(600, 900) | {
        "account_concurrent_executions": 2_000}, traffic=1_300)  # fmt: skip
    assert max(record.pollers for record in of(Scaled, scenario)) == 1_250
    assert [record.limit for record in of(Limit, scenario)] == ["Concurrent batches"]


def test_a_queue_has_only_so_many_messages_in_flight() -> None:
    most = number("SQS-15", "in_flight")
    scenario = sqs({"batch_size": 9_600, "maximum_batching_window_s": 1, "error_reduction": "none"}, {"first_n": 1},
                   traffic={"kind": "burst", "count": most + 40, "size_bytes": 200})  # fmt: skip
    rows = [
        row for chunk in simulate_rows(parse_scenario(scenario)) for row in chunk
    ]  # so many structs would take seconds
    received = [(row[1], len(row[3])) for row in rows if row[0] == Kind.RECEIVED]
    assert received[:14] == [(0, 9_600)] * 12 + [(0, most - 12 * 9_600), (30_000_000, 9_600)]
    assert [row[1:3] for row in rows if row[0] == Kind.LIMIT][:1] == [(0, "SQS-15")]
    assert sum(row[0] == Kind.SETTLED for row in rows) == most + 40


def test_a_batch_takes_its_messages_in_as_many_receives_as_it_needs() -> None:
    counts = counted(sqs({"batch_size": 95, "maximum_batching_window_s": 1}, traffic=95))
    assert counts == {"receives": 10, "empty_receives": 0, "deletes": 10, "sends": 95}


def test_idle_pollers_make_empty_receives() -> None:
    lowest, others = 2 * 3600 // 20, 3 * 60 // 20
    assert counted(sqs(horizon_s=3600, traffic=at(0, 9999)))["empty_receives"] == lowest + others
    assert counted(sqs({"maximum_concurrency": 5}, horizon_s=3600, traffic=at(0, 9999)))["empty_receives"] == 5 * 180


def test_a_poller_that_gathers_makes_empty_receives_too() -> None:
    long_polls = 50 // 20
    assert (
        counted(sqs({"maximum_batching_window_s": 50, "visibility_timeout_s": 90}))["empty_receives"] == 5 * long_polls
    )


def test_a_receive_that_only_moves_a_message_away_is_empty_too() -> None:
    counts = counted(sqs({"max_receive_count": 1, "error_reduction": "none"}, ALWAYS))
    one_long_poll_each = 5
    assert counts == {"receives": 1, "empty_receives": one_long_poll_each + 1, "deletes": 0, "sends": 1}


def test_a_disabled_mapping_polls_no_more() -> None:
    scenario = sqs({"mapping_disabled_s": 10, "message_retention_period_s": 60}, traffic=at(0, 20))
    assert [(record.event, record.fate) for record in of(Settled, scenario)] == [("1", "delivered"), ("2", "lost")]
    assert [(record.at_us, record.rule, record.pollers) for record in of(Scaled, scenario)] == [
        (0, "SQS-11", 5), (10_000_000, "RUN-7", 0)
    ]  # fmt: skip


def test_what_is_open_or_running_when_the_mapping_is_disabled_is_brought_to_an_end() -> None:
    scenario = sqs({"mapping_disabled_s": 2, "maximum_batching_window_s": 5}, traffic=at(0, 3), horizon_s=50)
    assert [(record.start_us, record.events) for record in of(Attempt, scenario)] == [(5_000_000, ["1"])]


def test_a_mapping_that_starts_late_finds_the_messages_waiting() -> None:
    assert [record.start_us for record in of(Attempt, sqs({"mapping_starts_s": 60}, traffic=25))] == [60_000_000] * 3


def test_poison_without_a_redrive_policy_runs_as_often_as_it_reappears() -> None:
    scenario = sqs({"batch_size": 1, "message_retention_period_s": 86_400}, ALWAYS)
    assert sum(attempt.invocation is not None for attempt in of(Attempt, scenario)) == 86_400 // 30
    assert of(Ended, scenario)[0].at_us == 86_400_000_000


def test_a_run_that_is_done_before_its_horizon_says_so() -> None:
    assert of(Ended, sqs(horizon_s=3600))[0].reason == "settled"
    ended = of(Ended, sqs(failures=ALWAYS, horizon_s=20))[0]
    assert (ended.reason, ended.at_us) == ("horizon", 20_000_000)


def test_reserved_concurrency_burns_receives_where_maximum_concurrency_does_not() -> None:
    """Worked case: long function, burst, maxReceiveCount 2: some messages are captured without an invocation."""
    settings = {"batch_size": 1, "max_receive_count": 2}
    function = lasting(20, 30) | {"reserved_concurrent_executions": 1}
    records = run(sqs(settings, function=function, traffic=10))
    invoked = {
        event for record in records if isinstance(record, Attempt) and record.invocation for event in record.events
    }
    captured = {event for record in records if isinstance(record, Captured) for event in record.events}
    assert captured - invoked
    held_back = settings | {"maximum_concurrency": 2}
    fates = {record.fate for record in of(Settled, sqs(held_back, function=lasting(20, 30), traffic=10))}
    assert fates == {"delivered"}


def test_fewer_pollers_after_throttles_use_up_fewer_receives() -> None:
    """SQS-14: what AWS lowers the concurrency for. With ReportBatchItemFailures it does not."""
    function = lasting(20, 30) | {"reserved_concurrent_executions": 1}

    def receives(*more: dict[str, Any]) -> int:
        chosen: dict[str, Any] = {"batch_size": 1, "max_receive_count": 5}
        for one in more:
            chosen |= one
        return of(Ended, sqs(chosen, function=function, traffic=20))[0].counts["receives"]

    assert receives(FEWER) < receives()
    assert receives(FEWER, REPORTS) == receives(REPORTS)


def test_pollers_are_added_again_once_no_batch_is_throttled() -> None:
    scenario = sqs(FEWER | {"batch_size": 1}, throttled(0.5), lasting(1), traffic=20)
    scaled = [(record.at_us / 1_000_000, record.pollers) for record in of(Scaled, scenario)]
    assert scaled[:4] == [(0, 5), (0, 4), (0, 3), (0, 2)]
    added = [moment for moment, pollers in scaled[4:]]
    assert min(added) >= 2, "the throttled batches run from 1 s to 2 s"
    assert max(pollers for _, pollers in scaled) > 5


def test_a_shortened_visibility_timeout_makes_deletes_come_too_late() -> None:
    scenario = sqs(SHORTENED, function=lasting(10, 30))
    assert [(record.at_us, record.failed) for record in of(Deleted, scenario)] == [
        (10_000_000, ["1"]),
        (15_000_000, ["1"]),
    ]
    assert [record.at_us for record in of(Captured, scenario)] == [10_000_000]
    report = make_report(parse_scenario(scenario))
    assert report.invocations.duplicates == 1
    assert report.cloudwatch["NumberOfMessagesDeleted"].sum == 0


def test_what_is_hidden_already_stays_so_for_its_time_when_the_queue_changes() -> None:
    settings = {"visibility_timeout_changed_to_s": 5, "visibility_timeout_changed_at_s": 10, "batch_size": 1}
    scenario = sqs(settings, ALWAYS, traffic=at(0, 12), horizon_s=31)
    assert [(attempt.start_us // 1_000_000, attempt.events) for attempt in of(Attempt, scenario)] == [
        (0, ["1"]), (12, ["2"]), (17, ["2"]), (22, ["2"]), (27, ["2"]), (30, ["1"])
    ]  # fmt: skip


def test_a_tenant_is_noisy_with_30_messages_and_more_than_a_tenth_in_flight() -> None:
    said = [record.value for record in of(Limit, sqs(function=lasting(1), traffic=NOISY)) if record.rule == "SQS-18"]
    assert said == ["a, 30 of 30 in flight"]
    few = tenants((0, "a", 29), (0.5, "b", 1))
    assert not [record for record in of(Limit, sqs(function=lasting(1), traffic=few)) if record.rule == "SQS-18"]


def test_a_receive_that_passes_over_a_noisy_tenant_says_so() -> None:
    received = of(Received, sqs(function=lasting(1), traffic=NOISY, horizon_s=0.6))
    assert [(record.rule, "101" in record.events) for record in received[-2:]] == [("MODEL-3", False), ("SQS-18", True)]


def test_a_quiet_tenant_does_not_wait_for_the_backlog_of_a_noisy_one_as_it_does_without_tenants() -> None:
    def handled_at(traffic: dict[str, Any]) -> int:
        settled = of(
            Settled, sqs({"receive_order": "fifo", "maximum_concurrency": 5}, function=lasting(1), traffic=traffic)
        )
        return next(record.at_us for record in settled if record.event == "1001")

    crowd = [(0, "a", 1_000), (0.5, "b", 1)]
    assert handled_at(tenants(*crowd)) == 2_000_000
    assert handled_at({"kind": "at", "events": [{"at_ms": 0}] * 1_000 + [{"at_ms": 500}]}) == 21_000_000


def test_a_noisy_tenant_is_served_while_nobody_else_waits() -> None:
    scenario = sqs(function=lasting(1), traffic=tenants((0, "a", 200)))
    assert {record.fate for record in of(Settled, scenario)} == {"delivered"}


def test_pollers_of_provisioned_mode_do_not_become_fewer_than_the_minimum() -> None:
    scenario = sqs({"minimum_pollers": 2, "batch_size": 1}, ALWAYS, traffic=20, horizon_s=1)
    assert min(record.pollers for record in of(Scaled, scenario)) == 20
