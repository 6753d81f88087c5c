from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, Scenario, simulate_rows
from simulations.engine.metrics import Figure, Metrics, of_pipes
from simulations.engine.metrics.broker_depth import BrokerDepth
from simulations.engine.trace import Deleted, Fate, Kind, Outcome, Row
from tests.engine.histories import History, S, scenario
from tests.strategies import scenarios
from tests.traces import Trace


def folded(history: History, trigger: str = "s3", **sections: Any) -> Metrics:
    metrics = Metrics(scenario(trigger, **sections))
    metrics.add(history.rows)
    return metrics


def simulated(trigger: str, **sections: Any) -> Metrics:
    chosen = scenario(trigger, **sections)
    metrics = Metrics(chosen)
    for rows in simulate_rows(chosen):
        metrics.add(rows)
    return metrics


def sums(metrics: Metrics) -> dict[str, float]:
    return {name: figure.sum for name, figure in metrics.cloudwatch().items()}


def figure(metrics: Metrics, name: str) -> Figure:
    return metrics.cloudwatch()[name]


# counts


def test_events_are_counted_by_fate_and_the_rest_is_unsettled() -> None:
    history = History()
    history.arrive(0, *"abcdefg")
    for event, fate in zip("abcdef", [*Fate, Fate.LOST], strict=True):
        history.settle(1, fate, event)
    assert msgspec.to_builtins(folded(history).events()) == {
        "arrived": 7, "delivered": 1, "captured": 1, "lost": 2, "returned": 1, "filtered": 1, "unsettled": 1,
    }  # fmt: skip


def test_attempts_are_counted_by_outcome_and_only_those_that_ran_are_invocations() -> None:
    history = History()
    history.arrive(0, "a")
    for number, outcome in enumerate((Outcome.FAILED, Outcome.TIMED_OUT, Outcome.SUCCEEDED), 1):
        history.invoke(number, {"a": number}, outcome)
    history.throttle(4, "a")
    history.throttle(5, "a", outcome=Outcome.REFUSED)
    metrics = folded(history)
    assert msgspec.to_builtins(metrics.attempts()) == {
        "total": 5, "succeeded": 1, "failed": 1, "timed_out": 1, "throttled": 1, "refused": 1,
    }  # fmt: skip
    assert (metrics.invocations().total, metrics.invocations().errors) == (3, 2)
    moved = {name: sums(metrics)[name] for name in ("Invocations", "Errors", "Throttles")}
    assert moved == {"Invocations": 3, "Errors": 2, "Throttles": 1}, "a refusal is no throttle"


def test_time_to_settle_runs_from_arrival_to_fate() -> None:
    history = History()
    history.arrive(10, "a", "b", "c")
    history.settle(11, Fate.DELIVERED, "a")
    history.settle(14, Fate.LOST, "b")
    known = folded(history).time_to_settle()
    assert (known.mean_us, known.max_us) == (2_500_000, 4 * S)


def test_without_a_settled_event_there_is_no_time_to_settle() -> None:
    history = History()
    history.arrive(0, "a")
    known = folded(history).time_to_settle()
    assert (known.mean_us, known.max_us) == (None, None)


# duplicates


def test_a_retry_after_a_failure_is_no_duplicate() -> None:
    history = History()
    history.arrive(0, "a")
    history.invoke(0, {"a": 1}, Outcome.FAILED)
    history.invoke(60, {"a": 2}, Outcome.TIMED_OUT)
    history.invoke(180, {"a": 3})
    assert folded(history).invocations().duplicates == 0


def test_an_event_handled_again_after_its_fate_is_a_duplicate() -> None:
    history = History()
    history.arrive(0, "a")
    history.invoke(0, {"a": 1})
    history.settle(0.1, Fate.DELIVERED, "a")
    history.invoke(30, {"a": 2}, Outcome.FAILED)
    assert folded(history).invocations().duplicates == 1


def test_an_event_handled_again_while_a_good_invocation_has_it_is_a_duplicate() -> None:
    history = History()
    history.arrive(0, "a", "b")
    history.invoke(0, {"a": 1, "b": 1}, took=40_000)
    history.invoke(30, {"a": 2, "b": 2}, took=40_000)
    assert folded(history, "sqs").invocations().duplicates == 2


