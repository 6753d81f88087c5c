"""Kafka and DocumentDB, case by case: what is not as in a stream. Durations are 0 and waits without chance unless a case says more."""

from typing import Any

import pytest

from simulations.engine.delivery.murmur2 import murmur2, partition_of
from simulations.engine.report import make_report
from simulations.engine.scenario import parse_scenario
from simulations.engine.trace import Attempt, Captured, Checkpointed, Limit, Received, Scaled, Settled, Split
from tests.conformance.cases import FAIL, OK, Case, check, refused, run, scripted
from tests.conformance.test_stream import (
    ALWAYS,
    BISECTS,
    REPORTS,
    all_of,
    at,
    first_run,
    of,
    placed,
    retries,
    stream,
    throttled,
)
from tests.conformance.test_stream_settings import INVALID, errors_of

PROVISIONED = {"minimum_pollers": 1}
AT_ONCE = {"maximum_batching_window_s": 0}
KAFKA = ("msk", "self_managed_kafka")
LARGE = 6_291_457
H_S = 3_600


def lasting(seconds: float) -> dict[str, Any]:
    return {"timeout_s": 840, "duration": {"kind": "constant", "ms": seconds * 1000}}


def kafka(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | int | None = None,
    trigger: str = "msk",
    **rest: Any,
) -> dict[str, Any]:
    """A topic read in provisioned mode and without a window, unless the settings say more."""
    return stream(AT_ONCE | PROVISIONED | (settings or {}), failures, function, traffic, trigger, **rest)


def on_demand(*given: Any, **rest: Any) -> dict[str, Any]:
    scenario = kafka(*given, **rest)
    scenario["settings"] |= {"minimum_pollers": None}
    return scenario


def documentdb(
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | int | None = None,
) -> dict[str, Any]:
    return stream(AT_ONCE | (settings or {}), failures, function, traffic, "documentdb")


def item(partition: Any, offset: Any) -> dict[str, Any]:
    return {"itemIdentifier": {"partition": partition, "offset": offset}}


def report(*items: dict[str, Any]) -> dict[str, Any]:
    return {"batchItemFailures": list(items)}


