"""The sources of a pipe: what its settings stand for in the models of queues, streams and brokers, and what its filters look at.

Models EB:eb-pipes-event-source and the page of each source, rules PIPE-1, -2, -5 and -11 to -13. Units: as the names say.
"""

from typing import Any

import msgspec

from simulations.engine.delivery import broker_settings as of_brokers
from simulations.engine.delivery import group_settings as of_groups
from simulations.engine.delivery import kafka
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import Content, filters_of
from simulations.engine.delivery.kafka_records import MSK, SELF_MANAGED
from simulations.engine.delivery.pipe_settings import Settings
from simulations.engine.delivery.piping import Piping
from simulations.engine.delivery.pollers import Scale
from simulations.engine.delivery.stream_records import DYNAMODB, DYNAMODB_READS, KINESIS, KINESIS_READS
from simulations.engine.delivery.stream_source import Source
from simulations.engine.packs import PIPES_TELL_OF_THEMSELVES
from simulations.engine.rules import number, value
from simulations.engine.traffic import Event
from simulations.engine.units import S_PER_H, US_PER_S

PIPE_DLQ = "pipe_dlq"
_PIPE_ARN = "arn:aws:pipes:us-east-1:123456789012:pipe/my-pipe"
QUEUES = ("sqs", "sqs_fifo")
STREAMS = ("kinesis", "dynamodb_streams")
TOPICS = ("msk", "self_managed_kafka")
BROKERS = ("activemq", "rabbitmq")
LISTENS = (*QUEUES, *STREAMS)  # those of which a pipe hears which records failed (PIPE-2)
_OPERATORS = frozenset(str(value("PIPE-4", "operators")).split())
_MESSAGES = {
    **dict.fromkeys(QUEUES, msgspec.structs.replace(of_queues.CONTENT, operators=_OPERATORS)),
    **dict.fromkeys(BROKERS, msgspec.structs.replace(of_brokers.CONTENT, operators=_OPERATORS)),
}


def _piped(source: Source) -> Source:
    """A stream as a pipe reads it."""
    assert source.content is not None
    rules = msgspec.structs.replace(
        source.rules,
        retries="PIPE-1",
        partial="PIPE-2",
        partial_cut="PIPE-2",
        told="PIPE-5",
        too_old="PIPE-5",
        denied="",
    )
    content = msgspec.structs.replace(source.content, other=(), record=None, operators=_OPERATORS)
    return msgspec.structs.replace(source, rules=rules, content=content, catcher=PIPE_DLQ, teller=_PIPE_ARN)


_STREAMS = {
    "kinesis": (_piped(KINESIS), KINESIS_READS, number("STREAM-4", "kinesis_retention_s")),
    "dynamodb_streams": (_piped(DYNAMODB), DYNAMODB_READS, number("STREAM-4", "dynamodb_retention_s")),
}


def _topic(source: Source) -> Source:
    """A topic as a pipe reads it: what fails blocks its partition until it works or leaves the topic."""
    assert source.content is not None
    rules = msgspec.structs.replace(source.rules, malformed="PIPE-13", denied="")
    return msgspec.structs.replace(
        source, rules=rules, content=msgspec.structs.replace(source.content, operators=_OPERATORS)
    )


_TOPICS = {"msk": _topic(MSK), "self_managed_kafka": _topic(SELF_MANAGED)}


def stream_of(source: str) -> Source | None:
    """The stream or topic that a pipe reads; None: it polls a queue."""
    return _STREAMS[source][0] if source in _STREAMS else _TOPICS.get(source)


def content_of(source: str) -> Content:
    """What the filters of a pipe look at."""
    stream = stream_of(source)
    content = _MESSAGES[source] if stream is None else stream.content
    assert content is not None
    return content


def record_of(source: str, event: Event) -> dict[str, Any]:
    """One record as the function gets it."""
    stream = stream_of(source)
    if stream is not None:
        return stream.record(event)
    content = _MESSAGES[source]
    return {"messageId": event.id, content.key: content.data(event)}


