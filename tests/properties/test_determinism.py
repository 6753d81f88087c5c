"""P10 and P11: one scenario is one run, everywhere; and luck belongs to an event, not to the order of things."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, Scenario, simulate, simulate_rows
from tests.strategies import scenarios
from tests.traces import RECORD_LIMIT, Trace, changed, digestible, member

ROOT = Path(__file__).resolve().parent.parent.parent

# another process: reads one scenario a line, answers with the digest of its rows
ELSEWHERE = f"""
import hashlib, json, sys
from simulations.engine import parse_scenario, simulate_rows
from tests.traces import digestible
for line in sys.stdin:
    rows = [row for chunk in simulate_rows(parse_scenario(json.loads(line)), {RECORD_LIMIT}) for row in chunk]
    print(hashlib.sha256(digestible(rows)).hexdigest(), flush=True)
"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Callable[[Scenario], str]]:
    """Simulates in a process with another hash seed, time zone and language."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "20261",
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout

    def digest(scenario: Scenario) -> str:
        stdin.write(msgspec.json.encode(scenario).decode() + "\n")
        stdin.flush()
        return stdout.readline().strip()

    yield digest
    stdin.close()
    assert process.wait(10) == 0
    stdout.close()


def test_a_scenario_gives_the_same_bytes_in_another_process(elsewhere: Callable[[Scenario], str]) -> None:
    @given(scenarios())
    def check(scenario: Scenario) -> None:
        assert hashlib.sha256(digestible(Trace(scenario).rows)).hexdigest() == elsewhere(scenario)

    check()


@given(scenarios())
def test_a_scenario_gives_the_same_rows_again(scenario: Scenario) -> None:
    assert digestible(Trace(scenario).rows) == digestible(Trace(scenario).rows)


@given(scenarios(), st.integers(1, 40))
def test_a_limit_on_records_cuts_and_changes_nothing_before(scenario: Scenario, limit: int) -> None:
    whole, cut = Trace(scenario), Trace(scenario, record_limit=limit)
    if cut.reason == "record_limit":
        assert len(cut.rows) == limit + 2, "what was asked for, the notice and the end"
        assert cut.rows[:limit] == whole.rows[:limit]
    else:
        assert cut.rows == whole.rows


@given(scenarios(), st.integers(1, 5))
def test_a_limit_on_events_cuts_and_says_so(scenario: Scenario, limit: int) -> None:
    rows = [row for chunk in simulate_rows(scenario, RECORD_LIMIT, event_limit=limit) for row in chunk]
    assert sum(row[0] == 0 for row in rows) <= limit


@given(scenarios(), st.sampled_from([0, 1, 30, 60, 61, 200]))
def test_a_horizon_cuts_and_changes_nothing_before(scenario: Scenario, horizon_s: int) -> None:
    whole = Trace(changed(scenario, horizon_s=None))
    cut = Trace(changed(scenario, horizon_s=horizon_s))
    end = horizon_s * 1_000_000
    last_whole = whole.rows[-1][1] if whole.reason == "record_limit" else end + 1
    before = [row for row in whole.rows[:-1] if row[1] <= end and row[1] < last_whole and row[0] != 13]
    shorter = [row for row in cut.rows[:-1] if row[1] <= end and row[1] < last_whole and row[0] != 13]
    assert shorter == before


@given(scenarios())
def test_records_are_rows_with_names(scenario: Scenario) -> None:
    few = changed(scenario, horizon_s=1)
    if len(Trace(few).rows) < RECORD_LIMIT:
        assert list(simulate(few)) == Trace(few).records


@pytest.mark.parametrize(
    "trigger", [key for key, trigger in TRIGGERS.items() if trigger.model in ("synchronous", "asynchronous")]
)
def test_another_setting_never_changes_the_luck_of_an_event(trigger: str) -> None:
    """The n-th invocation with an event fails or not whatever the concurrency; only time itself may decide otherwise."""

    @given(
        scenarios(
            trigger,
            failures={"invocations": [], "outages": [], "concurrency": [], "invoke_errors": []},
            function={
                "timeout_s": 30,
                "init_failure": None,
                "init_ms": 0,
                "duration": {"kind": "exponential", "mean_ms": 400},
            },
        ),
        st.sampled_from([1, 2, 3, 1_000]),
        st.sampled_from([128, 10_240]),
    )
    def check(scenario: Scenario, concurrency: int, memory_mb: int) -> None:
        other = changed(scenario, function={"account_concurrent_executions": concurrency, "memory_mb": memory_mb})
        assert _luck(Trace(scenario)).items() >= _both(_luck(Trace(scenario)), _luck(Trace(other)))

    check()


def _luck(trace: Trace) -> dict[tuple[str, int], tuple[str, int]]:
    """Outcome and length of the code's run by (event, invocation)."""
    return {
        (event, member(attempt, event)["invocation"]): (
            attempt.outcome,
            attempt.end_us - attempt.start_us - attempt.init_us,
        )
        for attempt in trace.attempts
        if attempt.invocation is not None
        for event in attempt.events
    }


def _both(
    one: dict[tuple[str, int], tuple[str, int]], other: dict[tuple[str, int], tuple[str, int]]
) -> set[tuple[tuple[str, int], tuple[str, int]]]:
    """What the other run says about invocations that happened in both."""
    return {(key, other[key]) for key in one.keys() & other.keys()}


# another process: the digest of a long run in its short form, with numpy or where there is none; where a page ends and the next
# one begins says nothing, so that their columns are joined
ANYWHERE = """
import hashlib, sys
from itertools import chain
if sys.argv[1] == "without":
    sys.modules["numpy"] = None
from simulations.benchmarks.workloads import WORKLOADS
from simulations.engine import arrays
from simulations.engine.run import simulate_pages
assert arrays.serve(arrays.MANY) == (sys.argv[1] == "with")
for workload in WORKLOADS.values():
    *pages, end = simulate_pages(workload(arrays.MANY + 1))
    _, *columns = zip(*pages)
    run = [*(list(chain.from_iterable(column)) for column in columns), end]
    print(hashlib.sha256(repr(run).encode()).hexdigest())
"""


def test_long_runs_are_the_same_where_there_is_no_numpy() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", ANYWHERE, numpy],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for numpy in ("with", "without")
    }
    assert len(found) == 1
    assert len(found.pop().split()) == 3
