"""Virtual time: one heap of things to do, in order. It knows nothing of AWS.

Instants that coincide are taken by rank, then by key, then in the order in which they were planned; MODEL-8 says so to people.
Units: whole microseconds.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any

# ranks of coinciding instants, first to last
ENDS, RETURNS, ARRIVALS, SCALING, POLLS = range(5)

_NEVER = 1 << 62

Handler = Callable[[int, Any], None]
_Entry = tuple[int, int, int, int, Handler, Any]


class Kernel:
    """A heap of `(time, rank, key, serial, handler, argument)` and a sorted feed of arrivals beside it.

    After `horizon` only runs that have begun are brought to their end; nothing starts any more.
    """

    __slots__ = ("_asked", "_feed", "_feed_handler", "_heap", "_next", "_serial", "cut", "horizon", "now")

    def __init__(self, horizon: int | None) -> None:
        self.now = 0
        self.horizon = horizon
        self.cut = False  # True once the horizon kept something from happening
        self._heap: list[_Entry] = []
        self._serial = 0
        self._feed: Iterator[tuple[int, Any]] = iter(())
        self._feed_handler: Handler = _nobody
        self._next: tuple[int, Any] | None = None
        self._asked = True  # whether the feed has been asked for its first arrival

    def feed(self, arrivals: Iterator[tuple[int, Any]], handler: Handler) -> None:
        """Take arrivals, sorted by time, from an iterator as they fall due; they are never all held at once."""
        self._feed = arrivals
        self._feed_handler = handler
        self._asked = False

    def at(self, time: int, rank: int, key: int, handler: Handler, argument: Any) -> None:
        """Plan `handler(time, argument)`."""
        self._serial += 1
        heappush(self._heap, (time, rank, key, self._serial, handler, argument))

    def alarm(self, time: int, rank: int, key: int, handler: Handler, argument: Any) -> None:
        """Plan something that may turn out to be nothing; beyond the horizon it is left out, and that cuts nothing."""
        if self.horizon is None or time <= self.horizon:
            self.at(time, rank, key, handler, argument)

    @property
    def due(self) -> int:
        """When the next planned thing happens; arrivals are not planned."""
        return self._heap[0][0] if self._heap else _NEVER

    @property
    def coming(self) -> bool:
        """Whether events are still to arrive."""
        self._ask()
        return self._next is not None

    def _ask(self) -> None:
        """The first arrival is made when it is needed: a run that goes another way needs none."""
        if not self._asked:
            self._asked = True
            self._next = next(self._feed, None)

    def step(self, count: int) -> bool:
        """Let up to `count` things happen; False when nothing is left."""
        self._ask()
        heap, feed, feed_handler = self._heap, self._feed, self._feed_handler
        horizon = self.horizon if self.horizon is not None else _NEVER
        for _ in range(count):
            coming = self._next
            if coming is not None and (
                not heap or coming[0] < heap[0][0] or (coming[0] == heap[0][0] and heap[0][1] > ARRIVALS)
            ):
                time, argument = coming
                self._next = next(feed, None)
                if time > horizon:
                    self._next, self.cut = None, True
                    continue
                assert time >= self.now, "arrivals must be sorted"
                self.now = time
                feed_handler(time, argument)
            elif heap:
                time, rank, _, _, handler, argument = heappop(heap)
                if time > horizon and rank != ENDS:
                    self.cut = True
                    continue
                assert time >= self.now, "time never goes back"
                self.now = time
                handler(time, argument)
            else:
                return False
        return True


def _nobody(_: int, argument: Any) -> None:
    """Whom arrivals go to before `feed`."""
    raise AssertionError(f"nobody takes {argument}")
