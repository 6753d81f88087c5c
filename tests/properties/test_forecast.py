"""The sentence above the figure says what the run then does: for every trigger, whatever the settings."""

import re
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations import links
from simulations.engine import TRIGGERS, Scenario, make_report, simulate_rows
from simulations.engine.cost import rates
from simulations.engine.trace import FATES, OUTCOMES, Kind, Row
from simulations.picture.words import catcher, counted, duration, why
from simulations.telling import sentence, story_of
from simulations.telling.changes import changes
from simulations.telling.forecast import VERBS
from tests.strategies import scenarios

MOST = 3_000
_VERB_OUTCOME = {verb: outcome for outcome, verbs in VERBS.items() for verb in verbs}
_VERB = "|".join(sorted((re.escape(verb) for verb in _VERB_OUTCOME), key=len, reverse=True))


def rows_of(scenario: Scenario) -> list[Row]:
    return [row for chunk in simulate_rows(scenario, record_limit=MOST) for row in chunk]


def number(text: str) -> int:
    return int(text.replace(",", ""))


def attempts_said(said: str) -> int:
    """How many attempts the sentence speaks of."""
    found = re.search(r"([\d,]+) attempts?\b", said)
    return number(found[1]) if found else 0


def outcomes_said(said: str, total: int) -> Counter[str]:
    """How many attempts of each outcome: alone, in a list, or all of them."""
    alone = re.search(rf"\d attempts?[^;:]*, (?:which|all of which) ({_VERB})", said)
    if alone:
        return Counter({_VERB_OUTCOME[alone[1]]: total})
    return Counter({_VERB_OUTCOME[verb]: number(n) for n, verb in re.findall(rf"([\d,]+) ({_VERB})\b", said)})


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(data=st.data())
def test_the_sentence_counts_what_the_run_does(trigger: str, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(trigger))
    rows = rows_of(scenario)
    said = sentence(story_of(scenario, MOST), TRIGGERS[trigger].noun)
    tried = [row for row in rows if row[0] == Kind.ATTEMPT]
    assert attempts_said(said) == len(tried), said
    assert outcomes_said(said, len(tried)) == Counter(OUTCOMES[row[9]] for row in tried), said


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(data=st.data())
def test_the_sentence_says_what_becomes_of_every_event(trigger: str, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(trigger))
    rows, noun = rows_of(scenario), TRIGGERS[trigger].noun
    said = sentence(story_of(scenario, MOST), noun)
    ids = {row[3] for row in rows if row[0] == Kind.ARRIVED}
    fates = Counter(FATES[row[4]] for row in rows if row[0] == Kind.SETTLED)
    fates[""] = len(ids) - sum(fates.values())
    if len(ids) != 1:
        assert said.startswith((counted(len(ids), noun), "Nothing happens"))
        told = Counter[str]()
        for part in said.partition(": ")[2].split(", "):
            found = re.match(rf"([\d,]+) {noun[:-1]}\w* (.*)", part.rstrip("."))
            if found:
                told[fate_said(found[2])] += number(found[1])
        assert +told == +fates, said
        return
    (fate,) = (fate for fate, n in fates.items() if n)
    settled = next((row for row in rows if row[0] == Kind.SETTLED), None)
    assert fate_said(re.split(rf"the {noun} is ", said)[-1]) == fate, said
    if settled is not None and fate in {"lost", "captured", "returned"}:
        assert why(settled[5]) in said
    caught = [row[4] for row in rows if row[0] == Kind.CAPTURED and row[4] != "on_success"]
    assert fate != "captured" or f"kept by {catcher(caught[-1])}" in said


def fate_said(words: str) -> str:
    """The fate that these words tell."""
    starts = {
        "kept by": "captured", "lost": "lost", "handed back": "returned", "handled": "delivered", "done with": "delivered",
        "acknowledged": "delivered", "filtered": "filtered", "dropped": "filtered", "not settled": "",
    }  # fmt: skip
    return next(fate for start, fate in starts.items() if words.startswith(start))


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(data=st.data())
def test_the_sentence_says_how_long_one_event_takes(trigger: str, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(trigger, traffic={"kind": "single", "at_ms": 0}))
    rows = rows_of(scenario)
    tried = [row for row in rows if row[0] == Kind.ATTEMPT]
    if not tried or len({row[3] for row in rows if row[0] == Kind.ARRIVED}) != 1:
        return
    settled = [row[1] for row in rows if row[0] == Kind.SETTLED]
    took = max(*settled, *(row[8] for row in tried), 0)
    assert duration(took) in sentence(story_of(scenario, MOST), TRIGGERS[trigger].noun)


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(data=st.data())
def test_a_change_that_is_offered_is_accepted_and_leads_where_it_says(trigger: str, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(trigger))
    texts = links.render_texts(scenario)
    for change in changes(scenario):
        other = links.read_scenario(texts | change.set)
        assert rows_of(other) != rows_of(scenario)
        if change.then:
            told, report = change.then, make_report(other)
            assert attempts_said(told) == report.attempts.total
            assert report.events.lost == 0 or "lost" in told


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(data=st.data())
def test_nothing_ends_badly_without_a_cause(trigger: str, data: st.DataObject) -> None:
    """No stop without a named cause: an event that is not handled, an attempt whose code does not run, the run itself."""
    for row in rows_of(data.draw(scenarios(trigger))):
        if row[0] == Kind.SETTLED and FATES[row[4]] != "delivered":
            assert row[5], row
        if row[0] == Kind.ATTEMPT and OUTCOMES[row[9]] in {"throttled", "refused"}:
            assert row[10] or row[11], row
        if row[0] == Kind.ENDED:
            assert row[3] in {"settled", "unsettled", "horizon", "record_limit", "event_limit"}


@given(scenario=scenarios())
def test_the_prices_of_the_invocations_add_up_to_lambdas_part_of_the_bill(scenario: Scenario) -> None:
    rows = rows_of(scenario)
    report, each = make_report(scenario, [rows]), rates(scenario)
    sizes = {item.what for item in report.cost.line_items if "large" in item.what}
    kinds = ("Lambda requests", "Lambda duration")
    billed = [item for item in report.cost.line_items if item.what.startswith(kinds)]
    ours = sum(
        Decimal(each.request_usd)
        + row[12] * Decimal(each.ready_ms_usd if row[15] <= each.ready else each.billed_ms_usd)
        for row in rows
        if row[0] == Kind.ATTEMPT and row[4] is not None
    )
    assert ours == sum(Decimal(item.amount) for item in billed if item.what not in sizes)
