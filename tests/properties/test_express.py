"""The loop for plain functions says row for row what the plain way says."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario, make_report, make_totals, parse_scenario, simulate_rows
from simulations.engine.pages import TRY, Page
from simulations.engine.run import simulate_pages
from simulations.engine.sim import QUICK, Way
from simulations.engine.trace import Kind, Row
from simulations.engine.traffic import ids
from tests.strategies import scenarios
from tests.traces import RECORD_LIMIT, digestible

# all that the loop decides itself: arrivals, concurrency, environments, durations against the timeout, failures, waits, age
PLAIN: dict[str, Any] = {
    "script": [],
    "invocations": [],
    "concurrency": [],
    "poison": [],
    "first_n": 0,
    "outages": [],
    "handler": "raise",
}


@st.composite
def plain(draw: st.DrawFn) -> Scenario:
    """An asynchronous scenario of the kind that the loop takes, most of the time."""
    scenario = draw(scenarios("s3", failures={**PLAIN, "error_rate": draw(st.sampled_from([0, 0.1, 0.5, 0.9, 1]))}))
    function = {
        "init_failure": None,
        "timeout_s": draw(st.sampled_from([1, 2, 30])),
        "init_ms": draw(st.sampled_from([0, 200, 12_000])),
        "environment_idle_s": draw(st.sampled_from([0, 1, 60])),
        "reserved_concurrent_executions": draw(st.sampled_from([None, 1, 2, 5])),
        "duration": draw(
            st.sampled_from(
                [
                    {"kind": "constant", "ms": 1.1},
                    {"kind": "constant", "ms": 1_000},
                    {"kind": "exponential", "minimum_ms": 2, "mean_ms": 900, "per_event_ms": 3},
                    {"kind": "exponential", "minimum_ms": 100, "mean_ms": 150},
                ]
            )
        ),
    }
    traffic = draw(
        st.sampled_from(
            [
                {"kind": "poisson", "count": 60, "rate_per_s": 20},
                {"kind": "poisson", "count": 1_100, "rate_per_s": 2_000},
                {"kind": "burst", "count": 1_030, "at_ms": 5},
                {"kind": "backlog", "count": 40},
                {"kind": "steady", "count": 30, "rate_per_s": 0.05},
                {"kind": "single", "at_ms": 70},
            ]
        )
    )
    raw = {
        "trigger": "s3",
        "seed": scenario.seed,
        "horizon_s": scenario.horizon_s,
        "traffic": traffic,
        "function": function,
        "failures": {"error_rate": scenario.failures.error_rate, "catchers": scenario.failures.catchers},
        "settings": {
            "maximum_retry_attempts": draw(st.integers(0, 2)),
            "maximum_event_age_s": draw(st.sampled_from([60, 61, 200, 21_600])),
            "dead_letter_config": draw(st.sampled_from([None, "sqs"])),
            "on_failure": draw(st.sampled_from([None, "eventbridge"])),
            "on_success": draw(st.sampled_from([None, "lambda"])),
        },
    }
    return parse_scenario(raw)


def rows_of(scenario: Scenario, event_limit: int | None, way: Way) -> list[Row]:
    return [row for chunk in simulate_rows(scenario, 4 * RECORD_LIMIT, event_limit, way) for row in chunk]


SCENARIOS = st.one_of(plain(), scenarios("s3", failures=PLAIN))
LIMITS = st.sampled_from([None, None, 7, 1_024, 1_025])


@given(SCENARIOS, LIMITS, st.sampled_from([QUICK, *(Way(pieces=pieces) for pieces in (1, 3, 5, 64))]))
def test_the_loop_and_the_plain_way_write_the_same_rows(scenario: Scenario, event_limit: int | None, way: Way) -> None:
    quick = rows_of(scenario, event_limit, way)
    slow = rows_of(scenario, event_limit, Way(loops=False))
    assert digestible(quick) == digestible(slow)
    assert quick == slow


@given(SCENARIOS, LIMITS)
def test_pages_hold_every_attempt_of_the_rows_and_the_same_end(scenario: Scenario, event_limit: int | None) -> None:
    chunks = list(simulate_pages(scenario, event_limit))
    pages = [chunk for chunk in chunks if isinstance(chunk, Page)]
    said = [row for chunk in chunks if not isinstance(chunk, Page) for row in chunk]
    rows = [row for chunk in simulate_rows(scenario, event_limit=event_limit) for row in chunk]
    totals, report = make_totals(scenario, event_limit), make_report(scenario, rows, by_event=False)
    for name in ("ended", "events", "attempts", "invocations", "billed_ms"):
        assert getattr(totals, name) == getattr(report, name), name
    if not pages:
        assert said == rows
        return
    attempts = [(row[6], row[8], row[12], row[16][0]) for row in rows if row[0] == Kind.ATTEMPT]
    assert sorted(attempt for page in pages for attempt in _attempts(page)) == sorted(attempts)
    assert said == rows[-len(said) :]


def _attempts(page: Page) -> list[tuple[int, int, int, str]]:
    """(start, end, billed, event) of all attempts."""
    first = zip(page.starts, page.ends, page.billed, ids(page.first, len(page.starts)), strict=True)
    tries = zip(*(page.tries[place::TRY] for place in range(TRY)), strict=True)
    return [*first, *((start, end, billed, str(index + 1)) for start, end, _, billed, index in tries)]


def test_the_loop_takes_plain_functions_only() -> None:
    def takes(failures: Any, way: Way = QUICK) -> bool:
        first = next(simulate_pages(parse_scenario({"trigger": "s3", "failures": failures}), way=way))
        return isinstance(first, Page)

    assert takes({"error_rate": 0.5})
    assert not takes({"error_rate": 0.5}, Way(loops=False))
    for failures in ({"poison": ["1"]}, {"first_n": 1}, {"concurrency": [{"from_ms": 0}]}):
        assert not takes(failures)
