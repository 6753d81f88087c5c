"""When events arrive, and what they are like.

Every kind of traffic is a small struct; `arrivals` turns one into a sorted stream of events. Ids are "1", "2", ... by
arrival unless the scenario gives its own. Units: milliseconds and bytes in settings, whole microseconds in a run.
"""

from collections.abc import Iterator
from itertools import accumulate, chain
from math import floor
from typing import Annotated, Any

import msgspec

from simulations.engine import arrays
from simulations.engine.draws import BLOCK, Draws, exponentials
from simulations.engine.limits import FieldError, plain, setting
from simulations.engine.units import US_PER_S, us_from_ms

_DIGITS = 16  # more than any number of events has
NAMED_MOST = 8  # ids that an error names at the most
BODY_LEVELS = 64

SizeBytes = Annotated[int, setting("Size", "How large each event's payload is.", unit="bytes", ge=0, le=10_485_760)]
Count = Annotated[int, setting("Events", "How many events arrive.", ge=1)]
Rate = Annotated[
    float, setting("Rate", "How many events arrive in a second, on average.", unit="per second", ge=1e-6, le=1e6)
]
AtMs = Annotated[float, setting("Arrives at", "When, after the start of the run.", unit="ms", ge=0)]

Bodies = Annotated[
    list[Any],
    plain(
        "Bodies",
        'What the events carry, in turn, as JSON or text, for example [{"status": "paid"}, "hello"]; nothing: each carries a '
        "text with its number. A filter looks at it; the size is counted apart.",
    ),
]


class Single(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="single"):
    """One event."""

    at_ms: AtMs = 0
    size_bytes: SizeBytes = 1024
    bodies: Bodies = []


class Steady(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="steady"):
    """Events at equal distances."""

    count: Count = 25
    rate_per_s: Rate = 1
    size_bytes: SizeBytes = 1024
    bodies: Bodies = []


class Poisson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="poisson"):
    """Events at random: independent of each other, a given number per second on average."""

    count: Count = 25
    rate_per_s: Rate = 1
    size_bytes: SizeBytes = 1024
    bodies: Bodies = []


class Burst(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="burst"):
    """Many events in the same instant."""

    count: Count = 25
    at_ms: AtMs = 0
    size_bytes: SizeBytes = 1024
    bodies: Bodies = []


class Backlog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="backlog"):
    """Events that are already waiting when the run starts."""

    count: Count = 25
    size_bytes: SizeBytes = 1024
    bodies: Bodies = []


class PlannedEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event of `at` traffic; all but `at_ms` may be left out."""

    at_ms: Annotated[float, msgspec.Meta(ge=0)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    size_bytes: Annotated[int, msgspec.Meta(ge=0)] = 1024
    body: Any = None
    group: str | None = None
    partition_key: str | None = None
    shard: str | None = None
    deduplication_id: str | None = None


class At(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="at"):
    """Events one by one."""

    events: Annotated[
        list[PlannedEvent],
        plain(
            "Events",
            'A table: [{"at_ms": 0, "id": "a", "size_bytes": 100, "body": {"x": 1}}, ...]; only at_ms must be there.',
        ),
    ] = []


_EXACT = 1 << 53  # up to here a float knows every whole number

Counted = Single | Steady | Poisson | Burst | Backlog  # events without a table, called by their numbers
Traffic = Counted | At


class Event(msgspec.Struct, gc=False, eq=False):
    """An event in a run: what it is, and what has happened to it so far.

    `index` counts arrivals from 0 and keys its luck. `invocations` counts the invocations that contained it, `receives`
    its receives from a queue, `retries` the retries it has spent, `throttles` the throttles in a row. `offset` is its number in
    its partition. Of a message in a
    queue, `receipt` numbers its latest receive, `held` counts copies that pollers hold longer than it stays hidden, and
    `gone` says why it is no longer in the queue.
    """

    index: int
    id: str
    at: int
    size: int
    body: Any = None
    group: str | None = None
    partition_key: str | None = None
    shard: str | None = None
    deduplication_id: str | None = None
    invocations: int = 0
    receives: int = 0
    retries: int = 0
    throttles: int = 0
    attempts: int = 0
    receipt: int = 0
    held: int = 0
    gone: int = 0
    offset: int = 0
    settled: bool = False


def too_deep(traffic: Traffic) -> Iterator[str]:
    """Where a body is nested deeper than anything that reads it can follow; ours, DynamoDB itself allows 32 levels."""
    if isinstance(traffic, At):
        bodies = [(f"events[{place}].body", planned.body) for place, planned in enumerate(traffic.events)]
    else:
        bodies = [(f"bodies[{place}]", body) for place, body in enumerate(traffic.bodies)]
    for field, body in bodies:
        level = [body]
        for _ in range(BODY_LEVELS):
            level = [
                inner
                for one in level
                if isinstance(one, dict | list)
                for inner in (one.values() if isinstance(one, dict) else one)
            ]
        if level:
            yield field


def oversized(traffic: Traffic, most_bytes: int, code: str, message: str) -> Iterator[FieldError]:
    """Events of a size that the service in front of Lambda refuses, in its own words: they never get to it."""
    if isinstance(traffic, At):
        sizes = [
            (f"traffic.events[{place}].size_bytes", planned.size_bytes) for place, planned in enumerate(traffic.events)
        ]
    else:
        sizes = [("traffic.size_bytes", traffic.size_bytes)]
    for field, size_bytes in sizes:
        if size_bytes > most_bytes:
            yield FieldError(field, code, message)


def size(traffic: Traffic) -> int:
    """How many events a traffic makes."""
    match traffic:
        case Single():
            return 1
        case At():
            return len(traffic.events)
        case _:
            return traffic.count


def unknown_id(traffic: Traffic, name: str) -> str | None:
    """What is wrong with a name that should be the id of an event of this traffic; None: it is one."""
    count = size(traffic)
    if name.isascii() and name.isdigit() and len(name) <= _DIGITS and name == str(int(name)) and 0 < int(name) <= count:
        return None
    said = f"{name[:100]!r} names no event of this traffic: "
    named = [planned.id for planned in traffic.events if planned.id is not None] if isinstance(traffic, At) else []
    if name in named:
        return None
    if named:
        return f"{said}there are {', '.join(named[:NAMED_MOST])}{' and others' if len(named) > NAMED_MOST else ''}."
    return f"{said}ids run from 1 to {count:,}." if count != 1 else f"{said}its only one is 1."


def arrivals(traffic: Traffic, draws: Draws) -> Iterator[tuple[int, Event]]:
    """`(arrival time, event)`, sorted by time."""
    if isinstance(traffic, At):
        return _planned(traffic)
    size_bytes = traffic.size_bytes
    if traffic.bodies:
        return _with_bodies(traffic, draws)
    return chain.from_iterable(
        [
            (at, Event(index, name, at, size_bytes))
            for index, (name, at) in enumerate(zip(ids(first, len(block)), block, strict=True), first)
        ]
        for first, block in numbered(traffic, draws)
    )


def _with_bodies(traffic: Counted, draws: Draws) -> Iterator[tuple[int, Event]]:
    """Events that carry the traffic's bodies in turn."""
    bodies, size_bytes = traffic.bodies, traffic.size_bytes
    for index, at in enumerate(chain.from_iterable(instants(traffic, draws))):
        yield at, Event(index, str(index + 1), at, size_bytes, bodies[index % len(bodies)])


