"""What the loops for plain queues and plain streams are tried with, and what both must agree in with the model itself."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from simulations.engine import Scenario, make_report, make_totals
from simulations.engine.pages import FAILED, TIMED_OUT, WORKED
from simulations.engine.trace import Outcome, Row

OUTCOMES = {WORKED: Outcome.SUCCEEDED, FAILED: Outcome.FAILED, TIMED_OUT: Outcome.TIMED_OUT}
MOST = 4_000  # rows, because an event that always fails may be tried for days
TRAFFIC: list[dict[str, Any]] = [
    {"kind": "steady", "count": 40, "rate_per_s": 20},
    {"kind": "poisson", "count": 60, "rate_per_s": 30},
    {"kind": "poisson", "count": 30, "rate_per_s": 0.0005},
    {"kind": "burst", "count": 50, "at_ms": 1_500},
    {"kind": "backlog", "count": 1_100},
    {"kind": "single", "at_ms": 1_000},
]
FAILURES: list[dict[str, Any]] = [
    {"error_rate": 0.2},
    {"poison": ["3", "17"]},
    {"poison": ["3"], "error_rate": 0.5},
    {"first_n": 2},
    {"outages": [{"from_ms": 1_000, "to_ms": 9_000}]},
    {"error_rate": 1},
    {},
]


def workload(
    draw: st.DrawFn, traffic: Sequence[dict[str, Any]] = (), failures: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Seed, traffic and failures of a scenario, from those above and these."""
    arrivals, plan = draw(st.sampled_from([*TRAFFIC, *traffic])), draw(st.sampled_from([*FAILURES, *failures]))
    if arrivals["kind"] == "single" and "poison" in plan:
        plan = {**plan, "poison": ["1"]}  # it must name events that there are
    return {"seed": draw(st.integers(0, 99)), "traffic": arrivals, "failures": plan}


def check_ends_alike(scenario: Scenario, event_limit: int | None, rows: list[Row], chunks: Sequence[object]) -> None:
    """What the loop writes as records ends the run as the model ends it, and its totals are those of the report."""
    said = [row for chunk in chunks if isinstance(chunk, list) for row in chunk]
    assert said == rows[-len(said) :]
    totals, report = make_totals(scenario, event_limit), make_report(scenario, rows, by_event=False)
    for name in ("ended", "events", "attempts", "invocations", "billed_ms"):
        assert getattr(totals, name) == getattr(report, name), name
