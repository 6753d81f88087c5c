"""For which messages of `express_queue` the code fails, by poison, number of invocations and chance; their luck is that of `failures`."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from itertools import compress

from simulations.engine.delivery.aging import NEVER
from simulations.engine.failures import Failures
from simulations.engine.pages import Piece


class Doom:
    """`next` are those for which the next invocation fails, but for the times at which it fails for all.

    `new` are those of them, in order, that were not received when somebody last looked.
    """

    def __init__(self, failures: Failures) -> None:
        self.next: set[int] = set()
        self.new: deque[int] = deque()
        self.at_times = failures.always or bool(failures.outages)  # whether it ever fails for all
        self.reports = failures.reports
        self.settled = failures.only_poison  # whether what comes of a message is the same each time
        self._failures = failures
        self._poison = [*sorted(failures.poisoned), NEVER]
        self._rest = failures.manner == "report_rest"

    def arrive(self, first: int, count: int) -> None:
        """So many messages are new: what comes of their first invocations."""
        failures, poison, every = self._failures, self._poison, range(first, first + count)
        found = poison[bisect_left(poison, first) : bisect_left(poison, first + count)]
        if failures.first_n:
            found = list(every)
        elif failures.threshold:
            found = sorted({*found, *compress(every, failures.by_luck(1, first, range(count)))})
        self.next.update(found)
        self.new += found

    def again(self, kept: Sequence[int], count: int) -> None:
        """These were received in vain, so often by now: what comes of it next time, unless it is `settled`."""
        failures, word = self._failures, self._failures.luck.word
        for index in kept:
            chance = failures.threshold and word(count + 1, index) < failures.threshold
            if chance or count < failures.first_n or self._always(index):
                self.next.add(index)
            else:
                self.next.discard(index)

    def comes(self, at: int, batch: list[Piece]) -> bool:
        """Whether the code fails now for one of these."""
        poison, settled = self._poison, self.settled
        for members, _ in batch:
            if settled and isinstance(members, range):  # much the most frequent case
                if poison[bisect_left(poison, members.start)] < members.stop:
                    return True
            elif not self.next.isdisjoint(members):
                return True
        return self.at_times and self._for_all(at)

    def passes(self, batch: list[Piece]) -> None:
        """These are handled although the code failed for some."""
        for members, _ in batch:
            self.next.difference_update(members)

    def named(self, at: int, batch: list[Piece]) -> list[Piece]:
        """Those that a handler names which reports what fails; it may stop at the first one and name the rest too."""
        if self.at_times and self._for_all(at):
            return batch
        named, stopped = list[Piece](), False
        for members, count in batch:
            chosen = []
            for index in members:
                stopped = index in self.next or (stopped and self._rest)
                if stopped:
                    chosen.append(index)
            if chosen:
                named.append((chosen, count))
        return named

    def _always(self, index: int) -> bool:
        return self._poison[bisect_left(self._poison, index)] == index

    def _for_all(self, at: int) -> bool:
        return self._failures.always or any(begin <= at < end for begin, end in self._failures.outages)
