"""Side by side: one axis and one playhead over all panes, by mouse, by keyboard, on a phone, and without a script."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.bench import clock, field, frames, link, until_still
from tests.browser.test_accessibility import violations

DEFAULT = "/compare/"
PANES = 3


def compare(*scenarios: str) -> str:
    return "/compare/?" + "&".join(
        f"{letter}={quote(one.removeprefix('/?'))}" for letter, one in zip("abc", scenarios, strict=False)
    )


MANY = compare(
    link("api_gateway", traffic="steady", traffic_count=15, error_rate=0.4, seed=3),
    link("s3"),
    link("sqs", max_receive_count=2),
)
TWO = compare(link("s3", error_rate=1), link("s3", error_rate=1, on_failure="sqs"))


def run_all(page: Page, address: str = DEFAULT, panes: int = PANES) -> None:
    """Open a comparison, run every pane and wait for the end, without motion."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status-words")).to_contain_text("Done", timeout=30_000)
    until_still(page)


def lefts(marks: Locator) -> list[float]:
    return [float(box["x"]) for mark in marks.all() if (box := mark.bounding_box())]


def marks_of(page: Page, pane: str) -> Locator:
    return page.locator(f".pane[data-pane={pane}] .picture .mark .body")


def test_the_first_paint_can_be_played_at_once(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    expect(page.locator(".pane .picture .mark")).to_have_count(9)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explain .told-of")).to_have_text("A · API Gateway REST API")
    assert page.url.count("trigger%3D") + page.url.count("trigger=") == PANES, "the address holds what is shown"


def test_every_pane_runs_and_one_playhead_stands_over_all(page: Page) -> None:
    run_all(page)
    expect(page.locator("#plot")).to_have_attribute("data-from", "worker")
    firsts = [lefts(marks_of(page, pane))[0] for pane in "abc"]
    assert max(firsts) - min(firsts) < 0.5, "equal time is at equal place"
    head, track = page.locator("#playhead").bounding_box(), page.locator(".track").bounding_box()
    assert head
    assert track
    assert head["height"] == pytest.approx(track["height"], abs=1), "it crosses every pane"
    page.get_by_role("button", name="Zoom in").click()
    page.locator("#scroller").evaluate("box => { box.scrollLeft = 0; }")
    firsts = [lefts(marks_of(page, pane))[0] for pane in "abc"]
    assert max(firsts) - min(firsts) < 0.5, "at every zoom"


@pytest.mark.parametrize("mode", range(3))
def test_equal_time_is_at_equal_place_in_every_way_to_show_time(page: Page, mode: int) -> None:
    page.emulate_media(reduced_motion="reduce")  # one place is read after the other: nothing may move in between
    page.goto(TWO)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    for _ in range(mode):
        page.keyboard.press("l")
    assert lefts(marks_of(page, "a")) == pytest.approx(lefts(marks_of(page, "b")), abs=0.5)


def test_a_step_goes_to_the_next_event_in_any_pane(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.keyboard.press("Home")
    told = page.locator("#explain")
    seen: list[str] = []
    moments: list[str] = []
    for _ in range(20):
        before = (clock(page), told.inner_text())
        page.keyboard.press("ArrowRight")
        frames(page, 3)
        if (clock(page), told.inner_text()) == before:
            break
        seen.append(page.locator("#explain .told-of").inner_text()[0])
        moments.append(clock(page))
    assert set(seen) == set("ABC")
    assert seen[:3].count("A") >= 1, "the caller knows first"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    forth = clock(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert clock(page) == forth


def test_the_others_say_what_they_wait_for(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.keyboard.press("Home")
    now = page.locator(".pane .now")
    expect(now.nth(0)).to_have_text("the function runs")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(now.nth(0)).to_have_text("settled")
    expect(now.nth(1)).to_have_text(re.compile(r"^waiting, .* left$"))


def test_selecting_an_attempt_explains_it_in_its_pane(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.locator(".pane[data-pane=c] .picture .mark").nth(3).click(position={"x": 8, "y": 8})
    expect(page.locator("#explain .told-of")).to_have_text("C · SQS standard queue")
    expect(page.locator("#explain h3")).to_contain_text("Receive 4")
    expect(page.locator(".pane[data-pane=c] .mark.picked")).to_have_count(1)
    expect(page.locator(".pane .mark.picked")).to_have_count(1)


def test_the_pointer_shows_its_moment_in_every_pane(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.locator(".pane[data-pane=b] .picture .mark").nth(1).hover()
    ghost = page.locator("#ghost")
    expect(ghost).to_be_visible()
    expect(ghost).to_have_attribute("data-at", re.compile(r"^1 min"))
    line, track = ghost.bounding_box(), page.locator(".track").bounding_box()
    assert line
    assert track
    assert line["height"] == pytest.approx(track["height"], abs=1)


def test_one_pane_can_be_looked_at_alone_and_all_are_back_at_the_same_moment(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    moment, wide = clock(page), marks_of(page, "b").first.bounding_box()
    page.get_by_role("button", name="Pane B alone").click()
    expect(page.locator("#plot .pane:visible")).to_have_count(1)
    expect(page.locator(".watch:visible")).to_have_count(1)
    frames(page, 3)
    assert clock(page) == moment
    alone = marks_of(page, "b").first.bounding_box()
    assert alone
    assert wide
    assert alone["width"] > wide["width"], "it has the axis for itself"
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#explain .told-of")).to_have_text("B · S3 event notification")
    expect(page.locator("#explain h3")).to_contain_text("Attempt 2")
    moment = clock(page)
    page.keyboard.press("s")
    expect(page.locator("#plot .pane:visible .pane-label")).to_have_text("SQS standard queue")
    page.keyboard.press("s")
    expect(page.locator("#plot .pane:visible")).to_have_count(PANES)
    frames(page, 3)
    assert clock(page) == moment


def test_a_change_in_one_pane_leaves_its_old_run_as_a_ghost(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    expect(page.locator("#explain .told-of")).to_have_text("B · S3 event notification")
    page.get_by_role("button", name="Add a dead-letter queue").click()
    expect(page.locator("#status-words")).to_contain_text("Done", timeout=30_000)
    expect(page.locator(".before:visible")).to_have_count(1)
    expect(page.locator(".before:visible .ghost-mark")).to_have_count(3)
    expect(page.locator(".before:visible .before-words")).to_contain_text("lost")
    expect(page.locator("#lead")).to_contain_text("Lambda tries 3 times and after 3 min 0.3 s keeps the notification")
    expect(page.locator("#lead")).to_be_focused()
    address = page.url
    assert "dead_letter_config=sqs" in address
    page.get_by_role("button", name="Let the function succeed").click()
    expect(page.locator(".before:visible")).to_have_count(PANES)  # the failures are those of all panes
    expect(page.locator("#lead")).to_contain_text("The caller has its answer after 100 ms")
    address, lead = page.url, page.locator("#lead").inner_text()
    page.reload()
    assert page.url == address
    assert page.locator("#lead").inner_text() == lead


def test_the_metrics_of_every_pane_stand_on_the_axis_of_all(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator(".watch:visible")).to_have_count(PANES)
    expect(page.locator("#watches .watch").nth(1)).to_contain_text("AsyncEventsDropped")
    expect(page.locator("#watches .watch").nth(2)).to_contain_text("ApproximateAgeOfOldestMessage")
    for n, pane in enumerate("abc"):
        bar = page.locator("#watches .watch").nth(n).locator(".bar").first.bounding_box()
        assert bar
        assert bar["x"] == pytest.approx(lefts(marks_of(page, pane))[0], abs=3)


def test_the_digits_still_go_to_tenths(page: Page) -> None:
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.keyboard.press("Home")
    page.keyboard.press("3")
    expect(page.locator("#scrub")).to_have_value("300")


def test_it_plays_while_records_arrive_and_nothing_behind_the_playhead_moves(page: Page) -> None:
    address = compare(link("s3", error_rate=1), link("sqs", error_rate=1))
    page.goto(address)
    page.evaluate(
        """() => {
            window.moved = [];
            const places = new Map();
            const look = () => {
                const head = document.querySelector("#playhead").getBoundingClientRect().left;
                const scrolled = document.querySelector("#scroller").scrollLeft;
                for (const mark of document.querySelectorAll(".pane[data-pane=a] .mark.past:not(.cycle)")) {
                    const key = mark.getAttribute("data-seq");
                    const at = mark.querySelector(".body").getBoundingClientRect().left + scrolled;
                    if (mark.querySelector(".body").getBoundingClientRect().right > head) continue;
                    if (places.has(key) && Math.abs(places.get(key) - at) > 1) window.moved.push([key, places.get(key), at]);
                    places.set(key, at);
                }
                requestAnimationFrame(look);
            };
            new MutationObserver(() => {
                if (document.querySelector("#plot").dataset.from === "worker" && !window.looking) {
                    window.looking = true;
                    look();
                }
            }).observe(document.querySelector("#plot"), { attributes: true });
        }"""
    )
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status-words")).to_contain_text("Done", timeout=30_000)
    page.locator("#speed").select_option("8")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=30_000)
    assert page.evaluate("window.looking") is True
    assert page.evaluate("window.moved") == []
    expect(page.locator("#differences")).to_contain_text("11,520")
    expect(page.locator("#beginning")).to_have_count(0)


def test_the_link_that_is_copied_shows_the_same(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(MANY)
    lead = page.locator("#lead").inner_text()
    page.locator("#copy").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    page.goto(copied)
    assert page.locator("#lead").inner_text() == lead


def test_a_run_of_one_page_is_compared_with_what_stands_in_its_form(page: Page) -> None:
    page.goto(link("sqs", error_rate=1, max_receive_count=5))
    field(page, "max_receive_count").fill("3")
    page.get_by_role("button", name="Compare this run").click()
    page.wait_for_url("**/compare/?a=*")
    expect(page.locator(".card")).to_have_count(PANES)
    expect(page.locator(".card h2").first).to_contain_text("SQS")
    expect(page.locator("#differences")).to_contain_text("Attempts")
    assert "max_receive_count=3" in page.url
    page.get_by_role("link", name="Open alone").first.click()
    expect(field(page, "max_receive_count")).to_have_value("3")


def test_what_is_compared_can_be_changed(page: Page) -> None:
    page.goto(DEFAULT)
    page.get_by_label("Trigger of pane B").select_option("sqs")
    page.get_by_label("Trigger of pane C").select_option("none")
    page.get_by_role("button", name="Compare these").click()
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator(".card h2").nth(1)).to_contain_text("SQS")
    page.locator("#pane-c summary").click()
    page.get_by_label("Link of pane C").fill("trigger=s3&on_failure=sns&seed=12")
    page.get_by_role("button", name="Compare these").click()
    expect(page.locator(".card")).to_have_count(PANES)
    expect(page.locator(".card .notice")).to_have_text("C's own seed was replaced by A's.")


def test_a_wrong_link_is_said_at_its_pane(page: Page, troubles: Any) -> None:
    page.goto(compare(link("s3", timeout_s=901), link("sqs")))
    expect(page.locator("#problems")).to_contain_text("Pane A")
    expect(page.locator("#pane-a .field-error")).to_be_visible()
    expect(page.get_by_label("Link of pane A")).to_have_value("trigger=s3&timeout_s=901")
    assert violations(page) == []
    troubles.forgive("status of 400")


def test_it_is_readable_without_a_script(browser: Browser, base_url: str, watch: Any) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    watch(context)
    page = context.new_page()
    page.goto(DEFAULT)
    expect(page.locator("#stage svg.still")).to_be_visible()
    expect(page.locator("#lead")).to_contain_text("The caller has an error")
    expect(page.locator("#differences tr")).to_have_count(8)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_hidden()
    page.get_by_label("Trigger of pane A").select_option("sqs")
    page.get_by_role("button", name="Compare these").click()
    expect(page.locator(".card h2").first).to_contain_text("SQS")
    context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_axe_finds_nothing(page: Page, colours: Any, width: int, screenshot: Callable[[str], Path]) -> None:
    page.emulate_media(color_scheme=colours)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(DEFAULT)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    assert violations(page) == []
    page.goto(MANY)
    page.keyboard.press("5")
    assert violations(page) == []
    screenshot(f"compare-{colours}-{width}")
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0


def test_on_a_phone_time_runs_down_and_panes_stand_beside_each_other(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    run_all(page)
    tops = [boxes[0]["y"] for pane in "abc" if (boxes := [marks_of(page, pane).first.bounding_box()]) and boxes[0]]
    assert len(tops) == PANES
    assert max(tops) - min(tops) < 0.5, "equal time is at equal height"
    assert lefts(marks_of(page, "a"))[0] < lefts(marks_of(page, "b"))[0] < lefts(marks_of(page, "c"))[0]