def test_a_message_that_the_function_named_as_failed_is_no_duplicate_when_it_comes_again() -> None:
    history = History()
    history.arrive(0, "a", "b")
    history.invoke(0, {"a": 1, "b": 1}, response={"batchItemFailures": [{"itemIdentifier": "a"}]})
    history.invoke(30, {"a": 2})
    history.invoke(31, {"b": 2})
    reports = {"function_response_types": ["report_batch_item_failures"]}
    metrics = folded(history, "sqs", settings=reports)
    assert metrics.invocations().duplicates == 1, "b was handled, a was not"
    assert sums(metrics)["FailedInvokeEventCount"] == 1
    assert sums(folded(history, "sqs"))["FailedInvokeEventCount"] == 0, "nobody listens to the list"


# CloudWatch, point by point


def test_duration_leaves_out_the_init_and_billing_does_not() -> None:
    history = History()
    history.arrive(0, "a")
    history.invoke(0, {"a": 1}, took=134, init=80)
    metrics = folded(history)
    assert figure(metrics, "Duration") == Figure(sum=134, max=134, last=134)
    assert metrics.billed_ms == 214


def test_parts_of_a_millisecond_are_kept_in_the_duration() -> None:
    metrics = simulated("s3", function={"duration": {"kind": "constant", "ms": 133.61}})
    assert figure(metrics, "Duration").sum == 133.61
    assert metrics.billed_ms == 134


def test_concurrent_executions_end_before_the_next_begin() -> None:
    history = History()
    history.arrive(0, *"abc")
    history.invoke(0, {"a": 1}, took=1_000)
    history.invoke(0.5, {"b": 1}, took=1_000)
    history.invoke(1, {"c": 1}, took=1_000)
    history.end(2)
    assert figure(folded(history), "ConcurrentExecutions") == Figure(sum=5, max=2, last=0)


def test_event_age_is_the_time_in_lambdas_queue_at_each_try() -> None:
    history = History()
    history.arrive(0, "a")
    history.accept(1, "a")
    history.throttle(1, "a")
    history.invoke(3.5, {"a": 1})
    assert figure(folded(history), "AsyncEventAge") == Figure(sum=2_500, max=2_500, last=2_500)


def test_an_event_that_was_never_accepted_is_not_dropped_by_lambda() -> None:
    metrics = simulated("scheduler", traffic={"kind": "single", "size_bytes": 2_000_000})
    assert metrics.events().lost == 1
    assert (sums(metrics)["AsyncEventsReceived"], sums(metrics)["AsyncEventsDropped"]) == (0, 0)


@pytest.mark.parametrize(
    ("by", "target", "metric"),
    [
        ("function_dlq", {"dead_letter_config": "sqs"}, "DeadLetterErrors"),
        ("on_failure", {"on_failure": "sqs"}, "DestinationDeliveryFailures"),
    ],
)
def test_a_catcher_that_cannot_be_written_to_has_its_metric(by: str, target: dict[str, str], metric: str) -> None:
    failures = {"error_rate": 1, "catchers": {by: "no_permission"}}
    metrics = simulated("s3", settings=target, failures=failures)
    counted = {name: sums(metrics)[name] for name in ("DeadLetterErrors", "DestinationDeliveryFailures")}
    assert counted == {"DeadLetterErrors": 0, "DestinationDeliveryFailures": 0, metric: 1}
    assert metrics.events().lost == 1


@pytest.mark.parametrize(
    ("status", "moved"),
    [(200, {}), (399, {}), (400, {"4XXError": 1}), (429, {"4XXError": 1}), (500, {"5XXError": 1}), (504, {"5XXError": 1})],
)  # fmt: skip
def test_an_answer_is_counted_by_its_status(status: int, moved: dict[str, int]) -> None:
    history = History()
    history.arrive(1, "a")
    history.answer(1.25, "a", status)
    history.settle(1.25, Fate.RETURNED, "a")
    metrics = folded(history, "api_gateway")
    counted = {name: sums(metrics)[name] for name in ("4XXError", "5XXError")}
    assert counted == {"4XXError": 0, "5XXError": 0, **moved}
    assert figure(metrics, "Latency") == Figure(sum=250, max=250, last=250)
    assert sums(metrics)["Count"] == 1


def test_each_trigger_has_the_metrics_of_its_model_only() -> None:
    lambda_only = {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}
    names = {key: set(Metrics(scenario(key)).cloudwatch()) for key in ("api_gateway", "s3", "sqs", "kinesis")}
    assert names["api_gateway"] & names["s3"] == names["s3"] & names["sqs"] == lambda_only
    assert "AsyncEventsDropped" in names["s3"]
    assert "PolledEventCount" in names["sqs"]
    assert "IteratorAge" in names["kinesis"] - names["sqs"]


