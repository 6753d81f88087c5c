"""A Cognito user pool trigger, case by case."""

from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from tests.conformance.cases import Case, check, scripted


def step(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "trigger": "cognito", "settings": settings or {}, "failures": failures or {}, "function": function or {},
        "traffic": {"kind": "single"},
    }  # fmt: skip


SLOW = {"timeout_s": 30, "duration": {"kind": "constant", "ms": 7_000}}
COLD = {"timeout_s": 30, "duration": {"kind": "constant", "ms": 500}, "init_ms": 4_800}
OFF = {"reserved_concurrent_executions": 0}


def refused(error: str) -> dict[str, Any]:
    return {"invoke_errors": [{"error": error}]}


CASES = [
    Case(rule="COG-1", sentence="an answer within 5 s is one", scenario=step(), answers=[200], at_s=[0], fates={"1": "delivered"}),
    Case(rule="COG-1", sentence="three attempts of 5 s each, and the runs overlap", scenario=step(function=SLOW), at_s=[0, 5, 10], answers=[400],
         outcomes=["succeeded"] * 3, causes={"1": "AnswerLimitReached"}),
    Case(rule="COG-1", sentence="two cold starts are too long, the third attempt finds the first one's environment warm",
         scenario=step(function=COLD), at_s=[0, 5, 10], answers=[200]),
    Case(rule="COG-1", sentence="the second attempt may be quick enough", answers=[200], at_s=[0, 5],
         scenario=step(failures=scripted({"do": "ok", "after_ms": 9_000}, {"do": "ok", "after_ms": 100}), function={"timeout_s": 30})),
    Case(rule="SYNC-2", sentence="an error of the code fails the step at once", scenario=step(failures={"error_rate": 1}), at_s=[0], answers=[400]),
    Case(rule="COG-1", sentence="a response without its part is invalid", answers=[400], causes={"1": "MalformedResponse"},
         scenario=step(failures={"invocations": [{"match": {"n": 1}, "do": "ok", "returns": {}}]})),
    Case(rule="SYNC-8", sentence="a 5xx of Lambda is not tried again", scenario=step(failures=refused("ServiceException")), at_s=[0], answers=[400]),
    Case(rule="MODEL-22", sentence="a throttle is", scenario=step(function=OFF), outcomes=["throttled"] * 3, answers=[400]),
    Case(rule="SYNC-4", sentence="unless we say otherwise", scenario=step({"retries_throttles": False}, function=OFF), outcomes=["throttled"]),
    Case(rule="MODEL-22", sentence="or that it waits in between", scenario=step({"retry_wait_ms": 500}, function=SLOW), at_s=[0, 5.5, 11]),
    Case(rule="PERM-8", sentence="without permission the step fails", scenario=step(failures=refused("AccessDeniedException")), answers=[400],
         outcomes=["refused"], causes={"1": "AccessDeniedException"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_what_came_too_late_counts_as_handled_more_than_once() -> None:
    assert make_report(parse_scenario(step(function=SLOW))).invocations.duplicates == 2
