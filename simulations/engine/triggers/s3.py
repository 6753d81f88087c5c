"""S3 event notifications: an object is created in a bucket and S3 invokes the function asynchronously.

Implements LD:with-s3 on top of asynchronous invocation; S3 hands each notification to Lambda once and owns no retries after
Lambda has accepted it (GEN-2).
"""

from typing import Any

import msgspec

from simulations.engine.delivery import asynchronous
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.sim import Sim, timestamp
from simulations.engine.traffic import Event
from simulations.engine.trigger import Trigger


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Lambda treats the notifications of a bucket."""

    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None


def _notification(event: Event) -> Any:
    """The event as the function sees it."""
    if event.body is not None:
        return event.body
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
    asynchronous.serve(
        sim,
        asynchronous.Settings(
            retries=settings.maximum_retry_attempts,
            age_s=settings.maximum_event_age_s,
            dead_letter_config=settings.dead_letter_config,
            on_failure=settings.on_failure,
            on_success=settings.on_success,
        ),
        _notification,
    )


S3 = Trigger(
    key="s3",
    label="S3 event notification",
    noun="notification",
    model="asynchronous",
    settings=Settings,
    start=_start,
    rules=("ASYNC-1", "ASYNC-3", "ASYNC-4", "ASYNC-5", "ASYNC-6", "DEST-1", "DEST-2", "DEST-3", "DEST-4", "DEST-7"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html",
    summary="An object lands in a bucket; S3 hands the notification to Lambda and walks away, and Lambda owns the retries.",
    not_priced=("S3: the PUT requests that created the objects; the notifications themselves are free.",),
)
