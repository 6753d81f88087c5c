"""EventBridge Pipes: queues and streams as sources, enrichment, partial answers, and where what failed ends up."""

from typing import Any

import pytest
from hypothesis import given

from simulations.engine import Scenario, ScenarioErrors, make_report, parse_scenario
from simulations.engine.packs import FIRST, NEWEST
from simulations.engine.trace import Arrived, Attempt, Captured, Ended, Received, Scaled, Settled, Waiting
from tests.conformance.cases import DENIED, GONE, Case, check, refused, run
from tests.strategies import scenarios
from tests.traces import Trace


def pipe(count: int, settings: dict[str, Any] | None = None, failures: dict[str, Any] | None = None) -> dict[str, Any]:
    """Records that are there from the beginning, for code that takes no time; waits without a random part."""
    return {
        "trigger": "pipes",
        "settings": {"retry_jitter_percent": 0, **(settings or {})},
        "failures": failures or {},
        "function": {"duration": {"kind": "constant", "ms": 0}},
        "traffic": {"kind": "backlog", "count": count},
    }


def slow(count: int, settings: dict[str, Any]) -> dict[str, Any]:
    """As `pipe`, for code that takes a second."""
    return pipe(count, settings) | {"function": {"duration": {"kind": "constant", "ms": 1_000}}}


KINESIS = {"source": "kinesis"}
FIFO = {"source": "sqs_fifo"}
ACTIVE, RABBIT = {"source": "activemq"}, {"source": "rabbitmq"}
KAFKA, OWN_KAFKA = {"source": "msk"}, {"source": "self_managed_kafka"}
NAMES = {"handler": "report"}
ENRICHED = {"enrichment_ms": 100}
LASTING: dict[str, Any] = {"enrichment_errors": [{}]}

