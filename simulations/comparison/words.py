"""What runs side by side differ in: one sentence of all, the table of figures, and how many times the most is of the least."""

from collections.abc import Iterable, Sequence

import msgspec

from simulations.comparison.reading import LETTERS
from simulations.engine import TRIGGERS, Report
from simulations.engine.compare import Line, comparison_table, is_cut, same_ends
from simulations.engine.trigger import Trigger
from simulations.picture.words import catcher, counted, duration


class InWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison comes to: one sentence of all panes, the table, and what differs, sentence by sentence."""

    lead: str
    lines: list[Line]
    differences: list[str]


def in_words(reports: Sequence[Report]) -> InWords:
    """What these runs, in the order of the panes, differ in."""
    lines = comparison_table(reports)
    triggers = [TRIGGERS[report.trigger] for report in reports]
    parts = [_told(trigger, report) for trigger, report in zip(triggers, reports, strict=True)]
    if len({trigger.model for trigger in triggers}) < len(triggers):
        parts = [f"{letter.upper()}: {part}" for letter, part in zip(LETTERS, parts, strict=False)]
    lead = "; ".join(parts)
    differences = _cut_short(reports) or [*_ratios(lines), *_not_judged(reports)]
    return InWords(lead=f"{lead[0].upper()}{lead[1:]}.", lines=lines, differences=differences)


def _told(trigger: Trigger, report: Report) -> str:
    """One run as the half of a sentence."""
    if report.events.arrived != 1:
        return _told_of_many(trigger, report)
    events, tries = report.events, report.attempts.total
    who = {"synchronous": "the caller", "asynchronous": "Lambda"}.get(trigger.model, trigger.label.split(" ")[0])
    after = duration(int(report.time_to_settle.max_us or 0)).replace(" ", "\N{NO-BREAK SPACE}")
    times = "tries once" if tries == 1 else f"tries {tries:,} times"
    if events.returned:
        return f"{who} has an error after {after}, and nobody tries again"
    if events.delivered:
        if trigger.model == "synchronous":
            return f"{who} has its answer after {after}"
        return f"{who} has it done after {after}" + (f", at attempt {tries:,}" if tries > 1 else "")
    if events.captured:
        caught = [by for by, n in report.caught.items() if n and by != "on_success"]
        keepers = ["its dead-letter queue" if by == "queue_dlq" else catcher(by) for by in caught]
        return f"{who} {times} and after {after} keeps the {trigger.noun} in {' and '.join(keepers)}"
    if events.lost:
        return f"{who} {times}, gives up after {after}, and the {trigger.noun} is lost"
    if events.filtered:
        return f"{who} filters the {trigger.noun} out"
    if is_cut(report):
        return f"{who} {times} in the first records, and the {trigger.noun} is not settled yet"
    return f"{who} {times}, and the {trigger.noun} is not settled at the end of the simulated time"


_FATES = (
    ("delivered", "delivered"), ("captured", "kept"), ("returned", "returned to the caller"), ("lost", "lost"),
    ("filtered", "filtered out"), ("unsettled", "not settled"),
)  # fmt: skip


def _told_of_many(trigger: Trigger, report: Report) -> str:
    ends = [f"{n:,} {word}" for name, word in _FATES if (n := getattr(report.events, name))]
    what = counted(report.events.arrived, trigger.noun)
    tries = counted(report.attempts.total, "attempt")
    return f"{trigger.label} takes {tries} for {what}: {', '.join(ends) or 'nothing happens'}"


def _ratios(lines: Iterable[Line]) -> list[str]:
    """How many times the most is of the least, for attempts, time and cost."""
    says = {
        "attempts.total": "{most} makes {times} times as many attempts as {least}.",
        "time_to_settle.max_us": "{most} takes {times} times as long as {least} until the last event is settled.",
        "cost.total_usd": "{most} costs {times} times as much as {least}.",
    }
    found = []
    for line in lines:
        values = {
            letter: float(cell.value)
            for letter, cell in zip(LETTERS, line.cells, strict=False)
            if cell.value is not None
        }
        if line.figure not in says or len(values) < 2:
            continue
        least, most = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
        if values[least] > 0 and values[most] > values[least] * 1.05:
            ratio = values[most] / values[least]
            shown = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
            found.append(says[line.figure].format(most=most.upper(), least=least.upper(), times=shown))
    return found


def _not_judged(reports: Sequence[Report]) -> list[str]:
    """Why the table calls nobody best or worst in time and cost."""
    return [] if same_ends(reports) else ["Time and cost have no best here: the events come to different ends."]


def _cut_short(reports: Sequence[Report]) -> list[str]:
    """Which numbers are of a beginning only."""
    return [
        f"The numbers of {letter.upper()} are those of its first {limit.value} records."
        for letter, report in zip(LETTERS, reports, strict=False)
        for limit in report.limits
        if limit.limit == "record_limit"
    ]
