"""The poison loop: what one event that always fails costs until its source forgets it, by the scenario's own settings.

A queue hands it out again after each visibility timeout until retention ends or it is moved (SQS-2, SQS-5, SQS-7); a stream
tries it again with growing waits and lets nothing past it (STREAM-5, STREAM-10); a broker hands it out again until it has done
so too often or the message expires (MQ-3, MQ-4). Each try is one batch; its time is that of the run's failed invocations, on
average. Units: microseconds.
"""

from typing import Any

import msgspec

from simulations.engine.delivery.pipe_sources import BROKERS, QUEUES, STREAMS
from simulations.engine.rules import number
from simulations.engine.scenario import Scenario
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import S_PER_H, US_PER_MS, US_PER_S

_FACTOR = 2  # waits double (STREAM-10, a test compares with the simulation)
_DAY_S = 86_400
_A_DAY = "a day"
RETENTION = "retention"
# what ends a loop before a day is over: setting, seconds of its unit, name
_AGES = (
    ("maximum_record_age_s", 1, "MaximumRecordAgeInSeconds"),
    ("change_stream_log_retention_duration_s", 1, RETENTION),
    ("log_retention_hours", S_PER_H, RETENTION),
)


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """How often one poison event is tried in how long, and whether something ends it before its source forgets it.

    `receives`: tries that are a receive from a queue as well. `blocked` says that nothing passes it meanwhile. `kept_us` is how
    long its source would keep it, where that is longer than what is told.
    """

    tries: int
    over_us: int
    ended_by: str
    receives: int = 0
    blocked: bool = False
    kept_us: int | None = None


def poison_loop(scenario: Scenario, each_ms: int, *, limited: bool = True) -> Loop | None:
    """The loop of this trigger when each try takes so long; None where the caller alone decides what happens next.

    Not `limited`: without what the settings set to end it sooner than the source forgets it.
    """
    settings = scenario.settings
    match TRIGGERS[scenario.trigger].model:
        case "queue" if hasattr(settings, "visibility_timeout_s"):
            return _of_queue(settings, each_ms, limited=limited)
        case "stream" if hasattr(settings, "retry_first_wait_s"):
            return _of_stream(settings, each_ms, limited=limited)
        case "pipe" if settings.invocation_type == "request_response":
            of = _of_queue if settings.source in QUEUES else _of_broker if settings.source in BROKERS else _of_stream
            return of(settings, each_ms, limited=limited)
        case "broker":
            return _of_broker(settings, each_ms, limited=limited)
        case _:
            return None


def _of_queue(settings: Any, each_ms: int, *, limited: bool) -> Loop:
    """Received as soon as it is visible, hidden for the visibility timeout, until it is moved or too old."""
    period = max(settings.visibility_timeout_s * US_PER_S, each_ms * US_PER_MS, US_PER_MS)
    longest = settings.message_retention_period_s * US_PER_S
    tries = -(-longest // period)
    most = settings.max_receive_count if limited else None
    if most is not None and most < tries:
        return Loop(tries=most, over_us=most * period, ended_by="maxReceiveCount", receives=most)
    return Loop(tries=tries, over_us=longest, ended_by=RETENTION, receives=tries)


def _of_stream(settings: Any, each_ms: int, *, limited: bool) -> Loop:
    """Tried again after waits that double, for a day at the most: that is how long a stream keeps records unless told more."""
    spent, tries, wait = 0, 0, settings.retry_first_wait_s * US_PER_S
    longest, limit, ended_by = settings.retry_longest_wait_s * US_PER_S, _DAY_S * US_PER_S, _A_DAY
    for name, unit_s, said in _AGES:
        age = getattr(settings, name, None)
        if age is not None and 0 <= age * unit_s * US_PER_S < limit and (limited or said == RETENTION):
            limit, ended_by = age * unit_s * US_PER_S, said
    most = getattr(settings, "maximum_retry_attempts", None)
    most = most if limited and most is not None else -1
    while spent < limit:
        if 0 <= most < tries:
            return Loop(tries=tries, over_us=spent, ended_by="MaximumRetryAttempts", blocked=True)
        tries += 1
        spent += each_ms * US_PER_MS + wait
        wait = min(wait * _FACTOR, longest)
    kept_h = getattr(settings, "retention_period_hours", getattr(settings, "log_retention_hours", None))
    if getattr(settings, "source", None) in STREAMS:
        kept_h = None  # those are the hours of a topic
    kept_us = None if kept_h is None else kept_h * S_PER_H * US_PER_S
    goes_on = ended_by == _A_DAY and kept_us is not None and kept_us > limit
    return Loop(tries=tries, over_us=limit, ended_by=ended_by, blocked=True, kept_us=kept_us if goes_on else None)


def _of_broker(settings: Any, each_ms: int, *, limited: bool) -> Loop:
    """Handed out again after a wait: by ActiveMQ a number of times, by RabbitMQ until the message expires, and nothing passes it."""
    active = getattr(settings, "engine_type", None) == "activemq"  # a pipe knows no limit (PIPE-13)
    wait_s = number("MQ-3", "wait_s") if active else settings.requeue_wait_s
    period, longest = each_ms * US_PER_MS + wait_s * US_PER_S, settings.time_to_live_s * US_PER_S
    tries = -(-longest // period)
    most = 1 + number("MQ-3", "redeliveries")
    if active and limited and most < tries:
        return Loop(
            tries=most,
            over_us=most * period - wait_s * US_PER_S,
            ended_by="ActiveMQ's limit of redeliveries",
            blocked=True,
        )
    return Loop(tries=tries, over_us=longest, ended_by="its time to live", blocked=True)
