"""`manage.py render_docs`: write the pages of `docs` that are made from the engine; `--check` only looks.

The pages are pure functions of the engine, so that tests and other tools get them without a Django settings module.
"""

import inspect
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from django.core.management.base import BaseCommand, CommandError

from simulations import pricelist
from simulations.engine import trace
from simulations.engine.rules import RULES, SECTIONS, Basis, Rule, State, Value

DOCS = Path(__file__).resolve().parents[3] / "docs"

_GENERATED = "<!-- Made by `python manage.py render_docs`; change the engine, not this page. -->"

_STATES: dict[State, str] = {
    "modelled": "the simulation acts on it",
    "text_only": "told, because there is nothing to simulate",
    "not_modelled": "not simulated yet",
}
_BASES: dict[Basis, str] = {
    "documented": "AWS says so",
    "emulator": "taken from an emulator that is tested against AWS",
    "community": "observed by users",
    "memory": "common knowledge without a page that says so",
    "assumed": "AWS leaves it open; our choice",
    "scenario": "decided by the scenario or the run itself",
}


def rules_page() -> str:
    """docs/rules.md: every rule with its state, basis, numbers, sources and date."""
    return _page(_rules_head(), *(_section(title, rules) for title, rules in SECTIONS.items()))


def trace_page() -> str:
    """docs/trace.md: the records of a trace, kind by kind."""
    kinds = (_kind(trace.Kind(number), record) for number, record in enumerate(get_args(trace.Record)))
    return _page(_trace_head(), _words(), "## Members of an attempt", _described(trace.Member), *kinds)


def prices_page() -> str:
    """docs/prices.md: what `manage.py price` reads, and every price."""
    return _page(pricelist.page())


PAGES: dict[str, Callable[[], str]] = {"rules.md": rules_page, "trace.md": trace_page, "prices.md": prices_page}


def stale(folder: Path = DOCS) -> list[str]:
    """The names of the pages that are missing or differ from what the engine says."""
    return [name for name, render in PAGES.items() if not _holds(folder / name, render())]


class Command(BaseCommand):
    help = "Write the pages of docs that are made from the engine."
    # the pages need no database, no URLs, no templates
    requires_system_checks: list[str] = []  # noqa: RUF012  (declared so by Django)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")

    def handle(self, *, check: bool, **_: Any) -> None:
        names = stale()
        if check and names:
            raise CommandError(f"stale: {', '.join(names)} in docs; run `python manage.py render_docs`")
        DOCS.mkdir(exist_ok=True)
        for name in names:
            (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
            self.stdout.write(f"wrote docs/{name}")


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _page(*parts: str) -> str:
    return "\n\n".join((_GENERATED, *parts)) + "\n"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _rules_head() -> str:
    states = Counter(rule.state for rule in RULES.values())
    bases = Counter(rule.basis for rule in RULES.values())
    return "\n\n".join(
        (
            "# Rules",
            (
                f"Redrive knows {len(RULES)} rules. Each record of a run names the one that caused it. "
                "A rule's numbers stand here under the names the engine uses; their unit is the end of the name."
            ),
            _table(
                ("state", "meaning", "rules"), ((_plain(key), text, str(states[key])) for key, text in _STATES.items())
            ),
            _table(
                ("basis", "meaning", "rules"), ((_plain(key), text, str(bases[key])) for key, text in _BASES.items())
            ),
        )
    )


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _section(title: str, rules: tuple[Rule, ...]) -> str:
    return "\n\n".join((f"## {title}", *(_rule(rule) for rule in rules)))


def _rule(rule: Rule) -> str:
    checked = f", checked on {rule.checked_on}" if rule.source else ""
    parts = [f"### {rule.id}", rule.sentence, f"*{_plain(rule.state)}, {rule.basis}{checked}*"]
    if rule.reason:
        parts.append(f"Not simulated: {rule.reason}")
    if rule.note:
        parts.append(f"Mind: {rule.note}")
    facts = [f"- `{name}`: {_shown(value)}" for name, value in rule.values.items()]
    facts += [f"- source: {_link(source)}" for source in rule.source]
    return "\n\n".join([*parts, "\n".join(facts)] if facts else parts)


def _shown(value: Value) -> str:
    return f"`{value}`" if isinstance(value, str) else f"{value:,}"


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("https://") else source


def _trace_head() -> str:
    _, _, told = (inspect.getdoc(trace) or "").partition("\n\n")  # the first line is the title
    return f"# The trace\n\n{told}"


def _words() -> str:
    """The word tables: what a number in a row stands for, and the causes."""
    causes = sorted(word for name, word in vars(trace.Cause).items() if name.isupper())
    tables = (
        f"`{title}`: " + ", ".join(f"{number} {word}" for number, word in enumerate(words))
        for title, words in (("kind", trace.KINDS), ("outcome", trace.OUTCOMES), ("fate", trace.FATES))
    )
    causes_line = "`cause`: " + ", ".join(causes)
    head = "In a row these are numbers, the kind in place 0; in a record, words."
    return "\n\n".join(("## Words", head, *tables, "Always words:", causes_line))


def _kind(kind: trace.Kind, record: type[msgspec.Struct]) -> str:
    return f"## {kind} {trace.KINDS[kind]}\n\n{_described(record)}"


def _described(struct: type[msgspec.Struct]) -> str:
    """A struct's docstring and its fields; `place` is where a field stands in the row."""
    types = inspect.get_annotations(struct)
    rows = (
        (str(place), f"`{name}`", f"`{_type(types[name])}`")
        for place, name in enumerate(struct.__struct_fields__)
        if name != "seq"
    )
    return f"{inspect.getdoc(struct)}\n\n{_table(('place', 'field', 'type'), rows)}"


def _type(annotation: Any) -> str:
    """A type the way the source writes it."""
    if annotation is Any:
        return "any JSON"
    written = annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
    return written.replace("typing.", "").replace("None", "null")