def ids(first: int, count: int) -> list[str]:
    """What so many events are called: "1" for index 0 and so on."""
    return list(map(str, range(first + 1, first + count + 1)))


def numbered(traffic: Counted, draws: Draws) -> Iterator[tuple[int, list[int]]]:
    """(index of the first, arrival times) of each block of `instants`."""
    first = 0
    for block in instants(traffic, draws):
        yield first, block
        first += len(block)


def instants(traffic: Counted, draws: Draws) -> Iterator[list[int]]:
    """The arrival times of events without a table, sorted, in blocks of about a thousand or more."""
    if isinstance(traffic, Single):
        return iter([[us_from_ms(traffic.at_ms)]])
    step = arrays.AT_ONCE if draws.at_once else BLOCK
    blocks = (range(first, min(first + step, traffic.count)) for first in range(0, traffic.count, step))
    match traffic:
        case Poisson():
            return _poisson(traffic, draws, blocks)
        case Steady():
            return _steady(traffic, blocks)
        case Burst():
            at = us_from_ms(traffic.at_ms)
            return ([at] * len(block) for block in blocks)
        case Backlog():
            return ([0] * len(block) for block in blocks)


def _steady(traffic: Steady, blocks: Iterator[range]) -> Iterator[list[int]]:
    """Equal distances, cut to whole microseconds."""
    distance = US_PER_S / traffic.rate_per_s
    whole = int(distance)
    for block in blocks:
        if distance == whole and block.stop * whole < _EXACT:
            yield list(range(block.start * whole, block.stop * whole, whole))
        else:
            yield list(map(floor, [index * distance for index in block]))


def _poisson(traffic: Poisson, draws: Draws, blocks: Iterator[range]) -> Iterator[list[int]]:
    """Exponential gaps, added up as floats and cut to whole microseconds."""
    mean = US_PER_S / traffic.rate_per_s
    stream = draws.purpose("arrival").stream(0)
    clock = 0.0
    for block in blocks:
        words = stream.words(block.start, len(block))
        if draws.at_once:
            times, clock = arrays.instants(words, mean, clock)
        else:
            clocks = list(accumulate(exponentials(words, mean), initial=clock))
            times, clock = list(map(floor, clocks[1:])), clocks[-1]
        yield times


def _planned(traffic: At) -> Iterator[tuple[int, Event]]:
    """By time; events of the same time in the order of the table."""
    order = sorted(traffic.events, key=lambda planned: planned.at_ms)
    for index, planned in enumerate(order):
        at = us_from_ms(planned.at_ms)
        yield (
            at,
            Event(
                index,
                planned.id if planned.id is not None else str(index + 1),
                at,
                planned.size_bytes,
                planned.body,
                planned.group,
                planned.partition_key,
                planned.shard,
                planned.deduplication_id,
            ),
        )
