"""The queue and the stream of `simpy_programs` with a deque or list of one's own where those have a `simpy.Store`.

Less usual, and faster: SimPy hears of a message only when a poller waits for it, and of a record never. Units: seconds.
"""

import random
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import simpy

from simulations.benchmarks import simpy_programs as typical
from simulations.benchmarks.simpy_programs import Message, Result, Steps


class Queue(typical.Queue):
    """The messages in a deque, and for each idle poller an event that wakes it."""

    def __init__(self, env: simpy.Environment, events: int) -> None:
        super().__init__(env, events)
        self.messages: deque[Message] = deque()
        self.idle: list[simpy.Event] = []

    def waiting(self) -> int:
        return len(self.messages)

    def put(self, messages: list[Message]) -> None:
        self.messages.extend(messages)
        if self.idle:
            self.idle.pop().succeed()

    def poller(self) -> Steps:
        while not self.leaving:
            if not self.messages:
                woken = self.env.event()
                self.idle.append(woken)
                yield woken
            batch: list[Message] = []
            while self.messages and len(batch) < 10:
                self.take(self.messages.popleft(), batch)
            if batch:
                yield from self.invoke(batch)
        self.leaving -= 1
        self.pollers -= 1

    def hide(self, batch: list[Message], until: float) -> Steps:
        yield self.env.timeout(until - self.env.now)
        self.put(batch)

    def arrivals(self) -> Steps:
        for number in range(1, self.events + 1):
            yield self.env.timeout(random.expovariate(1_000))
            self.put([Message(number)])


def queue(events: int) -> Result:
    """Poll-based invocation from a standard queue."""
    return typical.run_queue(Queue(simpy.Environment(), events))


class Shard(typical.Shard):
    """The records that have arrived and are not read yet in a list."""

    def __init__(self, env: simpy.Environment, number: int, result: Result) -> None:
        super().__init__(env, number, result)
        self.arrived: list[int] = []

    def read(self) -> Generator[simpy.Event, Any, list[int]]:
        yield from ()  # there is nothing to wait for
        found, self.arrived = self.arrived, []
        return found


def stream(events: int) -> Result:
    """Poll-based invocation from a stream of ten shards."""
    result = Result()
    env = simpy.Environment()
    shards = [Shard(env, number, result) for number in range(10)]

    def arrivals() -> Steps:
        for number in range(1, events + 1):
            yield env.timeout(1 / 1_000)
            random.choice(shards).arrived.append(number)

    for shard in shards:
        env.process(shard.poll(events))
    env.process(arrivals())
    env.run()
    return result


PROGRAMS: dict[str, Callable[[int], Result]] = {"queue": queue, "stream": stream}
