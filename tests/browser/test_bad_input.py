"""What is wrong is said where it is wrong, in AWS's words where it has some, and nothing is run in its place."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench import attempts, field, link, open_sections, press_run, run
from tests.browser.conftest import Troubles


@pytest.fixture(autouse=True)
def refusals(troubles: Troubles) -> Troubles:
    """The browser itself notes every answer of 400 on its console."""
    return troubles


def forgive_refusals(troubles: Troubles) -> None:
    troubles.forgive("status of 400")


def test_a_wrong_value_is_said_at_its_field(page: Page, troubles: Troubles) -> None:
    page.goto(link("sqs"))
    open_sections(page)
    field(page, "batch_size").fill("10001")
    press_run(page)
    wrong = field(page, "batch_size")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    error = page.locator("#id_batch_size-error")
    expect(error).to_be_visible()
    expect(error).to_contain_text("Member must have value less than or equal to 10000")
    assert "id_batch_size-error" in (wrong.get_attribute("aria-describedby") or "")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("BatchSize")
    expect(summary).to_be_focused()
    expect(page.locator("#status-words")).to_contain_text("Not run")
    summary.get_by_role("link", name="BatchSize").click()
    expect(wrong).to_be_focused()
    wrong.fill("10")
    expect(error).to_be_hidden()
    press_run(page)
    expect(page.locator("#status-words")).to_contain_text("Done")
    forgive_refusals(troubles)


def test_after_a_refused_link_a_run_is_told_like_any_other(page: Page, troubles: Troubles) -> None:
    """Nothing of the form is touched in between: what is left of the link is run as it stands."""
    page.goto(f"{link(error_rate=1)}&colour=red")
    expect(page.get_by_role("alert")).to_contain_text("colour")
    press_run(page)
    expect(page.locator("#status-words")).to_contain_text("Done")
    expect(page.locator("#steps h3")).not_to_have_count(0)
    forgive_refusals(troubles)


def test_two_settings_that_aws_refuses_together(page: Page, troubles: Troubles) -> None:
    page.goto(link("sqs"))
    open_sections(page)
    field(page, "visibility_timeout_s").fill("2")
    press_run(page)
    expect(page.locator("#id_visibility_timeout_s-error")).to_contain_text("is less than Function timeout")
    forgive_refusals(troubles)


def test_a_refused_run_leaves_the_last_picture(page: Page, troubles: Troubles) -> None:
    run(page, link(error_rate=1))
    open_sections(page)
    field(page, "error_rate").fill("2")
    press_run(page)
    expect(page.locator("#id_error_rate-error")).to_be_visible()
    expect(attempts(page)).to_have_count(3)
    expect(page.locator("#status-words")).to_contain_text("run before")
    forgive_refusals(troubles)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/?trigger=carrier_pigeon", "carrier_pigeon"),
        ("/?trigger=s3&colour=red", "colour"),
        ("/?trigger=s3&v=999", "999"),
        ("/?trigger=s3&rules=1999-01", "1999-01"),
        ("/?trigger=s3&timeout_s=soon", "soon"),
        ("/?trigger=s3&timeout_s=3&timeout_s=4", "more than once"),
        ("/?trigger=s3&script=%5B%7B%22event%22", "JSON"),
        ("/?trigger=s3&batch_size=3", "batch_size"),
        ("/?trigger=s3&error_rate=%3Cscript%3Ealert(1)%3C/script%3E", "<script>"),
    ],
)
def test_a_link_that_means_nothing_says_why(page: Page, troubles: Troubles, address: str, words: str) -> None:
    answer = page.goto(address)
    assert answer
    assert answer.status == 400
    expect(page.get_by_role("alert")).to_contain_text(words)
    forgive_refusals(troubles)


def test_a_page_that_is_not_there_says_so(page: Page, troubles: Troubles) -> None:
    answer = page.goto("/nowhere/")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading").first).to_have_text(re.compile(r"\w"))
    expect(page.get_by_role("link", name="Simulate")).to_be_visible()
    troubles.forgive("status of 404")


def test_a_table_of_json_that_is_wrong_is_said_at_the_table(page: Page, troubles: Troubles) -> None:
    page.goto(link())
    open_sections(page)
    field(page, "script").fill('[{"event": "1", "invocation": 0}]')
    press_run(page)
    expect(page.locator("#id_script-error")).to_contain_text("invocation")
    forgive_refusals(troubles)
