"""P14: a link means one scenario, and what is not a scenario is refused field by field."""

import re
import string
from collections.abc import Callable
from itertools import islice

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import TRIGGERS, FieldError, Scenario, ScenarioErrors, parse_scenario, simulate_rows
from simulations.engine.fields import Field, scenario_fields
from simulations.links import read_link, render_link, render_query, render_texts, text_of
from tests.strategies import scenarios

# the last ones are words of SQS, SNS, Step Functions, CloudFront and API Gateway
CODES = {
    "ValidationException", "InvalidParameterValueException", "ParamValidationError", "InvalidParameterValue",
    "InvalidParameter", "InvalidDefinition", "InvalidLambdaFunctionAssociation", "BadRequestException",
    "PAYLOAD_LIMIT_EXCEEDED",
}  # fmt: skip
NONSENSE = st.one_of(
    st.sampled_from(
        ["", " ", "-1", "-0", "0", "1e400", "-1e400", "nan", "NaN", "inf", "-Infinity", "1_000", "0x10", "\u0661", "9" * 40,
         "1" * 400, "1.5", "true", "None", "null", "[]", "{}", "[[[]]]", '{"a"', "[null]", '[{"at_ms": 1e400}]', "[1e999]",
         '[{"at_ms": 0, "id": ""}]', '{"function_dlq": 3}', "\x00", "\ud7ff", "%00", "<script>", "&a=b", "a,b,,", "é" * 50]
    ),
    st.text(max_size=20),
    st.integers().map(str),
    st.floats().map(str),
)  # fmt: skip
KEYS = sorted({field.key for trigger in TRIGGERS for field in scenario_fields(trigger)})


def outcome_of(read: Callable[[], Scenario]) -> Scenario | list[FieldError]:
    """The scenario, or what is wrong with it; any other exception is a failure."""
    try:
        return read()
    except ScenarioErrors as refused:
        return refused.errors


def assert_readable(errors: list[FieldError]) -> None:
    """A person can do something about each error."""
    assert errors
    for error in errors:
        assert error.code in CODES
        assert 0 < len(error.message) < 2_000


def means_the_same(read: str, given_text: str, key: str, trigger: str) -> bool:
    """Whether a value that was accepted is the one that was written."""
    kind = next(field.kind for field in scenario_fields(trigger) if field.key == key)
    if kind in ("integer", "number") and read and given_text:
        return float(read) == float(given_text)
    # a table is written out with its defaults
    return kind == "json" or read == given_text


@given(scenarios())
def test_a_link_is_read_back_as_the_scenario_it_was_made_from(scenario: Scenario) -> None:
    link = render_link(scenario)
    assert read_link(link) == scenario
    assert read_link(f"https://example.org/?{link}#playhead") == scenario
    assert render_link(read_link(link)) == link
    assert set(link) <= set(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@%/?")


@given(scenarios())
def test_plain_data_is_read_back_as_the_scenario_it_was_made_from(scenario: Scenario) -> None:
    assert parse_scenario(msgspec.to_builtins(scenario)) == scenario
    assert parse_scenario(msgspec.json.decode(msgspec.json.encode(scenario))) == scenario


@given(scenarios())
def test_a_link_holds_every_field_so_that_a_new_default_changes_no_old_link(scenario: Scenario) -> None:
    """Those that do nothing beside the others are left out, unless somebody set them."""
    texts = render_texts(scenario)
    fields = scenario_fields(scenario.trigger)
    kinds = {field.key: texts[field.key] for field in fields if field.key in texts}
    applying = [field for field in fields if field.of is None or kinds.get(field.of) == field.variant]
    acting = {field.key for field in applying if field.beside is None or kinds[field.beside[0]] in field.beside[1]}
    idle = {field.key for field in applying if kinds.get(field.key) != text_of(field, field.default)} - acting
    assert set(texts) == acting | (idle & set(texts))
    assert all(text != "" or key in acting for key, text in texts.items())


@given(scenarios(), st.sampled_from(KEYS), NONSENSE)
def test_a_wrong_value_is_an_error_at_its_field_or_a_scenario_with_that_value(
    scenario: Scenario, key: str, text: str
) -> None:
    texts = {**render_texts(scenario), key: text}
    read = outcome_of(lambda: read_link(render_query(texts)))
    if isinstance(read, Scenario):
        again = render_texts(read)
        changed = {name for name in again.keys() & texts.keys() if again[name] != texts[name]}
        assert changed <= {key}, "no other field may change in silence"
        assert key in again
        assert means_the_same(again[key], text, key, scenario.trigger)
        assert list(islice(simulate_rows(read, record_limit=50, event_limit=20), 20))
    else:
        assert_readable(read)


@given(scenarios(), st.text("abcdefghijklmnopqrstuvwxyz_[]. ", min_size=1, max_size=15), st.text(max_size=5))
def test_an_unknown_field_is_an_error_with_its_name(scenario: Scenario, key: str, text: str) -> None:
    if key in {field.key for field in scenario_fields(scenario.trigger)}:
        return
    with pytest.raises(ScenarioErrors) as refused:
        read_link(render_query({**render_texts(scenario), key: text}))
    assert [error.field for error in refused.value.errors] == [key]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("bisect", "bisect_batch_on_function_error"),
        ("count", "traffic_count"),
        ("timeout", "timeout_s"),
        ("batchsize", "batch_size"),
    ],
)
def test_an_unknown_field_names_the_one_that_may_be_meant(key: str, meant: str) -> None:
    with pytest.raises(ScenarioErrors, match=rf"Is .*\b{meant}\b.* meant\?"):
        read_link(f"trigger=kinesis&{key}=1")


