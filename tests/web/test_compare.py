"""Side by side: the rule of pane A, links that differ, links that are wrong, and the first paint."""

import html
import re
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from django.test import Client

from simulations import comparison, links
from simulations.comparison import Comparison, canonical, in_words, read_comparison
from simulations.engine import TRIGGERS, make_report
from simulations.models import Run

MOST = 8_192
UPLOAD = "trigger=s3&error_rate=1"
QUEUE = "trigger=sqs&max_receive_count=5"


def compared(**panes: str) -> Comparison:
    return read_comparison("&".join(f"{letter}={quote(link)}" for letter, link in panes.items()), MOST)


def page(client: Client, query: str, status: int = 200) -> str:
    answer = client.get(f"/compare/?{query}")
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def messages(found: Comparison) -> list[str]:
    return [error.message for error in found.errors] + [
        f"{pane.letter}: {error.message}" for pane in found.panes for error in pane.errors
    ]


def test_events_failures_and_seed_are_those_of_the_first_pane() -> None:
    found = compared(a=f"{UPLOAD}&traffic=burst&traffic_count=3&seed=9", b=QUEUE)
    first, second = found.scenarios
    assert (second.traffic, second.seed, second.failures) == (first.traffic, first.seed, first.failures)
    assert second.settings.max_receive_count == 5
    assert [pane.replaced for pane in found.panes] == [(), ()], "a short link has nothing of its own that gives way"


def test_what_gives_way_is_said(client: Client) -> None:
    found = compared(a=UPLOAD, b=f"{QUEUE}&error_rate=0.5&seed=4&traffic=steady", c="trigger=api_gateway&error_rate=1")
    assert [pane.replaced for pane in found.panes] == [(), ("traffic", "failures", "seed"), ()]
    text = page(client, f"a={quote(UPLOAD)}&b={quote(QUEUE + '&seed=4')}")
    assert "B's own seed was replaced by A's." in text
    assert "B's own traffic, failures and seed were replaced by A's." in page(
        client, f"a={quote(UPLOAD)}&b={quote(QUEUE + '&error_rate=0.5&seed=4&traffic=steady')}"
    )


def test_the_canonical_address_holds_what_is_run_and_says_nothing_more() -> None:
    found = compared(a=f"{UPLOAD}&seed=9", b=f"{QUEUE}&seed=4")
    address = canonical(found.scenarios)
    again = read_comparison(address.partition("?")[2], MOST)
    assert again.scenarios == found.scenarios
    assert not again.moved
    assert all(pane.replaced == () for pane in again.panes)
    assert canonical(again.scenarios) == address


def test_a_catcher_that_fails_belongs_to_its_own_pane() -> None:
    broken = quote('{"function_dlq":"no_permission"}')
    found = compared(a=f"{UPLOAD}&dead_letter_config=sqs&catchers={broken}", b=QUEUE)
    first, second = found.scenarios
    assert first.failures.catchers
    assert second.failures.catchers == {}


def test_events_that_do_not_fit_into_another_pane_are_said_there() -> None:
    found = compared(a=f"{QUEUE}&traffic=burst&traffic_size_bytes=500000", b="trigger=iot")
    assert found.scenarios == []
    assert [message.partition(".")[0] for message in messages(found)] == [
        "b: With A's events: Message payload exceeds size limit for message type"
    ]


