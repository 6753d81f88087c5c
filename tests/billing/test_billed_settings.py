"""Settings that change the bill and not the run: what capacity is paid by, for how long it is there, how long things are kept."""

from typing import Any

import pytest

from simulations.engine import make_report
from simulations.engine.billing import LineItem, price_use
from simulations.engine.cost import month_cost
from simulations.engine.counting import View
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
    [("kinesis", {"stream_mode": "on_demand"})],
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
