"""AWS's own worked examples, from its pricing pages: each line to the cent that the page prints."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from simulations.engine.billing import price_use

PAGE = "https://aws.amazon.com/lambda/pricing/"
BERT = {"requests": 2_000_000, "avg_ms": 280, "memory_mb": 4_096}
FOOD = {"memory_mb": 1_536}
# where the page rounds a line before it adds, the sum of its lines may differ by a cent from the exact total
Example = tuple[dict[str, Any], dict[str, str]]

LAMBDA: dict[str, Example] = {
    "3 million requests of 512 MB and 1 s (page of 2018, old price of duration: $18.34 there)": (
        {"free_tier": True, "lambda": {"requests": 3_000_000, "avg_ms": 1_000, "memory_mb": 512}},
        {"lambda.requests": "0.40", "lambda.duration.x86": "18.33"},
    ),
    "example 1: mobile application backend": (
        {"free_tier": True, "lambda": {"requests": 3_000_000, "avg_ms": 120, "memory_mb": 1_536}},
        {"lambda.requests": "0.40", "lambda.duration.x86": "2.33"},
    ),
    "example 2: enriching streaming telemetry": (
        {"lambda": {"requests": 7_440_000, "avg_ms": 2_000, "memory_mb": 1_024}},
        {"lambda.requests": "1.49", "lambda.duration.x86": "248.00"},
    ),
    "example 3: machine learning with 2,048 MB of ephemeral storage": (
        {
            "free_tier": True,
            "lambda": {"requests": 6_000_000, "avg_ms": 280, "memory_mb": 4_096, "ephemeral_storage_mb": 2_048},
        },
        {"lambda.requests": "1.00", "lambda.duration.x86": "105.33", "lambda.ephemeral": "0.08"},
    ),
    "provisioned concurrency, example 1: mobile application launch": (
        {
            "free_tier": True,
            "lambda": [
                {**FOOD, "requests": 500_000, "avg_ms": 100, "provisioned": {"concurrent_executions": 100, "hours": 8}},
                {**FOOD, "requests": 2_500_000, "avg_ms": 120},
            ],
        },
        {
            "lambda.pc.capacity.x86": "18.00", "lambda.requests": "0.40", "lambda.pc.duration.x86": "0.73",
            "lambda.duration.x86": "0.83",
        },
    ),
    "provisioned concurrency, example 2: Cyber Monday": (
        {"lambda": {**BERT, "provisioned": {"concurrent_executions": 7, "hours": 24}}},
        {"lambda.pc.capacity.x86": "10.08", "lambda.requests": "0.40", "lambda.pc.duration.x86": "21.78"},
    ),
    "SnapStart: enriching streaming telemetry": (
        {
            "hours_per_month": 744,
            "lambda": {
                "requests": 7_440_000, "avg_ms": 2_000, "memory_mb": 1_024, "snap_start": {"restores": 74_400},
            },
        },
        {
            "lambda.requests": "1.49", "lambda.duration.x86": "248.00", "lambda.snapstart.cache": "4.03",
            "lambda.snapstart.restore": "10.40",
        },
    ),
    "response streaming: server side rendering, its 100 GB used up": (
        {
            "lambda": [
                {"requests": 2_000_000, "avg_ms": 500, "memory_mb": 1_536, "streamed_mb": "0.1"},
                {"requests": 1_000_000, "avg_ms": 500, "memory_mb": 1_536, "streamed_mb": 7},
            ]
        },
        {"lambda.streaming": "7.81"},
    ),
    "provisioned mode, example 1: Kafka with 800 EPU-hours": (
        {
            "lambda": {"requests": 60_000_000, "avg_ms": 1_000, "memory_mb": 1_024},
            "event_pollers": {"source": "kafka", "epu_hours": 800},
        },
        {"lambda.requests": "12.00", "lambda.epu.kafka": "148.00"},
    ),
    "provisioned mode, example 2: SQS with 8,000 EPU-hours": (
        {
            "lambda": {"requests": 30_000_000, "avg_ms": 1_000, "memory_mb": 1_024},
            "event_pollers": {"source": "sqs", "epu_hours": 8_000},
        },
        {"lambda.requests": "6.00", "lambda.duration.x86": "500.00", "lambda.epu.sqs": "74.00"},
    ),
    "provisioned mode, example 3: ten Kafka mappings share a unit, a month of 720 hours": (
        {
            "hours_per_month": 720,
            "lambda": {"requests": 300_000_000, "avg_ms": 200, "memory_mb": 1_024},
            "event_pollers": {"source": "kafka", "pollers": 10},
        },
        {"lambda.requests": "60.00", "lambda.duration.x86": "1000.00", "lambda.epu.kafka": "133.20"},
    ),
    "Lambda@Edge: 10 million requests of 128 MB and 10 ms": (
        {"units": [["requests", "lambda.edge.requests", 10_000_000], ["time", "lambda.edge.duration", "12500"]]},
        {"lambda.edge.requests": "6.00", "lambda.edge.duration": "0.63"},
    ),
    "tenant isolation: 200,000 environments of 1 GB": (
        {
            "lambda": {"requests": 10_000_000, "avg_ms": 2_000, "memory_mb": 1_024},
            "units": [["new environments", "lambda.tenant", 200_000]],
        },
        {"lambda.requests": "2.00", "lambda.duration.x86": "333.33", "lambda.tenant": "33.40"},
    ),
    "durable functions: a million insurance claims on arm64": (
        {
            "free_tier": True,
            "lambda": {"requests": 2_000_000, "avg_ms": 16_000, "memory_mb": 1_024, "architecture": "arm64"},
            "units": [["operations", "lambda.durable.op", 4_000_000], ["written", "lambda.durable.write", 104]],
        },
        {
            "lambda.requests": "0.20", "lambda.duration.arm": "421.34", "lambda.durable.op": "32.00",
            "lambda.durable.write": "26.00",
        },
    ),
}  # fmt: skip

OTHERS: dict[str, Example] = {
    # https://aws.amazon.com/kinesis/data-streams/pricing/: 100 records a second of 35 KB on four shards, 31 days
    "Kinesis: four shards, 35 KB records": (
        {"hours_per_month": 744, "kinesis": {"shards": 4, "records": 267_840_000, "record_kb": 35}},
        {"kinesis.shard_hour": "44.64", "kinesis.put": "7.50"},
    ),
    # https://aws.amazon.com/api-gateway/pricing/: a message of 33 KB is metered as two
    "API Gateway: a WebSocket message of 33 KB is two": (
        {"websocket_api": {"messages": 1_000_000, "message_kb": 33}},
        {"apigw.ws.message": "2.00"},
    ),
    # https://aws.amazon.com/kinesis/pricing/: records of 5 KB, 45 KB and 1 MB hold 1, 2 and 40 payload units
    "Kinesis: payload units of 5 KB, 45 KB and 1,000 KB": (
        {
            "kinesis": [
                {"shards": 0, "records": 1_000_000, "record_kb": 5}, {"shards": 0, "records": 1_000_000, "record_kb": 45},
                {"shards": 0, "records": 1_000_000, "record_kb": 1_000},
            ]
        },
        {"kinesis.put": "0.60"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("use", "printed"), [*LAMBDA.values(), *OTHERS.values()], ids=[*LAMBDA, *OTHERS])
def test_a_worked_example_comes_out_as_its_page_prints_it(use: dict[str, Any], printed: dict[str, str]) -> None:
    answer = price_use(use)
    for key, amount in printed.items():
        found = sum((Decimal(item.amount) for item in answer.line_items if item.price_key == key), Decimal(0))
        assert found.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(amount), key


def test_the_examples_totals_agree_with_the_page_within_its_own_rounding() -> None:
    launch, _ = LAMBDA["provisioned concurrency, example 1: mobile application launch"]
    sale, _ = LAMBDA["provisioned concurrency, example 2: Cyber Monday"]
    assert abs(Decimal(price_use(launch).total_usd) - Decimal("19.96")) < Decimal("0.02")
    assert price_use(sale).rounded_usd == "32.26"


def test_a_month_of_express_workflows_agrees_with_the_page_within_its_rounded_rates() -> None:
    """https://aws.amazon.com/step-functions/pricing/: 100 million of 10 s and 64 MB; the page prints rates of five digits."""
    used = {"type": "express", "executions": 100_000_000, "avg_ms": 10_000, "memory_mb": 63}
    answer = price_use({"step_functions": used})
    amounts = {(item.price_key, item.part): Decimal(item.amount) for item in answer.line_items}
    assert amounts["sfn.express.requests", ""] == 100
    parts = (Decimal(item.quantity) for item in answer.line_items if item.price_key == "sfn.express.duration")
    hours = sum(parts, Decimal(0))
    assert hours.quantize(Decimal("0.01")) == Decimal("17361.11")
    for part, printed in {"": "60.00", "tier_2": "120.00", "tier_3": "202.97"}.items():
        assert abs(amounts["sfn.express.duration", part] - Decimal(printed)) < Decimal("0.06")
    assert abs(Decimal(answer.total_usd) - Decimal("482.97")) < Decimal("0.1")
