"""What Lambda gives up on: the failure record of a stream's batch, and where it goes.

Models LD:kinesis-on-failure-destination, LD:services-dynamodb-errors, LD:kafka-on-failure and LD:kafka-on-failure-destination,
rules STREAM-12 to -14 and KAFKA-6. SQS and SNS are told where the records are, S3 gets them as well, and a Kafka topic gets
each of them by itself. Units: whole microseconds.
"""

from collections.abc import Iterator, Sequence
from hashlib import shake_128
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from simulations.engine.delivery.lanes import Lane, Part
from simulations.engine.delivery.stream_source import Source, payload
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim, failed, timestamp
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event

_OK = number("SYNC-1", "ok")
ON_FAILURE = "on_failure"
S3, TOPIC = "s3", "kafka"


class Discards:
    """Where the records go that are not tried any more; `on_failure` is the kind of destination, if there is one."""

    def __init__(self, sim: Sim, source: Source, on_failure: str | None) -> None:
        self._sim = sim
        self._source = source
        self._on_failure = on_failure
        rules = source.rules
        self._told = {
            Cause.RETRY_ATTEMPTS_EXHAUSTED: rules.told,
            Cause.RECORD_AGE_EXCEEDED: rules.too_old,
            Cause.PAYLOAD_SIZE_EXCEEDED: rules.too_large,
        }

    def give_up(self, at: int, lane: Lane, part: Part, events: list[Event], ids: list[str], cause: str) -> None:
        """STREAM-12: tell the destination, or nobody, and let the shard go on."""
        sim, rules = self._sim, self._source.rules
        fate = Fate.CAPTURED if self._on_failure is not None else Fate.LOST
        reason = sim.failures.catchers.get(self._source.catcher)
        if self._on_failure is not None and reason is not None:
            sim.log.capture_failed(at, rules.not_told, ids, self._source.catcher, cause, reason)
            fate = Fate.LOST
        elif self._on_failure == TOPIC:
            for event in events:
                self._capture(at, part, [event], cause)
        elif self._on_failure is not None:
            self._capture(at, part, events, cause)
        rule = rules.too_large if cause == Cause.PAYLOAD_SIZE_EXCEEDED else rules.given_up
        sim.settle_all(at, rule, events, fate, cause)
        checkpoint(sim, at, rules.given_up, lane.shard, events, ids)

    def _capture(self, at: int, part: Part, events: list[Event], cause: str) -> None:
        """The destination receives a document about these records."""
        rule, ids = self._told[cause], [event.id for event in events]
        condition = cause
        if self._on_failure == TOPIC and cause == Cause.RETRY_ATTEMPTS_EXHAUSTED:
            condition = Cause.RETRIES_EXHAUSTED  # as in AWS's sample of such a record (CU-10)
        document = self._document(at, part, events, condition)
        self._sim.log.captured(at, rule, ids, self._source.catcher, condition, events[0].invocations, document)

    def _document(self, at: int, part: Part, events: list[Event], condition: str) -> dict[str, Any]:
        """STREAM-13: the record about a batch; with the payload for a topic, and as text under its key for S3."""
        source, first = self._source, events[0]
        record = self._context(part, first, condition) | {"version": "1.0", "timestamp": timestamp(at)}
        if self._on_failure == TOPIC:
            return record | source.where_one(first) | {"payload": payload(source, events)}
        record |= source.where(events)
        if self._on_failure != S3:
            return record
        whole = msgspec.json.encode(payload(source, events)).decode()
        return {"key": self._key(at, first), "body": record | {"payload": whole}}

    def _context(self, part: Part, first: Event, condition: str) -> dict[str, Any]:
        """Which function it was and what it answered; a pipe tells of itself alone (PIPE-5)."""
        if self._source.teller:
            return {"context": {"partnerResourceArn": self._source.teller, "condition": condition}}
        context: dict[str, Any] = {
            "requestContext": {
                "requestId": self._sim.request_id(first),
                "functionArn": FUNCTION_ARN,
                "condition": condition,
                "approximateInvokeCount": first.invocations,
            }
        }
        if part.run is not None:
            context["responseContext"] = {"statusCode": _OK, "executedVersion": "$LATEST"}
            if failed(part.run):
                context["responseContext"]["functionError"] = "Unhandled"
        elif condition == Cause.PAYLOAD_SIZE_EXCEEDED:
            context["responseContext"] = None
        return context

    def _key(self, at: int, first: Event) -> str:
        """Where S3 keeps it: aws/lambda/, the mapping, the shard, the day, the moment and an id."""
        mapping = UUID(bytes=shake_128(f"{self._sim.seed}|mapping".encode()).digest(16), version=4)
        moment = timestamp(at)
        day, clock = moment[:10].replace("-", "/"), moment[:19].replace(":", ".")
        return f"aws/lambda/{mapping}/{first.shard}/{day}/{clock}-{self._sim.request_id(first)}"


def checkpoint(sim: Sim, at: int, rule: str, shard: str | None, events: Sequence[Event], ids: list[str]) -> None:
    """The place up to which a shard is done moves past these records; each partition of a topic has its own (KAFKA-1)."""
    if shard is not None:
        sim.log.checkpointed(at, rule, ids, shard)
        return
    for name, theirs in by_shard(events):
        sim.log.checkpointed(at, rule, [event.id for event in theirs], name)


def by_shard(events: Sequence[Event]) -> Iterator[tuple[str, list[Event]]]:
    """The records of each shard, in their order."""
    for name, theirs in groupby(sorted(events, key=_shard), key=_shard):
        yield name, list(theirs)


def _shard(event: Event) -> str:
    return event.shard or ""


def batch_info(events: Sequence[Event], stream_arn: str) -> dict[str, Any]:
    """STREAM-13: where the records of a batch are."""
    first, last = events[0], events[-1]
    return {
        "shardId": first.shard,
        "startSequenceNumber": first.id,
        "endSequenceNumber": last.id,
        "approximateArrivalOfFirstRecord": timestamp(first.at),
        "approximateArrivalOfLastRecord": timestamp(last.at),
        "batchSize": len(events),
        "streamArn": stream_arn,
    }
