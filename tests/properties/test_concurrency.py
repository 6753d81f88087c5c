"""P7: never more invocations at once than any limit allows, and a throttle only where one is reached."""

from hypothesis import given

from simulations.engine import Scenario
from tests.strategies import scenarios
from tests.traces import Trace

# throttles that are about requests per second, not about concurrency
RATES = {
    "CallerRateLimitExceeded",
    "FunctionInvocationRateLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
}


def limit(scenario: Scenario) -> int:
    """The function's own limit."""
    function = scenario.function
    reserved = function.reserved_concurrent_executions
    return function.account_concurrent_executions if reserved is None else reserved


def left_by_plan(scenario: Scenario, at_us: int) -> int:
    """What the failure plan leaves at a moment."""
    windows = scenario.failures.concurrency
    return min(
        (
            window.available
            for window in windows
            if window.from_ms * 1_000 <= at_us and (window.to_ms is None or at_us < window.to_ms * 1_000)
        ),
        default=10**9,
    )


@given(scenarios())
def test_running_invocations_stay_within_every_limit(scenario: Scenario) -> None:
    for attempt, running in Trace(scenario).running():
        assert running <= limit(scenario)
        assert running <= left_by_plan(scenario, attempt.start_us)


@given(scenarios())
def test_a_throttle_means_that_a_limit_is_reached(scenario: Scenario) -> None:
    trace = Trace(scenario)
    for attempt in trace.attempts:
        if attempt.outcome != "throttled" or attempt.throttle_reason in RATES:
            continue
        # an invocation of no length at this instant may have been running or not
        at = attempt.start_us
        running = sum(
            other.invocation is not None and other.start_us <= at and other.seq < attempt.seq and other.end_us >= at
            for other in trace.attempts
        )
        assert running >= min(limit(scenario), left_by_plan(scenario, at))


@given(scenarios())
def test_one_environment_runs_one_invocation_at_a_time(scenario: Scenario) -> None:
    free: dict[int, int] = {}
    for attempt in Trace(scenario).attempts:
        if attempt.environment is None:
            assert attempt.invocation is None
            continue
        assert free.get(attempt.environment, 0) <= attempt.start_us
        if attempt.environment in free:
            assert attempt.init_us == 0, "only a new environment is initialised before the invocation"
        free[attempt.environment] = attempt.end_us
