"""Amazon MQ: how many batches run at once, what a failed batch goes through, and what the broker takes away."""

from typing import Any

import pytest
from hypothesis import given

from simulations.engine import Scenario, ScenarioErrors, make_report, parse_scenario
from simulations.engine.trace import Arrived, Attempt, Captured
from tests.conformance.cases import Case, check, run
from tests.strategies import scenarios
from tests.traces import Trace

HOUR_S = 3_600


def queue(
    count: int, settings: dict[str, Any] | None = None, failures: dict[str, Any] | None = None, size_bytes: int = 1_024,
    **function: Any,
) -> dict[str, Any]:  # fmt: skip
    """Messages that are there from the beginning, for code that takes no time; no batching window."""
    return {
        "trigger": "amazon_mq",
        "settings": {"maximum_batching_window_s": 0, "batch_size": 1, **(settings or {})},
        "failures": failures or {},
        "function": {"duration": {"kind": "constant", "ms": 0}, **function},
        "traffic": {"kind": "backlog", "count": count, "size_bytes": size_bytes},
    }


RABBIT = {"engine_type": "rabbitmq"}
SLOW: dict[str, Any] = {"duration": {"kind": "constant", "ms": 1_000}}
ALWAYS = {"error_rate": 1}
DEFAULT_WINDOW: dict[str, Any] = {"maximum_batching_window_s": None, "batch_size": 100}