# the worked cases of the fact sheet


def test_worked_case_asynchronous_always_fails() -> None:
    metrics = simulated("s3", failures={"error_rate": 1}, settings={"dead_letter_config": "sqs"})
    assert sums(metrics) | {"Duration": 0, "AsyncEventAge": 0, "ConcurrentExecutions": 0} == {
        "Invocations": 3, "Errors": 3, "Throttles": 0, "Duration": 0, "ConcurrentExecutions": 0,
        "AsyncEventsReceived": 1, "AsyncEventAge": 0, "AsyncEventsDropped": 1,
        "DeadLetterErrors": 0, "DestinationDeliveryFailures": 0, "RecursiveInvocationsDropped": 0,
    }  # fmt: skip
    assert (metrics.events().captured, metrics.events().lost) == (1, 0)


def test_worked_case_asynchronous_without_retries() -> None:
    metrics = simulated("s3", failures={"error_rate": 1}, settings={"maximum_retry_attempts": 0})
    assert (sums(metrics)["Invocations"], sums(metrics)["AsyncEventsDropped"]) == (1, 1)


def test_worked_case_asynchronous_reserved_zero() -> None:
    metrics = simulated("s3", function={"reserved_concurrent_executions": 0}, settings={"dead_letter_config": "sqs"})
    moved = {name: value for name, value in sums(metrics).items() if value}
    assert moved == {"AsyncEventsReceived": 1, "AsyncEventsDropped": 1}, "given up at once: not even a throttle"
    assert metrics.time_to_settle().max_us == 0


def test_worked_case_asynchronous_throttled_for_ten_minutes() -> None:
    throttled = {"concurrency": [{"from_ms": 0, "to_ms": 600_000, "available": 0}]}
    metrics = simulated("s3", failures=throttled)
    assert sums(metrics)["Invocations"] == 1
    assert sums(metrics)["AsyncEventsDropped"] == 0
    assert sums(metrics)["Throttles"] > 5
    assert 600_000 <= figure(metrics, "AsyncEventAge").max <= 900_000


def test_worked_case_asynchronous_too_old() -> None:
    metrics = simulated("s3", failures={"error_rate": 1}, settings={"maximum_event_age_s": 60})
    assert (sums(metrics)["Invocations"], sums(metrics)["AsyncEventsDropped"]) == (1, 1)


def test_worked_case_sqs_poison_message() -> None:
    settings = {"max_receive_count": 3, "visibility_timeout_s": 30, "batch_size": 1}
    metrics = simulated("sqs", failures={"poison": ["1"]}, settings=settings)
    expected = {
        "Invocations": 3, "Errors": 3, "PolledEventCount": 3, "InvokedEventCount": 3, "FailedInvokeEventCount": 3,
        "DeletedEventCount": 0, "NumberOfMessagesSent": 1, "NumberOfMessagesDeleted": 0,
    }  # fmt: skip
    assert {name: sums(metrics)[name] for name in expected} == expected
    assert figure(metrics, "ApproximateNumberOfMessagesVisible (queue_dlq)").last == 1
    assert figure(metrics, "ApproximateAgeOfOldestMessage").max == 90
    assert metrics.time_to_settle().max_us == 90 * S


@pytest.mark.parametrize("trigger", ["sqs", "kinesis"])
def test_what_could_not_be_invoked_counts_as_failed_too(trigger: str) -> None:
    """ESMM-1: a throttle is no error of the function, and still a failed invoke of the mapping."""
    metrics = simulated(trigger, failures={"concurrency": [{"from_ms": 0, "to_ms": 1_500, "available": 0}]})
    throttles = sums(metrics)["Throttles"]
    assert throttles > 0
    assert (sums(metrics)["FailedInvokeEventCount"], sums(metrics)["Errors"]) == (throttles, 0)
    assert sums(metrics)["InvokedEventCount"] == throttles + 1


