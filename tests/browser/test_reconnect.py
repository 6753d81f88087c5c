"""A line that breaks costs nothing: the page asks for what comes after its last record."""

from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.browser.bench import attempts, events, link, press_run, run, texts
from tests.browser.conftest import Troubles

SOME = link(
    "sqs", traffic="steady", traffic_count=900, traffic_rate_per_s=20, error_rate=0.4, max_receive_count=4, seed=11
)


def test_a_page_that_loses_the_line_ends_with_the_same_records(
    page: Page, browser: Browser, watch: Callable[[BrowserContext], Troubles], base_url: str
) -> None:
    asked: list[str] = []

    def breaking(route: WebSocketRoute) -> None:
        asked.append(route.url.partition("?")[2])
        server = route.connect_to_server()
        passed = 0

        def forward(message: str | bytes) -> None:
            nonlocal passed
            passed += '"rows"' in str(message)  # a note, as of a worker that is busy, is no record
            if len(asked) < 4 and passed > len(asked):
                route.close(code=1011)
            else:
                route.send(message)

        server.on_message(forward)

    page.route_web_socket("**/ws/runs/**", breaking)
    run(page, SOME)
    assert len(asked) == 4
    cursors = [int(query.removeprefix("after=")) for query in asked]
    assert cursors[0] == 0
    assert cursors == sorted(set(cursors)), "each time it asks for what is still missing"

    other_context = browser.new_context(base_url=base_url)
    watch(other_context)
    other = other_context.new_page()
    run(other, SOME)
    assert texts(attempts(page)) == texts(attempts(other))
    assert texts(events(page)) == texts(events(other))
    assert page.locator("#sum").inner_text() == other.locator("#sum").inner_text()
    other_context.close()


def test_a_broken_line_is_said(page: Page) -> None:
    def broken(route: WebSocketRoute) -> None:
        route.close(code=1011)

    page.route_web_socket("**/ws/runs/**", broken)
    page.goto(link())
    press_run(page)
    expect(page.locator("#status-words")).to_contain_text("The connection is lost")
