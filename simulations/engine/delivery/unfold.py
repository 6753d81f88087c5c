"""The records of plain asynchronous runs, made from the pages of `express`.

A page says when each attempt starts and ends and how it came out. Here arrivals, returns and ends are put in the order in
which they happen, each start gets its execution environment, and everything is written down; what follows a failure or a
throttle is written by the queue's own rules. Units: whole microseconds.
"""

from collections.abc import Callable, Iterator
from itertools import count, repeat

from simulations.engine.delivery.documents import Ended
from simulations.engine.kernel import ARRIVALS, POLLS, RETURNS
from simulations.engine.pages import FAILED, THROTTLED, TIMED_OUT, TRY, WORKED, Page
from simulations.engine.sim import Sim
from simulations.engine.trace import Row
from simulations.engine.traffic import At, Event

_STEP = 64  # things that happen in one go: so few that their rows are gone again before the garbage collector looks

_NEVER = 1 << 62
# (time, rank, index, end, outcome, milliseconds billed)
_Start = tuple[int, int, int, int, int, int]
_LAST: _Start = (_NEVER - 1, POLLS, 0, 0, 0, 0)  # after everything; it is none


class Unfolding:
    """Makes the rows of page after page. `throttled` and `ended` are the queue's; `quiet`: nobody else hears of a success."""

    def __init__(
        self, sim: Sim, throttled: Callable[[int, Event], None], ended: Callable[[int, Event, Ended], None], *, quiet: bool
    ) -> None:  # fmt: skip
        assert not isinstance(sim.traffic, At)
        self._sim = sim
        self._size = sim.traffic.size_bytes
        self._throttled = throttled
        self._ended = ended
        self._quiet = WORKED if quiet else -1
        self._endings = {
            WORKED: sim.function.ending("ok"), FAILED: sim.function.ending("raise"), TIMED_OUT: sim.function.ending("timeout"),
        }  # fmt: skip
        self._environments = sim.function.new_environments()
        self._invocations = 0
        # what ends, in order: (time, invocation, index, outcome), and a last one that never does; the next of them
        self._ends: list[tuple[int, int, int, int]] = [(_NEVER, 0, 0, 0)]
        self._place = 0
        self._running: dict[int, tuple[str, int]] = {}  # their events and environments, by invocation
        self._events: dict[int, Event] = {}  # those that were tried in vain, by index
        self._rules: dict[int, str] = {}  # why each of them is tried again

    def come_back(self, at: int, event: Event, rule: str) -> None:  # noqa: ARG002  (the pages say when)
        """The queue says that it tries an event again, and why."""
        self._rules[event.index] = rule

    def rows(self, pages: Iterator[Page]) -> Iterator[list[Row]]:
        """The rows of all pages, in lists of any size."""
        step = self._sim.way.at_once(_STEP)
        for page in pages:
            starts = self._starts(page)
            for first in range(0, len(starts), step):
                self._write(starts[first : first + step])
                yield self._sim.log.take()
        self._write([_LAST])
        yield self._sim.log.take()

    def _starts(self, page: Page) -> list[_Start]:
        """What starts in a page, in order; when that ends, is added to what is under way."""
        starts: list[_Start] = list(
            zip(page.starts, repeat(ARRIVALS), count(page.first), page.ends, page.outcomes, page.billed)
        )
        tries = page.tries
        if tries:
            start, end, outcome, billed, index = (tries[place::TRY] for place in range(TRY))
            starts += zip(start, repeat(RETURNS), index, end, outcome, billed)
            starts.sort()
        begun = [one for one in starts if one[4] != THROTTLED] if THROTTLED in page.outcomes or tries else starts
        del self._ends[: self._place]
        self._place = 0
        self._ends += [
            (end, number, index, outcome)
            for number, (_, _, index, end, outcome, _) in enumerate(begun, self._invocations + 1)
        ]
        self._ends.sort()
        return starts

    def _write(self, starts: list[_Start]) -> None:
        """Write down these starts, and the ends before each of them."""
        write, size, quiet = self._sim.log.rows.append, self._size, self._quiet
        running, environments, events, endings = self._running, self._environments, self._events, self._endings
        idle, kept, number = environments.idle, environments.kept, self._invocations
        ends, place = self._ends, self._place
        ended = ends[place][0]
        for at, rank, index, end, outcome, billed in starts:
            while ended <= at:
                _, over, other, out = ends[place]
                name, environment = running.pop(over)
                idle.append((ended, environment, out == TIMED_OUT))
                if out == quiet:
                    write((12, ended, "RUN-6", name, 0, None))
                    if other in events:
                        del events[other], self._rules[other]
                else:
                    self._came_out(ended, other, out)
                place += 1
                ended = ends[place][0]
            if rank == ARRIVALS:
                name, rule, attempt, retries = str(index + 1), "ASYNC-1", 1, 0
                write((0, at, "RUN-5", name, size, None, None))
                write((1, at, rule, name))
                if outcome != quiet:
                    event = events[index] = Event(index, name, at, size, attempts=1)
                    event.invocations = int(outcome != THROTTLED)
            elif rank == RETURNS:
                event, rule = events[index], self._rules[index]
                event.attempts = attempt = event.attempts + 1
                name, retries = event.id, event.retries
                if outcome != THROTTLED:
                    event.invocations, event.throttles = retries + 1, 0
            else:
                break
            if outcome == THROTTLED:
                self._refused(at, rule, event)
                continue
            number += 1
            if idle and at - (last := idle[-1])[0] <= kept and not last[2]:
                environment, init, environment_rule = last[1], 0, "MODEL-1"
                del idle[-1]
            else:
                environment, init, _, environment_rule = environments.take(at)
            running[number] = name, environment
            result, outcome_rule, error_type, response = endings[outcome]
            write(
                (3, at, rule, outcome_rule, number, attempt, at, init, end, result, error_type, None,
                 billed, response, None, environment, [name], [(name, retries + 1, None, retries)],
                 environment_rule)
            )  # fmt: skip
        self._invocations, self._place = number, place

    def _came_out(self, at: int, index: int, outcome: int) -> None:
        """An invocation ended in a way that the queue has to hear of."""
        event = self._events[index]
        self._ended(at, event, self._endings[outcome])
        if event.settled:
            del self._events[index]
            self._rules.pop(index, None)

    def _refused(self, at: int, rule: str, event: Event) -> None:
        """An attempt was throttled, and the queue says what follows."""
        sim = self._sim
        sim.throttle(at, rule, sim.function.refusal, event.attempts, [(event.id, None, None, event.retries)])
        self._throttled(at, event)
        if event.settled:
            del self._events[event.index]
            self._rules.pop(event.index, None)
