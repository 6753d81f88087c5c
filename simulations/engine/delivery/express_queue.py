"""A standard queue with a plain mapping, in one loop over numbers: the same rules as `queue`, `messages` and `pollers`.

Where nothing throttles and no execution environment takes time to start, a run of a batch ends before its messages come back.
Then what it leads to is known at its start: a message is a number, a batch a list of them, and each attempt one entry of the
log, `QueuePage` by page. Most batches hold only messages that are new and work; the others are looked at one by one.
`tests/properties/test_express_queue.py` compares with the records of the plain way, which writes the rows wherever rows are
read. Units: whole microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import heappop, heapreplace
from typing import Any

from simulations.engine.delivery.aging import NEVER
from simulations.engine.delivery.batch_runs import END_BITS, ONE_MORE, UNCROWDED, Runs
from simulations.engine.delivery.messages import RECEIVE_MOST
from simulations.engine.delivery.numbers import Numbers
from simulations.engine.delivery.pollers import LONG_POLL, MOST, Pollers
from simulations.engine.delivery.queue import BATCH_BYTES, Queue
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.draws import exponential
from simulations.engine.kernel import SCALING, Kernel
from simulations.engine.pages import QUEUE_TRY, WORKED, QueuePage
from simulations.engine.sim import Sim
from simulations.engine.trace import Log
from simulations.engine.traffic import At
from simulations.engine.units import US_PER_MS

_LAST = [NEVER]  # after all arrivals; it is none
_ENOUGH = 3_072  # numbers of attempts in a page, or a few more


def can_serve(sim: Sim, settings: Settings) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    most = settings.scale.maximum_concurrency
    return (
        sim.failures.unplanned
        and not isinstance(traffic, At)
        and not traffic.bodies
        and function.function.init_failure is None
        and not function.init
        and not function.provisioned
        and not function.grows_slowly
        and function.limit >= min(MOST if most is None else most, sim.planned)
        and function.least > 0
        and function.timeout <= settings.visibility
        and settings.batch_size <= RECEIVE_MOST
        and settings.batch_size * traffic.size_bytes <= BATCH_BYTES
        and not (settings.window or settings.filters or settings.pipe or settings.fair)
        and settings.fifo is None
        and settings.later is None
        and settings.denied is None
        and settings.scale.provisioned is None
    )


def serve(sim: Sim, settings: Settings) -> Queue:
    """Put a mapping behind a queue's messages; rows are always written by the model itself."""
    queue = Queue(sim, settings)
    if sim.way.loops and can_serve(sim, settings):
        sim.pages = Express(sim, settings).pages()
    return queue


