"""Streams, case by case. Durations are 0 and waits without chance unless a case says more, so starts are the rule's own times."""

from typing import Any, TypeVar

import pytest

from simulations.engine.trace import (
    Attempt,
    Captured,
    CaptureFailed,
    Checkpointed,
    Ended,
    Limit,
    Received,
    Scaled,
    Settled,
    Split,
    Waiting,
)
from tests.conformance.cases import FAIL, OK, Case, check, refused, run, scripted

R = TypeVar("R")

ALWAYS = {"error_rate": 1}
REPORTS = {"function_response_types": ["report_batch_item_failures"]}
LARGE = {"max_record_size_kib": 10_240}
BISECTS = {"bisect_batch_on_function_error": True}


def stream(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | int | None = None,
    trigger: str = "kinesis",
    **rest: Any,
) -> dict[str, Any]:
    """A scenario; `traffic` as a number is a burst of so many records."""
    if isinstance(traffic, int):
        traffic = {"kind": "burst", "count": traffic}
    instant = {"duration": {"kind": "constant", "ms": 0}}
    return {
        "trigger": trigger, "settings": {"retry_jitter_percent": 0} | (settings or {}), "failures": failures or {},
        "function": instant | (function or {}), "traffic": traffic or {"kind": "single"}, **rest,
    }  # fmt: skip


def dynamodb(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | int | None = None,
) -> dict[str, Any]:
    return stream(settings, failures, function, traffic, "dynamodb_streams")


def lasting(seconds: float, timeout_s: int = 900) -> dict[str, Any]:
    return {"timeout_s": timeout_s, "duration": {"kind": "constant", "ms": seconds * 1000}}


def throttled(seconds: float) -> dict[str, Any]:
    return {"concurrency": [{"from_ms": 0, "to_ms": seconds * 1000, "available": 0}]}


def at(*seconds: float, size_bytes: int = 1024) -> dict[str, Any]:
    return {"kind": "at", "events": [{"at_ms": second * 1000, "size_bytes": size_bytes} for second in seconds]}


def placed(*where: str, key: str = "shard") -> dict[str, Any]:
    """Records at the start, each in its shard, or with its partition key."""
    return {"kind": "at", "events": [{"at_ms": 0, key: place} for place in where]}


def sized(*sizes: int) -> dict[str, Any]:
    return {"kind": "at", "events": [{"at_ms": 0, "size_bytes": size} for size in sizes]}


def all_of(count: int, fate: Any, first: int = 1) -> dict[str, Any]:
    return {str(number): fate for number in range(first, count + 1)}


def first_run(do: str = "ok", **plan: Any) -> dict[str, Any]:
    """A failure plan: what the function's first invocation does, or returns."""
    return {"invocations": [{"match": {"n": 1}, "do": do, **plan}]}


def report(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in ids]}


def retries(most: int) -> dict[str, Any]:
    return {"maximum_retry_attempts": most}


DAY_S = 86_400

