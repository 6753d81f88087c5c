"""A Task state of Step Functions, case by case. Durations are 0, so starts are the retrier's own times."""

from typing import Any

import pytest

from simulations.engine import ScenarioErrors, make_report, parse_scenario
from simulations.engine.trace import Captured, Limit, Waiting
from tests.conformance.cases import FAIL, OK, Case, check, run, scripted


def state(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
    seed: int = 1,
) -> dict[str, Any]:
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": "step_functions", "seed": seed, "settings": settings or {}, "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


def retry(*errors: str, **fields: Any) -> dict[str, Any]:
    return {"retry": [{"error_equals": list(errors), **fields}]}


def throttled(seconds: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": seconds * 1_000, "available": 0}]}


ALWAYS = {"error_rate": 1}
ALL = retry("States.ALL")
ADVISED = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
)
SLOW = {"timeout_s": 60, "duration": {"kind": "constant", "ms": 20_000}}

CASES = [
    Case(rule="SFN-1", sentence="without a Retry block the first error fails the execution", scenario=state(failures=ALWAYS), at_s=[0],
         fates={"1": "returned"}, causes={"1": "Exception"}),
    Case(rule="SFN-1", sentence="unless a Catch takes it", scenario=state({"catch": "sqs"}, ALWAYS), at_s=[0], caught=["catch"],
         fates={"1": "captured"}, causes={"1": "Exception"}),
    Case(rule="SFN-2", sentence="by default 1, 2 and 4 s, then no more", scenario=state(ALL, ALWAYS), at_s=[0, 1, 3, 7], fates={"1": "returned"}),
    Case(rule="SFN-2", sentence="the third try works", scenario=state(ALL, scripted(FAIL, FAIL, OK)), at_s=[0, 1, 3], fates={"1": "delivered"},
         answers=[200, 200, 200]),
    Case(rule="SFN-2", sentence="its own numbers", at_s=[0, 2, 8, 18, 28],
         scenario=state(retry("States.ALL", interval_seconds=2, backoff_rate=3, max_attempts=4, max_delay_seconds=10), ALWAYS)),
    Case(rule="SFN-4", sentence="MaxAttempts 0 is never", scenario=state(retry("States.ALL", max_attempts=0), ALWAYS), at_s=[0]),
    Case(rule="SFN-4", sentence="each retrier counts for itself", at_s=[0, 1, 2, 3],
         scenario=state({"retry": [{"error_equals": ["A"], "max_attempts": 1}, {"error_equals": ["B"], "max_attempts": 2, "backoff_rate": 1}]},
                        scripted(FAIL | {"error_type": "A"}, FAIL | {"error_type": "B"}, FAIL | {"error_type": "B"},
                                 FAIL | {"error_type": "A"})), causes={"1": "A"}),
    Case(rule="SFN-2", sentence="a throttle is retried by its name", scenario=state(retry("Lambda.TooManyRequestsException"), throttled(2)), at_s=[0, 1, 3],
         outcomes=["throttled", "throttled", "succeeded"], answers=[429, 429, 200]),
    Case(rule="SFN-3", sentence="an exception is called by its type", scenario=state(retry("Sandbox.Timedout"), ALWAYS), at_s=[0],
         causes={"1": "Exception"}),
    Case(rule="SFN-2", sentence="a timeout of the function is Sandbox.Timedout",
         scenario=state(retry("Sandbox.Timedout"), scripted({"do": "timeout"}, OK)), at_s=[0, 4], fates={"1": "delivered"}),
    Case(rule="SFN-3", sentence="the state's own timer does not stop the function",
         scenario=state({"timeout_seconds": 5}, function=SLOW), billed_ms=[20_000], causes={"1": "States.Timeout"}),
    Case(rule="SFN-3", sentence="TaskFailed does not match it", scenario=state(retry("States.TaskFailed") | {"timeout_seconds": 5}, function=SLOW),
         at_s=[0]),
    Case(rule="SFN-2", sentence="States.Timeout does, and the runs overlap", at_s=[0, 6, 13, 22],
         scenario=state(retry("States.Timeout") | {"timeout_seconds": 5}, function=SLOW), outcomes=["succeeded"] * 4),
    Case(rule="SFN-5", sentence="the advised list leaves throttles out", scenario=state(retry(*ADVISED), throttled(9)), at_s=[0],
         causes={"1": "Lambda.TooManyRequestsException"}),
    Case(rule="SFN-2", sentence="a fault of Lambda's is on it", at_s=[0, 2, 6],
         scenario=state(retry(*ADVISED, interval_seconds=2, max_attempts=6),
                        {"invoke_errors": [{"from_ms": 0, "to_ms": 3_000, "error": "ServiceException"}]}), answers=[500, 500, 200]),
    Case(rule="SYNC-8", sentence="a missing permission is not", scenario=state(retry(*ADVISED), {"invoke_errors": [{}]}), answers=[403],
         causes={"1": "Lambda.AccessDeniedException"}, outcomes=["refused"]),
    Case(rule="SFN-6", sentence="with Event the state is done at 202; a refusal is still its own",
         scenario=state(ALL | {"invocation_type": "event"}, {"invoke_errors": [{"from_ms": 0, "to_ms": 500}]}), answers=[403, 202],
         outcomes=["refused", "succeeded"], fates={"1": "delivered"}),
    Case(rule="ASYNC-3", sentence="then Lambda's queue retries", scenario=state({"invocation_type": "event"}, ALWAYS), at_s=[0, 60, 180],
         answers=[202], fates={"1": "lost"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_full_jitter_draws_each_wait_between_nothing_and_the_whole() -> None:
    parts: list[float] = []
    for seed in range(40):
        records = run(state(retry("States.ALL", jitter_strategy="full", interval_seconds=10), ALWAYS, seed=seed))
        waits = [record.until_us - record.at_us for record in records if isinstance(record, Waiting)]
        parts += [wait / (10_000_000 * 2**place) for place, wait in enumerate(waits)]
    assert 0 <= min(parts) < 0.05
    assert 0.95 < max(parts) < 1


def test_an_execution_ends_within_a_year() -> None:
    records = run(state(retry("States.ALL", interval_seconds=10_000_000, max_attempts=99), ALWAYS))
    limits = [record.limit for record in records if isinstance(record, Limit)]
    assert limits == ["Execution time"]
    assert records[-1].at_us == 30_000_000_000_000


def test_a_catch_gets_error_and_cause() -> None:
    document = next(
        record for record in run(state({"catch": "lambda"}, ALWAYS)) if isinstance(record, Captured)
    ).document
    assert document == {
        "Error": "Exception",
        "Cause": {"errorMessage": "The function raised an exception", "errorType": "Exception"},
    }


@pytest.mark.parametrize(
    ("settings", "failures", "moved"),
    [
        ({}, {}, {"ExecutionsStarted": 1, "ExecutionsSucceeded": 1}),
        ({}, ALWAYS, {"ExecutionsStarted": 1, "ExecutionsFailed": 1}),
        ({"catch": "sqs"}, ALWAYS, {"ExecutionsStarted": 1, "ExecutionsSucceeded": 1}),
        ({"invocation_type": "event"}, ALWAYS, {"ExecutionsStarted": 1, "ExecutionsSucceeded": 1}),
    ],
)
def test_executions_are_counted_by_how_they_ended(
    settings: dict[str, Any], failures: dict[str, Any], moved: dict[str, int]
) -> None:
    figures = make_report(parse_scenario(state(settings, failures))).cloudwatch
    assert {
        name: figure.sum for name, figure in figures.items() if name.startswith("Executions") and figure.sum
    } == moved


@pytest.mark.parametrize(
    ("block", "field"),
    [
        ([{"error_equals": ["States.ALL"]}, {"error_equals": ["A"]}], "settings.retry[0].error_equals"),
        ([{"error_equals": ["States.ALL", "A"]}], "settings.retry[0].error_equals"),
        (
            [{"error_equals": ["A"], "interval_seconds": 5, "max_delay_seconds": 5}],
            "settings.retry[0].max_delay_seconds",
        ),
        ([{"error_equals": []}], "settings.retry[0].error_equals"),
        ([{"error_equals": ["A"], "backoff_rate": 0.9}], "settings.retry[0].backoff_rate"),
        ([{"error_equals": ["A"], "max_attempts": 100_000_000}], "settings.retry[0].max_attempts"),
    ],
)
def test_what_step_functions_refuses_is_refused(block: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(state({"retry": block}))
    assert [error.field for error in refused.value.errors] == [field]


def test_an_input_that_starts_no_execution_is_refused() -> None:
    """SFN-7: 256 KiB, where Lambda itself takes 6 MB."""
    longest = {"kind": "single", "size_bytes": 262_144}
    parse_scenario(state(traffic=longest))
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(state(traffic=longest | {"size_bytes": 262_145}))
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("traffic.size_bytes", "ValidationException")
    ]


def test_a_catch_is_nothing_that_could_fail() -> None:
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(state({"catch": "sqs"}, {"catchers": {"catch": "no_permission"}}))
    assert [error.field for error in refused.value.errors] == ["failures.catchers.catch"]
