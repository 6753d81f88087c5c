"""EventBridge Pipes: queues and streams as sources, enrichment, partial answers, and where what failed ends up."""

from typing import Any

import pytest
from hypothesis import given

from simulations.engine import Scenario, ScenarioErrors, make_report, parse_scenario
from simulations.engine.trace import Attempt, Received, Waiting
from tests.conformance.cases import Case, check, run
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


KINESIS = {"source": "kinesis"}
NAMES = {"handler": "report"}

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
        rule="PIPE-3", sentence="and if the function is throttled then, the pipe forgets its copy, for the next one is on its way",
        scenario=pipe(
            1, {"enrichment_ms": 40_000, "max_receive_count": 2}, {"concurrency": [{"from_ms": 0, "to_ms": 50_000}]}
        ),
        at_s=[40, 70], outcomes=["throttled", "succeeded"], caught=["queue_dlq"], fates={"1": "captured"},
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
        at_s=[0.5, 0.5, 0.5, 60.5, 180.5], fates={"1": "lost", "2": "delivered", "3": "delivered"},
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
        ("sqs", {"body": {"name": [{"prefix": {"equals-ignore-case": "AB"}}]}}, [{"name": "abc"}, {"name": "xyz"}]),
        ("kinesis", {"data": {"name": ["abc"]}}, [{"name": "abc"}, "abc"]),
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


def test_a_throttled_batch_of_a_stream_is_enriched_again() -> None:
    taken = {"concurrency": [{"from_ms": 0, "to_ms": 1_000, "available": 0}]}
    records = run(pipe(1, {**KINESIS, "enrichment_ms": 100}, taken))
    enriched = [record for record in records if isinstance(record, Waiting) and record.rule == "PIPE-3"]
    assert len(enriched) == len([record for record in records if isinstance(record, Attempt)]) == 2


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"shard_count": 2}, "settings.shard_count", "for streams only"),
        ({"pipe_dead_letter_config": "sqs"}, "settings.pipe_dead_letter_config", "for streams only"),
        ({**KINESIS, "max_receive_count": 2}, "settings.max_receive_count", "for queues only"),
        ({**KINESIS, "maximum_record_age_s": 5}, "settings.maximum_record_age_s", "at least 60"),
        ({"visibility_timeout_s": 2}, "settings.visibility_timeout_s", "less than Function timeout"),
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
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(pipe(1, settings))
    assert [error.field for error in refused.value.errors] == [field]
    assert words in refused.value.errors[0].message


@given(scenarios("pipes"))
def test_no_attempt_without_its_enrichment(scenario: Scenario) -> None:
    """Each attempt of a stream's batch begins when an enrichment of it ends; a queue's poller keeps what it got."""
    wait_us = (scenario.settings.enrichment_ms or 0) * 1_000
    if not wait_us or scenario.settings.source == "sqs":
        return
    ready = set[tuple[str, int]]()
    for record in Trace(scenario).records:
        if isinstance(record, Waiting) and record.rule == "PIPE-3":
            assert record.until_us == record.at_us + wait_us
            ready |= {(event, record.until_us) for event in record.events}
        if isinstance(record, Attempt):
            assert {(event, record.start_us) for event in record.events} <= ready