CASES = (
    Case(
        rule="MQ-1", sentence="ActiveMQ: five batches at once, the sixth when one has ended",
        scenario=queue(6, **SLOW), at_s=[0, 0, 0, 0, 0, 1],
    ),
    Case(
        rule="MQ-1", sentence="RabbitMQ: one batch after the other", scenario=queue(3, RABBIT, **SLOW), at_s=[0, 1, 2],
    ),
    Case(
        rule="MQ-2", sentence="what worked is acknowledged, and that is all", scenario=queue(1), at_s=[0],
        fates={"1": "delivered"},
    ),
    Case(
        rule="MQ-2", sentence="one message that fails takes its whole batch with it, also past a partial answer",
        scenario=queue(3, {"batch_size": 3}, {"first_n": 1, "handler": "report"}), at_s=[0],
        fates={"1": "delivered", "2": "delivered", "3": "delivered"},
    ),
    Case(
        rule="MQ-3", sentence="ActiveMQ hands a batch out six times more, a second apart, then moves it away",
        scenario=queue(2, {"batch_size": 2}, {"poison": ["2"]}), at_s=[0, 1, 2, 3, 4, 5, 6],
        fates={"1": "captured", "2": "captured"}, caught=["broker_dlq", "broker_dlq"],
        causes={"1": "MaximumRedeliveriesExceeded", "2": "MaximumRedeliveriesExceeded"},
    ),
    Case(
        rule="MQ-3", sentence="without a dead-letter queue it is lost",
        scenario=queue(1, {"dead_letter_queue": None}, ALWAYS), fates={"1": "lost"}, caught=[], invocations=7,
    ),
    Case(
        rule="MQ-4", sentence="RabbitMQ tries until the messages have expired",
        scenario=queue(1, {**RABBIT, "time_to_live_s": 10}, ALWAYS), at_s=[*range(10)], fates={"1": "captured"},
        causes={"1": "MessageExpired"},
    ),
    Case(
        rule="MQ-4", sentence="a message that waits behind a poison one expires without a single attempt",
        scenario=queue(2, {**RABBIT, "time_to_live_s": 10, "dead_letter_queue": None}, {"poison": ["1"]}),
        fates={"1": "lost", "2": "lost"}, causes={"1": "MessageExpired", "2": "MessageExpired"}, invocations=10,
    ),
    Case(
        rule="MQ-5", sentence="a message above 6 MB is dropped", scenario=queue(1, size_bytes=6_291_457), at_s=[],
        fates={"1": "lost"}, causes={"1": "PayloadTooLarge"},
    ),
    Case(
        rule="MQ-5", sentence="and one above 4.5 MiB, which base64 makes too large", scenario=queue(1, size_bytes=4_718_593), at_s=[],
        fates={"1": "lost"},
    ),
    Case(
        rule="ESM-2", sentence="4.5 MiB fit, and fill a batch", scenario=queue(2, size_bytes=4_718_592), at_s=[0, 0], fates={"1": "delivered", "2": "delivered"},
    ),
    Case(
        rule="MODEL-61", sentence="RabbitMQ hands the batch out again after the wait that the scenario says",
        scenario=queue(1, {**RABBIT, "requeue_wait_s": 5}, {"first_n": 2}), at_s=[0, 5, 10], fates={"1": "delivered"},
    ),
    Case(
        rule="MODEL-62", sentence="a throttled batch is held, tried again ever later, and counts no redelivery",
        scenario=queue(1, {}, {"concurrency": [{"from_ms": 0, "to_ms": 10_000, "available": 0}], "first_n": 6}),
        at_s=[0, 1, 3, 7, 15, 16, 17, 18, 19, 20, 21], fates={"1": "delivered"},
    ),
    Case(
        rule="MODEL-62", sentence="or after the waits that the scenario says",
        scenario=queue(1, {"throttle_first_wait_s": 2, "throttle_longest_wait_s": 4}, {"concurrency": [{"from_ms": 0, "to_ms": 10_000}]}),
        at_s=[0, 2, 6, 10], fates={"1": "delivered"},
    ),
    Case(
        rule="ESM-2", sentence="a batch that is not full waits 500 ms if nobody says otherwise",
        scenario=queue(3, DEFAULT_WINDOW), at_s=[0.5],
    ),
    Case(
        rule="FILTER-2", sentence="what matches no filter is acknowledged when it is read",
        scenario={
            **queue(0, {"filter_criteria": [{"data": {"status": ["paid"]}}]}),
            "traffic": {"kind": "backlog", "count": 2, "bodies": [{"status": "paid"}, {"status": "open"}]},
        },
        fates={"1": "delivered", "2": "filtered"}, at_s=[0],
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_amazon_mq(case: Case) -> None:
    check(case)


def test_a_pattern_about_json_lets_plain_text_pass() -> None:
    """FILTER-6, the other way round than SQS: the data is not looked at."""
    filters = {"filter_criteria": [{"data": {"status": ["paid"]}}]}
    report = make_report(parse_scenario(queue(2, filters)))
    assert (report.events.delivered, report.events.filtered) == (2, 0)


def test_the_dead_letter_queue_counts_each_hand_out() -> None:
    caught = [record for record in run(queue(1, {}, ALWAYS)) if isinstance(record, Captured)]
    assert [(record.count, record.document["messageID"]) for record in caught] == [(7, "1")]


def test_a_batch_that_waits_blocks_its_consumer_and_no_other_one() -> None:
    attempts = [record for record in run(queue(20, {}, {"poison": ["1"]}, **SLOW)) if isinstance(record, Attempt)]
    others = [attempt for attempt in attempts if attempt.events != ["1"]]
    assert others[-1].start_us == 4_000_000, "nineteen messages for the four consumers that are left"


def test_a_disabled_mapping_leaves_its_messages_to_the_broker() -> None:
    settings = {**RABBIT, "mapping_disabled_s": 5, "time_to_live_s": 60, "dead_letter_queue": None}
    report = make_report(parse_scenario(queue(3, settings, {"poison": ["1"]})))
    assert report.invocations.total == 5
    assert report.by_event is not None
    assert {event.settled_us for event in report.by_event.values()} == {60_000_000}


def test_the_mapping_has_no_metrics_of_its_own() -> None:
    """ESMM-1: the group EventCount is not to be had for Amazon MQ."""
    names = make_report(parse_scenario(queue(2))).cloudwatch
    assert names["EnqueueCount"].sum == names["DequeueCount"].sum == 2
    assert not {"PolledEventCount", "InvokedEventCount", "DeletedEventCount"} & names.keys()


@pytest.mark.parametrize(
    ("raw", "field", "words"),
    [
        ({"function": {"timeout_s": 841}}, "function.timeout_s", "840"),
        ({"settings": {"mapping_starts_s": 10, "mapping_disabled_s": 9}}, "settings.mapping_disabled_s", "before"),
        ({"settings": {"filter_criteria": [{"messageID": ["1"]}]}}, "settings.filter_criteria[0]", "look at data"),
        ({"settings": {"engine_type": "kafka"}}, "settings.engine_type", "activemq, rabbitmq"),
        ({"failures": {"catchers": {"broker_dlq": "no_permission"}}}, "failures.catchers.broker_dlq", "itself"),
        ({"failures": {"catchers": {"on_failure": "no_permission"}}}, "failures.catchers.on_failure", "no destination"),
    ],
)
def test_what_means_nothing_is_said_at_the_field(raw: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario({"trigger": "amazon_mq", **raw})
    assert [error.field for error in refused.value.errors] == [field]
    assert words in refused.value.errors[0].message


@given(scenarios("amazon_mq"))
def test_never_more_batches_than_consumers_and_never_more_hand_outs_than_allowed(scenario: Scenario) -> None:
    most = 5 if scenario.settings.engine_type == "activemq" else 1
    trace = Trace(scenario)
    assert all(running <= most for _, running in trace.running())
    for attempts in trace.attempts_by_event().values():
        failures = sum(attempt.outcome in ("failed", "timed_out") for attempt in attempts)
        assert most == 1 or failures <= 7


@given(scenarios("amazon_mq", settings={"engine_type": "rabbitmq", "filter_criteria": [], "mapping_disabled_s": None}))
def test_one_consumer_keeps_the_order_of_the_queue(scenario: Scenario) -> None:
    first = {event: attempts[0].start_us for event, attempts in Trace(scenario).attempts_by_event().items()}
    ordered = [event for event, _ in sorted(first.items(), key=lambda tried: tried[1])]
    assert ordered == sorted(ordered, key=int)


@given(scenarios("amazon_mq", horizon_s=None))
def test_nobody_is_tried_after_having_expired(scenario: Scenario) -> None:
    trace = Trace(scenario)
    arrived = {record.event: record.at_us for record in trace.records if isinstance(record, Arrived)}
    lives = scenario.settings.time_to_live_s * 1_000_000
    for event, attempts in trace.attempts_by_event().items():
        assert all(attempt.start_us < arrived[event] + lives for attempt in attempts)