@pytest.mark.parametrize(
    ("panes", "says"),
    [
        ({"a": UPLOAD}, "A comparison needs two links at least"),
        ({"b": UPLOAD, "c": QUEUE}, "A comparison needs two links at least"),
        ({"a": UPLOAD, "b": ""}, "b: Say which trigger"),
        ({"a": UPLOAD, "b": QUEUE, "c": QUEUE, "d": QUEUE}, "three panes at the most"),
        ({"a": UPLOAD, "b": f"/compare/?a={quote(UPLOAD)}"}, "b: This is the address of a comparison"),
        ({"a": f"{UPLOAD}&error_rate=2", "b": QUEUE}, "error_rate is given more than once"),
        ({"a": "trigger=s3&error_rate=2", "b": QUEUE}, "Give 1 or less, not '2'."),
        ({"a": UPLOAD, "b": "trigger=pigeon"}, "There is no trigger 'pigeon'"),
        ({"a": UPLOAD, "b": "trigger=sqs&bisect=1"}, "There is no field 'bisect'"),
        ({"a": UPLOAD, "b": f"{QUEUE}&poison={'9' * MOST}"}, "longer than 8,192 bytes"),
        ({"a": UPLOAD, "b": QUEUE, "colour": "red"}, "nothing called 'colour'"),
        ({"a": UPLOAD, "b": QUEUE, "c_trigger": "pigeon"}, "c: There is no trigger 'pigeon'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_pane_and_nothing_is_lost(
    client: Client, panes: dict[str, str], says: str
) -> None:
    found = compared(**panes)
    assert found.scenarios == []
    assert any(says in message for message in messages(found)), messages(found)
    text = page(client, "&".join(f"{letter}={quote(link)}" for letter, link in panes.items()), 400)
    assert says.partition(": ")[2] in text or says in text
    for letter in "abc":
        if panes.get(letter):
            assert f'name="{letter}" value="{panes[letter]}"' in text


@pytest.mark.parametrize(
    "query",
    ["%ff", "a=%00&b=x", "a", "a=&b=&c=", "=", "a=a&a=b", "&".join(f"k{n}=1" for n in range(600)), "a=%25%25&b=%FF",
     "trigger=pigeon", "trigger=s3&seed=x", "a=trigger%3Ds3&b_trigger=none&c_trigger=none", "x" * 30_000,
     f"a={quote('a=' + quote('a=' + quote('trigger=s3')))}&b=1"],
)  # fmt: skip
def test_no_query_is_a_server_error(client: Client, query: str) -> None:
    assert client.get(f"/compare/?{query}").status_code == 400


def test_a_whole_address_is_a_link_too() -> None:
    found = compared(a=f"https://redrive.example/?{UPLOAD}#t=1", b=f"/?{QUEUE}")
    assert [scenario.trigger for scenario in found.scenarios] == ["s3", "sqs"]


def test_without_parameters_one_event_fails_in_every_model(client: Client) -> None:
    text = page(client, "")
    assert len({TRIGGERS[scenario.trigger].model for scenario in read_comparison("", MOST).scenarios}) == 3
    lead = re.search(r'id="lead"[^>]*>([^<]*)<', text)
    assert lead
    assert lead[1].replace("\N{NO-BREAK SPACE}", " ") == (
        "The caller has an error after 100 ms, and nobody tries again; Lambda tries 3 times, gives up after 3 min 0.3 s, "
        "and the notification is lost; SQS tries 5 times and after 2 min 30 s keeps the message in its dead-letter queue."
    )


def test_the_first_paint_is_finished(client: Client) -> None:
    text = page(client, "")
    assert text.count("<svg xmlns") == 1, "all panes stand in one picture, on one axis"
    for words in ("RETURNED 502", "LOST", "KEPT", "3 min 0.3 s", "C costs 2.9 times as much as A"):
        assert words in text
    assert text.count(">Open alone<") == 3
    for metric in ("5XXError", "AsyncEventsDropped", "ApproximateAgeOfOldestMessage"):
        assert metric in text, "what an operator would watch of every pane"
    assert "redrive-frames" in text


def test_a_run_that_is_long_is_cut_and_left_to_the_worker(client: Client) -> None:
    text = page(client, f"a={quote(UPLOAD)}&b={quote('trigger=sqs')}")
    assert "the worker does the rest" in text
    assert "The numbers of B are those of its first 2,000 records." in text
    assert "SQS tries" in text
    assert "in the first records, and the message is not settled yet" in text
    assert 'class="standing"' not in text, "nobody is best beside a beginning"
    assert "redrive-frames" not in text


def test_a_single_scenario_is_put_beside_the_other_models(client: Client) -> None:
    answer = client.get(f"/compare/?{QUEUE}&timeout_s=20&error_rate=1&visibility_timeout_s=120")
    assert answer.status_code == 302
    first, *others = read_comparison(answer["Location"].partition("?")[2], MOST).scenarios
    assert first.settings.max_receive_count == 5
    assert [TRIGGERS[one.trigger].model for one in others] == ["synchronous", "asynchronous"]
    assert all(one.function == first.function and one.failures == first.failures for one in others)


def test_a_queue_that_is_put_beside_another_run_has_sensible_settings() -> None:
    found = read_comparison(f"{UPLOAD}&timeout_s=60", MOST)
    queue = found.scenarios[-1].settings
    assert (queue.max_receive_count, queue.visibility_timeout_s) == (5, 360)


def test_a_mistake_in_a_single_scenario_is_said_once() -> None:
    found = read_comparison("trigger=s3&timeout_s=901", MOST)
    assert len(messages(found)) == 1
    assert found.panes[0].texts["timeout_s"] == "901"


def test_the_form_changes_triggers_and_adds_and_removes_the_third_pane(client: Client) -> None:
    both = f"a={quote(UPLOAD + '&seed=7')}&b={quote(QUEUE)}"
    answer = client.get(f"/compare/?{both}&a_trigger=api_gateway&b_trigger=&c=&c_trigger=s3")
    assert answer.status_code == 302
    scenarios = read_comparison(answer["Location"].partition("?")[2], MOST).scenarios
    assert [one.trigger for one in scenarios] == ["api_gateway", "sqs", "s3"]
    assert {one.seed for one in scenarios} == {7}
    answer = client.get(f"/compare/?{both}&c={quote(UPLOAD)}&c_trigger=none")
    assert len(read_comparison(answer["Location"].partition("?")[2], MOST).panes) == 2
    assert client.get(f"/compare/?{both}&a_trigger=&b_trigger=&c=&c_trigger=").status_code == 200


def report(link: str) -> Any:
    return make_report(links.read_link(link))


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (UPLOAD, "Lambda tries 3 times, gives up after 3 min 0.3 s, and the notification is lost."),
        (f"{UPLOAD}&dead_letter_config=sqs", "keeps the notification in the function's dead-letter queue."),
        ("trigger=s3", "Lambda has it done after 100 ms."),
        ("trigger=s3&first_n=1", "Lambda has it done after 1 min 0.2 s, at attempt 2."),
        ("trigger=api_gateway", "The caller has its answer after 100 ms."),
        ("trigger=sqs&max_receive_count=1&error_rate=1", "SQS tries once and after"),
        ("trigger=s3&horizon_s=1&error_rate=1", "the notification is not settled at the end of the simulated time."),
        (f"{UPLOAD}&traffic=burst&traffic_count=2", "takes 6 attempts for 2 notifications: 2 lost."),
    ],
)
def test_a_run_is_told_in_half_a_sentence(link: str, says: str) -> None:
    lead = in_words([report(link), report("trigger=sqs")]).lead.replace("\N{NO-BREAK SPACE}", " ")
    assert says.rstrip(".") in lead