CASES = [
    Case(rule="KAFKA-1", sentence="one batch holds records of several partitions",
         scenario=on_demand({"partition_count": 3}, traffic=placed("0", "1", "2")), at_s=[0], invocations=1,
         fates=all_of(3, "delivered")),
    Case(rule="KAFKA-1", sentence="with a poller for each, partitions go on beside a failing one",
         scenario=on_demand({"partition_count": 2, "initial_pollers": 2}, scripted(FAIL, OK), lasting(0.1), placed("0", "0", "1")),
         at_s=[0, 0, 1.1], fates=all_of(3, "delivered")),
    Case(rule="KAFKA-2", sentence="by default a batch is retried until its records leave the topic",
         scenario=on_demand({"log_retention_hours": 2}, ALWAYS), fates={"1": "lost"}, causes={"1": "RetentionExpired"}),
    Case(rule="KAFKA-3", sentence="in provisioned mode two retries are three tries",
         scenario=kafka(retries(2), ALWAYS), at_s=[0, 1, 3], fates={"1": "lost"}, causes={"1": "RetryAttemptsExhausted"}),
    Case(rule="KAFKA-3", sentence="there a failing batch can be cut in two",
         scenario=kafka(BISECTS | retries(0), {"poison": ["3"]}, traffic=4), fates=all_of(4, "delivered") | {"3": "lost"}),
    Case(rule="KAFKA-3", sentence="and records can be too old",
         scenario=kafka({"maximum_record_age_s": 60}, throttled(9_999)), invocations=0, causes={"1": "RecordAgeExceeded"}),
    Case(rule="KAFKA-4", sentence="with a destination endless retries end after ten",
         scenario=kafka({"on_failure": "sqs"}, ALWAYS), invocations=11, caught=["on_failure"], fates={"1": "captured"},
         causes={"1": "RetryAttemptsExhausted"}),
    Case(rule="KAFKA-4", sentence="on demand too",
         scenario=on_demand({"on_failure": "s3"}, ALWAYS), invocations=11, caught=["on_failure"]),
    Case(rule="KAFKA-5", sentence="only what an answer names is tried again",
         scenario=kafka(REPORTS, first_run(returns=report(item("my-topic-0", 1))), traffic=4), at_s=[0, 1], invocations=2,
         fates=all_of(4, "delivered")),
    Case(rule="KAFKA-5", sentence="an offset that was not in the batch fails all of it",
         scenario=kafka(REPORTS, first_run(returns=report(item("my-topic-0", 4))), traffic=4), at_s=[0, 1]),
    Case(rule="KAFKA-6", sentence="a topic as destination gets each record by itself",
         scenario=kafka({"on_failure": "kafka"} | retries(0), ALWAYS, traffic=3), at_s=[0], caught=["on_failure"] * 3,
         fates=all_of(3, "captured")),
    Case(rule="KAFKA-6", sentence="also what was too old",
         scenario=kafka({"on_failure": "sns", "maximum_record_age_s": 60}, throttled(9_999)), caught=["on_failure"]),
    Case(rule="KAFKA-7", sentence="a provisioned poller has up to five batches on their way",
         scenario=kafka({"partition_count": 7}, function=lasting(100), traffic=placed(*"0123456")), at_s=[0, 0, 0, 0, 0]),
    Case(rule="KAFKA-7", sentence="and reads 5 MB a second",
         scenario=kafka({"batch_size": 1}, traffic={"kind": "burst", "count": 12, "size_bytes": 1_048_576}),
         at_s=[0.0] * 5 + [1.0] * 5 + [2.0] * 2),
    Case(rule="MODEL-40", sentence="on demand a lag that does not fall brings a second poller after three minutes",
         scenario=on_demand({"partition_count": 2, "batch_size": 1}, function=lasting(200), traffic=placed("0", "0", "1", "1")),
         at_s=[0, 200, 300, 500], fates=all_of(4, "delivered")),
    Case(rule="KAFKA-8", sentence="so does one above 4.5 MiB, which base64 makes too large",
         scenario=kafka({"on_failure": "sqs"}, traffic={"kind": "at", "events": [
             {"at_ms": 0, "size_bytes": 4_718_593}, {"at_ms": 0, "size_bytes": 4_718_592}]}), invocations=1,
         fates={"1": "captured", "2": "delivered"}),
    Case(rule="KAFKA-8", sentence="a record above 6 MB goes to the destination without a try",
         scenario=kafka({"on_failure": "sqs"}, traffic=at(0, size_bytes=LARGE)), at_s=[], caught=["on_failure"],
         fates={"1": "captured"}, causes={"1": "MaximumPayloadSizeExceeded"}),
    Case(rule="FILTER-2", sentence="what passes no filter is committed with the rest and never reaches the function",
         scenario=kafka({"filter_criteria": [{"value": {"a": [1]}}]}, traffic={"kind": "at", "events": [
             {"at_ms": 0, "body": {"a": 1}}, {"at_ms": 0, "body": {"a": 2}}, {"at_ms": 0, "body": "text"}]}),
         at_s=[0], fates={"1": "delivered", "2": "filtered", "3": "delivered"}),
    Case(rule="ESM-2", sentence="by default a batch is gathered for 500 ms",
         scenario=stream(traffic=at(0, 0.4, 0.6), trigger="msk"), at_s=[0.5, 1.1], fates=all_of(3, "delivered")),
    Case(rule="ESM-4", sentence="with LATEST what arrived before the mapping is never read",
         scenario=kafka({"starting_position": "latest", "mapping_starts_s": 10}, traffic=at(0, 11)), at_s=[11],
         fates={"1": "lost", "2": "delivered"}),
    Case(rule="ESM-6", sentence="throttles spend no retry",
         scenario=kafka(retries(0), throttled(600)), invocations=1, fates={"1": "delivered"}),
    Case(rule="ESM-6", sentence="neither does a call that Lambda refuses",
         scenario=kafka(retries(0), refused("ResourceNotFoundException", 0, 2)), outcomes=["refused", "refused", "succeeded"],
         at_s=[0, 1, 3], fates={"1": "delivered"}),
    Case(rule="PERM-23", sentence="a role that may not read MSK reads nothing",
         scenario=kafka(failures=refused("AccessDeniedException", 0, 90)), at_s=[90], fates={"1": "delivered"}),
    Case(rule="PERM-24", sentence="nor does one without the secret of a cluster of your own",
         scenario=kafka({"log_retention_hours": 1}, refused("AccessDeniedException"), trigger="self_managed_kafka"), at_s=[],
         causes={"1": "RetentionExpired"}),
    Case(rule="DOCDB-1", sentence="one batch after the other, and nothing beside it",
         scenario=documentdb({"batch_size": 1}, function=lasting(2), traffic=3), at_s=[0, 2, 4], fates=all_of(3, "delivered")),
    Case(rule="DOCDB-1", sentence="a change above 6 MB is dropped",
         scenario=documentdb(traffic={"kind": "at", "events": [{"at_ms": 0, "size_bytes": LARGE}, {"at_ms": 0}]}), at_s=[0],
         fates={"1": "lost", "2": "delivered"}, causes={"1": "MaximumPayloadSizeExceeded", "2": None}),
    Case(rule="DOCDB-2", sentence="when its changes have expired the mapping is disabled, and later ones stay unread",
         scenario=documentdb({"batch_size": 1, "retry_longest_wait_s": H_S}, {"poison": ["1"]}, traffic=at(0, H_S)),
         fates={"1": "lost", "2": "lost"}, causes=all_of(2, "RetentionExpired")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


# keys, partitions, offsets


@pytest.mark.parametrize(
    ("text", "value"),
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536),
     ("a-little-bit-longer-string", -1486304829),
     ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971), ("abc", 479470107)],
)  # fmt: skip
def test_keys_are_hashed_as_kafkas_own_client_does_it(text: str, value: int) -> None:
    """The values are those of Kafka's own tests, as signed numbers."""
    assert murmur2(text.encode()) == value & 0xFFFF_FFFF


