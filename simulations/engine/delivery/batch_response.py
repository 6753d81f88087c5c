"""What a function says about the items of its batch: ReportBatchItemFailures, rule SQS-20.

Models LD:services-sqs-errorhandling. The answer `{"batchItemFailures": [{"itemIdentifier": id}, ...]}` names what failed.
"""

from collections.abc import Collection
from typing import Any

from simulations.engine.rules import value

_LIST = value("SQS-20", "list_key")
_ITEM = value("SQS-20", "item_key")
_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def failed_items(response: Any, ids: Collection[str]) -> list[str] | None:
    """The ids that failed, each once, in the order of the answer; None: the answer is malformed and all failed."""
    if response in _EMPTY:
        return []
    if not isinstance(response, dict):
        return None
    items = response.get(_LIST)
    if items is None:
        return []
    if not isinstance(items, list):
        return None
    batch = set(ids)
    failed: dict[str, None] = {}
    for item in items:
        name = item.get(_ITEM) if isinstance(item, dict) else None
        if not isinstance(name, str) or name not in batch:
            return None
        failed[name] = None
    return list(failed)


def named_items(response: Any, ids: Collection[str]) -> list[str]:
    """The ids of the batch that an answer names as failed, where nobody listens to it."""
    return failed_items(response, ids) or []
