"""Tumbling windows: what a stream's records of some minutes come to, and the invocation at the end of each window.

Models LD:services-kinesis-windows and LD:services-ddb-windows, rule STREAM-15. A record belongs to a window by its arrival; a
batch holds records of one window. When the window is over the function is invoked once more, for the result, and nothing
else of the shard goes on until that has worked or is given up. That last invocation is an event of its own here, so that it
has a fate: it arrives when its window is over. Units: whole microseconds, bytes.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulations.engine.delivery.lanes import Lane, Part
from simulations.engine.kernel import POLLS
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event

RULE = "STREAM-15"
_STATE = number(RULE, "state_bytes")
_KEY = str(value(RULE, "state_key"))
NAME = "window-"  # and a number: what the last invocation of a window is called
_LATER = 3  # after reads and batching windows of the same instant


class Tumbling(msgspec.Struct, frozen=True, kw_only=True):
    """`length` of a window, `wait` for records that come late, and by how many bytes each record makes the state grow."""

    length: int
    wait: int
    grows_by: int


class Window(msgspec.Struct, gc=False, eq=False):
    """An open window of a lane: when it ends, the records and the bytes in its state, and whether it was cut short."""

    ends: int
    records: int = 0
    size: int = 0
    early: bool = False


class Windows:
    """`go(at, lane)` lets a lane go on that has nothing running."""

    def __init__(self, sim: Sim, tumbling: Tumbling, first_wait: int, go: Callable[[int, Lane], None]) -> None:
        self._sim = sim
        self._tumbling = tumbling
        self._first_wait = first_wait
        self._go = go
        self._made = 0
        sim.function.response = sim.function.carried = {_KEY: {}}  # code carries its state on

    def begin(self, at: int, lane: Lane) -> Part | None:
        """Before a batch: the last invocation of a window that is over, or None; then a window is open for what waits."""
        window = lane.window
        if window is not None:
            late = (
                lane.records[lane.first].at >= window.ends if lane.waiting else at >= window.ends + self._tumbling.wait
            )
            if window.early or late:
                lane.window = None
                if window.records:
                    return self._last(at, lane)
        if lane.window is None and lane.waiting:
            length = self._tumbling.length
            lane.window = Window((lane.records[lane.first].at // length + 1) * length)
            self._sim.kernel.alarm(max(lane.window.ends + self._tumbling.wait, at), POLLS, _LATER, self._look, lane)
        return None

    def within(self, lane: Lane, most: int) -> int:
        """How many of the next records, up to `most`, belong to the open window; more are to come while it equals `waiting`."""
        window = lane.window
        assert window is not None, "a window is opened before its records are counted"
        most = min(most, lane.waiting)
        for place in range(lane.first, lane.first + most):
            if lane.records[place].at >= window.ends:
                return place - lane.first
        return most

    def handled(self, at: int, lane: Lane, events: list[Event], response: Any) -> None:
        """The function has taken these records into its state; a state that is too large ends the window early."""
        window = lane.window
        if window is None:
            return  # its last invocation
        window.records += len(events)
        told = response is not self._sim.function.response and isinstance(response, dict)
        size = len(msgspec.json.encode(response.get(_KEY))) if told else 0
        window.size = max(size, window.size + self._tumbling.grows_by * len(events))
        if window.size > _STATE and not window.early:
            window.early = True
            self._sim.log.limit(at, RULE, "State", f"{_STATE} bytes", events[-1].id)

    def _look(self, at: int, lane: Lane) -> None:
        """A window has waited long enough for its last record."""
        if lane.resting:
            self._go(at, lane)

    def _last(self, at: int, lane: Lane) -> Part | None:
        """The last invocation of a window comes into being."""
        sim = self._sim
        if sim.room is not None:
            sim.room -= 1
            if sim.room < 0:
                return None  # the run says at its end that it was cut
        self._made += 1
        event = Event(sim.planned + self._made - 1, f"{NAME}{self._made}", at, 0, shard=lane.shard)
        sim.arrive(at, RULE, event)
        return Part([event], [event.id], self._first_wait, self._first_wait, RULE)


def carries_state(response: Any) -> bool:
    """Whether an answer has the state that each invocation of a window must return."""
    return isinstance(response, dict) and _KEY in response
