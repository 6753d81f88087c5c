"""The messages of a queue as numbers: what stands for `messages` in `express_queue`. Units: whole microseconds.

Messages are numbered as they arrive. Nothing is kept of one that is new but how many there are, and nothing of one that is gone.
What a batch did not handle comes back in pieces (`Piece`): messages that were received equally often, in their order.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, groupby

from simulations.engine.delivery.aging import NEVER, Aging
from simulations.engine.delivery.doom import Doom
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.delivery.visible import drawn, luck
from simulations.engine.pages import Piece
from simulations.engine.sim import Sim
from simulations.engine.trace import Fate

_CAPTURED, _LOST = int(Fate.CAPTURED), int(Fate.LOST)


def _of(pieces: list[Piece]) -> Iterator[int]:
    """The messages in them."""
    return chain.from_iterable(members for members, _ in pieces)


class Numbers:
    """The messages that can be received are those from `head` to `known`, which are new, and what came back.

    What came back together stands in `line`, its last piece first, before the new message whose number is with it. Where any
    message may come next and more wait than fit in a batch, all are in `pool` instead. `stale` of these messages are too old.
    `undecided()` says whether the fate of a message is open. `gone` is that column of the log.
    """

    def __init__(self, sim: Sim, settings: Settings, undecided: Callable[[], bool]) -> None:
        self.head = self.known = self.stale = 0
        self.line: deque[tuple[int, list[Piece]]] = deque()
        self.back = 0  # how many messages these are
        self.pool: list[int] = []
        self.doom = Doom(sim.failures)
        self.hidden: deque[tuple[int, list[Piece], int]] = deque()  # when what comes back, and how many these are
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
        self._receives: dict[int, int] = {}  # of those in `pool` that came back
        self._luck, self._drawn = luck(sim), 0
        self._aging: Aging | None = None
        self._expired: set[int] = set()  # too old, and still here or hidden or in a run

    @property
    def visible(self) -> int:
        """How many messages are here, too old or not."""
        return self.known - self.head + self.back + len(self.pool)

    @property
    def waiting(self) -> int:
        """How many messages are visible."""
        return self.visible - self.stale

    @property
    def odd(self) -> int:
        """Up to which message from `head` on nothing but new ones wait, for which the code works."""
        doomed, before = self.doom.new, self.line[0][0] if self.line else NEVER
        while doomed and doomed[0] < self.head:
            doomed.popleft()
        return before if not doomed or before < doomed[0] else doomed[0]

    def begin(self, first: int) -> None:
        """The first message arrives then."""
        self._expire_after(first)
        if self.expires < NEVER:
            self.careful_from = self.expires - self._sim.function.timeout

    def soonest(self) -> int:
        """When something of this happens next."""
        return min(self.expires, self.hidden[0][0]) if self.hidden else self.expires

    def take(self, at: int, most: int) -> tuple[list[Piece], int]:
        """Receive up to so many messages; how many these are.

        SQS-5: what has been received too often by now is moved, and others come instead.
        """
        if not self._oldest_first and (self.pool or self.visible > most):
            return self._any(at, most)
        line, found, left, limit = self.line, [], most, self._limit
        while left:
            if line and line[0][0] == self.head:
                pieces = line[0][1]
                members, count = pieces.pop()
                count += 1
                size = len(members)
                if size > left and count != limit:
                    pieces.append((members[left:], count - 1))
                    members, size = members[:left], left
                elif not pieces:
                    line.popleft()
                self.back -= size
            else:
                start, count = self.head, 0
                before = line[0][0] if line else self.known
                stop = min(before, start + left)
                if stop == start:
                    break
                self.head, members, size = stop, range(start, stop), stop - start
            if self._expired:
                members = self._fresh(members)
                size = len(members)
            if count == limit:
                self._move(at, members)
            elif size:
                found.append((members, count))
                left -= size
        return found, most - left

    def _any(self, at: int, most: int) -> tuple[list[Piece], int]:
        """The same where any may come (MODEL-3)."""
        pool, receives, found = self.pool, self._receives, list[int]()
        for before, pieces in self.line:
            pool += range(self.head, before)
            self.head = before
            for members, count in reversed(pieces):
                pool += members
                receives.update(dict.fromkeys(members, count + 1))
        pool += range(self.head, self.known)
        self.head, self.back = self.known, 0
        self.line.clear()
        while pool and len(found) < most:
            taken, draws = drawn(pool, most - len(found), self._luck, self._drawn)
            self._drawn += draws
            fresh = self._fresh(taken) if self._expired else taken
            moved = [index for index in fresh if receives.get(index) == self._limit]
            self._move(at, moved)
            for index in moved:
                del receives[index]
            found += [index for index in fresh if index not in moved]
        return [(list(alike), count) for count, alike in groupby(found, lambda index: receives.pop(index, 0))], len(
            found
        )

    def _fresh(self, members: Sequence[int]) -> Sequence[int]:
        """Without those that are too old, which are forgotten."""
        old = self._expired.intersection(members)
        self._expired -= old
        self.stale -= len(old)
        return [index for index in members if index not in old] if old else members

    def _move(self, at: int, moved: Sequence[int]) -> None:
        """SQS-5: to the dead-letter queue."""
        for index in moved:
            self._give_up(at, _CAPTURED, index)
        self.doom.next.difference_update(moved)
        if self._aging is not None:
            self._aging.gone.update(moved)

    def _give_up(self, at: int, fate: int, index: int) -> None:
        self.now = at
        self.gone += (at, fate, index)

    def keep(self, at: int, batch: list[Piece], count: int) -> None:
        """SQS-1 and SQS-4: these were received once more, in vain, and stay hidden until the visibility timeout is over."""
        self.hidden.append((at + self._visibility, batch[::-1], count))
        self.asleep += count
        if not self.doom.settled:
            for members, received in batch:
                self.doom.again(members, received + 1)
        if self._aging is not None:
            self._aging.hidden.update(_of(batch))

    def come_back(self, at: int) -> bool:
        """SQS-7 and SQS-1: what is too old goes, then what was hidden can be received again. Whether pollers hear of it."""
        woken = self.expires <= at
        if woken:
            self._expire(at)
        while self.hidden and self.hidden[0][0] <= at:
            woken |= self._return()
        return woken

    def _return(self) -> bool:
        """What was hidden longest comes back behind what is known; whether anything of it is left."""
        _, pieces, count = self.hidden.popleft()
        if self._aging is not None:
            self._aging.hidden.difference_update(_of(pieces))
            count -= self._leave_out(pieces)
        if not count:
            return False
        self.line.append((self.known, pieces))
        self.back += count
        self.asleep -= count
        return True

    def _leave_out(self, pieces: list[Piece]) -> int:
        """Take what is too old out of what comes back; how many messages that is."""
        old = self._expired.intersection(_of(pieces))
        self._expired -= old
        pieces[:] = [
            (kept, count) for members, count in pieces if (kept := [index for index in members if index not in old])
        ]
        return len(old)

    def join(self, at: int, times: list[int], first: int) -> int:
        """What comes back by then, each behind the messages that arrived before it did; how many had when the last one came.

        `times` are the arrivals, `first` is the index of the first of these. Nothing is too old by then.
        """
        hidden = self.hidden
        while hidden and hidden[0][0] <= at:
            self.known = first + bisect_left(times, hidden[0][0], self.known - first)
            self._return()
        return self.known

    def _expire(self, at: int) -> None:
        """SQS-7: what is as old as the retention period is lost, or decided at the end of its run."""
        if not self._undecided():
            self.expires = NEVER
            return
        if self._aging is None:
            hidden = {index for _, pieces, _ in self.hidden for index in _of(pieces)}
            self._aging = Aging(self._sim, hidden, self._here() | self.running, self.known)
        hidden = self._aging.hidden
        for index in self._aging.older(at - self._retention, self.known):
            self._expired.add(index)
            if index not in self.running:
                self.stale += index not in hidden
                self._give_up(at, _LOST, index)
            self.asleep -= index in hidden
        self._expire_after(self._aging.oldest)
        if self.stale == self.visible:
            self._expired -= self._here()
            for part in (self.line, self.pool, self._receives):
                part.clear()
            self.head, self.back, self.stale = self.known, 0, 0

    def _here(self) -> set[int]:
        """All that is visible, too old or not."""
        return {*range(self.head, self.known), *(index for _, pieces in self.line for index in _of(pieces)), *self.pool}

    def _expire_after(self, oldest: int) -> None:
        """The oldest message arrived then."""
        self.expires = at if (at := oldest + self._retention) <= self._horizon else NEVER

    def ended(self, at: int, handled: list[int], kept: list[int]) -> None:
        """A run ended that had to be told."""
        self.running.difference_update(handled, kept)
        if self._aging is not None:
            self._aging.gone.update(handled)
            for index in self._expired.intersection(kept):
                self._give_up(at, _LOST, index)
            self._expired.difference_update(handled)

    def too_old(self, running: list[int]) -> int:
        """How many of these, which are running, are not in the queue any more."""
        return len(self._expired.intersection(running))
