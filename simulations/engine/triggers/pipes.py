"""EventBridge Pipes: a queue, a stream or a topic, a filter, perhaps an enrichment, and the function as target.

Implements EB:eb-pipes, EB:eb-pipes-batching-concurrency and EB:eb-pipes-error-troubleshooting: a pipe polls as an event source
mapping does, and what fails follows the limits of its source. With FIRE_AND_FORGET it hears of no failure of the function.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from simulations.engine import charges
from simulations.engine.delivery import asynchronous
from simulations.engine.delivery import broker_settings as of_brokers
from simulations.engine.delivery import group_settings as of_groups
from simulations.engine.delivery import pipe_sources as sources
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.broker import Broker
from simulations.engine.delivery.broker_end import BROKER_DLQ
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.kafka_records import identifier
from simulations.engine.delivery.pipe_settings import Settings
from simulations.engine.delivery.pipe_sources import BROKERS, PIPE_DLQ, QUEUES, STREAMS, TOPICS
from simulations.engine.delivery.piping import Piping
from simulations.engine.delivery.queue import Queue
from simulations.engine.delivery.stream import Stream
from simulations.engine.limits import INVALID, FieldError
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event
from simulations.engine.trigger import Charge, Choices, Idle, LeftOut, Owned, Trigger, not_there
from simulations.engine.units import US_PER_MS, US_PER_S

_OWNED = (
    Owned(settings=("max_receive_count", "error_reduction"), of="source", values=QUEUES, who="SQS queues"),
    Owned(
        settings=(
            "content_based_deduplication", "deduplication_scope", "message_groups", "busiest_group_percent", "group_order",
        ),
        of="source", values=("sqs_fifo",), who="FIFO queues",
    ),
    Owned(
        settings=(
            "starting_position_timestamp_s", "shard_count", "parallelization_factor", "maximum_retry_attempts",
            "maximum_record_age_s", "on_partial_batch_item_failure", "pipe_dead_letter_config", "bisect_retries",
        ),
        of="source", values=STREAMS, who="Kinesis and DynamoDB Streams",
    ),
    Owned(
        settings=("starting_position", "partition_keys"), of="source", values=(*STREAMS, *TOPICS), who="Kinesis, DynamoDB Streams and Kafka",
    ),
    Owned(
        settings=("partition_count", "log_retention_hours", "initial_pollers", "poller_scaling_s"),
        of="source", values=TOPICS, who="Kafka",
    ),
    Owned(
        settings=("cluster_type", "instance_type", "number_of_broker_nodes", "volume_size_gib"),
        of="source", values=("msk",), who="Amazon MSK",
    ),
    Owned(
        settings=("time_to_live_s", "dead_letter_queue", "requeue_wait_s", "host_instance_type", "deployment_mode"),
        of="source", values=BROKERS, who="Amazon MQ",
    ),
)  # fmt: skip
_IDLE = (
    Idle(
        settings=("visibility_timeout_s", "message_retention_period_s"),
        of="source", values=QUEUES, because="only a queue hides its messages",
    ),
    Idle(
        settings=("throttle_first_wait_s", "throttle_longest_wait_s"),
        of="source", values=(*QUEUES, *BROKERS), because="a batch of a stream or a topic waits as after a failure",
    ),
    Idle(
        settings=("retry_first_wait_s", "retry_longest_wait_s", "retry_jitter_percent"),
        of="source", values=(*STREAMS, *TOPICS), because="only batches of a stream or a topic wait like that",
    ),
    Idle(
        settings=("on_partial_batch_item_failure",), of="invocation_type", values=("request_response",),
        because="a batch of one record cannot be cut",
    ),
    charges.IDLE_MODE,
    charges.IDLE_BROKERS,
)  # fmt: skip


def _start(sim: Sim, settings: Settings) -> None:
    pipe = Piping(
        enrichment=(settings.enrichment_ms or 0) * US_PER_MS,
        errors=tuple(settings.enrichment_errors),
        disabled_after=settings.disabled_after_client_errors,
        hand=_lambdas(sim, settings) if settings.invocation_type == "fire_and_forget" else None,
    )
    if settings.source in QUEUES:
        grouped = settings.source == "sqs_fifo"
        place = of_groups.grouping(settings.message_groups, settings.busiest_group_percent) if grouped else None
        sim.feed(Queue(sim, sources.queue(settings, pipe)).accept, place)
    elif settings.source in BROKERS:
        sim.feed(Broker(sim, sources.broker(settings, pipe)).accept)
    else:
        if settings.source in TOPICS:
            sim.failures.identify = identifier
            read = sources.topic(settings, pipe)
        else:
            read = sources.stream(settings, pipe, sim.pack)
        stream = Stream(sim, read)
        sim.feed(stream.accept, stream.place)


def _lambdas(sim: Sim, settings: Settings) -> Callable[[int, Event], None]:
    """Lambda's own queue, with its defaults and no dead-letter queue (PIPE-6)."""
    chosen = asynchronous.Settings(
        retries=asynchronous.DEFAULT_RETRIES, age_s=asynchronous.DEFAULT_AGE_S, dead_letter_config=None, on_failure=None,
        on_success=None,
    )  # fmt: skip

    def payload(event: Event) -> list[Any]:
        return [sources.record_of(settings.source, event)]

    return asynchronous.Queue(sim, chosen, payload).accept


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the pipe is created; then what means nothing."""
    settings: Settings = choices.settings
    if settings.source in QUEUES:
        yield from _of_queues(choices)
    elif settings.source in BROKERS:
        yield from of_brokers.without_price(settings.source, settings.host_instance_type, settings.deployment_mode)
    else:
        yield from _of_streams(choices)
    yield from of_streams.bad_times(settings)
    if settings.throttle_first_wait_s > settings.throttle_longest_wait_s:
        yield FieldError("settings.throttle_longest_wait_s", INVALID, "The longest wait is shorter than the first one.")
    yield from filters_refused(settings.filter_criteria, sources.content_of(settings.source))
    yield from not_there(settings, _OWNED)
    if settings.enrichment_errors and settings.enrichment_ms is None:
        yield FieldError("settings.enrichment_errors", INVALID, "There is no enrichment that could fail.")
    if settings.invocation_type == "fire_and_forget":
        yield from _of_waiting(settings)
    for catcher in choices.failures.catchers:
        if catcher != PIPE_DLQ or settings.source not in STREAMS:
            message = "Only the dead-letter queue of a pipe for a stream can fail (PIPE-5)."
            yield FieldError(f"failures.catchers.{catcher}", INVALID, message)


def _of_queues(choices: Choices) -> Iterator[FieldError]:
    """What a queue refuses, or the pollers of a FIFO queue (PIPE-11)."""
    settings: Settings = choices.settings
    yield from of_queues.bad_visibility(settings, choices.function)
    yield from of_queues.too_large(choices.traffic)
    if settings.source == "sqs_fifo" and settings.batch_size > of_queues.FIFO_BATCH_SIZE:
        message = f"A batch from a FIFO queue holds {of_queues.FIFO_BATCH_SIZE} messages at the most (PIPE-11)."
        yield FieldError("settings.batch_size", INVALID, message)
    if settings.source == "sqs_fifo" and settings.maximum_batching_window_s:
        message = "Batching window is not supported for FIFO queues (PIPE-11)."
        yield FieldError("settings.maximum_batching_window_s", INVALID, message)


def _of_streams(choices: Choices) -> Iterator[FieldError]:
    """What the reader of a stream or a topic refuses."""
    settings: Settings = choices.settings
    source = sources.stream_of(settings.source)
    assert source is not None
    shards = settings.partition_count if settings.source in TOPICS else settings.shard_count
    yield from of_streams.bad_age(settings.maximum_record_age_s)
    yield from of_streams.unknown_shards(source, shards, choices.traffic)
    if settings.source in STREAMS:
        yield from of_streams.bad_timestamp(settings)
    if settings.source != "kinesis" and settings.starting_position == "at_timestamp":
        message = "A pipe reads DynamoDB Streams and Kafka from TRIM_HORIZON or LATEST; AT_TIMESTAMP is for Kinesis."
        yield FieldError("settings.starting_position", INVALID, message)


def _of_waiting(settings: Settings) -> Iterator[FieldError]:
    """What cannot be simulated where the pipe does not wait."""
    if settings.batch_size != 1:
        message = "With FIRE_AND_FORGET a run hands records over one by one: choose a BatchSize of 1."
        yield FieldError("settings.batch_size", INVALID, message)
    if (
        settings.source in QUEUES
        and (settings.enrichment_ms or 0) * US_PER_MS >= settings.visibility_timeout_s * US_PER_S
    ):
        message = (
            "A message whose enrichment takes as long as its visibility timeout is handed over several times. "
            "With FIRE_AND_FORGET that is not simulated."
        )
        yield FieldError("settings.enrichment_ms", INVALID, message)


def _left_out() -> Iterator[LeftOut]:
    """What the bill of a source does not have."""
    yield LeftOut(
        sentence="DynamoDB as a source: the table, its writes, and reads of its stream beyond the free ones.",
        only={"source": "dynamodb_streams"},
    )
    for source in BROKERS:
        yield charges.no_broker(source=source)
        yield LeftOut(sentence="Amazon MQ: the storage of its brokers.", only={"source": source})
    yield from charges.no_cluster(source="msk")
    yield LeftOut(sentence="Amazon MSK: data between Availability Zones.", only={"source": "msk"})
    sentence = "Your Kafka cluster, and the network between it and the pipe."
    yield LeftOut(sentence=sentence, only={"source": "self_managed_kafka"})


PIPES = Trigger(
    key="pipes",
    label="EventBridge Pipes",
    noun="record",
    model="pipe",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "PIPE-1",
        "PIPE-2",
        "PIPE-3",
        "PIPE-4",
        "PIPE-5",
        "PIPE-6",
        "PIPE-7",
        "PIPE-8",
        "PIPE-9",
        "PIPE-11",
        "PIPE-12",
        "PIPE-13",
        "MODEL-63",
        "ASYNC-3",
        "SQS-1",
        "SQS-2",
        "SQS-5",
        "SQS-7",
        "SQS-16",
        "SQS-17",
        "SQS-20",
        "SQS-21",
        "SQS-22",
        "SQS-23",
        "STREAM-1",
        "STREAM-3",
        "STREAM-4",
        "STREAM-6",
        "STREAM-7",
        "STREAM-10",
        "STREAM-12",
        "ESM-4",
        "KAFKA-1",
        "KAFKA-2",
        "KAFKA-7",
        "MODEL-40",
        "MQ-4",
        "MQ-5",
        "FILTER-1",
        "FILTER-2",
        "FILTER-3",
        "FILTER-5",
        "FILTER-6",
    ),
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html",
    summary="A pipe polls a queue, a stream or a topic, filters, perhaps enriches, and invokes the function with what is left. What fails "
    "follows the limits of the source.",
    owned=_OWNED,
    idle=_IDLE,
    catchers={"max_receive_count": "queue_dlq", "pipe_dead_letter_config": PIPE_DLQ, "dead_letter_queue": BROKER_DLQ},
    charges=(
        Charge(
            what="EventBridge Pipes",
            price_key="eventbridge.pipes",
            of="passed",
            counted="records that pass the filter, in pieces of 64 KB",
        ),
        *charges.polled_sqs("sqs.standard", source="sqs"),
        *charges.polled_sqs("sqs.fifo", source="sqs_fifo"),
        Charge(
            what="Kinesis shard hours",
            price_key="kinesis.shard_hour",
            of="hours",
            counted="shards times the length of the run",
            each=("shard_count",),
            only={"source": "kinesis"},
        ),
        Charge(
            what="Kinesis PUT payload units",
            price_key="kinesis.put",
            of="arrived",
            counted="records in pieces of 25 KB",
            only={"source": "kinesis"},
        ),
        *charges.amazon_mq("source"),
        *charges.msk(source="msk"),
    ),
    left_out=tuple(_left_out()),
    not_priced=("The function that enriches: its requests and its duration.",),
)
