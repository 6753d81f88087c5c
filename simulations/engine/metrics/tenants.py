"""What SQS shows of the tenants of a fair queue: how many are noisy, and how all others fare (SQS-18, MET-20).

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
The trace says when a tenant becomes noisy; it is quiet again once it has no backlog, or has sent nothing for a while. Units:
whole microseconds.
"""

from collections import Counter
from collections.abc import Iterable

from simulations.engine.metrics.figures import Series
from simulations.engine.rules import number
from simulations.engine.units import US_PER_S

_SILENT = number("SQS-18", "silent_s") * US_PER_S


class Tenants:
    """`noisy` counts tenants, `visible` and `in_flight` messages of all others, `age` is that of their oldest in microseconds."""

    def __init__(self) -> None:
        self.noisy, self.visible, self.in_flight, self.age = Series(), Series(), Series(), Series()
        self._group_of: dict[str, str] = {}
        self._present, self._hidden = Counter[str](), Counter[str]()  # messages by tenant
        self._last: dict[str, int] = {}  # when each tenant sent something
        self._noisy: set[str] = set()

    def series(self) -> dict[str, Series]:
        """By AWS's name."""
        return {
            "ApproximateNumberOfNoisyGroups": self.noisy,
            "ApproximateNumberOfMessagesVisibleInQuietGroups": self.visible,
            "ApproximateNumberOfMessagesNotVisibleInQuietGroups": self.in_flight,
            "ApproximateAgeOfOldestMessageInQuietGroups": self.age,
        }

    def arrived(self, at: int, event: str, group: str | None) -> None:
        """One without a group is a tenant of its own, and never noisy."""
        if group is not None:
            self._group_of[event] = group
            self._present[group] += 1
            self._last[group] = at

    def hid(self, events: Iterable[str]) -> None:
        """These are in flight, and were not before."""
        self._hidden.update(self._group_of[event] for event in events if event in self._group_of)

    def shown(self, event: str) -> None:
        """One is not in flight any more."""
        group = self._group_of.get(event)
        if group is not None:
            self._hidden[group] -= 1

    def gone(self, event: str) -> None:
        """One is not in the queue any more."""
        group = self._group_of.pop(event, None)
        if group is not None:
            self._present[group] -= 1

    def separated(self, group: str) -> None:
        """A tenant is noisy from now on."""
        self._noisy.add(group)

    def quiet(self, event: str) -> bool:
        """Whether a message is not of a noisy tenant."""
        return self._group_of.get(event) not in self._noisy

    def look(self, at: int, visible: int, in_flight: int) -> None:
        """How things stand, given the messages of the whole queue."""
        for group in sorted(self._noisy):
            if self._present[group] == self._hidden[group] or self._last[group] + _SILENT <= at:
                self._noisy.remove(group)
        hidden = sum(self._hidden[group] for group in self._noisy)
        waiting = sum(self._present[group] for group in self._noisy) - hidden
        assert 0 <= waiting <= visible, "noisy tenants have a part of what is visible"
        assert 0 <= hidden <= in_flight, "and of what is in flight"
        self.noisy.add(len(self._noisy))
        self.visible.add(visible - waiting)
        self.in_flight.add(in_flight - hidden)
