"""CloudWatch over time: the same data points as in the figures of the whole run, put where they belong."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from simulations.engine import Scenario, make_report, parse_scenario
from simulations.engine.metrics import Metrics
from simulations.engine.metrics.over_time import MOST_POINTS, statistic
from tests.strategies import scenarios
from tests.traces import Trace


def over_time(**scenario: Any) -> dict[str, list[tuple[int, int | float]]]:
    found = make_report(parse_scenario(scenario)).cloudwatch_over_time
    return {name: metric.points for name, metric in found.metrics.items()}


def test_each_attempt_counts_in_the_minute_in_which_it_starts() -> None:
    metrics = over_time(trigger="s3", failures={"error_rate": 1})
    assert metrics["Invocations"] == metrics["Errors"] == [(0, 1), (60, 1), (180, 1)]
    assert metrics["AsyncEventsDropped"] == [(180, 1)]
    assert metrics["Duration"] == [(0, 100), (60, 100), (180, 100)]
    assert "Throttles" not in metrics, "what never moves is left out"


def test_a_run_of_days_is_shown_in_longer_periods() -> None:
    scenario = {"trigger": "sqs", "failures": {"error_rate": 1}, "settings": {"message_retention_period_s": 1_209_600}}
    report = make_report(parse_scenario(scenario), by_event=False)
    found = report.cloudwatch_over_time
    assert found.period_s == 21_600
    assert [number for _, number in found.metrics["Invocations"].points] == [720] * 56


def test_the_age_of_the_oldest_message_rises_while_nothing_happens() -> None:
    scenario = {
        "trigger": "sqs",
        "failures": {"error_rate": 1},
        "settings": {"visibility_timeout_s": 600, "max_receive_count": 2},
    }
    ages = over_time(**scenario)["ApproximateAgeOfOldestMessage"]
    assert len(ages) == 21
    assert all(later > earlier for (_, earlier), (_, later) in pairwise(ages))
    assert ages[-1] == (1_200, 1_200)


def test_what_lies_in_a_dead_letter_queue_is_seen_in_each_minute_from_then_on() -> None:
    """MET-10: a depth is looked at in every period, also in those in which nothing comes in."""
    traffic = {"kind": "at", "events": [{"at_ms": 0, "id": "poison"}, {"at_ms": 200_000}]}
    settings = {"max_receive_count": 2, "batch_size": 1}
    metrics = over_time(trigger="sqs", traffic=traffic, settings=settings, failures={"poison": ["poison"]})
    assert metrics["ApproximateNumberOfMessagesVisible (queue_dlq)"] == [(0, 0), (60, 1), (120, 1), (180, 1)]


def test_events_of_a_failed_invocation_count_in_the_minute_in_which_it_ends() -> None:
    """ESMM-1, unlike Errors, which count where it starts."""
    metrics = over_time(
        trigger="kinesis", failures={"first_n": 1}, settings={"maximum_retry_attempts": 1},
        function={"duration": {"kind": "constant", "ms": 70_000}, "timeout_s": 900}, traffic={"kind": "backlog", "count": 3},
    )  # fmt: skip
    assert metrics["Errors"] == [(0, 1)]
    assert metrics["FailedInvokeEventCount"] == [(60, 3)]
    assert metrics["PolledEventCount"] == [(0, 3)]
    assert metrics["InvokedEventCount"] == [(0, 3), (60, 3)]


@given(scenarios())
def test_periods_add_up_to_the_whole_run(scenario: Scenario) -> None:
    metrics = Metrics(scenario)
    metrics.add(Trace(scenario).rows)
    over, whole = metrics.over_time(), metrics.cloudwatch()
    for name, found in over.metrics.items():
        numbers = [number for _, number in found.points]
        starts = [start for start, _ in found.points]
        assert starts == sorted(set(starts))
        assert all(start % over.period_s == 0 for start in starts)
        assert len(starts) <= MOST_POINTS
        if statistic(name) == "Sum":
            assert sum(numbers) == pytest.approx(whole[name].sum)
        elif statistic(name) == "Maximum":
            assert max(numbers) == whole[name].max


@given(scenarios())
def test_it_does_not_matter_how_the_trace_is_cut(scenario: Scenario) -> None:
    rows = Trace(scenario).rows
    at_once, bit_by_bit = Metrics(scenario), Metrics(scenario)
    at_once.add(rows)
    for row in rows:
        bit_by_bit.add([row])
    assert at_once.over_time() == bit_by_bit.over_time()
