"""A transformation of Data Firehose, case by case. The buffer hands over at once unless a case says more."""

from base64 import b64decode
from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured
from tests.conformance.cases import Case, check, run, scripted


def stream(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "trigger": "firehose", "settings": {"buffer_interval_in_seconds": 0} | (settings or {}), "failures": failures or {},
        "function": {"duration": {"kind": "constant", "ms": 0}} | (function or {}), "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


THREE = {"kind": "burst", "count": 3}
SLOW = {"timeout_s": 900, "duration": {"kind": "constant", "ms": 400_000}}


def returns(value: Any) -> dict[str, Any]:
    return {"invocations": [{"match": {"n": 1}, "do": "ok", "returns": value}]}


def results(**by_id: str) -> dict[str, Any]:
    return returns({"records": [{"recordId": name[1:], "result": result} for name, result in by_id.items()]})


CASES = [
    Case(rule="FH-1", sentence="records wait for the buffer's interval", scenario=stream({"buffer_interval_in_seconds": 60}), at_s=[60],
         fates={"1": "delivered"}),
    Case(rule="FH-1", sentence="or for its size", at_s=[0, 0], invocations=2,
         scenario=stream({"buffer_interval_in_seconds": 60, "buffer_size_in_mbs": 0.2},
                         traffic={"kind": "burst", "count": 2, "size_bytes": 209_715})),
    Case(rule="FH-1", sentence="a timeout is tried again three times, then the batch is kept in S3",
         scenario=stream(failures=scripted(*[{"do": "timeout"}] * 9)), at_s=[0, 4, 8, 12], caught=["processing_failed"],
         fates={"1": "captured"}, causes={"1": "Timeout"}),
    Case(rule="FH-1", sentence="so is a throttle", scenario=stream(function={"reserved_concurrent_executions": 0}),
         outcomes=["throttled"] * 4, fates={"1": "captured"}),
    Case(rule="MODEL-23", sentence="a second apart", scenario=stream(function={"reserved_concurrent_executions": 0}), at_s=[0, 1, 2, 3]),
    Case(rule="FH-1", sentence="NumberOfRetries 0", scenario=stream({"number_of_retries": 0}, function={"reserved_concurrent_executions": 0}),
         at_s=[0], fates={"1": "captured"}),
    Case(rule="FH-1", sentence="it waits 5 minutes for the function", scenario=stream({"number_of_retries": 0}, function=SLOW),
         billed_ms=[400_000], causes={"1": "AnswerLimitReached"}),
    Case(rule="FH-1", sentence="an error of the code is not tried again", scenario=stream(failures={"error_rate": 1}), at_s=[0],
         caught=["processing_failed"], causes={"1": "FunctionError"}),
    Case(rule="MODEL-23", sentence="unless we say otherwise", scenario=stream({"retries_function_errors": True}, {"error_rate": 1}),
         at_s=[0, 1, 2, 3]),
    Case(rule="FH-1", sentence="a record that the code gives up goes there alone",
         scenario=stream(failures=results(_1="Ok", _2="ProcessingFailed", _3="Dropped"), traffic=THREE),
         fates={"1": "delivered", "2": "captured", "3": "delivered"}, causes={"1": None, "2": "ProcessingFailed", "3": None}),
    Case(rule="FH-1", sentence="a handler that reports marks records too",
         scenario=stream(failures={"handler": "report", "poison": ["2"]}, traffic=THREE),
         fates={"1": "delivered", "2": "captured", "3": "delivered"}),
    Case(rule="FH-1", sentence="an answer that leaves a record out fails the batch",
         scenario=stream(failures=results(_1="Ok", _2="Ok"), traffic=THREE), caught=["processing_failed"],
         causes=dict.fromkeys("123", "MalformedResponse")),
    Case(rule="FH-1", sentence="without permission nothing is tried again", scenario=stream(failures={"invoke_errors": [{}]}),
         outcomes=["refused"], causes={"1": "AccessDeniedException"}),
    Case(rule="FH-1", sentence="a bucket that cannot be written to loses the records",
         scenario=stream(failures={"error_rate": 1, "catchers": {"processing_failed": "no_permission"}}), caught=[],
         refused=["processing_failed"], fates={"1": "lost"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_the_object_in_s3_tells_of_each_record() -> None:
    traffic = {
        "kind": "at",
        "events": [{"id": "a", "at_ms": 0, "body": {"x": 1}}, {"id": "b", "at_ms": 0, "body": "y"}],
    }
    records = run(stream(function={"reserved_concurrent_executions": 0}, traffic=traffic))
    lines = next(record for record in records if isinstance(record, Captured)).document
    assert [b64decode(line["rawData"]) for line in lines] == [b'{"x":1}', b'"y"']
    assert {line["attemptsMade"] for line in lines} == {4}


def test_one_batch_is_one_attempt_of_all_its_records() -> None:
    attempts = [record for record in run(stream(traffic=THREE)) if isinstance(record, Attempt)]
    assert [attempt.events for attempt in attempts] == [["1", "2", "3"]]
    report = make_report(parse_scenario(stream(traffic=THREE)))
    assert report.cloudwatch["SucceedProcessing.Records"].sum == 3
