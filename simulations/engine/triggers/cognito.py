"""Cognito user pool trigger: a step of sign-up or sign-in waits for the function.

Implements the Cognito guide's page on Lambda triggers (COG-1): 5 s for an answer, up to 3 attempts, none after a 5xx of Lambda.
An attempt that took too long goes on running beside the next one.
"""

from typing import Annotated

import msgspec

from simulations.engine.delivery.gateway import OK
from simulations.engine.delivery.persistence import Persistent
from simulations.engine.delivery.synchronous import (
    Answer,
    Caller,
    Calls,
    Patience,
    Problem,
    by_kind,
    malformed,
)
from simulations.engine.function import Run
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.trigger import Trigger
from simulations.engine.units import US_PER_S, us_from_ms

_RETRIED = {"gave_up": "COG-1"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing of Cognito's own can be set; what AWS leaves open can."""

    retries_throttles: Annotated[
        bool,
        plain("Throttles are tried again", "Whether a throttle counts among the calls that Cognito tries again.",
              assumed="MODEL-22"),
    ] = True  # fmt: skip
    retry_wait_ms: Annotated[
        float, setting("Wait before a retry", "How long Cognito waits before it tries again.", unit="ms", ge=0, le=5_000,
                       assumed="MODEL-22")
    ] = number("MODEL-22", "wait_ms")  # fmt: skip


def _error(kind: str, text: str, settles: str = "") -> Answer:
    """The exception that the app gets; its status is from memory."""
    return Answer(number("COG-1", "error_status"), {"__type": kind, "message": text}, "COG-1", None, settles)


_UNEXPECTED = "UnexpectedLambdaException"
_ANSWERS = {
    "function_error": _error("UserLambdaValidationException", "The trigger failed with an error."),
    "timed_out": _error("UserLambdaValidationException", "The trigger failed with an error."),
    "malformed": _error("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    "throttled": _error(_UNEXPECTED, "The trigger invocation failed."),
    "refused": _error(_UNEXPECTED, "The trigger invocation failed."),
    "AccessDeniedException": _error(
        _UNEXPECTED, "The trigger invocation failed due to access denied.", settles="PERM-8"
    ),
    "gave_up": _error(_UNEXPECTED, "The trigger did not answer in time."),
}


def _returned(run: Run) -> Answer | Problem:
    """A trigger gives the event back, with its response filled in."""
    response = run.response
    if not isinstance(response, dict) or "response" not in response:
        return malformed(run)
    return Answer(OK, None, "SYNC-1")


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = {"version": "1", "request": {}, "response": {}}
    kinds = _RETRIED | ({"throttled": "MODEL-22"} if settings.retries_throttles else {})
    caller = Caller(
        rule="COG-1",
        returned=_returned,
        answer=by_kind(_ANSWERS),
        hears_each=False,
        patience=Patience(
            number("COG-1", "answer_limit_s") * US_PER_S, "Answer limit", "COG-1", Cause.ANSWER_LIMIT, "COG-1"
        ),
        again=Persistent(
            sim,
            "COG-1",
            ("Attempts", number("COG-1", "attempts")),
            kinds,
            us_from_ms(settings.retry_wait_ms),
            "MODEL-22",
        ).again,
    )
    sim.feed(Calls(sim, caller).request)


COGNITO = Trigger(
    key="cognito",
    label="Cognito user pool trigger",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    rules=("COG-1", "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-8", "PERM-8", "MODEL-22"),
    source="https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html",
    summary="A step of sign-up or sign-in waits 5 s for the function, up to three times; an error of the code fails the step.",
    not_priced=("Cognito: its monthly active users.",),
)
