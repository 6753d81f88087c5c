"""The two kinds of streams: how each is read, what its records look like, and what filters look at.

Models LD:with-kinesis and LD:with-ddb; triggers and EventBridge Pipes read the same streams. Units: whole microseconds, bytes.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from simulations.engine.delivery.discards import batch_info
from simulations.engine.delivery.filters import Content, text_of
from simulations.engine.delivery.stream_source import AS_BASE64, Reads, Rules, Source
from simulations.engine.rules import number
from simulations.engine.sim import epoch_ms
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_MS, US_PER_S

_KINESIS_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/my-stream"
_DYNAMODB_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/my-table/stream/2026-01-01T00:00:00.000"
KINESIS_READS = Reads(
    period=US_PER_S // number("STREAM-1", "kinesis_polls_per_s"), records=number("STREAM-18", "records_a_read"),
    size=number("STREAM-18", "read_bytes"), per_s=number("STREAM-18", "out_bytes_per_s"), rule="STREAM-18",
)  # fmt: skip
KINESIS_FAN_OUT = Reads(
    period=0, records=1 << 62, size=number("STREAM-18", "out_bytes_per_s"), per_s=number("STREAM-18", "out_bytes_per_s"),
    rule="STREAM-18", delay=number("STREAM-1", "fan_out_ms") * US_PER_MS,
)  # fmt: skip
DYNAMODB_READS = Reads(
    period=US_PER_S // number("STREAM-1", "dynamodb_polls_per_s"), records=number("STREAM-17", "records_a_read"),
    size=number("STREAM-17", "read_bytes"), per_s=None, rule="STREAM-17",
)  # fmt: skip


def _kinesis_record(event: Event) -> dict[str, Any]:
    """A record as the function gets it."""
    data = text_of(event, "record").encode()
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": event.partition_key or event.id,
            "sequenceNumber": event.id,
            "data": b64encode(data).decode(),
            "approximateArrivalTimestamp": int(epoch_ms(event.at)) / 1_000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{event.shard}:{event.id}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/my-role",
        "awsRegion": "us-east-1",
        "eventSourceARN": _KINESIS_ARN,
    }


def _kinesis_where(events: Sequence[Event]) -> dict[str, Any]:
    return {"KinesisBatchInfo": batch_info(events, _KINESIS_ARN)}


KINESIS_CONTENT = Content(
    key="data", noun="record", data=lambda event: text_of(event, "record"), plain=False, rule="FILTER-5"
)
KINESIS = Source(
    digits=12, where=_kinesis_where, record=_kinesis_record, content=KINESIS_CONTENT, drops_large=True,
    room=AS_BASE64, rules=Rules(too_large="STREAM-21"),
)  # fmt: skip


def _dynamodb_record(event: Event) -> dict[str, Any]:
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
        "eventSourceARN": _DYNAMODB_ARN,
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


def _dynamodb_where(events: Sequence[Event]) -> dict[str, Any]:
    return {"DDBStreamBatchInfo": batch_info(events, _DYNAMODB_ARN)}


_BESIDE = ("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "eventSourceARN")
DYNAMODB_CONTENT = Content(
    key="dynamodb",
    noun="record",
    data=lambda event: msgspec.json.encode(_dynamodb_record(event)["dynamodb"]).decode(),
    other=(*_BESIDE, "userIdentity"),
    record=lambda event: {name: value for name, value in _dynamodb_record(event).items() if name in _BESIDE},
    plain=False,
    rule="FILTER-5",
)
DYNAMODB = Source(
    digits=20, where=_dynamodb_where, record=_dynamodb_record, content=DYNAMODB_CONTENT, rules=Rules(denied="PERM-22")
)
