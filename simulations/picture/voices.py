"""Loops that run beside each other, each at its own pace; the twin of `voices.js`.

Together they never repeat, alone each of them does. So every event is heard as a voice of its own; what stands out in no
voice (its first, its second and its last time do) is quiet, and a quiet stretch folds.
"""

from collections.abc import Iterable, Sequence

from simulations.picture.cycles import fold_cycles
from simulations.picture.episodes import Episode, Instants, Spans, episodes_of

MOST_VOICES = 100  # with more events the run as a whole is one voice
Voice = tuple[Spans, Instants]


def loud_moments(voices: Iterable[Voice]) -> list[int]:
    """The moments, in order, at which something begins that is seen as itself."""
    loud: list[int] = []
    for spans, instants in voices:
        episodes = episodes_of(spans, instants)
        loud += [episodes[item.first].start for item in fold_cycles(episodes) if not item.times]
    return sorted(loud)


def quiet_of(episodes: Sequence[Episode], loud: Sequence[int] | None) -> list[bool]:
    """Whether each episode is quiet; nothing is where `loud` is not known."""
    if loud is None:
        return [False] * len(episodes)
    quiet: list[bool] = []
    following = 0
    for episode in episodes:
        while following < len(loud) and loud[following] < episode.start:
            following += 1
        quiet.append(not (following < len(loud) and loud[following] < episode.end))
    return quiet
