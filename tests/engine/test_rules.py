import re
import warnings
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from simulations.engine.rules import RULES, SECTIONS, Rule, number, value
from simulations.engine.trace import KINDS
from simulations.management.commands import render_docs

ONE_YEAR = timedelta(days=366)

# every rule we know of, by prefix: the ids run from 1 to the number given
RANGES = {
    "GEN": 6, "SYNC": 8, "SDK": 8, "APIGW": 11, "ALB": 5, "VPCL": 1, "FURL": 4, "SFN": 7, "COG": 1, "EDGE": 1, "CON": 1,
    "FH": 1, "S3B": 1, "LEX": 1, "SEC": 1, "PIPE": 13, "SES": 2, "S3OL": 1, "APPS": 1, "ALX": 1, "ASYNC": 11, "DEST": 9,
    "REC": 4, "S3": 2, "SNS": 3, "EB": 3, "SCH": 1, "CWL": 1, "CWA": 1, "IOT": 2, "CFN": 1, "CP": 1, "CC": 1, "CFG": 1,
    "ESM": 7, "FILTER": 6, "SQS": 23, "STREAM": 21, "KAFKA": 10, "MQ": 5, "DOCDB": 2, "ESMM": 1, "CONC": 6, "INIT": 6,
    "FN": 2, "ERR": 1, "DUR": 3, "LMI": 1, "MVM": 1, "COST": 8, "BILL": 16, "MET": 20, "PERM": 15, "SET": 15, "CU": 15, "TUT": 13,
    "RUN": 7,
}  # fmt: skip
# what we assume is numbered in blocks, so that two people can add to it at once; only here may numbers be missing
ASSUMED_BLOCKS = [
    range(1, 10),
    range(10, 20),
    range(20, 30),
    range(30, 40),
    range(40, 50),
    range(50, 60),
    range(60, 70),
]
# the permissions of polled sources have numbers of their own
BESIDES = [f"PERM-{n}" for n in range(20, 26)]

# what a learner may look for; a value in these units must be a number
UNITS = ("_s", "_ms", "_bytes", "_days", "_mb", "_per_s", "_per_minute", "_factor", "_attempts", "_rate")


def ids(*states: str) -> list[str]:
    return [rule.id for rule in RULES.values() if rule.state in states]


def test_every_rule_is_there_and_no_other() -> None:
    expected = [f"{prefix}-{n}" for prefix, last in RANGES.items() for n in range(1, last + 1)]
    assumed = [rule_id for rule_id in RULES if rule_id.startswith("MODEL-")]
    assert sorted(RULES) == sorted([*expected, *BESIDES, *assumed])


def test_assumptions_are_numbered_from_the_start_of_their_block() -> None:
    numbers = [int(rule_id.removeprefix("MODEL-")) for rule_id in RULES if rule_id.startswith("MODEL-")]
    blocks = [[n for n in numbers if n in block] for block in ASSUMED_BLOCKS]
    assert sorted(chain.from_iterable(blocks)) == sorted(numbers)
    assert [sorted(found) for found in blocks] == [
        list(block)[: len(found)] for block, found in zip(ASSUMED_BLOCKS, blocks, strict=True)
    ]


def test_every_rule_stands_in_one_section() -> None:
    assert [rule.id for rule in chain.from_iterable(SECTIONS.values())] == list(RULES)
    assert all(rule_id == rule.id for rule_id, rule in RULES.items())


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_sentence_is_short_plain_and_ends(rule: Rule) -> None:
    assert rule.sentence.strip() == rule.sentence
    assert "  " not in rule.sentence
    assert len(rule.sentence) <= 330
    if not rule.id.startswith("SET-"):  # those end in the name of a template property
        assert rule.sentence[0].isupper() or rule.sentence.startswith("s3:")
    assert rule.sentence.endswith(".")


@pytest.mark.parametrize("rule_id", ids("text_only", "not_modelled"))
def test_a_rule_the_engine_does_not_act_on_says_why(rule_id: str) -> None:
    assert RULES[rule_id].reason.endswith(".")


