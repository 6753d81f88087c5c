"""Which of its visible messages a standard queue hands out: any, or those that have been visible longest (MODEL-3)."""

from collections import deque
from typing import TypeVar

from simulations.engine.draws import Stream
from simulations.engine.sim import Sim

Message = TypeVar("Message")


def luck(sim: Sim) -> Stream:
    """What decides where any may come."""
    return sim.draws.purpose("receive").stream(0)


def drawn(visible: list[Message] | deque[Message], count: int, draws: Stream, before: int) -> tuple[list[Message], int]:
    """Take `count` messages out; with them, how many of them that took after those `before`."""
    if count >= len(visible):
        taken = list(visible)
        visible.clear()
        return taken, 0
    if isinstance(visible, deque):
        return [visible.popleft() for _ in range(count)], 0
    taken = []
    left = len(visible)
    for word in draws.words(before, count):
        left -= 1
        place = (word >> 32) * (left + 1) >> 32
        last = visible.pop()
        if place < left:
            taken.append(visible[place])
            visible[place] = last
        else:
            taken.append(last)
    return taken, count
