"""Custom resources of CloudFormation, case by case: what the request's fate is, and when the stack stops waiting."""

from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Limit
from tests.conformance.cases import DENIED, DOWN, Case, check, pushed, run

THROTTLED = {"concurrency": [{"from_ms": 0, "to_ms": 5_000_000, "available": 0}]}

CASES = [
    Case(rule="CFN-1", sentence="Lambda drops the request after its retries, and the stack waits on until ServiceTimeout",
         scenario=pushed("cloudformation", {}, {"error_rate": 1}), at_s=[0, 60, 180], fates={"1": "lost"},
         causes={"1": "RetriesExhausted"}),
    Case(rule="CFN-1", sentence="the stack stops waiting while Lambda still has the request: it is returned",
         scenario=pushed("cloudformation", {"service_timeout_s": 100}, {"error_rate": 1}), at_s=[0, 60, 180],
         fates={"1": "returned"}, causes={"1": "ServiceTimeout"}),
    Case(rule="CFN-1", sentence="a run that works after that changes nothing",
         scenario=pushed("cloudformation", {}, THROTTLED), fates={"1": "returned"}, invocations=1),
    Case(rule="CFN-1", sentence="a call that could not be made fails the stack after the last retry",
         scenario=pushed("cloudformation", {}, DOWN), at_s=[0, 1, 3, 7], fates={"1": "returned"},
         causes={"1": "MaximumRetryAttempts"}),
    Case(rule="PERM-14", sentence="a role that may not invoke fails the stack at once",
         scenario=pushed("cloudformation", {}, DENIED), at_s=[0], fates={"1": "returned"},
         causes={"1": "AccessDeniedException"}),
    Case(rule="DEST-3", sentence="a dead-letter queue keeps the request, the stack fails all the same",
         scenario=pushed("cloudformation", {"dead_letter_config": "sqs"}, {"error_rate": 1}), caught=["function_dlq"],
         fates={"1": "captured"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("settings", "failures", "waits_until_s"),
    [
        ({}, {}, None),
        ({}, {"first_n": 2}, None),
        ({}, {"error_rate": 1}, 3_600),
        ({"dead_letter_config": "sqs"}, {"error_rate": 1}, 3_600),
        ({"service_timeout_s": 30}, {"error_rate": 1}, 30),
        ({}, DENIED, None),
    ],
)
def test_the_stack_waits_as_long_as_nobody_tells_it(
    settings: dict[str, Any], failures: dict[str, Any], waits_until_s: int | None
) -> None:
    records = run(pushed("cloudformation", settings, failures))
    waits = [one.at_us / 1e6 for one in records if isinstance(one, Limit) and one.limit == "ServiceTimeout"]
    assert waits == ([] if waits_until_s is None else [waits_until_s])


def test_the_stacks_patience_does_not_lengthen_a_run_that_worked() -> None:
    report = make_report(parse_scenario(pushed("cloudformation")))
    assert report.ended is not None
    assert (report.ended.reason, report.ended.at_us) == ("settled", 0)


def test_lambda_counts_a_request_that_it_drops_after_the_stack_gave_up() -> None:
    report = make_report(parse_scenario(pushed("cloudformation", {"service_timeout_s": 100}, {"error_rate": 1})))
    assert (report.events.returned, report.cloudwatch["AsyncEventsDropped"].sum) == (1, 1)
