"""Polling a FIFO queue, case by case. Durations are 0 unless a case says more, so starts are the rule's own times."""

from typing import Any, TypeVar

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Arrived, Attempt, Captured, Deleted, Limit, Settled
from tests.conformance.cases import FAIL, OK, Case, check, refused, run, scripted

R = TypeVar("R")

ALWAYS = {"error_rate": 1}
REPORTS = {"function_response_types": ["report_batch_item_failures"]}
ONE_BY_ONE = {"batch_size": 1}


def fifo(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: Any = "a",
    **rest: Any,
) -> dict[str, Any]:
    """A scenario; `traffic` as text is a message at 0 s for each letter, which is its group: "aab" is 1 and 2 of a, 3 of b."""
    if isinstance(traffic, str):
        traffic = at(*[(0, group) for group in traffic])
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": "sqs_fifo", "settings": settings or {}, "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic, **rest,
    }  # fmt: skip


def at(*messages: tuple[float, str], **more: Any) -> dict[str, Any]:
    return {
        "kind": "at",
        "events": [{"at_ms": second * 1000, "group": group, **more} for second, group in messages],
    }


def lasting(seconds: float, timeout_s: int = 3) -> dict[str, Any]:
    return {"timeout_s": timeout_s, "duration": {"kind": "constant", "ms": seconds * 1000}}


