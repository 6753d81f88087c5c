"""Which messages of `express_queue` are as old as the queue keeps them, for runs that last that long. Units: whole microseconds."""

from collections import deque
from collections.abc import Iterable

from simulations.engine.sim import Sim

NEVER = 1 << 62
_MANY = 4_096  # messages that are gone before it is their turn, to be forgotten in one go


class Aging:
    """Messages in the order in which they arrived: those of the first `arrived` that are still in the queue, then all others.

    `hidden` are those that wait until they can be received again. `oldest` is when the first of them arrived that is left, or will arrive. Whatever is gone for another reason, is in `gone`.
    """

    def __init__(self, sim: Sim, hidden: set[int], others: Iterable[int], arrived: int) -> None:
        self.hidden = hidden
        self.gone: set[int] = set()
        self.oldest = NEVER
        self._many = sim.way.at_once(_MANY)
        self._kept = deque(sorted(hidden.union(others)))
        self._next = arrived
        self._blocks = sim.instants()  # once more, from the start: a run that lasts so long need not hold them
        self._first, self._times = 0, list[int]()

    def older(self, than: int, arrived: int) -> list[int]:
        """Take out those that arrived then or before; `arrived`: how many have by now."""
        if len(self.gone) > self._many:
            self._kept = deque(index for index in (*self._kept, *range(self._next, arrived)) if index not in self.gone)
            self._next = max(self._next, arrived)
            self.gone.clear()
        old = []
        while True:
            if not self._kept:
                self._kept.append(self._next)
                self._next += 1
            index = self._kept[0]
            if index in self.gone:
                self.gone.remove(index)
            elif (at := self._at(index)) <= than:
                old.append(index)
            else:
                self.oldest = at
                return old
            self._kept.popleft()

    def _at(self, index: int) -> int:
        """When a message arrives; each is asked for after those before it."""
        while index >= self._first + len(self._times):
            following = next(self._blocks, None)
            if following is None:
                return NEVER
            self._first, self._times = following
        return self._times[index - self._first]
