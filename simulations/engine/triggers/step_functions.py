"""Step Functions: a Task state invokes the function, and its Retry and Catch decide what an error means.

Implements SF:concepts-error-handling and SF:connect-lambda (SFN-1 to -6): without a Retry block the first error fails the
execution; a retrier retries the errors that it names, throttles only if it names them.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import asynchronous, invoke_api, retriers
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.delivery.retriers import Retrier
from simulations.engine.delivery.synchronous import Call, Caller, Calls, Patience, Problem
from simulations.engine.limits import INVALID, VALIDATION, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import oversized
from simulations.engine.trigger import QUEUE_OF_EVENT, Charge, Choices, Idle, LeftOut, ServiceMetric, Trigger
from simulations.engine.units import US_PER_MS, US_PER_S

_INPUT_BYTES = number("SFN-7", "input_bytes")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state machine and its Task state, then Lambda's own queue, which only Event uses."""

    type: Annotated[
        Literal["standard", "express"],
        plain("type", "How the state machine is billed: by transitions, or by executions and their time. The five minutes that an "
              "Express execution may take are not simulated."),
    ] = "standard"  # fmt: skip
    invocation_type: Annotated[
        Literal["request_response", "event"],
        plain("InvocationType", "Wait for the function, or leave the event with Lambda's own queue and go on."),
    ] = "request_response"
    retry: Annotated[
        list[Retrier],
        plain(
            "Retry",
            'The Retry block, retrier by retrier; empty is none: [{"error_equals": ["States.ALL"], "interval_seconds": 1, '
            '"max_attempts": 3, "backoff_rate": 2}].',
        ),
    ] = []
    catch: Annotated[
        Literal["sqs", "sns", "lambda", "eventbridge"],
        plain("Catch", "What the state calls that a Catch for States.ALL goes on to; empty is no Catch."),
    ] | None = None  # fmt: skip
    timeout_seconds: Annotated[
        int, setting("TimeoutSeconds", "The state's own timer; empty is none.", unit="s", ge=1, le=99_999_999)
    ] | None = None  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None


def _start(sim: Sim, settings: Settings) -> None:
    def keep(at: int, call: Call, problem: Problem) -> bool:
        """SFN-1: a Catch takes the error, and the execution goes on."""
        if settings.catch is None:
            return False
        name = retriers.name_of(problem)
        document = {"Error": name, "Cause": problem.run.response if problem.run is not None else name}
        for event in call.events:
            sim.log.captured(at, "SFN-1", [event.id], "catch", name, call.attempts, document)
            sim.settle(at, "SFN-1", event, Fate.CAPTURED, name)
        return True

    timeout = settings.timeout_seconds
    patience = None
    if timeout is not None:
        patience = Patience(timeout * US_PER_S, "TimeoutSeconds", "SFN-3", Cause.STATE_TIMEOUT, "SFN-3")
    caller = Caller(
        rule="SFN-6" if settings.invocation_type == "event" else "SYNC-3",
        returned=invoke_api.returned,
        answer=invoke_api.answer,
        patience=patience,
        again=retriers.Retry(sim, settings.retry).again,
        instead=invoke_api.instead(sim, settings),
        queued=settings.invocation_type == "event",
        keep=keep,
        named=retriers.name_of,
    )
    sim.feed(Calls(sim, caller).request)


# SFN-7: what StartExecution says of an input that is too long
_TOO_LARGE = (
    "1 validation error detected: Value at 'input' failed to satisfy constraint: "
    f"Member must have length less than or equal to {_INPUT_BYTES}"
)


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from retriers.check(choices.settings.retry)
    yield from oversized(choices.traffic, _INPUT_BYTES, VALIDATION, _TOO_LARGE)
    if "catch" in choices.failures.catchers:
        message = "A Catch is a way on within the state machine: nothing is written to, so this cannot fail."
        yield FieldError("failures.catchers.catch", INVALID, message)


STEP_FUNCTIONS = Trigger(
    key="step_functions",
    label="Step Functions Task state",
    noun="execution",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SFN-1", "SFN-2", "SFN-3", "SFN-4", "SFN-5", "SFN-6", "SFN-7", "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-5", "SYNC-8", "PERM-14",
        "ASYNC-1", "ASYNC-2", "ASYNC-3", "ASYNC-4",
    ),
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    idle=(QUEUE_OF_EVENT, Idle(settings=("timeout_seconds",), of="invocation_type", values=("request_response",), because="with Event the state is done at once")),
    summary="A Task state invokes the function and waits; its Retry block says which errors are tried again, its Catch where the "
    "rest goes, and without them the first error fails the execution.",
    metrics=(
        ServiceMetric("ExecutionsStarted", "arrived"),
        ServiceMetric("ExecutionsSucceeded", "delivered"),
        ServiceMetric("ExecutionsSucceeded", "captured"),
        ServiceMetric("ExecutionsSucceeded", "accepted"),
        ServiceMetric("ExecutionsFailed", "returned"),
        ServiceMetric("ExecutionTime", "duration", US_PER_MS),
    ),
    catchers={"catch": "catch"},
    charges=(
        Charge(what="Step Functions transitions", price_key="sfn.standard", of="attempts", counted="each run of the Task state, its retries among them", only={"type": "standard"}),
        Charge(what="Step Functions Express requests", price_key="sfn.express.requests", of="executions", counted="one for each execution", only={"type": "express"}),
        Charge(what="Step Functions Express duration", price_key="sfn.express.duration", of="express_gb_hours", counted="from begin to end of each execution, waits between retries too, in steps of 100 ms x 64 MB", only={"type": "express"}),
    ),
    left_out=(
        LeftOut(sentence="Step Functions: the other states of the workflow, the one after a Catch among them.", only={"type": "standard"}),
        LeftOut(sentence="Step Functions: the time of the other states of the workflow, and memory beyond 64 MB.", only={"type": "express"}),
    ),
)  # fmt: skip
