"""Asynchronous invocation of a plain function, in one loop: the same rules as `asynchronous` and `function`, made fast.

An ordinary event is accepted, tried at once, works and is delivered. Where nothing but the error rate decides, this loop does
that without a call for each step; whatever else happens to an event (a throttle, a failure, its age) goes through the
queue's own rules. `tests/properties/test_express.py` compares its runs row for row with those of the plain way.

Time is cut into pages shorter than any run of the code. So nothing that happens in a page can have a consequence in the same
page, and a page that was sorted once can be worked off from beginning to end. Units: whole microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import chain, islice
from typing import Any

from simulations.engine.delivery.documents import Ended
from simulations.engine.function import Ending
from simulations.engine.kernel import ARRIVALS, ENDS, RETURNS
from simulations.engine.sim import Sim
from simulations.engine.traffic import At, Event, instants

# a page is 2^10 to 2^16 us, the longest that is shorter than every run
_SHORTEST, _LONGEST = 10, 16

_STEP = 128  # things that happen in one go: so few that their rows are gone again before the garbage collector looks

# (time, rank, key, ...): an arrival goes on with (name, spent, ending), a return with (event, rule), an end with
# (name, ending, environment, event); there the event is still the entry of its arrival if nothing has happened to it
_Entry = tuple[Any, ...]


def can_serve(sim: Sim, payload_bytes: int) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    return (
        sim.failures.by_chance
        and function.function.init_failure is None
        and function.limit > 0
        and function.least >> _SHORTEST > 0
        and not isinstance(traffic, At)
        and traffic.size_bytes <= payload_bytes
    )


class Express:
    """The loop; it takes the kernel's place. `quiet`: nobody wants to hear of an event that worked."""

    def __init__(
        self, sim: Sim, throttled: Callable[[int, Event], None], ended: Callable[[int, Event, Ended], None], quiet: bool
    ) -> None:
        assert not isinstance(sim.traffic, At)
        self._sim = sim
        self._traffic = sim.traffic
        self._throttled = throttled
        self._ended = ended
        self._bits = min(sim.function.least.bit_length() - 1, _LONGEST)
        self._horizon = sim.kernel.horizon
        self._worked, self._failed = sim.function.ending("ok"), sim.function.ending("raise")
        self._timed_out = sim.function.ending("timeout")
        self._quiet = self._worked if quiet else None
        self._running = self._invocations = 0
        self._idle: list[_Entry] = []  # the ends after which the environments are free, last used last
        self._ahead: dict[int, list[_Entry]] = {}  # by page
        self._pages: list[int] = []  # a heap of the pages ahead
        self._entries = chain.from_iterable(self._turn())
        sim.step = self._step

    def come_back(self, at: int, event: Event, rule: str) -> None:
        """The event's next try is due then."""
        page = at >> self._bits
        if self._horizon is not None and at > self._horizon:
            self._sim.kernel.cut = True
        elif page in self._ahead:
            self._ahead[page].append((at, RETURNS, event.index, event, rule))
        else:
            self._begin(page, (at, RETURNS, event.index, event, rule))

    def _begin(self, page: int, entry: _Entry) -> None:
        """Plan the first thing of a later page."""
        self._ahead[page] = [entry]
        heappush(self._pages, page)

    def _arrivals(self) -> Iterator[list[_Entry]]:
        """All arrivals with the luck of their first invocations, in blocks."""
        kernel, most = self._sim.kernel, self._sim.event_limit
        first = 0
        for block in instants(self._traffic, self._sim.draws):
            times = block
            if most is not None:
                times = times[: most - first]
            if kernel.horizon is not None and times and times[-1] > kernel.horizon:
                kernel.cut = True
                times = times[: bisect_right(times, kernel.horizon)]
            if times:
                yield self._with_luck(first, times)
            if len(times) < len(block):
                return
            first += len(block)

    def _with_luck(self, first: int, times: list[int]) -> list[_Entry]:
        """Arrivals in a row; the first of them has this index."""
        sim, timeout, count = self._sim, self._sim.function.timeout, len(times)
        names = map(str, range(first + 1, first + count + 1))
        spent = sim.function.first_durations(first, count)
        endings = sim.failures.first_endings(first, count, self._worked, self._failed)
        if max(spent) > timeout:
            endings = [self._timed_out if time > timeout else ending for time, ending in zip(spent, endings, strict=True)]
            spent = [min(time, timeout) for time in spent]
        return list(zip(times, [ARRIVALS] * count, range(first, first + count), names, spent, endings, strict=True))

    def _turn(self) -> Iterator[list[_Entry]]:
        """Page after page, each when the one before it is done."""
        ahead, pages, bits = self._ahead, self._pages, self._bits
        blocks = self._arrivals()
        coming = next(blocks, [])
        while coming or pages:
            page = coming[0][0] >> bits if coming else pages[0]
            due: list[_Entry] = []
            if pages and pages[0] <= page:
                page = heappop(pages)
                due = ahead.pop(page)
            after = (page + 1) << bits
            stop = bisect_left(coming, (after,))
            if stop:
                last = coming[stop - 1]
                due += coming[:stop]
                del coming[:stop]
                self._sim.unsettled += stop
                coming = coming or next(blocks, [])
            due.sort()
            if stop and coming and coming[0][0] < after:
                # the page has arrivals of the next block too: what comes after those of this one waits for them
                rest = bisect_right(due, last)
                ahead[page] = due[rest:]
                heappush(pages, page)
                del due[rest:]
            yield due

    def _step(self, count: int) -> bool:
        """Let up to `count` things happen, one after the other; False when nothing is left."""
        sim, function, write = self._sim, self._sim.function, self._sim.log.rows.append
        idle, limit, kept, size = self._idle, function.limit, function.kept, self._traffic.size_bytes
        ahead, bits, quiet, timed_out = self._ahead, self._bits, self._quiet, self._timed_out
        running, invocations, last_end, delivered = self._running, self._invocations, function.last_end, 0
        entry = None
        for entry in islice(self._entries, min(count, _STEP)):
            rank = entry[1]
            if rank == ENDS:
                at, _, _, name, ending, _, event = entry
                running -= 1
                last_end = at
                idle.append(entry)
                if ending is quiet:
                    write((12, at, "RUN-6", name, 0, None))
                    delivered += 1
                else:
                    self._ended(at, event if type(event) is Event else self._begun(event, 1), ending)
                continue
            if rank == ARRIVALS:
                at, _, _, name, spent, ending = event = entry
                rule, attempt, retries = "ASYNC-1", 1, 0
                write((0, at, "RUN-5", name, size, None, None))
                write((1, at, rule, name))
            else:
                at, _, _, event, rule = entry
            if running >= limit:
                self._refuse(at, event if rank == RETURNS else self._begun(event, 0), rule)
                continue
            if rank == RETURNS:
                name, attempt, retries, spent, ending = self._again(at, event)
            running += 1
            invocations += 1
            if idle and at - idle[-1][0] <= kept and idle[-1][4] is not timed_out:
                environment, init, environment_rule = idle.pop()[5], 0, "MODEL-1"
            else:
                environment, init, environment_rule, spent, ending = self._environment(at, spent, ending)
            outcome, outcome_rule, error_type, response = ending
            end = at + init + spent
            write(
                (3, at, rule, outcome_rule, invocations, attempt, at, init, end, outcome, error_type, None,
                 -(-(init + spent) // 1000), response, None, environment, [name], [(name, retries + 1, None, retries)],
                 environment_rule)
            )  # fmt: skip
            page = end >> bits
            if page in ahead:
                ahead[page].append((end, ENDS, invocations, name, ending, environment, event))
            else:
                self._begin(page, (end, ENDS, invocations, name, ending, environment, event))
        self._running, self._invocations, function.last_end = running, invocations, last_end
        sim.unsettled -= delivered
        return entry is not None

    def _begun(self, arrival: _Entry, invocations: int) -> Event:
        """An event that is no ordinary one any longer; so far it had this many invocations, and no other attempts."""
        at, _, index, name, _, _ = arrival
        event = Event(index, name, at, self._traffic.size_bytes)
        event.invocations = event.attempts = invocations
        return event

    def _refuse(self, at: int, event: Event, rule: str) -> None:
        """Throttled: the queue decides what follows."""
        event.attempts += 1
        sim = self._sim
        sim.throttle(at, rule, sim.function.refusal, event.attempts, [(event.id, None, None, event.retries)])
        self._throttled(at, event)

    def _again(self, at: int, event: Event) -> tuple[str, int, int, int, Ending]:
        """An event's next invocation: (its id, attempt, retries, microseconds of the code, ending)."""
        event.attempts += 1
        event.invocations += 1
        event.throttles = 0
        spent, timeout = self._sim.function.duration((event,)), self._sim.function.timeout
        ending = self._failed if self._sim.failures.fails(event, at) else self._worked
        if spent > timeout:
            spent, ending = timeout, self._timed_out
        return event.id, event.attempts, event.retries, spent, ending

    def _environment(self, at: int, spent: int, ending: Ending) -> tuple[int, int, str, int, Ending]:
        """An environment that has to be initialised, and what that changes: (environment, init, rule, spent, ending)."""
        function, idle = self._sim.function, self._idle
        last = idle.pop() if idle else None
        if last is not None and at - last[0] <= function.kept:
            environment, init, again, rule = last[5], 0, function.init, "INIT-3"
        else:
            idle.clear()  # all others have been idle for longer still
            environment, init, again, rule = function.new_environment(expired=last is not None)
        if spent + again > function.timeout:
            return environment, init, rule, function.timeout, self._timed_out
        return environment, init, rule, spent + again, ending
