"""A standard queue with a plain mapping, in one loop over numbers: the same rules as `queue`, `messages` and `pollers`.

Where nothing throttles and no execution environment takes time to start, a run of a batch ends before its messages come back.
Then what it leads to is known at its start: a message is a number, and each attempt one entry of the log, `QueuePage` by page.
Most batches hold only messages that are new and work, which is a range of numbers; `numbers` and `batch_runs` handle the others.
`tests/properties/test_express_queue.py` compares with the records of the plain way, which writes the rows wherever rows are
read. Units: whole microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import heappop, heappush, heapreplace
from typing import Any

from simulations.engine.delivery.aging import NEVER
from simulations.engine.delivery.batch_runs import END_BITS, ONE_MORE, UNCROWDED, Runs
from simulations.engine.delivery.numbers import Numbers
from simulations.engine.delivery.plain_queues import can_serve
from simulations.engine.delivery.pollers import Pollers
from simulations.engine.delivery.queue import Queue
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.draws import exponential
from simulations.engine.kernel import SCALING, Kernel
from simulations.engine.pages import QUEUE_TRY, WORKED, QueuePage
from simulations.engine.sim import Sim
from simulations.engine.trace import Log
from simulations.engine.units import US_PER_MS

_LAST = [NEVER]  # after all arrivals; it is none
_ENOUGH = 7_168  # numbers of attempts in a page, or a few more


def serve(sim: Sim, settings: Settings) -> Queue:
    """Put a mapping behind a queue's messages; rows are always written by the model itself."""
    queue = Queue(sim, settings)
    if sim.way.loops and can_serve(sim, settings):
        sim.pages = Express(sim, settings).pages()
    return queue