def test_worked_case_sqs_one_failure_named_in_a_batch_of_ten() -> None:
    plan = {
        "invocations": [{"match": {"n": 1}, "do": "ok", "returns": {"batchItemFailures": [{"itemIdentifier": "4"}]}}]
    }
    traffic = {"kind": "burst", "count": 10}
    reports = {"function_response_types": ["report_batch_item_failures"]}
    on = simulated("sqs", traffic=traffic, failures=plan, settings=reports)
    off = simulated("sqs", traffic=traffic, failures=plan)
    assert (sums(on)["PolledEventCount"], sums(on)["DeletedEventCount"], sums(on)["FailedInvokeEventCount"]) == (
        11,
        10,
        1,
    )
    assert (sums(off)["PolledEventCount"], sums(off)["DeletedEventCount"], sums(off)["FailedInvokeEventCount"]) == (
        10, 10, 0,
    )  # fmt: skip
    assert on.invocations().duplicates == off.invocations().duplicates == 0


STREAM_POISON = {"poison": ["42"]}
A_HUNDRED = {"kind": "burst", "count": 100}


def of_streams(metrics: Metrics) -> tuple[float, ...]:
    names = ("DroppedEventCount", "OnFailureDestinationDeliveredEventCount", "DestinationDeliveryFailures")
    return tuple(sums(metrics)[name] for name in names)


@pytest.mark.parametrize("trigger", ["kinesis", "dynamodb_streams"])
def test_worked_case_a_stream_drops_delivers_or_fails_to_deliver_a_batch(trigger: str) -> None:
    settings: dict[str, Any] = {"maximum_retry_attempts": 2}
    plain = simulated(trigger, traffic=A_HUNDRED, failures=STREAM_POISON, settings=settings)
    assert (sums(plain)["Invocations"], sums(plain)["Errors"], plain.events().lost) == (3, 3, 100)
    assert (sums(plain)["PolledEventCount"], sums(plain)["InvokedEventCount"]) == (100, 300)
    assert of_streams(plain) == (100, 0, 0)
    settings |= {"on_failure": "sqs"}
    told = simulated(trigger, traffic=A_HUNDRED, failures=STREAM_POISON, settings=settings)
    assert (of_streams(told), told.events().captured) == ((0, 100, 0), 100)
    broken = STREAM_POISON | {"catchers": {"on_failure": "no_permission"}}
    untold = simulated(trigger, traffic=A_HUNDRED, failures=broken, settings=settings)
    assert (of_streams(untold), untold.events().lost) == ((100, 0, 1), 100)


def test_worked_case_what_leaves_a_stream_by_itself_was_not_dropped() -> None:
    metrics = simulated("dynamodb_streams", settings={"mapping_starts_s": 90_000})
    assert (metrics.events().lost, of_streams(metrics)) == (1, (0, 0, 0))


def test_a_poison_message_leaves_the_age_of_a_standard_queue_after_three_receives() -> None:
    """MET-18; in a FIFO queue, where it blocks its group, it goes on to count."""
    for trigger, oldest_s in (("sqs", 90), ("sqs_fifo", 270)):
        metrics = simulated(trigger, failures={"poison": ["1"]}, settings={"max_receive_count": 9})
        assert figure(metrics, "ApproximateAgeOfOldestMessage").max == oldest_s


def test_a_broker_shows_what_waits_what_is_out_and_what_went() -> None:
    """MET-19: one message that always fails, redelivered six times, behind it one that works."""
    traffic = {"kind": "backlog", "count": 7}
    function = {"duration": {"kind": "constant", "ms": 1_000}}
    for engine, names in (
        ("activemq", ("QueueSize", "InFlightCount")),
        ("rabbitmq", ("MessageReadyCount", "MessageUnacknowledgedCount")),
    ):
        settings = {"engine_type": engine, "batch_size": 1, "time_to_live_s": 60}
        metrics = simulated(
            "amazon_mq", traffic=traffic, failures={"poison": ["1"]}, settings=settings, function=function
        )
        waits, out = (figure(metrics, name) for name in names)
        assert (waits.max, waits.last, out.last) == (7, 0, 0)
        assert out.max == {"activemq": 5, "rabbitmq": 1}[engine]
        assert figure(metrics, f"{names[0]} (broker_dlq)").last == {"activemq": 1, "rabbitmq": 7}[engine]
        assert ("EnqueueCount" in metrics.cloudwatch()) == (engine == "activemq")


def test_what_a_disabled_mapping_held_waits_in_the_broker_again() -> None:
    settings = {"engine_type": "rabbitmq", "mapping_disabled_s": 1, "time_to_live_s": 600, "requeue_wait_s": 60}
    metrics = simulated("amazon_mq", failures={"error_rate": 1}, settings=settings, horizon_s=30)
    assert figure(metrics, "MessageReadyCount").last == 1
    assert figure(metrics, "MessageUnacknowledgedCount").last == 0