def test_panes_of_one_model_are_told_apart() -> None:
    lead = in_words([report(UPLOAD), report(f"{UPLOAD}&dead_letter_config=sqs")]).lead
    assert lead.startswith("A: Lambda tries")
    assert "; B: Lambda tries" in lead


@pytest.mark.django_db
def test_runs_that_have_ended_are_compared_by_their_reports(client: Client) -> None:
    ids = []
    for link in (UPLOAD, QUEUE):
        made = msgspec.to_builtins(report(link))
        run = Run.objects.create(scenario=msgspec.json.encode(links.read_link(link)).decode(), report=made)
        ids.append(run.id)
    found = client.get("/compare/differences/", {"run": ids}).json()
    assert found["lines"][0] == {
        "figure": "events.arrived", "name": "Events arrived", "unit": "events",
        "cells": [{"value": "1", "shown": "1", "standing": ""}] * 2,
    }  # fmt: skip
    assert found["lead"].startswith("Lambda tries 3 times")
    assert client.get("/compare/differences/", {"run": [*ids[:1], "nobody"]}).status_code == 404
    assert client.get("/compare/differences/").status_code == 404


def test_every_model_has_its_word() -> None:
    assert {trigger.model for trigger in TRIGGERS.values()} <= set(comparison.MODELS)
