"""The first minute: open the page, press Run, watch the attempts arrive, read what became of the events."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from simulations.engine import TRIGGERS
from simulations.engine.fields import scenario_fields
from tests.browser.bench import (
    attempts,
    events,
    field,
    link,
    marks,
    open_sections,
    pick,
    press_run,
    run,
    status,
    texts,
    until_done,
    until_still,
)
from tests.browser.conftest import Troubles

MANY = link("sqs", traffic="steady", traffic_count=3_000, traffic_rate_per_s=50, error_rate=0.3, max_receive_count=5)


def test_the_first_run_shows_each_attempt_and_what_became_of_the_event(
    page: Page, screenshot: Callable[[str], Path]
) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    press_run(page)
    until_done(page)
    page.locator("#speed").select_option("64")
    until_still(page)
    expect(attempts(page)).to_have_count(3)
    expect(marks(page)).to_have_count(3)
    expect(attempts(page).nth(2)).to_contain_text("3 min 0.2 s")
    expect(events(page)).to_have_count(1)
    expect(events(page)).to_contain_text("lost", ignore_case=True)
    expect(page.locator("#sum")).to_contain_text(
        "3 attempts over 3 min 0.3 s, all of which fail; then the notification is lost"
    )
    expect(page.locator("#cost-total")).to_contain_text("$0.00000")
    screenshot("first-run")


def test_records_arrive_while_the_run_goes_on(page: Page) -> None:
    frames: list[tuple[int, int]] = []

    def heard(payload: str | bytes) -> None:
        frame = json.loads(payload)
        if "rows" in frame:
            frames.append((frame["first"], frame["last"]))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", heard)

    page.on("websocket", listen)
    page.goto(MANY)
    press_run(page)
    expect(attempts(page).first).to_contain_text("1")
    until_done(page)
    assert frames[0] == (1, 1), "the first record comes alone, at once"
    assert frames[1] == (2, 11)
    assert len(frames) > 5
    assert all(after[0] == before[1] + 1 for before, after in pairwise(frames))


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_every_trigger_runs_from_the_picker(page: Page, trigger: str) -> None:
    page.goto("/")
    pick(page, trigger)
    expect(page.locator(f".scenario-sections[data-trigger={trigger}]")).to_be_attached()
    fields = [one for one in scenario_fields(trigger) if one.section == "settings"]
    defaults = {one.key: one.default for one in fields}
    for one in fields:
        there = one.beside is None or defaults[one.beside[0]] in one.beside[1]
        expect(field(page, one.key)).to_have_count(1 if there else 0)
    press_run(page)
    until_done(page)
    expect(page.locator("#result-title")).to_have_text(TRIGGERS[trigger].label)
    expect(events(page).first).to_contain_text(f"{TRIGGERS[trigger].noun} 1")


def test_settings_that_both_triggers_know_survive_a_change_of_trigger(page: Page) -> None:
    page.goto(link("s3", timeout_s=7, error_rate=0.25, traffic="burst", traffic_count=4))
    pick(page, "sqs")
    expect(field(page, "batch_size")).to_be_attached()
    expect(field(page, "timeout_s")).to_have_value("7")
    expect(field(page, "error_rate")).to_have_value("0.25")
    expect(field(page, "traffic_count")).to_have_value("4")


def test_the_address_holds_the_whole_scenario(page: Page) -> None:
    page.goto("/")
    press_run(page)
    until_done(page)
    in_address = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    always = {found.key for found in scenario_fields("s3") if found.of is None}
    assert always <= set(in_address), "every field stands in the address, not only what was changed"
    open_sections(page)
    field(page, "timeout_s").fill("9")
    expect(page).to_have_url(re.compile("timeout_s=9"))
    page.reload()
    expect(field(page, "timeout_s")).to_have_value("9")


def test_a_change_after_a_run_is_said_until_it_is_run(page: Page) -> None:
    run(page, link(error_rate=1))
    expect(page.locator("#stale")).to_be_hidden()
    open_sections(page)
    field(page, "maximum_retry_attempts").fill("0")
    expect(page.locator("#stale")).to_contain_text("not run yet")
    page.get_by_role("button", name="Run again").click()
    expect(attempts(page)).to_have_count(1)
    expect(page.locator("#stale")).to_be_hidden()


def test_another_seed_is_one_click_and_stands_in_the_address(page: Page) -> None:
    page.goto(link("s3", error_rate=0.5, traffic="steady", traffic_count=20))
    expect(page.locator("#fine")).to_contain_text("Seed 1, engine")
    before = page.locator("#sum").inner_text()
    page.get_by_role("link", name="New seed").click()
    until_done(page)
    expect(page.locator("#fine")).to_contain_text("Seed 2, engine")
    expect(page.locator("#sum")).not_to_have_text(before)
    page.wait_for_url("**seed=2**")


def test_reset_brings_the_defaults_of_the_trigger_back(page: Page) -> None:
    page.goto(link("sqs", batch_size=3, timeout_s=5))
    page.locator("#reset").click()
    expect(field(page, "batch_size")).to_have_value("10")
    expect(field(page, "timeout_s")).to_have_value("3")


def test_the_fields_of_a_variant_are_shown_with_it(page: Page) -> None:
    page.goto(link())
    open_sections(page)
    expect(field(page, "traffic_count")).to_have_count(0)
    page.locator("select[name=traffic]").select_option("poisson")
    expect(field(page, "traffic_rate_per_s")).to_be_visible()
    field(page, "traffic_count").fill("6")
    press_run(page)
    until_done(page)
    expect(events(page)).to_have_count(6)


def test_the_form_of_a_pipe_shows_what_the_chosen_source_has(page: Page) -> None:
    page.goto(link("pipes", source="sqs_fifo", message_groups=3))
    open_sections(page)
    expect(field(page, "message_groups")).to_have_value("3")
    expect(field(page, "shard_count")).to_have_count(0)
    page.locator("select[name=source]").select_option("kinesis")
    expect(field(page, "shard_count")).to_be_visible()
    expect(field(page, "message_groups")).to_have_count(0)
    page.wait_for_url("**source=kinesis**")
    assert "message_groups" not in page.url
    page.locator("select[name=source]").select_option("activemq")
    expect(field(page, "time_to_live_s")).to_be_visible()
    expect(field(page, "shard_count")).to_have_count(0)


def test_a_copied_link_shows_the_same_run_to_somebody_else(
    page: Page, context: BrowserContext, browser: Browser, watch: Callable[[BrowserContext], Troubles], base_url: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    run(page, link("sqs", traffic="poisson", traffic_count=12, error_rate=0.4, max_receive_count=3, seed=7))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    elsewhere = browser.new_context()
    watch(elsewhere)
    other = elsewhere.new_page()
    run(other, copied)
    assert texts(attempts(other)) == texts(attempts(page))
    assert texts(events(other)) == texts(events(page))
    expect(other.locator("#sum")).to_have_text(page.locator("#sum").inner_text())
    assert other.locator("#cost-total").inner_text() == page.locator("#cost-total").inner_text()
    elsewhere.close()


def test_a_run_can_be_cancelled(page: Page) -> None:
    page.goto(link("sqs", traffic="poisson", traffic_count=90_000, traffic_rate_per_s=500, error_rate=0.5))
    press_run(page)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(status(page)).to_contain_text("Cancelled", timeout=15_000)
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_hidden()
    shown = page.locator("#attempts-count").inner_text()
    page.goto(link())
    press_run(page)
    until_done(page)
    assert shown != page.locator("#attempts-count").inner_text()


@pytest.mark.parametrize(
    ("scenario", "words", "setting"),
    [
        (link("s3", error_rate=1), "Add a dead-letter queue", "dead_letter_config=sqs"),
        (
            link("sqs", error_rate=1, message_retention_period_s=600, visibility_timeout_s=60),
            "Add a redrive policy",
            "max_receive_count=5",
        ),
        (link("kinesis", error_rate=1, maximum_retry_attempts=1), "Add an on-failure destination", "on_failure=sqs"),
    ],
)
def test_a_lost_event_can_be_kept_with_one_click(page: Page, scenario: str, words: str, setting: str) -> None:
    page.goto(scenario)
    expect(page.locator("#sum")).to_contain_text("lost")
    page.get_by_role("button", name=words).click()
    until_done(page)
    assert setting in page.url
    expect(page.locator("#sum")).not_to_contain_text("lost")
    expect(page.locator("#stale")).to_be_hidden()


def test_no_setting_is_offered_that_would_not_have_helped(page: Page) -> None:
    page.goto(link("sqs", error_rate=1, message_retention_period_s=60))
    expect(page.locator("#explain h3")).to_contain_text("lost")
    expect(page.get_by_role("button", name="Let the function succeed")).to_be_visible()
    expect(page.get_by_role("button", name="Add a redrive policy")).to_have_count(0)


def test_a_limit_that_cuts_a_run_is_said(page: Page) -> None:
    # nothing polls, so that 100,000 messages are no more than as many records
    page.goto(link("sqs", traffic="backlog", traffic_count=100_001, mapping_disabled_s=0, horizon_s=1))
    press_run(page)
    expect(page.locator("#cut:visible, #problems:visible")).to_contain_text("limit of 100,000 events", timeout=60_000)


def test_without_javascript_the_form_still_makes_the_address(browser: Browser, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto("/")
    pick(page, "sqs")
    page.get_by_role("button", name="Show this trigger's settings").click()
    assert "batch_size=10" in page.url
    expect(page.locator("[name=batch_size]")).to_have_value("10")
    context.close()


def test_the_settings_are_in_sight_and_the_list_of_triggers_closes_when_one_is_clicked(page: Page) -> None:
    page.goto("/")
    expect(field(page, "maximum_retry_attempts")).to_be_in_viewport()
    pick(page, "sqs")
    expect(page.locator("#id_trigger-sqs")).to_be_hidden()
    expect(page.locator("#picked")).to_be_focused()
    expect(page.locator("#picked")).to_contain_text("SQS standard queue")
    expect(field(page, "batch_size")).to_be_in_viewport()


def test_arrow_keys_go_through_the_triggers_with_the_list_open_until_escape(page: Page) -> None:
    page.goto("/")
    page.locator("#picked").press("Enter")
    page.locator("#id_trigger-s3").press("ArrowDown")
    expect(page.locator(".scenario-sections[data-trigger=sns]")).to_be_attached()
    expect(page.locator("#id_trigger-sns")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#id_trigger-sns")).to_be_hidden()
    expect(page.locator("#picked")).to_be_focused()


def test_settings_that_are_refused_are_said_where_their_sentence_would_stand(page: Page) -> None:
    page.goto("/")
    pick(page, "sqs")
    watched = page.locator("#watch").get_by_text("how old an event was when Lambda tried it")
    field(page, "batch_size").fill("0")
    expect(page.locator("#sum")).to_have_text("As they stand, these settings are refused.")
    expect(page.locator("#result-title")).to_have_text("SQS standard queue")
    expect(watched).to_be_visible()
    field(page, "batch_size").fill("1")
    expect(page.locator("#sum")).to_contain_text("attempts over 4 d")
