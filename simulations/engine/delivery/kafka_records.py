"""The records of a Kafka topic: their partitions, what the function gets, how it names one, and what a failure record says.

Models LD:with-msk-configure, LD:kafka-retry-configurations, LD:kafka-on-failure and LD:kafka-on-failure-destination, rules
KAFKA-1, -5, -6 and -8. Units: whole microseconds, bytes.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from simulations.engine.delivery.batch_response import failed_places
from simulations.engine.delivery.discards import by_shard
from simulations.engine.delivery.filters import Content, text_of
from simulations.engine.delivery.murmur2 import partition_of
from simulations.engine.delivery.stream_source import AS_BASE64, Rules, Source
from simulations.engine.sim import epoch_ms, timestamp
from simulations.engine.traffic import Event

_TOPIC = "my-topic"
_PREFIX = f"{_TOPIC}-"
CONTENT = Content(
    key="value", noun="record", data=lambda event: text_of(event, "record"), mismatch="ignored", rule="FILTER-6"
)
_RULES = Rules(
    batch="KAFKA-1", lane="KAFKA-1", checkpoint="KAFKA-1", retention="KAFKA-2", retries="KAFKA-3", age="KAFKA-3",
    cut="KAFKA-3", partial="KAFKA-5", partial_cut="KAFKA-5", told="KAFKA-6", too_old="KAFKA-6", malformed="KAFKA-5",
    too_large="KAFKA-8",
)  # fmt: skip


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Which kind of cluster: what a payload says about it. `arn` is None where a cluster has none."""

    event_source: str
    arn: str | None
    bootstrap_servers: str
    denied: str


def source_of(cluster: Cluster) -> Source:
    """A topic of a cluster as an ordered source."""
    about = {"eventSource": cluster.event_source, "bootstrapServers": cluster.bootstrap_servers}
    batch = {"bootstrapServers": cluster.bootstrap_servers}
    if cluster.arn is not None:
        about |= {"eventSourceArn": cluster.arn}
        batch |= {"eventSourceArn": cluster.arn}

    def payload(events: Sequence[Event]) -> dict[str, Any]:
        return about | {"records": {name: [_record(event) for event in theirs] for name, theirs in by_shard(events)}}

    def where(events: Sequence[Event]) -> dict[str, Any]:
        ranges = {name: _range(theirs) for name, theirs in by_shard(events)}
        return {"KafkaBatchInfo": _sized(events) | batch | {"recordsInfo": ranges}}

    def where_one(event: Event) -> dict[str, Any]:
        told = {"offset": str(event.offset), "timestamp": timestamp(event.at)}
        return {"KafkaBatchInfo": _sized([event]) | batch | {"recordInfo": told}}

    return Source(
        prefix=_PREFIX, digits=1, record=_record, payload=payload, where=where, where_one=where_one, named=_named,
        partition=partition_of, only_named=True, offsets=True, drops_large=True, room=AS_BASE64, content=CONTENT,
        rules=msgspec.structs.replace(_RULES, denied=cluster.denied),
    )  # fmt: skip


def identifier(event: Event) -> dict[str, Any]:
    """KAFKA-5: how a function names a record as failed."""
    return {"partition": event.shard, "offset": event.offset}


def _record(event: Event) -> dict[str, Any]:
    """A record as the function gets it."""
    key = {} if event.partition_key is None else {"key": b64encode(event.partition_key.encode()).decode()}
    return {
        "topic": _TOPIC,
        "partition": int((event.shard or "").removeprefix(_PREFIX)),
        "offset": event.offset,
        "timestamp": int(epoch_ms(event.at)),
        "timestampType": "CREATE_TIME",
        "value": b64encode(text_of(event, "record").encode()).decode(),
        "headers": [],
    } | key


def _named(response: Any, events: Sequence[Event]) -> list[str] | None:
    return failed_places(response, {(event.shard or "", event.offset): event.id for event in events})


def _sized(events: Sequence[Event]) -> dict[str, Any]:
    return {"batchSize": len(events), "payloadSize": sum(event.size for event in events)}


def _range(events: Sequence[Event]) -> dict[str, Any]:
    """KAFKA-6: where the records of one partition are."""
    first, last = events[0], events[-1]
    return {
        "firstRecordOffset": str(first.offset),
        "lastRecordOffset": str(last.offset),
        "firstRecordTimestamp": timestamp(first.at),
        "lastRecordTimestamp": timestamp(last.at),
    }


MSK = source_of(
    Cluster(
        event_source="aws:kafka",
        arn="arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/751d2973-a626-431c-9d4e-d7975eb44dd7-2",
        bootstrap_servers="b-1.mycluster.abc123.c2.kafka.us-east-1.amazonaws.com:9098",
        denied="PERM-23",
    )
)
SELF_MANAGED = source_of(
    Cluster(
        event_source="SelfManagedKafka",
        arn=None,
        bootstrap_servers="kafka-1.example.com:9092,kafka-2.example.com:9092",
        denied="PERM-24",
    )
)
