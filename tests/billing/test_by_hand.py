"""Bills worked out by hand: what the records of a run say, times prices as their pages print them, to the last digit.

Nothing of our own counts or multiplies here but the simulation: prices are those of us-east-1 in November 2026.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from simulations.engine import Report, make_report
from simulations.engine.trace import Arrived, Attempt, Ended, Received, Record, Settled
from tests.engine.histories import scenario
from tests.traces import Trace

REQUEST, GB_S, GB_S_ARM = Decimal("0.0000002"), Decimal("0.0000166667"), Decimal("0.0000133334")
PLACES = Decimal("1e-12")  # a quantity without end as a decimal is rounded so
KB_64 = 65_536


def run(trigger: str, **sections: Any) -> tuple[list[Record], Report]:
    chosen = scenario(trigger, **sections)
    return Trace(chosen).records, make_report(chosen)


def invoked(records: Iterable[Record]) -> list[Attempt]:
    return [record for record in records if isinstance(record, Attempt) and record.invocation is not None]


def time_ms(attempts: Iterable[Attempt]) -> Decimal:
    return Decimal(sum(attempt.billed_ms for attempt in attempts))


def sizes(records: Iterable[Record]) -> dict[str, int]:
    return {record.event: record.size_bytes for record in records if isinstance(record, Arrived)}


def ended(records: list[Record]) -> Ended:
    last = records[-1]
    assert isinstance(last, Ended)
    return last


def test_a_queue_with_poison_messages() -> None:
    records, report = run(
        "sqs", traffic={"kind": "steady", "count": 30, "size_bytes": 50_000}, failures={"poison": ["3", "9"]},
        settings={"max_receive_count": 5}, function={
            "architecture": "arm64", "memory_mb": 1_024, "duration": {"kind": "constant", "ms": 733}},
    )  # fmt: skip
    size, counts = sizes(records), ended(records).counts
    requests = sum(-(-each // KB_64) for each in size.values()) + counts["empty_receives"] + counts["deletes"]
    for record in records:
        if isinstance(record, Received):
            assert len(record.events) <= 10
            requests += -(-sum(size[event] for event in record.events) // KB_64)
    ran = invoked(records)
    hand = len(ran) * REQUEST + time_ms(ran) / 1_000 * GB_S_ARM + requests * Decimal("0.0000004")
    assert Decimal(report.cost.total_usd) == hand


def test_a_stream_on_demand_with_fan_out_that_keeps_records_for_two_days() -> None:
    records, report = run(
        "kinesis", traffic={"kind": "steady", "count": 25, "size_bytes": 4_608}, failures={"error_rate": 0.4},
        settings={"stream_mode": "on_demand", "consumer": "enhanced_fan_out", "retention_period_hours": 48},
        function={"memory_mb": 512},
    )  # fmt: skip
    ran, data = invoked(records), Decimal(sum(sizes(records).values()))
    hand = len(ran) * REQUEST + time_ms(ran) / 1_000 / 2 * GB_S
    hand += (Decimal(ended(records).at_us) / 3_600_000_000).quantize(PLACES) * Decimal("0.04")
    hand += (Decimal(25 * 5) / 1_024**2).quantize(PLACES) * Decimal("0.08")
    hand += (data / 1_024**3).quantize(PLACES) * Decimal("0.05")
    hand += (data * 24 / 1_024**3 / 730).quantize(PLACES) * Decimal("0.10")
    assert Decimal(report.cost.total_usd) == hand


def test_large_asynchronous_events_that_a_destination_keeps() -> None:
    records, report = run(
        "sdk_invoke", traffic={"kind": "burst", "count": 3, "size_bytes": 400_000}, failures={"error_rate": 1},
        settings={"invocation_type": "event", "on_failure": "s3"}, function={"memory_mb": 256, "init_ms": 200},
    )  # fmt: skip
    ran = invoked(records)
    assert len(ran) == 9
    hand = 9 * (1 + 3) * REQUEST + time_ms(ran) / 1_000 / 4 * GB_S + 3 * Decimal("0.000005")
    assert Decimal(report.cost.total_usd) == hand


def test_an_http_api_in_front_of_environments_that_are_kept_ready() -> None:
    records, report = run(
        "http_api", traffic={"kind": "burst", "count": 7, "size_bytes": 600_000}, function={
            "provisioned_concurrent_executions": 2, "memory_mb": 1_024, "ephemeral_storage_mb": 1_024,
            "duration": {"kind": "constant", "ms": 50}},
    )  # fmt: skip
    ran = invoked(records)
    ready = time_ms(attempt for attempt in ran if attempt.environment in (1, 2)) / 1_000
    on_demand = time_ms(ran) / 1_000 - ready
    hand = 7 * REQUEST + on_demand * GB_S + ready * Decimal("0.0000097222") + 2 * 300 * Decimal("0.0000041667")
    hand += (ready + on_demand) / 2 * Decimal("0.0000000309") + 7 * 2 * Decimal("0.000001")
    assert Decimal(report.cost.total_usd) == hand


def test_an_express_workflow_that_retries() -> None:
    records, report = run(
        "step_functions", traffic={"kind": "burst", "count": 5}, failures={"error_rate": 0.5},
        settings={"type": "express", "retry": [{"error_equals": ["States.ALL"], "max_attempts": 2}]},
    )  # fmt: skip
    ran = invoked(records)
    begun = {record.event: record.at_us for record in records if isinstance(record, Arrived)}
    steps = sum(
        -(-(record.at_us - begun[record.event]) // 100_000) for record in records if isinstance(record, Settled)
    )
    gb_hours = (Decimal(steps) / 10 / 3_600 / 16).quantize(PLACES)
    hand = (
        len(ran) * REQUEST + time_ms(ran) / 1_000 / 8 * GB_S + 5 * Decimal("0.000001") + gb_hours * Decimal("0.060012")
    )
    assert Decimal(report.cost.total_usd) == hand


def test_a_month_of_events_that_all_end_in_a_dead_letter_queue() -> None:
    records, report = run(
        "eventbridge", traffic={"kind": "steady", "rate_per_s": 3, "count": 60, "size_bytes": 70_000},
        failures={"error_rate": 1}, settings={"dead_letter_config": "sqs"},
    )  # fmt: skip
    ran = invoked(records)
    each = 3 * REQUEST + 3 * Decimal("0.0125") * GB_S + 2 * Decimal("0.000001") + 2 * Decimal("0.0000004")
    assert (len(ran), time_ms(ran)) == (180, Decimal(18_000))
    assert Decimal(report.cost.total_usd) == 60 * each
    assert Decimal(report.cost.month.total_usd) == 3 * 730 * 3_600 * each
