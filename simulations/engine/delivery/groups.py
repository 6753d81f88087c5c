"""The visible messages of a FIFO queue, by message group: what can be received, and which groups are blocked.

Models SQ:FIFO-queues-understanding-logic. A receive takes the first messages of a group and, if there is room, those of the
next group (SQS-16). While one of them is in flight, nothing else of its group is handed out. SQS looks at the oldest messages
of the queue only (SQS-23). Which group comes first is MODEL-50: that of the oldest message, or any.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from simulations.engine.delivery.receipts import Gone
from simulations.engine.draws import Stream
from simulations.engine.rules import number
from simulations.engine.trace import Log
from simulations.engine.traffic import Event
from simulations.engine.units import counted

SCANNED = number("SQS-23", "scanned")


class Group:
    """`messages` are visible, the oldest first; while any other of the group is in flight they cannot be received.

    `blamed` is the message about which it has been said that it blocks the group; `skipped`: one was moved to the dead-letter
    queue, and what comes next comes out of order. `waited`: something has had to wait for the group.
    """

    __slots__ = ("blamed", "in_flight", "messages", "name", "skipped", "waited")

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: deque[Event] = deque()
        self.in_flight = 0
        self.blamed = ""
        self.skipped = False
        self.waited = False


class Groups:
    """Every group; `len` is the number of messages that can be received, `blocked` that of those that wait for their group.

    `luck` decides by their first messages which of the free groups comes next; None: the one with the oldest message.
    """

    def __init__(self, luck: Stream | None = None) -> None:
        self._luck = luck
        self.blocked = 0
        self._bounded = False
        self.beyond: deque[Event] = deque()  # younger than all that SQS looks at
        self._free = 0
        self._scanned = 0  # those that SQS looks at, in flight or not
        self._groups: dict[str, Group] = {}
        # a heap: the first messages of the groups that are free, with their turn; some are out of date
        self._first: list[tuple[int, int, str]] = []

    def __len__(self) -> int:
        return self._free

    def of(self, event: Event) -> Group:
        """The group of a message that has been sent."""
        return self._groups[event.group or ""]

    def append(self, event: Event) -> None:
        """A message is sent."""
        if self._scanned >= SCANNED:
            self.beyond.append(event)
            return
        self._scanned += 1
        name = event.group or ""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group(name)
        group.messages.append(event)
        if group.in_flight:
            self.blocked += 1
            group.waited = True
            return
        self._free += 1
        if len(group.messages) == 1:
            self._line_up(event, name)

    def _line_up(self, event: Event, name: str) -> None:
        """A group is free, and this is its first message."""
        turn = event.index if self._luck is None else self._luck.word(event.index)
        heappush(self._first, (turn, event.index, name))

    def draw(self, count: int) -> list[Event]:
        """Take up to so many messages out, group by group; each group in its order."""
        taken: list[Event] = []
        while self._free and len(taken) < count:
            _, index, name = heappop(self._first)
            group = self._groups[name]
            messages = group.messages
            if group.in_flight or not messages or messages[0].index != index:
                continue  # it has been drawn, blocked or lost since
            while messages and len(taken) < count:
                taken.append(messages.popleft())
                self._free -= 1
            if messages:
                self._line_up(messages[0], name)
        return taken

    def put_back(self, event: Event) -> None:
        """A message that was drawn stays visible."""
        group = self.of(event)
        group.messages.appendleft(event)
        self._free += 1
        self._line_up(event, group.name)

    def hide(self, _: int, events: Iterable[Event]) -> None:
        """These were received: their groups are blocked from now on."""
        for event in events:
            group = self.of(event)
            if not group.in_flight:
                self._free -= len(group.messages)
                self.blocked += len(group.messages)
                group.waited = bool(group.messages)
            group.in_flight += 1

    def come_back(self, events: Sequence[Event]) -> None:
        """The visibility timeout of a receive is over. What grew too old meanwhile has blocked its group until now."""
        for event in reversed(events):
            if not event.gone or event.gone == Gone.EXPIRED:
                self.let_pass(event, returns=not event.gone)

    def let_pass(self, event: Event, *, returns: bool) -> None:
        """One that was in flight is no longer: it `returns`, or it is gone. Those that return come youngest first."""
        group = self.of(event)
        group.in_flight -= 1
        if returns:
            group.messages.appendleft(event)
            self.blocked += 1
        if not group.in_flight and group.messages:
            self.blocked -= len(group.messages)
            self._free += len(group.messages)
            self._line_up(group.messages[0], group.name)
        if not returns:
            self.forget(1)

    def done(self, event: Event) -> None:
        """A message in flight has been deleted."""
        self.let_pass(event, returns=False)

    def moved(self, event: Event) -> None:
        """A message went to the dead-letter queue; it was visible, and has been drawn."""
        self.of(event).skipped = True
        self.forget(1)

    def expire(self, event: Event, *, hidden: bool) -> bool:
        """A message is too old; whether it still lies among the visible ones. In flight it goes on blocking its group."""
        if not hidden:
            self._expire(event)
        return False

    def _expire(self, event: Event) -> None:
        """One that is not in flight: it is the oldest there is."""
        if self.beyond and self.beyond[0] is event:
            self.beyond.popleft()
            return
        group = self.of(event)
        assert group.messages[0] is event, "the oldest message of a group is the first one"
        group.messages.popleft()
        if group.in_flight:
            self.blocked -= 1
        else:
            self._free -= 1
            if group.messages:
                self._line_up(group.messages[0], group.name)
        self.forget(1)

    def forget(self, count: int) -> None:
        """So many messages have left the queue: SQS sees as many that it did not look at before."""
        self._scanned -= count
        while self.beyond and self._scanned < SCANNED:
            self.append(self.beyond.popleft())

    def rule(self, events: Iterable[Event], *, choice: bool) -> str:  # noqa: ARG002  as a fair queue says it
        """Why these have been received just now."""
        rule = "MODEL-50" if self._free else "SQS-1"
        for event in events:
            group = self.of(event)
            if group.skipped:
                group.skipped, rule = False, "SQS-17"
            elif group.waited and event.receives == 1 and rule != "SQS-17":
                rule = "SQS-16"
        return rule

    def say_bound(self, log: Log, at: int) -> None:
        """Pollers are idle although messages wait, because each of those waits for its group. Once is enough."""
        if not self._bounded:
            self._bounded = True
            busy = sum(group.in_flight > 0 for group in self._groups.values())
            log.limit(at, "SQS-16", "Message groups on their way", f"{busy:,}", None)
            if self.beyond:
                log.limit(at, "SQS-23", "Messages that SQS looks at", f"{SCANNED:,}", self.beyond[0].id)

    def say_blocked(self, log: Log, at: int, events: Iterable[Event]) -> None:
        """Which groups these block that stay hidden, once for each first of them."""
        seen: set[str] = set()
        for event in events:
            group = self.of(event)
            if group.messages and group.blamed != event.id and group.name not in seen:
                group.blamed = event.id
                behind = f"{group.name}, with {counted(len(group.messages), 'message')} behind"
                log.limit(at, "SQS-16", "Blocked message group", behind, event.id)
            seen.add(group.name)


def overtaking(events: Iterable[Event], kept: frozenset[str]) -> list[Event]:
    """Those that are done although an earlier message of their group is kept: the order is broken (SQS-17)."""
    stuck: set[str | None] = set()
    found: list[Event] = []
    for event in events:
        if event.id in kept:
            stuck.add(event.group)
        elif event.group in stuck:
            found.append(event)
    return found
