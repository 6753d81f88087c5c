"""Links: reading back what was written gives the same scenario; what is wrong is said at its key."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations import links
from simulations.engine import TRIGGERS, FieldError, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.fields import scenario_fields
from tests.strategies import scenarios

triggers = pytest.mark.parametrize("trigger", list(TRIGGERS))


def errors_of(link: str, most_bytes: int | None = None) -> dict[str, str]:
    """The errors of a link that must have some: messages by key."""
    with pytest.raises(ScenarioErrors) as found:
        links.read_link(link, most_bytes)
    return {error.field: error.message for error in found.value.errors}


@given(scenario=scenarios())
def test_a_link_gives_the_scenario_back(scenario: Scenario) -> None:
    link = links.render_link(scenario)
    assert links.read_link(link) == scenario
    assert links.render_link(links.read_link(link)) == link


@triggers
def test_a_link_holds_every_field_that_applies(trigger: str) -> None:
    texts = links.read_texts(links.render_link(parse_scenario({"trigger": trigger})))
    always = [field for field in scenario_fields(trigger) if field.of is None]
    there = {field.key for field in always if field.beside is None or texts[field.beside[0]] in field.beside[1]}
    assert there <= set(texts)
    assert not ({field.key for field in always} - there) & set(texts)
    assert texts["v"] == "1"


@triggers
def test_whole_addresses_queries_and_fragments_are_read(trigger: str) -> None:
    link = links.render_link(parse_scenario({"trigger": trigger, "seed": 5}))
    for text in (
        link,
        f"?{link}",
        f"/?{link}",
        f"http://localhost:8000/?{link}#t=3",
        f"  https://a.example/x/?{link}\n",
    ):
        assert links.read_link(text).seed == 5


def test_a_question_mark_inside_a_value_is_no_address() -> None:
    texts = links.read_texts('trigger=s3&poison=["a?b"]')
    assert texts == {"trigger": "s3", "poison": '["a?b"]'}


def test_a_field_of_another_kind_of_traffic_is_an_error_that_says_where_it_belongs() -> None:
    assert "traffic=burst" in errors_of("trigger=s3&traffic_count=5")["traffic_count"]
    assert links.read_link("trigger=s3&traffic=burst&traffic_count=5").traffic.count == 5  # type: ignore[union-attr]  # a burst


def test_a_variant_is_its_default_where_only_its_fields_are_given() -> None:
    assert links.parse_link("trigger=s3&traffic_at_ms=5")["traffic"] == {"kind": "single", "at_ms": 5}


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("", "trigger"),
        ("seed=1", "trigger"),
        ("trigger=nothing", "trigger"),
        ("trigger=s3&colour=red", "colour"),
        ("trigger=s3&seed=1&seed=2", "seed"),
        ("trigger=s3&seed=1&seed=1", "seed"),
        ("trigger=s3&seed=x", "seed"),
        ("trigger=s3&seed=", "seed"),
        ("trigger=s3&seed=1_000", "seed"),
        ("trigger=s3&seed=%D9%A1", "seed"),
        ("trigger=s3&seed=1.5", "seed"),
        ("trigger=s3&seed=-1", "seed"),
        ("trigger=s3&seed=99999999999999999999", "seed"),
        (f"trigger=s3&seed={'9' * 7000}", "seed"),
        ("trigger=s3&v=2", "v"),
        ("trigger=s3&rules=1999-01", "rules"),
        ("trigger=s3&horizon_s=NaN", "horizon_s"),
        ("trigger=s3&horizon_s=1e999", "horizon_s"),
        ("trigger=s3&horizon_s=-Infinity", "horizon_s"),
        ("trigger=s3&error_rate=1.01", "error_rate"),
        ("trigger=s3&traffic=sometimes", "traffic"),
        ("trigger=s3&traffic=at&traffic_events=[{}]", "traffic_events"),
        ("trigger=s3&traffic=at&traffic_events={", "traffic_events"),
        (f"trigger=s3&script={'[' * 5000}", "script"),
        (f"trigger=s3&invocations={'[' * 900}{']' * 900}", "invocations"),
        ('trigger=s3&script=["\\ud800"]', "script"),
        ("trigger=s3&poison=[1]", "poison"),
        ("trigger=s3&poison=", "poison"),
        ("trigger=s3&poison=%00", "poison"),
        ('trigger=s3&poison=["\\u0000"]', "poison"),
        ('trigger=s3&traffic_bodies=[{"\\u0000": 1}]', "traffic_bodies"),
        ("trigger=s3&seed=%ff", ""),
        ("&".join(f"a{number}=1" for number in range(600)), ""),
    ],
)
def test_what_is_wrong_is_said_at_its_key(link: str, key: str) -> None:
    errors = errors_of(link)
    assert key in errors
    assert errors[key]


def test_an_object_that_names_a_field_twice_is_an_error_and_not_half_of_what_it_says() -> None:
    message = errors_of('trigger=sqs&filter_criteria=[{"body":{"a":[1]},"body":{"b":[2]}}]')["filter_criteria"]
    assert "body" in message
    assert "twice" in message


def test_every_error_of_a_link_is_said_at_once() -> None:
    assert set(errors_of("trigger=s3&seed=x&timeout_s=0&colour=1&script=[")) == {
        "seed",
        "timeout_s",
        "colour",
        "script",
    }


def test_a_link_that_is_too_long_names_its_longest_field() -> None:
    link = f'trigger=s3&traffic_bodies=["{"x" * 9000}"]'
    assert "--scenario" in errors_of(link, 8192)["traffic_bodies"]
    assert getattr(links.read_link(link).traffic, "bodies", None) == ["x" * 9000]


@triggers
def test_texts_of_another_trigger_keep_what_both_know(trigger: str) -> None:
    for other in TRIGGERS:
        texts = links.render_texts(parse_scenario({"trigger": other, "seed": 9, "function": {"memory_mb": 512}}))
        kept = links.kept_texts({**texts, "trigger": trigger})
        scenario = links.read_scenario(kept)
        assert (scenario.seed, scenario.function.memory_mb) == (9, 512)


def test_a_default_of_another_trigger_that_is_refused_here_was_not_chosen() -> None:
    texts = links.render_texts(parse_scenario({"trigger": "kinesis", "settings": {"maximum_retry_attempts": 1}}))
    kept = links.read_scenario(links.kept_texts({**texts, "trigger": "sqs"}))
    assert kept.settings.batch_size == 10, "100 would need a window"
    assert links.read_scenario(links.kept_texts({**texts, "trigger": "s3"})).settings.maximum_retry_attempts == 1
    with pytest.raises(ScenarioErrors) as refused:
        links.read_scenario(links.kept_texts({**texts, "trigger": "sqs", "batch_size": "500"}))
    assert [error.field for error in refused.value.errors] == ["maximum_batching_window_s"], "that one was chosen"


def test_what_no_link_can_hold_is_refused_in_a_scenario_too() -> None:
    """A NUL character, however deep; six characters that only look like one are text as any other."""
    refused: list[Any] = ["\0", {"a": ["\0"]}, {"\0": 1}]
    for body in refused:
        with pytest.raises(ScenarioErrors) as found:
            parse_scenario({"trigger": "s3", "traffic": {"kind": "single", "bodies": [body]}})
        assert [error.field for error in found.value.errors] == ["traffic.bodies"]
    scenario = parse_scenario({"trigger": "s3", "traffic": {"kind": "single", "bodies": [r"\u0000"]}})
    assert links.read_link(links.render_link(scenario)) == scenario


words = st.one_of(st.text(max_size=20), st.sampled_from(["", "0", "-1", "1e5", "[]", "{}", "null", "true", "[[", "\0"]))


@given(data=st.data(), trigger=st.sampled_from(list(TRIGGERS)))
def test_no_text_breaks_the_reader(data: Any, trigger: str) -> None:
    keys = st.one_of(st.sampled_from(sorted({field.key for field in scenario_fields(trigger)})), st.text(max_size=8))
    texts = {"trigger": trigger, **data.draw(st.dictionaries(keys, words, max_size=6))}
    errors: list[FieldError] = []
    try:
        scenario = links.read_link(links.render_query(texts))
    except ScenarioErrors as found:
        errors = found.errors
    if errors:
        assert all(error.message for error in errors)
    else:
        assert links.read_link(links.render_link(scenario)) == scenario
