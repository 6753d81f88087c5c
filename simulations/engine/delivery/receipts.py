"""What a receive brings: copies of messages that a poller holds while the messages themselves are hidden.

Units: whole microseconds, bytes.
"""

import msgspec

from simulations.engine.traffic import Event

# what has become of the copies that came with one receive
WAITING, RUNNING, OVER, LAPSED = range(4)


class Gone:
    """Why a message is no longer in the queue; 0 while it is."""

    DELETED, EXPIRED, MOVED = 1, 2, 3


class Receipt(msgspec.Struct, gc=False, eq=False):
    """Messages that a poller received at one instant, hidden until `until`.

    `state`: the poller still collects its batch, the batch is with the function or waits for it, the poller has let go, or
    the messages came back before the batch was closed. `rule`: why it brought these.
    """

    number: int
    events: list[Event]
    counts: list[int]
    ids: list[str]
    until: int
    state: int = WAITING
    late: bool = False
    rule: str = "SQS-1"

    @property
    def size(self) -> int:
        """The bytes of its messages."""
        return sum(event.size for event in self.events)

    def narrow(self, events: list[Event]) -> None:
        """Only these are left; the lists that were told of stay as they are."""
        left = {event.id for event in events}
        self.counts = [count for name, count in zip(self.ids, self.counts, strict=True) if name in left]
        self.events, self.ids = events, [event.id for event in events]


def rule_of_marked(events: list[Event], rule: str) -> str:
    """The rule of a receive with a message whose copy is still being run, or whose last receive came to nothing."""
    for event in events:
        if event.held:
            rule = "SQS-9"
    for event in events:
        if event.throttles:
            rule, event.throttles = "SQS-4", 0
    return rule
