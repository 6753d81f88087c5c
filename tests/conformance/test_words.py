"""Everything that the engine may name has its words, in Python and in the browser's scripts, and they are the same words."""

import json
import re
from pathlib import Path

import pytest

from simulations.engine import RULES
from simulations.engine.rulebook.rule import Rule
from simulations.engine.trace import FATES, OUTCOMES, Attempt, Captured, Cause, Ended, Settled
from simulations.picture import words
from simulations.telling.forecast import VERBS
from tests.conformance.cases import run
from tests.conformance.test_rules import cases

SCRIPT = (Path(__file__).resolve().parent.parent.parent / "static" / "js" / "words.js").read_text(encoding="utf-8")
CAUSES = [text for name, text in vars(Cause).items() if not name.startswith("_")]
EMITTABLE = [rule for rule in RULES.values() if rule.state == "modelled"]


def table(name: str) -> dict[str, str]:
    """A table of plain texts in words.js."""
    body = re.search(rf"const {name} = \{{(.*?)\n\}};", SCRIPT, re.DOTALL)
    assert body, f"words.js has no {name}"
    pairs = re.findall(r'^\s+"?([\w.]+)"?: ("(?:[^"\\]|\\.)*"),', body[1], re.MULTILINE)
    return {key: json.loads(text) for key, text in pairs}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_has_words(cause: str) -> None:
    assert cause in words._CAUSES, f"nothing says what {cause} means"


def test_causes_and_catchers_have_the_same_words_in_the_browser() -> None:
    assert table("CAUSES") == words._CAUSES
    assert table("CATCHERS") == words._CATCHERS


@pytest.mark.parametrize("rule", EMITTABLE, ids=lambda rule: rule.id)
def test_a_rule_that_a_record_may_name_can_be_explained(rule: Rule) -> None:
    """A sentence, how we know it, and where and when it was checked; an assumption says that it is one."""
    assert rule.sentence.endswith("."), rule.id
    assert rule.basis in table("BASIS"), f"nothing says what {rule.basis} means"
    assert rule.checked_on
    assert rule.source or rule.basis in {"assumed", "scenario", "memory"}, f"{rule.id} has no source"


def test_outcomes_and_fates_have_words_and_verbs() -> None:
    assert set(OUTCOMES) == set(words.OUTCOME) == set(VERBS) == set(words.SEVERITY)
    assert {*FATES, ""} == set(words.FATE)


def test_every_reason_catcher_and_ending_of_the_specification_has_words() -> None:
    """What the conformance tables make the engine write, word by word."""
    endings, silent = table("ENDINGS"), set[str]()
    for case in cases():
        records = run(case.scenario)
        own = {record.error_type for record in records if isinstance(record, Attempt)}  # the code's own words
        for record in records:
            match record:
                case Settled() if record.cause not in own and words.why(record.cause).startswith("the error was"):
                    silent.add(str(record.cause))
                case Captured() if record.by not in words._CATCHERS:
                    silent.add(record.by)
                case Ended() if record.reason not in endings:
                    silent.add(record.reason)
                case _:
                    pass
    assert silent == set()
