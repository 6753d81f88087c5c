"""Asynchronous invocation of a plain function, in one loop: the same rules as `asynchronous` and `function`, made fast.

An ordinary event is accepted, tried at once, works and is delivered. Where nothing but the error rate decides, this loop does
that without a call for each step; whatever else happens to an event (a throttle, a failure, its age) goes through the
queue's own rules. `tests/properties/test_express.py` compares its runs row for row with those of the plain way.

Time is cut into pages shorter than any run of the code. So nothing that happens in a page can have a consequence in the same
page, and a page that was sorted once can be worked off from beginning to end. Units: whole microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain, islice
from typing import Any

from simulations.engine.delivery.documents import Ended
from simulations.engine.function import Ending
from simulations.engine.kernel import ARRIVALS, ENDS, RETURNS
from simulations.engine.sim import Sim
from simulations.engine.traffic import At, Event, ids, instants

# a page is 2^10 to 2^16 us, the longest that is shorter than every run
_SHORTEST, _LONGEST = 10, 16

_NEVER = 1 << 62
_STEP = 128  # things that happen in one go: so few that their rows are gone again before the garbage collector looks

# (time, rank, key, ...): an arrival goes on with (name, spent, ending), a return with (event, rule), an end with
# (name, ending, environment, event); there the event is still the entry of its arrival if nothing has happened to it
_Entry = tuple[Any, ...]
# (microseconds of the code, ending, luck of the next invocation where this one fails)
_Luck = tuple[int, Ending, Any]


def can_serve(sim: Sim, payload_bytes: int) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    return (
        sim.failures.by_chance
        and function.function.init_failure is None
        and function.limit > 0
        and not function.provisioned
        and not function.grows_slowly
        and function.least >> _SHORTEST > 0
        and not isinstance(traffic, At)
        and not traffic.bodies
        and traffic.size_bytes <= payload_bytes
    )


class Express:
    """The loop; it takes the kernel's place. `quiet`: nobody wants to hear of an event that worked."""

    def __init__(
        self, sim: Sim, throttled: Callable[[int, Event], None], ended: Callable[[int, Event, Ended], None],
        waits: Sequence[int], age: int, *, quiet: bool,
    ) -> None:  # fmt: skip
        assert not isinstance(sim.traffic, At)
        self._sim = sim
        self._traffic = sim.traffic
        self._throttled = throttled
        self._ended = ended
        self._waits = waits
        self._age = age
        self._bits = min(sim.function.least.bit_length() - 1, _LONGEST)
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else _NEVER
        self._worked, self._failed = sim.function.ending("ok"), sim.function.ending("raise")
        self._timed_out = sim.function.ending("timeout")
        self._quiet = self._worked if quiet else None
        self._running = self._invocations = 0
        self._idle: list[_Entry] = []  # the ends after which the environments are free, last used last
        self._ahead: dict[int, list[_Entry]] = {}  # by page
        self._pages: list[int] = []  # a heap of the pages ahead
        self._lucks: dict[int, _Luck] = {}  # of the next invocations of events that were throttled, by index
        self._entries = chain.from_iterable(self._turn())
        sim.step = self._step

    def come_back(self, at: int, event: Event, rule: str) -> None:
        """The event's next try is due then."""
        self._plan((at, RETURNS, event.index, event, rule, 0, None))

    def _plan(self, entry: _Entry) -> None:
        """Something for a later page."""
        page = entry[0] >> self._bits
        if entry[0] > self._horizon and entry[1] != ENDS:
            self._sim.kernel.cut = True
        elif page in self._ahead:
            self._ahead[page].append(entry)
        else:
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
            if times and times[-1] > self._horizon:
                kernel.cut = True
                times = times[: bisect_right(times, self._horizon)]
            if times:
                yield self._with_luck(first, times)
            if len(times) < len(block):
                return
            first += len(block)

    def _with_luck(self, first: int, times: list[int]) -> list[_Entry]:
        """Arrivals in a row; the first of them has this index."""
        count = len(times)
        names = ids(first, count)
        luck = self._luck(1, first, range(count))
        return list(zip(times, [ARRIVALS] * count, range(first, first + count), names, *luck, strict=True))

    def _luck(
        self, number: int, first: int, places: Sequence[int]
    ) -> tuple[list[int], list[Ending], list[_Luck | None]]:
        """How long the invocations with this number take, how they end, and what comes of those that follow a failure."""
        function, count = self._sim.function, len(places)
        spent = function.durations(number, first, places)
        endings = self._sim.failures.endings(number, first, places, self._worked, self._failed)
        if max(spent) > function.timeout:
            late = [time > function.timeout for time in spent]
            endings = [self._timed_out if is_late else ending for is_late, ending in zip(late, endings, strict=True)]
            spent = [min(time, function.timeout) for time in spent]
        later: list[_Luck | None] = [None] * count
        if number <= len(self._waits):
            failed = [place for place in range(count) if endings[place] is not self._worked]
            if failed:
                next_luck = self._luck(number + 1, first, [places[place] for place in failed])
                for place, luck in zip(failed, zip(*next_luck, strict=True), strict=True):
                    later[place] = luck
        return spent, endings, later

    def _turn(self) -> Iterator[list[_Entry]]:
        """Page after page, each when the one before it is done."""
        ahead, pages, bits = self._ahead, self._pages, self._bits
        blocks = self._arrivals()
        coming = next(blocks, [])
        arrival = coming[0][0] >> bits if coming else _NEVER
        while coming or pages:
            if pages and pages[0] < arrival:
                due = ahead.pop(heappop(pages))
                due.sort()
                yield due
                continue
            due = ahead.pop(heappop(pages)) if pages and pages[0] == arrival else []
            stop = bisect_left(coming, ((arrival + 1) << bits,))
            last, page = coming[stop - 1], arrival
            due += coming[:stop]
            due.sort()
            self._sim.unsettled += stop
            del coming[:stop]
            coming = coming or next(blocks, [])
            arrival = coming[0][0] >> bits if coming else _NEVER
            if arrival == page:
                # the page has arrivals of the next block too: what comes after those of this one waits for them
                rest = bisect_right(due, last)
                ahead[page] = due[rest:]
                heappush(pages, page)
                del due[rest:]
            yield due

    def _step(self, count: int) -> bool:  # noqa: PLR0915  # one loop: a call for each part would cost as much as the part
        """Let up to `count` things happen, one after the other; False when nothing is left."""
        sim, function, write = self._sim, self._sim.function, self._sim.log.rows.append
        idle, limit, kept, size = self._idle, function.limit, function.kept, self._traffic.size_bytes
        ahead, bits, quiet, timed_out = self._ahead, self._bits, self._quiet, self._timed_out
        waits, age = self._waits, self._age
        running, invocations, last_end, delivered = self._running, self._invocations, function.last_end, 0
        entry = None
        for entry in islice(self._entries, min(count, _STEP)):
            rank = entry[1]
            if rank == ENDS:
                last_end, _, _, name, ending, _, event, retries, later = entry
                running -= 1
                idle.append(entry)
                if ending is quiet:
                    write((12, last_end, "RUN-6", name, 0, None))
                    delivered += 1
                elif later is None or (again := last_end + waits[retries]) > event[0] + age:
                    self._end(last_end, event, retries, ending)
                else:
                    write((16, last_end, "ASYNC-3", [name], again))
                    self._plan((again, RETURNS, event[2], event, "ASYNC-3", retries + 1, later))
                continue
            if rank == ARRIVALS:
                at, _, _, name, spent, ending, later = event = entry
                rule, attempt, retries = "ASYNC-1", 1, 0
                write((0, at, "RUN-5", name, size, None, None))
                write((1, at, rule, name))
            else:
                at, _, _, event, rule, retries, luck = entry
                if luck is not None:
                    name, attempt = event[3], retries + 1
                    spent, ending, later = luck
            if running >= limit:
                self._refuse(at, event, retries, rule, entry[4:] if rank == ARRIVALS else luck)
                continue
            if rank == RETURNS and luck is None:
                name, attempt, retries, spent, ending, later = self._again(at, event)
            running += 1
            invocations += 1
            if idle and at - (last := idle[-1])[0] <= kept and last[4] is not timed_out:
                idle.pop()
                environment, init, environment_rule = last[5], 0, "MODEL-1"
            else:
                environment, init, environment_rule, spent, ending = self._environment(at, spent, ending)
            outcome, outcome_rule, error_type, response = ending
            end = at + init + spent
            write(
                (3, at, rule, outcome_rule, invocations, attempt, at, init, end, outcome, error_type, None,
                 (init + spent + 999) // 1000, response, None, environment, [name], [(name, retries + 1, None, retries)],
                 environment_rule)
            )  # fmt: skip
            entry = (end, ENDS, invocations, name, ending, environment, event, retries, later)  # noqa: PLW2901  (the old one is done)
            try:
                ahead[end >> bits].append(entry)
            except KeyError:
                self._plan(entry)
        self._running, self._invocations, function.last_end = running, invocations, last_end
        sim.unsettled -= delivered
        return entry is not None

    def _begun(self, arrival: _Entry, invocations: int, retries: int) -> Event:
        """An event that is no ordinary one any longer; so far it was never throttled."""
        event = Event(arrival[2], arrival[3], arrival[0], self._traffic.size_bytes)
        event.invocations = event.attempts = invocations
        event.retries = retries
        return event

    def _end(self, at: int, event: Event | _Entry, retries: int, ending: Ending) -> None:
        """An invocation ended in a way that the queue has to hear of."""
        event = event if isinstance(event, Event) else self._begun(event, retries + 1, retries)
        self._ended(at, event, ending)
        if event.settled:
            self._lucks.pop(event.index, None)

    def _refuse(self, at: int, event: Event | _Entry, retries: int, rule: str, luck: _Luck | None) -> None:
        """Throttled: the queue decides what follows."""
        sim = self._sim
        event = event if isinstance(event, Event) else self._begun(event, retries, retries)
        event.attempts += 1
        sim.throttle(at, rule, sim.function.refusal, event.attempts, [(event.id, None, None, event.retries)])
        if luck is not None:
            self._lucks[event.index] = luck
        self._throttled(at, event)
        if event.settled:
            self._lucks.pop(event.index, None)

    def _again(self, at: int, event: Event) -> tuple[str, int, int, int, Ending, None]:
        """An event's next invocation: (its id, attempt, retries, microseconds of the code, ending, nothing)."""
        event.attempts += 1
        event.invocations += 1
        event.throttles = 0
        luck = self._lucks.pop(event.index, None)
        if luck is not None:
            spent, ending, later = luck
            if later is not None:
                self._lucks[event.index] = later
            return event.id, event.attempts, event.retries, spent, ending, None
        spent, timeout = self._sim.function.duration((event,)), self._sim.function.timeout
        ending = self._failed if self._sim.failures.fails(event, at) else self._worked
        if spent > timeout:
            spent, ending = timeout, self._timed_out
        return event.id, event.attempts, event.retries, spent, ending, None

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
