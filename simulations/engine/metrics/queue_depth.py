"""What SQS shows of a queue while it is polled: messages visible and in flight, and the age of the oldest (MET-10, MET-18).

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
Messages are followed from row to row: a received one is in flight until its visibility timeout ends. Units: whole microseconds.
"""

from collections import Counter, deque
from collections.abc import Sequence
from heapq import heappop, heappush

from simulations.engine.delivery.pipe_sources import BROKERS, QUEUES
from simulations.engine.delivery.queue_settings import changed_visibility, is_fair
from simulations.engine.metrics.broker_depth import BrokerDepth
from simulations.engine.metrics.figures import Series
from simulations.engine.metrics.tenants import Tenants
from simulations.engine.rules import number
from simulations.engine.scenario import Scenario
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import US_PER_S

_SPARE = 1024
_POISON = number("MET-18", "receives")  # what was received more often counts no more for the age


class QueueDepth:
    """The depth of one queue over time; `visible`, `in_flight`, `dead` count messages, `age` is in microseconds.

    `retention` None: messages stay until they are deleted or moved. `dead` is the depth of the dead-letter queue. Of a FIFO
    queue `groups` counts message groups with something in flight, `repeated` what was sent again and is not added; of a fair queue
    `tenants` are followed, None else.
    """

    def __init__(
        self, visibility: int, retention: int | None, *, fifo: bool, later: tuple[int, int] | None = None, fair: bool = False,
    ) -> None:  # fmt: skip
        self.visible, self.in_flight, self.age, self.dead = Series(), Series(), Series(), Series()
        self.groups, self.repeated = Series(), Series()
        self._fifo = fifo
        self.tenants = Tenants() if fair else None
        self._group_of: dict[str, str | None] = {}
        self._busy: Counter[str | None] = Counter()  # messages in flight by group
        self._visibility = visibility
        self._later = later  # when messages begin to be hidden for another time, and for which
        self._retention = retention
        self._present: dict[str, int] = {}  # messages in the queue, and when they arrived
        self._hidden: dict[str, int] = {}  # those in flight, and until when
        self._returns: list[tuple[int, Sequence[str]]] = []
        self._order: deque[tuple[int, str]] = deque()  # by arrival, with some that are gone
        self._aging: deque[tuple[int, str]] = deque()  # the same, without those at the front that count no more
        self._receives: Counter[str] = Counter()
        self._prune_at = _SPARE
        self._dead = 0

    def series(self, dead_letter_queue: str | None) -> dict[str, Series]:
        """By AWS's name; those of the dead-letter queue carry its name."""
        named = {
            "ApproximateNumberOfMessagesVisible": self.visible,
            "ApproximateNumberOfMessagesNotVisible": self.in_flight,
            "ApproximateAgeOfOldestMessage": self.age,
        }
        if self._fifo:
            named["ApproximateNumberOfGroupsWithInflightMessages"] = self.groups
            named["NumberOfDeduplicatedSentMessages"] = self.repeated
        if self.tenants is not None:
            named |= self.tenants.series()
        if dead_letter_queue is not None:
            named[f"ApproximateNumberOfMessagesVisible ({dead_letter_queue})"] = self.dead
        return named

    def arrived(self, at: int, event: str, group: str | None) -> None:
        self._pass_time(at)
        self._present[event] = at
        if self._fifo:
            self._group_of[event] = group
        if self.tenants is not None:
            self.tenants.arrived(at, event, group)
        self._order.append((at, event))
        self._aging.append(self._order[-1])
        if len(self._order) > self._prune_at:
            self._order = deque(known for known in self._order if known[1] in self._present)
            self._aging = deque(known for known in self._aging if self._counts(known[1]))
            self._prune_at = 2 * len(self._order) + _SPARE
        self.visible.add(len(self._present) - len(self._hidden))

    def received(self, at: int, events: Sequence[str]) -> None:
        self._pass_time(at)
        if self._later is not None and at >= self._later[0]:
            self._visibility, self._later = self._later[1], None
        if not self._fifo:
            self._count(at, events)
        self._hide(events, at + self._visibility)
        self._look(at)

    def sent_again(self, at: int, event: str) -> None:
        """SQS-22: this one was not added to the queue after all."""
        self.repeated.add(1)
        self._forget(at)
        self._present.pop(event)
        self._group_of.pop(event)
        self.visible.add(len(self._present) - len(self._hidden))

    def _look(self, at: int) -> None:
        visible, in_flight = len(self._present) - len(self._hidden), len(self._hidden)
        self.visible.add(visible)
        self.in_flight.add(in_flight)
        if self.tenants is not None:
            self.tenants.look(at, visible, in_flight)
        if self._fifo:
            self.groups.add(len(self._busy))

    def hidden(self, at: int, events: Sequence[str], until: int) -> None:
        """These stay hidden until then, whatever was said before."""
        self._pass_time(at - 1)
        if any(self._hidden.get(event) != until for event in events):
            self._hide(events, until)

    def deleted(self, at: int, events: Sequence[str]) -> None:
        self._pass_time(at - 1)  # a delete at the end of the visibility timeout still comes in time
        for event in events:
            self._remove(at, event)

    def moved(self, at: int, events: Sequence[str]) -> None:
        """The queue moved these to its dead-letter queue."""
        self._pass_time(at)
        for event in events:
            self._remove(at, event)
        self._dead += len(events)
        self.dead.add(self._dead)

    def look(self, at: int) -> None:
        """How things stand at a moment at which nothing has to happen."""
        self._pass_time(at)
        self._forget(at)
        self._look(at)
        self.dead.add(self._dead)
        oldest = self._oldest()
        if oldest is not None:
            self.age.add(at - oldest[0])
        self._look_at_the_quiet(at)

    def close(self, at: int) -> None:
        """The run is over: the state it leaves behind."""
        self._pass_time(at)
        self._forget(at)
        self._look(at)
        oldest = self._oldest()
        self.age.add(0 if oldest is None else at - oldest[0])
        self.dead.add(self._dead)
        self._look_at_the_quiet(at)

    def _look_at_the_quiet(self, at: int) -> None:
        """The age of the oldest message that counts and is not of a noisy tenant."""
        tenants = self.tenants
        if tenants is not None:
            ages = (at - since for since, event in self._aging if self._counts(event) and tenants.quiet(event))
            tenants.age.add(next(ages, 0))

    def _hide(self, events: Sequence[str], until: int) -> None:
        here = [event for event in events if event in self._present]
        if self._fifo:
            self._busy.update(self._group_of[event] for event in here if event not in self._hidden)
        if self.tenants is not None:
            self.tenants.hid(event for event in here if event not in self._hidden)
        self._hidden.update(dict.fromkeys(here, until))
        heappush(self._returns, (until, here))

    def _pass_time(self, at: int) -> None:
        """What becomes visible again, and what becomes too old, until then."""
        returns, hidden = self._returns, self._hidden
        before = len(hidden)
        while returns and returns[0][0] <= at:
            until, events = heappop(returns)
            for event in events:
                if hidden.get(event) == until:
                    del hidden[event]
                    self._no_longer(event)
        if len(hidden) < before:
            self.visible.add(len(self._present) - len(hidden))
        if self._retention is not None and self._order and self._order[0][0] + self._retention <= at:
            self._expire(at - self._retention)

    def _expire(self, arrived_until: int) -> None:
        assert self._retention is not None
        while self._order and self._order[0][0] <= arrived_until:
            since, event = self._order[0]
            if event in self._present:
                self._remove(since + self._retention, event)
            else:
                self._order.popleft()

    def _remove(self, at: int, event: str) -> None:
        """A message is gone; the oldest one's age is what it had reached."""
        self._forget(at)
        if self._hidden.pop(event, None) is not None:
            self._no_longer(event)
        self._group_of.pop(event, None)
        if self.tenants is not None:
            self.tenants.gone(event)
        oldest = self._oldest()
        if self._present.pop(event, None) is not None and oldest is not None and oldest[1] == event:
            self.age.add(at - oldest[0])
        del self._receives[event]

    def _count(self, at: int, events: Sequence[str]) -> None:
        """One receive more for each of these; the oldest one's age is what it had reached when it counts no more."""
        oldest = self._oldest()
        self._receives.update(events)
        if oldest is not None and not self._counts(oldest[1]):
            self.age.add(at - oldest[0])

    def _oldest(self) -> tuple[int, str] | None:
        """The oldest message that counts for the age: MET-18 leaves out what was received too often."""
        aging = self._aging
        while aging and not self._counts(aging[0][1]):
            aging.popleft()
        return aging[0] if aging else None

    def _counts(self, event: str) -> bool:
        return event in self._present and self._receives[event] <= _POISON

    def _no_longer(self, event: str) -> None:
        """A message is not in flight any more."""
        if self.tenants is not None:
            self.tenants.shown(event)
        if self._fifo:
            group = self._group_of[event]
            self._busy[group] -= 1
            if not self._busy[group]:
                del self._busy[group]

    def _forget(self, at: int) -> None:
        """Take those that are gone from the front."""
        assert at >= 0
        while self._order and self._order[0][1] not in self._present:
            self._order.popleft()


def depth_of(scenario: Scenario) -> QueueDepth | BrokerDepth | None:
    """A fold for the queue's depth, where messages wait in one."""
    if TRIGGERS[scenario.trigger].model == "broker":
        return BrokerDepth(scenario.settings.engine_type, keeps=scenario.settings.dead_letter_queue is not None)
    source = getattr(scenario.settings, "source", None)
    if source in BROKERS:
        return BrokerDepth(source, keeps=scenario.settings.dead_letter_queue is not None)
    if TRIGGERS[scenario.trigger].model != "queue" and source not in QUEUES:
        return None
    retention = getattr(scenario.settings, "message_retention_period_s", None)
    return QueueDepth(
        visibility=scenario.settings.visibility_timeout_s * US_PER_S,
        retention=None if retention is None else retention * US_PER_S,
        fifo="sqs_fifo" in (scenario.trigger, source),
        later=changed_visibility(scenario.settings),
        fair=scenario.trigger == "sqs" and is_fair(scenario.settings, scenario.traffic),
    )
