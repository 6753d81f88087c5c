"""Amazon DocumentDB: the change stream of a cluster, one batch after the other, with no control over retries.

Implements LD:with-documentdb and the DocumentDB Developer Guide's pages on change streams and on Lambda: a batch is retried
until it works; when its changes have left the change stream, Lambda disables the mapping.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from simulations.engine.delivery import kafka
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.stream import Stream
from simulations.engine.delivery.stream_source import Reads, Rules, Source
from simulations.engine.limits import INVALID, FieldError, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim, epoch_ms
from simulations.engine.traffic import Event
from simulations.engine.trigger import Choices, Trigger
from simulations.engine.units import US_PER_S

_CLUSTER = "arn:aws:rds:us-east-1:123456789012:cluster:my-cluster"
_DATABASE, _COLLECTION = "my-database", "my-collection"
_MS_PER_S = 1_000
_EVERYTHING = 1 << 62
_READS = Reads(period=0, records=_EVERYTHING, size=_EVERYTHING, per_s=None, rule="DOCDB-1")
_RULES = Rules(
    batch="DOCDB-1", checkpoint="DOCDB-1", retention="DOCDB-2", given_up="DOCDB-1", too_large="DOCDB-1", denied="PERM-24",
)  # fmt: skip


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the change stream; there is nothing to control retries with."""

    batch_size: of_streams.BatchSize = of_streams.BATCH_SIZE
    maximum_batching_window_s: kafka.Window = None
    starting_position: of_streams.StartingPosition = "trim_horizon"
    starting_position_timestamp_s: of_streams.Timestamp = None
    change_stream_log_retention_duration_s: Annotated[
        int, setting("change_stream_log_retention_duration", "How long the change stream keeps a change.", unit="s",
                     ge=number("DOCDB-2", "minimum_retention_s"), le=number("DOCDB-2", "maximum_retention_s"))
    ] = number("DOCDB-2", "retention_s")  # fmt: skip
    mapping_starts_s: of_streams.Starts = 0
    mapping_disabled_s: of_streams.Disabled = None
    retry_first_wait_s: of_streams.FirstWait = of_streams.FIRST_WAIT_S
    retry_longest_wait_s: of_streams.LongestWait = of_streams.LONGEST_WAIT_S
    retry_jitter_percent: of_streams.Jitter = of_streams.JITTER


def _record(event: Event) -> dict[str, Any]:
    """A change as the function gets it: a document that was inserted."""
    document = event.body if isinstance(event.body, dict) else {"body": event.body} if event.body is not None else {}
    moment = int(epoch_ms(event.at))
    return {
        "event": {
            "_id": {"_data": event.id},
            "clusterTime": {"$timestamp": {"t": moment // _MS_PER_S, "i": 1}},
            "documentKey": {"_id": event.partition_key or event.id},
            "fullDocument": {"_id": event.partition_key or event.id} | document,
            "ns": {"db": _DATABASE, "coll": _COLLECTION},
            "operationType": "insert",
        }
    }


def _payload(events: Sequence[Event]) -> dict[str, Any]:
    return {
        "eventSourceArn": _CLUSTER,
        "events": [_record(event) for event in events],
        "eventSource": "aws:docdb",
    }


def _nobody(_: Sequence[Event]) -> dict[str, Any]:
    """There is no destination that a failure record could go to."""
    return {}


_SOURCE = Source(
    prefix=f"{_DATABASE}.{_COLLECTION}-", digits=1, record=_record, payload=_payload, where=_nobody, drops_large=True,
    outlived="DOCDB-2", rules=_RULES,
)  # fmt: skip


def _start(sim: Sim, settings: Settings) -> None:
    disabled_s = settings.mapping_disabled_s
    chosen = of_streams.Settings(
        source=_SOURCE,
        reads=_READS,
        shards=number("DOCDB-1", "concurrency"),
        keys=None,
        factor=1,
        batch_size=settings.batch_size,
        window=kafka.window_us(settings.maximum_batching_window_s),
        reports=False,
        retries=of_streams.retries(settings, None, bisect=False),
        age=None,
        retention=settings.change_stream_log_retention_duration_s * US_PER_S,
        position=of_streams.position_s(settings) * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=None if disabled_s is None else disabled_s * US_PER_S,
        on_failure=None,
    )
    stream = Stream(sim, chosen)
    sim.feed(stream.accept, stream.place)


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created; then what means nothing."""
    settings: Settings = choices.settings
    yield from kafka.late_timeout(choices.function.timeout_s)
    yield from of_streams.bad_timestamp(settings)
    yield from of_streams.bad_times(settings)
    yield from of_streams.unknown_shards(_SOURCE, number("DOCDB-1", "concurrency"), choices.traffic)
    for catcher in choices.failures.catchers:
        message = (
            "An event source mapping for DocumentDB has no destination, nor any other catcher (GEN-5, GEN-6, DOCDB-1)."
        )
        yield FieldError(f"failures.catchers.{catcher}", INVALID, message)


DOCUMENTDB = Trigger(
    key="documentdb",
    label="Amazon DocumentDB",
    noun="record",
    model="stream",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("DOCDB-1", "DOCDB-2", "STREAM-10", "ESM-2", "ESM-3", "ESM-4", "ESM-6", "PERM-24"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html",
    summary="Lambda reads a change stream one batch at a time. A batch that fails is retried until it works; once its changes "
    "have expired, Lambda disables the mapping.",
    mapping_metrics=("IteratorAge", "OversizedRecordCount"),
    not_priced=("Amazon DocumentDB: its instances, storage and I/O, which change streams use too.",),
)