class Express:
    """The loop, and short cuts through all moments at which pollers do nothing but take batches."""

    def __init__(self, sim: Sim, settings: Settings) -> None:
        self._sim = sim
        self._settings = settings
        self._messages = Numbers(sim, settings, self._undecided)
        self._kernel = Kernel(sim.kernel.horizon)  # what pollers plan
        self._log = Log()  # what they say
        self._pollers = Pollers(
            self._kernel, self._log, settings.scale,
            waiting=lambda: self._messages.waiting, undecided=self._undecided, on_idle=self._wake,
        )  # fmt: skip
        self._runs = Runs(sim, settings, self._messages)
        self._enough = sim.way.at_once(_ENOUGH)
        self._horizon = sim.kernel.horizon if sim.kernel.horizon is not None else NEVER - 1
        self._planned = sim.planned if sim.event_limit is None else min(sim.planned, sim.event_limit)
        self._times: list[int] = []  # when messages arrive: that with index `_first` and later ones
        self._first = 0
        self._soon = NEVER  # when something happens, but for arrivals and ends
        self._wary_from = NEVER  # from then on batches are looked at message by message
        self._woken = False
        self._empty = self._now = self._last_end = 0

    def pages(self) -> Iterator[QueuePage]:
        """The whole log; at its end the run's parts know how it ended."""
        messages, ends, times, blocks = self._messages, self._runs.ends, self._times, self._runs.arrivals()
        times += next(blocks, _LAST)
        times += next(blocks, _LAST)
        self._begin(times[0])
        while True:
            at = self._next()
            if at < self._kernel.due and self._can_hand_on():
                self._hand_on()
                at = self._next()
            if times[-1] <= at and times[-1] < NEVER:  # what arrives next may come first
                yield self._page(messages.known)
                times += next(blocks, _LAST)
            elif at <= self._horizon:
                self._happen(at)
                if len(self._runs.tries) > self._enough:
                    yield self._page(messages.known)
            elif len(ends) > 1:
                self._free(ends[0] >> END_BITS)
            else:
                break
        arrived = self._first + times.index(NEVER)
        yield self._page(arrived)
        sim = self._sim
        sim.unsettled, sim.closing = messages.waiting + messages.asleep + arrived - messages.known, self._close
        sim.kernel.now, sim.function.last_end = max(self._now, messages.now), self._last_end

    def _page(self, stop: int) -> QueuePage:
        """The next piece of the log, with the arrivals of all messages before this one."""
        first, place, runs, gone = self._first, stop - self._first, self._runs, self._messages.gone
        page = QueuePage(first, self._times[:place], runs.tries.copy(), runs.scattered.copy(), gone.copy())
        for column in (runs.tries, runs.scattered, gone):
            column.clear()
        del self._times[:place]
        self._first = stop
        self._now = max([self._now, *page.times[-1:], *(row[1] for row in self._log.take())])
        self._last_end = max([self._last_end, *page.tries[1::QUEUE_TRY]])
        return page

    def _begin(self, first: int) -> None:
        """Plan what pollers do, given when the first message arrives."""
        settings, messages = self._settings, self._messages
        self._kernel.alarm(settings.starts, SCALING, 0, self._start, None)
        if settings.disabled is not None:
            self._kernel.alarm(settings.disabled, SCALING, 1, self._stop, None)
        messages.begin(first)
        self._wary_from = 0 if messages.doom.at_times else messages.careful_from
        self._soon = self._soonest()

    def _start(self, at: int, _: Any) -> None:
        if self._undecided():
            self._pollers.begin(at)

    def _stop(self, at: int, _: Any) -> None:
        if self._pollers.polling and self._undecided():
            self._pollers.stop(at, "RUN-7")

    def _undecided(self) -> bool:
        """Whether the fate of a message, arrived or still to come, is open."""
        messages = self._messages
        return bool(messages.known < self._planned or messages.waiting or messages.asleep or len(self._runs.ends) > 1)

    def _wake(self, _: int) -> None:
        self._woken = True

    def _soonest(self) -> int:
        """When something happens but for arrivals and ends; the horizon is passed after that."""
        return min(self._kernel.due, self._messages.soonest(), self._horizon + 1)

    def _next(self) -> int:
        """When something happens; an arrival does nothing while all pollers are busy and there will be no more of them."""
        pollers, at = self._pollers, min(self._runs.ends[0] >> END_BITS, self._soon)
        if pollers.idle or not pollers.settled:
            at = min(at, self._times[self._messages.known - self._first])
        return at

    def _can_hand_on(self) -> bool:
        """Whether arrivals, ends of batches and returns are all that may happen next, one batch at a time."""
        pollers, messages, busy = self._pollers, self._messages, len(self._runs.ends) - 1
        crowded = messages.pool or messages.asleep > UNCROWDED or busy + len(pollers.idle) > pollers.target
        if crowded or self._runs.told or not pollers.calm:
            return False
        return not messages.visible if pollers.idle else pollers.settled

    def _hand_on(self) -> None:
        """Until something else is due: what is visible goes to a poller that is done with its batch, or idle."""
        function, pollers, messages, runs = self._sim.function, self._pollers, self._messages, self._runs
        timeout, least, per_event, mean = function.timeout, function.least, function.per_event, function.mean
        ends, idle, settled, enough = runs.ends, pollers.idle, pollers.settled, self._enough
        tries, words, rests, drawn_from = runs.tries, runs.words, runs.rests, runs.drawn_from
        line, hidden, settings = messages.line, messages.hidden, self._settings
        times, first, head, known, odd = self._times, self._first, messages.head, messages.known, messages.odd
        size, oldest_first, never = settings.batch_size, settings.oldest_first, NEVER
        back = hidden[0][0] if hidden else never
        now, place, until = -1, known - first, min(self._kernel.due, self._horizon + 1, times[-1], self._wary_from)
        while settled or idle:
            end = ends[0] >> END_BITS  # if somebody waits, this moment is not over
            at = end if not idle else now if line or head < known else min(end, times[place], back)
            if at >= until:
                break
            now, stop, spent = at, head + size, never
            if back <= at:
                messages.head = head
                known = messages.join(at, times, first)
                place, odd, back = known - first, min(odd, line[0][0]), hidden[0][0] if hidden else never
            if stop > known or not oldest_first:
                place = bisect_right(times, at, place)
                known = first + place
                if stop > known:
                    stop = known
                    if stop == head and not line:  # a batch ended, and nobody waits
                        heappop(ends)
                        idle.append(at)
                        continue
                if known - head + messages.back > size and not oldest_first:
                    break
            if head < stop <= odd and (not line or stop - head == size):
                rest = rests[head - drawn_from] if rests else int(mean * exponential(words[head - drawn_from]))
                spent = least + per_event * (stop - head) + rest
            if spent > timeout:  # not only new ones that work
                messages.head, messages.known = head, known
                key = self._receive(at, size)
                until = at if runs.told or messages.asleep > UNCROWDED or len(tries) > enough else until
                head, odd, back = messages.head, messages.odd, hidden[0][0] if hidden else never
            else:
                runs.serial, done = runs.serial + ONE_MORE, stop - head
                tries += (at, at + spent, WORKED, -(-spent // US_PER_MS), done, done, head)
                key, head = at + spent << END_BITS | runs.serial | done, stop
            if at == end and key:
                heapreplace(ends, key)
            elif key:
                heappush(ends, key)
                pollers.take(at)
        messages.head = head
        self._hold(now)

    def _receive(self, at: int, most: int) -> int:
        """A poller receives up to so many messages: the number that stands for their run; 0: there was none to receive."""
        batch, count = self._messages.take(at, most)
        if not batch:
            self._empty += 1
            return 0
        return self._runs.begin(at, batch, count)

    def _hold(self, at: int) -> None:
        """Handing on comes to a halt; this moment may not be over."""
        pollers, messages = self._pollers, self._messages
        place = messages.join(at, self._times, self._first) - self._first
        messages.known = self._first + bisect_right(self._times, at, place)
        self._soon = self._soonest()
        if (pollers.idle or not pollers.settled) and messages.visible:
            self._free(at)
            self._poll(at)

    def _happen(self, at: int) -> None:
        """All that happens at one moment, and before it without anybody looking."""
        pollers, messages, times, first = self._pollers, self._messages, self._times, self._first
        messages.known = first + bisect_left(times, at, messages.known - first)
        woken = self._free(at)
        if self._soon <= at:
            woken |= messages.come_back(at)
        if times[messages.known - first] == at:
            messages.known = first + bisect_right(times, at, messages.known - first)
            if pollers.idle:
                woken = True
            elif not pollers.settled:
                self._grow(at)
        if self._soon <= at:
            pollers.busy, self._woken = len(self._runs.ends) - 1, woken
            while self._kernel.due <= at:
                self._kernel.step(1)
            woken = self._woken
            self._soon = self._soonest()
        if woken:
            self._poll(at)

    def _free(self, at: int) -> bool:
        """Runs that end now; whether pollers are idle then."""
        ends, pollers, told, woken = self._runs.ends, self._pollers, self._runs.told, False
        while ends[0] >> END_BITS <= at:
            key = heappop(ends)
            if pollers.calm and not told:
                if len(ends) + len(pollers.idle) <= pollers.target:
                    pollers.idle.append(at)
            else:
                pollers.busy = len(ends)
                if key in told:
                    handled, kept, failed = told.pop(key)
                    if failed:
                        pollers.failed(at)
                    self._messages.ended(at, handled, kept)
                pollers.release(at)
                self._soon = min(self._soon, self._kernel.due)
            woken |= bool(pollers.idle)
        return woken

    def _grow(self, at: int) -> None:
        self._pollers.grow(at)
        self._soon = min(self._soon, self._kernel.due)

    def _poll(self, at: int) -> None:
        """Idle pollers receive what is visible, and run it."""
        pollers, idle, messages = self._pollers, self._pollers.idle, self._messages
        while idle and messages.waiting:
            most = self._settings.batch_size
            if messages.asleep > UNCROWDED:
                most = self._runs.room(at, most)
            key = self._receive(at, most) if most else 0
            if not key:
                break
            heappush(self._runs.ends, key)
            pollers.take(at)
        self._soon = min(self._soon, messages.soonest())
        if not (idle or pollers.settled) and messages.waiting:
            self._grow(at)

    def _close(self, at: int) -> None:
        """What is counted rather than recorded, as `Queue` counts it."""
        sim, pollers, runs = self._sim, self._pollers, self._runs
        pollers.finish(at)
        sim.count("receives", runs.invocations)
        sim.count("empty_receives", self._empty + pollers.empty_receives)
        sim.count("deletes", runs.deletes)
        sim.count("sends", self._first)
