"""The SQS trigger: what AWS refuses, the closed forms of queueing theory, and what holds in every scenario.

Statistics have fixed seeds and a margin of five standard errors, so they never fail by luck.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from simulations.engine import Scenario, ScenarioErrors, parse_scenario, simulate_rows
from simulations.engine.delivery.group_settings import Fifo
from simulations.engine.delivery.pollers import Scale
from simulations.engine.delivery.queue import Queue
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.failures import FailurePlan
from simulations.engine.function import Constant, Exponential, Function
from simulations.engine.sim import Sim
from simulations.engine.trace import Kind, Outcome, Received, Row
from simulations.engine.traffic import Poisson
from tests.properties.test_queue import hidden_us, most_batches
from tests.strategies import scenarios
from tests.traces import Trace

US = 1_000_000


def errors_of(**raw: Any) -> list[tuple[str, str, str]]:
    """Why a scenario is refused, by field; empty if it is not."""
    try:
        parse_scenario({"trigger": "sqs", **raw})
    except ScenarioErrors as refused:
        return [(error.field, error.code, error.message) for error in refused.errors]
    return []


def test_a_large_batch_needs_a_window() -> None:
    message = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    assert errors_of(settings={"batch_size": 11}) == [
        ("settings.maximum_batching_window_s", "InvalidParameterValueException", message)
    ]
    assert not errors_of(settings={"batch_size": 11, "maximum_batching_window_s": 1})


def test_a_function_may_not_run_longer_than_its_messages_are_hidden() -> None:
    message = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    assert errors_of(function={"timeout_s": 60}) == [
        ("settings.visibility_timeout_s", "InvalidParameterValueException", message)
    ]
    assert not errors_of(function={"timeout_s": 30})


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("batch_size", 10_001, "less than or equal to 10000"),
        ("batch_size", 0, "greater than or equal to 1"),
        ("maximum_batching_window_s", 301, "less than or equal to 300"),
        ("maximum_concurrency", 1, "greater than or equal to 2"),
        ("maximum_concurrency", 1_001, "less than or equal to 1000"),
        ("visibility_timeout_s", 43_201, "less than or equal to 43200"),
        ("message_retention_period_s", 59, "greater than or equal to 60"),
        ("max_receive_count", 0, "greater than or equal to 1"),
        ("max_receive_count", 1_001, "less than or equal to 1000"),
    ],
)
def test_a_setting_outside_its_limits_is_errors_of(field: str, value: int, limit: str) -> None:
    errors = errors_of(settings={field: value})
    assert [(name, code) for name, code, _ in errors] == [(f"settings.{field}", "ValidationException")]
    assert limit in errors[0][2]


def test_a_message_of_more_than_1_mib_is_errors_of() -> None:
    message = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
    assert errors_of(traffic={"kind": "single", "size_bytes": 1_048_577}) == [
        ("traffic.size_bytes", "InvalidParameterValue", message)
    ]
    events = [{"at_ms": 0}, {"at_ms": 0, "size_bytes": 2_000_000}]
    assert errors_of(traffic={"kind": "at", "events": events})[0][0] == "traffic.events[1].size_bytes"


@pytest.mark.parametrize("catcher", ["queue_dlq", "function_dlq", "on_failure"])
def test_no_catcher_of_a_queue_can_fail(catcher: str) -> None:
    errors = errors_of(failures={"catchers": {catcher: "no_permission"}})
    assert [name for name, _, _ in errors] == [f"failures.catchers.{catcher}"]


@pytest.mark.parametrize(
    "settings",
    [
        {"mapping_starts_s": 10, "mapping_disabled_s": 9},
        {"throttle_first_wait_s": 10, "throttle_longest_wait_s": 9},
        {"minimum_pollers": 3, "maximum_pollers": 2},
        {"minimum_pollers": 3, "maximum_concurrency": 2},
        {"filter_criteria": [{"body": {"a": [1]}}], "denied_action": "delete_message"},
    ],
)
def test_settings_that_contradict_each_other_are_errors_of(settings: dict[str, Any]) -> None:
    assert [name for name, _, _ in errors_of(settings=settings)] == [f"settings.{list(settings)[1]}"]


def rows_of(raw: dict[str, Any]) -> list[Row]:
    return [row for chunk in simulate_rows(parse_scenario({"trigger": "sqs", **raw})) for row in chunk]


def served(
    pollers: int, rate_per_s: float, duration: Constant | Exponential, count: int, fifo: Fifo | None = None
) -> list[Row]:
    """Poisson arrivals to a fixed number of pollers that take one message at a time; a FIFO queue has one group."""
    sim = Sim(
        seed=11, horizon=None, function=Function(duration=duration), failures=FailurePlan(),
        traffic=Poisson(count=count, rate_per_s=rate_per_s),
    )  # fmt: skip
    messages = Queue(sim, Settings(
        batch_size=1, reports=False, visibility=900 * US, retention=345_600 * US, max_receive_count=None,
        oldest_first=True, fifo=fifo, scale=Scale(start=pollers, maximum_concurrency=pollers), first_wait=US,
        longest_wait=US, starts=0, disabled=None,
    ))  # fmt: skip
    sim.feed(messages.accept)
    rows: list[Row] = []
    while sim.kernel.step(1_000):
        rows += sim.log.take()
    return rows + sim.log.take()


EVENT_OF = 3  # where an arrived row names its event
EVENTS_OF = 16  # where an attempt row does
OUTCOME_OF = 9


def mean_and_error(values: list[float], batches: int = 20) -> tuple[float, float]:
    """The mean, and its standard error from the means of batches, which are all but independent."""
    size = len(values) // batches
    means = [sum(values[place * size : (place + 1) * size]) / size for place in range(batches)]
    mean = sum(means) / batches
    return mean, (sum((part - mean) ** 2 for part in means) / (batches - 1) / batches) ** 0.5


def waits(rows: list[Row]) -> list[float]:
    """How long each message waited for its first attempt, in seconds."""
    arrived = {row[EVENT_OF]: row[1] for row in rows if row[0] == Kind.ARRIVED}
    return [(row[1] - arrived[row[EVENTS_OF][0]]) / US for row in rows if row[0] == Kind.ATTEMPT]


@pytest.mark.parametrize(
    ("name", "pollers", "rate_per_s", "duration", "expected"),
    [
        ("M/M/10", 10, 80, Exponential(mean_ms=100), 0.02046),
        ("M/M/1", 1, 80, Exponential(mean_ms=10), 0.04),
        ("M/D/1", 1, 80, Constant(ms=10), 0.02),
    ],
)
def test_messages_wait_as_long_as_queueing_theory_says(
    name: str, pollers: int, rate_per_s: float, duration: Constant | Exponential, expected: float
) -> None:
    mean, error = mean_and_error(waits(served(pollers, rate_per_s, duration, 40_000)))
    assert error < expected / 7
    assert mean == pytest.approx(expected, abs=5 * error), name


@pytest.mark.parametrize(
    ("name", "duration", "expected"), [("M/M/1", Exponential(mean_ms=10), 0.04), ("M/D/1", Constant(ms=10), 0.02)]
)
def test_a_fifo_queue_with_one_group_is_a_single_server_however_many_pollers_there_are(
    name: str, duration: Constant | Exponential, expected: float
) -> None:
    mean, error = mean_and_error(waits(served(50, 80, duration, 40_000, Fifo(by_content=False, by_group=False))))
    assert error < expected / 7
    assert mean == pytest.approx(expected, abs=5 * error), name


def test_a_batch_of_new_messages_fails_as_often_as_one_of_its_members_does() -> None:
    raw = {
        "traffic": {"kind": "backlog", "count": 20_000}, "failures": {"error_rate": 0.01},
        "settings": {"max_receive_count": 1},
    }  # fmt: skip
    outcomes = [row[OUTCOME_OF] for row in rows_of(raw) if row[0] == Kind.ATTEMPT]
    expected = 1 - 0.99**10
    error = (expected * (1 - expected) / len(outcomes)) ** 0.5
    assert len(outcomes) == 2_000
    assert outcomes.count(Outcome.FAILED) / len(outcomes) == pytest.approx(expected, abs=5 * error)


def test_a_batch_that_nothing_joins_fails_until_all_of_it_is_dead_lettered() -> None:
    raw = {
        "traffic": {"kind": "backlog", "count": 10}, "failures": {"poison": ["4"]},
        "settings": {"max_receive_count": 5},
    }  # fmt: skip
    rows = rows_of(raw)
    assert sum(row[0] == Kind.ATTEMPT for row in rows) == 5
    assert {row[3][0] for row in rows if row[0] == Kind.CAPTURED} == {str(number) for number in range(1, 11)}


def workload(count: int) -> dict[str, Any]:
    """Poisson 1,000/s, batches of 10, 1 % poison, at most 50 pollers, five receives."""
    return {
        "traffic": {"kind": "poisson", "count": count, "rate_per_s": 1_000},
        "settings": {"max_receive_count": 5, "maximum_concurrency": 50, "error_reduction": "none"},
        "function": {"duration": {"kind": "exponential", "mean_ms": 100, "minimum_ms": 200}},
        "failures": {"poison": [str(number) for number in range(1, count, 100)]},
    }  # fmt: skip


def test_every_poison_message_is_received_as_often_as_the_redrive_policy_lets_it() -> None:
    raw = workload(5_000)
    captured = {row[3][0]: row[6] for row in rows_of(raw) if row[0] == Kind.CAPTURED}
    poison = raw["failures"]["poison"]
    assert {captured[event] for event in poison} == {5}
    assert set(captured.values()) == {5}


def test_messages_in_random_order_drag_fewer_healthy_ones_along() -> None:
    """One failed batch returns as a whole: in the order of visibility it meets itself again, at random it is mixed."""
    raw = workload(50_000)
    lost = {}
    for order in ("random", "fifo"):
        raw["settings"] |= {"receive_order": order, "visibility_timeout_s": 5}
        captured = {row[3][0] for row in rows_of(raw) if row[0] == Kind.CAPTURED}
        # not those of the start, when pollers are few, nor those of the end, when nothing new dilutes what failed
        lost[order] = len({event for event in captured if 10_000 < int(event) < 20_000} - {*raw["failures"]["poison"]})
    assert 0 < lost["random"] < lost["fifo"] / 3


@given(scenarios("sqs"))
def test_a_message_is_never_handed_out_while_it_is_hidden(scenario: Scenario) -> None:
    receives: dict[str, list[int]] = defaultdict(list)
    for record in Trace(scenario).records:
        if isinstance(record, Received):
            for event, count in zip(record.events, record.receive_counts, strict=True):
                receives[event].append(record.at_us)
                assert count == len(receives[event])
                assert count <= (scenario.settings.max_receive_count or count)
    for times in receives.values():
        assert all(after - before >= hidden_us(scenario.settings, before) for before, after in pairwise(times))


@given(scenarios("sqs"))
def test_a_batch_is_within_its_limits(scenario: Scenario) -> None:
    sizes = {}
    for row in Trace(scenario).rows:
        if row[0] == Kind.ARRIVED:
            sizes[row[EVENT_OF]] = row[4]
        if row[0] == Kind.ATTEMPT:
            assert len(row[EVENTS_OF]) <= scenario.settings.batch_size
            assert sum(sizes[event] for event in row[EVENTS_OF]) <= 6_291_456


@given(scenarios("sqs"))
def test_no_more_batches_are_on_their_way_than_there_are_pollers(scenario: Scenario) -> None:
    trace = Trace(scenario)
    most = max((row[3] for row in trace.rows if row[0] == Kind.SCALED), default=0)
    assert most <= most_batches(scenario.settings)
    assert all(running <= most for _, running in trace.running())
