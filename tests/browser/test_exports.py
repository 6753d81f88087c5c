"""Taking a run along from the page, by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.bench import link, run

THREE = link("s3", error_rate=1)


def test_a_png_is_made_of_the_picture(page: Page, tmp_path: Path) -> None:
    page.goto(THREE)
    page.locator("#png").focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == "redrive-timeline.png"
    saved.value.save_as(tmp_path / "made.png")
    found = (tmp_path / "made.png").read_bytes()
    assert found.startswith(b"\x89PNG")
    width = int.from_bytes(found[16:20], "big")
    assert width > 1_500, "twice as sharp as the picture"
    expect(page.locator("#png")).to_have_text("Saved")


def test_on_a_phone_the_link_can_be_copied_without_the_settings(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(THREE)
    page.locator("#copy-link").click()
    expect(page.locator("#copy-link")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize("name", ["SVG", "Attempts as CSV", "Events as CSV", "JSON", "Markdown"])
def test_a_link_gives_the_run_that_is_shown(page: Page, name: str) -> None:
    run(page, THREE)
    page.locator("[name=maximum_retry_attempts]").fill("0")
    expect(page.locator("#stale")).to_be_visible()
    with page.expect_download() as saved:
        page.locator("#exports").get_by_role("link", name=name, exact=True).click()
    assert "maximum_retry_attempts=2" in saved.value.url
    assert saved.value.failure() is None


def test_markdown_can_be_copied(page: Page, context: BrowserContext, base_url: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    page.goto(THREE)
    page.get_by_role("button", name="Copy Markdown").click()
    expect(page.locator("#copy-markdown")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("**S3 event notification:** 3 attempts")
    assert f"({base_url}/?v=1" in text