@pytest.mark.parametrize("rule_id", ids("modelled"))
def test_a_modelled_rule_needs_no_excuse(rule_id: str) -> None:
    assert RULES[rule_id].reason == ""


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_documented_rule_has_a_page(rule: Rule) -> None:
    assert all(re.fullmatch(r"https://\S+|botocore \S+ service model of \w+, shape \w+", text) for text in rule.source)
    if rule.basis in ("documented", "emulator", "community"):
        assert any(text.startswith("https://") for text in rule.source)


@pytest.mark.filterwarnings("default")  # old rules are a task for somebody, not a fault of the code under test
def test_the_rules_were_checked_within_a_year() -> None:
    today = datetime.now(UTC).date()
    days = {rule.id: date.fromisoformat(rule.checked_on) for rule in RULES.values()}
    if old := [rule_id for rule_id, day in days.items() if today - day > ONE_YEAR]:
        warnings.warn(f"not checked for a year: {', '.join(old)}", stacklevel=1)
    assert min(days.values()) >= date(2026, 11, 23)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_values_are_numbers_in_named_units_or_words_of_aws(rule: Rule) -> None:
    for name, found in rule.values.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert isinstance(found, int | float | str)
        assert not isinstance(found, bool)
        if name.endswith(UNITS):
            assert isinstance(found, int | float), f"{name} has a unit"


def test_what_we_assume_is_not_called_documented() -> None:
    for rule_id, rule in RULES.items():
        if rule_id.startswith("MODEL-"):
            assert rule.basis == "assumed"
        assert (rule.basis == "scenario") == rule_id.startswith("RUN-")


def test_a_rule_mentioned_in_a_sentence_exists() -> None:
    for rule in RULES.values():
        for text in (rule.sentence, rule.reason, rule.note):
            mentioned = re.findall(r"\b(?:" + "|".join([*RANGES, "MODEL"]) + r")-\d+\b", text)
            assert set(mentioned) <= set(RULES), rule.id


def test_values_are_found_by_rule_and_name() -> None:
    assert value("DEST-5", "retries_exhausted") == "RetriesExhausted"
    assert number("ASYNC-3", "first_retry_s") == 60
    with pytest.raises(KeyError):
        value("ASYNC-3", "third_retry_s")
    with pytest.raises(AssertionError):
        number("DEST-5", "retries_exhausted")


def test_a_maximum_is_never_below_its_default() -> None:
    assert number("ASYNC-5", "minimum_event_age_s") <= number("ASYNC-5", "maximum_event_age_s")
    assert (
        number("SQS-7", "minimum_retention_s")
        <= number("SQS-7", "default_retention_s")
        <= number("SQS-7", "maximum_retention_s")
    )
    assert number("SQS-8", "default_visibility_timeout_s") <= number("SQS-8", "maximum_visibility_timeout_s")
    assert number("FN-1", "timeout_s") <= number("FN-1", "maximum_timeout_s")


def test_our_steps_of_polling_make_the_documented_pace() -> None:
    per_minute = 60_000 // number("MODEL-7", "interval_ms") * number("MODEL-7", "step")
    assert per_minute == number("SQS-11", "per_minute")


def test_our_waits_lie_within_the_documented_ones() -> None:
    assert number("ASYNC-9", "first_wait_s") == 1
    assert number("ASYNC-9", "longest_wait_s") == 5 * 60


def test_the_generated_pages_are_fresh() -> None:
    assert render_docs.stale() == []


def test_the_pages_tell_every_rule_and_every_kind_of_record() -> None:
    rules_page, trace_page = render_docs.rules_page(), render_docs.trace_page()
    assert [rule_id for rule_id in RULES if f"### {rule_id}\n" not in rules_page] == []
    assert [kind for kind in KINDS if f" {kind}\n" not in trace_page] == []


def test_a_page_that_differs_is_stale(tmp_path: Path) -> None:
    (tmp_path / "rules.md").write_text(render_docs.rules_page(), encoding="utf-8")
    (tmp_path / "trace.md").write_text(render_docs.trace_page() + "edited", encoding="utf-8")
    assert render_docs.stale(tmp_path) == ["trace.md", "prices.md"]
