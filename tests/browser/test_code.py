"""The settings as code: they follow the form, can be copied and taken along, and stand there without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from simulations.as_code import LANGUAGES, as_code
from simulations.links import read_link
from tests.browser.bench import field, link, open_sections

QUEUE = link("sqs", max_receive_count=3)


def shown(page: Page, language: str) -> str:
    return page.locator(f"#code-{language}").text_content() or ""


def opened(page: Page) -> None:
    page.goto(QUEUE)
    page.locator("#code-box > summary").click()
    for name, _ in LANGUAGES.values():
        page.locator("#code-box summary", has_text=name).last.click()


def test_the_texts_are_those_of_the_scenario_and_follow_the_form(page: Page) -> None:
    opened(page)
    code = as_code(read_link(QUEUE))
    assert [shown(page, language) for language in LANGUAGES] == [getattr(code, language) for language in LANGUAGES]
    open_sections(page)
    field(page, "max_receive_count").fill("7")
    expect(page.locator("#code-terraform")).to_contain_text("maxReceiveCount = 7")
    field(page, "batch_size").fill("0")
    expect(page.locator("#code-refused")).to_be_visible()
    expect(page.locator("#code-body")).to_be_hidden()
    field(page, "batch_size").fill("3")
    expect(page.locator("#code-cli")).to_contain_text("--batch-size 3")


def test_a_text_is_copied_as_it_stands(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page)
    page.locator("[data-copy=code-cloudformation]").click()
    expect(page.locator("[data-copy=code-cloudformation]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == shown(page, "cloudformation")


def test_a_line_that_is_too_long_scrolls_within_its_box(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    opened(page)
    box = page.locator("pre:has(#code-cli)")
    lines = shown(page, "cli").count("\n")
    whole, seen, high, line = box.evaluate(
        "box => [box.scrollWidth, box.clientWidth, box.firstChild.getBoundingClientRect().height,"
        " parseFloat(getComputedStyle(box).lineHeight)]"
    )
    assert whole > seen
    assert high < (lines + 1) * line, "no line is broken"
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    box.focus()
    expect(box).to_be_focused()


def test_a_file_is_of_the_settings_as_they_stand(page: Page) -> None:
    opened(page)
    open_sections(page)
    field(page, "max_receive_count").fill("9")
    with page.expect_download() as download:
        page.get_by_role("link", name="main.tf").click()
    assert "maxReceiveCount = 9" in download.value.path().read_text()


@pytest.mark.parametrize("address", [QUEUE, "/?trigger=sqs&batch_size=0"])
def test_without_a_script_the_texts_stand_there_where_aws_takes_the_settings(
    browser: Browser, base_url: str, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto(address)
    page.locator("#code-box > summary").click()
    if address == QUEUE:
        page.locator("#code-box summary", has_text="Terraform").last.click()
        expect(page.locator("#code-terraform")).to_be_visible()
        expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(0)
    else:
        expect(page.locator("#code-refused")).to_be_visible()
        expect(page.locator("#code-body")).to_be_hidden()
    context.close()
