"""What the figure promises to the eye: words in every gap, folded loops, the true scale while it is asked for, room for ends."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulations.examples import SITUATIONS
from simulations.picture.words import TIMES
from tests.browser.bench import clock, frames, link, marks, run

THREE = link("s3", error_rate=1)
SOME = link("s3", traffic="steady", traffic_count=5, traffic_rate_per_s=0.5, error_rate=0.5, seed=3, on_failure="sqs")
POISONED = link("sqs", error_rate=1, message_retention_period_s=1_209_600)
CROWDED = link("s3", traffic="burst", traffic_count=2_000, error_rate=0.2, seed=2)
BISECTED = link(
    "kinesis",
    traffic="steady",
    traffic_count=50,
    traffic_rate_per_s=5,
    batch_size=10,
    poison='["12"]',
    bisect_batch_on_function_error="true",
    maximum_retry_attempts=2,
    on_failure="sqs",
)
TWO_PACES = (
    "/compare/?a=trigger%3Dsqs%26error_rate%3D1%26visibility_timeout_s%3D30"
    "&b=trigger%3Dsqs%26error_rate%3D1%26visibility_timeout_s%3D47"
)
EXAMPLES = [pytest.param(one.link, id=one.key) for situation in SITUATIONS for one in situation.examples]
READABLE = 20
NARROW_LOOP = 300


@pytest.fixture
def three(page: Page) -> Page:
    """Three attempts, one and two minutes apart, with the playhead at the end."""
    page.emulate_media(reduced_motion="reduce")
    opened(page, THREE)
    return page


def opened(page: Page, address: str) -> None:
    """Open a page and wait until its own run is drawn."""
    page.goto(address)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.locator("#result-title").focus()


def places(page: Page) -> list[float]:
    """Where the attempts begin."""
    found: list[float] = page.locator("#picture .mark .body").evaluate_all(
        "bodies => bodies.map(body => Math.round(body.getBoundingClientRect().left))"
    )
    return found


@pytest.mark.parametrize("query", EXAMPLES)
def test_an_attempt_of_100_ms_is_wide_enough_to_be_seen_and_hit(page: Page, query: str) -> None:
    run(page, f"/?{query.lstrip('/?')}")
    widths = page.locator("#picture .mark:not(.cycle)").evaluate_all(
        """marks => marks.filter(mark => !mark.matches(".o-throttled, .o-refused"))
            .map(mark => mark.querySelector(".body").getBBox().width)"""
    )
    assert [width for width in widths if width < READABLE] == []


def test_every_gap_says_its_length(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, SOME)
    gaps = page.locator("#picture .axis .fold").count()
    expect(page.locator("#picture .fold-label")).to_have_count(gaps)
    overlaps = page.locator("#picture .fold-label").evaluate_all(
        """labels => {
            const boxes = labels.map(label => label.getBoundingClientRect()).sort((a, b) => a.left - b.left);
            return boxes.filter((box, n) => n && Math.abs(box.top - boxes[n - 1].top) < 6 && box.left < boxes[n - 1].right - 1).length;
        }"""
    )
    assert overlaps == 0


COVERED = """(signs) => {
  const shrink = ({ left, top, right, bottom }) => ({ left: left + 1, top: top + 2, right: right - 1, bottom: bottom - 2 });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const boxes = (selector, kind) => [...document.querySelectorAll(`#plot ${selector}`)].map((node) =>
    ({ kind: `${kind} ${node.closest("g").textContent}`, of: node.closest("g"), ...shrink(node.getBoundingClientRect()) }));
  const marks = boxes(".mark > .body", "mark");
  const said = [...boxes(".point > text", "word"), ...boxes(signs, "sign")];
  return said.flatMap((one, n) => [...marks, ...said.slice(n + 1)].filter((other) => other.of !== one.of && meet(one, other))
    .map((other) => `${one.kind} and ${other.kind}`));
}"""
PARTITIONS = {"trigger": "pipes", "source": "msk", "partition_count": 4, "traffic_count": 40, "traffic_rate_per_s": 5}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    "settings",
    [
        PARTITIONS | {"poison": '["7"]', "horizon_s": 120},
        PARTITIONS | {"poison": '["7"]', "initial_pollers": 4, "horizon_s": 3_600},
        {"trigger": "sqs", "traffic_count": 12, "traffic_rate_per_s": 2, "error_rate": 0.4, "max_receive_count": 3},
        {"trigger": "sqs_fifo", "traffic_count": 12, "traffic_rate_per_s": 2, "poison": '["3"]', "message_groups": 3},
        {"trigger": "kinesis", "shard_count": 3, "traffic_count": 60, "traffic_rate_per_s": 20, "poison": '["5","31"]',
         "maximum_retry_attempts": 3, "bisect_batch_on_function_error": "true"},
        {"trigger": "msk", "partition_count": 3, "traffic_count": 30, "traffic_rate_per_s": 5, "poison": '["7"]'},
    ],
    ids=["pipes from one poller", "pipes from four", "sqs", "sqs_fifo", "kinesis", "msk"],
)  # fmt: skip
def test_nothing_that_is_said_lies_over_a_mark_or_over_something_else_that_is_said(
    page: Page, width: int, settings: dict[str, Any]
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    run(page, link(**{"traffic": "steady", **settings}))
    page.keyboard.press("End")
    # down a phone an early end is a badge at the edge of its lane, with air around it
    assert page.evaluate(COVERED, ".point > .icon" if width == 1280 else ".point.end > .icon") == []


def test_how_the_last_event_ended_is_in_sight(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, link("sqs", traffic="burst", traffic_count=99))
    end = page.locator("#picture .point.end text").last
    expect(end).to_have_text(f"DELIVERED {TIMES} 99")
    box, view = end.bounding_box(), page.locator("#scroller").bounding_box()
    assert box
    assert view
    assert box["x"] + box["width"] <= view["x"] + view["width"]


def test_the_whole_run_is_in_view_where_a_person_asks_for_it(page: Page) -> None:
    run(page, BISECTED)
    hidden = "box => box.scrollWidth - box.clientWidth"
    assert page.locator("#scroller").evaluate(hidden) > 0
    page.get_by_role("button", name="Whole run").click()
    assert page.locator("#scroller").evaluate(hidden) <= 0


def test_down_a_phone_the_playhead_is_seen_until_the_end(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    run(page, BISECTED)
    head, player = page.locator("#playhead").bounding_box(), page.locator("#player").bounding_box()
    assert head
    assert player
    assert 0 < head["y"] < player["y"]


def test_a_loop_of_14_days_is_narrow_and_opens(page: Page, screenshot: Callable[[str], Path]) -> None:
    run(page, POISONED)
    page.locator("#scroller").evaluate("box => { box.scrollLeft = 0; }")
    screenshot("poison-14-days")
    expect(page.locator("#picture .mark.cycle")).to_contain_text("40,317")
    expect(marks(page)).to_have_count(4)
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Zoom out").click()
    drawn = page.locator("#picture").evaluate("picture => picture.querySelector('.wait').getBBox().width")
    assert drawn <= NARROW_LOOP
    page.get_by_role("button", name="Whole run").click()
    page.locator("#picture .mark.cycle").click()
    expect(page.locator("#picture .mark:not(.cycle)")).to_have_count(103)
    page.get_by_role("button", name="Fold the cycle again").click()
    expect(marks(page)).to_have_count(4)


def test_loops_of_two_paces_fold_in_both_panes(page: Page, screenshot: Callable[[str], Path]) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(TWO_PACES)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#status-words")).to_contain_text("Done", timeout=30_000)
    expect(page.locator(".pane[data-pane=a] .mark.cycle")).to_contain_text(f"{TIMES} 11,517 every 30 s")
    expect(page.locator(".pane[data-pane=b] .mark.cycle")).to_contain_text("every 47 s")
    expect(page.locator(".pane .mark:not(.cycle)")).to_have_count(6)
    page.get_by_role("button", name="Whole run").click()
    wide = page.locator("#scroller").evaluate("box => box.scrollWidth - box.clientWidth")
    assert wide <= 0
    screenshot("two-paces")


def test_messages_that_loop_out_of_step_fold_in_one_run(page: Page) -> None:
    run(page, link("sqs", error_rate=1, traffic="steady", traffic_count=2, traffic_rate_per_s=0.143))
    expect(page.locator("#picture .mark.cycle")).to_have_count(2)
    expect(page.locator("#picture .mark.cycle").first).to_contain_text("11,5")


def test_a_cycle_says_what_it_holds_and_opens_by_the_keyboard(page: Page, screenshot: Callable[[str], Path]) -> None:
    run(page, POISONED)
    tip = page.locator(".tip")
    page.locator("#picture .mark.cycle").hover()
    expect(tip).to_contain_text("40,317 attempts, all failed, one every 30 s")
    screenshot("tip-cycle")
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()
    page.locator("#scroller").focus()
    page.keyboard.press("7")
    expect(tip).to_contain_text("40,317 attempts, all failed")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#picture .mark:not(.cycle)")).to_have_count(103)


def test_a_crowded_lane_says_what_runs_where_the_pointer_is(page: Page) -> None:
    run(page, CROWDED)
    tip = page.locator(".tip")
    box = page.locator("#picture .lane.dense").count() and page.locator("#picture").bounding_box()
    assert box
    page.mouse.move(box["x"] + 24, box["y"] + box["height"] / 3)
    expect(tip).to_contain_text(re.compile(r"^5 requests|^[0-9,]+ notifications"))
    expect(tip).to_contain_text(re.compile(r"\d+ attempts"))
    page.locator("#scroller").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("attempts")


def test_the_true_scale_is_shown_while_its_key_is_held(three: Page) -> None:
    page = three
    folded = places(page)
    page.keyboard.down("l")
    expect(page.locator("#picture .fold")).to_have_count(0)
    truly = places(page)
    assert truly != folded
    assert truly[2] - truly[1] > 1.5 * (truly[1] - truly[0]), "two minutes are twice as long as one"
    moment = clock(page)
    page.keyboard.up("l")
    expect(page.locator("#picture .fold")).to_have_count(2)
    assert places(page) == folded
    assert clock(page) == moment
    expect(page.locator("#mode-folded")).to_have_attribute("aria-pressed", "true")


def test_the_true_scale_eases_there_and_back(page: Page) -> None:
    opened(page, THREE)
    folded = places(page)
    page.keyboard.down("l")
    expect(page.locator("#picture .fold")).to_have_count(0)
    page.keyboard.up("l")
    expect(page.locator("#picture .fold")).to_have_count(2)
    frames(page, 40)
    assert places(page) == folded


def test_the_true_scale_stays_where_its_button_is_tapped(three: Page) -> None:
    page = three
    button = page.get_by_role("button", name="True scale")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#picture .fold")).to_have_count(0)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#picture .fold")).to_have_count(2)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#picture .fold")).to_have_count(2)


@pytest.mark.parametrize(("unit", "settled"), [("event", True), ("trouble", False)])
def test_buttons_and_clickers_step_by_what_is_chosen(page: Page, unit: str, settled: bool) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, SOME)
    page.keyboard.press("Home")
    page.locator("#by").select_option(unit)
    page.locator("#result-title").focus()
    told = page.locator("#explain h3")
    page.keyboard.press("PageDown")
    first = clock(page)
    if settled:
        expect(told).to_contain_text("handled")
    else:
        expect(told).to_contain_text("failed")
    page.get_by_role("button", name=f"One {'event' if settled else 'failure'} forward").click()
    assert clock(page) != first
    page.keyboard.press("PageUp")
    assert clock(page) == first


def test_the_wheel_zooms_around_the_pointer(three: Page) -> None:
    page = three
    box = marks(page).nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 10)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    frames(page, 4)
    after = marks(page).nth(1).bounding_box()
    assert after
    assert after["width"] > box["width"] * 1.5
    assert abs(after["x"] - box["x"]) < 12, "what the pointer is at stays there"


@pytest.mark.parametrize("share", [0, 2, 5, 8])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_moment_always_looks_the_same(
    page: Page, colours: Any, share: int, screenshot: Callable[[str], Path]
) -> None:
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    opened(page, SOME)
    plot = page.locator("#plot")
    page.keyboard.press(str(share))
    frames(page, 20)
    screenshot(f"moment-{share}-{colours}")
    before = plot.screenshot()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press(str(share))
    frames(page, 20)
    assert plot.screenshot() == before
