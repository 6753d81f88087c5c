"""Two reports side by side: what differs between them, in words and numbers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from simulations.engine.cost import plain
from simulations.engine.report import Report
from simulations.engine.units import words


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that differs: `a` and `b` are the values as decimal strings (None: there is none), `change` is b - a.

    `figure` names it as the report does (`events.captured`); `sentence` says the same in words.
    """

    figure: str
    unit: str
    a: str | None
    b: str | None
    change: str | None
    sentence: str


_Value = tuple[str, str, str, Decimal | None]  # figure, name, unit, value


def compare_reports(a: Report, b: Report) -> list[Difference]:
    """What differs from `a` to `b`; empty for two reports that say the same."""
    pairs = zip(_values(a), _values(b), strict=True)
    return [_difference(left, right[3]) for left, right in pairs if left[3] != right[3]]


_FIGURES = (
    ("events.arrived", "events arrived", "events"),
    ("events.delivered", "events delivered", "events"),
    ("events.captured", "events captured", "events"),
    ("events.lost", "events lost", "events"),
    ("events.returned", "events returned to their caller", "events"),
    ("events.filtered", "events filtered out", "events"),
    ("events.unsettled", "events unsettled", "events"),
    ("attempts.total", "attempts", "attempts"),
    ("attempts.throttled", "attempts throttled", "attempts"),
    ("invocations.total", "invocations", "invocations"),
    ("invocations.errors", "invocations with an error", "invocations"),
    ("invocations.duplicates", "events handled again", "events"),
    ("time_to_settle.mean_us", "mean time to settle", "us"),
    ("time_to_settle.max_us", "longest time to settle", "us"),
    ("billed_ms", "billed duration", "ms"),
    ("cost.total_usd", "cost", "USD"),
)


def _values(report: Report) -> Iterator[_Value]:
    for figure, name, unit in _FIGURES:
        value: Any = report
        for part in figure.split("."):
            value = getattr(value, part)
        yield figure, name, unit, None if value is None else Decimal(str(value))


def _difference(left: _Value, b: Decimal | None) -> Difference:
    figure, name, unit, a = left
    change = None if a is None or b is None else b - a
    return Difference(
        figure=figure,
        unit=unit,
        a=_text(a),
        b=_text(b),
        change=_text(change),
        sentence=f"{name[0].upper()}{name[1:]}: {_shown(a, unit)} in the first run, {_shown(b, unit)} in the second.",
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _shown(value: Decimal | None, unit: str) -> str:
    """A value as a sentence says it."""
    if value is None:
        return "none"
    if unit == "us":
        return words(int(value))
    if unit == "USD":
        return f"${plain(value)}"
    return f"{int(value):,} ms" if unit == "ms" else f"{int(value):,}"