def throttled(until_s: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": until_s * 1000}]}


def of(kind: type[R], scenario: dict[str, Any]) -> list[R]:
    """A run's records of one kind."""
    return [record for record in run(scenario) if isinstance(record, kind)]


def batches(scenario: dict[str, Any]) -> list[tuple[float, str]]:
    """When the function was tried, in seconds, and with which messages."""
    return [(attempt.start_us / 1e6, "".join(attempt.events)) for attempt in of(Attempt, scenario)]


def sent(*identifiers: str | None, every_s: float = 0, **more: Any) -> dict[str, Any]:
    """Messages of one group with these deduplication ids."""
    return {
        "kind": "at",
        "events": [
            {"at_ms": number * every_s * 1000, "group": "a", "deduplication_id": name, **more}
            for number, name in enumerate(identifiers)
        ],
    }


# the run begins at 15 s, and the message is visible again at 20 s
SLOW_AFTER_A_THROTTLE = {"concurrency": [{"from_ms": 0, "to_ms": 14_500}]}
# as many of a as SQS looks at, and one of b behind them
CROWDED = at(*[(0, "a")] * 120_000, (0, "b"))

CASES = [
    Case(rule="SQS-16", sentence="messages of a group go one after the other, whatever concurrency is free",
         scenario=fifo(ONE_BY_ONE, function=lasting(1), traffic="aaa"), at_s=[0, 1, 2]),
    Case(rule="SQS-16", sentence="groups go side by side",
         scenario=fifo(ONE_BY_ONE, function=lasting(1), traffic="abab"), at_s=[0, 0, 1, 1]),
    Case(rule="SQS-16", sentence="a failed message blocks its group, and no other",
         scenario=fifo(ONE_BY_ONE, scripted(FAIL, OK), traffic="aabb"), at_s=[0, 0, 0, 30, 30],
         fates={"1": "delivered", "2": "delivered", "3": "delivered", "4": "delivered"}),
    Case(rule="SQS-16", sentence="a batch may hold several groups, and its failure blocks all of them",
         scenario=fifo({"batch_size": 3}, scripted(FAIL, OK), traffic="abab"), at_s=[0, 30, 30], invocations=3),
    Case(rule="MODEL-50", sentence="the group with the oldest message comes first, and gives all it has",
         scenario=fifo({"batch_size": 2}, function=lasting(1), traffic="abba"), at_s=[0, 0]),
    Case(rule="SQS-4", sentence="a throttle burns the receives of the whole group's batch",
         scenario=fifo({"max_receive_count": 2}, throttled(9999), traffic="aa"), invocations=0,
         caught=["queue_dlq", "queue_dlq"], fates={"1": "captured", "2": "captured"}),
    Case(rule="SQS-17", sentence="after the move to the dead-letter queue the group goes on without the message",
         scenario=fifo(ONE_BY_ONE | {"max_receive_count": 2}, {"poison": ["1"]}, traffic="aa"), at_s=[0, 30, 60],
         fates={"1": "captured", "2": "delivered"}, caught=["queue_dlq"]),
    Case(rule="SQS-17", sentence="a handler that reports only what failed breaks the order",
         scenario=fifo(REPORTS, scripted(OK, event="1") | scripted(FAIL | {"do": "fail_item"}, OK, event="2"), traffic="aaa"),
         at_s=[0, 30], fates={"1": "delivered", "2": "delivered", "3": "delivered"},
         causes={"1": None, "2": None, "3": "HandledOutOfOrder"}),
    Case(rule="SQS-20", sentence="one that also reports what it did not reach keeps it",
         scenario=fifo(REPORTS, {"first_n": 0, "handler": "report_rest", "outages": [],
                                 "script": [{"event": "2", "invocation": 1, "do": "fail_item"}]}, traffic="aaa"),
         at_s=[0, 30], causes={"1": None, "2": None, "3": None}),
    Case(rule="SQS-21", sentence="a delete after the visibility timeout is refused, and the message is handled twice",
         scenario=fifo({"visibility_timeout_s": 20}, SLOW_AFTER_A_THROTTLE, lasting(10, 20)),
         at_s=[0, 1, 3, 7, 15, 20], invocations=2, fates={"1": "delivered"}),
    Case(rule="SQS-22", sentence="what is sent again within 5 minutes never reaches the function",
         scenario=fifo(traffic=sent("x", "x", "y", every_s=299)), at_s=[0, 598],
         fates={"1": "delivered", "2": "filtered", "3": "delivered"}, causes={"1": None, "2": "Deduplicated", "3": None}),
    Case(rule="SQS-23", sentence="behind a blocked group that fills the window of SQS other groups wait too",
         scenario=fifo(ONE_BY_ONE, scripted(FAIL), traffic=CROWDED, horizon_s=1), at_s=[0]),
    Case(rule="MODEL-52", sentence="a call that Lambda refuses is tried again while the message is hidden",
         scenario=fifo(failures=refused("ServiceException", 0, 5)), at_s=[0, 1, 3, 7],
         outcomes=["refused"] * 3 + ["succeeded"], fates={"1": "delivered"}),
    Case(rule="MODEL-52", sentence="a function that is gone uses up the receives",
         scenario=fifo({"max_receive_count": 1}, refused("ResourceNotFoundException")), invocations=0,
         at_s=[0, 1, 3, 7, 15], fates={"1": "captured"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_a_message_beyond_what_sqs_looks_at_is_received_once_an_earlier_one_has_gone() -> None:
    attempts = of(Attempt, fifo(ONE_BY_ONE, traffic=CROWDED, function=lasting(1), horizon_s=1))
    assert [(attempt.start_us, attempt.events) for attempt in attempts] == [
        (0, ["1"]), (1_000_000, ["2"]), (1_000_000, ["120001"])
    ]  # fmt: skip


def test_a_batch_takes_all_it_can_of_a_group_before_the_next_one() -> None:
    assert batches(fifo({"batch_size": 3}, function=lasting(1), traffic="abcaabc")) == [
        (0, "145"),
        (0, "263"),
        (1, "7"),
    ]


def test_any_group_may_come_next_if_the_scenario_says_so_and_its_messages_keep_their_order() -> None:
    """MODEL-50: AWS promises an order within a group and none among groups."""
    letters = "abcdefghijklmnopqrst" * 2
    order = [int(events) for _, events in batches(fifo(ONE_BY_ONE | {"group_order": "random"}, traffic=letters))]
    assert sorted(order) == [*range(1, 41)]
    assert order[:20] != [*range(1, 21)]
    assert all(order.index(number) < order.index(number + 20) for number in range(1, 21))


def test_a_batch_keeps_each_groups_order() -> None:
    assert batches(fifo(traffic="abab")) == [(0, "1324")]


def test_a_group_comes_back_as_a_whole_and_in_order() -> None:
    assert batches(fifo(failures=scripted(FAIL, event="2"), traffic="aaa")) == [(0, "123"), (30, "123")]


def test_new_messages_of_a_blocked_group_wait_behind_it() -> None:
    traffic = at((0, "a"), (5, "a"), (6, "b"))
    assert batches(fifo(failures=scripted(FAIL), traffic=traffic)) == [(0, "1"), (6, "3"), (30, "12")]


def test_a_blocked_group_is_named_once_with_what_waits_behind_it() -> None:
    limits = of(Limit, fifo(ONE_BY_ONE, scripted(FAIL, FAIL, OK), traffic="aaab"))
    said = [(one.limit, one.value, one.event) for one in limits if one.rule == "SQS-16" and one.event is not None]
    assert said == [("Blocked message group", "a, with 2 messages behind", "1")]


def test_as_many_invocations_as_groups_are_the_most() -> None:
    limits = of(Limit, fifo(ONE_BY_ONE, function=lasting(1), traffic="ababab"))
    assert [(one.limit, one.value) for one in limits if one.rule == "SQS-16"] == [("Message groups on their way", "2")]


def test_what_was_handled_out_of_order_is_said_so() -> None:
    plan = {"poison": ["2"], "handler": "report"}
    scenario = fifo(REPORTS | {"max_receive_count": 1}, plan, traffic="aaba")
    deleted = of(Deleted, scenario)
    assert [(one.rule, one.events) for one in deleted] == [("SQS-17", ["1", "4", "3"])]
    causes = {one.event: one.cause for one in of(Settled, scenario)}
    assert causes == {"1": None, "4": "HandledOutOfOrder", "3": None, "2": "MaxReceiveCountExceeded"}


def test_a_handler_may_stop_in_one_group_and_go_on_in_the_others() -> None:
    plan = scripted({"do": "fail_item"}) | {"handler": "report_group"}
    scenario = fifo(REPORTS, plan, traffic="abab")
    assert [one.events for one in of(Deleted, scenario)] == [["2", "4"], ["1", "3"]]
    assert batches(scenario) == [(0, "1324"), (30, "13")]


def test_the_dead_letter_queue_starts_the_age_of_a_message_anew_and_keeps_its_group() -> None:
    captured = of(Captured, fifo({"max_receive_count": 1}, ALWAYS))
    attributes = captured[0].document["attributes"]
    assert attributes["SentTimestamp"] == "1767225630000"
    assert attributes["MessageGroupId"] == "a"


def test_a_refused_delete_runs_the_message_again_and_is_counted_as_a_duplicate() -> None:
    scenario = fifo({"visibility_timeout_s": 20}, SLOW_AFTER_A_THROTTLE, lasting(10, 20))
    assert [(one.at_us, one.rule, one.failed) for one in of(Deleted, scenario)] == [
        (25_000_000, "SQS-21", ["1"]), (30_000_000, "SQS-1", [])
    ]  # fmt: skip
    assert make_report(parse_scenario(scenario)).invocations.duplicates == 1


def test_a_late_delete_is_refused_even_while_nobody_else_has_the_message() -> None:
    settings = {"visibility_timeout_s": 20, "mapping_disabled_s": 19}
    scenario = fifo(settings, SLOW_AFTER_A_THROTTLE, lasting(10, 20))
    assert [(one.events, one.failed) for one in of(Deleted, scenario)] == [(["1"], ["1"])]
    assert [one.fate for one in of(Settled, scenario)] == ["delivered"], "the code did handle it"


def test_a_group_stays_blocked_until_the_visibility_timeout_of_a_message_that_grew_too_old_meanwhile() -> None:
    settings = ONE_BY_ONE | {"message_retention_period_s": 60, "visibility_timeout_s": 50}
    scenario = fifo(settings, scripted(FAIL, FAIL, OK), lasting(0, 50), at((0, "a"), (40, "a")))
    assert batches(scenario) == [(0, "1"), (50, "1")]
    assert [(one.event, one.fate, one.at_us // 1_000_000) for one in of(Settled, scenario)] == [
        ("1", "lost", 60),
        ("2", "lost", 100),
    ]


def test_an_id_is_free_again_after_5_minutes_even_if_the_message_is_still_there() -> None:
    assert [(one.event, one.fate) for one in of(Settled, fifo(traffic=sent("x", "x", every_s=300)))] == [
        ("1", "delivered"), ("2", "delivered")
    ]  # fmt: skip


def test_ids_may_count_for_a_group_only() -> None:
    events = [{"at_ms": 0, "group": group, "deduplication_id": "x"} for group in "ab"]
    traffic = {"kind": "at", "events": events}
    for scope, fates in (("queue", ["filtered", "delivered"]), ("message_group", ["delivered", "delivered"])):
        settled = of(Settled, fifo({"deduplication_scope": scope}, traffic=traffic))
        assert [one.fate for one in settled] == fates, scope


@pytest.mark.parametrize(("by_content", "fates"), [(False, 2), (True, 1)])
def test_equal_bodies_count_as_sent_twice_if_the_queue_says_so(by_content: bool, fates: int) -> None:
    traffic = at((0, "a"), (1, "a"), body={"order": 7})
    settled = of(Settled, fifo({"content_based_deduplication": by_content}, traffic=traffic))
    assert sum(one.fate == "delivered" for one in settled) == fates


def test_an_explicit_id_counts_more_than_the_body() -> None:
    traffic = sent("x", "y", body="same")
    settled = of(Settled, fifo({"content_based_deduplication": True}, traffic=traffic))
    assert [one.fate for one in settled] == ["delivered", "delivered"]


def test_messages_are_spread_over_groups() -> None:
    traffic = {"kind": "burst", "count": 10}
    settings = {"message_groups": 3, "busiest_group_percent": 60}
    names = [record.group for record in of(Arrived, fifo(settings, traffic=traffic))]
    assert names.count("group-1") == 6
    assert names.count("group-2") == names.count("group-3") == 2


def test_cloudwatch_counts_the_groups_on_their_way_and_what_was_sent_twice() -> None:
    groups = make_report(parse_scenario(fifo(ONE_BY_ONE, function=lasting(1), traffic="abcab"))).cloudwatch
    assert groups["ApproximateNumberOfGroupsWithInflightMessages"].max == 3
    assert groups["ApproximateNumberOfGroupsWithInflightMessages"].last == 0
    twice = make_report(parse_scenario(fifo(traffic=sent("x", "x", "y")))).cloudwatch
    assert twice["NumberOfDeduplicatedSentMessages"].sum == 1
    assert twice["NumberOfMessagesSent"].sum == 2
    assert twice["ApproximateNumberOfMessagesVisible"].last == 0


def test_a_message_that_waited_for_its_group_is_tried_by_the_rule_of_that() -> None:
    scenario = fifo(ONE_BY_ONE | {"max_receive_count": 2}, {"poison": ["2"]}, traffic="aaab")
    assert [(attempt.rule, attempt.events) for attempt in of(Attempt, scenario)] == [
        ("SQS-1", ["1"]), ("SQS-1", ["4"]), ("SQS-16", ["2"]), ("SQS-1", ["2"]), ("SQS-17", ["3"])
    ]  # fmt: skip
