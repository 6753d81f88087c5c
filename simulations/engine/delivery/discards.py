"""What Lambda gives up on: the failure record of a stream's batch, and where it goes.

Models LD:kinesis-on-failure-destination and LD:services-dynamodb-errors, rules STREAM-12 to -14. SQS and SNS are told where the
records are, S3 gets them as well. Units: whole microseconds.
"""

from hashlib import shake_128
from typing import Any
from uuid import UUID

import msgspec

from simulations.engine.delivery.lanes import Part
from simulations.engine.delivery.stream_source import Source
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim, failed, timestamp
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event

_OK = number("SYNC-1", "ok")
ON_FAILURE = "on_failure"


class Discards:
    """Where the records go that are not tried any more; `on_failure` is the kind of destination, if there is one."""

    def __init__(self, sim: Sim, source: Source, on_failure: str | None) -> None:
        self._sim = sim
        self._source = source
        self._on_failure = on_failure

    def give_up(self, at: int, shard: str, part: Part, events: list[Event], ids: list[str], cause: str) -> None:
        """STREAM-12: tell the destination, or nobody, and let the shard go on."""
        sim, rules = self._sim, self._source.rules
        fate = Fate.CAPTURED if self._on_failure is not None else Fate.LOST
        reason = sim.failures.catchers.get(ON_FAILURE)
        if self._on_failure is not None and reason is not None:
            sim.log.capture_failed(at, rules.not_told, ids, ON_FAILURE, cause, reason)
            fate = Fate.LOST
        elif self._on_failure is not None:
            rule = rules.told if cause == Cause.RETRY_ATTEMPTS_EXHAUSTED else rules.too_old
            document = self._document(at, shard, part, events, cause)
            sim.log.captured(at, rule, ids, ON_FAILURE, cause, events[0].invocations, document)
        sim.settle_all(at, rules.given_up, events, fate, cause)
        sim.log.checkpointed(at, rules.given_up, ids, shard)

    def _document(self, at: int, shard: str, part: Part, events: list[Event], cause: str) -> dict[str, Any]:
        """STREAM-13: the record about a batch; for S3 its key and the payload as text."""
        first = events[0]
        record: dict[str, Any] = {
            "requestContext": {
                "requestId": self._sim.request_id(first),
                "functionArn": FUNCTION_ARN,
                "condition": cause,
                "approximateInvokeCount": first.invocations,
            }
        }
        if part.run is not None:
            record["responseContext"] = {"statusCode": _OK, "executedVersion": "$LATEST"}
            if failed(part.run):
                record["responseContext"]["functionError"] = "Unhandled"
        record |= {"version": "1.0", "timestamp": timestamp(at)} | self._source.where(shard, events)
        if self._on_failure != "s3":
            return record
        payload = {"Records": [self._source.record(event) for event in events]}
        return {"key": self._key(at, shard, first), "body": record | {"payload": msgspec.json.encode(payload).decode()}}

    def _key(self, at: int, shard: str, first: Event) -> str:
        """Where S3 keeps it: aws/lambda/, the mapping, the shard, the day, the moment and an id."""
        mapping = UUID(bytes=shake_128(f"{self._sim.seed}|mapping".encode()).digest(16), version=4)
        moment = timestamp(at)
        day, clock = moment[:10].replace("-", "/"), moment[:19].replace(":", ".")
        return f"aws/lambda/{mapping}/{shard}/{day}/{clock}-{self._sim.request_id(first)}"


def batch_info(shard: str, events: list[Event], stream_arn: str) -> dict[str, Any]:
    """STREAM-13: where the records of a batch are."""
    first, last = events[0], events[-1]
    return {
        "shardId": shard,
        "startSequenceNumber": first.id,
        "endSequenceNumber": last.id,
        "approximateArrivalOfFirstRecord": timestamp(first.at),
        "approximateArrivalOfLastRecord": timestamp(last.at),
        "batchSize": len(events),
        "streamArn": stream_arn,
    }