def test_a_key_has_its_partition_and_records_without_one_go_round() -> None:
    assert [partition_of(None, index, 3) for index in range(4)] == [0, 1, 2, 0]
    scenario = kafka({"partition_count": 4, "partition_keys": 2}, traffic=8)
    found = {record.events[0]: record.shard for record in of(Received, scenario)}
    assert set(found.values()) <= {f"my-topic-{partition_of(key, 0, 4)}" for key in ("key-1", "key-2")}


def test_each_partition_commits_its_own_offsets() -> None:
    scenario = on_demand({"partition_count": 2}, traffic=placed("1", "0", "1"))
    assert [(record.shard, record.events) for record in of(Checkpointed, scenario)] == [
        ("my-topic-0", ["2"]), ("my-topic-1", ["1", "3"])
    ]  # fmt: skip
    assert [attempt.shard for attempt in of(Attempt, scenario)] == ["my-topic-1, my-topic-0"]


def test_a_handler_that_reports_names_partition_and_offset() -> None:
    settings = REPORTS | {"partition_count": 2} | retries(1)
    scenario = kafka(settings, {"poison": ["3"], "handler": "report"}, traffic=placed("0", "1", "1"))
    failing = [attempt for attempt in of(Attempt, scenario) if "3" in attempt.events]
    assert [attempt.response for attempt in failing] == [report(item("my-topic-1", 1))] * 2
    assert [attempt.events for attempt in failing] == [["2", "3"], ["3"]]


# answers


@pytest.mark.parametrize("plan", [{"returns": None}, {"returns": {}}, {"returns": report()}, {"returns_text": ""}])
def test_an_empty_answer_means_that_all_worked(plan: dict[str, Any]) -> None:
    assert len(of(Attempt, kafka(REPORTS, first_run(**plan), traffic=2))) == 1


