"""The batches of a lane: which records go to the function together, and when.

Models LD:invocation-eventsourcemapping, rule ESM-2, with the batching window and the ends of tumbling windows (STREAM-15). Units:
whole microseconds, bytes.
"""

from collections.abc import Callable

from simulations.engine.delivery.lanes import GATHERING, Lane, Part
from simulations.engine.delivery.shards import READ
from simulations.engine.delivery.stream_end import Endings
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.delivery.tumbling import Windows
from simulations.engine.kernel import POLLS
from simulations.engine.sim import Sim

_CLOSE = READ + 1  # at one instant, after shards are read


class Gathering:
    """`go(at, lane)` tries what a lane has next; `watch(lane)` is told of a batch that no record made."""

    def __init__(
        self, sim: Sim, settings: Settings, windows: Windows | None, endings: Endings, go: Callable[[int, Lane], None],
        watch: Callable[[Lane], None],
    ) -> None:  # fmt: skip
        self._sim = sim
        self._settings = settings
        self._windows = windows
        self._endings = endings
        self._go = go
        self._watch = watch
        self._rules = settings.source.rules
        self._room = settings.source.room
        self._rule = self._rules.batch if settings.factor == 1 else self._rules.lane

    def begun(self, at: int, lane: Lane) -> bool:
        """Whether there is a new batch: the next records, once the batching window lets them go."""
        settings = self._settings
        if self._windows is not None:
            last = self._windows.begin(at, lane)
            if last is not None:
                lane.parts.append(last)
                self._watch(lane)
                return True
        if not lane.waiting:
            lane.window_ends = -1
            return False
        ended = lane.window_ends == at
        if settings.window and not ended and not self.complete(lane):
            lane.state = GATHERING
            if lane.window_ends < at:
                lane.window_ends = at + settings.window
                self._sim.kernel.alarm(lane.window_ends, POLLS, _CLOSE, self._close, lane)
            return False
        lane.window_ends = -1
        if settings.source.drops_large:
            self._drop_large(at, lane)
        if not lane.waiting:
            return False
        most = settings.batch_size if self._windows is None else self._most(lane)
        count = lane.fitting(most, self._room)
        full = count < min(most, lane.waiting)
        if full:
            self._sim.log.limit(at, self._rules.full, "Payload", f"{self._room} bytes", None)
        events = lane.take(count)
        ids = [event.id for event in events]
        self._sim.log.received(at, self._rule, ids, [], lane.shard or lane.spot(events))
        first = settings.retries.first_wait
        lane.parts.append(Part(events, ids, first, first, self._rules.full if ended or full else self._rule))
        return True

    def _drop_large(self, at: int, lane: Lane) -> None:
        """What comes next and is larger than any payload never reaches the function."""
        while lane.waiting and lane.records[lane.first].size > self._room:
            self._endings.too_large(at, lane, lane.take(1)[0], f"{self._room} bytes")

    def complete(self, lane: Lane) -> bool:
        """ESM-2: whether a batch is full by number or by size, or its tumbling window has no more records (STREAM-15)."""
        most = self._most(lane)
        return lane.waiting >= most or lane.fitting(most, self._room) < lane.waiting

    def _most(self, lane: Lane) -> int:
        """How many records the next batch may have."""
        most = self._settings.batch_size
        if self._windows is None or lane.window is None:
            return most
        within = self._windows.within(lane, most)
        return within if within < min(most, lane.waiting) else most

    def _close(self, at: int, lane: Lane) -> None:
        """The batching window is over."""
        if lane.state == GATHERING and lane.window_ends == at:
            self._go(at, lane)
