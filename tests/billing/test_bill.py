"""Rules of billing, one by one: what is counted, by which price, and how free tier and tiers are taken."""

from decimal import Decimal
from typing import Any

import pytest

from simulations.engine.billing import LineItem, Quantity, UseErrors, make_bill, price_use
from simulations.engine.billing.bill import divided
from simulations.engine.prices import UnknownPriceError, price


def quantities(use: dict[str, Any]) -> dict[str, str]:
    """Name of the line and its quantity."""
    found: dict[str, Decimal] = {}
    for item in price_use(use).line_items:
        found[item.what] = found.get(item.what, Decimal(0)) + Decimal(item.quantity)
    return {name: f"{number.normalize():f}" for name, number in found.items()}


def lines(*pairs: tuple[str, int | str], free_tier: bool = False, region: str = "us-east-1") -> list[LineItem]:
    made = [Quantity(what=key, price_key=key, number=Decimal(number)) for key, number in pairs]
    return make_bill(made, region, free_tier=free_tier).line_items


def errors(use: Any) -> dict[str, str]:
    with pytest.raises(UseErrors) as found:
        price_use(use)
    return {error.field: error.message for error in found.value.errors}


# free tier and tiers


def test_the_free_tier_is_off_unless_it_is_asked_for() -> None:
    [line] = lines(("lambda.requests", 1_000_000))
    assert (line.quantity, line.amount, line.part) == ("1000000", "0.2", "")
    assert "The monthly free tier is not taken off." in price_use({}).notes


def test_the_free_tier_is_taken_off_once_over_all_lines() -> None:
    found = lines(("lambda.requests", 700_000), ("lambda.requests", 700_000), free_tier=True)
    assert [(line.quantity, line.part) for line in found] == [
        ("700000", "free_tier"), ("300000", "free_tier"), ("400000", ""),
    ]  # fmt: skip


def test_both_architectures_share_the_free_gb_seconds_and_both_queues_the_free_requests() -> None:
    found = lines(("lambda.duration.arm", 300_000), ("lambda.duration.x86", 300_000), free_tier=True)
    assert [line.quantity for line in found if line.part == "free_tier"] == ["300000", "100000"]
    found = lines(("sqs.fifo", 900_000), ("sqs.standard", 900_000), free_tier=True)
    assert [line.quantity for line in found if line.part == "free_tier"] == ["900000", "100000"]


def test_what_is_free_for_a_year_only_is_not_taken_off_and_said() -> None:
    bill = make_bill([Quantity(what="r", price_key="apigw.rest", number=Decimal(10))], free_tier=True)
    assert [line.part for line in bill.line_items] == [""]
    assert any("first 12 months" in note and "apigw.rest" in note for note in bill.notes)


def test_the_free_tier_comes_off_before_the_tiers() -> None:
    found = lines(("lambda.duration.x86", 6_000_400_001), free_tier=True)
    assert [(line.quantity, line.unit_price, line.part) for line in found] == [
        ("400000", "0", "free_tier"), ("6000000000", "0.0000166667", ""), ("1", "0.000015", "tier_2"),
    ]  # fmt: skip


def test_tiers_count_over_all_lines_of_a_price() -> None:
    found = lines(("sqs.standard", 99_999_999_999), ("sqs.standard", 2))
    assert [(line.quantity, line.part) for line in found] == [("99999999999", ""), ("1", ""), ("1", "tier_2")]


def test_each_line_is_quantity_times_price() -> None:
    for line in lines(("lambda.duration.x86", 16_000_000_000), ("logs.lambda", 70_000), ("lambda.requests", 3)):
        assert Decimal(line.quantity) * Decimal(line.unit_price) == Decimal(line.amount)
        assert line.arithmetic.startswith(f"{line.quantity} {line.unit}")


# Regions and keys


def test_a_price_missing_in_a_region_is_that_of_us_east_1_and_said() -> None:
    answer = price_use({"region": "ap-south-1", "sns": {"publishes": 1}})
    assert answer.line_items[0].price_fallback
    assert any("no price in ap-south-1 for sns.publish" in note for note in answer.notes)


def test_an_unknown_region_or_key_names_the_nearest() -> None:
    assert "eu-west-1" in errors({"region": "eu-wst-1"})["region"]
    assert "sqs.standard" in errors({"units": [["x", "sqs.standart", 1]]})["units[0][1]"]
    with pytest.raises(UnknownPriceError):
        make_bill([], "mars-north-1")


def test_a_price_from_memory_is_said_to_be_one() -> None:
    assert any("dlq.async_s3" in note for note in price_use({"units": [["x", "dlq.async_s3", 1]]}).notes)


# Lambda


