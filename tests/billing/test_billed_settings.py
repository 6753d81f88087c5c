"""Settings that change the bill and not the run: what capacity is paid by, for how long it is there, how long things are kept."""

from decimal import Decimal
from typing import Any

import pytest

from simulations.engine import ScenarioErrors, make_report
from simulations.engine.billing import LineItem, price_use
from simulations.engine.cost import month_cost
from simulations.engine.counting import View
from simulations.engine.trace import Kind
from tests.engine.histories import scenario
from tests.traces import Trace

KB, MB, GB = 1_024, 1_024**2, 1_024**3


def lines(trigger: str, **sections: Any) -> dict[str, str]:
    """The lines of a run's bill, Lambda's own left out."""
    return of(make_report(scenario(trigger, **sections)).cost.line_items)


def of(items: list[LineItem]) -> dict[str, str]:
    return {item.what: item.quantity for item in items if not item.what.startswith("Lambda")}


# an hour of a stream that fails all the time: nothing is settled before the horizon
HOUR: dict[str, Any] = {"horizon_s": 3_600, "failures": {"error_rate": 1}}
DATA = {"kind": "backlog", "count": 1_024, "size_bytes": MB}


@pytest.mark.parametrize(
    ("trigger", "settings"),
    [
        ("kinesis", {"stream_mode": "on_demand"}),
        ("msk", {"cluster_type": "serverless"}),
        ("msk", {"cluster_type": "provisioned", "number_of_broker_nodes": 6, "volume_size_gib": 100}),
        ("amazon_mq", {"host_instance_type": "mq_m5_large", "deployment_mode": "active_standby_multi_az"}),
        ("websocket_api", {"connection_minutes": 5, "messages_per_connection": 3}),
        ("step_functions", {"type": "express"}),
        ("dynamodb_streams", {"billing_mode": "provisioned"}),
    ],
)
def test_such_a_setting_changes_no_record(trigger: str, settings: dict[str, Any]) -> None:
    sections: dict[str, Any] = {
        "traffic": {"kind": "steady", "count": 30},
        "failures": {"error_rate": 0.3},
        "horizon_s": 600,
    }
    assert Trace(scenario(trigger, **sections)).rows == Trace(scenario(trigger, **sections, settings=settings)).rows


# Kinesis


def test_a_stream_on_demand_is_billed_by_the_hour_and_by_what_goes_in_and_out() -> None:
    """BILL-9."""
    found = lines("kinesis", **HOUR, traffic=DATA, settings={"stream_mode": "on_demand", "shard_count": 4})
    assert found == {"Kinesis stream hours": "1", "Kinesis data in": "1", "Kinesis data out": "1"}


