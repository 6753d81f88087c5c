"""What tells one kind of ordered source from another: how it is read, how it writes its documents, which rules act.

Kinesis and DynamoDB Streams differ in nothing else; another source with shards or partitions is a further `Source`. Units:
whole microseconds, bytes.
"""

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from simulations.engine.delivery.batch_response import failed_items
from simulations.engine.delivery.filters import Content
from simulations.engine.traffic import Event


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """How a shard is read: each `period` (0: pushed at once), up to `records` and `size` bytes a time, `per_s` in the long run."""

    period: int
    records: int
    size: int
    per_s: int | None
    rule: str


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


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of source.

    `digits` are those of a shard's name. `where(shard, events)` is the part of a failure record that says where the records
    are, `record(event)` a record as the function gets it. `named(response, ids)` are the ids that an answer names as failed,
    None if it is malformed. `content` is what filters look at.
    """

    digits: int
    where: Callable[[str, list[Event]], dict[str, Any]]
    record: Callable[[Event], dict[str, Any]]
    named: Callable[[Any, Collection[str]], list[str] | None] = failed_items
    rules: Rules = Rules()
    content: Content | None = None
