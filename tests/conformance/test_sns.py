"""SNS, case by case; without a random part in its waits, so that the times are the rule's own."""

import pytest

from simulations.engine import ScenarioErrors, make_report, parse_scenario, simulate_rows
from simulations.engine.trace import Attempt, Captured, Kind
from simulations.picture.activity import activity_of
from simulations.picture.fold import folded_pieces
from simulations.picture.story import read
from tests.conformance.cases import BUSY, DENIED, DOWN, GONE, Case, check, pushed, refused, run

DLQ = {"redrive_policy": "sqs"}
FIRST: list[float] = [
    0,
    0,
    0,
    1,
    2,
    3,
    5,
    9,
    17,
    33,
    53,
    73,
    93,
    113,
    133,
]  # 3 at once, 2 after 1 s, 10 with growing waits
ATTEMPTS = 100_015

CASES = [
    Case(rule="GEN-2", sentence="SNS owns the message until Lambda answers 202, then Lambda's queue does",
         scenario=pushed("sns", failures=refused("ServiceException", 0, 2.5) | {"first_n": 1}),
         at_s=[0, 0, 0, 1, 2, 3, 63], outcomes=["refused"] * 5 + ["failed", "succeeded"], fates={"1": "delivered"}),
    Case(rule="ERR-1", sentence="a refused call reaches no code and is not billed", scenario=pushed("sns", failures=GONE),
         outcomes=["refused"], invocations=0, billed_ms=[0]),
    Case(rule="SNS-1", sentence="three attempts at once, two a second apart, ten with growing waits, then every 20 s",
         scenario=pushed("sns", DLQ, refused("ServiceException", 0, 200)), at_s=[*FIRST, 153, 173, 193, 213],
         fates={"1": "delivered"}, caught=[]),
    Case(rule="SNS-1", sentence="a throttle of the API is an error that may pass, and no throttle by concurrency",
         scenario=pushed("sns", failures=refused("TooManyRequestsException", 0, 2.5)),
         outcomes=["throttled"] * 5 + ["succeeded"]),
    Case(rule="SNS-2", sentence="a function that is gone: no retry, straight to the subscription's dead-letter queue",
         scenario=pushed("sns", DLQ, GONE), at_s=[0], caught=["subscription_dlq"], fates={"1": "captured"},
         causes={"1": "ResourceNotFoundException"}),
    Case(rule="SNS-2", sentence="the function's dead-letter queue never sees what SNS could not deliver",
         scenario=pushed("sns", {"dead_letter_config": "sqs", "on_failure": "sqs"}, GONE), caught=[], fates={"1": "lost"}),
    Case(rule="SNS-2", sentence="a subscription's dead-letter queue that cannot be written to loses the message",
         scenario=pushed("sns", DLQ, GONE | {"catchers": {"subscription_dlq": "no_permission"}}), caught=[],
         refused=["subscription_dlq"], fates={"1": "lost"}),
    Case(rule="PERM-2", sentence="without permission SNS does not retry", scenario=pushed("sns", failures=DENIED), at_s=[0],
         fates={"1": "lost"}, causes={"1": "AccessDeniedException"}),
    Case(rule="MODEL-11", sentence="the ten growing waits double up to 20 s",
         scenario=pushed("sns", failures=refused("ServiceException", 0, 130)), at_s=FIRST),
    Case(rule="ASYNC-3", sentence="code that fails is Lambda's to retry; the subscription's dead-letter queue stays empty",
         scenario=pushed("sns", DLQ | {"dead_letter_config": "sqs"}, {"error_rate": 1}), at_s=[0, 60, 180],
         caught=["function_dlq"], fates={"1": "captured"}),
    Case(rule="ASYNC-1", sentence="SNS is done although no concurrency is free: the throttle is Lambda's affair",
         scenario=pushed("sns", failures={"concurrency": [{"from_ms": 0, "to_ms": 2_000, "available": 0}]}), at_s=[0, 1, 3],
         outcomes=["throttled", "throttled", "succeeded"]),
    Case(rule="MODEL-16", sentence="a function that publishes to its own topic sets itself off a second later",
         scenario=pushed("sns", {"publishes_to_same_topic": True}), at_s=list(range(17)),
         outcomes=["succeeded"] * 16 + ["refused"]),
    Case(rule="REC-1", sentence="the seventeenth invocation of a chain is stopped",
         scenario=pushed("sns", {"publishes_to_same_topic": True}), invocations=16),
    Case(rule="REC-3", sentence="what was stopped goes to the function's dead-letter queue, not to the subscription's",
         scenario=pushed("sns", DLQ | {"publishes_to_same_topic": True, "on_failure": "sqs"}), caught=["on_failure"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_a_message_is_tried_100015_times_over_23_days_and_the_picture_folds_them() -> None:
    scenario = parse_scenario({"trigger": "sns", "settings": DLQ, "failures": DOWN})
    rows = [row for chunk in simulate_rows(scenario) for row in chunk]
    report = make_report(scenario, [rows])
    assert report.attempts.total == report.attempts.refused == ATTEMPTS
    assert report.ended is not None
    assert report.ended.at_us / 86_400e6 == pytest.approx(23, abs=0.2)
    assert report.caught == {"subscription_dlq": 1}
    assert [row[2] for row in rows if row[0] == Kind.CAPTURED] == ["SNS-1"], "SNS-2 is for what is not retried"
    cycles = [piece.times for piece in folded_pieces(activity_of(read(rows))) if piece.kind == "cycle"]
    assert max(cycles) > ATTEMPTS - 50


def test_the_random_part_only_shortens_waits_and_belongs_to_the_event() -> None:
    scenario = pushed("sns", {"delivery_random_part": 100}, refused("ServiceException", 0, 100), at_s=(0, 0))
    starts = {
        event: [one.start_us for one in run(scenario) if isinstance(one, Attempt) and one.events == [event]]
        for event in "12"
    }
    assert starts["1"][:3] == starts["2"][:3] == [0, 0, 0]
    assert starts["1"][3:] != starts["2"][3:]
    alone = scenario | {"traffic": {"kind": "single"}}
    assert [one.start_us for one in run(alone) if isinstance(one, Attempt)] == starts["1"]


def test_the_subscriptions_dead_letter_queue_receives_the_message_of_the_topic() -> None:
    document = next(one for one in run(pushed("sns", DLQ, GONE)) if isinstance(one, Captured)).document
    assert document["body"]["Type"] == "Notification"


@pytest.mark.parametrize(("plan", "failed"), [(GONE, 1), (DENIED, 1), (BUSY, 1), ({"error_rate": 1}, 0)])
def test_worked_case_what_sns_cannot_deliver_moves_no_metric_of_lambda_but_throttles(
    plan: dict[str, object], failed: int
) -> None:
    scenario = parse_scenario(pushed("sns", DLQ, plan))
    moved = {name: figure.sum for name, figure in make_report(scenario).cloudwatch.items() if figure.sum}
    if failed:
        throttles = {"Throttles": ATTEMPTS} if plan is BUSY else {}
        assert moved == {"NumberOfNotificationsFailed": 1, "NumberOfNotificationsRedrivenToDlq": 1, **throttles}
    else:
        assert "NumberOfNotificationsFailed" not in moved
        assert moved["AsyncEventsDropped"] == 1


@pytest.mark.parametrize(
    ("traffic", "field"),
    [
        ({"kind": "single", "size_bytes": 262_145}, "traffic.size_bytes"),
        ({"kind": "at", "events": [{"at_ms": 0}, {"at_ms": 1, "size_bytes": 262_145}]}, "traffic.events[1].size_bytes"),
    ],
)
def test_a_message_that_is_too_long_cannot_be_published(traffic: dict[str, object], field: str) -> None:
    with pytest.raises(ScenarioErrors) as found:
        parse_scenario({"trigger": "sns", "traffic": traffic})
    assert [(error.field, error.code) for error in found.value.errors] == [(field, "InvalidParameter")]


def test_a_catcher_that_is_not_there_cannot_fail() -> None:
    with pytest.raises(ScenarioErrors) as found:
        parse_scenario({"trigger": "sns", "failures": {"catchers": {"target_dlq": "no_permission"}}})
    assert [error.field for error in found.value.errors] == ["failures.catchers.target_dlq"]
