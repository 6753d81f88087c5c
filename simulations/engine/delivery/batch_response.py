"""What a function says about the items of its batch: ReportBatchItemFailures, rules SQS-20 and KAFKA-5.

Models LD:services-sqs-errorhandling and LD:kafka-retry-configurations. The answer `{"batchItemFailures": [{"itemIdentifier": id}, ...]}` names what failed.
"""

from collections.abc import Collection, Mapping
from typing import Any

from simulations.engine.rules import value

_LIST = value("SQS-20", "list_key")
_ITEM = value("SQS-20", "item_key")
_PARTITION, _OFFSET = "partition", "offset"
_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def failed_items(response: Any, ids: Collection[str]) -> list[str] | None:
    """The ids that failed, each once, in the order of the answer; None: the answer is malformed and all failed."""
    names = identifiers(response)
    if names is None:
        return None
    batch = set(ids)
    failed: dict[str, None] = {}
    for name in names:
        if not isinstance(name, str) or name not in batch:
            return None
        failed[name] = None
    return list(failed)


def failed_places(response: Any, ids: Mapping[tuple[str, int], str]) -> list[str] | None:
    """The same for Kafka, whose answers name a partition and an offset (KAFKA-5); `ids` has the id of each record by these."""
    names = identifiers(response)
    if names is None:
        return None
    failed: dict[str, None] = {}
    for name in names:
        place = (name.get(_PARTITION), name.get(_OFFSET)) if isinstance(name, dict) else (None, None)
        found = ids.get(place) if isinstance(place[0], str) and type(place[1]) is int else None  # type: ignore[arg-type]
        if found is None:
            return None
        failed[found] = None
    return list(failed)


def identifiers(response: Any) -> list[Any] | None:
    """What an answer gives as item identifiers; None: it has not the shape of one."""
    if response in _EMPTY:
        return []
    if not isinstance(response, dict):
        return None
    items = response.get(_LIST)
    if items is None:
        return []
    if not isinstance(items, list):
        return None
    return [item.get(_ITEM) if isinstance(item, dict) else None for item in items]


def named_items(response: Any, ids: Collection[str]) -> list[str]:
    """The ids of the batch that an answer names as failed, where nobody listens to it."""
    return failed_items(response, ids) or []
