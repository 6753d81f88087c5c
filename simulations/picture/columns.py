"""Crowded lanes as columns, and the whole run at true scale: every attempt counts, and the worst outcome stands in front.

The twins are `buckets.js`, `draw-canvas.js` and `draw-ends.js`, and `strip.js`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.utils.safestring import SafeString

from simulations.picture.lanes import BAD, Lanes
from simulations.picture.layout import Figure
from simulations.picture.markup import element, group, plain
from simulations.picture.shapes import icon
from simulations.picture.story import Story
from simulations.picture.words import SEVERITY

_STEP = 3
_LEAST = 3
_STRIP = 10
_APART = 24  # the signs of ends have room beside each other


def columns(figure: Figure, story: Story, lanes: Lanes, lane: int) -> Iterator[SafeString]:
    """A crowded lane, one path an outcome: height says how many, the worst outcome stands at the foot."""
    row = figure.rows[lane]
    counts = _counted(figure, story, lanes, lane)
    most = max((sum(column.values()) for column in counts.values()), default=1)
    room, foot, ceiling = row.size - row.flags - 14, row.top + row.size - 6, row.top + row.flags + 4
    paths: dict[str, list[str]] = {outcome: [] for outcome in SEVERITY}
    for column, outcomes in sorted(counts.items()):
        at = foot
        for outcome in SEVERITY:
            if outcomes[outcome] and at > ceiling:
                # the root keeps a single failure visible beside a thousand successes
                size = min(max(_LEAST, room * math.sqrt(outcomes[outcome] / most) * 0.8), at - ceiling)
                paths[outcome].append(f"M{column * _STEP} {plain(at)}v-{plain(size)}h2.5v{plain(size)}z")
                at -= size
    for outcome, path in paths.items():
        if path:
            yield element("path", {"class": f"column o-{outcome}", "d": "".join(path)})


def bad_ends(figure: Figure, story: Story, lanes: Lanes, lane: int) -> Iterator[SafeString]:
    """Where a crowded lane's events did not end well: a sign for each stretch that it takes, the worst of those in it."""
    row = figure.rows[lane]
    if not row.lane.mixed:
        return
    signs: dict[int, tuple[int, float]] = {}
    bad = (event for n, event in enumerate(story.events) if lanes.lane_of[n] == lane and event.fate in BAD)
    for event in sorted(bad, key=lambda event: event.settled_us):
        x = figure.place(event.settled_us)
        end, at = signs.get(int(x // _APART), (len(BAD), x))
        signs[int(x // _APART)] = min(end, BAD.index(event.fate)), at
    for end, x in signs.values():
        yield group(f"point f-{BAD[end]} bad-end", icon(BAD[end], x + _APART / 2, row.top + row.flags - 8))


def _counted(figure: Figure, story: Story, lanes: Lanes, lane: int) -> dict[int, Counter[str]]:
    """Attempts by column and outcome."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for attempt in story.attempts:
        if any(lanes.lane_of[event] == lane for event in attempt.events):
            first, last = (int(figure.place(us) // _STEP) for us in (attempt.at, attempt.end))
            for column in range(first, last + 1):
                counts[column][attempt.outcome] += 1
    return counts


def strip(figure: Figure, story: Story, top: float) -> SafeString:
    """The whole run at real proportions."""
    width = int(figure.length)
    scale = (width - 1) / max(1, figure.axis.end_us)
    worst: dict[int, int] = {}
    for attempt in story.attempts:
        rank = SEVERITY.index(attempt.outcome)
        for x in range(int(attempt.at * scale), int(attempt.end * scale) + 1):
            worst[x] = min(rank, worst.get(x, rank))
    paths: list[list[str]] = [[] for _ in SEVERITY]
    for x, rank in sorted(worst.items()):
        paths[rank].append(f"M{x}.5 {plain(top + 1)}v{_STRIP - 2}")
    return group(
        "strip",
        element("title", {}, "The same run at its true scale"),
        element("rect", {"class": "ground", "y": top, "width": width, "height": _STRIP, "rx": 2}),
        *(
            element("path", {"class": f"speck o-{outcome}", "d": "".join(path)})
            for outcome, path in zip(SEVERITY, paths, strict=True)
            if path
        ),
    )
