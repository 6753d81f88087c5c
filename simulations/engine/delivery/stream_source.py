"""What tells one kind of ordered source from another: how it is read, how it writes its documents, which rules act.

Kinesis, DynamoDB Streams, Kafka and DocumentDB differ in nothing else; another source with shards or partitions is a further
`Source`. Units: whole microseconds, bytes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from simulations.engine.delivery.batch_response import failed_items
from simulations.engine.delivery.filters import Content
from simulations.engine.rules import number
from simulations.engine.traffic import Event

PAYLOAD = number("ESM-2", "payload_bytes")
AS_BASE64 = number("ESM-2", "base64_bytes")


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """How a shard is read: each `period`, up to `records` and `size` bytes a time, `per_s` in the long run.

    A `period` of 0: a record is pushed as soon as it is written, and there after `delay`.
    """

    period: int
    records: int
    size: int
    per_s: int | None
    rule: str
    delay: int = 0


class Scaling(msgspec.Struct, frozen=True, kw_only=True):
    """How many pollers share the partitions of a topic (KAFKA-7), `lanes` batches at once for each.

    `first` at the beginning, from `least` to `most`; the lag is looked at `every` so often, and a change comes `delay` later.
    `per_s` are the bytes that a poller reads a second, None is no limit.
    """

    first: int
    least: int
    most: int
    lanes: int
    every: int
    delay: int
    per_s: int | None


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that act, by what they are about."""

    batch: str = "STREAM-1"
    lane: str = "STREAM-2"
    checkpoint: str = "STREAM-3"
    retention: str = "STREAM-4"
    retries: str = "STREAM-5"
    age: str = "STREAM-6"
    cut: str = "STREAM-7"
    partial: str = "STREAM-8"
    partial_cut: str = "STREAM-9"
    wait: str = "STREAM-10"
    kept_retries: str = "STREAM-11"
    given_up: str = "STREAM-12"
    told: str = "STREAM-13"
    too_old: str = "STREAM-14"
    malformed: str = "STREAM-20"
    full: str = "ESM-2"
    position: str = "ESM-4"
    throttled: str = "ESM-6"
    not_told: str = "DEST-7"
    denied: str = "PERM-21"
    too_large: str = ""


def named_ids(response: Any, events: Sequence[Event]) -> list[str] | None:
    """The ids that an answer names as failed; None: it is malformed (STREAM-20)."""
    return failed_items(response, [event.id for event in events])


def nowhere(_: Event) -> dict[str, Any]:
    """For sources whose failure records are always about batches."""
    return {}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of source.

    `prefix` and `digits` make a shard's name. `where(events)` is the part of a failure record that says where records are,
    `where_one(event)` that of one record by itself, `record(event)` a record as the function gets it, `payload(events)` the
    whole; None is a list of records. `content` is what filters look at, `catcher`
    the name of what keeps what was given up. `named(response, events)` are the ids that an answer
    names as failed, None if it is malformed. `partition(key, index, count)` says where a record belongs; None is Kinesis's way,
    by the MD5 of its key. `only_named`: a partial answer asks for the records that it names, not for what comes after them as
    well. `offsets`: records are numbered in their shard. `drops_large`: a record that no invocation can hold is given up;
    otherwise it goes alone. `teller`: the ARN of what tells the catcher, where it is not a mapping. `room`: the bytes of records that one invocation holds. `outlived`: the rule by which the mapping is disabled once records have left it unhandled.
    """

    prefix: str = "shardId-"
    digits: int
    where: Callable[[Sequence[Event]], dict[str, Any]]
    record: Callable[[Event], dict[str, Any]]
    where_one: Callable[[Event], dict[str, Any]] = nowhere
    payload: Callable[[Sequence[Event]], dict[str, Any]] | None = None
    named: Callable[[Any, Sequence[Event]], list[str] | None] = named_ids
    partition: Callable[[str | None, int, int], int] | None = None
    only_named: bool = False
    offsets: bool = False
    drops_large: bool = False
    room: int = PAYLOAD
    outlived: str | None = None
    rules: Rules = Rules()
    content: Content | None = None
    catcher: str = "on_failure"
    teller: str = ""


def shard_name(source: Source, number: int) -> str:
    """A shard as AWS calls it."""
    return f"{source.prefix}{number:0{source.digits}d}"


def shard_number(source: Source, name: str, count: int) -> int | None:
    """The shard that is called so, by its name or its number; None where there is none."""
    digits = name.removeprefix(source.prefix)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return None
    number = int(digits)
    return number if number < count else None


def payload(source: Source, events: Sequence[Event]) -> dict[str, Any]:
    """What the function gets of these records."""
    return source.payload(events) if source.payload is not None else {"Records": [source.record(one) for one in events]}
