"""The examples as the page shows them: simulated, counted and drawn once in a process, since a run never changes."""

import re
from functools import cache
from threading import Lock
from typing import NamedTuple

from django.utils.safestring import SafeString

from simulations import links, picture
from simulations.engine import RULES, TRIGGERS, Scenario, make_report, simulate_rows
from simulations.engine.report import Report
from simulations.engine.rules import Rule
from simulations.engine.trace import Row
from simulations.examples import SITUATIONS, Example, Situation
from simulations.examples.facts import Facts, money
from simulations.picture.words import duration

FACT = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_-]+)*)\}")
_MAKING = Lock()
_ROOM = 680  # pixels for a picture: what the text beside it leaves in a window of 1280 px
_CODE_OR_RULE = re.compile(r"(`[^`]+`|\b[A-Z][A-Z0-9]*-[0-9]+\b)")


class Part(NamedTuple):
    """A piece of a sentence: `text`, `code` or the id of a `rule`."""

    kind: str
    text: str


class ShownClaim(NamedTuple):
    rule: Rule
    says: list[Part]


class Number(NamedTuple):
    """One of the figures under a picture."""

    name: str
    value: str


class ShownExample(NamedTuple):
    key: str
    title: str
    link: str
    drawing: SafeString
    outcome: str
    numbers: list[Number]
    claims: list[ShownClaim]
    cli: str


class ShownSituation(NamedTuple):
    key: str
    title: str
    story: list[Part]
    cli: str
    beside: list[tuple[Rule, list[Part]]]
    examples: list[ShownExample]


class Played(NamedTuple):
    """An example with its run."""

    scenario: Scenario
    rows: list[Row]
    report: Report
    facts: Facts


def play(example: Example) -> Played:
    """Simulate an example to its end."""
    scenario = links.read_link(example.link)
    rows = [row for chunk in simulate_rows(scenario) for row in chunk]
    report = make_report(scenario, rows, keep_documents=False)
    return Played(scenario, rows, report, Facts(scenario, rows, report))


def situations() -> list[ShownSituation]:
    """All of them; who comes while they are being made waits for them."""
    with _MAKING:
        return _situations()


@cache
def _situations() -> list[ShownSituation]:
    return [_situation(situation) for situation in SITUATIONS]


def _situation(situation: Situation) -> ShownSituation:
    played = [(example, play(example)) for example in situation.examples]
    facts = played[0][1].facts
    return ShownSituation(
        situation.key,
        situation.title,
        parts(fill(situation.story, facts)),
        commands(situation.cli, facts),
        [(RULES[rule], parts(RULES[rule].sentence)) for rule in situation.tutorial],
        [_example(example, run) for example, run in played],
    )


def _example(example: Example, run: Played) -> ShownExample:
    noun = TRIGGERS[run.scenario.trigger].noun
    return ShownExample(
        example.key,
        example.title,
        f"/?{links.render_link(run.scenario)}",
        picture.draw(run.rows, noun, room=_ROOM, name=example.key),
        picture.summary(run.rows, noun),
        numbers(run.report),
        [ShownClaim(RULES[claim.rule], parts(fill(claim.says, run.facts))) for claim in example.claims],
        commands(example.cli, run.facts),
    )


def numbers(report: Report) -> list[Number]:
    """What the sentence does not say: how often the code ran, when the last event was settled, what Lambda costs."""
    ran, errors, settled = report.invocations.total, report.invocations.errors, report.time_to_settle.max_us
    return [
        Number("Invocations", f"{ran:,}{_failed(ran, errors)}"),
        *([Number("All settled after", duration(settled))] if settled is not None else []),
        Number("AWS bills", money(report.cost.total_usd)),
    ]


def _failed(ran: int, errors: int) -> str:
    if not errors:
        return ""
    return f", {errors:,} of them failed" if errors < ran else ", all failed" if ran > 1 else ", failed"


def fill(text: str, facts: Facts) -> str:
    """The sentence with its facts in it."""
    return FACT.sub(lambda found: facts.said(found[1]), " ".join(text.split()))


def commands(text: str, facts: Facts) -> str:
    """Commands with the values of the link in them, as a shell wants them: bare."""
    return FACT.sub(lambda found: str(facts.value(found[1])), text.strip())


def parts(text: str) -> list[Part]:
    """A text cut at its code and its rule ids."""
    return [_part(piece) for piece in _CODE_OR_RULE.split(text) if piece]


def _part(piece: str) -> Part:
    if piece.startswith("`"):
        return Part("code", piece.strip("`"))
    return Part("rule" if piece in RULES else "text", piece)
