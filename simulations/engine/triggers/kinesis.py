"""Kinesis data stream: Lambda reads each shard in order, and a batch that fails blocks what comes after it.

Implements LD:with-kinesis, LD:services-kinesis-parameters and the stream's own settings (CreateStream): a batch is retried
until it works, its retries or its age end, or the stream forgets it; then it goes to the on-failure destination or nowhere.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import express_stream
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import criteria
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.stream import Stream
from simulations.engine.delivery.stream_records import KINESIS as KINESIS_SOURCE
from simulations.engine.delivery.stream_records import KINESIS_CONTENT, KINESIS_FAN_OUT, KINESIS_READS
from simulations.engine.limits import VALIDATION, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.traffic import At, oversized
from simulations.engine.trigger import Charge, Choices, Trigger
from simulations.engine.units import S_PER_H

_KIB = 1_024
_PROVISIONED, _ON_DEMAND = {"stream_mode": "provisioned"}, {"stream_mode": "on_demand"}
_FAN_OUT = {"consumer": "enhanced_fan_out"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the stream."""

    batch_size: of_streams.BatchSize = of_streams.BATCH_SIZE
    maximum_batching_window_s: of_streams.Window = of_streams.WINDOW_S
    starting_position: of_streams.StartingPosition = "trim_horizon"
    starting_position_timestamp_s: of_streams.Timestamp = None
    parallelization_factor: of_streams.Factor = of_streams.FACTOR
    tumbling_window_s: of_streams.TumblingWindow = 0
    maximum_retry_attempts: of_streams.MaximumRetryAttempts = of_streams.ENDLESS
    maximum_record_age_s: of_streams.MaximumRecordAge = of_streams.ENDLESS
    bisect_batch_on_function_error: of_streams.Bisect = False
    function_response_types: of_streams.ResponseTypes = []
    filter_criteria: Annotated[list[Any], criteria("data", '{"data": {"status": ["paid"]}}')] = []
    on_failure: of_streams.OnFailure = None
    consumer: Annotated[
        Literal["standard", "enhanced_fan_out"],
        plain(
            "Consumer", "Whether Lambda reads each shard once a second, or gets its records pushed (a stream consumer)."
        ),
    ] = "standard"
    stream_mode: Annotated[
        Literal["provisioned", "on_demand"],
        plain("StreamMode", "How the stream's capacity is billed: by its shards, or by what is written and read. On demand AWS "
              "chooses the shards; here there are as many as the next field says."),
    ] = "provisioned"  # fmt: skip
    shard_count: of_streams.Shards = 1
    retention_period_hours: Annotated[
        int, setting("RetentionPeriodHours", "How long the stream keeps a record.", unit="h", ge=24, le=8_760)
    ] = number("STREAM-4", "kinesis_retention_s") // S_PER_H  # fmt: skip
    max_record_size_kib: Annotated[
        int, setting("MaxRecordSizeInKiB", "How large a record the stream takes. Lambda takes what fits into 6 MB as base64, about "
                     "4,600 KiB; a larger one goes to the on-failure destination or nowhere.", unit="KiB", ge=1_024, le=10_240)
    ] = number("STREAM-18", "record_bytes") // _KIB  # fmt: skip
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
    reads = KINESIS_READS if settings.consumer == "standard" else KINESIS_FAN_OUT
    retention_s = settings.retention_period_hours * S_PER_H
    mapping = of_streams.mapping(settings, KINESIS_SOURCE, reads, retention_s)
    if not isinstance(sim.traffic, At) and settings.batch_size * sim.traffic.size_bytes > KINESIS_SOURCE.room:
        stream = Stream(sim, mapping)  # the loop knows no base64
        sim.feed(stream.accept, stream.place)
    else:
        express_stream.serve(sim, mapping)


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created or a record is put; then what means nothing."""
    yield from of_streams.refused(choices.settings, KINESIS_SOURCE, choices.traffic, choices.failures.catchers.items())
    yield from filters_refused(choices.settings.filter_criteria, KINESIS_CONTENT)
    yield from of_streams.bad_timestamp(choices.settings)
    most = choices.settings.max_record_size_kib * _KIB
    yield from oversized(choices.traffic, most, VALIDATION, _TOO_LARGE.format(most))


# STREAM-18: a record that PutRecord refuses never gets into the stream
_TOO_LARGE = (
    "1 validation error detected: Value at 'data' failed to satisfy constraint: "
    "Member must have length less than or equal to {}"
)

KINESIS = Trigger(
    key="kinesis",
    label="Kinesis data stream",
    noun="record",
    model="stream",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "STREAM-1", "STREAM-2", "STREAM-3", "STREAM-4", "STREAM-5", "STREAM-6", "STREAM-7", "STREAM-8", "STREAM-9",
        "STREAM-10", "STREAM-11", "STREAM-12", "STREAM-13", "STREAM-14", "STREAM-15", "STREAM-16", "STREAM-18", "STREAM-20", "STREAM-21",
        "ESM-2", "ESM-4", "ESM-6", "FILTER-1", "FILTER-2", "FILTER-5",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    summary="Lambda reads each shard in order. A batch that fails is retried, and blocks its shard, until it works, is given "
    "up, or leaves the stream.",
    charges=(
        Charge(what="Kinesis shard hours", price_key="kinesis.shard_hour", of="hours", counted="shards times the length of the run; Lambda's reads are included", each=("shard_count",), only=_PROVISIONED),
        Charge(what="Kinesis PUT payload units", price_key="kinesis.put", of="arrived", counted="records in pieces of 25 KB", only=_PROVISIONED),
        Charge(what="Kinesis enhanced fan-out hours", price_key="kinesis.efo_hour", of="hours", counted="one consumer, by shard and hour", each=("shard_count",), only=_PROVISIONED | _FAN_OUT),
        Charge(what="Kinesis enhanced fan-out data", price_key="kinesis.efo_gb", of="gigabytes", counted="what the consumer reads, each record once", only=_PROVISIONED | _FAN_OUT),
        Charge(what="Kinesis extended retention", price_key="kinesis.ext_retention_hour", of="extended_hours", counted="shards times the length of the run, because records are kept for more than 24 h", each=("shard_count",), only=_PROVISIONED),
        Charge(what="Kinesis stream hours", price_key="kinesis.od.stream_hour", of="hours", counted="the stream, as long as the run", only=_ON_DEMAND),
        Charge(what="Kinesis data in", price_key="kinesis.od.in", of="gigabytes_in", counted="records, each rounded up to a whole KB", only=_ON_DEMAND),
        Charge(what="Kinesis data out", price_key="kinesis.od.out", of="gigabytes", counted="what Lambda reads, each record once: a retry has the batch already", only=_ON_DEMAND | {"consumer": "standard"}),
        Charge(what="Kinesis enhanced fan-out data", price_key="kinesis.od.efo_out", of="gigabytes", counted="what the consumer reads, each record once", only=_ON_DEMAND | _FAN_OUT),
        Charge(what="Kinesis extended retention", price_key="kinesis.od.ext_retention", of="extended_gb_months", counted="the run's data for the hours that it is kept beyond 24, up to 7 days", only=_ON_DEMAND),
        Charge(what="Kinesis long-term retention", price_key="kinesis.long_retention", of="long_gb_months", counted="the run's data for the hours that it is kept beyond 7 days"),
    ),
    not_priced=("Kinesis: what other consumers read, and reading what is older than 7 days.",),
)  # fmt: skip
