"""Synchronous invocation behind API Gateway, and the function's own life, case by case."""

from typing import Any

import pytest

from tests.conformance.cases import Case, check, scripted


def request(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "trigger": "api_gateway", "settings": settings or {}, "failures": failures or {}, "function": function or {},
        "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


SLOW = {"timeout_s": 60, "duration": {"kind": "constant", "ms": 40_000}}
INSTANT = {"reserved_concurrent_executions": 1, "duration": {"kind": "constant", "ms": 0}}
TWO = {"kind": "burst", "count": 2}


def returns(value: Any) -> dict[str, Any]:
    return {"invocations": [{"match": {"n": 1}, "do": "ok", "returns": value}]}


CASES = [
    Case(rule="SYNC-1", sentence="a run that worked is answered with what the function says",
         scenario=request(failures=returns({"statusCode": 404, "body": "no"})), answers=[404], fates={"1": "delivered"}),
    Case(rule="SYNC-2", sentence="a function error goes back to the caller",
         scenario=request(failures={"error_rate": 1}), answers=[502], fates={"1": "returned"}),
    Case(rule="SYNC-3", sentence="nobody tries again after a timeout",
         scenario=request(failures=scripted({"do": "timeout"})), at_s=[0], answers=[502], causes={"1": "Timeout"}),
    Case(rule="SYNC-4", sentence="a throttle is refused without running",
         scenario=request(function={"reserved_concurrent_executions": 0}), answers=[500], invocations=0, fates={"1": "returned"}),
    Case(rule="APIGW-1", sentence="one try for each request", scenario=request(failures={"error_rate": 1}, traffic=TWO), at_s=[0, 0]),
    Case(rule="APIGW-2", sentence="the integration timeout is 29 s", scenario=request(function=SLOW), answers=[504]),
    Case(rule="APIGW-2", sentence="it can be raised",
         scenario=request({"integration_timeout_ms": 39_999}, function=SLOW), answers=[504]),
    Case(rule="APIGW-6", sentence="the function runs on after the 504, and is billed",
         scenario=request(function=SLOW), outcomes=["succeeded"], billed_ms=[40_000], fates={"1": "returned"},
         causes={"1": "IntegrationTimeout"}),
    Case(rule="APIGW-7", sentence="a throttle of Lambda's is 500, not 429",
         scenario=request(function={"reserved_concurrent_executions": 1}, traffic=TWO), answers=[500, 200]),
    Case(rule="APIGW-7", sentence="an answer that is not in the proxy format is 502",
         scenario=request(failures=returns("hello")), answers=[502], causes={"1": "MalformedResponse"}),
    Case(rule="APIGW-7", sentence="429 comes from the stage's own limit, and Lambda is not called",
         scenario=request({"throttling_rate_limit": 1, "throttling_burst_limit": 1}, traffic=TWO), answers=[429, 200], at_s=[0]),
    Case(rule="INIT-1", sentence="an initialisation over 10 s is run again under the function's timeout",
         scenario=request(function={"init_ms": 11_000, "timeout_s": 20}), billed_ms=[21_100], answers=[200]),
    Case(rule="INIT-1", sentence="a function whose timeout is shorter than that never gets to run",
         scenario=request(function={"init_ms": 11_000, "timeout_s": 3}), outcomes=["timed_out"], answers=[502]),
    Case(rule="INIT-4", sentence="initialisation is billed",
         scenario=request(function={"init_ms": 250}), billed_ms=[350], answers=[200]),
    Case(rule="INIT-3", sentence="after a crash the next invocation is initialised again, within its duration",
         scenario=request(failures=scripted({"do": "exit"}), function={"init_ms": 250},
                          traffic={"kind": "steady", "count": 2, "rate_per_s": 1}), billed_ms=[350, 350], answers=[502, 200]),
    Case(rule="INIT-4", sentence="billed duration is rounded up once, over initialisation and run together",
         scenario=request(function={"init_ms": 80, "duration": {"kind": "constant", "ms": 133.61}}), billed_ms=[214]),
    Case(rule="CONC-3", sentence="ten times the concurrency is taken at once, the rest is throttled though nothing runs",
         scenario=request(function=INSTANT, traffic={"kind": "burst", "count": 12}), answers=[*[200] * 10, *[500] * 2], invocations=10),
    Case(rule="CONC-3", sentence="a tenth of a second later there is room for one more",
         scenario=request(function=INSTANT, traffic={"kind": "at", "events": [{"at_ms": 0}] * 10 + [{"at_ms": 100}] * 2}),
         outcomes=[*["succeeded"] * 11, "throttled"]),
    Case(rule="CONC-5", sentence="a provisioned environment has no cold start; what exceeds it has one",
         scenario=request(function={"init_ms": 500, "provisioned_concurrent_executions": 1}, traffic=TWO), billed_ms=[100, 600]),
    Case(rule="CONC-5", sentence="it stays ready, however long nobody calls",
         scenario=request(function={"init_ms": 500, "provisioned_concurrent_executions": 1, "environment_idle_s": 0},
                          traffic={"kind": "steady", "count": 2, "rate_per_s": 0.001}), billed_ms=[100, 100]),
    Case(rule="CONC-5", sentence="what spills over is bounded by reserved concurrency",
         scenario=request(function={"provisioned_concurrent_executions": 1, "reserved_concurrent_executions": 2},
                          traffic={"kind": "burst", "count": 3}), answers=[500, 200, 200]),
    Case(rule="INIT-2", sentence="initialisation beforehand may take longer than 10 s, and is not run again",
         scenario=request(function={"init_ms": 60_000, "provisioned_concurrent_executions": 1}), billed_ms=[100], answers=[200]),
    Case(rule="CONC-2", sentence="a function gains 1,000 environments at once, the others are throttled",
         scenario=request(function={"account_concurrent_executions": 3_000}, traffic={"kind": "burst", "count": 1_001}),
         invocations=1_000),
    Case(rule="CONC-2", sentence="then 100 a second: of 200 more that come half a second later, 50 run",
         scenario=request(function={"account_concurrent_executions": 3_000, "duration": {"kind": "constant", "ms": 2_000}},
                          traffic={"kind": "at", "events": [{"at_ms": 0}] * 1_000 + [{"at_ms": 500}] * 200}),
         invocations=1_050),
    Case(rule="MODEL-1", sentence="the environment that was used last is used again",
         scenario=request(function={"init_ms": 100}, traffic={"kind": "steady", "count": 2, "rate_per_s": 1}), billed_ms=[200, 100]),
    Case(rule="MODEL-2", sentence="an environment that was idle for too long is gone",
         scenario=request(function={"init_ms": 100, "environment_idle_s": 10},
                          traffic={"kind": "steady", "count": 2, "rate_per_s": 0.05}), billed_ms=[200, 200]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)
