"""The models against textbook results, with fixed seeds; a margin of five standard errors, so never by luck."""

import random
from typing import Any

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured, Settled
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


# streams: one poison record in a batch that is cut until it is alone; its retries are one second apart

RETRIES = 3


def cut(count: int, poison: list[str], **changes: Any) -> dict[str, Any]:
    settings = {
        "batch_size": count, "bisect_batch_on_function_error": True, "maximum_retry_attempts": RETRIES,
        "retry_first_wait_s": 1, "retry_longest_wait_s": 1, "retry_jitter_percent": 0,
    }  # fmt: skip
    scenario: dict[str, Any] = {
        "trigger": "kinesis",
        "settings": settings | changes.pop("settings", {}),
        "traffic": {"kind": "backlog", "count": count},
        "function": {"timeout_s": 60, "duration": {"kind": "constant", "ms": 100, "per_event_ms": 1}},
        "failures": {"poison": poison},
    }
    return scenario | changes


@pytest.mark.parametrize("halvings", [0, 1, 3, 7])
def test_one_poison_record_costs_two_runs_for_each_time_its_batch_can_be_halved(halvings: int) -> None:
    count = 2**halvings
    records = run(cut(count, [str(count // 3 + 1)]))
    attempts = [record for record in records if isinstance(record, Attempt)]
    assert len(attempts) == 2 * halvings + 1 + RETRIES
    assert sum(attempt.outcome == "failed" for attempt in attempts) == halvings + 1 + RETRIES
    handed_out = count + 2 * count - 2 + RETRIES
    blocked_us = 100_000 * (2 * halvings + 1 + RETRIES) + 1_000 * handed_out + 1_000_000 * RETRIES
    assert max(record.at_us for record in records if isinstance(record, Settled)) == blocked_us


def test_one_poison_record_in_a_hundred_takes_16_or_18_runs() -> None:
    runs = [sum(isinstance(record, Attempt) for record in run(cut(100, [str(place)]))) for place in range(1, 101)]
    assert (runs.count(16), runs.count(18)) == (28, 72)


BATCHES, SHARE = 1_000, 0.001


def poisoned(bisect: bool) -> tuple[list[str], dict[str, Any]]:
    """Batches of 100, each record poison with the same small probability."""
    chance = random.Random(5)
    poison = [str(number) for number in range(1, 100 * BATCHES + 1) if chance.random() < SHARE]
    traffic = {"kind": "backlog", "count": 100 * BATCHES}
    settings = {"batch_size": 100, "bisect_batch_on_function_error": bisect}
    return poison, cut(100, poison, traffic=traffic, settings=settings)


def test_batches_with_rare_poison_take_as_many_runs_as_the_tree_of_their_halves_says() -> None:
    poison, scenario = poisoned(bisect=True)
    report = make_report(parse_scenario(scenario), by_event=False)
    expected = 2.6253  # 1 + the sum over all nodes of more than one record of 2 (1 - (1-q)^m) + retries n q
    assert report.invocations.total / BATCHES == pytest.approx(expected, abs=5 * 5.2 / BATCHES**0.5)
    assert report.events.lost == len(poison)


def test_without_cutting_every_record_beside_a_poison_one_is_lost() -> None:
    poison, scenario = poisoned(bisect=False)
    report = make_report(parse_scenario(scenario), by_event=False)
    batches = {(int(number) - 1) // 100 for number in poison}
    assert report.events.lost == 100 * len(batches)
    assert report.invocations.total == BATCHES + RETRIES * len(batches)
    expected = 1 - (1 - SHARE) ** 100
    error = (expected * (1 - expected) / BATCHES) ** 0.5
    assert len(batches) / BATCHES == pytest.approx(expected, abs=5 * error)
