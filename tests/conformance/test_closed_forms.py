"""The models against textbook results, with fixed seeds; a margin of five standard errors, so never by luck."""

from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured
from tests.conformance.cases import run

EVENTS = 20_000


def workload(**changes: Any) -> dict[str, Any]:
    scenario: dict[str, Any] = {
        "trigger": "s3",
        "seed": 7,
        "traffic": {"kind": "poisson", "count": EVENTS, "rate_per_s": 300},
        "function": {"timeout_s": 60, "duration": {"kind": "exponential", "mean_ms": 150, "minimum_ms": 100}},
        "failures": {"error_rate": 0.2},
    }
    return scenario | changes


def test_the_share_lost_is_the_error_rate_to_the_power_of_the_tries() -> None:
    report = make_report(parse_scenario(workload()), by_event=False)
    expected = 0.2**3
    error = (expected * (1 - expected) / EVENTS) ** 0.5
    assert report.events.lost / EVENTS == pytest.approx(expected, abs=5 * error)


def test_invocations_for_each_event_are_a_geometric_sum() -> None:
    report = make_report(parse_scenario(workload()), by_event=False)
    expected = (1 - 0.2**3) / (1 - 0.2)
    assert report.invocations.total / EVENTS == pytest.approx(expected, abs=5 * 0.5 / EVENTS**0.5)


def test_billed_time_is_the_mean_rounded_up_to_milliseconds() -> None:
    billed = [record.billed_ms for record in run(workload(failures={})) if isinstance(record, Attempt)]
    expected = 250.5006  # 100 + 1/(1 - exp(-1/150))
    assert sum(billed) / len(billed) == pytest.approx(expected, abs=5 * 150 / EVENTS**0.5)


def test_a_run_that_always_fails_starts_at_0_d_60_2d_180_and_ends_at_3d_180() -> None:
    scenario = workload(
        traffic={"kind": "single"},
        function={"duration": {"kind": "constant", "ms": 500}},
        failures={"error_rate": 1},
        settings={"dead_letter_config": "sqs"},
    )
    records = run(scenario)
    assert [record.start_us / 1e6 for record in records if isinstance(record, Attempt)] == [0, 60.5, 181]
    assert [record.at_us / 1e6 for record in records if isinstance(record, Captured)] == [181.5]


def test_a_function_that_is_always_throttled_is_tried_eighty_times_and_given_up_at_the_last() -> None:
    always = [{"from_ms": 0, "to_ms": None, "available": 0}]
    report = make_report(parse_scenario(workload(traffic={"kind": "single"}, failures={"concurrency": always})))
    assert report.attempts.throttled == report.attempts.total == 10 + (21_600 - 511) // 300
    assert report.ended is not None
    assert report.ended.at_us / 1e6 == 511 + 300 * 70


@pytest.mark.parametrize("trigger", ["api_gateway", "alb"])
@pytest.mark.parametrize(
    ("offered", "slots", "lost", "margin"), [(1, 1, 0.5, 0.02), (10, 10, 0.21458, 0.02), (93, 100, 0.03933, 0.006)]
)
def test_a_synchronous_caller_is_refused_as_often_as_erlang_says(
    trigger: str, offered: int, slots: int, lost: float, margin: float
) -> None:
    scenario = {
        "trigger": trigger,
        "seed": 3,
        "traffic": {"kind": "poisson", "count": EVENTS, "rate_per_s": offered * 10},
        "function": {"reserved_concurrent_executions": slots, "duration": {"kind": "exponential", "mean_ms": 100}},
    }
    report = make_report(parse_scenario(scenario), by_event=False)
    assert report.attempts.throttled / EVENTS == pytest.approx(lost, abs=margin)
