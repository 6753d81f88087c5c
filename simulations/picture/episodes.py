"""Episodes: stretches of time in which at least one attempt runs; the twin of `episodes.js`."""

from collections.abc import Sequence

Spans = Sequence[tuple[int, int, int]]  # start, end, key; equal keys look the same
Instants = Sequence[tuple[int, int]]  # moment, key


class Episode:
    """One episode; `gap_key` sums up what happens after it, while everything is idle."""

    __slots__ = ("end", "gap_key", "key", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end, self.key, self.gap_key = start, end, 0, 0


def _mixed(number: int, value: int) -> int:
    return (number * 31 + value) & 0xFFFFFFFF


def episodes_of(spans: Spans, instants: Instants) -> list[Episode]:
    """Spans joined where they overlap; touching ones stay apart: a loop without a pause can still be seen as a loop.

    What happens while an episode runs belongs to it, what happens after it to the gap; what happens at the moment it begins
    (an arrival, a receive) is how it came about and does not make it look different.
    """
    episodes: list[Episode] = []
    last: Episode | None = None
    following = 0
    for start, end, key in spans:
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
