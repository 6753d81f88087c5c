"""The pollers of a Kafka mapping: how many there are, and which partitions each of them reads.

Models LD:kafka-scaling-modes, rule KAFKA-7. The lag of the topic is looked at each minute; when it does not fall there are more
pollers, up to one for each partition, and fewer when nothing waits or the function was throttled. MODEL-40 says what AWS does
not. Units: whole microseconds.
"""

from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from simulations.engine.delivery.lanes import GATHERING, IDLE, RUNNING, WAITING, Lane, parted
from simulations.engine.delivery.shards import Shard, Shards
from simulations.engine.delivery.stream_source import Scaling
from simulations.engine.kernel import SCALING
from simulations.engine.rules import number as of_rule
from simulations.engine.sim import Sim
from simulations.engine.units import US_PER_S

_RULE, _CHANGE = "KAFKA-7", "MODEL-40"
_UNIT = of_rule("BILL-3", "kafka_pollers")
_index = attrgetter("index")


class Partitions:
    """`go(at, lane)` lets a lane go on that has nothing running, `age(shard)` watches what a reader has been given."""

    def __init__(
        self, sim: Sim, shards: Shards, scaling: Scaling, go: Callable[[int, Lane], None], age: Callable[[Shard], None]
    ) -> None:
        self._sim = sim
        self._shards = shards
        self._scaling = scaling
        self._go = go
        self._age = age
        self._pollers = scaling.first
        self._lag: int | None = None  # at the last look
        self._coming = False  # a change has been decided on
        self._moving = False  # a change waits for a run to end
        self.throttled = False  # since the last look
        self._since = 0  # when there came to be as many pollers as there are now
        self._added_us = 0  # pollers that scaling added times how long they were there
        self._share(scaling.first)

    def begin(self, at: int) -> None:
        """The mapping begins to read."""
        self._since = at
        self._sim.log.scaled(at, _RULE, self._shards.readers)
        self._sim.kernel.alarm(at + self._scaling.every, SCALING, 2, self._look, None)

    def ended(self, at: int, lane: Lane) -> None:
        """A run has ended: give away what a change has left with its poller until now."""
        if self._moving:
            self._moving = any(shard.lanes[0].state == RUNNING for shard in self._shards.all.values())
            self._deal(at, lane)

    def _look(self, at: int, _: Any) -> None:
        """Once a minute: more pollers, fewer, or as many."""
        if not (self._shards.polling and self._sim.undecided):
            return
        lag, before, now = self._waiting(), self._lag, self._pollers
        wanted = now
        if self.throttled or not lag:
            wanted = max(self._scaling.least, now // 2)
        elif before is not None and lag >= before:
            wanted = min(self._scaling.most, now * 2)
        self._lag, self.throttled = lag, False
        if wanted != now and not self._coming:
            self._coming = True
            self._sim.kernel.alarm(at + self._scaling.delay, SCALING, 3, self._scale, wanted)
        self._sim.kernel.alarm(at + self._scaling.every, SCALING, 2, self._look, None)

    def _waiting(self) -> int:
        """The offset lag of the topic: what has arrived and is not committed."""
        readers = self._readers()
        lanes = [lane for shard in readers for lane in shard.lanes]
        parts = sum(len(part.events) for lane in lanes for part in lane.parts)
        return parts + sum(lane.waiting for lane in lanes) + sum(len(shard.unread) for shard in readers)

    def _scale(self, at: int, pollers: int) -> None:
        """There are more pollers now, or fewer; partitions go to the one they belong to."""
        self._coming = False
        if not self._shards.polling:
            return
        self._spend(at)
        self._pollers = pollers
        self._share(pollers)
        self._sim.log.scaled(at, _CHANGE, self._shards.readers)
        self._deal(at, None)

    def finish(self, at: int) -> None:
        """BILL-3: provisioned mode is billed by units of ten pollers: count those that scaling added beyond the least units."""
        self._spend(at)
        if self._added_us and self._scaling.per_s is not None:
            self._sim.count("added_event_poller_seconds", -(-self._added_us // US_PER_S))

    def _spend(self, at: int) -> None:
        """Until now there were as many pollers as there are."""
        self._added_us += max(0, self._pollers - max(self._scaling.least, _UNIT)) * (at - self._since)
        self._since = at

    def _share(self, pollers: int) -> None:
        """KAFKA-7: how many batches can be on their way at once, and how fast each is read."""
        shards, scaling = self._shards, self._scaling
        shards.readers = min(shards.count, pollers * scaling.lanes)
        if scaling.per_s is not None:
            shards.per_s = scaling.per_s * pollers // shards.readers

    def _deal(self, at: int, only: Lane | None) -> None:
        """Each partition goes to its reader, unless a batch of it is running; of one lane, or of all."""
        shards, woken = self._shards, dict[int, Shard]()
        for shard in self._readers():
            lane = shard.lanes[0]
            if only is not None and lane is not only:
                continue
            leaving = self._leaving(shard)
            running = {event.shard for event in lane.parts[-1].events} if lane.state == RUNNING else set()
            free = {name: number for name, number in leaving.items() if name not in running}
            self._moving = self._moving or len(free) < len(leaving)
            if free:
                woken[shard.number] = shard
                self._move(shard, free, woken)
        if woken:
            shards.spread(at, [shard for shard in self._readers() if shard.unread])
        for number in sorted(woken):
            self._wake(at, woken[number])

    def _leaving(self, shard: Shard) -> dict[str, int]:
        """The partitions of a reader that belong to another one."""
        mine = [name for name, reader in self._shards.all.items() if reader is shard]
        found = {name: self._shards.reader_of(name) for name in mine}
        return {name: number for name, number in found.items() if number != shard.number}

    def _move(self, shard: Shard, leaving: dict[str, int], woken: dict[int, Shard]) -> None:
        """Partitions go to other readers, with what is unread, read, and on its way."""
        for number in sorted(set(leaving.values())):
            names = frozenset(name for name, to in leaving.items() if to == number)
            target = woken[number] = self._shards.reader(number)
            self._shards.all |= dict.fromkeys(names, target)
            mine, theirs = parted(shard.unread, names)
            shard.unread = deque(mine)
            target.unread = deque(sorted([*target.unread, *theirs], key=_index))
            records, parts = shard.lanes[0].leave(names)
            lane = target.lanes[0]
            if records:
                lane.add(records, shard.lanes[0].largest)
            lane.parts[:0] = parts

    def _wake(self, at: int, shard: Shard) -> None:
        """A reader goes on with what it has now; what a new one has been given it tries at once."""
        self._age(shard)
        lane = shard.lanes[0]
        held = lane.state == WAITING and bool(lane.parts) and lane.parts[-1] is lane.held
        if lane.state == GATHERING and not lane.waiting and not lane.parts:
            lane.state = IDLE
        elif lane.state != RUNNING and not held:
            self._go(at, lane)

    def _readers(self) -> list[Shard]:
        return sorted({shard.number: shard for shard in self._shards.all.values()}.values(), key=attrgetter("number"))
