"""The panes as the page shows them: names, notices, what is wrong, and the triggers to choose from."""

from collections.abc import Sequence

import msgspec

from simulations import links
from simulations.comparison.reading import LETTERS, NONE, Comparison, Pane
from simulations.engine import TRIGGERS, FieldError
from simulations.engine.fields import scenario_fields
from simulations.engine.trigger import Trigger
from simulations.forms import Choice

MODELS = {
    "synchronous": "synchronous",
    "asynchronous": "asynchronous",
    "queue": "polled queue",
    "stream": "polled stream",
    "broker": "polled broker",
    "pipe": "pipe",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a pane: the title of its field, where it belongs to one, and what to put right."""

    title: str
    message: str
    code: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A pane as the page shows it; `alone` is the address of its scenario, `active` False a third pane that is not there."""

    letter: str
    number: int
    active: bool
    link: str
    alone: str
    label: str
    model: str
    notice: str
    problems: tuple[Problem, ...]
    choices: tuple[Choice, ...]


def columns(found: Comparison) -> list[Column]:
    """All three places for a pane, with what is chosen, what gave way and what is wrong."""
    known = {pane.letter: pane for pane in found.panes}
    runs = bool(found.scenarios)
    return [_column(n, letter, known.get(letter), runs) for n, letter in enumerate(LETTERS, start=1)]


def _column(number: int, letter: str, pane: Pane | None, runs: bool) -> Column:
    """Where anything is wrong, every link stays as it was given."""
    shown = pane or Pane(letter=letter, link="")
    trigger = shown.trigger
    link = links.render_link(shown.scenario) if shown.scenario and runs else shown.link
    return Column(
        letter=letter,
        number=number,
        active=pane is not None,
        link=link,
        alone=f"/?{link.partition('?')[2] or link}",
        label=trigger.label if trigger else "",
        model=MODELS[trigger.model] if trigger else "",
        notice=_gave_way(letter, shown.replaced),
        problems=tuple(_problem(error, trigger) for error in shown.errors),
        choices=_choices(letter, pane),
    )


def _gave_way(letter: str, replaced: Sequence[str]) -> str:
    if not replaced:
        return ""
    *rest, last = replaced
    what = f"{', '.join(rest)} and {last}" if rest else last
    return f"{letter.upper()}'s own {what} {'were' if rest or last == 'failures' else 'was'} replaced by A's."


def _problem(error: FieldError, trigger: Trigger | None) -> Problem:
    fields = scenario_fields(trigger.key) if trigger else ()
    title = next((field.title for field in fields if field.key == error.field), error.field)
    return Problem(title=title, message=error.message, code=error.code)


def _choices(letter: str, pane: Pane | None) -> tuple[Choice, ...]:
    """The triggers for a pane. What is chosen has no value: then the pane's link decides, also one that was just pasted."""
    own = pane.trigger if pane else None
    missing = "no third pane" if letter == LETTERS[-1] else "none yet: choose one"
    words = own.label if own else "as in its link" if pane else missing
    choices = [Choice(value="", label=words, selected=True)]
    choices += [Choice(value=one.key, label=one.label, selected=False) for one in TRIGGERS.values() if one is not own]
    if pane and letter == LETTERS[-1]:
        choices.append(Choice(value=NONE, label="no third pane", selected=False))
    return tuple(choices)
