"""Asynchronous invocation of a plain function, in one loop: the same rules as `asynchronous` and `function`, made fast.

Where nothing but the error rate decides, all that has to be found out is when each attempt starts and ends and how: everything
else that a trace says follows from that. So the loop writes columns of numbers, `Page` by page, and `unfold` makes records of
them where somebody wants to read records. `tests/properties/test_express.py` compares those row for row with the plain way.

The end of an invocation needs no turn of its own: what it leads to is known at its start, and concurrency asks only when the
next of so many executions is free. Time is cut into turns shorter than any wait, so what comes back in a turn is known, and
sorted, when the turn begins. Units: whole microseconds.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush, heapreplace
from itertools import compress
from operator import add

from simulations.engine.pages import THROTTLED, TIMED_OUT, TRY, WORKED, Page
from simulations.engine.sim import Sim
from simulations.engine.trace import Fate
from simulations.engine.traffic import At
from simulations.engine.units import US_PER_MS

_NEVER = 1 << 62
_ENOUGH = 256  # attempts of a page, or a few more

# an event that comes back: (when, index, when it arrived, retries, throttles in a row)
_Due = tuple[int, ...]
# arrivals in a row: (first index, their times, when their first invocations end, how these come out, milliseconds billed)
_Block = tuple[int, list[int], list[int], list[int], list[int]]
_NOTHING: _Block = (0, [], [], [], [])


def can_serve(sim: Sim, payload_bytes: int) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    return (
        sim.failures.by_chance
        and function.plain
        and function.limit > 0
        and not isinstance(traffic, At)
        and not traffic.bodies
        and traffic.size_bytes <= payload_bytes
    )


class Express:
    """The loop. `waits` are those before each retry, `throttle_wait` gives the one after so many throttles in a row.

    `fate` is that of an event that is given up.
    """

    def __init__(
        self, sim: Sim, waits: Sequence[int], throttle_wait: Callable[[int], int], age: int, fate: Fate
    ) -> None:  # fmt: skip
        self._sim = sim
        self._waits = (*waits, _NEVER)  # the last failure is not followed by a try
        self._throttle_wait = throttle_wait
        self._age = age
        self._fate = int(fate)
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else _NEVER
        self._enough = sim.way.at_once(_ENOUGH)
        self._bits = throttle_wait(0).bit_length() - 1  # a turn is so many microseconds, as a power of two
        assert all(wait >= 1 << self._bits for wait in waits), "nothing comes back in the turn that sent it away"
        self._busy = [0] * sim.function.limit  # a heap: when each of the executions that may run at once is free
        self._cold = _Cold(sim) if sim.function.init else None
        # by retries: how long the next invocation of an event takes and how it comes out, drawn ahead for those that need it
        self._luck: tuple[dict[int, tuple[int, int]], ...] = tuple({} for _ in range(len(waits) + 2))
        self._turns: dict[int, list[_Due]] = {}  # what comes back, by turn
        self._later: list[int] = []  # a heap of those turns
        self._turn = -1
        self._due: list[_Due] = [(_NEVER,)]  # what comes back in this turn, and a last one that never does
        self._place = 0  # the next of them
        self._now = 0
        self._tries: list[int] = []
        self._gone: list[int] = []
        self._unsettled = 0

    def pages(self) -> Iterator[Page]:
        """The whole log; at its end the run's parts know how it ended."""
        bits = self._bits
        for block in self._blocks():
            _, starts, *_ = block
            begin = place = 0
            while place < len(starts):
                turn = starts[place] >> bits
                self._go_to(turn)
                stop = bisect_left(starts, (turn + 1) << bits, place)
                self._arrive(block, place, stop)
                place = stop
                if place - begin + len(self._tries) // TRY >= self._enough or place == len(starts):
                    yield self._page(block, begin, place)
                    begin = place
            self._now = starts[-1]
        while self._finish_turn():
            self._go_to(self._later[0])
            if len(self._tries) // TRY >= self._enough:
                yield self._page(_NOTHING, 0, 0)
        yield self._page(_NOTHING, 0, 0)
        self._sim.unsettled = self._unsettled
        self._sim.kernel.now = self._now
        self._sim.function.last_end = max(self._busy)

    def _page(self, block: _Block, begin: int, stop: int) -> Page:
        """The next piece of the log."""
        first, *columns = block
        starts, ends, outcomes, billed = (column[begin:stop] for column in columns)
        tries, self._tries = self._tries, []
        gone, self._gone = self._gone, []
        self._unsettled += len(starts) - outcomes.count(WORKED)
        return Page(first + begin, starts, ends, outcomes, billed, tries, gone)

    def _blocks(self) -> Iterator[_Block]:
        """All arrivals in blocks, as if each were tried at once."""
        for first, times in self._sim.instants():
            spent, outcomes = self._draw(0, first, range(len(times)))
            yield first, times, list(map(add, times, spent)), outcomes, [-(-time // US_PER_MS) for time in spent]

    def _draw(self, retries: int, first: int, places: Sequence[int]) -> tuple[list[int], list[int]]:
        """How long the invocations after so many retries take and how they end, of the events at these places from the first.

        Of those that fail it also draws what comes of the next invocation, into `_luck`.
        """
        function = self._sim.function
        spent = function.durations(retries + 1, first, places)
        outcomes = self._sim.failures.by_luck(retries + 1, first, places)  # WORKED and FAILED
        if max(spent) > function.timeout:
            outcomes = [
                TIMED_OUT if time > function.timeout else out for time, out in zip(spent, outcomes, strict=True)
            ]
            spent = [min(time, function.timeout) for time in spent]
        if self._waits[retries] != _NEVER:
            failed = list(compress(places, outcomes))
            if failed:
                luck = self._draw(retries + 1, first, failed)
                indexes = [first + place for place in failed]
                self._luck[retries + 1].update(zip(indexes, zip(*luck, strict=True), strict=True))
        return spent, outcomes

    def _go_to(self, turn: int) -> None:
        """Go on to this turn; on the way, everything comes back that does so before."""
        if turn == self._turn:
            return
        self._finish_turn()
        turns, later = self._turns, self._later
        while later and later[0] < turn:
            self._come_back(sorted(turns.pop(heappop(later))))
        due = sorted(turns.pop(heappop(later))) if later and later[0] == turn else []
        self._turn, self._due, self._place = turn, [*due, (_NEVER,)], 0

    def _finish_turn(self) -> bool:
        """What comes back in this turn and has not yet; whether anything does in another one."""
        rest = self._due[self._place : -1]
        self._place = len(self._due) - 1
        self._come_back(rest)
        return bool(self._later)

    def _arrive(self, block: _Block, begin: int, stop: int) -> None:
        """The arrivals at these places of a block, and what comes back between them; what turns out otherwise is corrected."""
        first, starts, ends, outcomes, billed = block
        busy, cold, wait = self._busy, self._cold, self._waits[0]
        back = self._due[self._place][0]
        coming = zip(range(begin, stop), starts[begin:stop], ends[begin:stop], outcomes[begin:stop], strict=True)
        for place, at, end, outcome in coming:
            if back <= at:
                back = self._come_back_until(at)
            if busy[0] > at:
                self._luck[0][first + place] = end - at, outcome
                ends[place], outcomes[place], billed[place] = at, THROTTLED, 0
                self._plan(at, self._throttle_wait(0), first + place, at, 0, 1)
                continue
            if cold is not None:
                end, outcome = ends[place], outcomes[place] = cold.start(at, end - at, outcome)  # noqa: PLW2901  (with INIT)
                billed[place] = -((at - end) // US_PER_MS)
            heapreplace(busy, end)
            if outcome:
                self._plan(end, wait, first + place, at, 1, 0)

    def _come_back_until(self, at: int) -> int:
        """What comes back in this turn until then; when the next one does."""
        due, begin = self._due, self._place
        stop = begin + 1
        while due[stop][0] <= at:
            stop += 1
        self._place = stop
        self._come_back(due[begin:stop])
        return due[stop][0]

    def _come_back(self, due: Sequence[_Due]) -> None:
        """Another attempt of each of these."""
        busy, cold, tries, delivered = self._busy, self._cold, self._tries, 0
        for at, index, arrived, retries, throttles in due:
            if busy[0] > at:
                tries += (at, at, THROTTLED, 0, index)
                self._plan(at, self._throttle_wait(throttles), index, arrived, retries, throttles + 1)
                continue
            luck = self._luck[retries].pop(index, None)
            spent, outcome = luck or next(zip(*self._draw(retries, index, range(1)), strict=True))
            end = at + spent
            if cold is not None:
                end, outcome = cold.start(at, spent, outcome)
            heapreplace(busy, end)
            tries += (at, end, outcome, -((at - end) // US_PER_MS), index)
            if outcome:
                self._plan(end, self._waits[retries], index, arrived, retries + 1, 0)
            else:
                delivered += 1
        if due:
            self._unsettled -= delivered
            self._now = due[-1][0]

    def _plan(self, now: int, wait: int, index: int, arrived: int, retries: int, throttles: int) -> None:
        """Another try after a failure (ASYNC-3) or a throttle (ASYNC-4, ASYNC-9), unless the event is too old then: ASYNC-10."""
        at = now + wait
        if at > arrived + self._age:
            self._unsettled -= 1
            self._gone += (now, self._fate, index)
            self._luck[retries].pop(index, None)
        elif at > self._horizon:
            self._sim.kernel.cut = True
        else:
            turn = at >> self._bits
            if turn not in self._turns:
                self._turns[turn] = []
                heappush(self._later, turn)
            self._turns[turn].append((at, index, arrived, retries, throttles))


class _Cold:
    """Where initialising takes time: when an invocation ends that begins in whatever environment there is."""

    def __init__(self, sim: Sim) -> None:
        self._timeout = sim.function.timeout
        self._environments = sim.function.new_environments()
        self._running: list[tuple[int, int, int, bool]] = []  # a heap: (end, invocation, environment, initialise again)
        self._invocations = 0

    def start(self, at: int, spent: int, outcome: int) -> tuple[int, int]:
        """(end, outcome) of the next invocation, whose code takes so long and comes out so if it has the time."""
        while self._running and self._running[0][0] <= at:
            end, _, environment, reset = heappop(self._running)
            self._environments.free(end, environment, again=reset)
        environment, init, again, _ = self._environments.take(at)
        spent += again
        if spent > self._timeout:
            spent, outcome = self._timeout, TIMED_OUT
        self._invocations += 1
        end = at + init + spent
        heappush(self._running, (end, self._invocations, environment, outcome == TIMED_OUT))
        return end, outcome