@pytest.mark.parametrize(("kb", "each"), [(0, 1), (256, 1), ("256.5", 2), (320, 2), (321, 3), (1_024, 13)])
def test_a_large_asynchronous_event_is_several_requests(kb: Any, each: int) -> None:
    """COST-4."""
    used = {"lambda": {"requests": 10, "avg_ms": 1, "asynchronous_event_kb": kb}}
    assert quantities(used)["Lambda requests"] == str(10 * each)


def test_duration_goes_up_to_whole_milliseconds() -> None:
    """COST-2."""
    used = {"lambda": {"requests": 1_000, "avg_ms": "133.01", "memory_mb": 1_024}}
    assert quantities(used)["Lambda duration (x86_64)"] == "134"


def test_initialisation_is_billed_for_the_part_that_starts_cold() -> None:
    used = {"lambda": {"requests": 1_000, "avg_ms": 0, "cold_rate": "0.01", "init_ms": 400, "memory_mb": 1_024}}
    assert quantities(used)["Lambda INIT (x86_64)"] == "4"


@pytest.mark.parametrize(("storage_mb", "gb_s"), [(512, None), (1_024, "5"), (10_240, "95")])
def test_only_storage_above_512_mb_is_billed_and_not_times_memory(storage_mb: int, gb_s: str | None) -> None:
    """BILL-1."""
    used = {"lambda": {"requests": 10, "avg_ms": 1_000, "memory_mb": 4_096, "ephemeral_storage_mb": storage_mb}}
    assert quantities(used).get("Lambda ephemeral storage") == gb_s


@pytest.mark.parametrize(
    ("hours", "seconds"), [("0.001", 300), ("0.0833", 300), ("0.084", 600), (1, 3_600), (None, 2_628_000)]
)
def test_provisioned_concurrency_goes_up_to_five_minutes(hours: Any, seconds: int) -> None:
    """BILL-2."""
    ready = {"concurrent_executions": 3} | ({} if hours is None else {"hours": hours})
    found = quantities({"lambda": {"requests": 0, "memory_mb": 1_024, "provisioned": ready}})
    assert found == {"Provisioned concurrency (x86_64)": str(3 * seconds)}


def test_what_spills_over_has_the_usual_price_and_no_free_gb_seconds() -> None:
    """BILL-2."""
    used = {
        "free_tier": True,
        "lambda": {
            "requests": 100, "avg_ms": 1_000, "memory_mb": 1_024,
            "provisioned": {"concurrent_executions": 1, "hours": 1, "spillover_requests": 40},
        },
    }  # fmt: skip
    found = {item.price_key: item for item in price_use(used).line_items if item.part != "free_tier"}
    assert found["lambda.duration.x86"].quantity == "40"
    assert found["lambda.pc.duration.x86"].quantity == "60"


def test_more_cannot_spill_over_than_was_requested() -> None:
    ready = {"concurrent_executions": 1, "spillover_requests": 2}
    assert "lambda.provisioned.spillover_requests" in errors({"lambda": {"requests": 1, "provisioned": ready}})


@pytest.mark.parametrize(
    ("source", "pollers", "epu_hours"),
    [("sqs", 1, "1460"), ("sqs", 5, "3650"), ("kafka", 1, "730"), ("kafka", 25, "1825")],
)
def test_event_pollers_are_billed_by_unit_and_hour(source: str, pollers: int, epu_hours: str) -> None:
    """COST-8, BILL-3."""
    found = quantities({"event_pollers": {"source": source, "pollers": pollers}})
    assert found == {"Event pollers, provisioned mode": epu_hours}


def test_a_snapshot_is_billed_for_three_hours_at_least() -> None:
    """BILL-4."""
    found = quantities({"lambda": {"requests": 0, "memory_mb": 1_024, "snap_start": {"hours": 1}}})
    assert found == {"SnapStart cache": "10800"}


# queues, streams, doors


@pytest.mark.parametrize(("pollers", "requests", "dollars"), [(5, "657000", "0.26"), (2, "262800", "0.11")])
def test_polling_an_idle_queue_is_not_free(pollers: int, requests: str, dollars: str) -> None:
    """COST-6."""
    use = {"sqs": {"idle_pollers": pollers}}
    assert quantities(use) == {"SQS empty receives of idle pollers": requests}
    assert price_use(use).rounded_usd == dollars


def test_two_idle_queues_cost_something_after_the_free_million() -> None:
    answer = price_use({"free_tier": True, "sqs": [{"idle_pollers": 5}, {"idle_pollers": 5}]})
    assert answer.rounded_usd == "0.13"


def test_a_payload_counts_by_64_kb_of_a_call() -> None:
    """COST-6: ten messages of 20 KB in one receive are four requests."""
    assert quantities({"sqs": {"receives": 1, "receive_kb": 200}}) == {"SQS receives": "4"}
    assert quantities({"sqs": {"sends": 3, "send_kb": 64, "deletes": 2}}) == {"SQS sends": "3", "SQS deletes": "2"}


