"""A run that arrives slowly: what has been seen stays where it is, and what is still to come has a place and says so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.bench import clock, frames, link, press_run
from tests.web.conftest import until

# 380 attempts with waits of any length between them, in frames of 1, 10 and 500 records
MANY = link("sqs", traffic="poisson", traffic_count=380, traffic_rate_per_s=0.05, seed=4)
# of many fates, which are decided while records arrive
MIXED = link(
    "sqs", traffic="poisson", traffic_count=300, traffic_rate_per_s=0.5, error_rate=0.4, max_receive_count=3, seed=4
)
OPEN = 48
NATURAL = 30
FASTEST = "64"


class Valve:
    """The line between the page and its worker: frames pass when the test says so."""

    def __init__(self, page: Page) -> None:
        self._held: list[str | bytes] = []
        self._passed: Callable[[str | bytes], None] | None = None
        page.route_web_socket("**/ws/runs/**", self._opened)

    def _opened(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(self._hold)
        server.on_close(lambda code, reason: None)  # what is held back is still to come
        self._passed = route.send

    def _hold(self, message: str | bytes) -> None:
        if self._passed and '"rows"' not in str(message):
            self._passed(message)  # a note says how the run stands
        else:
            self._held.append(message)

    def let(self, page: Page, count: int) -> None:
        """Let so many more through, as soon as the worker has sent them."""

        def come() -> bool:
            frames(page, 1)
            return bool(self._held)

        for _ in range(count):
            until(come, "the worker sends a frame", 60)
            assert self._passed
            self._passed(self._held.pop(0))

    def let_all(self, page: Page) -> None:
        """Let the rest through."""

        def done() -> bool:
            if self._held:
                self.let(page, 1)
            frames(page, 1)
            return page.locator("#status").get_attribute("data-state") == "done"

        until(done, "all frames have come", 60)


@pytest.fixture
def valve(page: Page) -> Valve:
    """Frames of the next run are held back."""
    return Valve(page)


def left_of_the_playhead(page: Page) -> list[list[float]]:
    """Record and place of every mark that begins and ends left of the playhead, in the picture."""
    found: list[list[float]] = page.evaluate(
        """() => {
            const origin = document.querySelector("#picture").getBoundingClientRect().left;
            const head = document.querySelector("#playhead").getBoundingClientRect().left - origin;
            return [...document.querySelectorAll("#picture .mark:not(.cycle)")].map((mark) => {
                const box = mark.querySelector(".body").getBBox();
                return [Number(mark.dataset.seq), Math.round(box.x * 10) / 10, Math.round(box.width * 10) / 10];
            }).filter(([, x, width]) => x + width < head);
        }"""
    )
    return sorted(found)


def test_what_is_left_of_the_playhead_never_moves(page: Page, valve: Valve) -> None:
    page.goto(MANY)
    press_run(page)
    valve.let(page, 3)
    expect(page.locator("#plot")).to_have_attribute("data-from", "worker")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    page.locator("#speed").select_option(FASTEST)
    expect(page.locator("#picture .mark.past").nth(4)).to_be_attached()
    page.locator("#play").click()
    seen = left_of_the_playhead(page)
    assert len(seen) > 4
    for _ in range(2):
        shown = page.locator("#plot").get_attribute("data-shown")
        valve.let(page, 1)
        expect(page.locator("#plot")).not_to_have_attribute("data-shown", shown or "")
        assert left_of_the_playhead(page) == seen


def test_what_is_still_to_come_is_a_block_that_says_so(
    page: Page, valve: Valve, screenshot: Callable[[str], Path]
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(MANY)
    press_run(page)
    valve.let(page, 2)
    block = page.locator(".open-gap")
    expect(block).to_contain_text("waiting…")
    # nothing comes: the block counts the seconds, and is as wide as before
    expect(block).to_contain_text("1 s")
    screenshot("waiting")
    box = block.bounding_box()
    head = page.locator("#playhead").bounding_box()
    assert box
    assert head
    assert round(box["width"]) == OPEN
    assert box["x"] >= head["x"], "it stands behind all that is known"
    valve.let_all(page)
    expect(block).to_be_hidden()


def test_playing_begins_with_what_is_here_however_long_the_rest_takes(page: Page, valve: Valve) -> None:
    page.goto(MANY)
    press_run(page)
    valve.let(page, 2)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")


def test_the_first_records_do_not_decide_how_large_a_run_is_drawn(page: Page, valve: Valve) -> None:
    page.goto(MANY)
    press_run(page)
    valve.let(page, 2)
    expect(page.locator("#picture .mark.past").first).to_be_attached()
    body = page.locator("#picture .mark .body").first
    assert body.evaluate("body => body.getBBox().width") <= NATURAL
    valve.let_all(page)
    expect(page.locator(".open-gap")).to_be_hidden()
    room = page.locator("#scroller").evaluate("box => box.clientWidth")
    expect(page.locator("#picture")).to_have_attribute("width", str(room))


def test_marks_keep_their_rows_while_fates_are_decided(page: Page, valve: Valve) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(MIXED)
    press_run(page)
    valve.let(page, 3)
    notes, titles = page.locator(".lanes .lane-note"), page.locator(".lanes .lane-title")
    for _ in range(2):
        shown = page.locator("#plot").get_attribute("data-shown")
        valve.let(page, 1)
        expect(page.locator("#plot")).not_to_have_attribute("data-shown", shown or "")
        assert notes.all_inner_texts() == ["sorted by their ends when all are here"]
    valve.let_all(page)
    expect(notes.first).to_have_text("kept by the queue's dead-letter queue")
    assert titles.count() > 1


def test_a_person_who_steps_back_while_records_arrive_is_left_there(page: Page, valve: Valve) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(MANY)
    press_run(page)
    valve.let(page, 3)
    expect(page.locator("#scrub")).to_have_value("1000")
    page.locator("#result-title").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    moment = clock(page)
    valve.let_all(page)
    expect(page.locator(".open-gap")).to_be_hidden()
    assert clock(page).split(" of ")[0] == moment.split(" of ")[0]
