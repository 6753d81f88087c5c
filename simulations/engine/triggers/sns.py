"""SNS: a message is published to a standard topic and SNS invokes each subscribed function asynchronously.

Implements LD:with-sns and SNS's delivery to AWS managed endpoints (SN:sns-message-delivery-retries): 100,015 attempts over 23
days while Lambda cannot be reached, none more when the function is gone; what SNS gave up goes to the subscription's own
dead-letter queue. Code that fails is no failure to SNS (SNS-3).
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import asynchronous, push, repeats, sender
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    DuplicateRate,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.delivery.repeats import LoopEvents, RecursiveLoop
from simulations.engine.delivery.sender import GivenUp, Phase, RandomPart
from simulations.engine.limits import FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import Sim, timestamp
from simulations.engine.traffic import Event, oversized
from simulations.engine.trigger import Charge, Choices, ServiceMetric, Trigger, idle_without_loop, known_catchers
from simulations.engine.units import US_PER_S

_TOPIC = "arn:aws:sns:us-east-1:123456789012:my-topic"
_BY = "subscription_dlq"
_MESSAGE_BYTES = number("DEST-8", "sns_maximum_bytes")
_INVALID_PARAMETER = "InvalidParameter"  # SNS's own word


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subscription's dead-letter queue, then how Lambda treats what SNS handed over."""

    redrive_policy: Annotated[
        Literal["sqs"],
        plain("RedrivePolicy", "The subscription's dead-letter queue: where SNS puts what it could not hand to Lambda."),
    ] | None = None  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    publishes_to_same_topic: Annotated[
        bool, plain("Publishes to the same topic", "Whether each run that works publishes to the topic that set it off.")
    ] = False  # fmt: skip
    recursive_loop: RecursiveLoop = "terminate"
    loop_events: LoopEvents = repeats.DEFAULT_LOOP_EVENTS
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _envelope(event: Event) -> dict[str, Any]:
    """The message with what SNS says about it."""
    return {
        "Type": "Notification",
        "MessageId": event.id,
        "TopicArn": _TOPIC,
        "Subject": None,
        "Message": f"message {event.id}",
        "Timestamp": timestamp(event.at),
    }


def _notification(event: Event) -> Any:
    """The event as the function sees it."""
    subscription = f"{_TOPIC}:11111111-2222-4333-8444-555555555555"
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": _envelope(event),
    }
    return {"Records": [record]}


def _undelivered(event: Event, payload: Any, _: GivenUp) -> Any:
    """What the subscription's dead-letter queue receives: the message, without a word about the error."""
    return {"body": payload if event.body is not None else _envelope(event)}


_PHASES = (
    # the first attempt is one of the three at once
    Phase(times=number("SNS-1", "immediate") - 1, wait=0, rule="SNS-1"),
    Phase(times=number("SNS-1", "before_backoff"), wait=number("SNS-1", "before_backoff_s") * US_PER_S, rule="SNS-1"),
    Phase(
        times=number("SNS-1", "backoff"),
        wait=number("SNS-1", "backoff_first_s") * US_PER_S,
        factor=number("MODEL-11", "factor"),
        longest=number("SNS-1", "backoff_longest_s") * US_PER_S,
        rule="MODEL-11",
    ),
    Phase(times=number("SNS-1", "after_backoff"), wait=number("SNS-1", "after_backoff_s") * US_PER_S, rule="SNS-1"),
)


def _start(sim: Sim, settings: Settings) -> None:
    policy = sender.Policy(
        rule="SNS-1",
        final_rule="SNS-2",
        denied_rule="PERM-2",
        phases=_PHASES,
        random_part=settings.delivery_random_part,
        catcher=sender.Catcher(by=_BY, rule="SNS-2", document=_undelivered) if settings.redrive_policy else None,
    )
    push.serve(sim, settings, policy, _notification, loops=settings.publishes_to_same_topic)


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from known_catchers(choices, _BY)
    yield from oversized(choices.traffic, _MESSAGE_BYTES, _INVALID_PARAMETER, "Invalid parameter: Message too long")
    if choices.settings.publishes_to_same_topic:
        yield from repeats.check_ids(choices.traffic)


SNS = Trigger(
    key="sns",
    label="SNS topic",
    noun="message",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "SNS-1", "SNS-2", "SNS-3", "PERM-2", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3", "MET-16", "REC-1", "REC-3"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html",
    summary="SNS pushes a message to Lambda: for up to 23 days while Lambda cannot be reached, not once more when the function "
    "is gone. Code that fails is Lambda's to retry.",
    idle=idle_without_loop("publishes_to_same_topic"),
    catchers={"redrive_policy": _BY},
    metrics=(
        ServiceMetric("NumberOfNotificationsFailed", "undelivered"),
        ServiceMetric("NumberOfNotificationsRedrivenToDlq", "caught"),
        ServiceMetric("NumberOfNotificationsFailedToRedriveToDlq", "uncaught"),
        ServiceMetric("RecursiveInvocationsDropped", "looped"),
    ),
    charges=(
        Charge(what="SNS publishes", price_key="sns.publish", of="arrived", counted="messages in pieces of 64 KB"),
        Charge(what="SNS deliveries to Lambda", price_key="sns.to_lambda", of="accepted", counted="deliveries to Lambda are free"),
    ),
)  # fmt: skip
