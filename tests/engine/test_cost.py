from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, Scenario, simulate_rows
from simulations.engine.billing import LineItem, plain
from simulations.engine.billing.functions import gb_seconds
from simulations.engine.cost import Cost, make_cost, running_total
from simulations.engine.prices import price
from simulations.engine.trace import Outcome
from simulations.engine.usage import Usage, further_requests
from tests.engine.histories import History, scenario
from tests.strategies import scenarios
from tests.traces import Trace

KB = 1_024


def cost_of(chosen: Scenario) -> Cost:
    usage = Usage(chosen)
    for rows in simulate_rows(chosen):
        usage.add(rows)
    return make_cost(chosen, usage.used)


def lambda_usd(cost: Cost) -> Decimal:
    """What Lambda's own lines come to."""
    return sum((Decimal(item.amount) for item in cost.line_items if item.service == "lambda"), Decimal(0))


def line(cost: Cost, what: str) -> LineItem:
    [found] = [item for item in cost.line_items if item.what == what]
    return found


def history_with(*outcomes: int) -> History:
    history = History()
    history.arrive(0, "a")
    for number, outcome in enumerate(outcomes, 1):
        history.invoke(number, {"a": number}, outcome)
    return history


def test_every_invocation_is_a_request_whether_it_failed_or_not() -> None:
    usage = Usage(scenario())
    usage.add(history_with(Outcome.FAILED, Outcome.TIMED_OUT, Outcome.SUCCEEDED).rows)
    found = line(make_cost(scenario(), usage.used), "Lambda requests")
    assert (found.quantity, found.unit_price, found.amount) == ("3", "0.0000002", "0.0000006")
    assert found.arithmetic == "3 requests x $0.0000002 = $0.0000006"


def test_a_throttled_or_refused_attempt_costs_nothing() -> None:
    history = History()
    history.arrive(0, "a")
    history.throttle(0, "a")
    history.throttle(1, "a", outcome=Outcome.REFUSED)
    usage = Usage(scenario())
    usage.add(history.rows)
    assert lambda_usd(make_cost(scenario(), usage.used)) == 0


def test_duration_is_billed_milliseconds_times_memory() -> None:
    cost = cost_of(scenario("s3", failures={"error_rate": 1}))
    found = line(cost, "Lambda duration (x86_64)")
    assert (found.quantity, found.unit, found.unit_price) == ("0.0375", "GB-second", "0.0000166667")
    assert found.amount == "0.00000062500125"
    assert found.counted.startswith("300 ms billed x 128 MB / 1024 MB per GB / 1000 ms per s = 0.0375 GB-seconds")
    assert lambda_usd(cost) == Decimal("0.00000122500125")


def test_arm64_has_its_own_price() -> None:
    cost = cost_of(scenario("s3", function={"architecture": "arm64", "memory_mb": 1024}))
    found = line(cost, "Lambda duration (arm64)")
    assert (found.price_key, found.quantity, found.unit_price) == ("lambda.duration.arm", "0.1", "0.0000133334")


def test_init_is_billed() -> None:
    warm, cold = (cost_of(scenario("s3", function={"init_ms": init, "memory_mb": 1024})) for init in (0, 400))
    assert line(warm, "Lambda duration (x86_64)").quantity == "0.1"
    assert line(cold, "Lambda duration (x86_64)").quantity == "0.5"


def test_a_line_names_its_price_with_date_and_source() -> None:
    found = line(cost_of(scenario()), "Lambda requests")
    row = price("lambda.requests")
    assert (found.price_key, found.region, found.price_as_of, found.price_status) == (
        "lambda.requests", "us-east-1", row.as_of, "found",
    )  # fmt: skip
    assert "pricing page" in found.price_source


# COST-4: large asynchronous events


@pytest.mark.parametrize(
    ("size_bytes", "further"),
    [(0, 0), (256 * KB, 0), (256 * KB + 1, 1), (320 * KB, 1), (320 * KB + 1, 2), (1024 * KB, 12)],
)
def test_each_further_64_kb_of_an_asynchronous_event_is_one_more_request(size_bytes: int, further: int) -> None:
    assert further_requests(size_bytes) == further
    cost = cost_of(scenario("s3", traffic={"kind": "single", "size_bytes": size_bytes}))
    lines = {item.what: item.quantity for item in cost.line_items}
    assert lines["Lambda requests"] == "1"
    assert lines.get("Lambda requests for large events", "0") == str(further)