class Express:
    """The loop."""

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
        self._first = self._place = self._arrived = 0  # those before `_place` are here
        self._soon = NEVER  # when something happens, but for arrivals and ends
        self._wary_from = NEVER  # from then on batches are looked at message by message
        self._woken = False
        self._empty = self._now = self._last_end = 0

    def pages(self) -> Iterator[QueuePage]:
        """The whole log; at its end the run's parts know how it ended."""
        pollers, ends, times, blocks = self._pollers, self._runs.ends, self._times, self._blocks()
        times += next(blocks, _LAST)
        times += next(blocks, _LAST)
        self._begin(times[0])
        while True:
            if not pollers.idle:
                self._hand_on()
            end = ends[0] >> END_BITS
            at = min(end, self._soon)
            if (pollers.idle or not pollers.settled) and times[self._place] < at:
                at = times[self._place]
            if times[-1] <= at and times[-1] < NEVER:  # what arrives next may come first
                yield self._page()
                times += next(blocks, _LAST)
            elif at <= self._horizon:
                self._happen(at)
                if len(self._runs.tries) > self._enough:
                    yield self._page()
            elif len(ends) > 1:
                self._free(end)
            else:
                break
        self._place = times.index(NEVER)
        unseen = self._first + self._place - self._arrived
        yield self._page()
        sim, messages = self._sim, self._messages
        sim.unsettled, sim.closing = messages.waiting + messages.asleep + unseen, self._close
        sim.kernel.now, sim.function.last_end = max(self._now, messages.now), self._last_end

    def _blocks(self) -> Iterator[list[int]]:
        """When messages arrive; what comes of their first invocations is drawn with them."""
        for first, times in self._sim.instants():
            self._runs.arrive(first, len(times))
            yield times

    def _page(self) -> QueuePage:
        """The next piece of the log."""
        place, times, columns = self._place, self._times, (self._runs.tries, self._runs.members, self._messages.gone)
        page = QueuePage(self._first, times[:place], *(column.copy() for column in columns))
        for column in columns:
            column.clear()
        del times[:place]
        self._first, self._place = self._first + place, 0
        self._messages.forget()
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
        return bool(self._arrived < self._planned or messages.waiting or messages.asleep or len(self._runs.ends) > 1)

    def _wake(self, _: int) -> None:
        self._woken = True

    def _soonest(self) -> int:
        """When something happens but for arrivals and ends; the horizon is passed after that."""
        return min(self._kernel.due, self._messages.soonest(), self._horizon + 1)

    def _hand_on(self) -> None:
        """While no poller is idle and nothing else may be due: who is done with a batch takes the next one."""
        function, pollers, messages, runs = self._sim.function, self._pollers, self._messages, self._runs
        if runs.told or not (pollers.settled and pollers.calm) or messages.asleep > UNCROWDED:
            return
        timeout, least, per_event, mean = function.timeout, function.least, function.per_event, function.mean
        visible, doomed, received, ends = messages.visible, messages.doom.next, messages.receives.keys(), runs.ends
        tries, members, words, words_from, told = runs.tries, runs.members, runs.words, runs.words_from, runs.told
        times, size, oldest_first = self._times, self._settings.batch_size, self._settings.oldest_first
        first, place, head, most = self._first, self._place, messages.head, pollers.target + 1
        until = min(self._soon, times[-1], self._wary_from)
        at = ends[0] >> END_BITS
        while at < until and len(ends) <= most and len(tries) <= self._enough:
            if times[place] <= at:
                stop = bisect_right(times, at, place)
                visible += range(first + place, first + stop)
                place = stop
            taken = visible[head : head + size]
            if not taken or not (oldest_first or len(visible) - head <= size):
                break
            index, count, spent, outcome = taken[0], len(taken), NEVER, WORKED
            done = count
            if doomed.isdisjoint(taken) and received.isdisjoint(taken):
                if index >= words_from:
                    spent = least + per_event * count
                    if mean:
                        spent += int(mean * exponential(words[index - words_from]))
            elif not messages.exhausted.isdisjoint(taken):
                break
            head += count
            runs.serial += ONE_MORE
            if spent > timeout:
                spent, outcome, done = runs.judge(at, taken)
                until = at if told or messages.asleep > UNCROWDED else min(until, messages.soonest())
            end = at + spent
            heapreplace(ends, end << END_BITS | runs.serial | done)
            tries += (at, end, outcome, -(-spent // US_PER_MS), count, done)
            members += taken
            at = ends[0] >> END_BITS
        self._place, self._arrived, self._soon = place, first + place, min(self._soon, messages.soonest())
        messages.head = head
        if not oldest_first:
            del visible[:head]
            messages.head = 0

    def _happen(self, at: int) -> None:
        """All that happens at one moment, and before it without anybody looking."""
        pollers, times = self._pollers, self._times
        if times[self._place] < at:
            self._arrive(bisect_left(times, at, self._place))
        woken = self._free(at)
        if self._soon <= at:
            woken |= self._messages.come_back(at, self._arrived)
        if times[self._place] == at:
            self._arrive(bisect_right(times, at, self._place))
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

    def _arrive(self, stop: int) -> None:
        """The arrivals up to this place of `times`."""
        self._messages.visible += range(self._first + self._place, self._first + stop)
        self._place, self._arrived = stop, self._first + stop

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
        visible, size, wary = messages.visible, self._settings.batch_size, at >= self._wary_from
        while idle and len(visible) - messages.head > messages.stale:
            most = size if messages.asleep <= UNCROWDED else self._runs.room(at, size)
            taken = messages.draw(most)
            plain = not wary and messages.plain(taken)
            if not plain:
                taken = messages.sift(at, taken, most)
            if not taken:
                self._empty += most > 0
                break
            self._runs.begin(at, taken, plain=plain)
            if at - idle[-1] < LONG_POLL:
                del idle[-1]
            else:
                pollers.take(at)
        self._soon = min(self._soon, messages.soonest())
        if not (idle or pollers.settled) and len(visible) - messages.head > messages.stale:
            self._grow(at)

    def _close(self, at: int) -> None:
        """What is counted rather than recorded, as `Queue` counts it."""
        sim, pollers, runs = self._sim, self._pollers, self._runs
        pollers.finish(at)
        sim.count("receives", runs.invocations)
        sim.count("empty_receives", self._empty + pollers.empty_receives)
        sim.count("deletes", runs.deletes)
        sim.count("sends", self._first)
