"""The page as a person uses it: fill in, press Run, read what it says."""

import re
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

DONE_WITHIN_MS = 30_000


def link(trigger: str = "s3", **fields: Any) -> str:
    """A link typed by hand: what is missing takes its default."""
    return "/?" + urlencode({"trigger": trigger, **fields})


def press_run(page: Page) -> None:
    """Press Run."""
    page.get_by_role("button", name="Run", exact=True).click()


def until_done(page: Page) -> None:
    """Wait until the whole trace is there and drawn."""
    expect(status(page)).to_contain_text("Done", timeout=DONE_WITHIN_MS)
    records = re.sub(r"\D", "", status(page).inner_text().split("record")[0])
    expect(page.locator(f"#plot[data-from=worker][data-shown='{records}']")).to_be_visible()


def until_still(page: Page) -> None:
    """Wait until the playhead stands at the end."""
    expect(page.locator("#plot")).to_have_attribute("data-from", "worker")
    expect(page.locator("#scrub")).to_have_value("1000", timeout=DONE_WITHIN_MS)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")


def run(page: Page, address: str) -> None:
    """Open a scenario, run it and wait for its end, without motion: the playhead stands at the end."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    press_run(page)
    until_done(page)
    until_still(page)


def status(page: Page) -> Locator:
    return page.locator("#status-words")


def clock(page: Page) -> str:
    """The moment at the playhead, as the page says it."""
    return page.locator("#scrub").get_attribute("aria-valuetext") or ""


def attempts(page: Page) -> Locator:
    """The rows of the table of attempts."""
    return page.locator("#attempts tbody tr")


def events(page: Page) -> Locator:
    """The rows of the table of events."""
    return page.locator("#events tbody tr")


def texts(rows: Locator) -> list[str]:
    """Rows as plain texts."""
    return [re.sub(r"\s+", " ", text).strip() for text in rows.all_inner_texts()]


def marks(page: Page) -> Locator:
    """The attempts in the picture."""
    return page.locator("#picture .mark[data-seq]")


def field(page: Page, key: str) -> Locator:
    """The input of a flat key that applies now."""
    return page.locator(f"#scenario [name='{key}']:not([disabled]):not([type=hidden])")


def pick(page: Page, trigger: str) -> None:
    """Choose a trigger from the list, which closes then."""
    page.locator("#picked").click()
    page.locator(f"#id_trigger-{trigger}").check()


def open_sections(page: Page) -> None:
    """Show every part of the form."""
    page.locator("#scenario").evaluate(
        "form => form.querySelectorAll('details').forEach(part => { part.open = true; })"
    )


def frames(page: Page, count: int) -> None:
    """Let the page draw so many times: what it does at its next drawing has been done then."""
    page.evaluate(
        "count => new Promise(done => { const next = () => (count-- ? requestAnimationFrame(next) : done()); next(); })",
        count,
    )
