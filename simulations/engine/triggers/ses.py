"""SES receipt rule: a mail is received and the rule's Lambda action, of invocation type Event, invokes the function.

Implements the SES guide's page on the Lambda action: asynchronous, and the event holds the mail's headers but not its body.
What SES does when Lambda refuses the call is not documented. (Of type RequestResponse the action waits for the function; that
is another invocation model and not this trigger.)
"""

from collections.abc import Iterable
from typing import Any

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
from simulations.engine.delivery.sender import DeliveryRetries, RandomPart
from simulations.engine.limits import INVALID, FieldError
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim, timestamp
from simulations.engine.traffic import Event, oversized
from simulations.engine.trigger import Choices, Trigger, known_catchers


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Lambda treats what SES handed over, then what is between SES and Lambda."""

    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    delivery_retries: DeliveryRetries = sender.DEFAULT_DELIVERY_RETRIES
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _receipt(event: Event) -> Any:
    """The event as the function sees it: about the mail, without its body."""
    mail = {
        "timestamp": timestamp(event.at),
        "source": "sender@example.com",
        "messageId": event.id,
        "destination": ["recipient@example.com"],
    }
    action = {"type": "Lambda", "functionArn": FUNCTION_ARN, "invocationType": "Event"}
    receipt = {"timestamp": timestamp(event.at), "recipients": ["recipient@example.com"], "action": action}
    return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": receipt}}]}


def _start(sim: Sim, settings: Settings) -> None:
    policy = sender.undocumented(settings.delivery_retries, settings.delivery_random_part, "SES-1", "PERM-13")
    push.serve(sim, settings, policy, _receipt)


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from known_catchers(choices)
    message = "SES tells about a mail and leaves its body out: the event has a few KB, whatever the mail has."
    yield from oversized(choices.traffic, number("ASYNC-2", "maximum_payload_bytes"), INVALID, message)


SES = Trigger(
    key="ses",
    label="SES receipt rule",
    noun="email",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "SES-1", "PERM-13", "MODEL-13", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3"),
    source="https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda.html",
    summary="A mail arrives and SES tells Lambda about it, without its body. Code that fails is Lambda's to retry.",
    not_priced=("SES: the mails received, by the thousand, and by their size.",),
)
