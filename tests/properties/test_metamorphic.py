"""What a change of one thing must do to a run, and what it must leave alone."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, Scenario
from simulations.engine.trace import Attempt, Captured
from tests.strategies import scenarios
from tests.traces import Trace, changed

NOTHING_FAILS: dict[str, Any] = {
    "error_rate": 0, "first_n": 0, "poison": [], "outages": [], "script": [], "invocations": [], "concurrency": [],
    "handler": "raise", "invoke_errors": [],
}  # fmt: skip
ROOMY: dict[str, Any] = {
    "timeout_s": 30, "account_concurrent_executions": 1_000, "reserved_concurrent_executions": None,
    "init_failure": None, "init_ms": 0, "duration": {"kind": "constant", "ms": 100},
}  # fmt: skip
STEADY: dict[str, Any] = {"kind": "steady", "count": 12, "rate_per_s": 3, "size_bytes": 1_024}
ASYNCHRONOUS = sorted(key for key, trigger in TRIGGERS.items() if trigger.model == "asynchronous")


def small(trigger: str, **sections: Any) -> st.SearchStrategy[Scenario]:
    """Scenarios whose payloads no limit refuses."""
    return scenarios(trigger, **{"horizon_s": None, "traffic": STEADY, **sections})


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_when_nothing_fails_everything_is_delivered_at_the_first_attempt(trigger: str) -> None:
    settings = {name: value for name, value in _defaults(trigger).items() if name != "function_response_types"}

    @given(small(trigger, failures=NOTHING_FAILS, function=ROOMY, settings=settings))
    def check(scenario: Scenario) -> None:
        trace = Trace(scenario)
        assert {record.fate for record in trace.fates.values()} == {"delivered"}
        assert len(trace.fates) == 12
        assert all(attempt.attempt == 1 and attempt.outcome == "succeeded" for attempt in trace.attempts)

    check()


def _defaults(trigger: str) -> dict[str, Any]:
    """A trigger's settings as they are when nobody touches them."""
    settings = TRIGGERS[trigger].settings()
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


@given(
    scenarios(
        failures={"concurrency": [], "invoke_errors": []},
        function={"account_concurrent_executions": 1_000, "reserved_concurrent_executions": None},
    )
)
def test_with_room_for_all_nothing_is_throttled(scenario: Scenario) -> None:
    assert [attempt for attempt in Trace(scenario).attempts if attempt.outcome == "throttled"] == []


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_without_a_catcher_what_always_fails_is_lost_and_with_one_it_is_not(trigger: str) -> None:
    failing = {**NOTHING_FAILS, "error_rate": 1, "catchers": {}}
    settings: dict[str, Any] = {"dead_letter_config": None, "on_failure": None}
    sections: dict[str, Any] = {"failures": failing, "settings": settings}
    if "service_timeout_s" in _defaults(trigger):  # whoever waits must wait long enough to see Lambda give up
        settings["service_timeout_s"] = 3_600
        sections["function"] = ROOMY

    @given(
        small(trigger, **sections),
        st.sampled_from(["sqs", "sns"]),
    )
    def check(scenario: Scenario, target: str) -> None:
        assert {record.fate for record in Trace(scenario).fates.values()} == {"lost"}
        caught = changed(scenario, settings={"dead_letter_config": target})
        assert {record.fate for record in Trace(caught).fates.values()} == {"captured"}

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_adding_a_dead_letter_queue_changes_no_attempt(trigger: str) -> None:
    @given(scenarios(trigger, settings={"dead_letter_config": None}), st.sampled_from(["sqs", "sns"]))
    def check(scenario: Scenario, target: str) -> None:
        before = Trace(scenario, record_limit=10_000)
        after = Trace(changed(scenario, settings={"dead_letter_config": target}), record_limit=10_000)
        assert _plain(before.attempts) == _plain(after.attempts)
        for event, settled in after.fates.items():
            if settled.fate != before.fates[event].fate:
                assert (before.fates[event].fate, settled.fate) == ("lost", "captured")

    check()


def _plain(attempts: list[Attempt]) -> list[tuple[Any, ...]]:
    """Attempts without their place in the trace."""
    return [
        tuple(getattr(attempt, name) for name in attempt.__struct_fields__ if name != "seq") for attempt in attempts
    ]


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_one_retry_less_never_means_more_invocations(trigger: str) -> None:
    @given(small(trigger, function={**ROOMY}, settings={"maximum_retry_attempts": 2, "maximum_event_age_s": 21_600}))
    def check(scenario: Scenario) -> None:
        traces = [Trace(changed(scenario, settings={"maximum_retry_attempts": allowed})) for allowed in (0, 1, 2)]
        assume(all(trace.whole for trace in traces))  # more records of another event may cut this one short
        runs = [len(trace.attempts_by_event().get("1", [])) for trace in traces]
        assert runs == sorted(runs)

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_later_traffic_is_the_same_run_later(trigger: str) -> None:
    """Nothing in a run looks at a clock: an hour later everything is an hour later."""
    hour = 3_600_000_000
    plan = {**NOTHING_FAILS, "error_rate": 0.5}
    del plan["script"]

    @given(small(trigger, failures=plan, traffic={"kind": "burst", "count": 6, "at_ms": 0, "size_bytes": 10}))
    def check(scenario: Scenario) -> None:
        now = Trace(scenario)
        later = Trace(changed(scenario, traffic={"at_ms": 3_600_000}))
        assert [(row[0], row[1] + hour, row[2]) for row in now.rows] == [row[:3] for row in later.rows]

    check()


@given(scenarios())
def test_a_document_is_about_the_events_it_was_captured_for(scenario: Scenario) -> None:
    for record in Trace(scenario).records:
        if isinstance(record, Captured):
            assert record.document is not None
            assert record.count >= 0
            assert record.events
