"""Cycle folding: what repeats is drawn as the first, the second, one glyph for all between, and the last; twin of `cycles.js`.

Where several loops run beside each other (see `voices.py`), the stretch in which all of them only repeat is one glyph too.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from simulations.picture.episodes import Episode

SHORTEST_CYCLE = 6
_TOLERANCE = 0.02


class Item(NamedTuple):
    """Episodes `first` to `last`: one (or several that were joined), or a cycle of so many `times` that come every `period_us`.

    `period_us` is 0 where several loops share the cycle.
    """

    first: int
    last: int
    times: int = 0
    period_us: int = 0


def _near(value: int, first: int) -> bool:
    return abs(value - first) <= _TOLERANCE * first


def _run_length(episodes: list[Episode], i: int) -> int:
    """How many episodes from `i` on look like `i` and come at the same interval."""
    if i + 1 == len(episodes):
        return 1
    like = episodes[i]
    length, gap = like.end - like.start, episodes[i + 1].start - like.end
    j = i + 1
    while j < len(episodes):
        before, this = episodes[j - 1], episodes[j]
        if this.key != like.key or before.gap_key != like.gap_key:
            break
        if not (_near(this.end - this.start, length) and _near(this.start - before.end, gap)):
            break
        j += 1
    return j - i


def _quiet_length(quiet: Sequence[bool], i: int) -> int:
    """How many episodes from `i` on are quiet."""
    j = i
    while j < len(quiet) and quiet[j]:
        j += 1
    return j - i


def fold_cycles(episodes: list[Episode], quiet: Sequence[bool] = ()) -> list[Item]:
    """Six or more episodes alike become the first, the second, one cycle for all between, and the last.

    `quiet` ones only repeat what their voices did before.
    """
    items: list[Item] = []
    i = 0
    while i < len(episodes):
        length, still = _run_length(episodes, i), _quiet_length(quiet, i)
        if still >= SHORTEST_CYCLE and still > length:
            items.append(Item(i, i + still - 1, still))
            i += still
            continue
        if length < SHORTEST_CYCLE:
            items.append(Item(i, i))
            i += 1
            continue
        first, last = i + 2, i + length - 2
        period = episodes[first + 1].start - episodes[first].start
        items += [Item(i, i), Item(i + 1, i + 1), Item(first, last, last - first + 1, period), Item(last + 1, last + 1)]
        i += length
    return items


def join_short_gaps(episodes: list[Episode], items: list[Item], most: int) -> list[Item]:
    """When there are still too many, episodes are joined across the shortest gaps; cycles stay as they are."""
    if len(items) <= most:
        return items
    gaps = sorted(episodes[after.first].start - episodes[item.last].end for item, after in pairwise(items))
    longest = gaps[max(0, len(gaps) - most)]
    joined: list[Item] = []
    for item in items:
        before = joined[-1] if joined else None
        if (
            before
            and not (before.times or item.times)
            and episodes[item.first].start - episodes[before.last].end <= longest
        ):
            joined[-1] = Item(before.first, item.last)
        else:
            joined.append(item)
    return joined
