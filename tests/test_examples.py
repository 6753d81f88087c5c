"""The page of examples says only what its runs do: every claim is held by the engine, every number comes from the run."""

import re
from functools import cache
from typing import Any

import msgspec
import pytest
from django.test import Client

from simulations import links
from simulations.engine import RULES
from simulations.engine.trace import Kind
from simulations.examples import SITUATIONS, Claim, Example, Situation, load, shown
from simulations.examples.facts import money
from tests.aws_commands import check_command, commands
from tests.links.publish import FOLDER

EXAMPLES = [example for situation in SITUATIONS for example in situation.examples]
CLAIMS = [(example, claim) for example in EXAMPLES for claim in example.claims]
RULE_ID = re.compile(r"\b[A-Z][A-Z0-9]*-[0-9]+\b")
NUMBERS_IN_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|hundred|thousand|million|half"
    r"|minutes?|hours?|days?|seconds|cents?|dollars?)\b",
    re.IGNORECASE,
)
# what a name of a service and a setting's own words may hold
NAMES = re.compile(r"\bS3\b|`[^`]*`")


@cache
def played(key: str) -> shown.Played:
    return shown.play(next(example for example in EXAMPLES if example.key == key))


def claim_id(value: Any) -> str:
    return value.key if isinstance(value, Example) else value.rule


@pytest.mark.parametrize(("example", "claim"), CLAIMS, ids=claim_id)
def test_a_rule_shows_in_its_example_as_the_page_claims(example: Example, claim: Claim) -> None:
    facts = played(example.key).facts
    found = {name: facts.value(name) for name in claim.holds}
    assert found == claim.holds, f"{claim.rule} in {example.key}: {example.link}"


@pytest.mark.parametrize(("example", "claim"), CLAIMS, ids=claim_id)
def test_a_rule_that_is_modelled_acts_in_the_run_it_explains(example: Example, claim: Claim) -> None:
    assert RULES[claim.rule].state != "not_modelled", f"the simulation does not know {claim.rule}"
    acting = set()
    for row in played(example.key).rows:
        acting.add(row[2])
        if row[0] == Kind.ATTEMPT:
            acting |= {row[3], row[-1]}
    assert claim.rule in acting or RULES[claim.rule].state == "text_only"


@pytest.mark.parametrize(("example", "claim"), CLAIMS, ids=claim_id)
def test_a_claim_gives_no_number_that_it_does_not_hold(example: Example, claim: Claim) -> None:
    named = shown.FACT.findall(claim.says)
    assert [name for name in named if name not in claim.holds and not name.startswith(("scenario.", "rules."))] == []
    assert claim.holds


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.key)
def test_prose_has_no_number_of_its_own(situation: Situation) -> None:
    written = [situation.story, *(claim.says for example in situation.examples for claim in example.claims)]
    prose = [NAMES.sub("", RULE_ID.sub("", shown.FACT.sub("", text))) for text in written]
    assert [text for text in prose if re.search(r"[0-9]", text) or NUMBERS_IN_WORDS.search(text)] == []


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.key)
def test_what_a_situation_says_of_its_settings_holds_in_all_its_examples(situation: Situation) -> None:
    for name in shown.FACT.findall(situation.story + situation.cli):
        values = [played(example.key).facts.value(name) for example in situation.examples]
        assert values == values[:1] * len(values), name


def test_every_rule_that_is_named_exists() -> None:
    text = msgspec.json.encode(SITUATIONS).decode()
    named = {rule for situation in SITUATIONS for rule in situation.tutorial} | {claim.rule for _, claim in CLAIMS}
    assert named | set(RULE_ID.findall(re.sub(r"arn:\S+", "", text))) <= set(RULES)


def test_the_rules_beside_the_tutorial_are_of_its_section() -> None:
    assert all(rule.startswith("TUT-") for situation in SITUATIONS for rule in situation.tutorial)


def test_keys_are_given_once() -> None:
    keys = [situation.key for situation in SITUATIONS] + [example.key for example in EXAMPLES]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", key) for key in keys)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_the_link_of_an_example_is_a_published_link(example: Example) -> None:
    """`python -m tests.links.publish example-KEY LINK 'the page of examples'` keeps a new one."""
    path = FOLDER / f"example-{example.key}.json"
    assert path.exists(), f"{path.name} is missing: publish the link"
    kept = links.read_link(msgspec.json.decode(path.read_bytes())["link"])
    assert kept == links.read_link(example.link)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_an_example_runs_to_its_end(example: Example) -> None:
    report = played(example.key).report
    assert report.ended is not None
    assert report.ended.reason == "settled"
    assert report.events.unsettled == 0


