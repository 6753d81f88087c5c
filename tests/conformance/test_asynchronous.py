"""Asynchronous invocation, case by case. Durations are 0 unless a case says more, so starts are the rule's own times."""

from typing import Any

import pytest

from simulations.engine.trace import Captured
from tests.conformance.cases import FAIL, OK, Case, check, run, scripted

ALWAYS = {"error_rate": 1}


def s3(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
) -> dict[str, Any]:
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": "s3", "settings": settings or {}, "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


def throttled(seconds: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": seconds * 1000, "available": 0}]}


LARGE = {"kind": "single", "size_bytes": 300_000}
BACKOFF = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]

CASES = [
    Case(rule="ASYNC-1", sentence="the event is accepted although no concurrency is free",
         scenario=s3(failures=throttled(1)), at_s=[0, 1], outcomes=["throttled", "succeeded"], fates={"1": "delivered"}),
    Case(rule="ASYNC-2", sentence="more than 1 MB is refused",
         scenario={"trigger": "scheduler", "traffic": {"kind": "single", "size_bytes": 1_048_577}}, at_s=[], fates={"1": "lost"}),
    Case(rule="ASYNC-3", sentence="the first retry waits one minute, the second two",
         scenario=s3(failures=scripted(FAIL, FAIL, OK)), at_s=[0, 60, 180], fates={"1": "delivered"}),
    Case(rule="ASYNC-3", sentence="waits count from the end of the try before",
         scenario=s3(failures=ALWAYS, function={"duration": {"kind": "constant", "ms": 500}}), at_s=[0, 60.5, 181],
         fates={"1": "lost"}, causes={"1": "RetriesExhausted"}),
    Case(rule="ASYNC-3", sentence="no retries when none are wanted",
         scenario=s3({"maximum_retry_attempts": 0, "dead_letter_config": "sqs"}, ALWAYS), at_s=[0], caught=["function_dlq"],
         fates={"1": "captured"}),
    Case(rule="ASYNC-3", sentence="a timeout is a function error like any other",
         scenario=s3(failures=scripted({"do": "timeout"}, OK)), at_s=[0, 63], outcomes=["timed_out", "succeeded"]),
    Case(rule="ASYNC-4", sentence="a throttled event goes back to the queue and spends no retry",
         scenario=s3(failures=throttled(600)), at_s=[*BACKOFF, 811], invocations=1, fates={"1": "delivered"}),
    Case(rule="ASYNC-5", sentence="the maximum event age ends the throttle retries",
         scenario=s3({"maximum_event_age_s": 60}, throttled(9999)), at_s=[0, 1, 3, 7, 15, 31], fates={"1": "lost"},
         causes={"1": "EventAgeExceeded"}),
    Case(rule="ASYNC-6", sentence="reserved concurrency 0: no try at all",
         scenario=s3({"on_failure": "sqs"}, function={"reserved_concurrent_executions": 0}), at_s=[], caught=["on_failure"],
         fates={"1": "captured"}, causes={"1": "ZeroReservedConcurrency"}),
    Case(rule="ASYNC-7", sentence="an event can age out without ever having been run",
         scenario=s3({"maximum_event_age_s": 60}, throttled(9999)), invocations=0, fates={"1": "lost"}),
    Case(rule="ASYNC-9", sentence="throttle waits double from 1 s to 5 min",
         scenario=s3(failures=throttled(99_999)), at_s=[*BACKOFF, *range(811, 21_600, 300)], fates={"1": "lost"}),
    Case(rule="ASYNC-10", sentence="a retry that would come too late is not waited for",
         scenario=s3({"maximum_event_age_s": 60}, ALWAYS, {"duration": {"kind": "constant", "ms": 100}}), at_s=[0],
         causes={"1": "EventAgeExceeded"}),
    Case(rule="ASYNC-11", sentence="throttles between function errors spend no retry, and a run resets their waits",
         scenario=s3(failures=scripted(FAIL, FAIL, FAIL) | {"concurrency": [
             {"from_ms": 60_000, "to_ms": 62_000, "available": 0}, {"from_ms": 183_000, "to_ms": 184_000, "available": 0}]}),
         at_s=[0, 60, 61, 63, 183, 184], invocations=3, causes={"1": "RetriesExhausted"}),
    Case(rule="DEST-1", sentence="a success goes to the on-success destination",
         scenario=s3({"on_success": "lambda"}), caught=["on_success"], fates={"1": "delivered"}),
    Case(rule="DEST-2", sentence="dead-letter queue and destination are both used",
         scenario=s3({"dead_letter_config": "sns", "on_failure": "sqs"}, ALWAYS), caught=["function_dlq", "on_failure"],
         fates={"1": "captured"}),
    Case(rule="DEST-3", sentence="the dead-letter queue gets the event",
         scenario=s3({"dead_letter_config": "sqs"}, ALWAYS), caught=["function_dlq"]),
    Case(rule="DEST-4", sentence="the destination gets a record", scenario=s3({"on_failure": "sqs"}, ALWAYS), caught=["on_failure"]),
    Case(rule="DEST-5", sentence="the record says why: too old",
         scenario=s3({"on_failure": "sqs", "maximum_event_age_s": 60}, throttled(9999)), caught=["on_failure"]),
    Case(rule="DEST-6", sentence="EventBridge gets the record in an event of its own",
         scenario=s3({"on_failure": "eventbridge"}, ALWAYS), caught=["on_failure"]),
    Case(rule="DEST-7", sentence="a dead-letter queue that cannot be written to loses the event",
         scenario=s3({"dead_letter_config": "sqs"}, ALWAYS | {"catchers": {"function_dlq": "no_permission"}}), caught=[],
         refused=["function_dlq"], fates={"1": "lost"}),
    Case(rule="DEST-8", sentence="a record too large for SNS is not delivered",
         scenario=s3({"on_failure": "sns"}, ALWAYS, traffic=LARGE), caught=[], refused=["on_failure"], fates={"1": "lost"}),
    Case(rule="CONC-4", sentence="reserved concurrency 1 throttles the second event",
         scenario=s3(function={"reserved_concurrent_executions": 1, "duration": {"kind": "constant", "ms": 500}},
                     traffic={"kind": "burst", "count": 2}), at_s=[0, 0, 1]),
    Case(rule="CONC-1", sentence="so does the account's limit",
         scenario=s3(function={"account_concurrent_executions": 1, "duration": {"kind": "constant", "ms": 500}},
                     traffic={"kind": "burst", "count": 2}), at_s=[0, 0, 1]),
    Case(rule="FN-1", sentence="code that runs past its timeout is stopped there and billed up to there",
         scenario=s3({"maximum_retry_attempts": 0}, function={"duration": {"kind": "constant", "ms": 5000}}),
         outcomes=["timed_out"], billed_ms=[3000]),
    Case(rule="ERR-1", sentence="an exit is a function error", scenario=s3({"maximum_retry_attempts": 0}, scripted({"do": "exit"})),
         outcomes=["failed"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_eighty_tries_in_six_hours_of_throttles() -> None:
    starts = [record.at_us for record in run(s3(failures=throttled(99_999))) if record.__class__.__name__ == "Attempt"]
    assert (len(starts), starts[-1]) == (80, 21_511_000_000)


def test_the_dead_letter_queue_receives_the_event_unchanged_with_three_attributes() -> None:
    body = {"order": 7}
    records = run(
        s3(
            {"dead_letter_config": "sqs"},
            ALWAYS,
            traffic={"kind": "at", "events": [{"id": "a", "at_ms": 0, "body": body}]},
        )
    )
    document = next(record for record in records if isinstance(record, Captured)).document
    assert document["body"] == body
    assert set(document["attributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}
    assert document["attributes"]["ErrorCode"] == "200"


@pytest.mark.parametrize(
    ("settings", "failures", "condition", "count"),
    [
        ({}, ALWAYS, "RetriesExhausted", 3),
        ({"maximum_event_age_s": 60}, throttled(9999), "EventAgeExceeded", 0),
    ],
)
def test_the_destination_record_says_why_and_how_often(
    settings: dict[str, Any], failures: dict[str, Any], condition: str, count: int
) -> None:
    records = run(s3({"on_failure": "sqs"} | settings, failures))
    context = next(record for record in records if isinstance(record, Captured)).document["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == (condition, count)


def test_an_event_that_was_never_run_has_no_response_in_its_record() -> None:
    records = run(s3({"on_failure": "sqs"}, function={"reserved_concurrent_executions": 0}))
    document = next(record for record in records if isinstance(record, Captured)).document
    assert "responseContext" not in document
    assert "responsePayload" not in document
