"""IoT rule: a message on a topic matches a rule, and the rule's Lambda action invokes the function asynchronously.

Implements the IoT guide's pages on the Lambda action and on error handling: when the action cannot be carried out, the rule's
errorAction gets one message about it. How often IoT tries before that is not documented.
"""

import base64
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import asynchronous, push, sender
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    DuplicateRate,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.delivery.sender import DeliveryRetries, GivenUp, RandomPart
from simulations.engine.limits import FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim
from simulations.engine.traffic import Event, oversized
from simulations.engine.trigger import Choices, ServiceMetric, Trigger, known_catchers

_BY = "error_action"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule's error action, then how Lambda treats what IoT handed over."""

    error_action: Annotated[
        Literal["sqs", "sns", "s3", "lambda", "republish"],
        plain("errorAction", "What the rule does, once for a message, when the function could not be invoked."),
    ] | None = None  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    delivery_retries: DeliveryRetries = sender.DEFAULT_DELIVERY_RETRIES
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _message(event: Event) -> Any:
    """The event as the function sees it: what the rule's SQL selects, here the whole message."""
    return {"message": event.id}


def _failed(event: Event, payload: Any, given_up: GivenUp) -> Any:
    """The message that the error action gets."""
    return {
        "ruleName": "my_rule",
        "topic": "my/topic",
        "clientId": "my-device",
        "base64OriginalPayload": base64.b64encode(msgspec.json.encode(payload)).decode(),
        "failures": [
            {
                "failedAction": "LambdaAction",
                "failedResource": FUNCTION_ARN,
                "errorMessage": f"Failed to invoke the function with message {event.id}: {given_up.error}",
            }
        ],
    }


def _start(sim: Sim, settings: Settings) -> None:
    catcher = sender.Catcher(by=_BY, rule="IOT-1", document=_failed) if settings.error_action else None
    policy = sender.undocumented(
        settings.delivery_retries, settings.delivery_random_part, "IOT-1", "PERM-10", catcher=catcher
    )
    push.serve(sim, settings, policy, _message)


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from known_catchers(choices, _BY)
    message = "Message payload exceeds size limit for message type."
    yield from oversized(choices.traffic, number("IOT-2", "message_bytes"), "PAYLOAD_LIMIT_EXCEEDED", message)


IOT = Trigger(
    key="iot",
    label="IoT rule",
    noun="message",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "IOT-1", "IOT-2", "PERM-10", "MODEL-13", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3"),
    source="https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html",
    summary="A rule hands a device's message to Lambda; if it cannot, its error action runs. Code that fails is Lambda's to "
    "retry, and the error action never hears of it.",
    catchers={"error_action": _BY},
    metrics=(
        ServiceMetric("Failure", "undelivered"),
        ServiceMetric("ErrorActionSuccess", "caught"),
        ServiceMetric("ErrorActionFailure", "uncaught"),
    ),
    not_priced=(
        "IoT Core: messages, rules that ran and actions that ran, by the million.",
        "The error action: whatever its own service charges.",
    ),
)  # fmt: skip
