"""The bill on the page: a receipt, a month by choice, charts when they are opened."""

from playwright.sync_api import Page, expect

from tests.browser.bench import link, press_run, until_done

POISON = link("sqs", traffic="steady", poison='["3"]', max_receive_count=5)


def test_the_receipt_is_there_before_and_after_a_run(page: Page) -> None:
    page.goto(POISON)
    expect(page.locator("#bill-run tbody tr")).to_have_count(7)
    total = page.locator("#cost-total").inner_text()
    press_run(page)
    until_done(page)
    expect(page.locator("#bill-run tfoot td")).to_have_text(total)
    expect(page.locator(".loop")).to_contain_text("until maxReceiveCount ends it")


def test_a_price_is_one_click_away(page: Page) -> None:
    page.goto(POISON)
    page.locator("#bill-run .price summary").first.click()
    expect(page.locator("#bill-run .price p").nth(1)).to_contain_text("lambda.requests: the price in us-east-1 of 2025")


def test_the_month_follows_the_choices_and_keeps_the_focus(page: Page) -> None:
    page.goto(POISON)
    page.locator("#bill-missing > summary").click()
    page.locator("#cost-free_tier").check()
    expect(page.locator("#cost-month-words")).to_contain_text("after the free tier")
    expect(page.locator("#cost-free_tier")).to_be_focused()
    expect(page.locator("#bill-missing")).to_have_attribute("open", "")
    page.locator("#cost-rate_per_s").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#cost-said")).to_contain_text("7,884,000 messages")


def test_a_wrong_choice_is_said_beside_it(page: Page) -> None:
    page.goto(POISON)
    page.locator("#cost-hours_per_month").fill("9999")
    page.keyboard.press("Enter")
    expect(page.locator("#cost-hours_per_month-error")).to_have_text("Give a number from 0 to 744.")


def test_cost_against_a_setting_is_a_chart_and_a_table(page: Page) -> None:
    page.goto(POISON)
    expect(page.locator("#against-chart .plot-container")).to_have_count(0)
    page.locator("#against-chart-box summary").click()
    page.locator("#against-setting").select_option("max_receive_count")
    expect(page.locator("#against-chart-words")).to_contain_text("values of maxReceiveCount")
    expect(page.locator("#against-rows tbody tr")).to_have_count(5)


def test_the_bill_as_a_page_works_by_itself(page: Page) -> None:
    page.goto(POISON)
    page.get_by_role("link", name="This bill as a page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What it costs: SQS standard queue")
    page.locator("#cost-region").select_option("eu-west-1")
    expect(page.locator("#bill-run .price").first).to_contain_text("eu-west-1")
