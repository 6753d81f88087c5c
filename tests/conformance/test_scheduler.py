"""EventBridge Scheduler, case by case; without a random part in the waits."""

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured
from tests.conformance.cases import DENIED, DOWN, GONE, Case, check, pushed, refused, run

DLQ = {"schedule_dead_letter_config": "sqs"}

CASES = [
    Case(rule="SCH-1", sentence="a fault is retried until it passes",
         scenario=pushed("scheduler", DLQ, refused("ServiceException", 0, 5)), at_s=[0, 1, 3, 7], caught=[],
         fates={"1": "delivered"}),
    Case(rule="SCH-1", sentence="the schedule's retry policy bounds the attempts",
         scenario=pushed("scheduler", DLQ | {"schedule_maximum_retry_attempts": 1}, DOWN), at_s=[0, 1],
         caught=["schedule_dlq"], causes={"1": "MaximumRetryAttempts"}),
    Case(rule="SCH-1", sentence="a function that is gone is not tried again",
         scenario=pushed("scheduler", DLQ, GONE), at_s=[0], caught=["schedule_dlq"]),
    Case(rule="PERM-14", sentence="a role that may not invoke: no retry, straight to the schedule's dead-letter queue",
         scenario=pushed("scheduler", DLQ, DENIED), at_s=[0], caught=["schedule_dlq"], fates={"1": "captured"}),
    Case(rule="MODEL-18", sentence="a flexible time window moves the call, which then happens once",
         scenario=pushed("scheduler", {"maximum_window_minutes": 15}), outcomes=["succeeded"], fates={"1": "delivered"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_the_condition_is_told_only_if_there_were_retries() -> None:
    final, tried = (
        next(one for one in run(pushed("scheduler", DLQ, plan)) if isinstance(one, Captured)).document["attributes"]
        for plan in (DENIED, DOWN)
    )
    assert "EXHAUSTED_RETRY_CONDITION" not in final
    assert (tried["EXHAUSTED_RETRY_CONDITION"], tried["RETRY_ATTEMPTS"]) == ("MaximumRetryAttempts", "185")


def test_calls_spread_over_a_flexible_time_window() -> None:
    scenario = pushed("scheduler", {"maximum_window_minutes": 10}, at_s=tuple([0] * 200))
    starts = [one.start_us / 60e6 for one in run(scenario) if isinstance(one, Attempt)]
    assert 0 <= min(starts) < 0.5
    assert 9.5 < max(starts) < 10
    assert sum(starts) / 200 == pytest.approx(5, abs=5 * 10 / 12**0.5 / 200**0.5)


def test_what_scheduler_dropped_is_counted() -> None:
    report = make_report(parse_scenario(pushed("scheduler", {}, DENIED)))
    assert report.cloudwatch["InvocationDroppedCount"].sum == 1
    assert report.cloudwatch["AsyncEventsReceived"].sum == 0