CASES = (
    Case(
        rule="PIPE-1", sentence="from a stream, retries end where the source's setting says",
        scenario=pipe(1, {**KINESIS, "maximum_retry_attempts": 2}, {"error_rate": 1}), at_s=[0, 1, 3], fates={"1": "lost"},
        causes={"1": "RetryAttemptsExhausted"},
    ),
    Case(
        rule="SQS-5", sentence="from a queue, maxReceiveCount ends them, and the queue's own dead-letter queue has the message",
        scenario=pipe(1, {"max_receive_count": 2}, {"error_rate": 1}), at_s=[0, 30], caught=["queue_dlq"],
    ),
    Case(
        rule="PIPE-2", sentence="a partial answer is heard without a setting: the stream goes on from the record it names",
        scenario=pipe(3, {**KINESIS, "maximum_retry_attempts": 1}, {**NAMES, "poison": ["2"]}), at_s=[0, 1],
        fates={"1": "delivered", "2": "lost", "3": "lost"},
    ),
    Case(
        rule="SQS-20", sentence="and of a queue only what it names comes back",
        scenario=pipe(3, {}, {**NAMES, "script": [{"event": "2", "invocation": 1, "do": "fail_item"}]}), at_s=[0, 30],
        fates={"1": "delivered", "2": "delivered", "3": "delivered"},
    ),
    Case(
        rule="PIPE-3", sentence="a batch is enriched before each attempt, a retry too",
        scenario=pipe(1, {**KINESIS, "enrichment_ms": 500}, {"first_n": 1}), at_s=[0.5, 2], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-3", sentence="enrichment of messages takes of their visibility timeout",
        scenario=pipe(1, {"enrichment_ms": 20_000, "max_receive_count": 3}, {"first_n": 1}), at_s=[20, 50],
        fates={"1": "delivered"},
    ),
    Case(
        rule="SQS-9", sentence="enrichment that takes longer: the message comes back, is handled twice, and never deleted in time",
        scenario=pipe(1, {"enrichment_ms": 40_000, "max_receive_count": 2}), at_s=[40, 70], caught=["queue_dlq"],
        fates={"1": "delivered"},
    ),
    Case(
        rule="SQS-1", sentence="enrichment that takes exactly as long: the message is back when it ends, and can still be deleted",
        scenario=pipe(1, {"enrichment_ms": 30_000, "max_receive_count": 1}), at_s=[30], caught=[], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-3", sentence="and if the function is throttled then, the pipe forgets its copy, for the next one is on its way",
        scenario=pipe(
            1, {"enrichment_ms": 40_000, "max_receive_count": 2}, {"concurrency": [{"from_ms": 0, "to_ms": 50_000}]}
        ),
        at_s=[40, 70], outcomes=["throttled", "succeeded"], caught=["queue_dlq"], fates={"1": "captured"},
    ),
    Case(
        rule="ESM-4", sentence="a pipe that begins with LATEST never sees what was there before",
        scenario=pipe(1, {**KINESIS, "starting_position": "latest", "mapping_starts_s": 10}), fates={"1": "lost"},
        causes={"1": "BeforeStartingPosition"}, invocations=0,
    ),
    Case(
        rule="PIPE-5", sentence="a pipe for a stream tells its own dead-letter queue",
        scenario=pipe(2, {**KINESIS, "maximum_retry_attempts": 0, "pipe_dead_letter_config": "sqs"}, {"poison": ["1"]}),
        caught=["pipe_dlq"], fates={"1": "captured", "2": "captured"},
    ),
    Case(
        rule="PIPE-6", sentence="fire and forget: Lambda tries twice more, a minute and two minutes later; the pipe hears nothing",
        scenario=pipe(1, {"invocation_type": "fire_and_forget", "batch_size": 1, "max_receive_count": 1}, {"error_rate": 1}),
        at_s=[0, 60, 180], fates={"1": "lost"}, causes={"1": "RetriesExhausted"}, caught=[],
    ),
    Case(
        rule="PIPE-6", sentence="a poison record blocks no shard then",
        scenario=pipe(
            3, {**KINESIS, "invocation_type": "fire_and_forget", "batch_size": 1, "enrichment_ms": 500}, {"poison": ["1"]}
        ),
        at_s=[0.5, 1, 1.5, 60.5, 180.5], fates={"1": "lost", "2": "delivered", "3": "delivered"},
    ),
    Case(
        rule="PIPE-7", sentence="from a stream, an enrichment that fails spends a retry, and the last one ends it",
        scenario=pipe(2, {**KINESIS, **ENRICHED, **LASTING, "maximum_retry_attempts": 1, "pipe_dead_letter_config": "sqs"}),
        at_s=[0.1, 1.2], outcomes=["refused"] * 2, caught=["pipe_dlq"], invocations=0, fates={"1": "captured", "2": "captured"},
    ),
    Case(
        rule="PIPE-7", sentence="a batch whose enrichment failed is cut in two like any other that failed",
        scenario=pipe(2, {
            **KINESIS, **ENRICHED, "maximum_retry_attempts": 0, "on_partial_batch_item_failure": "automatic_bisect",
            "enrichment_errors": [{"from_ms": 0, "to_ms": 50}],
        }),
        at_s=[0.1, 0.2, 0.3], outcomes=["refused", "succeeded", "succeeded"], fates={"1": "delivered", "2": "delivered"},
    ),
    *(
        Case(
            rule="STREAM-11", sentence=f"halves of a cut batch {choice} the retries that were spent",
            scenario=pipe(2, {
                **KINESIS, "maximum_retry_attempts": 1, "on_partial_batch_item_failure": "automatic_bisect", "bisect_retries": choice,
            }, {"invocations": [
                {"match": {"n": 1}, "returns": {"batchItemFailures": [{"itemIdentifier": "1"}]}},
                {"match": {"n": 2}, "do": "raise"}, {"match": {"n": 3}, "do": "raise"},
            ]}),
            at_s=[*at_s], fates={"1": fate, "2": "delivered"},
        )
        for choice, at_s, fate in (("inherit", [0, 1, 1, 1], "lost"), ("reset", [0, 1, 1, 2, 2], "delivered"))
    ),
    Case(
        rule="MODEL-62", sentence="a throttled batch of a broker waits as the scenario says",
        scenario=pipe(1, {**ACTIVE, "throttle_first_wait_s": 2, "throttle_longest_wait_s": 4}, {"concurrency": [{"from_ms": 0, "to_ms": 10_000}]}),
        at_s=[0, 2, 6, 10], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-7", sentence="from a queue, an enrichment that fails is a receive without effect",
        scenario=pipe(1, {**ENRICHED, **LASTING, "max_receive_count": 2}),
        at_s=[0.1, 30.1], outcomes=["refused"] * 2, caught=["queue_dlq"], invocations=0,
    ),
    Case(
        rule="PIPE-7", sentence="an enrichment that is throttled is tried again while the message is hidden, and spends nothing",
        scenario=pipe(1, {**ENRICHED, "enrichment_errors": [{"from_ms": 0, "to_ms": 2_000, "error": "throttled"}], "max_receive_count": 1}),
        at_s=[0, 1, 3.1], outcomes=["refused", "refused", "succeeded"], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-7", sentence="nor does it for a stream, where the batch waits",
        scenario=pipe(1, {
            **KINESIS, **ENRICHED, "enrichment_errors": [{"from_ms": 0, "to_ms": 2_000, "error": "throttled"}],
            "maximum_retry_attempts": 0,
        }),
        at_s=[0, 1, 3.1], outcomes=["refused", "refused", "succeeded"], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-7", sentence="a permission that the pipe's role lacks counts as your error: it spends the retries of a stream",
        scenario=pipe(1, {**KINESIS, "maximum_retry_attempts": 1}, DENIED), at_s=[0, 1], errors=["AccessDeniedException"] * 2,
        fates={"1": "lost"}, causes={"1": "RetryAttemptsExhausted"},
    ),
    Case(
        rule="PIPE-7", sentence="and a receive of a queue, without another try before",
        scenario=pipe(1, {"max_receive_count": 2}, GONE), at_s=[0, 30], errors=["ResourceNotFoundException"] * 2, caught=["queue_dlq"],
    ),
    Case(
        rule="ESM-6", sentence="a fault of Lambda spends no retry",
        scenario=pipe(1, {**KINESIS, "maximum_retry_attempts": 0}, refused("ServiceException", 0, 2)), at_s=[0, 1, 3],
        fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-7", sentence="with FIRE_AND_FORGET the pipe still hears that it may not call",
        scenario=pipe(1, {"invocation_type": "fire_and_forget", "batch_size": 1}, refused("AccessDeniedException", 0, 10)),
        at_s=[0, 30], outcomes=["refused", "succeeded"], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-8", sentence="after 5 minutes the pipe waits no longer, for the enrichment",
        scenario=pipe(1, {**KINESIS, "enrichment_ms": 300_001, "maximum_retry_attempts": 0}), at_s=[300], errors=["EXECUTION_TIMEOUT"],
        fates={"1": "lost"},
    ),
    Case(
        rule="PIPE-8", sentence="or for the function, which goes on: the message comes back and is handled again",
        scenario={
            **pipe(1, {"enrichment_ms": 100_000, "visibility_timeout_s": 900, "max_receive_count": 2}),
            "function": {"timeout_s": 900, "duration": {"kind": "constant", "ms": 250_000}},
        },
        at_s=[100, 1_000], outcomes=["succeeded", "succeeded"], billed_ms=[250_000] * 2, caught=["queue_dlq"],
    ),
    Case(
        rule="PIPE-8", sentence="a stream goes on behind it when its retries are spent",
        scenario={
            **pipe(2, {**KINESIS, "batch_size": 1, "maximum_retry_attempts": 0}),
            "function": {"timeout_s": 900, "duration": {"kind": "constant", "ms": 301_000}},
        },
        at_s=[0, 300], fates={"1": "lost", "2": "lost"},
    ),
    Case(
        rule="PIPE-9", sentence="a pipe that is refused too often in a row is disabled, and its messages grow old in the queue",
        scenario=pipe(1, {"disabled_after_client_errors": 2, "message_retention_period_s": 600}, DENIED), at_s=[0, 30],
        fates={"1": "lost"}, causes={"1": "RetentionExpired"},
    ),
    Case(
        rule="SQS-16", sentence="from a FIFO queue, what failed is tried again before anything else of its group is received",
        scenario=pipe(3, {**FIFO, "batch_size": 1, "message_groups": 2}, {"script": [{"event": "1", "invocation": 1}]}),
        at_s=[0, 0, 30, 30], fates={"1": "delivered", "2": "delivered", "3": "delivered"},
    ),
    Case(
        rule="SQS-17", sentence="maxReceiveCount ends that, and the group goes on behind a gap",
        scenario=pipe(2, {**FIFO, "batch_size": 1, "max_receive_count": 2}, {"poison": ["1"]}), at_s=[0, 30, 60],
        caught=["queue_dlq"], fates={"1": "captured", "2": "delivered"},
    ),
    Case(
        rule="SQS-16", sentence="a group has one batch on its way, in the enrichment too",
        scenario=pipe(3, {**FIFO, **ENRICHED, "batch_size": 1}), at_s=[0.1, 0.2, 0.3],
    ),
    Case(
        rule="SQS-22", sentence="what is sent twice to a FIFO queue never reaches the pipe",
        scenario=pipe(2, {**FIFO, "content_based_deduplication": True}) | {"traffic": {"kind": "backlog", "count": 2, "bodies": ["a"]}},
        invocations=1, fates={"1": "delivered", "2": "filtered"},
    ),
    Case(
        rule="SQS-21", sentence="an enrichment that outlasts the visibility timeout: a FIFO queue refuses the delete, and the message goes round",
        scenario=pipe(1, {**FIFO, "enrichment_ms": 40_000, "max_receive_count": 2}), at_s=[40, 70], caught=["queue_dlq"],
        fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-12", sentence="from RabbitMQ, too, five batches are on their way at once",
        scenario=slow(6, {**RABBIT, "batch_size": 1}), at_s=[0, 0, 0, 0, 0, 1],
    ),
    Case(
        rule="PIPE-13", sentence="from ActiveMQ a batch is tried again as a whole, more often than six times, until it works",
        scenario=pipe(2, ACTIVE, {"first_n": 8}), at_s=[*range(9)], fates={"1": "delivered", "2": "delivered"},
    ),
    Case(
        rule="MODEL-63", sentence="after the wait that the scenario says",
        scenario=pipe(1, {**RABBIT, "requeue_wait_s": 5}, {"first_n": 2}), at_s=[0, 5, 10], fates={"1": "delivered"},
    ),
    Case(
        rule="MQ-4", sentence="or until its messages have expired; the broker's own dead-letter queue has them then",
        scenario=pipe(1, {**ACTIVE, "time_to_live_s": 3}, {"error_rate": 1}), at_s=[0, 1, 2], caught=["broker_dlq"],
        causes={"1": "MessageExpired"},
    ),
    Case(
        rule="PIPE-13", sentence="a partial answer is not heard: what it names was handled as far as the pipe knows",
        scenario=pipe(2, ACTIVE, {**NAMES, "poison": ["2"]}), at_s=[0], fates={"1": "delivered", "2": "delivered"},
    ),
    Case(
        rule="PIPE-3", sentence="a batch of a broker is enriched before each attempt", scenario=pipe(1, {**RABBIT, **ENRICHED}, {"first_n": 1}),
        at_s=[0.1, 1.2],
    ),
    Case(
        rule="PIPE-7", sentence="an enrichment that fails counts for nothing there",
        scenario=pipe(1, {**ACTIVE, **ENRICHED, "enrichment_errors": [{"from_ms": 0, "to_ms": 2_000}]}), at_s=[0.1, 1.2, 3.3],
        outcomes=["refused", "refused", "succeeded"], fates={"1": "delivered"},
    ),
    Case(
        rule="MODEL-62", sentence="nor does a throttle, or a call that is refused", fates={"1": "delivered"},
        scenario=pipe(1, ACTIVE, {"concurrency": [{"from_ms": 0, "to_ms": 2_000}]}), at_s=[0, 1, 3],
    ),
    Case(
        rule="PIPE-9", sentence="a pipe that is refused too often gives a broker its messages back",
        scenario=pipe(1, {**RABBIT, "disabled_after_client_errors": 2, "time_to_live_s": 60}, DENIED), at_s=[0, 1],
        causes={"1": "MessageExpired"},
    ),
    Case(
        rule="PIPE-8", sentence="the five minutes end an execution for a broker as well, and its batch is tried again meanwhile",
        scenario={
            **pipe(1, {**RABBIT, "time_to_live_s": 302}),
            "function": {"timeout_s": 900, "duration": {"kind": "constant", "ms": 301_000}},
        },
        at_s=[0, 301], caught=["broker_dlq"],
    ),
    Case(
        rule="PIPE-6", sentence="a broker is rid of what is handed over",
        scenario=pipe(1, {**ACTIVE, "invocation_type": "fire_and_forget", "batch_size": 1}, {"error_rate": 1}), at_s=[0, 60, 180],
        fates={"1": "lost"}, caught=[],
    ),
    Case(
        rule="FILTER-2", sentence="what matches no filter is acknowledged when it is read",
        scenario=pipe(2, {**ACTIVE, "filter_criteria": [{"data": {"a": [1]}}]})
        | {"traffic": {"kind": "backlog", "count": 2, "bodies": [{"a": 1}, {"a": 2}]}},
        fates={"1": "delivered", "2": "filtered"}, at_s=[0],
    ),
    Case(
        rule="KAFKA-2", sentence="from Kafka, what fails blocks its partition until it leaves the topic, and no setting ends it before",
        scenario=pipe(2, {**KAFKA, "batch_size": 1, "log_retention_hours": 1, "retry_longest_wait_s": 900}, {"poison": ["1"]}),
        fates={"1": "lost", "2": "lost"}, causes={"1": "RetentionExpired", "2": "RetentionExpired"}, caught=[],
    ),
    Case(
        rule="KAFKA-2", sentence="a batch that works at last is committed",
        scenario=pipe(1, OWN_KAFKA, {"first_n": 3}), at_s=[0, 1, 3, 7], fates={"1": "delivered"},
    ),
    Case(
        rule="PIPE-13", sentence="a partial answer about a topic is not heard either, and the record is told apart",
        scenario=pipe(2, KAFKA, {**NAMES, "poison": ["2"]}), at_s=[0], fates={"1": "delivered", "2": "delivered"},
        causes={"1": None, "2": "DeletedUnhandled"},
    ),
    Case(
        rule="KAFKA-7", sentence="one consumer reads all partitions to begin with", scenario=slow(2, {**KAFKA, "partition_count": 2, "batch_size": 1}),
        at_s=[0, 1],
    ),
    Case(
        rule="KAFKA-7", sentence="up to one for each partition", at_s=[0, 0],
        scenario=slow(2, {**KAFKA, "partition_count": 2, "batch_size": 1, "initial_pollers": 9}),
    ),
    Case(
        rule="PIPE-7", sentence="from Kafka, an enrichment that fails is tried again without end",
        scenario=pipe(1, {**KAFKA, **ENRICHED, "enrichment_errors": [{"from_ms": 0, "to_ms": 2_000}]}), at_s=[0.1, 1.2, 3.3],
        outcomes=["refused", "refused", "succeeded"], fates={"1": "delivered"},
    ),
    Case(
        rule="ESM-4", sentence="a pipe that begins with LATEST never sees what was in the topic before",
        scenario=pipe(1, {**OWN_KAFKA, "starting_position": "latest", "mapping_starts_s": 10}), fates={"1": "lost"},
        causes={"1": "BeforeStartingPosition"}, invocations=0,
    ),
    Case(
        rule="PIPE-6", sentence="a topic moves on past what was handed over",
        scenario=pipe(2, {**KAFKA, "invocation_type": "fire_and_forget", "batch_size": 1}, {"poison": ["1"]}), at_s=[0, 0, 60, 180],
        fates={"1": "lost", "2": "delivered"},
    ),
    Case(
        rule="STREAM-7", sentence="AUTOMATIC_BISECT finds the record that fails",
        scenario=pipe(
            4, {**KINESIS, "maximum_retry_attempts": 0, "on_partial_batch_item_failure": "automatic_bisect"}, {"poison": ["3"]}
        ),
        fates={"1": "delivered", "2": "delivered", "3": "lost", "4": "delivered"},
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_pipes(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("source", "pattern", "bodies"),
    [
        ("sqs_fifo", {"body": {"name": ["abc"]}}, [{"name": "abc"}, {"name": "xyz"}]),
        ("sqs", {"body": {"name": [{"prefix": {"equals-ignore-case": "AB"}}]}}, [{"name": "abc"}, {"name": "xyz"}]),
        ("kinesis", {"data": {"name": ["abc"]}}, [{"name": "abc"}, "abc"]),
        ("msk", {"value": {"name": ["abc"]}}, [{"name": "abc"}, {"name": "xyz"}]),
        (
            "self_managed_kafka",
            {"value": {"name": [{"suffix": {"equals-ignore-case": "C"}}]}},
            [{"name": "abc"}, {"name": "xyz"}],
        ),
        ("activemq", {"data": {"name": ["abc"]}}, [{"name": "abc"}, {"name": "xyz"}]),
        ("rabbitmq", {"data": {"name": ["abc"]}}, [{"name": "abc"}, {"name": "xyz"}]),
        ("dynamodb_streams", {"dynamodb": {"NewImage": {"name": {"S": ["abc"]}}}}, [{"name": "abc"}, {"name": "xyz"}]),
    ],
)
def test_each_source_is_filtered_by_its_own_field(source: str, pattern: dict[str, Any], bodies: list[Any]) -> None:
    scenario = pipe(2, {"source": source, "filter_criteria": [pattern]})
    scenario["traffic"]["bodies"] = bodies
    report = make_report(parse_scenario(scenario))
    assert (report.events.delivered, report.events.filtered) == (1, 1)


@pytest.mark.parametrize("invocation_type", ["request_response", "fire_and_forget"])
def test_only_a_queue_counts_how_often_a_record_was_received(invocation_type: str) -> None:
    handed_over = {"invocation_type": invocation_type, "batch_size": 1}
    for source, counts in (({}, [1]), (KINESIS, [])):
        records = run(pipe(2, {**source, **handed_over}))
        assert [record.receive_counts for record in records if isinstance(record, Received)] == [counts] * 2


@pytest.mark.parametrize("source", ["sqs", "kinesis"])
def test_handing_over_uses_the_source_as_waiting_does(source: str) -> None:
    """The requests to the source are the same; what the code does with a record is not the pipe's business."""
    counts = []
    for handed_over in ({"invocation_type": "fire_and_forget"}, {}):
        records = run(
            pipe(25, {"source": source, "batch_size": 1, "enrichment_ms": 20_000, **handed_over}) | {"horizon_s": 600}
        )
        assert isinstance(records[-1], Ended)
        counts.append(records[-1].counts)
    assert counts[0] == counts[1]
    assert counts[0].get("deletes" if source == "sqs" else "reads", 0) >= 25


def test_a_message_that_nobody_takes_grows_too_old_in_front_of_a_pipe_that_hands_over() -> None:
    settings = {
        "invocation_type": "fire_and_forget",
        "batch_size": 1,
        "mapping_starts_s": 100,
        "message_retention_period_s": 60,
    }
    report = make_report(parse_scenario(pipe(1, settings)))
    assert report.by_event is not None
    assert (report.by_event["1"].fate, report.by_event["1"].cause) == ("lost", "RetentionExpired")


def test_a_large_record_that_is_handed_over_counts_as_several_requests() -> None:
    scenario = pipe(1, {"invocation_type": "fire_and_forget", "batch_size": 1})
    scenario["traffic"]["size_bytes"] = 300 * 1_024
    items = {item.what: item.quantity for item in make_report(parse_scenario(scenario)).cost.line_items}
    assert (items["Lambda requests"], items["Lambda requests for large events"]) == ("1", "1")


def test_what_a_pipe_says_of_a_broker_is_about_pipes() -> None:
    """Rules of mappings speak of other numbers of consumers and of other limits (MQ-1 to MQ-3)."""
    records = run(pipe(2, ACTIVE, {"first_n": 1}))
    rules = {record.rule for record in records} | {
        record.outcome_rule for record in records if isinstance(record, Attempt)
    }
    assert not rules & {"MQ-1", "MQ-2", "MQ-3", "MODEL-61"}


def test_the_order_of_a_partition_holds_while_consumers_come_and_go() -> None:
    settings = {**KAFKA, **ENRICHED, "partition_count": 4, "batch_size": 2, "poller_scaling_s": 0}
    scenario = slow(0, settings) | {"failures": {"error_rate": 0.1}}
    scenario["traffic"] = {"kind": "steady", "count": 2_000, "rate_per_s": 10}
    last: dict[str, int] = {}
    records = run(scenario)
    places = {record.event: record.shard for record in records if isinstance(record, Arrived)}
    for record in records:
        if isinstance(record, Settled):
            assert last.get(places[record.event] or "", 0) < int(record.event)
            last[places[record.event] or ""] = int(record.event)
    assert len({record.pollers for record in records if isinstance(record, Scaled)}) > 1


PIPE_METRICS: tuple[tuple[dict[str, Any], dict[str, Any], dict[str, int]], ...] = (
    ({}, {"script": [{"event": "1", "invocation": 1}]}, {
        "Invocations (pipe)": 2, "EventCount": 4, "EventSize": 4_096, "ExecutionFailed": 1, "TargetStageFailed": 1,
        "NumberOfMessagesReceived": 4, "NumberOfMessagesDeleted": 2,
    }),
    ({}, {**NAMES, "script": [{"event": "1", "invocation": 1, "do": "fail_item"}]}, {
        "Invocations (pipe)": 2, "EventCount": 3, "ExecutionPartiallyFailed": 1, "TargetStagePartiallyFailed": 1, "ExecutionFailed": 0,
    }),
    ({**ENRICHED, "enrichment_errors": [{"from_ms": 0, "to_ms": 50}]}, {}, {
        "Invocations (pipe)": 2, "ExecutionFailed": 1, "EnrichmentStageFailed": 1, "TargetStageFailed": 0, "EnrichmentStageDuration": 200,
        "Duration (pipe)": 200,
    }),
    ({}, {"concurrency": [{"from_ms": 0, "to_ms": 500, "available": 0}]}, {"ExecutionThrottled": 1, "Throttles": 1, "ExecutionFailed": 0}),
    ({"enrichment_ms": 300_001, "visibility_timeout_s": 400, "max_receive_count": 1}, {}, {
        "ExecutionTimeout": 1, "ExecutionFailed": 0, "Duration (pipe)": 300_000, "Invocations": 0,
    }),
    ({"invocation_type": "fire_and_forget", "batch_size": 1}, {"error_rate": 1}, {
        "Invocations (pipe)": 2, "EventCount": 2, "ExecutionFailed": 0, "Invocations": 6, "AsyncEventsReceived": 2, "AsyncEventsDropped": 2,
    }),
    (FIFO, {"script": [{"event": "1", "invocation": 1}]}, {
        "Invocations (pipe)": 2, "EventCount": 4, "ExecutionFailed": 1, "NumberOfMessagesReceived": 4, "NumberOfMessagesDeleted": 2,
        "NumberOfDeduplicatedSentMessages": 0,
    }),
    ({**ACTIVE, **ENRICHED}, {"script": [{"event": "1", "invocation": 1}]}, {
        "Invocations (pipe)": 2, "EventCount": 4, "ExecutionFailed": 1, "EnqueueCount": 2, "DequeueCount": 2, "EnrichmentStageDuration": 200,
    }),
    (KAFKA, {**NAMES, "poison": ["1"]}, {"Invocations (pipe)": 1, "EventCount": 2, "ExecutionPartiallyFailed": 0, "ExecutionFailed": 0}),
)  # fmt: skip


@pytest.mark.parametrize(("settings", "failures", "sums"), PIPE_METRICS)
def test_a_pipe_counts_its_executions(settings: dict[str, Any], failures: dict[str, Any], sums: dict[str, int]) -> None:
    found = make_report(parse_scenario(pipe(2, settings, failures))).cloudwatch
    assert {name: found[name].sum for name in sums} == sums
    assert found["Concurrency"].max == 1


def test_an_execution_that_the_function_makes_too_long_has_timed_out_after_five_minutes() -> None:
    scenario = pipe(1, {"enrichment_ms": 100_000, "visibility_timeout_s": 900, "max_receive_count": 1})
    scenario["function"] = {"timeout_s": 900, "duration": {"kind": "constant", "ms": 250_000}}
    found = make_report(parse_scenario(scenario)).cloudwatch
    assert (found["ExecutionTimeout"].sum, found["ExecutionFailed"].sum, found["Errors"].sum) == (1, 0, 0)
    assert (found["Duration (pipe)"].sum, found["TargetStageDuration"].sum) == (300_000, 200_000)


def test_a_throttled_batch_of_a_stream_is_enriched_again() -> None:
    taken = {"concurrency": [{"from_ms": 0, "to_ms": 1_000, "available": 0}]}
    records = run(pipe(1, {**KINESIS, "enrichment_ms": 100}, taken))
    enriched = [record for record in records if isinstance(record, Waiting) and record.rule == "PIPE-3"]
    assert len(enriched) == len([record for record in records if isinstance(record, Attempt)]) == 2


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"shard_count": 2}, "settings.shard_count", "for Kinesis and DynamoDB Streams only"),
        (
            {"pipe_dead_letter_config": "sqs"},
            "settings.pipe_dead_letter_config",
            "for Kinesis and DynamoDB Streams only",
        ),
        ({"starting_position": "latest"}, "settings.starting_position", "for Kinesis, DynamoDB Streams and Kafka only"),
        (
            {"source": "dynamodb_streams", "starting_position": "at_timestamp", "starting_position_timestamp_s": 0},
            "settings.starting_position",
            "TRIM_HORIZON or LATEST",
        ),
        (
            {**KINESIS, "starting_position": "at_timestamp"},
            "settings.starting_position_timestamp_s",
            "must be specified",
        ),
        ({**FIFO, "batch_size": 11}, "settings.batch_size", "10 messages at the most"),
        ({**FIFO, "maximum_batching_window_s": 1}, "settings.maximum_batching_window_s", "not supported for FIFO"),
        ({**FIFO, "shard_count": 2}, "settings.shard_count", "for Kinesis and DynamoDB Streams only"),
        ({"message_groups": 2}, "settings.message_groups", "for FIFO queues only"),
        (
            {**KAFKA, "maximum_retry_attempts": 2},
            "settings.maximum_retry_attempts",
            "for Kinesis and DynamoDB Streams only; the source is msk",
        ),
        (
            {**KAFKA, "pipe_dead_letter_config": "sqs"},
            "settings.pipe_dead_letter_config",
            "for Kinesis and DynamoDB Streams only",
        ),
        ({**KAFKA, "shard_count": 2}, "settings.shard_count", "for Kinesis and DynamoDB Streams only"),
        ({**OWN_KAFKA, "starting_position": "at_timestamp"}, "settings.starting_position", "TRIM_HORIZON or LATEST"),
        ({**OWN_KAFKA, "cluster_type": "serverless"}, "settings.cluster_type", "for Amazon MSK only"),
        ({**ACTIVE, "partition_count": 2}, "settings.partition_count", "for Kafka only"),
        ({**ACTIVE, "max_receive_count": 2}, "settings.max_receive_count", "for SQS queues only"),
        (
            {**ACTIVE, "maximum_retry_attempts": 2},
            "settings.maximum_retry_attempts",
            "for Kinesis and DynamoDB Streams only",
        ),
        ({**KINESIS, "time_to_live_s": 60}, "settings.time_to_live_s", "for Amazon MQ only"),
        ({**RABBIT, "host_instance_type": "mq_t2_micro"}, "settings.host_instance_type", "no price here"),
        ({**KINESIS, "max_receive_count": 2}, "settings.max_receive_count", "for SQS queues only"),
        ({**KINESIS, "maximum_record_age_s": 5}, "settings.maximum_record_age_s", "at least 60"),
        ({"visibility_timeout_s": 2}, "settings.visibility_timeout_s", "less than Function timeout"),
        ({"enrichment_errors": [{}]}, "settings.enrichment_errors", "no enrichment that could fail"),
        (
            {"invocation_type": "fire_and_forget", "batch_size": 1, "enrichment_ms": 30_000},
            "settings.enrichment_ms",
            "handed over several times",
        ),
        ({"invocation_type": "fire_and_forget"}, "settings.batch_size", "one by one"),
        ({"filter_criteria": [{"data": {"a": [1]}}]}, "settings.filter_criteria[0]", "look at body"),
        (
            {"filter_criteria": [{"body": [{"wildcard": "a*"}]}]},
            "settings.filter_criteria[0]",
            "wildcard cannot be used",
        ),
        (
            {"source": "dynamodb_streams", "filter_criteria": [{"eventName": ["INSERT"]}]},
            "settings.filter_criteria[0]",
            "look at dynamodb",
        ),
    ],
)
def test_what_another_source_has_is_refused_at_the_field(settings: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as errors:
        parse_scenario(pipe(1, settings))
    assert [error.field for error in errors.value.errors] == [field]
    assert words in errors.value.errors[0].message


@given(scenarios("pipes"))
def test_no_attempt_without_its_enrichment(scenario: Scenario) -> None:
    """Each attempt begins when an enrichment of its records ends."""
    wait_us = (scenario.settings.enrichment_ms or 0) * 1_000
    if not wait_us or scenario.settings.enrichment_errors or scenario.settings.invocation_type == "fire_and_forget":
        return
    wait_us = min(wait_us, 300_000_000)
    ready = set[tuple[str, int]]()
    for record in Trace(scenario).records:
        if isinstance(record, Waiting) and record.rule == "PIPE-3":
            assert record.until_us == record.at_us + wait_us
            ready |= {(event, record.until_us) for event in record.events}
        if isinstance(record, Attempt):
            assert {(event, record.start_us) for event in record.events} <= ready


@pytest.mark.parametrize(("choice", "pollers"), [("reduce_one", [5, 4]), ("none", [5])])
def test_a_pipe_polls_less_after_a_failure_unless_the_scenario_says_otherwise(choice: str, pollers: list[int]) -> None:
    """PIPE-1, MODEL-6."""
    records = run(pipe(1, {"error_reduction": choice}, {"first_n": 1}))
    assert [record.pollers for record in records if isinstance(record, Scaled)] == pollers


WHERE = {
    "shardId": "shardId-000000000000", "startSequenceNumber": "1", "endSequenceNumber": "2", "batchSize": 2,
    "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.000Z", "approximateArrivalOfLastRecord": "2026-01-01T00:00:00.000Z",
    "streamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/my-stream",
}  # fmt: skip
PIPE = {
    "partnerResourceArn": "arn:aws:pipes:us-east-1:123456789012:pipe/my-pipe",
    "condition": "RetryAttemptsExhausted",
}


def told(pack: str, kind: str = "sqs") -> list[Any]:
    """What the dead-letter queue of a pipe receives about a batch of two."""
    settings = {**KINESIS, "maximum_retry_attempts": 0, "pipe_dead_letter_config": kind}
    records = run(pipe(2, settings, {"error_rate": 1}) | {"rules": pack})
    return [record.document for record in records if isinstance(record, Captured)]


@pytest.mark.parametrize("kind", ["sqs", "sns"])
def test_a_pipe_tells_its_dead_letter_queue_of_itself_and_of_no_function(kind: str) -> None:
    """PIPE-5."""
    about = {"version": "1.0", "timestamp": "2026-01-01T00:00:00.000Z"}
    assert told(NEWEST, kind) == [{"context": PIPE, **about, "KinesisBatchInfo": WHERE}]


def test_links_of_the_first_pack_keep_what_they_said() -> None:
    """There a pipe told what a mapping tells (STREAM-13)."""
    (document,) = told(FIRST)
    assert [*document] == ["requestContext", "responseContext", "version", "timestamp", "KinesisBatchInfo"]
