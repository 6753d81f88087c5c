"""DynamoDB Streams: the changes of a table, read in order; kept for 24 hours, whatever happens.

Implements LD:with-ddb, LD:services-ddb-params and LD:services-dynamodb-errors. It is a stream like Kinesis, read four times
a second; the shards are those of the table's partitions, and the order holds for each item.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import express_stream
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import criteria
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.stream_records import DYNAMODB, DYNAMODB_CONTENT, DYNAMODB_READS
from simulations.engine.limits import FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trigger import Charge, Choices, LeftOut, Trigger

_RETENTION_S = number("STREAM-4", "dynamodb_retention_s")


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
    billing_mode: Annotated[
        Literal["pay_per_request", "provisioned"],
        plain("BillingMode", "For the bill only: how the table's writes are paid; provisioned capacity is not priced."),
    ] = "pay_per_request"
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


def _start(sim: Sim, settings: Settings) -> None:
    express_stream.serve(sim, of_streams.mapping(settings, DYNAMODB, DYNAMODB_READS, _RETENTION_S))


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created; then what means nothing."""
    yield from of_streams.refused(choices.settings, DYNAMODB, choices.traffic, choices.failures.catchers.items())
    yield from filters_refused(choices.settings.filter_criteria, DYNAMODB_CONTENT)


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
        Charge(what="DynamoDB writes", price_key="dynamodb.wru", of="arrived", counted="one write for each record, in pieces of 1 KB of the record", only={"billing_mode": "pay_per_request"}),
        Charge(what="DynamoDB Streams reads by Lambda", price_key="dynamodb.stream_read.lambda", of="reads", counted="GetRecords calls of the mapping: free for Lambda"),
    ),
    left_out=(LeftOut(sentence="DynamoDB: the provisioned capacity of the table.", only={"billing_mode": "provisioned"}),),
    not_priced=("DynamoDB: the storage of the table, its reads, and a second unit where a record holds both images.",),
)  # fmt: skip
