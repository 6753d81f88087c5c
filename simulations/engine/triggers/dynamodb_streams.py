"""DynamoDB Streams: the changes of a table, read in order; kept for 24 hours, whatever happens.

Implements LD:with-ddb, LD:services-ddb-params and LD:services-dynamodb-errors. It is a stream like Kinesis, read four times
a second; the shards are those of the table's partitions, and the order holds for each item.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import express_stream
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.discards import batch_info
from simulations.engine.delivery.filters import Content, criteria, text_of
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.stream_source import Reads, Rules, Source
from simulations.engine.limits import FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event
from simulations.engine.trigger import Charge, Choices, Trigger
from simulations.engine.units import US_PER_S

_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/my-table/stream/2026-01-01T00:00:00.000"
_RETENTION_S = number("STREAM-4", "dynamodb_retention_s")
_READS = Reads(
    period=US_PER_S // number("STREAM-1", "dynamodb_polls_per_s"), records=number("STREAM-17", "records_a_read"),
    size=number("STREAM-17", "read_bytes"), per_s=None, rule="STREAM-17",
)  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the table's stream."""

    batch_size: of_streams.BatchSize = of_streams.BATCH_SIZE
    maximum_batching_window_s: of_streams.Window = of_streams.WINDOW_S
    starting_position: Annotated[
        Literal["trim_horizon", "latest"],
        plain("StartingPosition", "Where reading begins: with the oldest record, or with what arrives from then on."),
    ] = "trim_horizon"
    parallelization_factor: of_streams.Factor = of_streams.FACTOR
    tumbling_window_s: of_streams.TumblingWindow = 0
    maximum_retry_attempts: of_streams.MaximumRetryAttempts = of_streams.ENDLESS
    maximum_record_age_s: of_streams.MaximumRecordAge = of_streams.ENDLESS
    bisect_batch_on_function_error: of_streams.Bisect = False
    function_response_types: of_streams.ResponseTypes = []
    filter_criteria: Annotated[
        list[Any], criteria("dynamodb", '{"dynamodb": {"NewImage": {"status": {"S": ["paid"]}}}}')
    ] = []
    on_failure: of_streams.OnFailure = None
    shard_count: of_streams.Shards = 1
    partition_keys: of_streams.Keys = None
    mapping_starts_s: of_streams.Starts = 0
    mapping_disabled_s: of_streams.Disabled = None
    retry_first_wait_s: of_streams.FirstWait = of_streams.FIRST_WAIT_S
    retry_longest_wait_s: of_streams.LongestWait = of_streams.LONGEST_WAIT_S
    retry_jitter_percent: of_streams.Jitter = of_streams.JITTER
    bisect_retries: of_streams.Halves = "inherit"
    tumbling_wait_s: of_streams.TumblingWait = of_streams.TUMBLING_WAIT_S
    state_bytes_per_record: of_streams.StateBytes = 0


def _record(event: Event) -> dict[str, Any]:
    """A change as the function gets it: an item that was inserted."""
    image = {"pk": {"S": event.partition_key or event.id}}
    if isinstance(event.body, dict):
        image |= {str(name): attribute(value) for name, value in event.body.items()}
    elif event.body is not None:
        image |= {"body": {"S": text_of(event, "record")}}
    return {
        "eventID": event.id,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "Keys": {"pk": {"S": event.partition_key or event.id}},
            "NewImage": image,
            "SequenceNumber": event.id,
            "SizeBytes": event.size,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": _ARN,
    }


def attribute(value: Any) -> dict[str, Any]:
    """A value as DynamoDB writes it: with its type, numbers as text."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case list():
            return {"L": [attribute(one) for one in value]}
        case dict():
            return {"M": {str(name): attribute(one) for name, one in value.items()}}
        case _:
            return {"N": msgspec.json.encode(value).decode()}


def _where(events: Sequence[Event]) -> dict[str, Any]:
    return {"DDBStreamBatchInfo": batch_info(events, _ARN)}


_BESIDE = ("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "eventSourceARN")
_CONTENT = Content(
    key="dynamodb",
    noun="record",
    data=lambda event: msgspec.json.encode(_record(event)["dynamodb"]).decode(),
    other=_BESIDE,
    record=lambda event: {name: value for name, value in _record(event).items() if name in _BESIDE},
    plain=False,
    rule="FILTER-5",
)
_SOURCE = Source(digits=20, where=_where, record=_record, content=_CONTENT, rules=Rules(denied="PERM-22"))


def _start(sim: Sim, settings: Settings) -> None:
    express_stream.serve(sim, of_streams.mapping(settings, _SOURCE, _READS, _RETENTION_S))


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created; then what means nothing."""
    yield from of_streams.refused(choices.settings, _SOURCE, choices.traffic, choices.failures.catchers.items())
    yield from filters_refused(choices.settings.filter_criteria, _CONTENT)


DYNAMODB_STREAMS = Trigger(
    key="dynamodb_streams",
    label="DynamoDB Streams",
    noun="record",
    model="stream",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "STREAM-1", "STREAM-2", "STREAM-3", "STREAM-4", "STREAM-5", "STREAM-6", "STREAM-7", "STREAM-8", "STREAM-9",
        "STREAM-10", "STREAM-11", "STREAM-12", "STREAM-13", "STREAM-14", "STREAM-15", "STREAM-16", "STREAM-17", "STREAM-20",
        "ESM-2", "ESM-4", "ESM-6", "FILTER-1", "FILTER-2",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    summary="Lambda reads the changes of a table in order. A batch that fails is retried, and blocks its shard, until it works, "
    "is given up, or is 24 hours old.",
    charges=(
        Charge(what="DynamoDB Streams reads by Lambda", price_key="dynamodb.stream_read.lambda", of="reads", counted="GetRecords calls of the mapping: free for Lambda"),
    ),
    not_priced=("DynamoDB: the table and its writes.",),
)  # fmt: skip
