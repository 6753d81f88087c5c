"""The messages of a queue as numbers: what stands for `messages` in `express_queue`. Units: whole microseconds.

Messages are numbered as they arrive. Nothing is kept of one that is new but its number, and nothing of one that is gone. A batch
that is not handled comes back as one list.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import repeat

from simulations.engine.delivery.aging import NEVER, Aging
from simulations.engine.delivery.doom import Doom
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.delivery.visible import drawn, luck
from simulations.engine.sim import Sim
from simulations.engine.trace import Fate

_PASSED = 4_096  # messages that were received, to be forgotten in one go


class Numbers:
    """`visible` are the messages that can be received, from `head` on; `stale` of them are too old.

    `undecided()` says whether the fate of a message is open. `gone` is that column of the log.
    """

    def __init__(self, sim: Sim, settings: Settings, undecided: Callable[[], bool]) -> None:
        self.visible: list[int] = []
        self.head = self.stale = 0
        self.doom = Doom(sim.failures)
        self.exhausted: set[int] = set()  # received as often as they may be
        self.receives: dict[int, int] = {}  # of those that were received in vain
        self.hidden: deque[tuple[int, list[int]]] = deque()  # what comes back, and when
        self.asleep = 0  # how many these are, without those that are too old by now
        self.running: set[int] = set()  # what is in runs whose end has to be told
        self.expires = NEVER
        self.careful_from = NEVER  # the ends of all runs from then on have to be told
        self.gone: list[int] = []
        self.now = 0
        self._sim = sim
        self._undecided = undecided
        self._oldest_first = settings.oldest_first
        self._visibility = settings.visibility
        self._retention = settings.retention
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else NEVER - 1
        self._limit = settings.max_receive_count if settings.max_receive_count is not None else NEVER
        self._passed = sim.way.at_once(_PASSED)
        self._luck, self._drawn = luck(sim), 0
        self._aging: Aging | None = None
        self._expired: set[int] = set()  # too old, and still in a list

    def plain(self, batch: list[int]) -> bool:
        """Whether all of these are new, and the code works for them."""
        return self.doom.next.isdisjoint(batch) and self.receives.keys().isdisjoint(batch)

    @property
    def waiting(self) -> int:
        """How many messages are visible."""
        return len(self.visible) - self.head - self.stale

    def begin(self, first: int) -> None:
        """The first message arrives then."""
        self._expire_after(first)
        if self.expires < NEVER:
            self.careful_from = self.expires - self._sim.function.timeout

    def soonest(self) -> int:
        """When something of this happens next."""
        return min(self.expires, self.hidden[0][0]) if self.hidden else self.expires

    def forget(self) -> None:
        """Nobody asks any more for what was received."""
        if self.head > self._passed:
            del self.visible[: self.head]
            self.head = 0

    def draw(self, most: int) -> list[int]:
        """Take so many visible messages out."""
        visible, head = self.visible, self.head
        if self._oldest_first:
            taken = visible[head : head + most]
            self.head = head + len(taken)
            return taken
        taken, draws = drawn(visible, most, self._luck, self._drawn)
        self._drawn += draws
        return taken

    def sift(self, at: int, taken: list[int], most: int) -> list[int]:
        """Leave out what is gone and, SQS-5, what has been received too often; others come instead."""
        found: list[int] = []
        while True:
            if self._expired and (old := self._expired.intersection(taken)):
                self._expired -= old
                self.stale -= len(old)
                taken = [index for index in taken if index not in old]
            if not self.exhausted.isdisjoint(taken):
                moved = [index for index in taken if index in self.exhausted]
                self._move(at, moved)
                taken = [index for index in taken if index not in moved]
            found = found + taken if found else taken
            if len(found) == most or len(self.visible) == self.head:
                return found
            taken = self.draw(most - len(found))

    def sifted(self, at: int, taken: list[int], head: int, most: int) -> tuple[list[int], int]:
        """The same for a reader who took them out up to this head; what is left, and the new head."""
        if not self.exhausted.isdisjoint(taken):
            self.head = head
            taken, head = self.sift(at, taken, most), self.head
        return taken, head

    def _move(self, at: int, moved: list[int]) -> None:
        """SQS-5: to the dead-letter queue."""
        for index in moved:
            self._give_up(at, Fate.CAPTURED, index)
        self.exhausted.difference_update(moved)
        self.doom.next.difference_update(moved)
        if self._aging is not None:
            self._aging.gone.update(moved)

    def _give_up(self, at: int, fate: Fate, index: int) -> None:
        self.now = at
        self.gone += (at, int(fate), index)
        self.receives.pop(index, None)

    def handle(self, handled: list[int]) -> None:
        """These are deleted when their run ends."""
        if not self.receives.keys().isdisjoint(handled):
            deque(map(self.receives.pop, handled, repeat(0)), 0)
        if self.doom.reports:
            self.doom.next.difference_update(handled)

    def keep(self, at: int, kept: list[int]) -> int:
        """SQS-1 and SQS-4: these were received once more, in vain, and stay hidden until the visibility timeout is over: when."""
        receives, limit = self.receives, self._limit
        counts = [count + 1 for count in map(receives.get, kept, repeat(0))]
        receives.update(zip(kept, counts, strict=True))
        if limit in counts:
            self.exhausted.update([index for index in kept if receives[index] == limit])
        self.doom.again(kept, receives)
        self.asleep += len(kept)
        if self._aging is not None:
            self._aging.hidden.update(kept)
        back = at + self._visibility
        self.hidden.append((back, kept))
        return back

    def come_back(self, at: int, arrived: int) -> bool:
        """SQS-7 and SQS-1: what is too old goes, then what was hidden can be received again. Whether pollers hear of it."""
        woken = self.expires <= at
        if woken:
            self._expire(at, arrived)
        while self.hidden and self.hidden[0][0] <= at:
            _, back = self.hidden.popleft()
            if self._expired:
                self._expired.difference_update(old := self._expired.intersection(back))
                back = [index for index in back if index not in old]
            self.asleep -= len(back)
            if self._aging is not None:
                self._aging.hidden.difference_update(back)
            self.visible += back
            woken |= bool(back)
        return woken

    def join(self, at: int, times: list[int], first: int, place: int) -> int:
        """What comes back by then, behind the messages that arrived before it did, from `place` on; who arrives next.

        `times` are their arrivals, `first` is the index of the first of these. Nothing is too old by then.
        """
        while self.hidden and self.hidden[0][0] <= at:
            back = self.hidden[0][0]
            stop = bisect_left(times, back, place)
            self.visible += range(first + place, first + stop)
            self.come_back(back, first + stop)
            place = stop
        return place

    def _expire(self, at: int, arrived: int) -> None:
        """SQS-7: what is as old as the retention period is lost, or decided at the end of its run."""
        if not self._undecided():
            self.expires = NEVER
            return
        visible, head = self.visible, self.head
        if self._aging is None:
            hidden = {index for _, back in self.hidden for index in back}
            self._aging = Aging(self._sim, hidden, {*visible[head:], *self.running}, arrived)
        hidden = self._aging.hidden
        for index in self._aging.older(at - self._retention, arrived):
            self._expired.add(index)
            if index not in self.running:
                self.stale += index not in hidden
                self._give_up(at, Fate.LOST, index)
            self.asleep -= index in hidden
        self._expire_after(self._aging.oldest)
        if self.stale == len(visible) - head:
            self._expired.difference_update(visible[head:])
            visible.clear()
            self.head = self.stale = 0

    def _expire_after(self, oldest: int) -> None:
        """The oldest message arrived then."""
        self.expires = at if (at := oldest + self._retention) <= self._horizon else NEVER

    def ended(self, at: int, handled: list[int], kept: list[int]) -> None:
        """A run ended that had to be told."""
        self.running.difference_update(handled, kept)
        if self._aging is not None:
            self._aging.gone.update(handled)
            for index in self._expired.intersection(kept):
                self._give_up(at, Fate.LOST, index)
            self._expired.difference_update(handled)

    def too_old(self, running: list[int]) -> int:
        """How many of these, which are running, are not in the queue any more."""
        return len(self._expired.intersection(running))