def test_a_stream_on_demand_counts_whole_kilobytes_on_the_way_in() -> None:
    """BILL-9."""
    found = quantities({"kinesis": {"mode": "on_demand", "hours": 1, "records": 1_048_576, "record_kb": "4.5"}})
    assert found == {"Kinesis stream hours": "1", "Kinesis data in": "5", "Kinesis data out": "4.5"}


def test_fan_out_is_billed_by_consumer_shard_and_gigabyte() -> None:
    """COST-7."""
    use = {"kinesis": {"shards": 4, "hours": 10, "records": 1_048_576, "record_kb": 1, "fan_out_consumers": 2}}
    found = quantities(use)
    assert (found["Kinesis enhanced fan-out hours"], found["Kinesis enhanced fan-out data"]) == ("80", "2")


def test_lambda_reads_dynamodb_streams_for_nothing() -> None:
    """COST-7."""
    assert price_use({"dynamodb_streams": {"lambda_reads": 10**9}}).total_usd == "0"


@pytest.mark.parametrize(
    ("loads", "lcu_hours"),
    [
        ({"new_connections_per_s": 50}, "2"),
        ({"new_connections_per_s": 1, "active_connections": 9_000}, "3"),
        ({"gb_per_hour": 2}, "5"),
        ({"gb_per_hour": 2, "target": "other"}, "2"),
        ({"requests_per_s": 100, "rules": 60}, "5"),
        ({"requests_per_s": 100, "rules": 10, "new_connections_per_s": 25}, "1"),
    ],
)
def test_a_capacity_unit_is_the_largest_of_four_loads(loads: dict[str, Any], lcu_hours: str) -> None:
    """BILL-8."""
    found = quantities({"load_balancer": {"hours": "0.5", **loads}})
    assert found["Load balancer hours"] == "1"
    assert Decimal(found["Load balancer capacity units"]) * 2 == Decimal(lcu_hours)


def test_each_retry_of_a_step_is_one_more_transition() -> None:
    """BILL-10."""
    found = price_use({"step_functions": {"executions": 1_000, "transitions": 4, "retries": 10}})
    assert found.total_usd == "0.10025"


def test_express_workflows_go_up_to_100_ms_and_64_mb() -> None:
    """BILL-10."""
    use = {"type": "express", "executions": 36_000_000, "avg_ms": 101, "memory_mb": 65}
    assert quantities({"step_functions": use})["Step Functions Express duration"] == "250"


# what is given wrongly


@pytest.mark.parametrize(
    ("use", "field"),
    [
        ([], ""),
        ({"lamda": {}}, "lamda"),
        ({"lambda": 3}, "lambda"),
        ({"lambda": [{}]}, "lambda[0].requests"),
        ({"lambda": {"requests": -1}}, "lambda.requests"),
        ({"lambda": {"requests": "NaN"}}, "lambda.requests"),
        ({"lambda": {"requests": "1e40"}}, "lambda.requests"),
        ({"lambda": {"requests": 1, "cold_rate": 2}}, "lambda.cold_rate"),
        ({"lambda": {"requests": 1, "memory_mb": 64}}, "lambda.memory_mb"),
        (
            {"lambda": {"requests": 1, "provisioned": {"concurrent_executions": 1, "hours": -1}}},
            "lambda.provisioned.hours",
        ),
        ({"hours_per_month": 800}, "hours_per_month"),
        ({"hours_per_month": "x"}, "hours_per_month"),
        ({"free_tier": "yes"}, "free_tier"),
        ({"units": {}}, "units"),
        ({"units": [["x", "sqs.standard"]]}, "units[0]"),
        ({"units": [["x", "sqs.standard", -1]]}, "units[0][2]"),
        ({"units": [["x", "sqs.standard", 1, 2]]}, "units[0]"),
        ({"region": 3}, "region"),
        ({"event_pollers": {"source": "sqs", "pollers_per_unit": 0}}, "event_pollers.pollers_per_unit"),
    ],
)
def test_a_wrong_input_is_an_error_at_its_field(use: Any, field: str) -> None:
    assert field in errors(use)


def test_a_quotient_without_end_is_rounded_to_twelve_places() -> None:
    assert divided(1, 3) == Decimal("0.333333333333")
    assert divided(1, 4) == Decimal("0.25")


def test_every_price_can_be_asked_for() -> None:
    keys = ["lambda.requests", "msk.m5large", "mq.t2micro", "transfer.out"]
    answer = price_use({"units": [[key, key, 1] for key in keys]})
    assert [item.unit_price for item in answer.line_items] == [f"{price(key).first.normalize():f}" for key in keys]
