"""The visible messages of a fair queue: a standard queue whose messages name a tenant by their MessageGroupId (SQS-18).

Models SQ:sqs-fair-queues-detailed. A tenant with too many of the messages in flight is noisy: what others have sent is received
before what it has, until its backlog is gone or it sends nothing for a while. Of several noisy ones the one with the fewest
messages in flight comes first. Nothing is dropped and nothing is ordered. Units: whole microseconds.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.delivery.visible import drawn, luck
from simulations.engine.draws import Stream
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Log
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S

_SHARE = number("SQS-18", "share_percent")
_LEAST = number("SQS-18", "in_flight")
_SILENT = number("SQS-18", "silent_s") * US_PER_S
_ALL = 100
NOISY = "Noisy neighbor"  # the limit that the trace tells of

Visible = list[Event] | deque[Event]


def standard(sim: Sim, settings: Settings) -> "Visible | Fair":
    """Where a standard queue keeps its visible messages."""
    if settings.fair:
        return Fair(sim.log, luck(sim), oldest_first=settings.oldest_first)
    return deque() if settings.oldest_first else []


class Fair:
    """Messages of quiet tenants in one place, those of each noisy tenant in a place of its own."""

    def __init__(self, log: Log, luck: Stream, *, oldest_first: bool) -> None:
        self._log = log
        self._luck = luck
        self._made: Callable[[Iterable[Event]], Visible] = deque if oldest_first else list
        self._quiet: Visible = self._made(())
        self._noisy: dict[str, Visible] = {}
        self._in_flight: Counter[str | None] = Counter()
        self._all_in_flight = 0
        self._last: dict[str, int] = {}  # when each noisy tenant sent something
        self._drawn = 0
        self._preferred = False  # a noisy tenant's messages came second since the last receive

    def __len__(self) -> int:
        return len(self._quiet) + sum(map(len, self._noisy.values()))

    def append(self, event: Event) -> None:
        """A message is sent, or visible again."""
        if event.group is not None and event.group in self._noisy:
            self._noisy[event.group].append(event)
            self._last[event.group] = max(self._last[event.group], event.at)
        else:
            self._quiet.append(event)

    def clear(self) -> None:
        """None of those that are left is in the queue any more."""
        self._quiet.clear()
        self._noisy.clear()

    def draw(self, count: int) -> list[Event]:
        """Take up to so many messages out: those of quiet tenants, then those of the noisy one with the fewest in flight."""
        taken = self._draw(self._quiet, count)
        self._preferred |= bool(taken) and bool(self._noisy)
        for group in sorted(self._noisy, key=lambda group: (self._in_flight[group], group)):
            if len(taken) < count:
                taken += self._draw(self._noisy[group], count - len(taken))
            if not self._noisy[group]:
                del self._noisy[group]  # its backlog is gone: it is as quiet as any other
        return taken

    def _draw(self, visible: Visible, count: int) -> list[Event]:
        taken, draws = drawn(visible, count, self._luck, self._drawn)
        self._drawn += draws
        return taken

    def put_back(self, event: Event) -> None:
        """A message that was drawn stays visible."""
        place = self._quiet if event.group is None else self._noisy.get(event.group, self._quiet)
        if isinstance(place, deque):
            place.appendleft(event)
        else:
            place.append(event)

    def rule(self, _: Iterable[Event], *, choice: bool) -> str:
        """Why these have been received."""
        preferred, self._preferred = self._preferred, False
        return "SQS-18" if preferred else "MODEL-3" if choice else "SQS-1"

    def hide(self, at: int, events: Iterable[Event]) -> None:
        """These were received: is a tenant noisy now, and is a noisy one quiet again?"""
        for event in events:
            self._in_flight[event.group] += 1
            self._all_in_flight += 1
        for group in [group for group, last in self._last.items() if group in self._noisy and last + _SILENT <= at]:
            self._quiet.extend(self._noisy.pop(group))
        for tenant in dict.fromkeys(event.group for event in events if event.group is not None):
            own = self._in_flight[tenant]
            if tenant not in self._noisy and own >= _LEAST and own * _ALL > self._all_in_flight * _SHARE:
                self._separate(at, tenant, own)

    def _separate(self, at: int, group: str, own: int) -> None:
        """A tenant is noisy from now on, if it has a backlog at all."""
        backlog = [event for event in self._quiet if event.group == group]
        if backlog:
            self._quiet = self._made(event for event in self._quiet if event.group != group)
            self._noisy[group] = self._made(backlog)
            self._last[group] = max(event.at for event in backlog)
            self._log.limit(at, "SQS-18", NOISY, f"{group}, {own} of {self._all_in_flight} in flight", None)

    def come_back(self, events: Sequence[Event]) -> None:
        """The visibility timeout of a receive is over."""
        for event in events:
            if not event.gone:
                self.done(event)
                self.append(event)

    def done(self, event: Event) -> None:
        """A message is no longer in flight."""
        self._in_flight[event.group] -= 1
        self._all_in_flight -= 1

    def moved(self, event: Event) -> None:
        """A message went to the dead-letter queue; it was visible, and has been drawn."""

    def expire(self, event: Event, *, hidden: bool) -> bool:
        """A message is too old; whether it still lies among the visible ones."""
        if hidden:
            self.done(event)
        return not hidden
