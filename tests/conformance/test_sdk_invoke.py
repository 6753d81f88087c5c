"""An AWS SDK that calls Invoke, case by case. Waits have chance in them, so their bounds are looked at, not their values."""

from itertools import pairwise
from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.delivery.adaptive import cube_root
from simulations.engine.trace import Answered, Attempt, Limit, Record, Waiting
from tests.conformance.cases import FAIL, Case, check, run, scripted


def call(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
    seed: int = 1,
) -> dict[str, Any]:
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": "sdk_invoke", "seed": seed, "settings": settings or {}, "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


def refused(error: str) -> dict[str, Any]:
    return {"invoke_errors": [{"error": error}]}


def throttled(seconds: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": seconds * 1_000, "available": 0}]}


def sized(size_bytes: int) -> dict[str, Any]:
    return {"kind": "single", "size_bytes": size_bytes}


EVENT = {"invocation_type": "event"}
LONG = {"timeout_s": 900, "duration": {"kind": "constant", "ms": 300_000}}
NEW = {"new_retries_2026": True}

CASES = [
    Case(rule="SYNC-1", sentence="a good run is 200", scenario=call(), answers=[200], fates={"1": "delivered"}),
    Case(rule="SYNC-1", sentence="a dry run is 204, and nothing runs", scenario=call({"invocation_type": "dry_run"}), answers=[204], at_s=[],
         causes={"1": "DryRun"}),
    Case(rule="SDK-2", sentence="an error of the code comes with 200 and is not retried", scenario=call(failures=scripted(FAIL)),
         answers=[200], outcomes=["failed"], fates={"1": "returned"}, causes={"1": "FunctionError"}),
    Case(rule="SDK-2", sentence="nor is a timeout of the function", scenario=call(failures=scripted({"do": "timeout"})), answers=[200],
         outcomes=["timed_out"], fates={"1": "returned"}),
    Case(rule="SYNC-4", sentence="each throttle is a 429", scenario=call(failures=throttled(999)), answers=[429] * 5, invocations=0),
    Case(rule="SDK-3", sentence="legacy makes five attempts", scenario=call(failures=throttled(999)), outcomes=["throttled"] * 5,
         causes={"1": "Throttled"}),
    Case(rule="SDK-4", sentence="standard makes three", scenario=call({"retry_mode": "standard"}, throttled(999)),
         outcomes=["throttled"] * 3),
    Case(rule="SDK-5", sentence="so does the default of 2026", scenario=call(NEW, throttled(999)), outcomes=["throttled"] * 3),
    Case(rule="SDK-5", sentence="which is that of the rule pack 2026-12", scenario=call(failures=throttled(999)) | {"rules": "2026-12"},
         outcomes=["throttled"] * 3),
    Case(rule="SDK-3", sentence="where the older one can still be named",
         scenario=call({"new_retries_2026": False}, throttled(999)) | {"rules": "2026-12"}, outcomes=["throttled"] * 5),
    Case(rule="SDK-3", sentence="legacy stays what it was", scenario=call(NEW | {"retry_mode": "legacy"}, throttled(999)),
         outcomes=["throttled"] * 5),
    Case(rule="SDK-1", sentence="max_attempts counts the first one", scenario=call({"max_attempts": 1}, throttled(999)),
         outcomes=["throttled"], answers=[429]),
    Case(rule="SDK-7", sentence="after a throttle the client holds back the next calls",
         scenario=call({"retry_mode": "adaptive"}, throttled(3), traffic={"kind": "burst", "count": 5}), fates=None),
    Case(rule="SDK-8", sentence="a read timeout calls again while the first run goes on: five at once",
         scenario=call(function=LONG), outcomes=["succeeded"] * 5, billed_ms=[300_000] * 5, answers=[],
         causes={"1": "ReadTimeoutError"}),
    Case(rule="SDK-1", sentence="whose client waits longer sees one run", scenario=call({"read_timeout_s": 301}, function=LONG),
         outcomes=["succeeded"], answers=[200]),
    Case(rule="SYNC-8", sentence="a missing permission is no matter of trying again", scenario=call(failures=refused("AccessDeniedException")),
         answers=[403], outcomes=["refused"], causes={"1": "AccessDeniedException"}, billed_ms=[0]),
    Case(rule="SYNC-8", sentence="nor is a function that is not there", scenario=call(failures=refused("ResourceNotFoundException")),
         answers=[404], outcomes=["refused"]),
    Case(rule="SYNC-8", sentence="a 500 of Lambda is retried", scenario=call(failures=refused("ServiceException")), answers=[500] * 5,
         outcomes=["refused"] * 5, causes={"1": "ServiceException"}),
    Case(rule="SYNC-5", sentence="more than 6 MB is 413", scenario=call(traffic=sized(6_291_457)), answers=[413], outcomes=["refused"],
         causes={"1": "PayloadTooLarge"}),
    Case(rule="PERM-14", sentence="the caller's own identity needs the permission", scenario=call(failures=refused("AccessDeniedException")),
         answers=[403]),
    Case(rule="ASYNC-1", sentence="Event is 202 whatever concurrency is free", scenario=call(EVENT, throttled(1)), answers=[202], at_s=[0, 1],
         fates={"1": "delivered"}),
    Case(rule="ASYNC-2", sentence="Event takes 1 MB, not 6", scenario=call(EVENT, traffic=sized(1_048_577)), answers=[413],
         outcomes=["refused"], fates={"1": "returned"}),
    Case(rule="ASYNC-3", sentence="Lambda's queue retries what the SDK would not", scenario=call(EVENT | {"dead_letter_config": "sqs"}, {"error_rate": 1}),
         at_s=[0, 60, 180], answers=[202], caught=["function_dlq"], causes={"1": "RetriesExhausted"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def waits_s(records: list[Record]) -> list[float]:
    return [(record.until_us - record.at_us) / 1e6 for record in records if isinstance(record, Waiting)]


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({}, [1, 2, 4, 8]),
        ({"retry_mode": "standard"}, [1, 2]),
        ({"retry_mode": "standard", "max_attempts": 8}, [1, 2, 4, 8, 16, 20, 20]),
        (NEW, [1, 2]),
        (NEW | {"max_attempts": 8}, [1, 2, 4, 8, 16, 20, 20]),
    ],
)
def test_a_wait_is_a_random_part_of_a_step_that_doubles(settings: dict[str, Any], steps: list[int]) -> None:
    found = [waits_s(run(call(settings, throttled(9_999), seed=seed))) for seed in range(40)]
    for place, step in enumerate(steps):
        parts = [waits[place] / step for waits in found]
        assert 0 <= min(parts) < 0.25
        assert 0.75 < max(parts) < 1
        assert len(set(parts)) > 30


def test_by_the_rules_of_2026_a_passing_fault_is_tried_again_within_milliseconds() -> None:
    found = waits_s(run(call(NEW, refused("ServiceException"))))
    assert [wait < step for wait, step in zip(found, (0.05, 0.1), strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("settings", "failures", "retries"),
    [
        ({"retry_mode": "standard"}, throttled(9_999), 500 // 5),
        (NEW, throttled(9_999), 500 // 5),
        (NEW, refused("ServiceException"), 500 // 14),
        ({"retry_mode": "standard", "shared_client": False}, throttled(9_999), 2 * 300),
        ({}, throttled(9_999), 4 * 300),
    ],
)
def test_the_retry_quota_of_one_client_ends_a_storm(
    settings: dict[str, Any], failures: dict[str, Any], retries: int
) -> None:
    records = run(call(settings, failures, traffic={"kind": "burst", "count": 300}))
    assert sum(isinstance(record, Attempt) and record.attempt > 1 for record in records) == retries
    limited = [record for record in records if isinstance(record, Limit) and record.limit == "Retry quota"]
    assert bool(limited) == (retries <= 100)


def test_a_good_answer_gives_the_price_of_its_retry_back() -> None:
    failing = {
        "invoke_errors": [
            {"from_ms": n * 10_000, "to_ms": n * 10_000 + 1, "error": "ServiceException"} for n in range(300)
        ]
    }
    traffic = {"kind": "steady", "count": 300, "rate_per_s": 0.1}
    report = make_report(parse_scenario(call({"retry_mode": "standard"}, failing, traffic=traffic)))
    assert report.events.delivered == 300


def test_a_read_timeout_starts_runs_beside_each_other_and_they_are_duplicates() -> None:
    scenario = call(function=LONG)
    attempts = [record for record in run(scenario) if isinstance(record, Attempt)]
    assert all(after.start_us < before.end_us for before, after in pairwise(attempts))
    assert all(60 <= (after.start_us - before.start_us) / 1e6 < 68 for before, after in pairwise(attempts))
    report = make_report(parse_scenario(scenario))
    assert report.invocations.duplicates == 4
    assert report.cloudwatch["ConcurrentExecutions"].max == 5


def test_a_late_answer_of_an_abandoned_attempt_is_heard_by_nobody() -> None:
    plan = scripted({"do": "ok", "after_ms": 70_000}, {"do": "ok", "after_ms": 30_000})
    records = run(call(failures=plan, function={"timeout_s": 900}))
    answers = [record for record in records if isinstance(record, Answered)]
    starts = [record.start_us for record in records if isinstance(record, Attempt)]
    assert [answer.at_us for answer in answers] == [starts[1] + 30_000_000]


def test_the_rate_limiter_holds_back_a_first_attempt() -> None:
    traffic = {"kind": "steady", "count": 20, "rate_per_s": 20}
    records = run(call({"retry_mode": "adaptive"}, throttled(2), traffic=traffic))
    held = [record for record in records if isinstance(record, Waiting) and record.rule == "SDK-7"]
    first = {
        record.events[0]: record.start_us for record in records if isinstance(record, Attempt) and record.attempt == 1
    }
    assert any(first[record.events[0]] == record.until_us for record in held)
    assert not [
        record
        for record in run(call({"retry_mode": "standard"}, throttled(2), traffic=traffic))
        if record.rule == "SDK-7"
    ]


@pytest.mark.parametrize("number", [0.0, 1e-9, 0.001, 1, 8, 27, 1_000, 123_456.789])
def test_a_cube_root_is_one(number: float) -> None:
    assert cube_root(number) ** 3 == pytest.approx(number)


def test_a_refused_call_moves_no_metric_of_lambda() -> None:
    """ERR-1."""
    report = make_report(parse_scenario(call(failures=refused("AccessDeniedException"))))
    assert {name for name, figure in report.cloudwatch.items() if figure.sum} == set()
    assert report.cost.total_usd == "0"


@pytest.mark.parametrize(
    ("kind", "retries"), [("request_response", [0, 1, 2]), ("dry_run", [0, 1, 2]), ("event", [0, 0, 0])]
)
def test_a_retry_of_the_sdk_is_one_unless_lambdas_own_queue_counts(kind: str, retries: list[int]) -> None:
    records = run(call({"invocation_type": kind, "max_attempts": 3}, refused("ServiceException")))
    attempts = [record for record in records if isinstance(record, Attempt)]
    assert [attempt.members[0]["retries_used"] for attempt in attempts] == retries