@pytest.mark.parametrize(
    "plan",
    [
        {"returns": report(item("my-topic-1", 0))},
        {"returns": report(item("my-topic-0", 2))},
        {"returns": report(item("my-topic-0", "0"))},
        {"returns": report(item("my-topic-0", True))},
        {"returns": report(item(None, 0))},
        {"returns": report(item(["my-topic-0"], 0))},
        {"returns": {"batchItemFailures": [{"itemIdentifier": "1"}]}},
        {"returns": {"batchItemFailures": [{"wrong": 1}]}},
        {"returns": {"batchItemFailures": "all"}},
        {"returns": "text"},
        {"returns_text": "{"},
    ],
)
def test_a_malformed_answer_fails_the_whole_batch(plan: dict[str, Any]) -> None:
    attempts = of(Attempt, kafka(REPORTS, first_run(**plan), traffic=2))
    assert [(len(attempt.events), attempt.rule) for attempt in attempts] == [(2, "KAFKA-1"), (2, "KAFKA-5")]


def test_with_bisecting_a_partial_answer_is_a_cut_and_spends_no_retry() -> None:
    scenario = kafka(REPORTS | BISECTS | retries(0), first_run(returns=report(item("my-topic-0", 1))), traffic=3)
    assert [(record.events, record.rest) for record in of(Split, scenario)] == [(["1", "3"], ["2"])]
    assert {record.fate for record in of(Settled, scenario)} == {"delivered"}


def test_where_nobody_listens_what_an_answer_names_is_gone() -> None:
    scenario = kafka(failures=first_run(returns=report(item("my-topic-0", 0))), traffic=2)
    assert {record.event: record.cause for record in of(Settled, scenario)} == {"1": "DeletedUnhandled", "2": None}


# failure records


def test_a_queue_is_told_the_offsets_of_each_partition() -> None:
    settings = {"partition_count": 2, "on_failure": "sqs", "retry_longest_wait_s": 1}
    document = of(Captured, on_demand(settings, ALWAYS, traffic=placed("0", "1", "1")))[0].document
    first, last = (
        {
            "firstRecordOffset": "0",
            "lastRecordOffset": offset,
            "firstRecordTimestamp": "2026-01-01T00:00:00.000Z",
            "lastRecordTimestamp": "2026-01-01T00:00:00.000Z",
        }
        for offset in ("0", "1")
    )
    assert document["KafkaBatchInfo"] == {
        "batchSize": 3,
        "payloadSize": 3 * 1_024,
        "bootstrapServers": "b-1.mycluster.abc123.c2.kafka.us-east-1.amazonaws.com:9098",
        "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/751d2973-a626-431c-9d4e-d7975eb44dd7-2",
        "recordsInfo": {"my-topic-0": first, "my-topic-1": last},
    }
    assert (document["requestContext"]["condition"], document["requestContext"]["approximateInvokeCount"]) == (
        "RetryAttemptsExhausted", 11
    )  # fmt: skip
    assert "payload" not in document


@pytest.mark.parametrize(("trigger", "named"), [("msk", True), ("self_managed_kafka", False)])
def test_a_topic_gets_the_record_itself(trigger: str, named: bool) -> None:
    events = {"kind": "at", "events": [{"at_ms": 0, "body": "hello", "partition_key": "k"}]}
    document = of(Captured, kafka({"on_failure": "kafka"} | retries(0), ALWAYS, None, events, trigger))[0].document
    assert document["requestContext"]["condition"] == "RetriesExhausted"
    assert document["KafkaBatchInfo"]["recordInfo"] == {"offset": "0", "timestamp": "2026-01-01T00:00:00.000Z"}
    (record,) = document["payload"]["records"]["my-topic-0"]
    assert (record["value"], record["key"], record["offset"], record["partition"]) == ("aGVsbG8=", "aw==", 0, 0)
    assert ("eventSourceArn" in document["payload"]) == ("eventSourceArn" in document["KafkaBatchInfo"]) == named


