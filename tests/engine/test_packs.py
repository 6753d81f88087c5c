"""Rule packs: a link keeps to the pack that it names, and a newer pack changes nothing that it does not say."""

import msgspec
import pytest

from simulations.engine import RULES, TRIGGERS, ScenarioErrors, parse_scenario
from simulations.engine.fields import scenario_fields
from simulations.engine.packs import CHANGES, FIRST, NEWEST, PACKS, changed_since, defaults

TOLD = {"pipe_dead_letter_config": "sqs"}


def test_packs_are_called_by_their_months_and_the_newest_is_last() -> None:
    assert list(PACKS) == sorted(set(PACKS))
    assert (PACKS[0], PACKS[-1]) == (FIRST, NEWEST)


def test_each_change_names_its_pack_its_rule_its_trigger_and_a_setting_of_it() -> None:
    for one in CHANGES:
        assert one.pack in PACKS[1:]
        assert one.rule in RULES
        assert one.setting in {field.key for field in scenario_fields(one.trigger)}


@pytest.mark.parametrize("trigger", list(TRIGGERS))
def test_a_scenario_that_names_no_pack_follows_the_first_one(trigger: str) -> None:
    assert parse_scenario({"trigger": trigger}).rules == FIRST


@pytest.mark.parametrize("pack", PACKS)
def test_a_scenario_keeps_to_the_pack_that_it_names(pack: str) -> None:
    assert parse_scenario({"trigger": "s3", "rules": pack}).rules == pack


@pytest.mark.parametrize("pack", ["2026-13", "", 2026, None, ["2026-11"], {}])
def test_a_pack_that_does_not_exist_is_an_error_at_its_field(pack: object) -> None:
    with pytest.raises(ScenarioErrors) as found:
        parse_scenario({"trigger": "s3", "rules": pack})
    assert [error.field for error in found.value.errors] == ["rules"]
    assert all(name in found.value.errors[0].message for name in PACKS)


def test_what_has_changed_is_said_of_older_links_that_it_touches() -> None:
    assert [one.rule for one in changed_since(FIRST, "pipes", TOLD)] == ["PIPE-5"]
    assert changed_since(NEWEST, "pipes", TOLD) == []
    assert changed_since(FIRST, "pipes", {"pipe_dead_letter_config": None}) == []
    assert changed_since(FIRST, "kinesis", TOLD) == []
    assert changed_since("1999-01", "pipes", TOLD) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("trigger", list(TRIGGERS))
def test_a_field_says_the_default_that_a_scenario_of_its_pack_takes(pack: str, trigger: str) -> None:
    settings = msgspec.to_builtins(parse_scenario({"trigger": trigger, "rules": pack}).settings)
    fields = {field.path: field for field in scenario_fields(trigger, pack)}
    assert {name: fields[f"settings.{name}"].default for name in defaults(pack, trigger)} == defaults(pack, trigger)
    assert all(fields[f"settings.{name}"].default == value for name, value in settings.items())


def test_the_first_pack_has_the_defaults_of_the_settings_themselves() -> None:
    assert [defaults(FIRST, trigger) for trigger in TRIGGERS] == [{}] * len(TRIGGERS)


def test_what_a_scenario_names_counts_in_any_pack() -> None:
    """SDK-6: clients follow the rules of 2026 since then, and one that does not can still be asked for."""

    def follows(pack: str, **settings: bool) -> bool:
        scenario = parse_scenario({"trigger": "sdk_invoke", "rules": pack, "settings": settings})
        return bool(scenario.settings.new_retries_2026)

    assert (follows(FIRST), follows(NEWEST)) == (False, True)
    assert (follows(FIRST, new_retries_2026=True), follows(NEWEST, new_retries_2026=False)) == (True, False)
