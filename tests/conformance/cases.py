"""A case: one rule, a sentence, a scenario without chance, and what must come of it."""

from typing import Any

import msgspec

from simulations.engine import parse_scenario, simulate
from simulations.engine.trace import Answered, Attempt, Captured, CaptureFailed, Record, Settled

OK: dict[str, Any] = {"do": "ok"}
FAIL: dict[str, Any] = {"do": "raise"}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """`at_s`: the starts of all attempts; `fates`: event -> fate; `answers`: status codes; `caught`: who captured, in order;
    `refused`: who could not be written to; `errors`: the error types of all attempts.

    What is None is not looked at. `rule` must be named by a record of the run.
    """

    rule: str
    sentence: str
    scenario: dict[str, Any]
    at_s: list[float] | None = None
    outcomes: list[str] | None = None
    fates: dict[str, str] | None = None
    causes: dict[str, str | None] | None = None
    answers: list[int] | None = None
    caught: list[str] | None = None
    refused: list[str] | None = None
    errors: list[str | None] | None = None
    invocations: int | None = None
    billed_ms: list[int] | None = None


def scripted(*steps: dict[str, Any], event: str = "1") -> dict[str, Any]:
    """A failure plan: what happens in the first, second, ... invocation that contains the event."""
    return {"script": [{"event": event, "invocation": number, **step} for number, step in enumerate(steps, 1)]}


def pushed(
    trigger: str,
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    *,
    at_s: tuple[float, ...] = (0,),
    **function: Any,
) -> dict[str, Any]:
    """Events at these times for code that takes no time; waits of the sender without a random part."""
    return {
        "trigger": trigger,
        "settings": {"delivery_random_part": 0, **(settings or {})},
        "failures": failures or {},
        "function": {"duration": {"kind": "constant", "ms": 0}, **function},
        "traffic": {"kind": "at", "events": [{"at_ms": at * 1_000} for at in at_s]},
    }


def refused(error: str, from_s: float = 0, to_s: float | None = None) -> dict[str, Any]:
    """A failure plan: the call itself is refused for a time."""
    return {
        "invoke_errors": [{"from_ms": from_s * 1_000, "to_ms": None if to_s is None else to_s * 1_000, "error": error}]
    }


DENIED = refused("AccessDeniedException")
GONE = refused("ResourceNotFoundException")
DOWN = refused("ServiceException")
BUSY = refused("TooManyRequestsException")


def run(scenario: dict[str, Any]) -> list[Record]:
    """All records of a scenario."""
    return list(simulate(parse_scenario(scenario)))


def named(records: list[Record]) -> set[str]:
    """Every rule that a run names."""
    attempts = [record for record in records if isinstance(record, Attempt)]
    rules = {record.rule for record in records} | {attempt.outcome_rule for attempt in attempts}
    return rules | {attempt.environment_rule for attempt in attempts if attempt.environment_rule is not None}


def check(case: Case) -> None:
    """Simulate a case and compare."""
    records = run(case.scenario)
    attempts = [record for record in records if isinstance(record, Attempt)]
    settled = [record for record in records if isinstance(record, Settled)]
    seen = {
        "at_s": [attempt.start_us / 1e6 for attempt in attempts],
        "outcomes": [attempt.outcome for attempt in attempts],
        "fates": {record.event: record.fate for record in settled},
        "causes": {record.event: record.cause for record in settled},
        "answers": [record.status_code for record in records if isinstance(record, Answered)],
        "caught": [record.by for record in records if isinstance(record, Captured)],
        "refused": [record.by for record in records if isinstance(record, CaptureFailed)],
        "errors": [attempt.error_type for attempt in attempts],
        "invocations": sum(attempt.invocation is not None for attempt in attempts),
        "billed_ms": [attempt.billed_ms for attempt in attempts],
    }
    for name, value in seen.items():
        expected = getattr(case, name)
        if expected is not None:
            assert value == expected, f"{case.rule}: {case.sentence}: {name}"
    assert case.rule in named(records), f"no record names {case.rule}; the run names {sorted(named(records))}"
