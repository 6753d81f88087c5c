"""EventBridge Scheduler: a schedule is due and Scheduler invokes its target asynchronously.

Implements SC:configuring-schedule-dlq: a retry policy and a dead-letter queue of the schedule's own, and an execution role in
place of the function's policy (PERM-14). When the traffic says that an event arrives, the schedule is due; a flexible time
window lets Scheduler invoke at any moment within it.
"""

from collections.abc import Callable, Iterable
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
from simulations.engine.kernel import RETURNS
from simulations.engine.limits import FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim, timestamp
from simulations.engine.traffic import Event
from simulations.engine.trigger import Charge, Choices, ServiceMetric, Trigger, known_catchers
from simulations.engine.units import US_PER_MINUTE

_BY = "schedule_dlq"
_SCHEDULE_ARN = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/my-schedule"
_WORD_BITS = 64


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The schedule's target, then how Lambda treats what Scheduler handed over."""

    maximum_window_minutes: Annotated[
        int,
        setting("MaximumWindowInMinutes", "A flexible time window: Scheduler invokes at some moment within it; empty is off.",
                unit="min", ge=1, le=1_440),
    ] | None = None  # fmt: skip
    schedule_maximum_retry_attempts: Annotated[
        int,
        setting(
            "Target.RetryPolicy.MaximumRetryAttempts",
            "The schedule's RetryPolicy: how often Scheduler calls Lambda again.",
            ge=0,
            le=185,
        ),
    ] = number("SCH-1", "maximum_retry_attempts")
    schedule_maximum_event_age_s: Annotated[
        int,
        setting("Target.RetryPolicy.MaximumEventAgeInSeconds", "The schedule's RetryPolicy: how long Scheduler goes on calling Lambda.",
                unit="s", ge=60, le=86_400),
    ] = number("SCH-1", "maximum_event_age_s")  # fmt: skip
    schedule_dead_letter_config: Annotated[
        Literal["sqs"],
        plain("Target.DeadLetterConfig", "The schedule's dead-letter queue: where Scheduler puts what it could not hand to Lambda."),
    ] | None = None  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    delivery_longest_wait_s: LongestWait = sender.DEFAULT_LONGEST_WAIT_S
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _input(event: Event) -> Any:
    """The event as the function sees it, when the schedule has no input of its own."""
    return {
        "version": "0",
        "id": event.id,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": timestamp(event.at),
        "region": "us-east-1",
        "resources": [_SCHEDULE_ARN],
        "detail": "{}",
    }


def _undelivered(_: Event, payload: Any, given_up: GivenUp) -> Any:
    """SCH-1: the input, and why it could not be delivered; the condition only if it was tried again."""
    return sender.told_why(payload, {"SCHEDULE_ARN": _SCHEDULE_ARN}, given_up.error, given_up)


class _Window:
    """Schedules that are due and wait for their moment in a flexible time window (MODEL-18)."""

    def __init__(self, sim: Sim, minutes: int, send: Callable[[int, Event], None]) -> None:
        self._sim = sim
        self._length = minutes * US_PER_MINUTE
        self._luck = sim.draws.purpose("window").stream(0)
        self._send = send

    def due(self, at: int, event: Event) -> None:
        """The window opens."""
        moment = at + (self._length * self._luck.word(event.index) >> _WORD_BITS)
        self._sim.log.waiting(at, "MODEL-18", [event.id], moment)
        self._sim.kernel.at(moment, RETURNS, event.index, self._now, event)

    def _now(self, at: int, event: Event) -> None:
        event.at = at
        self._send(at, event)


def _start(sim: Sim, settings: Settings) -> None:
    catcher = (
        sender.Catcher(by=_BY, rule="SCH-1", document=_undelivered) if settings.schedule_dead_letter_config else None
    )
    retries, age_s = settings.schedule_maximum_retry_attempts, settings.schedule_maximum_event_age_s
    policy = sender.by_retry_policy(("SCH-1", "SCH-1", "PERM-14"), retries, age_s, settings, catcher)
    if settings.maximum_window_minutes is None:
        push.serve(sim, settings, policy, _input)
    else:
        sim.feed(_Window(sim, settings.maximum_window_minutes, push.connect(sim, settings, policy, _input)).due)


def _check(choices: Choices) -> Iterable[FieldError]:
    return known_catchers(choices, _BY)


SCHEDULER = Trigger(
    key="scheduler",
    label="EventBridge Scheduler",
    noun="event",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "SCH-1", "PERM-14", "MODEL-18", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3"),
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
    summary="A schedule is due and Scheduler calls Lambda, with a role of its own: again for up to a day while Lambda cannot be "
    "reached. Code that fails is Lambda's to retry.",
    catchers={"schedule_dead_letter_config": _BY},
    metrics=(
        ServiceMetric("InvocationDroppedCount", "undelivered"),
        ServiceMetric("TargetErrorCount", "refused"),
        ServiceMetric("TargetErrorThrottledCount", "throttled"),
        ServiceMetric("InvocationsSentToDeadLetterCount", "caught"),
        ServiceMetric("InvocationsFailedToBeSentToDeadLetterCount", "uncaught"),
    ),
    charges=(
        Charge(what="EventBridge Scheduler invocations", price_key="eventbridge.scheduler", of="arrived", counted="one for each time that the schedule was due"),
    ),
)  # fmt: skip
