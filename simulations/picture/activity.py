"""When something happens: attempts as spans, other records as instants; the twin of `activity.js`.

A gap exists only where everything is idle, in every lane and in every pane.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from simulations.engine.trace import Kind
from simulations.picture.lanes import MOST_LANES
from simulations.picture.story import Story
from simulations.picture.voices import MOST_VOICES, loud_moments

_PANES = 4  # keys of several panes are told apart by this many
# where lanes stand for several events, only the first of these is drawn
_SEEN_ONCE = (Kind.ARRIVED, Kind.FILTERED)
NOMINAL_US = 1_000  # an attempt without a length (a throttle) is drawn as if it took this long


class Activity(NamedTuple):
    """`spans` of `(start, end, key)` in order of start, `instants` of `(moment, key)` in order; equal keys look the same.

    `loud`: see `voices.py`; None where the run is one voice.
    """

    spans: list[tuple[int, int, int]]
    instants: list[tuple[int, int]]
    end_us: int
    loud: list[int] | None = None


def activity_of(story: Story) -> Activity:
    """The activity of a run."""
    spans = [(one.at, max(one.end, one.at + NOMINAL_US), one.key) for one in story.attempts]
    return Activity(spans, _drawn(story), story.end_us, _loud(story, spans))


def _drawn(story: Story) -> list[tuple[int, int]]:
    """The instants without those that no lane shows."""
    if len(story.events) <= MOST_LANES:
        return story.instants
    seen: set[int] = set()
    drawn: list[tuple[int, int]] = []
    for instant in story.instants:
        kind = instant[1] // 256
        if kind not in seen:
            drawn.append(instant)
        if kind in _SEEN_ONCE:
            seen.add(kind)
    return drawn


def _loud(story: Story, spans: Sequence[tuple[int, int, int]]) -> list[int] | None:
    """What stands out among the events of a run, each heard alone."""
    if not 1 < len(story.events) <= MOST_VOICES:
        return None
    voices: list[tuple[list[tuple[int, int, int]], list[tuple[int, int]]]] = [([], []) for _ in story.events]
    for attempt, span in zip(story.attempts, spans, strict=True):
        for event in attempt.events:
            voices[event][0].append(span)
    for instant, events in zip(story.instants, story.instant_events, strict=True):
        for event in events:
            voices[event][1].append(instant)
    return loud_moments(voices)


def together(panes: Sequence[Activity]) -> Activity:
    """The activity of several panes as one, for one shared axis; what looks the same must be of the same pane."""
    if len(panes) == 1:
        return panes[0]
    spans = [(start, end, key * _PANES + n) for n, pane in enumerate(panes) for start, end, key in pane.spans]
    instants = [(at, key * _PANES + n) for n, pane in enumerate(panes) for at, key in pane.instants]
    heard = [loud_moments([pane[:2]]) if pane.loud is None else pane.loud for pane in panes]
    return Activity(
        sorted(spans, key=itemgetter(0)),
        sorted(instants, key=itemgetter(0)),
        max((pane.end_us for pane in panes), default=0),
        sorted(moment for loud in heard for moment in loud),
    )