def test_what_expires_in_a_broker_is_counted() -> None:
    settings = {"engine_type": "activemq", "time_to_live_s": 2, "batch_size": 1}
    metrics = simulated("amazon_mq", failures={"error_rate": 1}, settings=settings)
    assert (figure(metrics, "ExpiredCount").sum, figure(metrics, "DequeueCount").sum) == (1, 0)


@pytest.mark.parametrize(("trigger", "most"), [("sqs", 7), ("sqs_fifo", 2)])
def test_provisioned_mode_counts_its_pollers(trigger: str, most: int) -> None:
    """One more each 0.6 s while messages wait and all are busy, which those of a single group never are."""
    traffic = {"kind": "backlog", "count": 200}
    function = {"duration": {"kind": "constant", "ms": 1_000}}
    metrics = simulated(trigger, traffic=traffic, settings={"minimum_pollers": 2, "batch_size": 1}, function=function)
    assert figure(metrics, "ProvisionedPollers").max == most
    assert "ProvisionedPollers" not in simulated(trigger).cloudwatch()


def test_a_fair_queue_counts_noisy_tenants_and_what_the_others_have() -> None:
    """SQS-18, MET-20: 50 of one tenant in flight and 50 more behind, then one message of another."""
    events = [{"at_ms": 0, "group": "a"} for _ in range(100)] + [{"at_ms": 500, "group": "b"}]
    function = {"duration": {"kind": "constant", "ms": 1_000}}
    metrics = simulated("sqs", traffic={"kind": "at", "events": events}, function=function)
    assert (
        figure(metrics, "ApproximateNumberOfNoisyGroups").max,
        figure(metrics, "ApproximateNumberOfNoisyGroups").last,
    ) == (1, 0)
    quiet = "ApproximateNumberOfMessages{}InQuietGroups"
    assert figure(metrics, quiet.format("Visible")).max < figure(metrics, "ApproximateNumberOfMessagesVisible").max
    assert figure(metrics, quiet.format("Visible")).last == figure(metrics, quiet.format("NotVisible")).last == 0
    assert "ApproximateNumberOfNoisyGroups" not in simulated("sqs").cloudwatch(), "nobody names a tenant there"


def test_while_a_tenant_is_noisy_the_age_of_the_quiet_ones_is_theirs() -> None:
    events = [{"at_ms": 0, "group": "a"} for _ in range(200)] + [{"at_ms": 50_000, "group": "b"}]
    function = {"duration": {"kind": "constant", "ms": 20_000}, "timeout_s": 30}
    settings = {"batch_size": 10, "maximum_concurrency": 5}
    chosen = scenario(
        "sqs", traffic={"kind": "at", "events": events}, function=function, settings=settings, horizon_s=59
    )
    metrics = Metrics(chosen)
    for rows in simulate_rows(chosen):
        metrics.add(rows)
    ages = "ApproximateAgeOfOldestMessage"
    assert (figure(metrics, ages).last, figure(metrics, f"{ages}InQuietGroups").last) == (60, 10)


def test_the_lag_of_a_topic_is_that_of_all_partitions_and_of_the_one_furthest_behind() -> None:
    """MET-12: three records in one partition, one in another."""
    keys = ["0", "0", "0", "1"]
    traffic = {"kind": "at", "events": [{"at_ms": 0, "shard": key} for key in keys]}
    metrics = simulated("msk", traffic=traffic, settings={"partition_count": 2})
    assert (figure(metrics, "SumOffsetLag").max, figure(metrics, "MaxOffsetLag").max) == (4, 3)
    assert figure(metrics, "OffsetLag").last == figure(metrics, "MaxOffsetLag").last == 0
    assert figure(metrics, "CommittedEventCount").sum == 4


def test_the_last_invocation_of_a_window_is_no_record_of_the_stream() -> None:
    """STREAM-15: one record in a window, and an invocation for its result."""
    metrics = simulated("kinesis", settings={"tumbling_window_s": 60})
    assert sums(metrics)["Invocations"] == 2
    assert (sums(metrics)["PolledEventCount"], sums(metrics)["InvokedEventCount"]) == (1, 1)


def test_an_answer_without_the_state_of_its_window_is_a_failed_invoke() -> None:
    plan = {"invocations": [{"match": {"n": 1}, "returns": {}}]}
    metrics = simulated("kinesis", settings={"tumbling_window_s": 60}, failures=plan)
    assert (sums(metrics)["FailedInvokeEventCount"], sums(metrics)["Errors"]) == (1, 0)


