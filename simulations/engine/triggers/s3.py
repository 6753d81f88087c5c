"""S3 event notifications: an object is created in a bucket and S3 invokes the function asynchronously.

Implements LD:with-s3 on top of asynchronous invocation. How long S3 tries to reach Lambda is not documented; once Lambda has
accepted a notification, S3 is done with it (GEN-2). A function that writes into the same bucket sets itself off again (REC-1).
"""

from collections.abc import Iterable
from typing import Annotated, Any

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
from simulations.engine.delivery.sender import DeliveryRetries, RandomPart
from simulations.engine.limits import INVALID, FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import Sim, timestamp
from simulations.engine.traffic import Event, oversized
from simulations.engine.trigger import Charge, Choices, ServiceMetric, Trigger, idle_without_loop


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Lambda treats the notifications of a bucket, then what is between S3 and Lambda."""

    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    writes_to_same_bucket: Annotated[
        bool,
        plain("Writes to the same bucket", "Whether each run that works puts an object into the bucket that set it off."),
    ] = False  # fmt: skip
    recursive_loop: RecursiveLoop = "terminate"
    loop_events: LoopEvents = repeats.DEFAULT_LOOP_EVENTS
    delivery_retries: DeliveryRetries = sender.DEFAULT_DELIVERY_RETRIES
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _notification(event: Event) -> Any:
    """The event as the function sees it."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "us-east-1",
                "eventTime": timestamp(event.at),
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": "my-bucket"}, "object": {"key": event.id, "size": event.size}},
            }
        ]
    }


def _start(sim: Sim, settings: Settings) -> None:
    policy = sender.undocumented(settings.delivery_retries, settings.delivery_random_part, "S3-1", "PERM-1")
    push.serve(sim, settings, policy, _notification, loops=settings.writes_to_same_bucket)


def _check(choices: Choices) -> Iterable[FieldError]:
    message = "A notification tells how large its object is and does not carry it: it has about 1 KB, whatever the object has."
    yield from oversized(choices.traffic, number("ASYNC-2", "maximum_payload_bytes"), INVALID, message)
    if choices.settings.writes_to_same_bucket:
        yield from repeats.check_ids(choices.traffic)


S3 = Trigger(
    key="s3",
    label="S3 event notification",
    noun="notification",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "GEN-2", "S3-1", "S3-2", "PERM-1", "ASYNC-1", "ASYNC-3", "ASYNC-4", "ASYNC-5", "ASYNC-6", "DEST-1", "DEST-2", "DEST-3",
        "DEST-4", "DEST-7", "REC-1", "REC-3", "REC-4",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html",
    summary="An object lands in a bucket; S3 hands the notification to Lambda and walks away, and Lambda owns the retries.",
    idle=idle_without_loop("writes_to_same_bucket"),
    metrics=(ServiceMetric("RecursiveInvocationsDropped", "looped"),),
    charges=(
        Charge(what="S3 PUT requests", price_key="s3.put", of="arrived", counted="one for each object that was created"),
        Charge(what="S3 notifications", price_key="s3.notify", of="arrived", counted="notifications are free"),
    ),
    not_priced=("S3: the storage of the objects.",),
)  # fmt: skip
