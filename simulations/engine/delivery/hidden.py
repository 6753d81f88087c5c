"""What is hidden in a queue, and until when: from its receive on for the visibility timeout (SQS-1).

Models SQ:sqs-visibility-timeout. Units: whole microseconds.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from simulations.engine.delivery.receipts import Receipt
from simulations.engine.kernel import RETURNS
from simulations.engine.sim import Sim

REAPPEAR = 1  # at one instant: after what has grown too old


class Hidden:
    """The receives whose messages are hidden; `on_over(at, receipts)` is called when the visibility timeout of some is over."""

    def __init__(self, sim: Sim, on_over: Callable[[int, list[Receipt]], None]) -> None:
        self._kernel = sim.kernel
        self._on_over = on_over
        self._by_number: dict[int, Receipt] = {}
        self._order: deque[Receipt] = deque()  # by time, with some that are done
        self._watching = False
        self.get = self._by_number.get  # the receive with a number, while its messages are hidden

    def add(self, receipt: Receipt) -> None:
        """These have been received."""
        self._by_number[receipt.number] = receipt
        order = self._order
        while order and order[0].number not in self._by_number:
            order.popleft()
        order.append(receipt)
        if not self._watching:
            self._watching = True
            self._kernel.alarm(receipt.until, RETURNS, REAPPEAR, self._reappear, None)

    def remove(self, receipt: Receipt) -> None:
        """All its messages are gone."""
        del self._by_number[receipt.number]

    def is_over(self, at: int, receipt: Receipt) -> bool:
        """Whether the visibility timeout is over; an enrichment may end at that very moment, when its messages are back already."""
        return receipt.until < at or receipt.number not in self._by_number

    def __contains__(self, number: int) -> bool:
        return number in self._by_number

    def _reappear(self, at: int, _: Any) -> None:
        """The visibility timeout of the oldest receives is over."""
        order = self._order
        over: list[Receipt] = []
        while order and (order[0].until <= at or order[0].number not in self._by_number):
            receipt = order.popleft()
            if self._by_number.pop(receipt.number, None) is not None:
                over.append(receipt)
        self._watching = bool(order)
        if order:
            self._kernel.alarm(order[0].until, RETURNS, REAPPEAR, self._reappear, None)
        if over:
            self._on_over(at, over)

    def part(self) -> None:
        """From now on messages are hidden for another time: watch those that are hidden one by one."""
        for receipt in self._order:
            if receipt.number in self._by_number:
                self._kernel.alarm(receipt.until, RETURNS, REAPPEAR, self._over, receipt)
        self._order.clear()
        self._watching = False

    def _over(self, at: int, receipt: Receipt) -> None:
        """As `_reappear`, of one receive."""
        if self._by_number.pop(receipt.number, None) is not None:
            self._on_over(at, [receipt])
