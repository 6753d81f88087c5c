"""Nobody is shut out: no violation that axe finds, in both colours, on a phone, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.bench import attempts, link, open_sections, run

MIXED = link("sqs", traffic="steady", traffic_count=6, error_rate=0.6, max_receive_count=2, seed=5, duration_ms=250)
THROTTLED = link(
    "api_gateway", traffic="burst", traffic_count=4, reserved_concurrent_executions=1, timeout_s=1, duration_ms=1_500
)


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{problem['id']} ({problem['impact']}): {problem['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for problem in found
        for node in problem["nodes"]
    ]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", MIXED, "/rules/", "/examples/", "/cost/"], ids=["home", "queue", "rules", "examples", "cost"]
)
def test_a_page_as_it_opens(page: Page, colours: Any, address: str) -> None:
    page.emulate_media(color_scheme=colours)
    page.goto(address)
    if address in {"/examples/", "/cost/"}:
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    elif address != "/rules/":
        open_sections(page)
    assert violations(page) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("address", [MIXED, THROTTLED], ids=["queue", "throttled"])
def test_a_page_after_a_run(
    page: Page, colours: Any, address: str, request: pytest.FixtureRequest, screenshot: Callable[[str], Path]
) -> None:
    page.emulate_media(color_scheme=colours)
    run(page, address)
    attempts(page).first.get_by_role("button").click()
    assert violations(page) == []
    screenshot(request.node.callspec.id)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_form_with_an_error(page: Page, colours: Any, troubles: Any) -> None:
    page.emulate_media(color_scheme=colours)
    page.goto(link("sqs", batch_size=0))
    assert violations(page) == []
    troubles.forgive("status of 400")


def test_the_dialog_of_keys(page: Page) -> None:
    run(page, link())
    page.keyboard.press("?")
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 360, 768])
@pytest.mark.parametrize("address", [MIXED, "/rules/", "/examples/"], ids=["queue", "rules", "examples"])
def test_a_narrow_window_scrolls_in_one_direction_only(
    page: Page, width: int, address: str, screenshot: Callable[[str], Path]
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    if address in ("/rules/", "/examples/"):
        page.goto(address)
    else:
        run(page, address)
        screenshot(f"width-{width}")
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0


def test_axe_finds_nothing_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    run(page, MIXED)
    assert violations(page) == []


def test_the_first_run_needs_no_mouse(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "run":
            break
    expect(page.locator("#run")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#status-words")).to_contain_text("Done")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explain h3")).to_contain_text("Attempt")


def test_what_has_the_focus_can_be_seen(page: Page) -> None:
    run(page, link())
    unseen = []
    page.locator("#content").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const found = document.activeElement;
                if (found === document.body) return "";
                const style = getComputedStyle(found);
                const ringed = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
                const label = found.closest("label");
                const around = label && getComputedStyle(label);
                return ringed || (around && (around.outlineStyle !== "none" || around.boxShadow !== "none"))
                    ? "" : found.outerHTML.slice(0, 120);
            }"""
        )
        if seen:
            unseen.append(seen)
    assert unseen == []


def test_changes_are_announced(page: Page) -> None:
    run(page, link(error_rate=1))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    live = page.locator("#live")
    expect(live).to_have_attribute("aria-live", "polite")
    expect(live).to_contain_text("1")


def test_the_colours_can_be_chosen_and_are_remembered(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator("#theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_phone_shows_the_run_first_and_the_settings_on_demand(
    page: Page, colours: Any, screenshot: Callable[[str], Path]
) -> None:
    page.emulate_media(color_scheme=colours)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(MIXED)
    title = page.locator("#result-title").bounding_box()
    assert title
    assert title["y"] < 240, "it is in sight without scrolling"
    toggle = page.get_by_role("button", name="Settings")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#scenario-body")).to_be_hidden()
    assert violations(page) == []
    screenshot(f"phone-{colours}")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.locator("#picked").click()
    expect(page.locator("#id_trigger-sqs")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("address", ["/", MIXED, "/compare/"], ids=["home", "queue", "compare"])
def test_whatever_can_be_pressed_is_24_pixels_large(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    small = page.locator("#view button, #player button, #player select, #player input").evaluate_all(
        """found => found.filter(one => one.offsetParent).map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


@pytest.mark.parametrize("trigger", ["documentdb", "s3"])
def test_the_controls_have_room_on_a_phone_however_long_the_run_is(page: Page, trigger: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(link(trigger, error_rate=1))
    parts = [page.locator(f"#{name}") for name in ("clock", "by", "speed", "play", "scrub")]
    expect(parts[0]).to_be_visible()
    boxes = [box for part in parts if (box := part.bounding_box())]
    assert len(boxes) == len(parts)
    for n, box in enumerate(boxes):
        assert box["x"] + box["width"] <= 360
        for other in boxes[n + 1 :]:
            beside = box["x"] + box["width"] <= other["x"] or other["x"] + other["width"] <= box["x"]
            assert beside or box["y"] + box["height"] <= other["y"] or other["y"] + other["height"] <= box["y"]
