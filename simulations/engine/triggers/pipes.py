"""EventBridge Pipes: a queue or a stream, a filter, perhaps an enrichment, and the function as target.

Implements EB:eb-pipes, EB:eb-pipes-batching-concurrency and EB:eb-pipes-error-troubleshooting: a pipe polls as an event source
mapping does, and what fails follows the limits of its source. With FIRE_AND_FORGET it hears of no failure of the function.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import asynchronous
from simulations.engine.delivery import pipe_sources as sources
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import criteria
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.pipe_sources import PIPE_DLQ, QUEUES, STREAMS
from simulations.engine.delivery.piping import EnrichmentError, Piping
from simulations.engine.delivery.queue import Queue
from simulations.engine.delivery.stream import Stream
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event
from simulations.engine.trigger import Charge, Choices, Owned, Trigger, not_there
from simulations.engine.units import US_PER_MS, US_PER_S


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pipe, then what only a queue has as its source, then what only a stream has."""

    source: Annotated[
        Literal["sqs", "sqs_fifo", "kinesis", "dynamodb_streams"],
        plain("Source", "What the pipe polls. Queues and streams retry by rules of their own, and have settings of their own."),
    ] = "sqs"  # fmt: skip
    batch_size: Annotated[
        int, setting("BatchSize", "How many records one invocation gets at the most.", ge=1, le=10_000)
    ] = of_queues.BATCH_SIZE
    maximum_batching_window_s: of_streams.Window = of_streams.WINDOW_S
    filter_criteria: Annotated[
        list[Any], criteria("body (SQS), data (Kinesis) or dynamodb", '{"body": {"status": ["paid"]}}')
    ] = []
    invocation_type: Annotated[
        Literal["request_response", "fire_and_forget"],
        plain("InvocationType", "Whether the pipe waits for the function, or hands each record to Lambda's own queue and never hears "
              "of a failure."),
    ] = "request_response"  # fmt: skip
    enrichment_ms: Annotated[
        int, setting("Enrichment", "How long the function takes that enriches each batch before the target is invoked; empty is "
                     "no enrichment.", unit="ms", ge=1, le=900_000)
    ] | None = None  # fmt: skip
    enrichment_errors: Annotated[
        list[EnrichmentError],
        plain("Enrichment errors", "Times in which the enrichment fails: its code (function_error), for want of concurrency "
              '(throttled) or because the pipe may not call it (access_denied): [{"from_ms": 0, "to_ms": 60000}].'),
    ] = []  # fmt: skip
    disabled_after_client_errors: Annotated[
        int, setting("Pipe disabled after", "After how many calls in a row that are refused with a 4xx error the pipe is disabled; "
                     "AWS says nearly continuous ones and no number. Empty is never.", ge=1, le=10_000, assumed="PIPE-9")
    ] | None = None  # fmt: skip
    visibility_timeout_s: of_queues.VisibilityTimeout = of_queues.VISIBILITY_S
    message_retention_period_s: of_queues.Retention = of_queues.RETENTION_S
    max_receive_count: of_queues.MaxReceiveCount = None
    content_based_deduplication: of_queues.ContentBasedDeduplication = False
    deduplication_scope: of_queues.DeduplicationScope = "queue"
    message_groups: of_queues.MessageGroups = 1
    busiest_group_percent: of_queues.BusiestGroup = None
    starting_position: of_streams.StartingPosition = "trim_horizon"
    starting_position_timestamp_s: of_streams.Timestamp = None
    shard_count: of_streams.Shards = 1
    partition_keys: of_streams.Keys = None
    parallelization_factor: of_streams.Factor = of_streams.FACTOR
    maximum_retry_attempts: of_streams.MaximumRetryAttempts = of_streams.ENDLESS
    maximum_record_age_s: of_streams.MaximumRecordAge = of_streams.ENDLESS
    on_partial_batch_item_failure: Annotated[
        Literal["automatic_bisect"],
        plain("OnPartialBatchItemFailure", "Streams: whether a batch that failed is cut in two, to find the record that fails."),
    ] | None = None  # fmt: skip
    pipe_dead_letter_config: Annotated[
        Literal["sqs", "sns"], plain("DeadLetterConfig", "Streams: where the pipe tells of a batch that it gave up on.")
    ] | None = None  # fmt: skip
    mapping_starts_s: Annotated[
        int, setting("Pipe starts", "When the pipe begins to poll.", unit="s", ge=0, le=1_209_600)
    ] = 0
    mapping_disabled_s: Annotated[
        int, setting("Pipe stopped", "When the pipe stops polling; empty is never.", unit="s", ge=0, le=1_209_600)
    ] | None = None  # fmt: skip
    throttle_first_wait_s: of_queues.FirstWait = of_queues.FIRST_WAIT_S
    throttle_longest_wait_s: of_queues.LongestWait = of_queues.LONGEST_WAIT_S
    retry_first_wait_s: of_streams.FirstWait = of_streams.FIRST_WAIT_S
    retry_longest_wait_s: of_streams.LongestWait = of_streams.LONGEST_WAIT_S
    retry_jitter_percent: of_streams.Jitter = of_streams.JITTER


