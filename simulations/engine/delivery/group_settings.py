"""What the message groups of a queue have in common: their fields, those of deduplication, and how traffic is spread over groups.

Models SQ:FIFO-queues-understanding-logic and SQS's CreateQueue; a standard queue has groups as well (SQS-18). Units: as the names say.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.limits import plain, setting
from simulations.engine.traffic import Event

_ALL = 100

BusiestGroup = (
    Annotated[
        int, setting("Share of the busiest group", "How many of a hundred messages belong to group-1; the others share the rest. "
                     "Empty: all groups get the same.", unit="%", ge=1, le=_ALL)
    ]
    | None
)  # fmt: skip
ContentBasedDeduplication = Annotated[
    bool,
    plain("ContentBasedDeduplication", "FIFO queues: whether a message without a deduplication id that has the same body as "
          "another one of the last 5 minutes counts as sent twice."),
]  # fmt: skip
DeduplicationScope = Annotated[
    Literal["queue", "message_group"],
    plain("DeduplicationScope", "FIFO queues: whether a deduplication id counts for the whole queue or for its message group only."),
]  # fmt: skip
MessageGroups = Annotated[
    int, setting("Message groups", "FIFO queues: over how many groups (MessageGroupId) the messages are spread that do not name "
                 "theirs.", ge=1, le=10_000)
]  # fmt: skip
GroupOrder = Annotated[
    Literal["oldest", "random"],
    plain("Order of groups", "FIFO queues: which message group a receive begins with, the one with the oldest message or any. AWS "
          "promises an order within a group only.", assumed="MODEL-50"),
]  # fmt: skip


class Fifo(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a queue a FIFO queue; see `Deduplication`. `any_group`: chance decides which group comes next."""

    by_content: bool
    by_group: bool
    any_group: bool = False


def fifo(settings: Any) -> Fifo:
    """What the settings of a FIFO queue say about its groups and about messages that are sent twice."""
    scope, order = settings.deduplication_scope, settings.group_order
    return Fifo(
        by_content=settings.content_based_deduplication, by_group=scope == "message_group", any_group=order == "random"
    )


def grouping(groups: int, busiest: int | None) -> Callable[[Event], None]:
    """Spreads messages that name no group over so many; `busiest`: how many of a hundred the first one gets."""

    def place(event: Event) -> None:
        if event.group is not None:
            return
        number = event.index % groups
        if busiest is not None and groups > 1:
            before = event.index * busiest // _ALL  # so many of the earlier ones belong to the first group
            first = (event.index + 1) * busiest // _ALL > before
            number = 0 if first else (event.index - before) % (groups - 1) + 1
        event.group = f"group-{number + 1}"

    return place
