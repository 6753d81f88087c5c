"""The page and its form: the address is the scenario, errors stand at their fields, nothing typed is lost."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.shortcuts import render
from django.test import Client
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulations import links
from simulations.engine import RULES, TRIGGERS, FieldError, packs
from simulations.engine.fields import scenario_fields
from simulations.forms import FormView, Input, build_form

triggers = pytest.mark.parametrize("trigger", list(TRIGGERS))
Context = dict[str, Any]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Context:
    """What the last page was drawn from; the templates draw it as ever."""
    found: Context = {}

    def watched(request: Any, template: str, given: Context | None = None, **options: Any) -> Any:
        found.clear()
        found.update(given or {}, template=template)
        return render(request, template, given, **options)

    monkeypatch.setattr("simulations.views.render", watched)
    return found


def inputs(form: FormView) -> list[Input]:
    return [one for section in form.sections for one in section.inputs]


def active(form: FormView) -> dict[str, Input]:
    return {one.name: one for one in inputs(form) if one.active}


def test_the_home_page_is_an_upload_whose_function_always_fails(client: Client, drawn: Context) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert drawn["scenario"]["trigger"] == "s3"
    assert active(drawn["form"])["error_rate"].value == "1"
    assert links.read_link(drawn["scenario"]["link"]).failures.error_rate == 1


@triggers
def test_the_form_is_the_link(client: Client, drawn: Context, trigger: str) -> None:
    """What a browser would submit is the canonical query, field by field."""
    assert client.get(f"/?trigger={trigger}&seed=12").status_code == 200
    form = drawn["form"]
    submitted = (
        {one.name: one.value for one in inputs(form) if one.active} | dict(form.hidden) | {"trigger": form.trigger}
    )
    assert submitted == links.read_texts(drawn["scenario"]["link"])


@triggers
def test_every_field_has_a_name_and_help_and_only_one_input_is_enabled(trigger: str) -> None:
    form = build_form({"trigger": trigger})
    keys = {field.key for field in scenario_fields(trigger)} - {"v", "rules", "trigger"}
    assert {one.name for one in inputs(form)} == keys
    assert len({one.id for one in inputs(form)}) == len(inputs(form))
    assert len([one for one in inputs(form) if one.active]) == len(active(form))
    assert all(one.title and one.help for one in inputs(form))
    assert all(sum(choice.selected for choice in one.choices) == 1 for one in inputs(form) if one.kind == "select")


@triggers
def test_each_assumption_of_the_form_says_its_reason_and_leads_to_its_rule(client: Client, trigger: str) -> None:
    page = client.get(f"/?trigger={trigger}").content.decode()
    assumed = [one for one in inputs(build_form({"trigger": trigger})) if one.assumed]
    assert assumed
    for one in assumed:
        assert f'<a class="badge assumed" href="/rules/#{one.assumed}" title="{escape(one.because)}">' in page
        assert RULES[one.assumed].sentence in one.because


def test_what_is_made_anew_follows_the_newest_rules(client: Client, drawn: Context) -> None:
    client.get("/")
    assert dict(drawn["form"].hidden)["rules"] == packs.NEWEST
    client.get("/trigger-form/", {**dict(drawn["form"].hidden), "trigger": "sdk_invoke"})
    assert dict(drawn["form"].hidden)["rules"] == packs.NEWEST
    assert active(drawn["form"])["new_retries_2026"].value == "true", "the default of the newest pack"
    client.get("/?trigger=sdk_invoke")
    assert active(drawn["form"])["new_retries_2026"].value == "false", "and that of the first one"


def test_a_form_with_errors_shows_the_defaults_of_its_pack() -> None:
    for pack, value in ((packs.FIRST, "false"), (packs.NEWEST, "true"), ("1999-01", "false")):
        form = build_form({"trigger": "sdk_invoke", "rules": pack, "max_attempts": "x"})
        assert active(form)["new_retries_2026"].value == value


def test_a_link_of_older_rules_says_what_has_changed_where_that_matters(client: Client, drawn: Context) -> None:
    touched = "/?trigger=pipes&source=kinesis&pipe_dead_letter_config=sqs"
    page = client.get(touched).content.decode()
    newer = drawn["form"].newer
    assert escape(newer.says) in page
    assert '<a class="mono rule-link" href="/rules/#PIPE-5">' in page
    assert f'<a href="{escape(newer.link)}">Run it with the newest rules</a>' in page
    assert dict(drawn["form"].hidden)["rules"] == packs.FIRST
    assert client.get(newer.link).status_code == 200
    assert dict(drawn["form"].hidden)["rules"] == packs.NEWEST
    assert drawn["form"].newer is None
    client.get("/?trigger=pipes&source=kinesis")
    assert drawn["form"].newer is None


def test_wrong_values_stay_in_the_form_with_their_errors(client: Client, drawn: Context) -> None:
    answer = client.get("/?trigger=s3&timeout_s=901&seed=x&memory_mb=512&colour=red")
    assert answer.status_code == 400
    found = active(drawn["form"])
    assert (found["timeout_s"].value, found["seed"].value, found["memory_mb"].value) == ("901", "x", "512")
    assert found["timeout_s"].error
    assert not found["memory_mb"].error
    problems = {problem.field: problem for problem in drawn["form"].errors}
    assert set(problems) == {"timeout_s", "seed", "colour"}
    assert problems["timeout_s"].id == "id_timeout_s"
    assert problems["colour"].id == ""
    assert drawn["scenario"]["link"] is None


def test_a_choice_that_does_not_exist_is_shown_as_it_was_given() -> None:
    form = build_form({"trigger": "s3", "architecture": "mips"}, [FieldError("architecture", "x", "No.")])
    architecture = active(form)["architecture"]
    assert [choice.value for choice in architecture.choices if choice.selected] == ["mips"]
    assert architecture.error == "No."


def test_an_unknown_trigger_shows_a_form_all_the_same(client: Client, drawn: Context) -> None:
    assert client.get("/?trigger=carrier_pigeon&seed=3").status_code == 400
    assert drawn["form"].errors[0].field == "trigger"
    assert active(drawn["form"])["seed"].value == "3"


def test_another_variant_is_applied_without_javascript(client: Client) -> None:
    answer = client.get("/?trigger=s3&traffic=burst&traffic_at_ms=70&traffic_size_bytes=9&seed=4&update=1")
    assert answer.status_code == 302
    texts = links.read_texts(answer["Location"])
    assert (texts["traffic"], texts["traffic_at_ms"], texts["traffic_size_bytes"], texts["seed"]) == (
        "burst",
        "70",
        "9",
        "4",
    )
    assert texts["traffic_count"]


def test_what_another_source_has_is_hidden_unless_it_was_set() -> None:
    form = build_form({"trigger": "pipes", "source": "kinesis", "max_receive_count": "3"})
    found = active(form)
    assert {"shard_count", "max_receive_count"} <= set(found)
    assert not {"message_groups", "deduplication_scope"} & set(found)
    assert found["source"].chooses


def test_another_source_is_applied_without_javascript_and_drops_what_the_first_one_had(client: Client) -> None:
    answer = client.get("/?trigger=pipes&source=kinesis&max_receive_count=3&batch_size=7&update=1")
    assert answer.status_code == 302
    texts = links.read_texts(answer["Location"])
    assert (texts["source"], texts["batch_size"], "max_receive_count" in texts) == ("kinesis", "7", False)


def test_another_trigger_is_applied_without_javascript_and_keeps_mistakes_visible(client: Client) -> None:
    answer = client.get("/?trigger=api_gateway&maximum_retry_attempts=1&timeout_s=0&memory_mb=256&update=1")
    assert answer.status_code == 302
    assert links.read_texts(answer["Location"]) == {"trigger": "api_gateway", "timeout_s": "0", "memory_mb": "256"}


def test_the_form_for_another_trigger_keeps_what_both_know(client: Client, drawn: Context) -> None:
    answer = client.get("/trigger-form/?trigger=api_gateway&maximum_retry_attempts=1&memory_mb=256&error_rate=0.5")
    assert answer.status_code == 200
    assert drawn["template"] == "_form.html"
    assert active(drawn["form"])["memory_mb"].value == "256"
    assert drawn["form"].trigger == "api_gateway"
    assert 'data-noun="request"' in answer.content.decode(), "the page speaks of the new trigger's events"


def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_hands_over_the_wire_format_and_the_rules(client: Client, drawn: Context) -> None:
    client.get("/")
    assert drawn["wire"]["kinds"][0] == "arrived"
    assert len(drawn["wire"]["fields"]) == len(drawn["wire"]["kinds"])
    assert drawn["rules"]["ASYNC-3"]["sentence"]


def test_every_rule_has_its_place_on_the_page_of_rules(client: Client, drawn: Context) -> None:
    assert client.get("/rules/").status_code == 200
    ids = [rule.id for group in drawn["groups"] for rule in group["rules"]]
    assert len(ids) == len(set(ids))
    assert "ASYNC-3" in ids


@pytest.mark.parametrize("path", ["/nothing/", "/runs/..%2f/", "/?", "/static/nothing.js"])
def test_what_is_not_there_is_no_server_error(client: Client, path: str) -> None:
    assert client.get(path).status_code in (200, 404)


def test_another_host_is_refused(client: Client) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


deep = "[" * 900 + "]" * 900
nasty = st.sampled_from(
    [
        "\0",
        "%00",
        "%ff",
        "%",
        "&",
        "=",
        "\ud800",
        "9" * 400,
        "-0",
        "1e308",
        "[[[",
        deep,
        '{"a":1}',
        "null",
        "true",
        "'",
        '"',
        "<b>",
    ]
)
pieces = st.lists(st.one_of(nasty, st.text(max_size=10)), max_size=4).map("".join)


def as_query(texts: dict[str, str]) -> str:
    return "&".join(f"{quote(key, errors='replace')}={quote(text, errors='replace')}" for key, text in texts.items())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), path=st.sampled_from(["/", "/trigger-form/"]))
def test_no_query_is_a_server_error(data: Any, path: str) -> None:
    trigger = data.draw(st.sampled_from([*TRIGGERS, "x"]))
    known = sorted({field.key for key in TRIGGERS for field in scenario_fields(key)} | {"update"})
    texts = {
        "trigger": trigger,
        **data.draw(st.dictionaries(st.one_of(st.sampled_from(known), pieces), pieces, max_size=5)),
    }
    query = data.draw(st.sampled_from([as_query(texts), data.draw(pieces)]))
    client = Client(raise_request_exception=False)
    answer = client.get(path, QUERY_STRING=query.encode("utf-8", "replace").decode("latin-1"))
    assert answer.status_code in (200, 302, 400), query


def test_deeply_nested_values_are_no_server_error(client: Client) -> None:
    for depth in (50, 400, 900, 3000):
        value = quote(f'[{{"match":{{"n":1}},"returns":{"[" * depth}{"]" * depth}}}]')
        assert client.get(f"/?trigger=api_gateway&invocations={value}").status_code in (200, 400)


def test_the_csrf_token_can_be_had(client: Client) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{32,64}", client.get("/").cookies["csrftoken"].value)