def test_a_topic_counts_batches_that_failed_and_commits_what_was_filtered() -> None:
    """ESMM-1: one attempt of three fails with both records of its batch; FILTER-2: the offset of the third is committed too."""
    events = [{"at_ms": 0, "body": {"a": number}} for number in (1, 1, 2)]
    settings = {"filter_criteria": [{"value": {"a": [1]}}]}
    metrics = simulated("msk", traffic={"kind": "at", "events": events}, failures={"first_n": 1}, settings=settings)
    expected = {
        "InvokeErrorCount": 1,
        "FailedInvokeEventCount": 2,
        "FilteredOutEventCount": 1,
        "CommittedEventCount": 3,
    }
    assert {name: sums(metrics)[name] for name in expected} == expected
    assert "InvokeErrorCount" not in simulated("kinesis").cloudwatch(), "a metric of Kafka"


def test_a_destination_that_fails_is_an_error_of_a_topics_mapping_once_for_each_document() -> None:
    settings = {"minimum_pollers": 1, "maximum_retry_attempts": 0, "on_failure": "sqs"}
    failing = {"error_rate": 1, "catchers": {"on_failure": "no_permission"}}
    metrics = simulated("msk", traffic=A_HUNDRED, failures=failing, settings=settings)
    assert of_streams(metrics) == (100, 0, 1)
    assert sums(metrics)["OnFailureDestinationDeliveryErrorCount"] == 1


def test_a_blocked_shard_shows_as_an_iterator_age_that_rises() -> None:
    traffic = {"kind": "steady", "count": 60, "rate_per_s": 1}
    metrics = simulated("kinesis", traffic=traffic, failures={"outages": [{"from_ms": 0, "to_ms": 600_000}]})
    assert figure(metrics, "IteratorAge").max > 500_000, "milliseconds"
    healthy = simulated("kinesis", traffic=traffic)
    assert figure(healthy, "IteratorAge").max <= 1_000
    assert figure(metrics, "Errors").sum > 5


def test_what_worked_behind_a_reported_failure_and_runs_again_is_a_duplicate() -> None:
    plan = {"invocations": [{"match": {"n": 1}, "returns": {"batchItemFailures": [{"itemIdentifier": "42"}]}}]}
    reports = {"function_response_types": ["report_batch_item_failures"]}
    metrics = simulated("kinesis", traffic=A_HUNDRED, failures=plan, settings=reports)
    assert (metrics.invocations().total, metrics.invocations().duplicates) == (2, 58)
    assert metrics.events().delivered == 100


def test_worked_case_rest_api_function_throttled() -> None:
    metrics = simulated("api_gateway", function={"reserved_concurrent_executions": 0})
    moved = {name: value for name, value in sums(metrics).items() if value}
    assert moved == {"Throttles": 1, "Count": 1, "5XXError": 1}


@pytest.mark.parametrize(
    ("trigger", "failures", "moved"),
    [
        ("http_api", {"error_rate": 1}, {"Count": 1, "5xx": 1}),
        ("alb", {"error_rate": 1}, {"RequestCount": 1, "HTTPCode_ELB_5XX_Count": 1}),
        ("alb", {"invocations": [{"match": {"n": 1}, "returns": {"statusCode": 503}}]},
         {"RequestCount": 1, "HTTPCode_Target_5XX_Count": 1}),
        ("function_url", {"error_rate": 1}, {"UrlRequestCount": 1, "Url5xxCount": 1}),
        ("function_url", {"invoke_errors": [{}]}, {"UrlRequestCount": 1, "Url4xxCount": 1}),
        ("websocket_api", {"error_rate": 1}, {"MessageCount": 1, "IntegrationError": 1}),
        ("api_gateway", {}, {"Count": 1}),
        ("step_functions", {"error_rate": 1}, {"ExecutionsStarted": 1, "ExecutionsFailed": 1}),
        ("firehose", {}, {"IncomingRecords": 1, "SucceedProcessing.Records": 1}),
    ],
)  # fmt: skip
def test_a_service_counts_in_metrics_of_its_own(trigger: str, failures: dict[str, Any], moved: dict[str, int]) -> None:
    """MET-17: whether a 5xx is the front door's or the function's own is told apart where AWS does."""
    found = sums(simulated(trigger, failures=failures))
    timed = {"Latency", "TargetResponseTime", "UrlRequestLatency", "IntegrationLatency", "ExecutionTime"}
    own = {metric.name for metric in TRIGGERS[trigger].metrics} - timed
    assert {name: value for name, value in found.items() if name in own and value} == moved


