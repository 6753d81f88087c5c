"""For which messages of `express_queue` the code fails, by poison, number of invocations and chance; their luck is that of `failures`."""

from bisect import bisect_left
from itertools import compress

from simulations.engine.failures import Failures


class Doom:
    """`next` are those for which the next invocation fails, but for the times at which it fails for all."""

    def __init__(self, failures: Failures) -> None:
        self.next: set[int] = set()
        self.at_times = failures.always or bool(failures.outages)  # whether it ever fails for all
        self.reports = failures.reports
        self._failures = failures
        self._poison = sorted(failures.poisoned)
        self._rest = failures.manner == "report_rest"

    def arrive(self, first: int, count: int) -> None:
        """So many messages are new: what comes of their first invocations."""
        failures, poison, every = self._failures, self._poison, range(first, first + count)
        found = poison[bisect_left(poison, first) : bisect_left(poison, first + count)]
        if failures.first_n:
            found = list(every)
        elif failures.threshold:
            found += compress(every, failures.by_luck(1, first, range(count)))
        self.next.update(found)

    def again(self, kept: list[int], receives: dict[int, int]) -> None:
        """These were received in vain, so often by now: what comes of it next time."""
        failures, word = self._failures, self._failures.luck.word
        if failures.only_poison:
            return
        for index in kept:
            count = receives[index]
            chance = failures.threshold and word(count + 1, index) < failures.threshold
            if chance or count < failures.first_n or self._always(index):
                self.next.add(index)
            else:
                self.next.discard(index)

    def comes(self, at: int, batch: list[int]) -> bool:
        """Whether the code fails now for one of these."""
        return not self.next.isdisjoint(batch) or (self.at_times and self._for_all(at))

    def named(self, at: int, batch: list[int]) -> list[int]:
        """Those that a handler names which reports what fails, given that one does; it may stop there and name the rest too."""
        if self.at_times and self._for_all(at):
            return batch
        named = [index for index in batch if index in self.next]
        return batch[batch.index(named[0]) :] if self._rest else named

    def _always(self, index: int) -> bool:
        place = bisect_left(self._poison, index)
        return place < len(self._poison) and self._poison[place] == index

    def _for_all(self, at: int) -> bool:
        return self._failures.always or any(begin <= at < end for begin, end in self._failures.outages)