def test_each_record_on_demand_goes_in_as_whole_kilobytes_and_out_as_it_is() -> None:
    """BILL-9."""
    traffic = {"kind": "backlog", "count": 1_024, "size_bytes": KB // 2}
    found = lines("kinesis", **HOUR, traffic=traffic, settings={"stream_mode": "on_demand"})
    assert found["Kinesis data in"] == "0.0009765625"
    assert found["Kinesis data out"] == "0.00048828125"


def test_fan_out_on_demand_has_no_hours() -> None:
    """BILL-9."""
    settings = {"stream_mode": "on_demand", "consumer": "enhanced_fan_out"}
    found = lines("kinesis", **HOUR, traffic=DATA, settings=settings)
    assert found == {"Kinesis stream hours": "1", "Kinesis data in": "1", "Kinesis enhanced fan-out data": "1"}


@pytest.mark.parametrize(
    ("mode", "hours", "extended", "long_term"),
    [
        ("provisioned", 24, None, None),
        ("provisioned", 25, "2", None),
        ("provisioned", 168, "2", None),
        ("provisioned", 168 + 73, "2", "0.1"),
        ("on_demand", 24, None, None),
        ("on_demand", 24 + 73, "0.1", None),
        ("on_demand", 168 + 146, "0.197260273973", "0.2"),
    ],
)
def test_what_is_kept_beyond_a_day_costs_more(
    mode: str, hours: int, extended: str | None, long_term: str | None
) -> None:
    """BILL-14: two shards for an hour, or the GB for its part of 730 hours."""
    settings = {"stream_mode": mode, "retention_period_hours": hours, "shard_count": 2}
    found = lines("kinesis", **HOUR, traffic=DATA, settings=settings)
    assert found.get("Kinesis extended retention") == extended
    assert found.get("Kinesis long-term retention") == long_term


@pytest.mark.parametrize("mode", ["provisioned", "on_demand"])
@pytest.mark.parametrize("fan_out", [0, 1])
@pytest.mark.parametrize("kept_h", [24, 100, 500])
def test_a_month_of_a_run_and_the_command_price_agree_about_a_stream(mode: str, fan_out: int, kept_h: int) -> None:
    chosen = scenario(
        "kinesis", traffic={"kind": "steady", "count": 20, "rate_per_s": 1, "size_bytes": 3 * KB}, settings={
            "stream_mode": mode, "shard_count": 3, "retention_period_hours": kept_h,
            "consumer": "enhanced_fan_out" if fan_out else "standard",
        },
    )  # fmt: skip
    month = month_cost(chosen, make_report(chosen).cost.used, View())
    use = {
        "mode": mode, "shards": 3, "records": 730 * 3_600, "record_kb": 3, "readers": 1 - fan_out,
        "fan_out_consumers": fan_out, "retention_period_hours": kept_h,
    }  # fmt: skip
    assert of(month.line_items) == of(price_use({"kinesis": use}).line_items)


# brokers


@pytest.mark.parametrize(
    ("instance", "key"),
    [
        ("kafka_t3_small", "msk.t3small"), ("kafka_m5_large", "msk.m5large"), ("kafka_m7g_large", "msk.m7glarge"),
        ("kafka_m5_24xlarge", "msk.m524xlarge"),
    ],
)  # fmt: skip
def test_each_broker_of_a_cluster_is_billed_by_the_hour(instance: str, key: str) -> None:
    settings = {"cluster_type": "provisioned", "instance_type": instance, "number_of_broker_nodes": 6}
    cost = make_report(scenario("msk", **HOUR, settings=settings)).cost
    [line] = [item for item in cost.line_items if item.service == "msk"]
    assert (line.price_key, line.quantity) == (key, "6")
    assert not any("Not in the sum" in text for text in cost.month.assumptions)
    assert any("VolumeSize" in text for text in cost.not_priced)


def test_the_volumes_of_brokers_are_billed_as_a_part_of_the_month() -> None:
    settings = {"cluster_type": "provisioned", "volume_size_gib": 73}
    cost = make_report(scenario("msk", **HOUR, settings=settings)).cost
    assert of(cost.line_items) == {"MSK broker hours": "3", "MSK storage": "0.3"}
    assert of(cost.month.line_items) == {"MSK broker hours": "2190", "MSK storage": "219"}
    assert not any("VolumeSize" in text for text in cost.not_priced)


def test_a_serverless_cluster_is_billed_by_partitions_and_data() -> None:
    settings = {"cluster_type": "serverless", "partition_count": 5, "log_retention_hours": 73}
    assert lines("msk", **HOUR, traffic=DATA, settings=settings) == {
        "MSK Serverless cluster hours": "1",
        "MSK Serverless partition hours": "5",
        "MSK Serverless data in": "1",
        "MSK Serverless data out": "1",
        "MSK Serverless storage": "0.1",
    }


def test_a_cluster_that_nobody_told_of_stands_beside_the_sum() -> None:
    cost = make_report(scenario("msk")).cost
    assert of(cost.line_items) == {}
    assert any("choose a ClusterType" in text for text in cost.not_priced)
    assert any("$0.21 by the broker-hour" in text for text in cost.month.assumptions)


@pytest.mark.parametrize(
    ("engine", "instance", "mode", "key"),
    [
        ("activemq", "mq_t2_micro", "single_instance", "mq.t2micro"),
        ("activemq", "mq_m5_large", "active_standby_multi_az", "mq.m5large.standby"),
        ("rabbitmq", "mq_m5_large", "single_instance", "mq.m5large.single"),
        ("rabbitmq", "mq_m5_xlarge", "cluster_multi_az", "mq.m5xlarge.cluster"),
    ],
)
def test_an_mq_broker_is_billed_by_the_hour(engine: str, instance: str, mode: str, key: str) -> None:
    settings = {"engine_type": engine, "host_instance_type": instance, "deployment_mode": mode}
    chosen = scenario(
        "amazon_mq", horizon_s=3_600, traffic={"kind": "at", "events": [{"at_ms": 3_600_000}]}, settings=settings
    )
    [line] = [item for item in make_report(chosen).cost.line_items if item.service == "mq"]
    assert (line.price_key, line.quantity) == (key, "1")


def test_a_broker_without_a_price_is_refused_with_those_that_have_one() -> None:
    settings = {"host_instance_type": "mq_m5_xlarge", "deployment_mode": "cluster_multi_az"}
    with pytest.raises(ScenarioErrors) as found:
        scenario("amazon_mq", settings=settings)
    [error] = found.value.errors
    assert error.field == "settings.host_instance_type"
    assert "mq_m5_large as active_standby_multi_az" in error.message


# connections, workflows, tables


@pytest.mark.parametrize(
    ("minutes", "messages", "billed"), [(None, 1, None), (5, 1, "60"), (120, 6, "240"), (1, 5, "2.4")]
)
def test_connections_are_billed_by_the_minute(minutes: int | None, messages: int, billed: str | None) -> None:
    """BILL-7: twelve messages."""
    settings = {"connection_minutes": minutes, "messages_per_connection": messages}
    chosen = scenario("websocket_api", traffic={"kind": "burst", "count": 12}, settings=settings)
    cost = make_report(chosen).cost
    assert of(cost.line_items).get("WebSocket API connection minutes") == billed
    assert any("minutes of each connection" in text for text in cost.not_priced) == (minutes is None)


def test_a_connect_is_a_connection_of_its_own() -> None:
    with pytest.raises(ScenarioErrors) as found:
        scenario("websocket_api", settings={"route": "connect", "messages_per_connection": 2})
    assert found.value.errors[0].field == "settings.messages_per_connection"


ALWAYS = [{"error_equals": ["States.ALL"], "interval_seconds": 1, "max_attempts": 2, "backoff_rate": 1}]


@pytest.mark.parametrize(
    ("failures", "settings", "transitions"),
    [
        ({}, {}, "1"),
        ({"error_rate": 1}, {"retry": ALWAYS}, "3"),
        ({"error_rate": 1}, {"retry": ALWAYS, "invocation_type": "event"}, "1"),
        ({"invoke_errors": [{"from_ms": 0, "to_ms": 1_500, "error": "ServiceException"}]}, {"retry": ALWAYS}, "3"),
        (
            {"invoke_errors": [{"from_ms": 0, "to_ms": 1_500, "error": "ServiceException"}], "error_rate": 1},
            {"retry": ALWAYS, "invocation_type": "event"},
            "3",
        ),
    ],
)
def test_what_the_state_machine_tries_again_is_a_transition_and_what_lambda_s_queue_does_is_none(
    failures: dict[str, Any], settings: dict[str, Any], transitions: str
) -> None:
    """BILL-10, SFN-6."""
    found = make_report(scenario("step_functions", failures=failures, settings=settings)).cost
    assert of(found.line_items) == {"Step Functions transitions": transitions}
    assert found.used.repeated_attempts == int(transitions) - 1


def test_an_express_execution_is_billed_for_its_whole_time_waits_included() -> None:
    """BILL-10: three runs of 100 ms with two waits of a second are 2,300 ms of 64 MB each."""
    chosen = {"failures": {"error_rate": 1}, "traffic": {"kind": "burst", "count": 18}}
    found = lines("step_functions", **chosen, settings={"type": "express", "retry": ALWAYS})
    assert found == {"Step Functions Express requests": "18", "Step Functions Express duration": "0.00071875"}


@pytest.mark.parametrize(("ms", "billed_ms"), [(1, 100), (100, 100), (101, 200)])
def test_an_express_execution_goes_up_to_100_ms(ms: int, billed_ms: int) -> None:
    chosen = scenario(
        "step_functions", settings={"type": "express"}, function={"duration": {"kind": "constant", "ms": ms}}
    )
    assert make_report(chosen).cost.used.executing_ms == billed_ms


def test_a_table_bills_its_writes_by_the_kilobyte() -> None:
    chosen = {"traffic": {"kind": "burst", "count": 10, "size_bytes": 2 * KB + 1}}
    assert lines("dynamodb_streams", **chosen)["DynamoDB writes"] == "30"
    found = make_report(scenario("dynamodb_streams", **chosen, settings={"billing_mode": "provisioned"})).cost
    assert "DynamoDB writes" not in of(found.line_items)
    assert any("provisioned capacity" in text for text in found.not_priced)


def test_requests_that_run_for_long_count_as_active_connections() -> None:
    """BILL-8: a request that runs 600 s is 0.2 of 3,000 connections in a minute, and 1/25 of a new one in a second."""
    chosen = scenario("alb", traffic={"kind": "burst", "count": 900}, function={
        "timeout_s": 900, "duration": {"kind": "constant", "ms": 600_000}})  # fmt: skip
    assert lines("alb", traffic={"kind": "burst", "count": 900})["Load balancer capacity units"] == "0.01"
    assert of(make_report(chosen).cost.line_items)["Load balancer capacity units"] == "0.05"


# provisioned pollers


def test_pollers_that_scaling_adds_to_a_queue_are_billed_while_they_are_there() -> None:
    """BILL-3, SQS-13: what the records say of the number of batches, in tens."""
    chosen = scenario(
        "sqs", traffic={"kind": "backlog", "count": 3_000}, settings={"minimum_pollers": 2, "maximum_pollers": 50, "batch_size": 1},
        function={"duration": {"kind": "constant", "ms": 2_000}},
    )  # fmt: skip
    rows = Trace(chosen, record_limit=100_000).rows
    scaled = [(row[1], -(-row[3] // 10)) for row in rows if row[0] == Kind.SCALED]
    assert max(pollers for _, pollers in scaled) > 2, "it grows"
    ends = [at for at, _ in scaled[1:]] + [rows[-1][1]]
    poller_us = sum(pollers * (end - at) for (at, pollers), end in zip(scaled, ends, strict=True))
    used = make_report(chosen).cost.used
    assert used.poller_us == poller_us > 2 * used.until_us
    hours = (Decimal(poller_us) / 3_600_000_000).quantize(Decimal("1e-12"))
    assert Decimal(of(make_report(chosen).cost.line_items)["Event pollers, provisioned mode"]) == hours


def test_pollers_are_billed_from_when_the_mapping_begins() -> None:
    """BILL-3: half of an hour."""
    chosen = {"horizon_s": 3_600, "failures": {"poison": ["1"]}}
    settings = {"minimum_pollers": 4, "mapping_starts_s": 1_800}
    assert lines("sqs", **chosen, settings=settings)["Event pollers, provisioned mode"].startswith("2.0")
    assert (
        lines("msk", **chosen, settings=settings | {"minimum_pollers": 20, "partition_count": 20})[
            "Event pollers, provisioned mode"
        ]
        == "1"
    )


def test_pollers_of_kafka_beyond_ten_are_billed_when_scaling_adds_them() -> None:
    """BILL-3, KAFKA-7, MODEL-40: doubled each minute from the second on: 16 after five minutes, then the 20 there may be."""
    settings = {"minimum_pollers": 1, "maximum_pollers": 20, "partition_count": 40}
    chosen = {"horizon_s": 3_600, "failures": {"error_rate": 1}, "traffic": {"kind": "backlog", "count": 400}}
    found = Decimal(lines("msk", **chosen, settings=settings)["Event pollers, provisioned mode"])
    assert found == 1 + Decimal(6 * 60 + 10 * 3_240) / 10 / 3_600