@pytest.mark.parametrize("trigger", ["api_gateway", "http_api"])
def test_the_latency_of_the_integration_is_that_of_requests_that_came_so_far(trigger: str) -> None:
    limits = {"throttling_rate_limit": 1, "throttling_burst_limit": 1}
    metrics = simulated(trigger, settings=limits, traffic={"kind": "burst", "count": 3})
    assert (metrics.series["Latency"].points, metrics.series["IntegrationLatency"].points) == (3, 1)


def test_a_connection_over_a_websocket_is_no_message() -> None:
    figures = simulated("websocket_api", settings={"route": "connect"}).cloudwatch()
    assert figures["ConnectCount"].sum == 1
    assert "MessageCount" not in figures
    assert "ConnectCount" not in simulated("websocket_api").cloudwatch()


def test_environments_that_are_kept_ready_have_metrics_of_their_own() -> None:
    """MET-14: three of four at work at once, then all four, and three requests that spill over."""
    ready = {"provisioned_concurrent_executions": 4}
    figures = simulated("alb", function=ready, traffic={"kind": "burst", "count": 3}).cloudwatch()
    assert figures["ProvisionedConcurrentExecutions"].max == 3
    assert figures["ProvisionedConcurrencyUtilization"].max == 0.75
    figures = simulated("alb", function=ready, traffic={"kind": "burst", "count": 7}).cloudwatch()
    assert figures["ProvisionedConcurrencySpilloverInvocations"].sum == 3
    assert figures["ProvisionedConcurrencyUtilization"].max == 1
    assert figures["ConcurrentExecutions"].max == 7


@pytest.mark.parametrize(("trigger", "metric"), [("alb", "HTTPCode_ELB_5XX_Count"), ("function_url", "Url4xxCount")])
def test_worked_case_front_door_function_throttled(trigger: str, metric: str) -> None:
    metrics = simulated(trigger, function={"reserved_concurrent_executions": 0})
    assert sums(metrics)[metric] == sums(metrics)["Throttles"] == 1
    assert sums(metrics)["Invocations"] == sums(metrics)["Errors"] == 0


# a queue's depth


def depth(history: History, **settings: Any) -> dict[str, Figure]:
    return folded(history, "sqs", settings={"visibility_timeout_s": 30, **settings}).cloudwatch()


def test_a_received_message_is_in_flight_until_it_is_deleted() -> None:
    history = History()
    history.arrive(0, *"abc")
    history.receive(1, "a", "b")
    history.delete(2, "a", "b")
    history.end(5, empty_receives=7)
    found = depth(history)
    visible, hidden = found["ApproximateNumberOfMessagesVisible"], found["ApproximateNumberOfMessagesNotVisible"]
    assert (visible.max, visible.last) == (3, 1)
    assert (hidden.max, hidden.last) == (2, 0)
    assert found["NumberOfMessagesDeleted"].sum == 2
    assert found["NumberOfEmptyReceives"].sum == 7
    assert (found["ApproximateAgeOfOldestMessage"].max, found["ApproximateAgeOfOldestMessage"].last) == (5, 5)


def test_a_message_that_is_not_deleted_comes_back_when_its_visibility_timeout_is_over() -> None:
    history = History()
    history.arrive(0, "a", "b")
    history.receive(0, "a", "b")
    history.hide(0.1, 30, "a", "b")
    history.end(29.9)
    assert depth(history)["ApproximateNumberOfMessagesVisible"].last == 0
    history.rows.pop()
    history.end(30)
    assert depth(history)["ApproximateNumberOfMessagesVisible"].last == 2


def test_a_delete_that_fails_leaves_the_message_in_the_queue() -> None:
    history = History()
    history.arrive(0, "a", "b")
    history.receive(0, "a", "b")
    history.receive(31, "a")
    history.delete(40, "a", "b", failed=("a",))
    history.end(41)
    found = depth(history)
    assert found["DeletedEventCount"].sum == 1
    assert found["ApproximateNumberOfMessagesVisible"].last == 0
    assert found["ApproximateNumberOfMessagesNotVisible"].last == 1