def queue(settings: Settings, pipe: Piping) -> of_queues.Settings:
    """A queue that a pipe polls."""
    return of_queues.Settings(
        batch_size=settings.batch_size,
        window=settings.maximum_batching_window_s * US_PER_S,
        reports=True,
        visibility=settings.visibility_timeout_s * US_PER_S,
        retention=settings.message_retention_period_s * US_PER_S,
        max_receive_count=settings.max_receive_count,
        fifo=of_groups.fifo(settings) if settings.source == "sqs_fifo" else None,
        scale=Scale(fewer="PIPE-1", reduces=settings.error_reduction == "reduce_one"),
        first_wait=settings.throttle_first_wait_s * US_PER_S,
        longest_wait=settings.throttle_longest_wait_s * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=_disabled(settings),
        filters=filters_of(settings.filter_criteria, content_of(settings.source)),
        pipe=pipe,
    )


def stream(settings: Settings, pipe: Piping, pack: str) -> of_streams.Settings:
    """A stream that a pipe reads. In older rule packs it tells its dead-letter queue what a mapping would."""
    source, reads, retention_s = _STREAMS[settings.source]
    if pack < PIPES_TELL_OF_THEMSELVES:
        source = msgspec.structs.replace(source, teller="")
    most, age_s = settings.maximum_retry_attempts, settings.maximum_record_age_s
    bisects = settings.on_partial_batch_item_failure is not None
    return of_streams.Settings(
        source=source,
        reads=reads,
        shards=settings.shard_count,
        keys=settings.partition_keys,
        factor=settings.parallelization_factor,
        batch_size=settings.batch_size,
        window=settings.maximum_batching_window_s * US_PER_S,
        reports=True,
        retries=of_streams.retries(settings, None if most == of_streams.ENDLESS else most, bisect=bisects),
        age=None if age_s == of_streams.ENDLESS else age_s * US_PER_S,
        retention=retention_s * US_PER_S,
        position=of_streams.position_s(settings) * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=_disabled(settings),
        on_failure=settings.pipe_dead_letter_config,
        filters=filters_of(settings.filter_criteria, content_of(settings.source)),
        pipe=pipe,
    )


def topic(settings: Settings, pipe: Piping) -> of_streams.Settings:
    """A topic that a pipe reads, with as many consumers as the lag asks for; it says nothing of retries (PIPE-13)."""
    return of_streams.Settings(
        source=_TOPICS[settings.source],
        reads=kafka.READS,
        shards=settings.partition_count,
        keys=settings.partition_keys,
        factor=1,
        batch_size=settings.batch_size,
        window=settings.maximum_batching_window_s * US_PER_S,
        reports=False,
        retries=of_streams.retries(settings, None, bisect=False),
        age=None,
        retention=settings.log_retention_hours * S_PER_H * US_PER_S,
        position=of_streams.position_s(settings) * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=_disabled(settings),
        on_failure=None,
        scaling=kafka.on_demand(settings),
        filters=filters_of(settings.filter_criteria, content_of(settings.source)),
        pipe=pipe,
    )


def broker(settings: Settings, pipe: Piping) -> of_brokers.Settings:
    """A broker's queue that a pipe polls: five batches at once, each tried until it works or has expired (PIPE-12, PIPE-13)."""
    return of_brokers.Settings(
        consumers=number("PIPE-12", "amazon_mq"),
        batch_size=settings.batch_size,
        window=settings.maximum_batching_window_s * US_PER_S,
        redeliveries=None,
        wait=settings.requeue_wait_s * US_PER_S,
        again="PIPE-13",
        waits="MODEL-63",
        first_hold=settings.throttle_first_wait_s * US_PER_S,
        longest_hold=settings.throttle_longest_wait_s * US_PER_S,
        batch="PIPE-12",
        done="PIPE-13",
        lives=settings.time_to_live_s * US_PER_S,
        keeps=settings.dead_letter_queue is not None,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=_disabled(settings),
        filters=filters_of(settings.filter_criteria, content_of(settings.source)),
        pipe=pipe,
    )


def _disabled(settings: Settings) -> int | None:
    """When the pipe is stopped; None: never."""
    return None if settings.mapping_disabled_s is None else settings.mapping_disabled_s * US_PER_S