@given(scenarios(), st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                                 lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                                 max_leaves=4), st.data())  # fmt: skip
def test_plain_data_of_any_shape_is_a_scenario_or_an_error_at_its_field(
    scenario: Scenario, value: object, data: st.DataObject
) -> None:
    raw = msgspec.to_builtins(scenario)
    section = data.draw(st.sampled_from(sorted(raw)))
    if isinstance(raw[section], dict) and raw[section] and data.draw(st.booleans()):
        raw[section][data.draw(st.sampled_from(sorted(raw[section])))] = value
    else:
        raw[section] = value
    read = outcome_of(lambda: parse_scenario(raw))
    if not isinstance(read, Scenario):
        assert_readable(read)


def beside(field: Field) -> dict[str, str]:
    """What must be chosen so that a field is there."""
    variant = {field.of: str(field.variant)} if field.of else {}
    return variant if field.beside is None else {**variant, field.beside[0]: field.beside[1][0]}


def numbers() -> list[tuple[str, Field]]:
    return [
        (trigger, field)
        for trigger in TRIGGERS
        for field in scenario_fields(trigger)
        if field.kind in ("integer", "number") and field.key != "v"
    ]


@pytest.mark.parametrize(
    ("trigger", "field"), [pytest.param(*pair, id=f"{pair[0]}-{pair[1].path}-{pair[1].variant}") for pair in numbers()]
)
def test_a_number_beyond_its_limit_is_refused_in_the_words_of_aws_where_aws_has_the_field(
    trigger: str, field: Field
) -> None:
    texts = {"trigger": trigger, **beside(field)}
    step = 1 if field.kind == "integer" else 0.5
    for limit, beyond in ((field.minimum, -step), (field.maximum, step)):
        if limit is None:
            continue
        with pytest.raises(ScenarioErrors) as refused:
            read_link(render_query({**texts, field.key: f"{limit + beyond:.17g}"}))
        assert [error.field for error in refused.value.errors] == [field.key]
        message = refused.value.errors[0].message
        if field.section in ("traffic", "failures", "run") or field.path.startswith(
            ("function.duration", "function.init_")
        ):
            assert re.fullmatch(r"Give \S+ or (more|less), not '\S+'\.", message)
        else:
            assert "failed to satisfy constraint: Member must have value" in message


@pytest.mark.parametrize(
    ("trigger", "field"), [pytest.param(*pair, id=f"{pair[0]}-{pair[1].path}-{pair[1].variant}") for pair in numbers()]
)
def test_a_number_at_its_limit_is_taken_as_it_is(trigger: str, field: Field) -> None:
    texts = {"trigger": trigger, **beside(field)}
    for limit in {field.minimum, field.maximum, 0} - {None}:
        read = outcome_of(lambda limit=limit: read_link(render_query({**texts, field.key: f"{limit:.17g}"})))  # type: ignore[misc]  # inferred
        if isinstance(read, Scenario):
            assert float(render_texts(read)[field.key]) == limit
        else:
            assert_readable(read)