def test_a_large_event_counts_at_each_invocation() -> None:
    large = {"kind": "single", "size_bytes": 300 * KB}
    cost = cost_of(scenario("s3", traffic=large, failures={"error_rate": 1}))
    assert line(cost, "Lambda requests for large events").quantity == "3"


@pytest.mark.parametrize("trigger", ["api_gateway", "sqs"])
def test_only_asynchronous_events_count_by_size(trigger: str) -> None:
    cost = cost_of(scenario(trigger, traffic={"kind": "single", "size_bytes": 1000 * KB}))
    assert [item.what for item in cost.line_items if item.service == "lambda"] == [
        "Lambda requests",
        "Lambda duration (x86_64)",
    ]


# exactness


@given(st.integers(0, 10**12), st.sampled_from([128, 129, 1_769, 10_240]))
def test_gigabyte_seconds_are_exact(billed_ms: int, memory_mb: int) -> None:
    assert gb_seconds(billed_ms, memory_mb) * 1_024_000 == billed_ms * memory_mb


@given(st.integers(0, 10**15), st.integers(0, 20))
def test_a_figure_is_written_without_exponent_and_means_the_same(digits: int, places: int) -> None:
    number = Decimal(digits).scaleb(-places)
    text = plain(number)
    assert Decimal(text) == number
    assert set(text) <= set("0123456789.")
    assert "." not in text or text[-1] not in "0."


@given(scenarios())
def test_the_total_of_the_moment_is_that_of_the_lines(chosen: Scenario) -> None:
    usage = Usage(chosen)
    usage.add(Trace(chosen).rows)
    cost = make_cost(chosen, usage.used)
    assert running_total(chosen, usage) == cost.total_usd
    assert Decimal(cost.total_usd) == sum(Decimal(item.amount) for item in cost.line_items)


# what is left out


@pytest.mark.parametrize(
    ("trigger", "settings", "words"),
    [
        ("s3", {}, "CloudWatch Logs"),
        ("s3", {}, "Data transfer"),
        ("sqs", {}, "whoever reads the dead-letter queue"),
        ("websocket_api", {}, "minutes of each connection"),
        ("s3", {"dead_letter_config": "sqs"}, "What dead-letter queues and destinations keep"),
        ("step_functions", {"catch": "sqs"}, "Catch goes on to"),
    ],
)
def test_what_is_not_priced_is_said(trigger: str, settings: dict[str, str], words: str) -> None:
    assert any(words in sentence for sentence in cost_of(scenario(trigger, settings=settings)).not_priced)


@pytest.mark.parametrize("trigger", list(TRIGGERS))
def test_every_trigger_has_lines_of_its_own_or_says_why_not(trigger: str) -> None:
    said = TRIGGERS[trigger].not_priced
    assert said or TRIGGERS[trigger].charges
    assert cost_of(scenario(trigger)).not_priced[: len(said)] == list(said)


@pytest.mark.parametrize(("invocation_type", "further"), [("request_response", 0), ("event", 3)])
def test_a_large_event_is_several_requests_only_if_lambda_queues_it(invocation_type: str, further: int) -> None:
    """COST-4: 448 KB are 256 KB and three times 64 KB."""
    chosen = scenario("sdk_invoke", settings={"invocation_type": invocation_type},
                      traffic={"kind": "single", "size_bytes": 448 * 1_024})  # fmt: skip
    usage = Usage(chosen)
    usage.add(Trace(chosen).rows)
    assert (usage.used.work.requests, usage.used.further_requests) == (1, further)


def test_what_is_not_configured_is_not_said_to_be_missing() -> None:
    assert not any("dead-letter" in sentence for sentence in cost_of(scenario()).not_priced)


def test_the_free_tier_is_said_not_to_be_taken_off() -> None:
    assert any("free tier is not taken off" in sentence for sentence in cost_of(scenario()).month.assumptions)
