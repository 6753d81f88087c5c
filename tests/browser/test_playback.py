"""Every control of the player, by mouse and by keyboard; what is shown depends on the playhead alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bench import attempts, clock, frames, link, marks, press_run, run, until_done

THREE = link("s3", error_rate=1)
SOME = link("s3", traffic="steady", traffic_count=5, traffic_rate_per_s=0.5, error_rate=0.5, seed=3, on_failure="sqs")


def picked(page: Page) -> str:
    """What the explanation is about."""
    return page.locator("#explain h3").inner_text()


@pytest.fixture
def three(page: Page) -> Page:
    """A run of three attempts, with the playhead at its start."""
    run(page, THREE)
    page.keyboard.press("Home")
    return page


def test_a_link_opens_with_its_run_ready_to_be_played_and_asked(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(THREE)
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    expect(page.locator("#scrub")).to_have_value("1000")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explain h3")).to_contain_text("Attempt 1")
    attempts(page).nth(2).get_by_role("button").click()
    assert clock(page).startswith("3 min 0.3 s")
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    page.locator("#cost-chart-box summary").click()
    expect(page.locator("#cost-chart .bars").first).to_be_attached()
    page.locator("#metrics-box > summary").click()
    expect(page.get_by_role("row", name="Errors Sum 3")).to_be_visible()
    page.locator("#metrics-chart-box summary").click()
    expect(page.locator("#metrics-chart .bars").first).to_be_attached()
    assert "POST" not in sent, "nothing was run for this"


def test_it_plays_by_itself_and_stops_at_the_end(page: Page) -> None:
    page.goto(THREE)
    press_run(page)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    page.locator("#speed").select_option("64")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=20_000)
    assert re.match(r"3 min 0\.3 s of 3 min 0\.3 s", clock(page))


@pytest.mark.parametrize("key", [None, " ", ".", "k"])
def test_play_and_pause(three: Page, key: str | None) -> None:
    page = three

    def toggle() -> None:
        if key is None:
            page.locator("#play").click()
        else:
            page.keyboard.press(key)

    # the lowest speed, so that the end is far away
    page.locator("#speed").select_option("0.25")
    page.locator("#result-title").focus()
    toggle()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    toggle()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    stopped = clock(page)
    frames(page, 12)
    assert clock(page) == stopped, "nothing moves on its own"


@pytest.mark.parametrize(
    ("forward", "back"),
    [("One attempt forward", "One attempt back"), ("ArrowRight", "ArrowLeft"), ("PageDown", "PageUp")],
)
def test_stepping_goes_from_attempt_to_attempt_and_back_the_same_way(three: Page, forward: str, back: str) -> None:
    page = three

    def act(name: str) -> None:
        if name.startswith("One"):
            page.get_by_role("button", name=name).click()
        else:
            page.keyboard.press(name)

    page.locator("#result-title").focus()
    seen: list[tuple[str, str]] = []
    for _ in range(3):
        act(forward)
        expect(page.locator("#explain h3")).to_contain_text(f"Attempt {len(seen) + 1}")
        seen.append((clock(page), picked(page)))
    for before in reversed(seen[:-1]):
        act(back)
        expect(page.locator("#explain h3")).to_have_text(before[1])
        assert clock(page) == before[0]


def test_jumps_to_start_end_and_tenths(three: Page) -> None:
    page = three
    page.locator("#result-title").focus()
    page.keyboard.press("End")
    end = clock(page)
    assert end.split(" of ")[0] == end.split(" of ")[1]
    page.keyboard.press("Home")
    assert clock(page).startswith("0 ")
    page.get_by_role("button", name="To the end").click()
    assert clock(page) == end
    page.get_by_role("button", name="To the start").click()
    assert clock(page).startswith("0 ")
    page.keyboard.press("5")
    assert clock(page) not in (end, "0 s")


def test_the_next_failure_and_the_next_event(page: Page) -> None:
    run(page, SOME)
    page.keyboard.press("Home")
    page.locator("#result-title").focus()
    page.keyboard.press("]")
    expect(page.locator("#explain h3")).to_contain_text(re.compile("failed|error|went wrong", re.IGNORECASE))
    page.keyboard.press("Shift+ArrowRight")
    first = clock(page)
    page.keyboard.press("Shift+ArrowRight")
    assert clock(page) != first
    page.keyboard.press("Shift+ArrowLeft")
    assert clock(page) == first


def test_scrubbing_by_mouse_and_by_arrow_keys(three: Page) -> None:
    page = three
    box = page.locator("#scrub").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = clock(page)
    assert not middle.startswith("0 ")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert clock(page) != middle


def test_speed_by_list_and_by_keys(three: Page) -> None:
    page = three
    page.locator("#speed").select_option("4")
    page.locator("#result-title").focus()
    page.keyboard.press("+")
    expect(page.locator("#speed")).to_have_value("8")
    page.keyboard.press("-")
    page.keyboard.press("-")
    expect(page.locator("#speed")).to_have_value("2")


def test_the_axis_has_three_ways_to_show_time(three: Page) -> None:
    page = three
    chosen = page.get_by_role("group", name="How time is drawn").locator("[aria-pressed=true]")
    expect(chosen).to_have_text("Folded")
    places = set()
    for name in ("Log", "Linear", "Folded"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(chosen).to_have_text(name)
        expect(marks(page)).to_have_count(3)
        places.add(marks(page).nth(1).locator(".body").get_attribute("d"))
    assert len(places) == 3
    page.locator("#result-title").focus()
    for name in ("Log", "Linear", "Folded"):
        page.keyboard.press("l")
        expect(chosen).to_have_text(name)


def test_zoom_changes_the_width_and_not_the_facts(three: Page) -> None:
    page = three

    def width() -> float:
        return float(page.locator("#picture").get_attribute("width") or 0)

    before = width()
    page.get_by_role("button", name="Zoom in").click()
    assert width() > before
    page.get_by_role("button", name="Whole run").click()
    scroller = page.locator("#scroller").bounding_box()
    assert scroller
    assert width() <= scroller["width"] + 1
    page.get_by_role("button", name="Zoom out").click()
    expect(marks(page)).to_have_count(3)


def test_selecting_an_attempt_says_what_why_and_what_comes_next(three: Page) -> None:
    page = three
    attempts(page).nth(0).get_by_role("button").click()
    panel = page.locator("#explain")
    expect(panel.locator("h3")).to_contain_text("Attempt 1")
    expect(panel).to_contain_text("100 ms")
    rule = panel.locator(".rule").first
    expect(rule.locator("a.rule-id")).to_have_attribute("href", re.compile(r"^/rules/#[A-Z0-9]+-\d+$"))
    expect(rule.locator(".badge")).to_be_visible()
    expect(rule.get_by_role("link", name="source")).to_have_attribute(
        "href", re.compile("^https://docs.aws.amazon.com/")
    )
    expect(panel).to_contain_text("1 min")
    # a mark in the picture does the same
    marks(page).nth(2).click(position={"x": 12, "y": 10})
    expect(panel.locator("h3")).to_contain_text("Attempt 3")
    href = panel.locator("a.rule-id").first.get_attribute("href")
    assert href
    page.goto(href)
    expect(page.locator(f"[id='{href.partition('#')[2]}']")).to_be_visible()


def test_a_wait_is_written_in_words(three: Page) -> None:
    expect(three.locator("#picture")).to_contain_text("1 min")
    expect(three.locator("#picture")).to_contain_text("2 min")


def test_the_outcome_is_a_word_and_a_shape_not_only_a_colour(three: Page) -> None:
    mark = marks(three).first
    expect(mark.locator(".icon")).to_have_count(1)
    expect(three.locator("#legend")).to_contain_text("ERROR", ignore_case=True)
    expect(attempts(three).first).to_contain_text("ERROR", ignore_case=True)


def test_what_is_drawn_depends_on_the_moment_alone(page: Page) -> None:
    run(page, SOME)
    page.locator("#result-title").focus()
    page.keyboard.press("5")
    jumped = page.locator("#picture").evaluate("picture => picture.outerHTML")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    page.keyboard.press("5")
    assert page.locator("#picture").evaluate("picture => picture.outerHTML") == jumped


def test_the_list_of_keys_opens_and_closes(three: Page) -> None:
    page = three
    page.locator("#result-title").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("one attempt back or forward")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_typing_in_the_form_moves_no_playhead(three: Page) -> None:
    page = three
    page.locator("#scenario input[type=number]:not([disabled])").first.focus()
    before = clock(page)
    page.keyboard.press("End")
    page.keyboard.type("5")
    page.keyboard.press(".")
    assert clock(page) == before


def test_somebody_who_wants_no_motion_sees_the_end_at_once(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(THREE)
    press_run(page)
    until_done(page)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    assert clock(page).startswith("3 min 0.3 s")


@pytest.mark.parametrize("key", ["Space", "PageUp"])
def test_a_key_brings_the_figure_into_sight_on_a_projector_that_shows_few_lines(page: Page, key: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 960, "height": 540})
    page.goto("/compare/")
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    expect(page.locator("#plot")).not_to_be_in_viewport()
    page.keyboard.press(key)
    expect(page.locator("#plot")).to_be_in_viewport(ratio=0.9)


def test_who_reads_below_the_figure_stays_there(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 960, "height": 540})
    page.goto("/")
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    page.locator("#attempts-box").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#clock")).not_to_have_text("03 min 00.3 s")
    assert page.evaluate("scrollY") == before
