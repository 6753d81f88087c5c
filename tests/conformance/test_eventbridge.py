"""EventBridge rules, case by case; without a random part in the waits."""

from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured
from tests.conformance.cases import BUSY, DENIED, DOWN, GONE, Case, check, pushed, refused, run

DLQ = {"target_dead_letter_config": "sqs"}
GROWING = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]

CASES = [
    Case(rule="EB-1", sentence="a fault is retried until it passes, without a word to the target's dead-letter queue",
         scenario=pushed("eventbridge", DLQ, refused("ServiceException", 0, 5)), at_s=[0, 1, 3, 7], caught=[],
         outcomes=["refused"] * 3 + ["succeeded"], fates={"1": "delivered"}),
    Case(rule="EB-1", sentence="the target's retry policy bounds the attempts",
         scenario=pushed("eventbridge", DLQ | {"target_maximum_retry_attempts": 2}, DOWN), at_s=[0, 1, 3],
         caught=["target_dlq"], causes={"1": "MaximumRetryAttempts"}),
    Case(rule="EB-1", sentence="no retry when none is wanted",
         scenario=pushed("eventbridge", {"target_maximum_retry_attempts": 0}, DOWN), at_s=[0], fates={"1": "lost"}),
    Case(rule="EB-1", sentence="the target's maximum age ends the retries",
         scenario=pushed("eventbridge", DLQ | {"target_maximum_event_age_s": 60}, BUSY), at_s=[0, 1, 3, 7, 15, 31],
         caught=["target_dlq"], causes={"1": "MaximumEventAgeInSeconds"}),
    Case(rule="EB-2", sentence="a deleted function: no retry, straight to the target's dead-letter queue",
         scenario=pushed("eventbridge", DLQ, GONE), at_s=[0], caught=["target_dlq"], fates={"1": "captured"}),
    Case(rule="PERM-3", sentence="without permission there is no retry",
         scenario=pushed("eventbridge", DLQ, DENIED), at_s=[0], caught=["target_dlq"], fates={"1": "captured"},
         causes={"1": "AccessDeniedException"}),
    Case(rule="PERM-3", sentence="and without a target's dead-letter queue the event is lost, the function's own unheard",
         scenario=pushed("eventbridge", {"dead_letter_config": "sqs"}, DENIED), caught=[], fates={"1": "lost"}),
    Case(rule="MODEL-12", sentence="the waits double up to 8 minutes",
         scenario=pushed("eventbridge", {}, refused("ServiceException", 0, 2_000)), at_s=[*GROWING, 991, 1471, 1951, 2431]),
    Case(rule="ASYNC-3", sentence="code that fails is Lambda's to retry; the target's dead-letter queue stays empty",
         scenario=pushed("eventbridge", DLQ | {"dead_letter_config": "sqs"}, {"error_rate": 1}), at_s=[0, 60, 180],
         caught=["function_dlq"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_185_retries_fill_the_24_hours() -> None:
    starts = [one.start_us for one in run(pushed("eventbridge", DLQ, DOWN)) if isinstance(one, Attempt)]
    assert len(starts) == 186
    assert 0.95 * 86_400e6 < starts[-1] <= 86_400e6


@pytest.mark.parametrize(
    ("plan", "settings", "expected"),
    [
        (DENIED, {}, {"ERROR_CODE": "NO_PERMISSIONS", "RETRY_ATTEMPTS": "0"}),
        (DOWN, {"target_maximum_retry_attempts": 3},
         {"RETRY_ATTEMPTS": "3", "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}),
        (DOWN, {"target_maximum_event_age_s": 60},
         {"RETRY_ATTEMPTS": "5", "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds"}),
    ],
)  # fmt: skip
def test_the_targets_dead_letter_queue_is_told_why(
    plan: dict[str, Any], settings: dict[str, Any], expected: dict[str, str]
) -> None:
    captured = next(one for one in run(pushed("eventbridge", DLQ | settings, plan)) if isinstance(one, Captured))
    document, attributes = captured.document, captured.document["attributes"]
    assert attributes["RETRY_ATTEMPTS"] == str(captured.count)
    assert {"RULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"} <= attributes.keys()
    assert expected.items() <= attributes.items()
    assert ("EXHAUSTED_RETRY_CONDITION" in attributes) == ("EXHAUSTED_RETRY_CONDITION" in expected)
    assert document["body"]["id"] == "1"


def test_worked_case_permission_removed() -> None:
    moved = {
        name: figure.sum
        for name, figure in make_report(parse_scenario(pushed("eventbridge", DLQ, DENIED))).cloudwatch.items()
        if figure.sum
    }
    assert moved == {"FailedInvocations": 1, "InvocationsSentToDLQ": 1}


def test_a_targets_dead_letter_queue_that_cannot_be_written_to_has_its_metric() -> None:
    broken = DENIED | {"catchers": {"target_dlq": "no_permission"}}
    report = make_report(parse_scenario(pushed("eventbridge", DLQ, broken)))
    assert report.cloudwatch["InvocationsFailedToBeSentToDLQ"].sum == 1
    assert report.cloudwatch["InvocationsSentToDLQ"].sum == 0
    assert report.events.lost == 1
