"""When something happens; the twin of `activity.js`, under the same golden vectors.

Attempts are spans, all other records instants. An episode is a stretch of time in which at least one attempt runs; a gap
exists only where everything is idle, in every lane and in every pane.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from simulations.picture.story import Story

_PANES = 4  # keys of several panes are told apart by this many
NOMINAL_US = 1_000  # an attempt without a length (a throttle) is drawn as if it took this long


class Activity(NamedTuple):
    """`spans` of `(start, end, key)` in order of start, `instants` of `(moment, key)` in order; equal keys look the same."""

    spans: list[tuple[int, int, int]]
    instants: list[tuple[int, int]]
    end_us: int


class Episode:
    """One episode; `gap_key` sums up what happens after it, while everything is idle."""

    __slots__ = ("end", "gap_key", "key", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end, self.key, self.gap_key = start, end, 0, 0


def activity_of(story: Story) -> Activity:
    """The activity of a run."""
    spans = [(one.at, max(one.end, one.at + NOMINAL_US), one.key) for one in story.attempts]
    return Activity(spans, story.instants, story.end_us)


def together(panes: Sequence[Activity]) -> Activity:
    """The activity of several panes as one, for one shared axis; what looks the same must be of the same pane."""
    if len(panes) == 1:
        return panes[0]
    spans = [(start, end, key * _PANES + n) for n, pane in enumerate(panes) for start, end, key in pane.spans]
    instants = [(at, key * _PANES + n) for n, pane in enumerate(panes) for at, key in pane.instants]
    return Activity(
        sorted(spans, key=itemgetter(0)),
        sorted(instants, key=itemgetter(0)),
        max((pane.end_us for pane in panes), default=0),
    )


def _mixed(number: int, value: int) -> int:
    return (number * 31 + value) & 0xFFFFFFFF


def episodes_of(activity: Activity) -> list[Episode]:
    """Spans joined where they overlap; touching ones stay apart: a loop without a pause can still be seen as a loop.

    What happens while an episode runs belongs to it, what happens after it to the gap; what happens at the moment it begins
    (an arrival, a receive) is how it came about and does not make it look different.
    """
    episodes: list[Episode] = []
    last: Episode | None = None
    instants, following = activity.instants, 0
    for start, end, key in activity.spans:
        while following < len(instants) and instants[following][0] < start:
            moment, kind = instants[following]
            following += 1
            if last is None:
                continue
            if moment < last.end:
                last.key = _mixed(last.key, kind + 1)
            else:
                last.gap_key = _mixed(last.gap_key, kind + 1)
        if last is None or start >= last.end:
            last = Episode(start, end)
            episodes.append(last)
        while following < len(instants) and instants[following][0] == start:
            following += 1
        last.key = _mixed(last.key, key + 1)
        last.end = max(last.end, end)
    return episodes