def test_a_message_that_grows_too_old_leaves_the_queue() -> None:
    history = History()
    history.arrive(0, "a")
    history.arrive(50, "b")
    history.end(100)
    found = depth(history, message_retention_period_s=60)
    assert found["ApproximateNumberOfMessagesVisible"].last == 1
    assert (found["ApproximateAgeOfOldestMessage"].max, found["ApproximateAgeOfOldestMessage"].last) == (60, 50)


@given(scenarios("sqs"))
def test_the_depth_of_a_queue_is_never_negative_and_ends_with_what_is_left(chosen: Scenario) -> None:
    trace = Trace(chosen)
    metrics = Metrics(chosen)
    metrics.add(trace.rows)
    found = metrics.cloudwatch()
    visible, hidden = found["ApproximateNumberOfMessagesVisible"], found["ApproximateNumberOfMessagesNotVisible"]
    assert min(visible.last, hidden.last) >= 0
    assert visible.max + hidden.max <= 2 * metrics.events().arrived
    # what was handled stays in the queue where it cannot be deleted, or not any more
    deleted = not any(record.failed for record in trace.records if isinstance(record, Deleted))
    if trace.reason == "settled" and deleted and not metrics.invocations().duplicates:
        assert (visible.last, hidden.last) == (0, 0)


# parts and wholes


@given(scenarios(), st.integers(0, 200))
def test_counts_of_the_whole_are_the_merged_counts_of_two_parts(chosen: Scenario, cut: int) -> None:
    rows = Trace(chosen).rows
    parts = [Metrics(chosen), Metrics(chosen)]
    parts[0].add(rows[:cut])
    parts[1].add(rows[cut:])
    whole = Metrics(chosen)
    whole.add(rows)
    parts[0].merge(parts[1])
    assert parts[0].events() == whole.events()
    assert parts[0].attempts() == whole.attempts()
    assert parts[0].billed_ms == whole.billed_ms
    joined = {"ConcurrentExecutions", "IteratorAge", "AsyncEventAge", "AsyncEventsDropped"}
    joined |= {"OffsetLag", "MaxOffsetLag", "SumOffsetLag", *BrokerDepth("activemq", keeps=True).series()}
    joined |= set(BrokerDepth("rabbitmq", keeps=True).series())
    joined |= {*of_pipes.NAMES} - {of_pipes.RUNS, "EventCount"}  # two rows each
    alone = ("arrived", "accepted", "own_4xx", "own_5xx", "code_4xx", "code_5xx")
    of_senders = ("refused", "throttled", "undelivered", "caught", "uncaught", "looped")
    joined |= {metric.name for metric in TRIGGERS[chosen.trigger].metrics if metric.of not in (*alone, *of_senders)}
    merged, expected = parts[0].cloudwatch(), whole.cloudwatch()
    for name in set(expected) - joined:
        if not name.startswith("Approximate"):
            assert merged[name] == expected[name], name


def quiet_places(rows: list[Row]) -> list[int]:
    """Where a trace may be cut: every event has its fate, and no execution is under way."""
    unsettled, busy, places = 0, 0, []
    for place, row in enumerate(rows):
        if not unsettled and row[1] >= busy and row[0] == Kind.ARRIVED:
            places.append(place)
        unsettled += (row[0] == Kind.ARRIVED) - (row[0] == Kind.SETTLED)
        busy = max(busy, row[8] if row[0] == Kind.ATTEMPT else 0)
    return places


@given(scenarios("s3") | scenarios("api_gateway"))
def test_metrics_of_the_whole_are_the_merged_metrics_of_parts_between_quiet_moments(chosen: Scenario) -> None:
    rows = Trace(chosen).rows
    whole, merged = Metrics(chosen), Metrics(chosen)
    whole.add(rows)
    places = [0, *quiet_places(rows), len(rows)]
    for begin, end in pairwise(places):
        part = Metrics(chosen)
        part.add(rows[begin:end])
        merged.merge(part)
    assert merged.cloudwatch() == whole.cloudwatch()
    assert merged.time_to_settle() == whole.time_to_settle()
    assert merged.invocations() == whole.invocations()


@given(scenarios())
def test_nothing_is_kept_of_an_event_that_is_done_with(chosen: Scenario) -> None:
    metrics = Metrics(chosen)
    metrics.add(Trace(chosen).rows)
    unsettled = metrics.events().unsettled
    assert len(metrics.since) == unsettled
    assert set(metrics.queued) <= set(metrics.since)
    assert metrics.handled <= set(metrics.since)
