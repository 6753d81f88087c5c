"""P5 and P6: time goes forward, attempts are counted, and nobody retries too soon or too often."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import RULES, TRIGGERS, Scenario
from simulations.engine.sim import CALLER_RATE
from simulations.engine.trace import Accepted, Answered, Arrived, Attempt, Cause, Ended, Received, Waiting
from simulations.engine.trigger import model_of
from tests.strategies import scenarios
from tests.traces import RECORD_LIMIT, Trace, changed, member

US = 1_000_000
CUT = "STREAM-7"  # a batch that was cut may begin to count its retries anew
ASYNCHRONOUS = sorted(key for key, trigger in TRIGGERS.items() if trigger.model == "asynchronous")


def of_the_sender(attempt: Attempt) -> bool:
    """Whether it was refused before Lambda had the event."""
    refused = attempt.outcome == "refused" and attempt.error_type != Cause.RECURSION
    return refused or attempt.throttle_reason == CALLER_RATE


@given(scenarios())
def test_time_never_goes_back(scenario: Scenario) -> None:
    trace = Trace(scenario)
    assert [record.seq for record in trace.records] == list(range(1, len(trace.records) + 1))
    times = [record.at_us for record in trace.records]
    assert times == sorted(times)
    assert all(type(time) is int and 0 <= time < 2**53 for time in times)


@given(scenarios())
def test_the_last_record_ends_the_run(scenario: Scenario) -> None:
    assert [isinstance(record, Ended) for record in Trace(scenario).records].index(True) == len(
        Trace(scenario).records
    ) - 1


@given(scenarios())
def test_an_attempt_is_no_longer_than_its_timeout(scenario: Scenario) -> None:
    for attempt in Trace(scenario).attempts:
        assert attempt.at_us == attempt.start_us
        assert attempt.init_us >= 0
        run_us = attempt.end_us - attempt.start_us - attempt.init_us
        assert 0 <= run_us <= scenario.function.timeout_s * US
        if attempt.outcome == "timed_out" and not scenario.failures.invocations and not scenario.failures.script:
            assert run_us == scenario.function.timeout_s * US or scenario.function.init_failure == "timeout"


@given(scenarios())
def test_an_attempt_is_billed_by_the_millisecond_rounded_up(scenario: Scenario) -> None:
    for attempt in Trace(scenario).attempts:
        assert attempt.billed_ms == -(-(attempt.end_us - attempt.start_us) // 1_000)


@given(scenarios())
def test_a_throttled_attempt_runs_no_code(scenario: Scenario) -> None:
    for attempt in Trace(scenario).attempts:
        throttled = attempt.outcome == "throttled"
        assert throttled == (attempt.throttle_reason is not None)
        if attempt.outcome in ("throttled", "refused"):
            assert attempt.invocation is None
            assert attempt.end_us == attempt.start_us
            assert attempt.response is None
        else:
            assert attempt.invocation is not None


@given(scenarios(), st.integers(0, RECORD_LIMIT), st.sampled_from([0, 1]))
def test_nothing_starts_after_the_horizon(scenario: Scenario, place: int, before: int) -> None:
    """The horizon falls on a record of the whole run, or one microsecond before it."""
    whole = Trace(changed(scenario, horizon_s=None)).rows
    horizon = max(0, whole[place % len(whole)][1] - before)
    for record in Trace(changed(scenario, horizon_s=horizon / US)).records:
        if isinstance(record, Arrived | Attempt | Received):
            assert record.at_us <= horizon


@given(scenarios())
def test_invocations_are_numbered_without_a_gap(scenario: Scenario) -> None:
    trace = Trace(scenario)
    numbers = [attempt.invocation for attempt in trace.attempts if attempt.invocation is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    for event, attempts in trace.attempts_by_event().items():
        mine = [member(attempt, event)["invocation"] for attempt in attempts if attempt.invocation is not None]
        assert mine == list(range(1, len(mine) + 1))


@given(scenarios())
def test_an_event_is_in_one_attempt_at_a_time_and_once(scenario: Scenario) -> None:
    for attempt in Trace(scenario).attempts:
        assert attempt.events == [part["event"] for part in attempt.members]
        assert len(set(attempt.events)) == len(attempt.events) > 0


@given(scenarios())
def test_a_throttle_never_spends_a_retry_of_lambdas(scenario: Scenario) -> None:
    """A caller that waits counts its throttles among its retries: an SDK, a retrier, Cognito, Firehose."""
    waits = model_of(TRIGGERS[scenario.trigger], scenario.settings) == "synchronous"
    for event, attempts in Trace(scenario).attempts_by_event().items():
        for before, after in pairwise(attempts):
            spent = member(after, event)["retries_used"] - member(before, event)["retries_used"]
            assert spent in (0, 1) or (spent < 0 and after.rule == CUT and scenario.settings.bisect_retries == "reset")
            if before.outcome == "throttled":
                assert spent == waits


@pytest.mark.parametrize(
    "trigger", [key for key, trigger in TRIGGERS.items() if trigger.model not in ("queue", "pipe")]
)
def test_attempts_of_an_event_are_numbered_from_one(trigger: str) -> None:
    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        for attempts in Trace(scenario).attempts_by_event().values():
            assert [attempt.attempt for attempt in attempts] == list(range(1, len(attempts) + 1))

    check()


# how many attempts a call has at the most, by trigger; nobody else retries a synchronous invocation
ATTEMPTS: dict[str, Callable[[Any], int]] = {
    "sdk_invoke": lambda settings: settings.max_attempts or 5,
    "step_functions": lambda settings: 1 + sum(retrier.max_attempts for retrier in settings.retry),
    "cognito": lambda _: 3,
    "firehose": lambda settings: 1 + settings.number_of_retries,
}


@pytest.mark.parametrize("trigger", [key for key, trigger in TRIGGERS.items() if trigger.model == "synchronous"])
def test_only_a_caller_that_may_retries_and_says_until_when_it_waits(trigger: str) -> None:
    allowed = ATTEMPTS.get(trigger, lambda _: 1)

    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        if model_of(TRIGGERS[trigger], scenario.settings) != "synchronous":
            return
        until: dict[str, int] = {}
        for record in Trace(scenario).records:
            if isinstance(record, Waiting):
                until |= dict.fromkeys(record.events, record.until_us)
            if isinstance(record, Attempt):
                assert record.attempt <= allowed(scenario.settings)
                assert all(until.pop(event, record.at_us) == record.at_us for event in record.events)

    check()


@given(scenarios("sdk_invoke", settings={"invocation_type": "request_response"}))
def test_an_sdk_never_retries_what_came_with_status_200(scenario: Scenario) -> None:
    trace = Trace(scenario)
    heard = {
        record.event: record.seq
        for record in trace.records
        if isinstance(record, Answered) and record.status_code == 200
    }
    for attempt in trace.attempts:
        assert attempt.seq < heard.get(attempt.events[0], attempt.seq + 1)


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_an_asynchronous_retry_waits_one_minute_then_two(trigger: str) -> None:
    waits = [60 * US, 120 * US]

    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        for event, attempts in Trace(scenario).attempts_by_event().items():
            for before, after in pairwise(attempts):
                used = member(after, event)["retries_used"]
                assert used <= scenario.settings.maximum_retry_attempts
                if before.outcome in ("failed", "timed_out"):
                    assert after.start_us - before.end_us == waits[used - 1]

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_a_throttled_asynchronous_event_waits_longer_each_time(trigger: str) -> None:
    longest = RULES["ASYNC-9"].values
    assert longest

    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        for attempts in Trace(scenario).attempts_by_event().values():
            gaps: list[int] = []
            for before, after in pairwise(attempts):
                if of_the_sender(before):
                    continue
                if before.outcome == "throttled":
                    gaps.append(after.start_us - before.end_us)
                    assert gaps == sorted(gaps)
                    assert US <= gaps[-1] <= 300 * US
                else:
                    gaps = []

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_no_asynchronous_attempt_starts_after_the_maximum_event_age(trigger: str) -> None:
    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        trace = Trace(scenario)
        accepted = {record.event: record.at_us for record in trace.records if isinstance(record, Accepted)}
        for event, attempts in trace.attempts_by_event().items():
            for attempt in attempts:
                if not of_the_sender(attempt):
                    assert attempt.start_us - accepted[event] <= scenario.settings.maximum_event_age_s * US

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_a_sender_never_calls_again_after_lambda_accepted_or_after_it_gave_up(trigger: str) -> None:
    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        done: set[str] = set()
        for record in Trace(scenario).records:
            if isinstance(record, Attempt) and of_the_sender(record):
                assert not done & set(record.events)
                if record.error_type in (Cause.ACCESS_DENIED, Cause.RESOURCE_NOT_FOUND):
                    done.update(record.events)
            elif isinstance(record, Accepted):
                assert record.event not in done
                done.add(record.event)

    check()


@pytest.mark.parametrize("trigger", ASYNCHRONOUS)
def test_a_sender_waits_as_it_says_and_no_longer_than_it_may(trigger: str) -> None:
    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        longest = getattr(scenario.settings, "delivery_longest_wait_s", 480) * US
        until: dict[str, int] = {}
        for record in Trace(scenario).records:
            if isinstance(record, Waiting):
                until |= dict.fromkeys(record.events, record.until_us)
            elif isinstance(record, Attempt) and of_the_sender(record):
                assert until.pop(record.events[0], record.at_us) == record.at_us, "the wait ends when it was said to"
            if isinstance(record, Waiting) and record.rule in ("MODEL-11", "MODEL-12", "MODEL-13", "SNS-1"):
                assert 0 < record.until_us - record.at_us <= longest

    check()
