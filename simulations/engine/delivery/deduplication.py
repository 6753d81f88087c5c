"""Deduplication of a FIFO queue: what is sent again within five minutes is accepted, and never delivered.

Models SQ:FIFO-queues-exactly-once-processing (SQS-22). The id of a message stays known after it has been received and
deleted. Units: whole microseconds.
"""

from collections import deque

import msgspec

from simulations.engine.rules import number
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S

_INTERVAL = number("SQS-22", "interval_s") * US_PER_S

_Key = tuple[str | None, str]


class Deduplication:
    """Which ids were sent lately: in the whole queue, or `by_group`. `by_content`: a message without an id has that of its body."""

    def __init__(self, *, by_content: bool, by_group: bool) -> None:
        self._by_content = by_content
        self._by_group = by_group
        self._known: set[_Key] = set()
        self._order: deque[tuple[int, _Key]] = deque()

    def repeats(self, at: int, event: Event) -> bool:
        """Whether a message repeats one that was sent less than five minutes ago; if not, it is known from now on."""
        identifier = event.deduplication_id
        if identifier is None and self._by_content and event.body is not None:
            identifier = msgspec.json.encode(event.body).decode()
        if identifier is None:
            return False  # the sender gave it an id of its own
        while self._order and self._order[0][0] <= at - _INTERVAL:
            self._known.remove(self._order.popleft()[1])
        key = (event.group if self._by_group else None, identifier)
        if key in self._known:
            return True
        self._known.add(key)
        self._order.append((at, key))
        return False