_OWNED = (
    Owned(settings=("max_receive_count",), of="source", values=QUEUES, who="queues"),
    Owned(
        settings=("content_based_deduplication", "deduplication_scope", "message_groups", "busiest_group_percent"),
        of="source", values=("sqs_fifo",), who="FIFO queues",
    ),
    Owned(
        settings=(
            "starting_position", "starting_position_timestamp_s", "shard_count", "partition_keys", "parallelization_factor",
            "maximum_retry_attempts", "maximum_record_age_s", "on_partial_batch_item_failure", "pipe_dead_letter_config",
        ),
        of="source", values=STREAMS, who="streams",
    ),
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
        place = of_queues.grouping(settings.message_groups, settings.busiest_group_percent) if grouped else None
        sim.feed(Queue(sim, sources.queue(settings, pipe)).accept, place)
    else:
        stream = Stream(sim, sources.stream(settings, pipe))
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
    yield from _of_queues(choices) if settings.source in QUEUES else _of_streams(choices)
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
    """What the reader of a stream refuses."""
    settings: Settings = choices.settings
    source = sources.stream_of(settings.source)
    assert source is not None
    yield from of_streams.bad_age(settings.maximum_record_age_s)
    yield from of_streams.unknown_shards(source, settings.shard_count, choices.traffic)
    yield from of_streams.bad_timestamp(settings)
    if settings.source != "kinesis" and settings.starting_position == "at_timestamp":
        message = "DynamoDB Streams begin with TRIM_HORIZON or LATEST (ESM-1)."
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


def _requests(source: str) -> Iterator[Charge]:
    """What a queue bills."""
    key, only = {"sqs": "sqs.standard", "sqs_fifo": "sqs.fifo"}[source], {"source": source}
    yield Charge(
        what="SQS sends",
        price_key=key,
        of="arrived",
        counted="each message is sent by itself, in pieces of 64 KB",
        only=only,
    )
    yield Charge(
        what="SQS receives",
        price_key=key,
        of="receives",
        counted="receives of up to ten messages that brought some",
        only=only,
    )
    yield Charge(
        what="SQS empty receives",
        price_key=key,
        of="empty_receives",
        counted="long polls of the pipe that brought nothing",
        only=only,
    )
    yield Charge(
        what="SQS deletes",
        price_key=key,
        of="deletes",
        counted="deletes of up to ten messages that were done",
        only=only,
    )


PIPES = Trigger(
    key="pipes",
    label="EventBridge Pipes",
    noun="record",
    model="pipe",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "PIPE-1", "PIPE-2", "PIPE-3", "PIPE-4", "PIPE-5", "PIPE-6", "PIPE-7", "PIPE-8", "PIPE-9", "PIPE-11", "ASYNC-3", "SQS-1", "SQS-2", "SQS-5", "SQS-7", "SQS-16", "SQS-17", "SQS-20", "SQS-21", "SQS-22", "SQS-23", "STREAM-1", "STREAM-3",
        "STREAM-4", "STREAM-6", "STREAM-7", "STREAM-10", "STREAM-12", "ESM-4", "FILTER-1", "FILTER-2", "FILTER-3", "FILTER-5",
    ),
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html",
    summary="A pipe polls a queue or a stream, filters, perhaps enriches, and invokes the function with what is left. What fails "
    "follows the limits of the source.",
    owned=_OWNED,
    catchers={"max_receive_count": "queue_dlq", "pipe_dead_letter_config": PIPE_DLQ},
    charges=(
        Charge(what="EventBridge Pipes", price_key="eventbridge.pipes", of="passed", counted="records that pass the filter, in pieces of 64 KB"),
        *(charge for source in QUEUES for charge in _requests(source)),
        Charge(what="Kinesis shard hours", price_key="kinesis.shard_hour", of="hours", counted="shards times the length of the run", each=("shard_count",), only={"source": "kinesis"}),
        Charge(what="Kinesis PUT payload units", price_key="kinesis.put", of="arrived", counted="records in pieces of 25 KB", only={"source": "kinesis"}),
    ),
    not_priced=(
        "The function that enriches: its requests and its duration.",
        "DynamoDB as a source: the table, its writes, and reads of its stream beyond the free ones.",
    ),
)  # fmt: skip
