"""What the page says: before a run, at every attempt, about every limit; and what would have changed it."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.bench import attempts, clock, link, press_run, run, until_done
from tests.browser.test_accessibility import violations

THREE = link("s3", error_rate=1)
QUEUE = link("sqs", traffic="steady", traffic_count=6, error_rate=0.6, max_receive_count=2, seed=5)


def test_the_sentence_follows_the_settings_before_anything_is_run(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(THREE)
    expect(page.locator("#sum")).to_contain_text("3 attempts over 3 min 0.3 s, all of which fail")
    expect(page.locator("#sum-more")).to_contain_text("Attempts start at 0 s, 1 min 0.1 s and 3 min 0.2 s.")
    page.locator("[name=maximum_retry_attempts]").fill("1")
    expect(page.locator("#sum")).to_contain_text("2 attempts over 1 min 0.2 s, all of which fail")
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("2 attempts over 1 min 0.2 s")
    page.locator("details[data-section=failures] [name=error_rate]").fill("0")
    expect(page.locator("#sum")).to_contain_text("1 attempt, which succeeds")
    expect(page.locator("#sum-more")).to_contain_text("If the function always failed: 2 attempts")
    assert "POST" not in sent, "nothing was run for this"
    press_run(page)
    until_done(page)
    expect(page.locator("#sum")).to_contain_text("1 attempt, which succeeds")


def test_an_answer_about_settings_that_were_taken_back_is_not_shown(page: Page) -> None:
    page.goto(THREE)
    retries, sentence = page.locator("[name=maximum_retry_attempts]"), page.locator("#sum")
    retries.fill("0")
    expect(sentence).to_contain_text("1 attempt,")
    other = re.compile(r"/words/\?.*maximum_retry_attempts=1&")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(other, hold)
    with page.expect_request(other):
        retries.fill("1")
    with page.expect_event("requestfailed", timeout=10_000):  # dropped at once; it would be given up after 15 s
        retries.fill("0")
    expect(sentence).to_contain_text("1 attempt,")
    retries.fill("2")
    expect(sentence).to_contain_text("3 attempts")
    assert len(held) == 1


def test_a_setting_that_is_refused_is_said_while_it_is_typed(page: Page) -> None:
    page.goto(THREE)
    page.locator("[name=maximum_retry_attempts]").fill("7")
    expect(page.locator("#sum-more")).to_contain_text("Member must have value less than or equal to 2")
    expect(page.locator("#sum")).to_have_text("As they stand, these settings are refused.")


def test_an_attempt_is_explained_with_its_cost_and_what_would_have_changed_it(page: Page) -> None:
    page.goto(THREE)
    attempts(page).nth(0).get_by_role("button").click()
    panel = page.locator("#explain")
    expect(panel.locator("h3")).to_have_text("Attempt 1: the function failed")
    for label in ("What", "Why now", "Why so", "Next", "Cost", "If"):
        expect(panel.locator("dt", has_text=label).first).to_be_visible()
    expect(panel).to_contain_text("$0.000000408333")
    expect(panel).to_contain_text("Then: 1 attempt, which fails; after 100 ms the notification is lost")
    expect(panel.get_by_role("link", name="ASYNC-1")).to_have_attribute("href", "/rules/#ASYNC-1")


def test_the_cost_of_an_event_is_that_of_all_its_attempts(page: Page) -> None:
    page.goto(THREE)
    page.keyboard.press("End")
    expect(page.locator("#explain")).to_contain_text("$0.00000122500125 in Lambda: its 3 invocations, 300 ms billed.")
    expect(page.locator("#cost-total")).to_have_text("$0.00000622500125")


def test_every_limit_has_a_chip_that_leads_to_it(page: Page) -> None:
    run(page, QUEUE)
    chip = page.locator("#limits button", has_text="maxReceiveCount")
    expect(chip).to_contain_text("2")
    expect(chip).to_contain_text("SQS-5")
    page.keyboard.press("Home")
    before = clock(page)
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#explain h3")).to_have_text("Limit reached: maxReceiveCount")
    assert clock(page) != before
    page.goto(link("s3"))
    expect(page.locator("#limits-box")).to_be_hidden()


def test_the_run_can_be_read_step_by_step(page: Page) -> None:
    page.goto(THREE)
    steps = page.locator("#steps li")
    expect(steps).to_have_count(5)
    expect(steps.nth(2)).to_contain_text("At 1 min 0.1 s, after a wait of 1 min: attempt 2; the function failed")
    steps.nth(2).get_by_role("button").click()
    expect(page.locator("#explain h3")).to_have_text("Attempt 2: the function failed")


def test_what_repeats_is_one_step(page: Page) -> None:
    page.goto(link("sqs", error_rate=1, message_retention_period_s=1_209_600))
    expect(page.locator("#steps li", has_text="Then 40,319 times the same, one every 30 s")).to_be_visible()
    expect(page.locator("#steps li")).to_have_count(4)


def test_a_line_beside_the_controls_says_what_the_playhead_is_at(page: Page) -> None:
    page.goto(THREE)
    attempts(page).nth(0).get_by_role("button").click()
    caption = page.locator("#player #caption")
    expect(caption).to_have_text("Attempt 1: the function failed. Waits 1 min, then attempt 2.")
    page.keyboard.press("Home")
    expect(caption).to_have_text("")
    page.goto("/compare/")
    expect(caption).to_have_text(re.compile(r"^B · S3 event notification\. Notification 1: lost\. "))


def test_a_change_is_made_with_one_click_and_the_old_future_stays_as_a_ghost(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(THREE)
    attempts(page).nth(0).get_by_role("button").click()
    expect(page.locator("#before")).to_be_hidden()
    page.get_by_role("button", name="Do without retries").focus()
    page.keyboard.press("Enter")
    until_done(page)
    assert "maximum_retry_attempts=0" in page.url
    expect(page.locator("#sum")).to_contain_text("1 attempt, which fails")
    expect(page.locator(".before-words")).to_contain_text("3 attempts over 3 min 0.3 s")
    expect(page.locator(".before-picture .ghost-mark")).to_have_count(3)
    expect(page.locator("#result-title")).to_be_focused()
    # both stand on one axis, so the first attempt lies where it lay
    now, before = (
        page.locator("#picture .mark .body").first.bounding_box(),
        page.locator(".ghost-mark").first.bounding_box(),
    )
    assert now is not None
    assert before is not None
    assert abs(now["x"] - before["x"]) <= 3
    press_run(page)
    until_done(page)
    expect(page.locator("#before")).to_be_hidden()


def test_cloudwatch_stands_under_the_timeline_on_its_axis(page: Page) -> None:
    page.goto(THREE)
    rows = page.locator("#watch .watch-row")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("Errors")
    expect(rows.first).to_contain_text("3 in all, at most 1 in 1 min: runs of the code that ended in an error")
    expect(page.locator(".watch-silent")).to_contain_text("Throttles")
    bars, mark = (
        page.locator("#watch .bar").first.bounding_box(),
        page.locator("#picture .mark .body").first.bounding_box(),
    )
    assert bars is not None
    assert mark is not None
    assert abs(bars["x"] - mark["x"]) <= 3
    page.locator("#view [data-action=in]").click()
    page.locator("#view [data-action=in]").click()
    page.locator("#scroller").evaluate("scroller => scroller.scrollTo(200, 0)")
    expect(page.locator("#watch .metric g").first).to_have_attribute("transform", "translate(-200 0)")


def test_a_run_can_be_read_on_paper(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    run(page, QUEUE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
    for hidden in (".settings", "#player", "#exports", "#view"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in ("#sum", "#picture", "#limits", "#explain", "#steps", "#events", "#attempts", "#metrics"):
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator("#paper-link")).to_contain_text("/?v=1&rules=")
    expect(page.locator("#paper-link")).to_contain_text("max_receive_count=2")


def test_everything_is_there_without_javascript(browser: Browser, base_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto(THREE)
    expect(page.locator("#sum")).to_contain_text("3 attempts over 3 min 0.3 s, all of which fail")
    expect(page.locator("#stage svg.still .mark")).to_have_count(3)
    expect(page.locator(".still-watch .watch-row").first).to_contain_text("3 in all, at most 1 in 1 min")
    expect(page.get_by_role("link", name="MaximumRetryAttempts 2 ASYNC-3")).to_be_visible()
    expect(page.locator("#steps li")).to_have_count(5)
    expect(attempts(page)).to_have_count(3)
    expect(page.locator("#png")).to_be_hidden()
    with page.expect_download() as saved:
        page.get_by_role("link", name="SVG", exact=True).click()
    assert saved.value.suggested_filename == "redrive-s3-timeline.svg"
    context.close()


@pytest.mark.parametrize("address", [THREE, "/compare/"])
def test_on_a_phone_the_explanation_opens_under_the_attempt(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address)
    card = page.locator("#inline")
    expect(page.locator("#plot")).to_have_attribute("data-from", "page")
    expect(card).to_be_hidden()
    page.locator("#plot .mark").nth(1).click()
    expect(card).to_contain_text("the function failed")
    expect(card).to_be_in_viewport()
    # both in one look: the page may still follow its playhead
    gap = card.evaluate(
        "card => card.getBoundingClientRect().top - document.querySelector('.mark.picked').getBoundingClientRect().bottom"
    )
    assert 0 <= gap < 20
    assert violations(page) == []
    page.keyboard.press("ArrowRight")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Close the explanation").click()
    expect(card).to_be_hidden()
    expect(page.locator(".panel #explain")).to_be_visible()


def test_what_failures_would_do_is_told_to_its_end(page: Page) -> None:
    page.goto("/?trigger=sqs")
    expect(page.locator("#sum-more")).to_have_text(
        "If the function always failed: 11,520 attempts over 4 d, all of which fail; then the message is lost: "
        "the source's retention period ran out, and nothing is set up to keep it."
    )
