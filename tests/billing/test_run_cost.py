"""The bill of a run: each service's own lines, what failures cost, one event, a month, and the loop of a poison event."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, Report, Scenario, make_report, simulate_rows
from simulations.engine.billing import LineItem
from simulations.engine.billing.bill import summed
from simulations.engine.catchers import CATCHERS, WRITES, catcher_prices
from simulations.engine.cost import Cost, default_rate, make_cost, month_cost
from simulations.engine.counting import View
from simulations.engine.poison import poison_loop
from simulations.engine.prices import regions
from simulations.engine.report import ReportBuilder
from simulations.engine.rules import number
from simulations.engine.trace import Kind
from tests.engine.histories import scenario
from tests.strategies import scenarios
from tests.traces import Trace

KB = 1_024
DAY_S = 86_400


def report_of(trigger: str, **sections: Any) -> Report:
    return make_report(scenario(trigger, **sections))


def quantities(items: list[LineItem]) -> dict[str, str]:
    return {item.what: item.quantity for item in items}


def of_run(trigger: str, **sections: Any) -> dict[str, str]:
    return quantities(report_of(trigger, **sections).cost.line_items)


def month(report: Report, chosen: Scenario, **view: Any) -> dict[str, str]:
    return quantities(month_cost(chosen, report.cost.used, View(**view)).line_items)


# the services' own lines


def test_a_queue_bills_what_its_run_counted() -> None:
    """COST-6: empty receives are billed like all others."""
    found = report_of(
        "sqs", traffic={"kind": "steady", "count": 30}, failures={"poison": ["3"]}, settings={"max_receive_count": 3}
    )
    assert found.ended is not None
    lines, counts = quantities(found.cost.line_items), found.ended.counts
    assert lines["SQS sends"] == str(counts["sends"])
    assert lines["SQS receives"] == str(counts["receives"])
    assert lines["SQS empty receives"] == str(counts["empty_receives"])
    assert lines["SQS deletes"] == str(counts["deletes"])
    assert lines["SQS moves to the dead-letter queue"] == "1"
    assert found.cost.by_service["dlq"] == "0", "a redrive policy makes no request"


def test_a_receive_counts_by_64_kb_of_its_messages_together() -> None:
    """COST-6: ten messages of 20 KB are four requests to receive and ten to send."""
    lines = of_run("sqs", traffic={"kind": "backlog", "count": 10, "size_bytes": 20 * KB})
    assert (lines["SQS sends"], lines["SQS receives"]) == ("10", "4")


def test_messages_of_their_own_sizes_are_summed_one_by_one() -> None:
    events = [{"at_ms": 0, "size_bytes": size * KB} for size in (64, 65, 1, 1)]
    lines = of_run("sqs", traffic={"kind": "at", "events": events})
    assert (lines["SQS sends"], lines["SQS receives"]) == ("5", "3")


def test_a_poller_takes_ten_messages_in_a_call() -> None:
    assert number("SQS-1", "receive_maximum") == number("SQS-1", "delete_maximum") == 10
    lines = of_run("sqs", traffic={"kind": "backlog", "count": 95},
                   settings={"batch_size": 100, "maximum_batching_window_s": 1, "maximum_concurrency": 2})  # fmt: skip
    assert int(lines["SQS receives"]) >= 10


def test_kinesis_bills_shards_by_the_hour_and_records_by_25_kb() -> None:
    """BILL-9."""
    lines = of_run("kinesis", horizon_s=7_200, failures={"error_rate": 1}, settings={"shard_count": 3},
                   traffic={"kind": "backlog", "count": 4, "size_bytes": 30 * KB})  # fmt: skip
    assert (lines["Kinesis shard hours"], lines["Kinesis PUT payload units"]) == ("6", "8")
    assert "Kinesis enhanced fan-out hours" not in lines


def test_the_end_of_a_tumbling_window_is_an_invocation_and_no_record() -> None:
    lines = of_run("kinesis", traffic={"kind": "steady", "count": 25}, settings={"tumbling_window_s": 10})
    assert (lines["Kinesis PUT payload units"], lines["Lambda requests"]) == ("25", "28")


def test_a_stream_consumer_costs_extra() -> None:
    """COST-7."""
    lines = of_run("kinesis", horizon_s=3_600, failures={"error_rate": 1}, settings={"shard_count": 2, "consumer": "enhanced_fan_out"},
                   traffic={"kind": "backlog", "count": 1_024, "size_bytes": KB * KB})  # fmt: skip
    assert (lines["Kinesis enhanced fan-out hours"], lines["Kinesis enhanced fan-out data"]) == ("2", "1")


def test_lambda_reads_a_table_s_stream_for_nothing() -> None:
    """COST-7."""
    cost = report_of("dynamodb_streams", settings={"billing_mode": "provisioned"}).cost
    assert cost.by_service["dynamodb"] == "0"
    assert int(quantities(cost.line_items)["DynamoDB Streams reads by Lambda"]) > 0


def test_a_retried_step_is_one_more_transition() -> None:
    """BILL-10."""
    retry = [{"error_equals": ["States.ALL"], "max_attempts": 2}]
    lines = of_run("step_functions", failures={"error_rate": 1}, settings={"retry": retry})
    assert lines["Step Functions transitions"] == "3"


@pytest.mark.parametrize(("trigger", "line"), [("api_gateway", "REST API requests"), ("http_api", "HTTP API requests")])
def test_an_api_bills_errors_of_the_function_but_not_its_own_throttles(trigger: str, line: str) -> None:
    """BILL-7."""
    limits = {"throttling_rate_limit": 1, "throttling_burst_limit": 2}
    chosen = {"traffic": {"kind": "burst", "count": 10}, "failures": {"error_rate": 1}}
    assert of_run(trigger, **chosen)[line] == "10"
    assert of_run(trigger, **chosen, settings=limits)[line] == "2"


def test_a_request_is_billed_when_the_stage_has_let_it_in_so_that_the_running_bill_never_falls() -> None:
    """BILL-7: the arrival of a request says nothing yet, and of requests of several sizes the one that went away counts."""
    events = [{"at_ms": 0, "size_bytes": size * KB} for size in (600, 1, 1, 1_100)]
    chosen = scenario(
        "http_api",
        traffic={"kind": "at", "events": events},
        settings={"throttling_rate_limit": 1, "throttling_burst_limit": 2},
    )
    rows = [row for chunk in simulate_rows(chosen) for row in chunk]
    builder, spent = ReportBuilder(chosen), Decimal(0)
    for row in rows:
        builder.add([row])
        before, spent = spent, Decimal(builder.totals()["total_usd"])
        assert spent >= before
    assert quantities(builder.finish().cost.line_items)["HTTP API requests"] == "3"


def test_a_load_balancer_bills_each_hour_that_has_begun() -> None:
    """BILL-8: 90,000 requests are one unit for an hour."""
    lines = of_run("alb", traffic={"kind": "steady", "count": 9_000, "rate_per_s": 1_000})
    assert (lines["Load balancer hours"], lines["Load balancer capacity units"]) == ("1", "0.1")


def test_answers_over_a_websocket_are_messages_too() -> None:
    lines = of_run("websocket_api", traffic={"kind": "single", "size_bytes": 33 * KB})
    assert (lines["WebSocket API messages"], lines["WebSocket API answers"]) == ("2", "1")
    assert "WebSocket API answers" not in of_run("websocket_api", settings={"route_response": False})


def test_a_pipe_bills_what_passed_its_filter_and_its_source() -> None:
    """BILL-6."""
    lines = of_run("pipes", traffic={"kind": "burst", "count": 4}, settings={"source": "sqs"})
    assert (lines["EventBridge Pipes"], lines["SQS sends"]) == ("4", "4")
    lines = of_run(
        "pipes", traffic={"kind": "burst", "count": 4, "size_bytes": 65 * KB}, settings={"source": "kinesis"}
    )
    assert (lines["EventBridge Pipes"], lines["Kinesis PUT payload units"]) == ("8", "12")
    assert "SQS sends" not in lines


def test_a_pipe_from_a_fifo_queue_pays_its_requests_at_its_prices() -> None:
    """COST-6."""
    items = report_of("pipes", traffic={"kind": "burst", "count": 4}, settings={"source": "sqs_fifo"}).cost.line_items
    found = {item.what: (item.quantity, item.price_key) for item in items if item.what.startswith("SQS")}
    assert {key for _, key in found.values()} == {"sqs.fifo"}
    assert {what: number for what, (number, _) in found.items() if what != "SQS empty receives"} == {
        "SQS sends": "4", "SQS receives": "1", "SQS deletes": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"source": "activemq", "host_instance_type": "mq_m5_large"}, "Amazon MQ broker hours"),
        ({"source": "rabbitmq", "host_instance_type": "mq_m5_xlarge", "deployment_mode": "cluster_multi_az"}, "Amazon MQ broker hours"),
        ({"source": "msk", "cluster_type": "provisioned"}, "MSK broker hours"),
        ({"source": "msk", "cluster_type": "serverless", "partition_count": 3}, "MSK Serverless partition hours"),
    ],
)  # fmt: skip
def test_a_pipe_pays_for_its_source_what_a_mapping_pays(settings: dict[str, Any], line: str) -> None:
    """BILL-15."""
    source = str(settings["source"])
    trigger, kind = ("msk", {}) if source == "msk" else ("amazon_mq", {"engine_type": source})
    own = {name: value for name, value in settings.items() if name != "source"}
    piped = of_run("pipes", traffic={"kind": "burst", "count": 4}, settings=settings)
    mapped = of_run(
        trigger, traffic={"kind": "burst", "count": 4}, settings={**own, **kind, "maximum_batching_window_s": 0}
    )
    assert piped[line] == mapped[line]
    assert piped["EventBridge Pipes"] == "4"
    assert not any(what.startswith("SQS") for what in piped)


@pytest.mark.parametrize("source", ["activemq", "rabbitmq", "msk"])
def test_a_source_that_nobody_described_is_named_as_left_out(source: str) -> None:
    left = [report_of("pipes", settings={"source": one}).cost.not_priced for one in (source, "sqs")]
    assert [any("Amazon M" in sentence for sentence in sentences) for sentences in left] == [True, False]


def test_lambda_at_the_edge_has_its_own_prices() -> None:
    cost = report_of("lambda_edge").cost
    assert {item.price_key for item in cost.line_items} == {"lambda.edge.requests", "lambda.edge.duration"}


@pytest.mark.parametrize(("target", "key"), WRITES.items())
def test_each_dead_event_is_one_write_to_where_it_goes(target: str, key: str) -> None:
    """BILL-11."""
    chosen = {"failures": {"error_rate": 1}, "traffic": {"kind": "burst", "count": 4}}
    cost = report_of("s3", **chosen, settings={"on_failure": target}).cost
    [written] = [item for item in cost.line_items if item.what.startswith("Dead-letter queue or destination")]
    assert (written.price_key, written.quantity) == (key, "4")


def test_a_large_event_is_a_write_in_several_pieces() -> None:
    chosen = {"failures": {"error_rate": 1}, "traffic": {"kind": "single", "size_bytes": 100 * KB}}
    assert (
        of_run("sns", **chosen, settings={"dead_letter_config": "sqs"})["Dead-letter queue or destination (sqs)"] == "2"
    )


@pytest.mark.parametrize("trigger", list(TRIGGERS))
def test_every_catcher_of_a_trigger_has_a_price(trigger: str) -> None:
    """BILL-11: a new catcher must be priced, or named here."""
    known = CATCHERS | TRIGGERS[trigger].catchers
    fields = {name for name in TRIGGERS[trigger].settings.__struct_fields__ if name in known}

    class Chosen:
        pass

    for name in fields - {"max_receive_count"}:
        chosen = Chosen()
        setattr(chosen, name, "sqs")
        assert (known[name] in catcher_prices(TRIGGERS[trigger], chosen)) == (known[name] != "catch"), name


# provisioned concurrency


def test_kept_environments_are_billed_for_five_minutes_at_least_and_what_runs_in_them_less() -> None:
    """BILL-2: of three at once two spill over."""
    lines = of_run(
        "s3",
        traffic={"kind": "burst", "count": 3},
        function={"provisioned_concurrent_executions": 1, "memory_mb": 1_024},
    )
    assert lines["Provisioned concurrency (x86_64)"] == "300"
    assert lines["Lambda duration on provisioned concurrency (x86_64)"] == "0.1"
    assert lines["Lambda duration (x86_64)"] == "0.2"


# provisioned pollers, fair queues, storage


@pytest.mark.parametrize(
    ("trigger", "least", "epu_hours"),
    [("sqs", 3, "3"), ("sqs_fifo", 2, "2"), ("msk", 1, "1"), ("self_managed_kafka", 25, "2.5")],
)
def test_provisioned_pollers_are_billed_by_unit_and_hour(trigger: str, least: int, epu_hours: str) -> None:
    """COST-8, BILL-3."""
    chosen = {"horizon_s": 3_600, "failures": {"error_rate": 1}}
    name = "Event pollers, provisioned mode"
    found = of_run(trigger, **chosen, settings={"minimum_pollers": least})[name]
    assert Decimal(found).quantize(Decimal("0.001")) == Decimal(epu_hours), (
        "what runs at the horizon is brought to its end"
    )
    assert name not in of_run(trigger, **chosen)


def test_pollers_are_billed_for_a_minute_at_least() -> None:
    """BILL-3."""
    lines = of_run("sqs", settings={"minimum_pollers": 3})
    assert lines["Event pollers, provisioned mode"] == "0.05"


def test_a_message_group_in_a_standard_queue_costs_extra() -> None:
    lines = of_run("sqs", traffic={"kind": "burst", "count": 5}, settings={"message_groups": 2})
    assert lines["SQS fair queue surcharge"] == "5"
    assert "SQS fair queue surcharge" not in of_run("sqs", traffic={"kind": "burst", "count": 5})


def test_storage_above_512_mb_is_billed_with_the_duration() -> None:
    """BILL-1."""
    lines = of_run(
        "s3", function={"ephemeral_storage_mb": 1_536, "memory_mb": 4_096}, traffic={"kind": "burst", "count": 10}
    )
    assert lines["Lambda ephemeral storage"] == "1"
    assert "Lambda ephemeral storage" not in of_run("s3")


def test_brokers_are_named_with_their_price_because_nobody_says_how_many_there_are() -> None:
    assert any(
        "$0.21 by the broker-hour, $153.30 in this month" in text for text in report_of("msk").cost.month.assumptions
    )


# failures


def test_the_failures_are_told_by_their_cause() -> None:
    chosen = {"traffic": {"kind": "backlog", "count": 5}, "failures": {"poison": ["3"]}}
    found = report_of("sqs", **chosen, settings={"batch_size": 1, "max_receive_count": 3}).cost.failures
    assert (found.failed.count, found.retries.count, found.poison.count) == (3, 2, 3)
    each = Decimal("0.0000002") + Decimal("0.0125") * Decimal("0.0000166667")
    assert Decimal(found.failed.usd) == Decimal(found.poison.usd) == 3 * each
    assert Decimal(found.retries.usd) == 2 * (each + Decimal("0.0000004")), "a message is received again as well"
    assert found.catchers.count == 1
    assert found.sentence.startswith("3 invocations failed and cost $0.0000012")


def test_throttles_cost_nothing_in_lambda() -> None:
    """COST-5."""
    found = report_of(
        "s3", traffic={"kind": "burst", "count": 5}, function={"reserved_concurrent_executions": 1}
    ).cost.failures
    assert found.throttles.count > 0
    assert found.throttles.usd == "0"
    assert found.sentence == "No invocation failed, so failures cost nothing."


@pytest.mark.parametrize(("receives", "tries"), [(None, 1_009), (5, 5)])
def test_the_loop_of_a_poison_message_is_what_the_simulation_does(receives: int | None, tries: int) -> None:
    settings = {"max_receive_count": receives, "message_retention_period_s": 60_510, "visibility_timeout_s": 60}
    found = report_of("sqs", settings=settings, function={"timeout_s": 3}, failures={"poison": ["1"]})
    loop = found.cost.failures.loop
    assert loop is not None
    assert loop.tries == found.invocations.total == tries
    lines = {"Lambda requests", "Lambda duration (x86_64)", "SQS receives"}
    assert Decimal(loop.usd) == sum(Decimal(item.amount) for item in found.cost.line_items if item.what in lines)


def test_fourteen_days_of_a_poison_message_are_forty_thousand_invocations() -> None:
    found = poison_loop(scenario("sqs", settings={"message_retention_period_s": 14 * DAY_S}), 100)
    assert found is not None
    assert found.tries == found.receives == 40_320


@pytest.mark.parametrize(
    ("settings", "ended_by"),
    [
        ({}, "a day"),
        ({"maximum_retry_attempts": 7}, "MaximumRetryAttempts"),
        ({"maximum_record_age_s": 600}, "MaximumRecordAgeInSeconds"),
    ],
)
def test_the_loop_of_a_blocked_shard_is_what_the_simulation_does(settings: dict[str, int], ended_by: str) -> None:
    chosen = scenario(
        "kinesis", horizon_s=DAY_S, settings={"retry_jitter_percent": 0, **settings}, failures={"poison": ["1"]}
    )
    report, loop = make_report(chosen), poison_loop(chosen, 100)
    assert loop is not None
    assert (loop.tries, loop.ended_by) == (report.invocations.total, ended_by)


@pytest.mark.parametrize(
    ("trigger", "settings"),
    [
        ("amazon_mq", {}),
        ("amazon_mq", {"engine_type": "rabbitmq", "time_to_live_s": 300}),
        ("pipes", {"source": "sqs", "visibility_timeout_s": 30, "message_retention_period_s": 600}),
        ("pipes", {"source": "sqs", "max_receive_count": 3}),
        ("pipes", {"source": "sqs_fifo", "max_receive_count": 3}),
        ("pipes", {"source": "activemq", "time_to_live_s": 300}),
        ("pipes", {"source": "rabbitmq", "time_to_live_s": 300, "requeue_wait_s": 7}),
        ("pipes", {"source": "kinesis", "retry_jitter_percent": 0, "maximum_retry_attempts": 5}),
    ],
)
def test_the_loop_of_a_broker_or_a_pipe_is_what_the_simulation_does(trigger: str, settings: dict[str, Any]) -> None:
    chosen = scenario(trigger, settings=settings, failures={"poison": ["1"]})
    report, loop = make_report(chosen), poison_loop(chosen, 100)
    assert loop is not None
    assert loop.tries == report.invocations.total


def test_a_shard_that_stays_blocked_for_longer_than_a_day_is_said_to() -> None:
    chosen = scenario("kinesis", settings={"retention_period_hours": 72})
    loop = make_report(chosen).cost.failures.loop
    assert loop is not None
    assert loop.sentence.endswith("nothing behind it is done. It goes on like that for 3 d.")
    loop = report_of("msk", settings={"log_retention_hours": 24}).cost.failures.loop
    assert loop is not None
    assert loop.sentence.endswith(
        "blocks its partition meanwhile: $0.00059 for the tries, and nothing behind it is done."
    )


def test_pollers_of_provisioned_mode_poll_an_idle_queue_all_month() -> None:
    """COST-6, BILL-13: twenty of them, whatever the usual five do."""
    chosen = scenario("sqs", settings={"minimum_pollers": 20})
    lines = month(make_report(chosen), chosen, rate_per_s=Decimal(0))
    assert Decimal(lines["SQS empty receives"]) == 20 * 730 * 3_600 // 20


def test_the_sentence_of_a_loop_says_what_ends_it_and_what_would_be_without() -> None:
    loop = report_of("sqs", settings={"max_receive_count": 5}).cost.failures.loop
    assert loop is not None
    assert loop.sentence == (
        "One message that always fails is tried 5 times in 2 min 30 s, until maxReceiveCount ends it: $0.000004. Without that "
        "it would be 11,520 times in 4 d: $0.0093."
    )


def test_who_waits_for_an_answer_has_no_loop() -> None:
    assert report_of("api_gateway", failures={"error_rate": 1}).cost.failures.loop is None


# one event, and a month


def test_an_event_costs_its_share_and_delivered_ones_carry_the_rest() -> None:
    found = report_of("s3", traffic={"kind": "burst", "count": 4}, failures={"script": [
        {"event": "1", "invocation": n, "do": "raise"} for n in (1, 2, 3)]})  # fmt: skip
    each, total = found.cost.per_event, Decimal(found.cost.total_usd)
    assert (each.arrived, each.delivered) == (4, 3)
    assert each.per_arrived_usd is not None
    assert each.per_delivered_usd is not None
    assert Decimal(each.per_arrived_usd) == (total / 4).quantize(Decimal("1e-12"))
    assert Decimal(each.per_delivered_usd) == (total / 3).quantize(Decimal("1e-12"))
    assert each.wasted_usd == found.cost.failures.failed.usd


@pytest.mark.parametrize(
    ("traffic", "rate", "rate_from"),
    [
        ({"kind": "steady", "rate_per_s": 2.5}, "2.5", "traffic"),
        ({"kind": "poisson", "rate_per_s": 10}, "10", "traffic"),
        ({"kind": "single"}, "0.000277777778", "hourly"),
        ({"kind": "burst", "count": 36}, "0.01", "hourly"),
        ({"kind": "at", "events": [{"at_ms": 0}, {"at_ms": 500}, {"at_ms": 1_000}]}, "2", "traffic"),
        ({"kind": "at", "events": [{"at_ms": 5}]}, "0.000277777778", "hourly"),
        ({"kind": "at", "events": []}, "0", "hourly"),
    ],
)
def test_a_month_has_the_rate_of_the_traffic(traffic: dict[str, Any], rate: str, rate_from: str) -> None:
    """BILL-13."""
    found, why = default_rate(scenario("s3", traffic=traffic))
    assert (found, why) == (Decimal(rate), rate_from)


def test_a_month_multiplies_the_run_and_takes_the_free_tier_once() -> None:
    chosen = scenario("s3", traffic={"kind": "steady", "rate_per_s": 1}, failures={"error_rate": 1})
    report = make_report(chosen)
    assert month(report, chosen)["Lambda requests"] == str(3 * 730 * 3_600)
    free = month_cost(chosen, report.cost.used, View(free_tier=True))
    parts = [(item.part, item.quantity) for item in free.line_items if item.price_key == "lambda.requests"]
    assert parts == [("free_tier", "1000000"), ("", str(3 * 730 * 3_600 - 1_000_000))]
    assert month(report, chosen, hours_per_month=Decimal(720), rate_per_s=Decimal(2))["Lambda requests"] == str(
        6 * 720 * 3_600
    )


def test_a_month_of_an_almost_idle_queue_is_its_polling() -> None:
    """COST-6, BILL-13: five pollers make 657,000 receives, two 262,800."""
    chosen = scenario("sqs")
    report = make_report(chosen)
    for pollers, polls in ((5, 657_000), (2, 262_800)):
        lines = month(report, chosen, rate_per_s=Decimal(1) / 3_600, idle_pollers=pollers)
        assert Decimal(lines["SQS empty receives"]) + Decimal(lines["SQS receives"]) == polls


def test_a_month_has_all_hours_of_what_runs_by_the_hour() -> None:
    chosen = scenario("kinesis", settings={"shard_count": 2})
    lines = month(make_report(chosen), chosen)
    assert lines["Kinesis shard hours"] == "1460"
    chosen = scenario("alb", function={"provisioned_concurrent_executions": 1, "memory_mb": 1_024})
    lines = month(make_report(chosen), chosen)
    assert (lines["Load balancer hours"], lines["Provisioned concurrency (x86_64)"]) == ("730", str(730 * 3_600))


def test_logs_are_priced_when_they_are_switched_on() -> None:
    chosen = scenario("s3", traffic={"kind": "burst", "count": 1_024})
    used = make_report(chosen).cost.used
    assert "CloudWatch Logs" in " ".join(make_cost(chosen, used).not_priced)
    cost = make_cost(chosen, used, View(log_bytes=1_048_576))
    assert quantities(cost.line_items)["CloudWatch Logs ingestion"] == "1"
    assert "CloudWatch Logs" not in " ".join(cost.not_priced)


def test_a_region_that_lacks_a_price_says_whose_is_used() -> None:
    chosen = scenario("sns")
    cost = make_cost(chosen, make_report(chosen).cost.used, View(region="ap-south-1"))
    assert any("no price in ap-south-1 for sns.publish" in note for note in cost.notes)


@given(scenarios(), st.sampled_from(regions()), st.booleans(), st.integers(0, 1_000))
def test_a_month_is_the_sum_of_its_lines_and_never_cheaper_at_a_higher_rate(
    chosen: Scenario, region: str, free_tier: bool, rate: int
) -> None:
    used = make_report(chosen, [Trace(chosen).rows]).cost.used
    slow, fast = (
        month_cost(chosen, used, View(region=region, free_tier=free_tier, rate_per_s=Decimal(n)))
        for n in (rate, rate + 1)
    )
    for found in (slow, fast):
        assert Decimal(found.total_usd) == summed(Decimal(item.amount) for item in found.line_items)
        assert Decimal(found.total_usd) == summed(map(Decimal, found.by_service.values()))
    assert Decimal(slow.total_usd) <= Decimal(fast.total_usd)


@given(scenarios())
def test_what_failed_is_part_of_the_bill_and_the_counts_are_those_of_the_report(chosen: Scenario) -> None:
    report = make_report(chosen, [Trace(chosen).rows])
    cost: Cost = report.cost
    assert Decimal(cost.failures.failed.usd) <= Decimal(cost.total_usd)
    assert cost.used.work.requests == report.invocations.total
    windows = sum(row[0] == Kind.ARRIVED and row[2] == "STREAM-15" for row in Trace(chosen).rows)
    assert cost.used.arrived == report.events.arrived - windows, "a window's end is nothing that anybody sent"
    assert cost.used.failed.requests <= report.invocations.errors
    assert cost.failures.catchers.count <= sum(report.caught.values()) * 200
    if report.ended is None or report.ended.reason == "record_limit":
        return  # what comes after the limit is counted, not recorded
    if "receives" in report.ended.counts:
        assert cost.used.receive_units >= report.ended.counts["receives"]
