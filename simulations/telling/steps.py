"""The run as a list that can be read out: what happens to an event, step by step, with what repeats said once.

Events that are few are told one by one; of many, one of each way to end is.
"""

from collections.abc import Iterator, Sequence

import msgspec

from simulations.picture.lanes import lanes_by_fate
from simulations.picture.story import Attempt, Event, Story
from simulations.picture.words import FATE, OUTCOME, catcher, duration, why

_SHORTEST_CYCLE = 6
_TOLERANCE = 0.02
_MOST_STEPS = 60


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, the record it is of (0: of several) and the rule behind it ("": none of its own)."""

    says: str
    seq: int = 0
    rule: str = ""


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one event, or of one that stands for many; `hidden`: steps that are left out."""

    title: str
    steps: list[Step]
    hidden: int = 0


def chapters(story: Story, noun: str) -> list[Chapter]:
    """The whole run, one chapter an event, or a way to end."""
    lanes = lanes_by_fate(story, noun)
    examples = [lanes.lane_of.index(number) for number in range(len(lanes.lanes))]
    tried = _attempts_of(story, set(examples))
    told = []
    for lane, event in zip(lanes.lanes, examples, strict=True):
        title = (
            lane.title
            if not lanes.grouped
            else f"{lane.title} {lane.note}, for example {noun} {story.events[event].id}"
        )
        steps = list(_of_event(story, event, tried[event], noun))
        told.append(Chapter(title=_capital(title), steps=steps[:_MOST_STEPS], hidden=max(0, len(steps) - _MOST_STEPS)))
    return told


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _attempts_of(story: Story, events: set[int]) -> dict[int, list[Attempt]]:
    """The attempts of these events; batches may be large, so they are gone through once."""
    found: dict[int, list[Attempt]] = {event: [] for event in events}
    for attempt in story.attempts:
        for event in events.intersection(attempt.events):
            found[event].append(attempt)
    return found


def _of_event(story: Story, number: int, attempts: Sequence[Attempt], noun: str) -> Iterator[Step]:
    event = story.events[number]
    yield Step(says=f"At {duration(event.arrived_us)} the {noun} arrives.")
    before = event.arrived_us
    n = 0
    while n < len(attempts):
        times = _alike(attempts, n)
        if times < _SHORTEST_CYCLE:
            yield _attempt(attempts[n], number, before)
            before, n = attempts[n].end, n + 1
            continue
        last = attempts[n + times - 1]
        yield _attempt(attempts[n], number, before)
        yield _cycle(attempts[n : n + times])
        before, n = last.end, n + times
    yield _end(story, event, noun, before)


def _near(one: int, other: int) -> bool:
    return abs(one - other) <= _TOLERANCE * other


def _alike(attempts: Sequence[Attempt], first: int) -> int:
    """How many attempts from here on look alike and come at one interval."""
    if first + 2 > len(attempts):
        return 1
    like, period = attempts[first], attempts[first + 1].at - attempts[first].at
    n = first + 1
    while n < len(attempts):
        one = attempts[n]
        same = one.key == like.key and _near(one.end - one.at, like.end - like.at)
        if not (same and _near(one.at - attempts[n - 1].at, period)):
            break
        n += 1
    return n - first


def _attempt(attempt: Attempt, event: int, before: int) -> Step:
    wait = attempt.at - before
    number = attempt.numbers[attempt.events.index(event)]
    which = f"receive {number:,}" if attempt.received else f"attempt {number:,}"
    waited = f", after a wait of {duration(wait)}" if wait > 0 else ""
    beside = len(attempt.events) - 1
    batch = f" in a batch with {beside:,} more" if beside else ""
    took = f" after {duration(attempt.end - attempt.at)}" if attempt.end > attempt.at else ""
    error = f" ({attempt.error})" if attempt.error else ""
    says = f"At {duration(attempt.at)}{waited}: {which}{batch}; {OUTCOME[attempt.outcome].says}{took}{error}."
    return Step(says=says, seq=attempt.seq, rule=attempt.rule)


def _cycle(alike: Sequence[Attempt]) -> Step:
    """All but the first of attempts that look alike."""
    period, last = alike[1].at - alike[0].at, alike[-1]
    says = f"Then {len(alike) - 1:,} times the same, one every {duration(period)}; the last at {duration(last.at)}."
    return Step(says=says, seq=last.seq, rule=last.rule)


def _end(story: Story, event: Event, noun: str, before: int) -> Step:
    if not event.settled_seq:
        return Step(says=f"At {duration(story.end_us)} the {noun} is not settled.")
    who = f"kept by {catcher(event.catcher)}" if event.fate == "captured" else FATE[event.fate].says
    because = f": {why(event.cause)}" if event.cause and event.fate != "delivered" else ""
    wait = event.settled_us - before
    waited = f", after a wait of {duration(wait)}," if wait > 0 else ""
    says = f"At {duration(event.settled_us)}{waited} the {noun} is {who}{because}."
    return Step(says=says, seq=event.settled_seq, rule=event.settled_rule)