def test_a_record_that_is_too_large_has_no_response() -> None:
    document = of(Captured, kafka({"on_failure": "sqs"}, traffic=at(0, size_bytes=LARGE)))[0].document
    assert document["responseContext"] is None
    assert document["requestContext"]["condition"] == "MaximumPayloadSizeExceeded"


def test_s3_gets_the_payload_as_text() -> None:
    document = of(Captured, kafka({"on_failure": "s3"} | retries(0), ALWAYS))[0].document
    assert document["body"]["payload"].startswith('{"eventSource":"aws:kafka"')
    assert "/my-topic-0/2026/01/01/" in document["key"]


# pollers


def test_a_poison_record_blocks_its_partition_alone_once_each_has_its_poller() -> None:
    settings = {"partition_count": 2, "batch_size": 10, "poller_scaling_s": 60}
    scenario = on_demand(settings, {"poison": ["1"]}, traffic=placed("0", "1"), horizon_s=4_000)
    assert [(record.at_us // 1_000_000, record.pollers, record.rule) for record in of(Scaled, scenario)] == [
        (0, 1, "KAFKA-7"), (180, 2, "MODEL-40")
    ]  # fmt: skip
    assert [(record.event, record.at_us // 1_000_000) for record in of(Settled, scenario)] == [("2", 180)]
    assert [attempt.events for attempt in of(Attempt, scenario) if attempt.start_us >= 180_000_000][:2] == [
        ["2"],
        ["1"],
    ]


def test_a_batch_that_runs_when_pollers_are_added_ends_first() -> None:
    settings = {"partition_count": 2, "poller_scaling_s": 0, "batch_size": 2}
    scenario = on_demand(settings, function=lasting(400), traffic=placed("0", "1", "0", "1"))
    assert [(attempt.start_us // 1_000_000, attempt.events) for attempt in of(Attempt, scenario)] == [
        (0, ["1", "2"]), (400, ["3"]), (400, ["4"])
    ]  # fmt: skip


def test_throttles_take_pollers_away_and_an_empty_topic_too() -> None:
    settings = {"partition_count": 4, "initial_pollers": 4, "poller_scaling_s": 0}
    busy = on_demand(settings, throttled(100), traffic=placed(*"0123"), horizon_s=150)
    assert [(record.at_us // 1_000_000, record.pollers) for record in of(Scaled, busy)] == [(0, 4), (60, 2), (120, 1)]
    idle = on_demand(settings, traffic=at(0, 130))
    assert [(record.at_us // 1_000_000, record.pollers) for record in of(Scaled, idle)] == [(0, 4), (60, 2), (120, 1)]


def test_provisioned_pollers_follow_the_lag_at_once() -> None:
    settings = {"partition_count": 20, "batch_size": 1, "maximum_pollers": 3}
    scenario = kafka(settings, function=lasting(400), traffic=placed(*map(str, range(20))))
    assert [(record.at_us // 1_000_000, record.pollers) for record in of(Scaled, scenario)][:3] == [
        (0, 5),
        (120, 10),
        (180, 15),
    ]


def test_a_mapping_that_disabled_itself_says_so() -> None:
    settings = {"batch_size": 1, "retry_longest_wait_s": H_S}
    scenario = documentdb(settings, {"poison": ["1"]}, traffic=at(0, H_S))
    assert [(record.at_us // 1_000_000, record.pollers, record.rule) for record in of(Scaled, scenario)] == [
        (0, 1, "DOCDB-1"), (3 * H_S, 0, "DOCDB-2")
    ]  # fmt: skip
    assert {attempt.events[0] for attempt in of(Attempt, scenario)} == {"1"}


def test_the_lag_is_a_metric_of_the_topic() -> None:
    settings = {"partition_count": 2, "batch_size": 1}
    report_of = make_report(parse_scenario(kafka(settings, function=lasting(70), traffic=placed("0", "0", "1"))))
    lag = report_of.cloudwatch["OffsetLag"]
    assert (lag.max, lag.last) == (3, 0)
    assert report_of.cloudwatch_over_time.metrics["OffsetLag"].points == [(0, 3), (60, 2), (120, 0)]
    assert "IteratorAge" not in report_of.cloudwatch


def test_an_oversized_change_is_counted() -> None:
    found = make_report(parse_scenario(documentdb(traffic=at(0, size_bytes=LARGE)))).cloudwatch
    assert found["OversizedRecordCount"].sum == 1
    assert "PolledEventCount" not in found


def test_a_role_that_may_not_read_is_said_once() -> None:
    scenario = kafka(failures=refused("AccessDeniedException", 0, 90), traffic=at(0, 10, 20))
    assert [(record.limit, record.value) for record in of(Limit, scenario)] == [
        ("LastProcessingResult", "AccessDeniedException")
    ]
    assert len(of(Attempt, scenario)) == 1


# what AWS refuses


@pytest.mark.parametrize("trigger", KAFKA)
@pytest.mark.parametrize(
    "settings",
    [
        {"maximum_retry_attempts": 3},
        {"maximum_record_age_s": 60},
        {"bisect_batch_on_function_error": True},
        {"function_response_types": ["report_batch_item_failures"]},
        {"on_failure": "kafka"},
    ],
)
def test_controls_over_retries_need_provisioned_mode(trigger: str, settings: dict[str, Any]) -> None:
    field = f"settings.{next(iter(settings))}"
    assert [(name, code) for name, code, _ in errors_of(trigger, settings=settings)] == [(field, INVALID)]
    for provisioned in ({"minimum_pollers": 1}, {"maximum_pollers": 2}):
        assert errors_of(trigger, settings=settings | provisioned) == []


@pytest.mark.parametrize("trigger", KAFKA)
@pytest.mark.parametrize(
    "pollers", [{"minimum_pollers": 3, "maximum_pollers": 2}, {"minimum_pollers": 200, "maximum_pollers": 1}]
)
def test_the_most_pollers_are_not_fewer_than_the_least(trigger: str, pollers: dict[str, int]) -> None:
    assert [name for name, _, _ in errors_of(trigger, settings=pollers)] == ["settings.maximum_pollers"]


@pytest.mark.parametrize("trigger", [*KAFKA, "documentdb"])
def test_the_function_has_14_minutes(trigger: str) -> None:
    assert errors_of(trigger, function={"timeout_s": 840}) == []
    assert [(name, code) for name, code, _ in errors_of(trigger, function={"timeout_s": 841})] == [
        ("function.timeout_s", INVALID)
    ]


@pytest.mark.parametrize(
    "field", ["maximum_retry_attempts", "on_failure", "function_response_types", "parallelization_factor"]
)
def test_documentdb_has_no_controls(field: str) -> None:
    assert [name for name, _, _ in errors_of("documentdb", settings={field: 1})] == [f"settings.{field}"]


def test_documentdb_has_no_catcher_that_could_fail() -> None:
    errors = errors_of("documentdb", failures={"catchers": {"on_failure": "no_permission"}})
    assert [name for name, _, _ in errors] == ["failures.catchers.on_failure"]


@pytest.mark.parametrize("trigger", [*KAFKA, "documentdb"])
def test_a_shard_that_is_not_there_is_refused(trigger: str) -> None:
    traffic = {"kind": "at", "events": [{"at_ms": 0, "shard": "0"}, {"at_ms": 0, "shard": "my-topic-1"}]}
    assert [name for name, _, _ in errors_of(trigger, traffic=traffic)] == ["traffic.events[1].shard"]


def test_a_record_may_name_its_partition_in_full() -> None:
    scenario = kafka({"partition_count": 2}, traffic={"kind": "at", "events": [{"at_ms": 0, "shard": "my-topic-1"}]})
    assert [record.shard for record in run(scenario) if isinstance(record, Received)] == ["my-topic-1"]
