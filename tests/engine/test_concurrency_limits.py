"""CONC-4 and CONC-5: what AWS refuses when executions of the account are reserved or provisioned."""

import pytest

from simulations.engine import ScenarioErrors, parse_scenario

INVALID = "InvalidParameterValueException"
RESERVED, READY = "reserved_concurrent_executions", "provisioned_concurrent_executions"
BELOW = "Specified {} for function decreases account's UnreservedConcurrentExecution below its minimum value of [{}]."


def errors(**function: int | str | None) -> list[tuple[str, str, str]]:
    try:
        parse_scenario({"trigger": "s3", "function": function})
    except ScenarioErrors as refused:
        return [(error.field, error.code, error.message) for error in refused.errors]
    return []


@pytest.mark.parametrize(
    ("field", "called"), [(RESERVED, "ReservedConcurrentExecutions"), (READY, "ConcurrentExecutions")]
)
def test_a_hundred_executions_of_the_account_stay_unreserved(field: str, called: str) -> None:
    assert not errors(**{field: 900})
    way_out = "With an account concurrency of 1,000, at most 900 can be kept for one function; 901 needs 1,001."
    assert errors(**{field: 901}) == [(f"function.{field}", INVALID, f"{BELOW.format(called, 100)} {way_out}")]
    assert not errors(**{field: 901, "account_concurrent_executions": 1_001})


@pytest.mark.parametrize("account", [1, 10, 100])
def test_a_small_account_can_reserve_nothing_but_switch_its_function_off(account: int) -> None:
    ((field, code, message),) = errors(reserved_concurrent_executions=1, account_concurrent_executions=account)
    assert (field, code) == (f"function.{RESERVED}", INVALID)
    assert message.startswith(BELOW.format("ReservedConcurrentExecutions", account))
    assert message.endswith(
        f"With an account concurrency of {account}, none can be kept for one function; 1 needs 101."
    )
    assert not errors(reserved_concurrent_executions=0, account_concurrent_executions=account)


def test_what_is_provisioned_comes_out_of_what_is_reserved() -> None:
    assert not errors(reserved_concurrent_executions=5, provisioned_concurrent_executions=5)
    ((field, code, message),) = errors(reserved_concurrent_executions=5, provisioned_concurrent_executions=6)
    assert (field, code) == (f"function.{READY}", INVALID)
    assert "greater than the reservedConcurrentExecution" in message


def test_what_cannot_be_initialised_cannot_be_kept_ready() -> None:
    assert [field for field, _, _ in errors(provisioned_concurrent_executions=1, init_failure="exits")] == [
        f"function.{READY}"
    ]
