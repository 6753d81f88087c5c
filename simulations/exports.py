"""A run to take along: the picture as SVG, attempts and events as CSV, everything as JSON, a snippet of Markdown; its settings as code.

Each is made from a scenario alone, so that a plain link gives it. What is cut by the site's limit says so in its file name.
"""

import csv
import io
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

import msgspec

from simulations import picture
from simulations.as_code import LANGUAGES, as_code
from simulations.engine import TRIGGERS, Scenario, simulate_rows
from simulations.engine.report import make_report
from simulations.engine.trace import Row, to_record
from simulations.picture.standalone import standalone
from simulations.telling import sentence

_ROOM = 960
_MOST_LINES = 12
# what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Export(NamedTuple):
    """A file: its name, type and content."""

    name: str
    kind: str
    content: bytes


class _Run:
    """What all of them are made from; `address` is the whole address of the page. What needs no records simulates nothing."""

    def __init__(self, scenario: Scenario, address: str, most: int) -> None:
        self.scenario, self.address, self._most = scenario, address, most

    @cached_property
    def rows(self) -> list[Row]:
        return [row for chunk in simulate_rows(self.scenario, record_limit=self._most) for row in chunk]

    @property
    def noun(self) -> str:
        return TRIGGERS[self.scenario.trigger].noun


def _svg(run: _Run) -> bytes:
    return standalone(picture.draw(run.rows, run.noun, room=_ROOM)).encode()


def _csv(head: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """Comma separated, with quotes where they are needed; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line] for line in lines)
    return text.getvalue().encode()


def _attempts(run: _Run) -> bytes:
    """One line an attempt, times in microseconds."""
    head = ("attempt", "events", "number", "start_us", "end_us", "init_us", "outcome", "error", "billed_ms", "rule")
    story = picture.read(run.rows)
    return _csv(head, [
        (str(n), " ".join(story.events[event].id for event in one.events), str(one.number), str(one.at), str(one.end),
         str(one.init_us), one.outcome, one.error, str(one.billed_ms), one.rule)
        for n, one in enumerate(story.attempts, start=1)
    ])  # fmt: skip


def _events(run: _Run) -> bytes:
    """One line an event, times in microseconds; what is not settled has neither fate nor time."""
    head = ("event", "arrived_us", "attempts", "fate", "kept_by", "cause", "settled_us", "rule")
    return _csv(head, [
        (one.id, str(one.arrived_us), str(one.attempts), one.fate, one.catcher, one.cause or "",
         str(one.settled_us) if one.settled_seq else "", one.settled_rule)
        for one in picture.read(run.rows).events
    ])  # fmt: skip


def _json(run: _Run) -> bytes:
    """As `manage.py simulate --format json` prints it."""
    records = [to_record(seq, row) for seq, row in enumerate(run.rows, start=1)]
    report = make_report(run.scenario, [run.rows])
    return msgspec.json.encode({"scenario": run.scenario, "records": records, "report": report}) + b"\n"


def _markdown(run: _Run) -> bytes:
    """The sentence, the link, and the first attempts as a table."""
    label = TRIGGERS[run.scenario.trigger].label
    table = picture.table(run.rows, _MOST_LINES)
    lines = [
        f"**{label}:** {_plain(sentence(picture.read(run.rows), run.noun))}",
        "",
        f"[Play this run in Redrive]({run.address})",
        "",
        f"| {' | '.join(table.head)} |",
        f"|{' --- |' * len(table.head)}",
        *(f"| {' | '.join(_plain(cell) for cell in line.cells)} |" for line in table.lines),
        *([f"\n{table.hidden:,} more attempts are not shown."] if table.hidden else []),
    ]
    return ("\n".join(lines) + "\n").encode()


def _plain(text: str) -> str:
    """A text that Markdown takes as it is."""
    return "".join(f"\\{letter}" if letter in r"\`*_[]<>|#" else letter for letter in text)


def _code(language: str, run: _Run) -> bytes:
    """The settings in a language, below the address of the run for which they were chosen."""
    code = as_code(run.scenario)
    left = f"# {code.left}\n" if code.left else ""
    return f"# {run.address}\n{left}{getattr(code, language)}".encode()


_CODE_KIND = "text/plain; charset=utf-8"
_KINDS: dict[str, tuple[str, Callable[[_Run], bytes]]] = {
    "timeline.svg": ("image/svg+xml", _svg),
    "attempts.csv": ("text/csv; charset=utf-8", _attempts),
    "events.csv": ("text/csv; charset=utf-8", _events),
    "run.json": ("application/json", _json),
    "run.md": ("text/markdown; charset=utf-8", _markdown),
    **{file: (_CODE_KIND, partial(_code, language)) for language, (_, file) in LANGUAGES.items()},
}
NAMES = tuple(_KINDS)


def export(name: str, scenario: Scenario, address: str, most: int) -> Export:
    """One of the files of a run, or of its first `most` records. Raises `KeyError` for a name that is none."""
    kind, make = _KINDS[name]
    run = _Run(scenario, address, most)
    content = make(run)
    cut = f"-first-{most}-records" if kind != _CODE_KIND and run.rows and run.rows[-1][3] == "record_limit" else ""
    stem, _, ending = name.rpartition(".")
    return Export(f"redrive-{scenario.trigger}-{stem}{cut}.{ending}", kind, content)
