"""EventBridge rule: an event on a bus matches a rule, and EventBridge invokes the rule's target asynchronously.

Implements EB:eb-rule-retry-policy and EB:eb-rule-dlq: errors that may pass are retried for 24 hours and 185 times by default, a
missing permission or a deleted function never; what could not be delivered goes to the target's own dead-letter queue, with
attributes that say why.
"""

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
from simulations.engine.delivery.sender import GivenUp, LongestWait, RandomPart
from simulations.engine.limits import VALIDATION, FieldError, plain, setting
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim, timestamp
from simulations.engine.traffic import Event, oversized
from simulations.engine.trigger import Charge, Choices, ServiceMetric, Trigger, known_catchers

_BY = "target_dlq"
_CODES = {
    "AccessDeniedException": value("EB-2", "permission_code"),
    "ResourceNotFoundException": value("EB-2", "missing_code"),
    "TooManyRequestsException": value("EB-2", "throttle_code"),
    "ServiceException": value("EB-2", "fault_code"),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule's target, then how Lambda treats what EventBridge handed over."""

    target_maximum_retry_attempts: Annotated[
        int,
        setting(
            "Target.RetryPolicy.MaximumRetryAttempts",
            "The target's RetryPolicy: how often EventBridge calls Lambda again.",
            ge=0,
            le=185,
        ),
    ] = number("EB-1", "maximum_retry_attempts")
    target_maximum_event_age_s: Annotated[
        int,
        setting("Target.RetryPolicy.MaximumEventAgeInSeconds", "The target's RetryPolicy: how long EventBridge goes on calling Lambda.",
                unit="s", ge=60, le=86_400),
    ] = number("EB-1", "maximum_event_age_s")  # fmt: skip
    target_dead_letter_config: Annotated[
        Literal["sqs"],
        plain("Target.DeadLetterConfig", "The target's dead-letter queue: where EventBridge puts what it could not hand to Lambda."),
    ] | None = None  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    delivery_longest_wait_s: LongestWait = sender.DEFAULT_LONGEST_WAIT_S
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _matched(event: Event) -> Any:
    """The event as the function sees it."""
    return {
        "version": "0",
        "id": event.id,
        "detail-type": "My Detail Type",
        "source": "my.application",
        "account": "123456789012",
        "time": timestamp(event.at),
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }


def _undelivered(_: Event, payload: Any, given_up: GivenUp) -> Any:
    """EB-2: the event, and why it could not be delivered."""
    rule = "arn:aws:events:us-east-1:123456789012:rule/my-rule"
    return sender.told_why(payload, {"RULE_ARN": rule}, str(_CODES[given_up.error]), given_up)


def _start(sim: Sim, settings: Settings) -> None:
    catcher = sender.Catcher(by=_BY, rule="EB-2", document=_undelivered) if settings.target_dead_letter_config else None
    retries, age_s = settings.target_maximum_retry_attempts, settings.target_maximum_event_age_s
    policy = sender.by_retry_policy(("EB-1", "EB-2", "PERM-3"), retries, age_s, settings, catcher)
    push.serve(sim, settings, policy, _matched)


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from known_catchers(choices, _BY)
    message = "Total size of the entries in the request is over the limit."
    yield from oversized(choices.traffic, number("EB-3", "entry_bytes"), VALIDATION, message)


EVENTBRIDGE = Trigger(
    key="eventbridge",
    label="EventBridge rule",
    noun="event",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "EB-1", "EB-2", "EB-3", "PERM-3", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3", "MET-15"),
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    summary="A rule sends matching events to Lambda: again for up to a day while Lambda cannot be reached, never without "
    "permission. Code that fails is Lambda's to retry.",
    catchers={"target_dead_letter_config": _BY},
    metrics=(
        ServiceMetric("FailedInvocations", "undelivered"),
        ServiceMetric("InvocationsSentToDLQ", "caught"),
        ServiceMetric("InvocationsFailedToBeSentToDLQ", "uncaught"),
    ),
    charges=(
        Charge(what="EventBridge custom events", price_key="eventbridge.custom", of="arrived", counted="events in pieces of 64 KB, taken to be your own; those of AWS services are free"),
    ),
)  # fmt: skip
