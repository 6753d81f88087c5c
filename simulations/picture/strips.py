"""CloudWatch's metrics as small strips on the axis of the timeline, one under another; the twin of `metric-strips.js`.

A bar stands for one period: it reaches from the period's start to its end, folded as the time is, and as high as its value is
of the largest. A level (a depth, an age) is drawn as a line on top of its bars.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.utils.safestring import SafeString

from simulations.picture.draw import Pane, places
from simulations.picture.markup import element, plain
from simulations.picture.words import duration

HEIGHT = 26
MOST_STRIPS, MOST_OF_PANE = 4, 3  # of a run alone, of each of several
_NARROWEST = 2.0
_LOWEST = 1.5
_GAP = 1.0
_US = 1_000_000
Place = Callable[[int], float]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A metric to watch: what it means, and how many microseconds its unit has (0: it counts)."""

    name: str
    means: str
    unit_us: int


class Bar(NamedTuple):
    """In pixels: where it begins, its width and its height."""

    x: float
    width: float
    height: float


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """One metric as it is shown."""

    name: str
    statistic: str
    says: str
    bars: list[Bar]


class Strips(NamedTuple):
    """All of them, drawn; how finely CloudWatch sees the run; what stayed at nothing."""

    rows: list[dict[str, str]]
    periods: str
    silent: str


def bars(points: Sequence[tuple[int, float]], period_s: int, end_us: int, place: Place) -> list[Bar]:
    """The bars of one metric."""
    most = max((value for _, value in points), default=0)
    found = []
    for start_s, value in points:
        if value <= 0 or start_s * _US > end_us:
            continue
        start, end = place(start_s * _US), place(min((start_s + period_s) * _US, end_us))
        height = max(_LOWEST, HEIGHT * value / most)
        found.append(Bar(start, max(_NARROWEST, end - start - _GAP), height))
    return found


def says(metric: Watched, statistic: str, points: Sequence[tuple[int, float]], period_s: int) -> str:
    """`3 in all, at most 1 in 1 min: runs of the code that ended in an error.`"""
    values = [value for _, value in points]
    most, means = max(values), f": {metric.means}" if metric.means else ""
    period = duration(period_s * _US)
    if statistic == "Sum":
        total = sum(values)
        peak = f", at most {_number(most)} in {period}" if len(values) > 1 and most != total else ""
        return f"{_number(total)} in all{peak}{means}."
    if statistic == "Average" and min(values) != most:
        return f"Between {_valued(min(values), metric)} and {_valued(most, metric)} on average{means}."
    return f"{'At most ' if statistic == 'Maximum' else ''}{_valued(most, metric)}{means}."


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _valued(value: float, metric: Watched) -> str:
    return duration(round(value * metric.unit_us)) if metric.unit_us else _number(value)


def strips(
    over_time: Mapping[str, Any], watched: Sequence[Watched], end_us: int, place: Place, most: int = MOST_STRIPS
) -> list[Strip]:
    """The most telling metrics that moved."""
    metrics, period = over_time["metrics"], over_time["period_s"]
    moved = [metric for metric in watched if metric.name in metrics][:most]
    return [
        Strip(
            name=metric.name,
            statistic=metrics[metric.name]["statistic"],
            says=says(metric, metrics[metric.name]["statistic"], metrics[metric.name]["points"], period),
            bars=bars(metrics[metric.name]["points"], period, end_us, place),
        )
        for metric in moved
    ]


def silent(over_time: Mapping[str, Any], watched: Sequence[Watched]) -> str:
    """What stayed at nothing, which says as much as what moved."""
    names = [metric.name for metric in watched if metric.name not in over_time["metrics"]]
    return f"At 0 all the time: {', '.join(names)}." if names else ""


def periods(over_time: Mapping[str, Any]) -> str:
    """How finely CloudWatch sees this run."""
    return f"in periods of {duration(over_time['period_s'] * _US)}, on the axis of the timeline"


def draw_strip(strip: Strip, width: float) -> SafeString:
    """One strip as an SVG element; what it shows is said beside it."""
    kind = "sum" if strip.statistic == "Sum" else "level"
    path = "".join(
        f"M{plain(round(bar.x, 1))} {HEIGHT}v-{plain(round(bar.height, 1))}h{plain(round(bar.width, 1))}V{HEIGHT}z"
        for bar in strip.bars
    )
    return element(
        "svg",
        {"class": "picture metric", "viewBox": f"0 0 {plain(width)} {HEIGHT + 1}", "width": width, "height": HEIGHT + 1, "aria-hidden": "true"},
        element("line", {"class": "base", "x2": width, "y1": HEIGHT + 0.5, "y2": HEIGHT + 0.5}),
        element("path", {"class": f"bar {kind}", "d": path}),
    )  # fmt: skip


def draw_strips(
    panes: Sequence[Pane], reports: Sequence[Mapping[str, Any]], watched: Sequence[Sequence[Watched]], room: float
) -> list[Strips]:
    """The strips of each pane, under the picture that `draw_panes` makes of the same panes for the same room."""
    figure, beside = places(panes, room)
    most = MOST_STRIPS if len(panes) == 1 else MOST_OF_PANE
    return [
        _drawn(report, own, beside + figure.length, lambda us: beside + figure.place(us), most)
        for report, own in zip(reports, watched, strict=True)
    ]


def _drawn(report: Mapping[str, Any], watched: Sequence[Watched], width: float, place: Place, most: int) -> Strips:
    over_time = report["cloudwatch_over_time"]
    found = strips(over_time, watched, report["ended"]["at_us"], place, most)
    return Strips(
        [
            {"name": one.name, "statistic": one.statistic, "says": one.says, "svg": draw_strip(one, width)}
            for one in found
        ],
        periods(over_time),
        silent(over_time, watched),
    )
