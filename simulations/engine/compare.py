"""Reports side by side: what differs between two, and two or more as one table of figures, in words and numbers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from simulations.engine.billing import plain
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


# figure, name, unit, and whether more of it is better (1), worse (-1), or neither (0)
_FIGURES = (
    ("events.arrived", "events arrived", "events", 0),
    ("events.delivered", "events delivered", "events", 1),
    ("events.captured", "events captured", "events", 0),
    ("events.lost", "events lost", "events", -1),
    ("events.returned", "events returned to their caller", "events", 0),
    ("events.filtered", "events filtered out", "events", 0),
    ("events.unsettled", "events unsettled", "events", -1),
    ("attempts.total", "attempts", "attempts", 0),
    ("attempts.throttled", "attempts throttled", "attempts", -1),
    ("invocations.total", "invocations", "invocations", 0),
    ("invocations.errors", "invocations with an error", "invocations", 0),
    ("invocations.duplicates", "events handled again", "events", -1),
    ("time_to_settle.mean_us", "mean time to settle", "us", -1),
    ("time_to_settle.max_us", "longest time to settle", "us", -1),
    ("billed_ms", "billed duration", "ms", 0),
    ("cost.total_usd", "cost", "USD", -1),
)
# what a comparison always shows; the other figures only where a run has something of them to say
_ALWAYS = {
    "events.arrived", "events.delivered", "events.captured", "events.lost", "events.returned", "attempts.total",
    "time_to_settle.max_us", "cost.total_usd",
}  # fmt: skip
# to lose an event is quick and cheap: of these there is a best only among runs that bring their events to the same ends
_OF_SAME_ENDS = {"time_to_settle.mean_us", "time_to_settle.max_us", "cost.total_usd"}
_NEVER = {"invocations.total", "invocations.errors", "billed_ms"}  # said by the attempts and the cost already


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One run's value of a figure: as decimal string (None: there is none), in words, and its standing: best, worst or ""."""

    value: str | None
    shown: str
    standing: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of several runs; `figure` names it as the report does."""

    figure: str
    name: str
    unit: str
    cells: tuple[Cell, ...]


def is_cut(report: Report) -> bool:
    """Whether a limit of records ended the run before its own end."""
    return report.ended is not None and report.ended.reason == "record_limit"


def same_ends(reports: Sequence[Report]) -> bool:
    """Whether as many events are delivered, kept, lost and so on in every run."""
    return len({msgspec.json.encode(report.events) for report in reports}) == 1


def comparison_table(reports: Sequence[Report]) -> list[Line]:
    """Two or more reports as lines of figures: those that always matter, and those of which any run has something.

    Where one is cut short nobody is best or worst: its numbers are those of a beginning. Of time and cost nobody is where the
    events come to different ends.
    """
    whole, same = not any(map(is_cut, reports)), same_ends(reports)
    columns = [list(_values(report)) for report in reports]
    lines = []
    for n, (figure, name, unit, better) in enumerate(_FIGURES):
        values = [column[n][3] for column in columns]
        if figure == "time_to_settle.mean_us" and all(report.events.arrived == 1 for report in reports):
            continue  # of one event the longest time is the mean
        if figure not in _NEVER and (figure in _ALWAYS or (any(values) and len(set(values)) > 1)):
            judged = whole and (same or figure not in _OF_SAME_ENDS)
            standings = _standings(values, better if judged else 0)
            cells = tuple(
                Cell(value=_text(value), shown=_in_short(value, unit), standing=standing)
                for value, standing in zip(values, standings, strict=True)
            )
            lines.append(Line(figure=figure, name=f"{name[0].upper()}{name[1:]}", unit=unit, cells=cells))
    return lines


def _standings(values: Sequence[Decimal | None], better: int) -> list[str]:
    """Who is best and who is worst; nobody where all are equal or where more is neither."""
    known = [value * better for value in values if value is not None]
    if not better or len(set(known)) < 2:
        return [""] * len(values)
    best, worst = max(known), min(known)
    found = {best: "best", worst: "worst"}
    return ["" if value is None else found.get(value * better, "") for value in values]


def _values(report: Report) -> Iterator[_Value]:
    for figure, name, unit, _ in _FIGURES:
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


def _in_short(value: Decimal | None, unit: str) -> str:
    """The same for a table: of an amount, three digits tell enough."""
    if value and unit == "USD":
        return f"${plain(value.quantize(Decimal(1).scaleb(value.adjusted() - 2)))}"
    return _shown(value, unit)


def _shown(value: Decimal | None, unit: str) -> str:
    """A value as a sentence says it."""
    if value is None:
        return "none"
    if unit == "us":
        return words(int(value))
    if unit == "USD":
        return f"${plain(value)}"
    return f"{int(value):,} ms" if unit == "ms" else f"{int(value):,}"
