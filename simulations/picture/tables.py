"""The facts of the picture as tables for a page without script; the twin of `tables.js`."""

from collections.abc import Iterable
from typing import NamedTuple

from simulations.engine.trace import Row
from simulations.picture.story import Attempt, Event, Story, read
from simulations.picture.words import FATE, MS, OUTCOME, catcher, duration, why

_MOST_LINES = 200
_MOST_NAMES = 6


class Line(NamedTuple):
    """One line: the class that colours it (`o-failed`, `f-lost`), the record it tells of (0: none), its texts."""

    style: str
    seq: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """`total` lines, of which the last `hidden` are left out."""

    head: tuple[str, ...]
    lines: list[Line]
    total: int
    hidden: int


def table(rows: Iterable[Row], most: int = _MOST_LINES) -> Table:
    """Every attempt."""
    story = read(rows)
    head = ("#", "Events", "Attempt", "Starts at", "Takes", "Outcome", "Error", "Billed", "Rule")
    lines = [_attempt(story, n, attempt) for n, attempt in enumerate(story.attempts[:most], start=1)]
    return Table(head, lines, len(story.attempts), len(story.attempts) - len(lines))


def events_table(rows: Iterable[Row], noun: str = "event", most: int = _MOST_LINES) -> Table:
    """What became of every event."""
    events = read(rows).events
    head = (noun.capitalize(), "Arrives at", "Attempts", "Ends as", "Kept by", "Why", "Ends at")
    lines = [_event(event, noun) for event in events[:most]]
    return Table(head, lines, len(events), len(events) - len(lines))


def _number(attempt: Attempt) -> str:
    """Which attempt it is for its events: of messages the receive, and which try with the same receive."""
    least, most = min(attempt.numbers), max(attempt.numbers)
    which = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{which}, try {attempt.number:,}" if attempt.received and attempt.number > 1 else which


def _attempt(story: Story, number: int, attempt: Attempt) -> Line:
    names = [story.events[event].id for event in attempt.events]
    few = ", ".join(names)
    if len(names) > _MOST_NAMES:
        few = f"{', '.join(names[: _MOST_NAMES - 1])}, … ({len(names):,})"
    return Line(
        f"o-{attempt.outcome}",
        attempt.seq,
        (
            f"{number:,}", few, _number(attempt), duration(attempt.at, exact=True),
            duration(attempt.end - attempt.at, exact=True), OUTCOME[attempt.outcome].word, attempt.error,
            duration(attempt.billed_ms * MS, exact=True), attempt.rule,
        ),
    )  # fmt: skip


def _event(event: Event, noun: str) -> Line:
    return Line(
        f"f-{event.fate}",
        event.settled_seq,
        (
            f"{noun} {event.id}", duration(event.arrived_us, exact=True), f"{event.attempts:,}", FATE[event.fate].word,
            catcher(event.catcher) if event.catcher else "", why(event.cause),
            duration(event.settled_us, exact=True) if event.settled_seq else "",
        ),
    )  # fmt: skip
