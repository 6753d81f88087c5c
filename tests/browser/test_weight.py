"""What a page costs its reader: own JavaScript, and nothing of a chart before one is opened."""

import gzip

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench import link

MOST_JAVASCRIPT = 90_000


@pytest.mark.parametrize("address", [link("s3", error_rate=1), "/compare/", "/examples/", "/rules/"])
def test_own_javascript_is_light(page: Page, address: str) -> None:
    # the page of examples simulates them all when it is opened first
    page.goto(address, timeout=60_000)
    page.wait_for_load_state("networkidle")
    scripts: list[str] = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => /[.]js([?]|$)/.test(name))"
    )
    assert scripts, "the page has scripts"
    assert not [name for name in scripts if "vendor" in name]
    weights = {name: len(gzip.compress(page.request.get(name).body(), 6)) for name in scripts}
    assert sum(weights.values()) <= MOST_JAVASCRIPT, weights


def test_a_chart_is_loaded_when_it_is_opened(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link("s3", error_rate=1))
    page.wait_for_load_state("networkidle")
    assert not [address for address in asked if "plotly" in address]
    page.locator("#cost-chart-box summary").click()
    expect(page.locator("#cost-chart .bars").first).to_be_attached()
    assert [address for address in asked if "plotly" in address]
