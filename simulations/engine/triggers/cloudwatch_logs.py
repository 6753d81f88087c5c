"""CloudWatch Logs subscription: log events match a subscription filter and Logs invokes the function asynchronously.

Implements the Logs guide's page on subscriptions: throttles and faults are retried for up to 24 hours; when access is denied or
the function is gone, the filter is disabled for up to 10 minutes and the logs of that time are skipped. Logs has no
dead-letter queue of its own.
"""

import base64
import zlib
from collections.abc import Iterable
from typing import Annotated, Any

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
from simulations.engine.delivery.sender import LongestWait, RandomPart
from simulations.engine.limits import FieldError, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim, epoch_ms
from simulations.engine.traffic import Event
from simulations.engine.trigger import Choices, ServiceMetric, Trigger, known_catchers
from simulations.engine.units import US_PER_S

_ENDLESS = 1 << 40  # retries: the age ends them
_GZIP_HEAD = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Lambda treats what Logs handed over, then what is between Logs and Lambda."""

    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    filter_disabled_s: Annotated[
        int,
        setting("Filter disabled", "How long Logs sends nothing after a call that was denied or found no function.",
                unit="s", ge=1, le=600, assumed="MODEL-14"),
    ] = number("MODEL-14", "disabled_s")  # fmt: skip
    delivery_longest_wait_s: LongestWait = sender.DEFAULT_LONGEST_WAIT_S
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _record(event: Event) -> Any:
    """The event as the function sees it: log events, compressed and in base64."""
    message = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": "my-log-group",
        "logStream": "my-log-stream",
        "subscriptionFilters": ["my-filter"],
        "logEvents": [{"id": event.id, "timestamp": int(epoch_ms(event.at)), "message": f"log event {event.id}"}],
    }
    return {"awslogs": {"data": base64.b64encode(_gzip(msgspec.json.encode(message))).decode()}}


def _gzip(data: bytes) -> bytes:
    """The bytes as a gzip file that stores them as they are, so that every machine writes the same."""
    size = len(data)
    stored = bytes((1,)) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data
    return _GZIP_HEAD + stored + zlib.crc32(data).to_bytes(4, "little") + size.to_bytes(4, "little")


def _start(sim: Sim, settings: Settings) -> None:
    policy = sender.Policy(
        rule="CWL-1",
        final_rule="CWL-1",
        denied_rule="PERM-11",
        phases=sender.doubling(_ENDLESS, settings.delivery_longest_wait_s, "MODEL-12"),
        age=number("CWL-1", "longest_s") * US_PER_S,
        random_part=settings.delivery_random_part,
        pause=settings.filter_disabled_s * US_PER_S,
        pause_rule="MODEL-14",
    )
    push.serve(sim, settings, policy, _record)


def _check(choices: Choices) -> Iterable[FieldError]:
    return known_catchers(choices)


CLOUDWATCH_LOGS = Trigger(
    key="cloudwatch_logs",
    label="CloudWatch Logs subscription",
    noun="record",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "CWL-1", "PERM-11", "MODEL-14", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3"),
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html",
    summary="A filter sends log events to Lambda: again for up to a day while Lambda cannot be reached; without permission it "
    "is disabled for minutes, and the logs of that time are skipped.",
    metrics=(
        ServiceMetric("DeliveryErrors", "refused"),
        ServiceMetric("DeliveryThrottling", "throttled"),
    ),
    not_priced=("CloudWatch Logs: the logs that are taken in, by the GB.",),
)  # fmt: skip
