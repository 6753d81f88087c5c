"""The workloads as a person who knows SimPy would write them: a process an event or a poller, a log entry an attempt.

They are meant to be ordinary, neither tuned nor slowed down: what waits, waits in a `simpy.Store`. `simpy_deques` has the same
with a deque of one's own in its place. Units: seconds, as usual in SimPy.
"""

import random
from collections.abc import Callable, Generator
from math import ceil
from typing import Any

import simpy

from simulations.benchmarks.workloads import POISON_EVERY, STREAM_POISON_EVERY

Steps = Generator[simpy.Event, Any, None]
Attempt = tuple[Any, ...]


class Result:
    """What a program leaves behind; `delivered` and `captured` count events."""

    def __init__(self) -> None:
        self.log: list[Attempt] = []
        self.delivered = 0
        self.captured = 0


def asynchronous(events: int) -> Result:
    """Asynchronous invocation: retries after one and two minutes, longer and longer waits after throttles."""
    result = Result()
    env = simpy.Environment()
    function = simpy.Resource(env, capacity=100)

    def event(number: int) -> Steps:
        arrived = env.now
        attempt = retries = throttles = 0
        while True:
            attempt += 1
            if function.count >= function.capacity:
                result.log.append((env.now, env.now, number, attempt, "throttled", 0))
                wait = min(300, 2**throttles)
                throttles += 1
            else:
                throttles = 0
                with function.request() as request:
                    yield request
                    start = env.now
                    yield env.timeout(0.1 + random.expovariate(1 / 0.15))
                failed = random.random() < 0.2
                outcome = "failed" if failed else "succeeded"
                result.log.append((start, env.now, number, attempt, outcome, ceil((env.now - start) * 1_000)))
                if not failed:
                    result.delivered += 1
                    return
                if retries == 2:
                    result.captured += 1
                    return
                retries += 1
                wait = (60, 120)[retries - 1]
            if env.now + wait > arrived + 21_600:
                result.captured += 1
                return
            yield env.timeout(wait)

    def arrivals() -> Steps:
        for number in range(1, events + 1):
            yield env.timeout(random.expovariate(300))
            env.process(event(number))

    env.process(arrivals())
    env.run()
    return result


class Message:
    """A message in the queue."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.poison = number % POISON_EVERY == 0
        self.receives = 0


class Queue:
    """A queue and its pollers; what fails is visible again when its visibility timeout is over."""

    def __init__(self, env: simpy.Environment, events: int) -> None:
        self.env = env
        self.events = events
        self.result = Result()
        self.visible = simpy.Store(env)
        self.pollers = self.leaving = 0

    def waiting(self) -> int:
        return len(self.visible.items)

    def take(self, message: Message, batch: list[Message]) -> None:
        if message.receives == 5:
            self.result.captured += 1
        else:
            message.receives += 1
            batch.append(message)

    def poller(self) -> Steps:
        while not self.leaving:
            batch: list[Message] = []
            self.take((yield self.visible.get()), batch)
            while self.visible.items and len(batch) < 10:
                self.take(self.visible.items.pop(0), batch)
            if batch:
                yield from self.invoke(batch)
        self.leaving -= 1
        self.pollers -= 1

    def invoke(self, batch: list[Message]) -> Steps:
        start = self.env.now
        yield self.env.timeout(0.2 + random.expovariate(1 / 0.1))
        failed = any(message.poison for message in batch)
        numbers = [message.number for message in batch]
        outcome = "failed" if failed else "succeeded"
        self.result.log.append((start, self.env.now, numbers, outcome, ceil((self.env.now - start) * 1_000)))
        if failed:
            self.env.process(self.hide(batch, start + 30))
        else:
            self.result.delivered += len(batch)

    def hide(self, batch: list[Message], until: float) -> Steps:
        yield self.env.timeout(until - self.env.now)
        self.visible.items.extend(batch[1:])  # all at once, so that one poller may have them all
        yield self.visible.put(batch[0])

    def add_poller(self) -> None:
        self.pollers += 1
        self.env.process(self.poller())

    def scaling(self) -> Steps:
        while self.result.delivered + self.result.captured < self.events:
            yield self.env.timeout(0.19)
            if self.waiting() and self.pollers < 50:
                self.add_poller()
            elif not self.waiting() and self.pollers - self.leaving > 5:
                self.leaving += 1

    def arrivals(self) -> Steps:
        for number in range(1, self.events + 1):
            yield self.env.timeout(random.expovariate(1_000))
            yield self.visible.put(Message(number))


def queue(events: int) -> Result:
    """Poll-based invocation from a standard queue."""
    return run_queue(Queue(simpy.Environment(), events))


def run_queue(program: Queue) -> Result:
    for _ in range(5):
        program.add_poller()
    program.env.process(program.scaling())
    program.env.process(program.arrivals())
    program.env.run()
    return program.result


class Shard:
    """A shard of a stream, and whoever reads it: one batch after the other, in order."""

    def __init__(self, env: simpy.Environment, number: int, result: Result) -> None:
        self.env = env
        self.number = number
        self.result = result
        self.records = simpy.Store(env)

    def poll(self, events: int) -> Steps:
        while self.result.delivered + self.result.captured < events:
            yield self.env.timeout(1 - self.env.now % 1)
            read = yield from self.read()
            for first in range(0, len(read), 100):
                yield from self.handle(read[first : first + 100])

    def read(self) -> Generator[simpy.Event, Any, list[int]]:
        found = []
        while self.records.items:
            found.append((yield self.records.get()))
        return found

    def handle(self, batch: list[int]) -> Steps:
        """Try it; cut it in two when it fails; what cannot be cut is tried three times more."""
        retries = 0
        while not (yield from self.invoke(batch)):
            if len(batch) > 1:
                half = len(batch) // 2
                yield from self.handle(batch[:half])
                yield from self.handle(batch[half:])
                return
            if retries == 3:
                self.result.captured += 1
                return
            retries += 1
            yield self.env.timeout(1)
        self.result.delivered += len(batch)

    def invoke(self, batch: list[int]) -> Generator[simpy.Event, Any, bool]:
        start = self.env.now
        yield self.env.timeout(0.1 + 0.001 * len(batch) + random.expovariate(1 / 0.05))
        failed = any(number % STREAM_POISON_EVERY == 0 for number in batch)
        outcome = "failed" if failed else "succeeded"
        entry = (start, self.env.now, self.number, batch[0], batch[-1], outcome, ceil((self.env.now - start) * 1_000))
        self.result.log.append(entry)
        return not failed


def stream(events: int) -> Result:
    """Poll-based invocation from a stream of ten shards."""
    result = Result()
    env = simpy.Environment()
    shards = [Shard(env, number, result) for number in range(10)]

    def arrivals() -> Steps:
        for number in range(1, events + 1):
            yield env.timeout(1 / 1_000)
            yield random.choice(shards).records.put(number)

    for shard in shards:
        env.process(shard.poll(events))
    env.process(arrivals())
    env.run()
    return result


PROGRAMS: dict[str, Callable[[int], Result]] = {"asynchronous": asynchronous, "queue": queue, "stream": stream}