# of the same burst and the same batches, what one setting changes


def test_a_dead_letter_queue_moves_lost_to_captured_and_changes_no_attempt() -> None:
    lost, captured = played("upload-lost").report, played("upload-captured").report
    assert (lost.events.lost, captured.events.captured) == (1, 1)
    assert lost.attempts == captured.attempts
    assert lost.cost.by_service["lambda"] == captured.cost.by_service["lambda"]


def test_reporting_saves_the_healthy_with_and_without_a_redrive_policy() -> None:
    healthy = played("orders-report-redrive").report.events.arrived - 1
    for key in ("orders-report-redrive", "orders-report-forever"):
        assert played(key).report.events.delivered == healthy
    for key in ("orders-raise-redrive", "orders-raise-forever"):
        assert played(key).report.events.delivered < healthy


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_burst_buries_healthy_messages_whatever_the_luck(seed: int) -> None:
    link = next(example.link for example in EXAMPLES if example.key == "burst-reserved")
    run = shown.play(Example(key="seed", title="", link=f"{link}&seed={seed}", claims=[]))
    assert run.report.events.captured >= 40
    assert run.facts.value("most_invocations.captured") == 0


# the format


def test_a_word_nobody_knows_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `linc`"):
        load('key = "a"\ntitle = "A"\nstory = "."\n[[examples]]\nkey = "b"\ntitle = "B"\nlinc = ""\nclaims = []')


def test_a_fact_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"events\.rescued"):
        played("upload-works").facts.value("events.rescued")


def test_a_wrong_number_does_not_hold() -> None:
    facts = played("orders-raise-redrive").facts
    assert facts.value("caught.queue_dlq") != 9
    assert facts.value("event.3.starts_s") != [0.0, 30.0, 60.0, 90.0]


def test_facts_are_said_with_their_unit() -> None:
    facts = played("upload-lost").facts
    assert facts.said("attempts.total") == "3"
    assert facts.said("event.1.settled_us") == "3 min 0.3 s"
    assert facts.said("scenario.maximum_event_age_s") == "6 h"
    assert facts.said("billed_ms") == "300 ms"
    assert facts.said("cost.lambda_usd") == "$0.0000012"


@pytest.mark.parametrize(("usd", "said"), [("0", "$0"), ("0.00000122500125", "$0.0000012"), ("12.34", "$12")])
def test_money_has_two_digits_that_count(usd: str, said: str) -> None:
    assert money(usd) == said


def test_code_and_rules_in_a_sentence_are_found() -> None:
    assert shown.parts("`Errors` stay (ASYNC-4), not UTF-8.") == [
        shown.Part("code", "Errors"),
        shown.Part("text", " stay ("),
        shown.Part("rule", "ASYNC-4"),
        shown.Part("text", "), not "),
        shown.Part("text", "UTF-8"),
        shown.Part("text", "."),
    ]


# the commands


PARTS: list[tuple[Situation | Example, Example]] = [
    *((situation, situation.examples[0]) for situation in SITUATIONS),
    *((example, example) for example in EXAMPLES),
]


@pytest.mark.parametrize(("part", "example"), [pair for pair in PARTS if pair[0].cli], ids=lambda part: part.key)
def test_a_command_is_one_that_aws_knows(part: Situation | Example, example: Example) -> None:
    (words,) = commands(shown.commands(part.cli, played(example.key).facts))
    _, given = check_command(words)
    # what AWS takes as JSON within a text is JSON there, too
    texts = [inner for value in given.values() if isinstance(value, dict) for inner in value.values()]
    assert all(msgspec.json.decode(text) for text in texts if isinstance(text, str) and text.startswith("{"))


# the page


@cache
def page() -> str:
    answer = Client().get("/examples/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_the_page_opens_each_run_by_its_canonical_link(example: Example) -> None:
    link = f"/?{links.render_link(links.read_link(example.link))}"
    assert f'href="{link.replace("&", "&amp;")}"' in page()
    assert Client().get(link).status_code == 200


def test_every_rule_on_the_page_leads_to_its_place() -> None:
    rules = Client().get("/rules/").content.decode()
    targets = set(re.findall(r'href="/rules/#([^"]+)"', page()))
    assert targets
    assert [target for target in targets if f'id="{target}"' not in rules] == []


def test_ids_on_the_page_are_unique() -> None:
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert len(ids) == len(set(ids))


def test_no_name_of_a_fact_is_left_on_the_page() -> None:
    assert shown.FACT.findall(re.sub(r"<svg.*?</svg>", "", page(), flags=re.DOTALL)) == []


def test_a_page_that_was_drawn_once_is_quick() -> None:
    page()
    assert shown.situations() is shown.situations()