CASES = [
    Case(rule="STREAM-1", sentence="a Kinesis shard is read once a second",
         scenario=stream(traffic=at(0, 0.1, 1, 1.5)), at_s=[0, 1, 2], fates=all_of(4, "delivered")),
    Case(rule="STREAM-1", sentence="a DynamoDB shard is read four times a second",
         scenario=dynamodb(traffic=at(0, 0.1, 0.3)), at_s=[0, 0.25, 0.5], fates=all_of(3, "delivered")),
    Case(rule="STREAM-1", sentence="enhanced fan-out pushes, and that takes 70 ms",
         scenario=stream({"consumer": "enhanced_fan_out"}, traffic=at(0, 0.1, 0.25)), at_s=[0.07, 0.17, 0.32]),
    Case(rule="STREAM-1", sentence="one batch of a shard at a time, the next one as soon as it is done",
         scenario=stream({"batch_size": 10}, function=lasting(0.3), traffic=25), at_s=[0, 0.3, 0.6], invocations=3),
    Case(rule="STREAM-1", sentence="shards are read side by side",
         scenario=stream({"shard_count": 2}, function=lasting(5), traffic=placed("0", "1")), at_s=[0, 0]),
    Case(rule="STREAM-2", sentence="with a factor above 1 other keys of the shard go on beside a failing one",
         scenario=stream({"parallelization_factor": 2} | retries(1), {"poison": ["1"]}, lasting(0.1),
                         placed("a", "e", "a", key="partition_key")),
         at_s=[0, 0, 1.1], fates={"1": "lost", "2": "delivered", "3": "lost"}),
    Case(rule="STREAM-3", sentence="a failing batch blocks its shard, and no other",
         scenario=stream({"shard_count": 2, "batch_size": 1}, scripted(FAIL, FAIL, OK), lasting(0.1),
                         placed("0", "0", "1")),
         at_s=[0, 0, 1.1, 3.2, 3.3], outcomes=["failed", "succeeded", "failed", "succeeded", "succeeded"],
         fates=all_of(3, "delivered")),
    Case(rule="STREAM-4", sentence="by default a batch is retried until DynamoDB forgets its records after 24 hours",
         scenario=dynamodb({"retry_longest_wait_s": 3_600}, ALWAYS), invocations=12 + 23, fates={"1": "lost"},
         causes={"1": "RetentionExpired"}, caught=[]),
    Case(rule="STREAM-4", sentence="nor does a destination hear of what left the stream",
         scenario=stream({"on_failure": "sqs", "retry_longest_wait_s": 3_600}, ALWAYS), fates={"1": "lost"}, caught=[]),
    Case(rule="STREAM-4", sentence="what nobody reads leaves the stream too",
         scenario=stream({"mapping_starts_s": DAY_S + 1}), at_s=[], fates={"1": "lost"}, causes={"1": "RetentionExpired"}),
    Case(rule="STREAM-5", sentence="two retries are three tries, then the batch is skipped",
         scenario=stream(retries(2), ALWAYS, traffic=3), at_s=[0, 1, 3], fates=all_of(3, "lost"),
         causes=all_of(3, "RetryAttemptsExhausted")),
    Case(rule="STREAM-5", sentence="0 means no retry",
         scenario=stream(retries(0), {"poison": ["1"]}, lasting(0.1), at(0, 5)), at_s=[0, 5],
         fates={"1": "lost", "2": "delivered"}),
    Case(rule="STREAM-6", sentence="a record that grew too old is dropped when its next try is due",
         scenario=stream({"maximum_record_age_s": 60}, ALWAYS), at_s=[0, 1, 3, 7, 15, 31], fates={"1": "lost"},
         causes={"1": "RecordAgeExceeded"}),
    Case(rule="STREAM-6", sentence="also before its first try",
         scenario=stream({"maximum_record_age_s": 60, "mapping_starts_s": 61}), at_s=[], fates={"1": "lost"}),
    Case(rule="STREAM-6", sentence="also while it is throttled",
         scenario=stream({"maximum_record_age_s": 60}, throttled(9999)), invocations=0,
         causes={"1": "RecordAgeExceeded"}),
    Case(rule="STREAM-6", sentence="the old ones fall off the front, the rest is tried",
         scenario=stream({"maximum_record_age_s": 60, "mapping_starts_s": 65}, traffic=at(0, 4, 5, 30)), at_s=[65],
         fates={"1": "lost", "2": "lost", "3": "delivered", "4": "delivered"}),
    Case(rule="STREAM-7", sentence="halves are tried at once, and a cut spends no retry",
         scenario=stream(BISECTS | retries(0), {"poison": ["3"]}, lasting(0.1), 4), at_s=[0, 0.1, 0.2, 0.3, 0.4],
         fates=all_of(4, "delivered") | {"3": "lost"}),
    Case(rule="STREAM-7", sentence="the halves of an odd batch are as equal as can be",
         scenario=stream(BISECTS | retries(0), {"poison": ["1"]}, lasting(0.1), 3), at_s=[0, 0.1, 0.2],
         fates={"1": "lost", "2": "delivered", "3": "delivered"}),
    Case(rule="STREAM-8", sentence="what lies before the lowest number named is done, the rest is tried again",
         scenario=stream(REPORTS, first_run(returns=report("8", "4")), traffic=10), at_s=[0, 1], invocations=2,
         fates=all_of(10, "delivered")),
    Case(rule="STREAM-8", sentence="also what had worked is given up with the rest",
         scenario=stream(REPORTS | retries(1), {"poison": ["4"], "handler": "report"}, traffic=6), at_s=[0, 1],
         fates=all_of(3, "delivered") | all_of(6, "lost", first=4)),
    Case(rule="STREAM-9", sentence="with both settings a partial answer cuts the batch and spends no retry",
         scenario=stream(REPORTS | BISECTS | retries(0), first_run(returns=report("4")), traffic=10), at_s=[0, 0],
         fates=all_of(10, "delivered")),
    Case(rule="STREAM-10", sentence="waits double up to the longest",
         scenario=stream({"retry_longest_wait_s": 4} | retries(5), ALWAYS), at_s=[0, 1, 3, 7, 11, 15]),
    Case(rule="STREAM-10", sentence="and start small again after a success",
         scenario=stream({"batch_size": 1}, {"first_n": 2}, traffic=2), at_s=[0, 1, 3, 3, 4, 6]),
    Case(rule="STREAM-11", sentence="halves keep the retries that were spent before",
         scenario=stream(REPORTS | BISECTS | retries(1), {"invocations": [
             {"match": {"n": 1}, "returns": report("1")}, {"match": {"n": 2}, "do": "raise"},
             {"match": {"n": 3}, "do": "raise"}]}, traffic=2),
         at_s=[0, 1, 1, 1], fates={"1": "lost", "2": "delivered"}),
    Case(rule="STREAM-11", sentence="or start anew if the scenario says so",
         scenario=stream(REPORTS | BISECTS | retries(1) | {"bisect_retries": "reset"}, {"invocations": [
             {"match": {"n": 1}, "returns": report("1")}, {"match": {"n": 2}, "do": "raise"},
             {"match": {"n": 3}, "do": "raise"}]}, traffic=2),
         at_s=[0, 1, 1, 2, 2], fates={"1": "delivered", "2": "delivered"}),
    Case(rule="STREAM-12", sentence="the shard goes on after what was given up",
         scenario=stream({"batch_size": 1} | retries(0), {"poison": ["1"]}, traffic=2), at_s=[0, 0],
         fates={"1": "lost", "2": "delivered"}),
    Case(rule="STREAM-13", sentence="a destination is told about the batch, not about each record",
         scenario=stream({"on_failure": "sqs"} | retries(0), ALWAYS, traffic=5), at_s=[0], caught=["on_failure"],
         fates=all_of(5, "captured"), causes=all_of(5, "RetryAttemptsExhausted")),
    Case(rule="STREAM-14", sentence="what was too old has a condition of its own",
         scenario=dynamodb({"on_failure": "sns", "maximum_record_age_s": 60}, ALWAYS), caught=["on_failure"],
         causes={"1": "RecordAgeExceeded"}),
    Case(rule="DEST-7", sentence="a destination that cannot be written to leaves the records lost",
         scenario=stream({"on_failure": "sqs"} | retries(0), ALWAYS | {"catchers": {"on_failure": "no_permission"}}),
         caught=[], refused=["on_failure"], fates={"1": "lost"}),
    Case(rule="STREAM-17", sentence="one read of DynamoDB brings 1,000 records",
         scenario=dynamodb({"batch_size": 10_000}, traffic=2_500), at_s=[0, 0.25, 0.5], invocations=3),
    Case(rule="STREAM-18", sentence="a Kinesis shard gives out 2 MB a second",
         scenario=stream({"batch_size": 1_000}, traffic={"kind": "burst", "count": 20, "size_bytes": 1_048_576}),
         at_s=[0, 0, 0, 5, 5, 5], invocations=6),
    Case(rule="STREAM-20", sentence="a number that is not in the batch fails all of it",
         scenario=stream(REPORTS, first_run(returns=report("11")), traffic=10), at_s=[0, 1], fates=all_of(10, "delivered")),
    Case(rule="STREAM-20", sentence="so does an answer that is no JSON",
         scenario=stream(REPORTS, first_run(returns_text="{"), traffic=2), at_s=[0, 1]),
    Case(rule="STREAM-21", sentence="a record that is too large as base64 goes to the destination, and the shard goes on",
         scenario=stream(LARGE | {"on_failure": "sqs"}, traffic=sized(1_024, 4_718_593, 1_024)), at_s=[0, 0], invocations=2,
         caught=["on_failure"], fates={"1": "delivered", "2": "captured", "3": "delivered"},
         causes={"1": None, "2": "MaximumPayloadSizeExceeded", "3": None}),
    Case(rule="STREAM-21", sentence="without one it is lost, pushed or read",
         scenario=stream(LARGE | {"consumer": "enhanced_fan_out"}, traffic=sized(10_485_760, 1_024)), invocations=1,
         fates={"1": "lost", "2": "delivered"}),
    Case(rule="ESM-2", sentence="four records of 1 MiB fill a batch of Kinesis, which counts them as base64",
         scenario=stream(traffic={"kind": "burst", "count": 5, "size_bytes": 1_048_576}), at_s=[0, 0], invocations=2),
    Case(rule="ESM-2", sentence="a batch is gathered until its window is over",
         scenario=stream({"maximum_batching_window_s": 5}, traffic=at(0, 1, 4.9, 5.1)), at_s=[5, 11]),
    Case(rule="ESM-2", sentence="or until it would exceed 6 MB",
         scenario=dynamodb({"batch_size": 100, "maximum_batching_window_s": 60},
                           traffic={"kind": "burst", "count": 8, "size_bytes": 1_048_576}), at_s=[1.5, 61.5]),
    Case(rule="ESM-4", sentence="with LATEST what arrived before the mapping is never read",
         scenario=stream({"starting_position": "latest", "mapping_starts_s": 10}, traffic=at(0, 9.9, 10, 11)),
         at_s=[10, 11], fates={"1": "lost", "2": "lost", "3": "delivered", "4": "delivered"},
         causes={"1": "BeforeStartingPosition", "2": "BeforeStartingPosition", "3": None, "4": None}),
    Case(rule="ESM-4", sentence="with AT_TIMESTAMP what arrived before that time",
         scenario=stream({"starting_position": "at_timestamp", "starting_position_timestamp_s": 5, "mapping_starts_s": 10},
                         traffic=at(0, 5, 9)), at_s=[10], fates={"1": "lost", "2": "delivered", "3": "delivered"}),
    Case(rule="PERM-21", sentence="a role that may not read Kinesis reads nothing, and goes on when it may",
         scenario=stream(failures=refused("AccessDeniedException", 0, 90), traffic=at(0, 91)), at_s=[90, 91],
         fates=all_of(2, "delivered")),
    Case(rule="PERM-22", sentence="without the permission a DynamoDB stream forgets its records unread",
         scenario=dynamodb(failures=refused("AccessDeniedException")), at_s=[], causes={"1": "RetentionExpired"}),
    Case(rule="ESM-6", sentence="a function that is gone for a while holds its batch, and spends no retry",
         scenario=stream(retries(0), refused("ResourceNotFoundException", 0, 5)), at_s=[0, 1, 3, 7],
         outcomes=["refused", "refused", "refused", "succeeded"], fates={"1": "delivered"}),
    Case(rule="ESM-6", sentence="so does a fault of Lambda, until the record is too old",
         scenario=stream({"maximum_record_age_s": 60, "on_failure": "sqs"}, refused("ServiceException")), invocations=0,
         caught=["on_failure"], causes={"1": "RecordAgeExceeded"}),
    Case(rule="ESM-6", sentence="throttles spend no retry: one hour of them and a batch with none left still works",
         scenario=stream(retries(0), throttled(3_600)), invocations=1, fates={"1": "delivered"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def of(kind: type[R], scenario: dict[str, Any]) -> list[R]:
    return [record for record in run(scenario) if isinstance(record, kind)]


# the worked cases: a batch of 100, record 42 is poison


HUNDRED = {"batch_size": 100, "on_failure": "sqs"} | retries(2)
POISON = {"poison": ["42"]}


def batches_given_up(scenario: dict[str, Any]) -> list[int]:
    return [record.document["KinesisBatchInfo"]["batchSize"] for record in of(Captured, scenario)]


def test_worked_case_without_bisect_the_whole_batch_is_given_up() -> None:
    scenario = stream(HUNDRED, POISON, traffic=100)
    assert [attempt.invocation for attempt in of(Attempt, scenario)] == [1, 2, 3]
    assert batches_given_up(scenario) == [100]
    assert {record.fate for record in of(Settled, scenario)} == {"captured"}


def test_worked_case_with_bisect_only_the_poison_is_given_up() -> None:
    scenario = stream(HUNDRED | BISECTS, POISON, traffic=100)
    assert batches_given_up(scenario) == [1]
    assert [(record.event, record.fate) for record in of(Settled, scenario) if record.fate != "delivered"] == [
        ("42", "captured")
    ]
    assert [len(record.events) for record in of(Split, scenario)] == [50, 25, 12, 6, 3, 1, 1]
    assert sum(len(record.events) for record in of(Checkpointed, scenario)) == 100


def test_worked_case_with_a_partial_answer_everything_from_42_on_is_tried_again() -> None:
    scenario = stream(HUNDRED | REPORTS, POISON | {"handler": "report"}, traffic=100)
    attempts = of(Attempt, scenario)
    assert [(attempt.events[0], len(attempt.events)) for attempt in attempts] == [("1", 100), ("42", 59), ("42", 59)]
    assert of(Checkpointed, scenario)[0].events == [str(number) for number in range(1, 42)]
    assert batches_given_up(scenario) == [59]


def test_worked_case_throttled_for_an_hour_uses_no_retry_and_blocks_the_shard() -> None:
    scenario = stream({"batch_size": 1} | retries(2), throttled(3_600), traffic=2)
    attempts = of(Attempt, scenario)
    assert {member["retries_used"] for attempt in attempts for member in attempt.members} == {0}
    assert [attempt.events for attempt in attempts if attempt.outcome == "throttled"] == [["1"]] * (len(attempts) - 2)
    assert [attempt.events for attempt in attempts[-2:]] == [["1"], ["2"]]
    assert {record.fate for record in of(Settled, scenario)} == {"delivered"}


# documents


def test_the_failure_record_says_where_the_records_are_and_holds_none_of_them() -> None:
    scenario = stream({"on_failure": "sqs", "shard_count": 2} | retries(1), ALWAYS, traffic=placed("1", "1"))
    document = of(Captured, scenario)[0].document
    assert document["requestContext"] | {"requestId": ""} == {
        "requestId": "",
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 2,
    }
    assert document["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
    }  # fmt: skip
    assert document["KinesisBatchInfo"] == {
        "shardId": "shardId-000000000001",
        "startSequenceNumber": "1",
        "endSequenceNumber": "2",
        "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z",
        "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.000Z",
        "batchSize": 2,
        "streamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/my-stream",
    }
    assert (document["version"], document["timestamp"]) == ("1.0", "2026-01-01T00:00:01.000Z")
    assert "payload" not in document


def test_dynamodb_has_a_name_of_its_own_for_the_batch() -> None:
    document = of(Captured, dynamodb({"on_failure": "sns"} | retries(0), ALWAYS))[0].document
    assert document["DDBStreamBatchInfo"]["batchSize"] == 1


def test_what_never_ran_has_no_response() -> None:
    document = of(Captured, stream({"on_failure": "sqs", "maximum_record_age_s": 60}, throttled(9999)))[0].document
    assert "responseContext" not in document
    assert document["requestContext"]["approximateInvokeCount"] == 0


@pytest.mark.parametrize(("trigger", "field"), [("kinesis", "kinesis"), ("dynamodb_streams", "dynamodb")])
def test_s3_gets_the_records_as_well(trigger: str, field: str) -> None:
    traffic = {"kind": "at", "events": [{"at_ms": 0, "id": "a", "body": {"x": 1}}, {"at_ms": 0, "body": "text"}]}
    scenario = stream({"on_failure": "s3"} | retries(0), ALWAYS, traffic=traffic, trigger=trigger)
    document = of(Captured, scenario)[0].document
    prefix, mapping, shard, year, *_, name = document["key"].split("/", 1)[1].split("/")
    assert (prefix, len(mapping), shard[:8], year) == ("lambda", 36, "shardId-", "2026")
    assert name.startswith("2026-01-01T00.00.00-")
    assert document["body"]["payload"].startswith('{"Records":[')
    assert f'"{field}"' in document["body"]["payload"]


def test_a_destination_that_fails_is_told_once_and_the_shard_goes_on() -> None:
    scenario = stream({"on_failure": "sqs", "batch_size": 1} | retries(0),
                      {"poison": ["1"], "catchers": {"on_failure": "no_permission"}}, traffic=2)  # fmt: skip
    assert [(record.cause, record.reason) for record in of(CaptureFailed, scenario)] == [
        ("RetryAttemptsExhausted", "no_permission")
    ]
    assert [(record.event, record.fate) for record in of(Settled, scenario)] == [("1", "lost"), ("2", "delivered")]


# answers


@pytest.mark.parametrize(
    "plan",
    [{"returns": None}, {"returns": {}}, {"returns": report()}, {"returns_text": ""}, {"returns": {"batchItemFailures": None}}],
)  # fmt: skip
def test_an_empty_answer_means_that_all_worked(plan: dict[str, Any]) -> None:
    assert [record.events for record in of(Checkpointed, stream(REPORTS, first_run(**plan), traffic=2))] == [["1", "2"]]


@pytest.mark.parametrize(
    "plan",
    [
        {"returns": report("")},
        {"returns": report("nobody")},
        {"returns": {"batchItemFailures": [{"itemIdentifier": None}]}},
        {"returns": {"batchItemFailures": [{"wrong": "1"}]}},
        {"returns": {"batchItemFailures": "1"}},
        {"returns": "text"},
        {"returns_text": "{"},
    ],
)
def test_a_malformed_answer_fails_the_whole_batch(plan: dict[str, Any]) -> None:
    scenario = stream(REPORTS, first_run(**plan), traffic=4)
    attempts = of(Attempt, scenario)
    assert [len(attempt.events) for attempt in attempts] == [4, 4]
    assert attempts[1].rule == "STREAM-20"
    halves = stream(REPORTS | BISECTS, first_run(**plan), traffic=4)
    assert [len(attempt.events) for attempt in of(Attempt, halves)] == [4, 2, 2]


@pytest.mark.parametrize(
    ("plan", "causes"),
    [
        ({"returns": report("1")}, {"1": "DeletedUnhandled", "2": None}),
        ({"returns": report("nobody")}, {"1": None, "2": None}),
        ({"returns_text": "{"}, {"1": None, "2": None}),
    ],
)
def test_without_the_setting_nobody_listens(plan: dict[str, Any], causes: dict[str, str | None]) -> None:
    scenario = stream(failures=first_run(**plan), traffic=2)
    assert len(of(Attempt, scenario)) == 1
    assert {record.event: record.cause for record in of(Settled, scenario)} == causes
    assert {record.fate for record in of(Settled, scenario)} == {"delivered"}


def test_a_raised_error_cuts_in_the_middle_where_an_answer_would_cut_at_its_number() -> None:
    settings = REPORTS | BISECTS
    raised = stream(settings, first_run("raise"), traffic=10)
    assert [(len(record.events), len(record.rest)) for record in of(Split, raised)] == [(5, 5)]
    answered = stream(settings, first_run(returns=report("9")), traffic=10)
    assert [(len(record.events), len(record.rest)) for record in of(Split, answered)] == [(8, 2)]


def test_retries_are_shown_with_the_records_that_spent_them() -> None:
    attempts = of(Attempt, stream(retries(2), ALWAYS, traffic=2))
    assert [[member["retries_used"] for member in attempt.members] for attempt in attempts] == [[0, 0], [1, 1], [2, 2]]
    assert [attempt.rule for attempt in attempts] == ["STREAM-1", "STREAM-5", "STREAM-5"]


# shards, windows and time


def test_a_key_always_belongs_to_the_same_shard_and_keys_are_spread() -> None:
    scenario = stream({"shard_count": 8, "partition_keys": 40}, traffic=400)
    shards = {record.shard for record in of(Received, scenario)}
    assert len(shards) == 8
    where: dict[int, set[str | None]] = {}
    for record in of(Received, scenario):
        for event in record.events:
            where.setdefault((int(event) - 1) % 40, set()).add(record.shard)
    assert all(len(found) == 1 for found in where.values())


def test_a_shard_is_that_of_the_keys_md5() -> None:
    """MD5("a") begins with 0c and MD5("b") with 92: first and second half of the range."""
    received = of(Received, stream({"shard_count": 2}, traffic=placed("a", "b", key="partition_key")))
    assert [(record.events, record.shard) for record in received] == [
        (["1"], "shardId-000000000000"), (["2"], "shardId-000000000001")
    ]  # fmt: skip


def test_a_mapping_that_starts_late_finds_the_records_waiting() -> None:
    scenario = stream({"mapping_starts_s": 60, "batch_size": 10}, traffic=25)
    assert [record.start_us for record in of(Attempt, scenario)] == [60_000_000] * 3
    assert [(record.at_us, record.pollers) for record in of(Scaled, scenario)] == [(60_000_000, 1)]


def test_a_disabled_mapping_ends_what_runs_and_tries_nothing_again() -> None:
    settings = {"mapping_disabled_s": 10, "batch_size": 1}
    scenario = stream(settings, {"poison": ["2"]}, lasting(4), 3)
    assert [attempt.start_us for attempt in of(Attempt, scenario)] == [0, 4_000_000, 9_000_000]
    assert [(record.event, record.fate, record.at_us) for record in of(Settled, scenario)] == [
        ("1", "delivered", 4_000_000), ("2", "lost", DAY_S * 1_000_000), ("3", "lost", DAY_S * 1_000_000),
    ]  # fmt: skip
    assert [(record.rule, record.pollers) for record in of(Scaled, scenario)] == [("STREAM-1", 1), ("RUN-7", 0)]


def test_a_full_batch_does_not_wait_for_its_window_and_the_next_one_has_its_own() -> None:
    scenario = stream({"maximum_batching_window_s": 5, "batch_size": 3}, traffic=at(0, 1, 2, 2, 9))
    assert [(attempt.start_us // 1_000_000, len(attempt.events)) for attempt in of(Attempt, scenario)] == [
        (2, 3), (7, 1), (14, 1)
    ]  # fmt: skip


def test_a_record_above_the_payload_goes_alone() -> None:
    traffic = {"kind": "at", "events": [{"at_ms": 0, "size_bytes": 7_000_000}, {"at_ms": 0}]}
    assert [len(attempt.events) for attempt in of(Attempt, dynamodb(traffic=traffic))] == [1, 1]


def test_poison_for_a_day_costs_a_try_a_minute_and_blocks_its_shard_until_then() -> None:
    scenario = dynamodb({"batch_size": 1}, {"poison": ["1"]}, traffic=at(0, 10))
    attempts = of(Attempt, scenario)
    assert len(of(Waiting, scenario)) == len(attempts) - 1
    assert 1_440 <= len(attempts) <= 1_450
    assert [(record.event, record.fate, record.at_us // 1_000_000) for record in of(Settled, scenario)] == [
        ("1", "lost", DAY_S), ("2", "delivered", DAY_S)
    ]  # fmt: skip
    assert of(Ended, scenario)[0].reason == "settled"


def test_what_runs_when_its_retention_ends_is_decided_by_the_run() -> None:
    plan = {"invocations": [{"match": {"n": 1}, "do": "ok"}]}
    settings = {"mapping_starts_s": DAY_S - 1}
    assert [record.fate for record in of(Settled, stream(settings, plan, lasting(5)))] == ["delivered"]
    lost = of(Settled, stream(settings, ALWAYS, lasting(5)))
    assert [(record.fate, record.at_us // 1_000_000) for record in lost] == [("lost", DAY_S + 4)]


def test_a_part_that_leaves_the_stream_while_it_waits_unblocks_its_shard_at_that_moment() -> None:
    settings = {"batch_size": 1, "retry_longest_wait_s": 3_600}
    scenario = dynamodb(settings, {"poison": ["1"]}, traffic=at(0, 100))
    assert [(record.event, record.at_us // 1_000_000) for record in of(Settled, scenario)] == [
        ("1", DAY_S),
        ("2", DAY_S),
    ]


def test_the_limits_that_end_a_batch_are_said() -> None:
    def said(scenario: dict[str, Any]) -> list[tuple[str, str]]:
        return [(record.limit, record.value) for record in of(Limit, scenario)]

    assert said(stream(retries(1), ALWAYS, traffic=3)) == [("MaximumRetryAttempts", "1")]
    assert said(stream({"maximum_record_age_s": 60}, ALWAYS)) == [("MaximumRecordAgeInSeconds", "1 min")]
    assert said(stream({"mapping_starts_s": DAY_S + 1})) == [("Retention", "1 d")]
    assert said(dynamodb(traffic=1_500)) == [("Records a read", "1,000")]
    large = {"kind": "burst", "count": 3, "size_bytes": 1_048_576}
    assert said(dynamodb(traffic=large)) == [("Bytes a read", "1,048,576")]
    assert said(stream(traffic=large)) == [("Bytes a second", "2,097,152")]
    eight = {"kind": "burst", "count": 8, "size_bytes": 1_048_576}
    assert said(stream(traffic=eight)) == [("Bytes a second", "2,097,152"), ("Payload", "4718592 bytes")]


def test_enhanced_fan_out_has_a_throughput_of_its_own_but_not_an_endless_one() -> None:
    settings = {"consumer": "enhanced_fan_out"}
    scenario = stream(settings, traffic={"kind": "burst", "count": 5, "size_bytes": 1_048_576})
    assert [(attempt.start_us, len(attempt.events)) for attempt in of(Attempt, scenario)] == [
        (70_000, 2), (1_070_000, 2), (2_070_000, 1)
    ]  # fmt: skip
    assert of(Ended, scenario)[0].counts == {"reads": 0}


def test_chance_shortens_a_wait_by_its_share_at_the_most() -> None:
    scenario = stream({"retry_jitter_percent": 50} | retries(6), ALWAYS)
    gaps = [record.until_us - record.at_us for record in of(Waiting, scenario)]
    assert all(2**number * 500_000 < gap <= 2**number * 1_000_000 for number, gap in enumerate(gaps))
    assert len({gap / 2**number for number, gap in enumerate(gaps)}) == len(gaps)


def test_nothing_starts_after_the_horizon_not_even_a_half_of_what_ends_then() -> None:
    scenario = stream(BISECTS, ALWAYS, lasting(1), 4, horizon_s=0.5)
    assert [attempt.start_us for attempt in of(Attempt, scenario)] == [0]
    assert (of(Ended, scenario)[0].reason, of(Settled, scenario)) == ("horizon", [])


def test_reads_are_counted_not_recorded() -> None:
    assert of(Ended, stream({"shard_count": 3}, traffic=at(0, 10)))[0].counts == {"reads": 33}
    assert of(Ended, stream({"mapping_disabled_s": 5}, traffic=at(0, 10)))[0].counts == {"reads": 6}
