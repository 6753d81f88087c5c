"""Bad days at the page: whatever is killed, locked, silent or not there, the page says so in words and goes on by itself."""

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, WebSocket, expect

from simulations import links, redis_server
from simulations.engine import simulate_rows
from tests.browser.bench import attempts, field, link, open_sections, press_run, status, texts, until_done
from tests.browser.conftest import Troubles
from tests.web.conftest import Server, start_server, until
from tests.web.site import FREE, Site, gone, serving

# long enough that it can be stopped in the middle, which takes a moment on a busy machine
LONG = link("s3", error_rate=0.2, traffic="poisson", traffic_count=60_000, traffic_rate_per_s=300, seed=5)
# what the browser itself notes on its console when a server is away
NOISE = (
    "WebSocket connection to",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",  # what was asked for while it died: a long run's sentence
    "ERR_EMPTY_RESPONSE",
    "ERR_FAILED",
    "ERR_INTERNET_DISCONNECTED",
    "status of 503",
    "503 from",
)


@pytest.fixture(scope="module")
def frail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose processes are killed."""
    with serving(tmp_path_factory.mktemp("frail"), env=FREE) as site:
        site.until_said("Redrive is ready")
        yield site
        assert site.process.poll() is None, site.log()


@pytest.fixture
def own_addresses(frail: Site) -> list[str]:
    return [frail.url, "data:", "blob:"]


@pytest.fixture(autouse=True)
def noise(troubles: Troubles) -> Iterator[None]:
    yield
    for part in NOISE:
        troubles.forgive(part)


@pytest.fixture
def told(page: Page) -> Callable[[str], None]:
    """Wait until the page has said something, were it only for a moment."""
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          window.told = [];
          new MutationObserver(() => window.told.push(document.getElementById("status-words").textContent))
            .observe(document.getElementById("status-words"), { childList: true, characterData: true, subtree: true });
        });"""
    )

    def wait(words: str) -> None:
        said: list[str] = []

        def heard() -> bool:
            said[:] = page.evaluate("window.told")
            return any(words in one for one in said)

        try:
            until(heard, words, 60)  # a worker looks for a Redis that was away every 2, 4, 6 ... seconds
        except AssertionError:
            raise AssertionError(f"{words!r} is not among {said}") from None

    return wait


def pool(site: Site) -> list[int]:
    """The processes that simulate."""
    worker = site.child("celery")
    found = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in found.splitlines() if int(line.split()[1]) == worker]


def signal_pool(site: Site, number: signal.Signals) -> None:
    for pid in pool(site):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def stopped_in_the_middle(page: Page, site: Site, told: Callable[[str], None]) -> Iterator[list[str]]:
    """The worker stands still once the page has its first frames; yields the addresses of the sockets that are opened."""
    sockets: list[str] = []

    def opened(socket: WebSocket) -> None:
        sockets.append(socket.url)
        if len(sockets) == 1:
            socket.once("framereceived", lambda _: signal_pool(site, signal.SIGSTOP))

    page.on("websocket", opened)
    press_run(page)
    try:
        told("Receiving: ")
        yield sockets
    finally:
        signal_pool(site, signal.SIGCONT)


def end(site: Site, part: str) -> None:
    """Kill a process of the site, and wait until it answers nobody any more."""
    struck = site.child(part)
    os.kill(struck, signal.SIGKILL)
    until(gone(struck), f"{part} has ended")


@contextmanager
def nobody_to_start_it_again(site: Site) -> Iterator[None]:
    """What ends stays away: who would start it again stands still."""
    site.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        site.process.send_signal(signal.SIGCONT)


def records(address: str) -> str:
    """How the page says that all records of a scenario are there."""
    return f"Done: {sum(len(chunk) for chunk in simulate_rows(links.read_link(address.removeprefix('/?')))):,} records"


def cursor(socket: str) -> int:
    return int(socket.rpartition("after=")[2])


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("uvicorn", ("The connection is lost. What is here stays", "Connected again, going on where it stopped.")),
        ("valkey", ("The server cannot reach Redis at the moment", "Redis is back.")),
    ],
)
def test_a_server_dies_in_the_middle_and_the_run_goes_on(
    page: Page, frail: Site, told: Callable[[str], None], part: str, words: tuple[str, str]
) -> None:
    page.goto(frail.url + LONG)
    with stopped_in_the_middle(page, frail, told) as sockets:
        with nobody_to_start_it_again(frail):  # or it might be back before anybody misses it
            end(frail, part)
            told(words[0])
        told(words[1])
        if part == "uvicorn":
            told("The run was queued again.")  # the worker that stands still is missed
    expect(status(page)).to_contain_text(records(LONG), timeout=30_000)
    assert (len(sockets) > 1) == (part == "uvicorn")
    assert all(cursor(address) > 0 for address in sockets[1:])


def test_a_device_that_goes_offline_and_comes_back(page: Page, frail: Site, told: Callable[[str], None]) -> None:
    page.goto(frail.url + LONG)
    with stopped_in_the_middle(page, frail, told) as sockets:
        page.context.set_offline(True)
        told("This device is offline. What is here stays")
        press_run(page)
        expect(page.locator("#problems")).to_contain_text("This device is offline")
        expect(status(page)).to_contain_text("Not run. This device is offline.")
        page.context.set_offline(False)
        told("Connected again, going on where it stopped.")
        assert cursor(sockets[-1]) > 0
    expect(status(page)).to_contain_text(records(LONG), timeout=30_000)


def test_redis_is_away_when_run_is_pressed(page: Page, frail: Site) -> None:
    page.goto(frail.url + link(error_rate=1))
    open_sections(page)
    field(page, "timeout_s").fill("7")
    with nobody_to_start_it_again(frail):
        end(frail, "valkey")
        press_run(page)
        expect(page.get_by_role("alert")).to_contain_text("cannot reach Redis")
        expect(status(page)).to_contain_text("Not run. The server cannot reach Redis at the moment.")
    expect(field(page, "timeout_s")).to_have_value("7")
    expect(page).to_have_url(re.compile("timeout_s=7"))
    until(frail.well, "Redis is back")
    press_run(page)
    until_done(page)
    expect(page.locator("#problems")).to_be_hidden()


def test_the_database_is_locked_when_run_is_pressed(page: Page, frail: Site, told: Callable[[str], None]) -> None:
    page.clock.install()
    page.goto(frail.url + link(error_rate=1, timeout_s=7))
    lock = sqlite3.connect(database(frail), isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    press_run(page)
    told("Asking the server to simulate this…")
    page.clock.fast_forward(4_000)
    expect(status(page)).to_have_text("The server has not answered yet. Still waiting; press Run to ask again.")
    lock.rollback()
    lock.close()
    until_done(page)


def test_the_database_is_away_when_run_is_pressed(page: Page, frail: Site) -> None:
    page.goto(frail.url + link(error_rate=1, timeout_s=7))
    there = database(frail)
    aside = there.with_name("aside")
    there.rename(aside)
    there.mkdir()
    try:
        press_run(page)
        expect(page.get_by_role("alert")).to_contain_text("cannot write to its database")
    finally:
        there.rmdir()
        aside.rename(there)
    expect(page.locator("[name=timeout_s]")).to_have_value("7")
    press_run(page)
    until_done(page)


def database(site: Site) -> Path:
    return site.folder / "var" / "db.sqlite3"


def test_a_server_that_never_answers_is_given_up_in_words(page: Page, frail: Site) -> None:
    asked: list[Route] = []
    page.set_viewport_size({"width": 360, "height": 740})
    page.clock.install()
    page.goto(frail.url + link(error_rate=1))
    page.route("**/runs/", lambda route: asked.append(route))  # noqa: PLW0108  (Playwright marks what it is given)
    press_run(page)
    page.clock.fast_forward(4_000)
    expect(status(page)).to_contain_text("has not answered yet")
    page.clock.run_for(2_000)  # a small screen scrolls there
    expect(status(page)).to_be_in_viewport()
    expect(page.locator("#cancel")).to_be_hidden()
    press_run(page)
    until(lambda: page.evaluate("1") and len(asked) == 2, "it asks again")
    page.clock.fast_forward(30_000)
    expect(status(page)).to_contain_text("Not run. The server did not answer.")
    expect(page.get_by_role("alert")).to_contain_text("press Run to ask again")
    page.unroute("**/runs/")
    page.route("**/runs/", lambda route: route.abort())
    press_run(page)
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    page.unroute("**/runs/")
    press_run(page)
    until_done(page)


def test_a_line_that_stays_silent_is_not_trusted(page: Page, frail: Site) -> None:
    page.clock.install()
    page.goto(frail.url + link(error_rate=1))
    # opened, and then nothing
    page.route_web_socket("**/ws/runs/**", lambda _: None)
    press_run(page)
    expect(status(page)).to_have_text("Waiting for a worker to begin…")
    page.clock.fast_forward(30_000)
    expect(status(page)).to_contain_text("The connection is lost")


@pytest.fixture
def redis() -> Iterator[Server]:
    server = start_server(redis_server.new_socket())
    yield server
    server.process.terminate()
    server.process.wait(10)
    redis_server.remove(server.socket)


def test_without_a_worker_the_page_says_what_it_waits_for(
    page: Page, redis: Server, tmp_path: Path, own_addresses: list[str], told: Callable[[str], None]
) -> None:
    with serving(tmp_path, "--only=web", env={"REDIS_URL": redis.url}) as web:
        own_addresses.append(web.url)
        web.until_said("Redrive is ready")
        page.goto(web.url + link(error_rate=1))
        press_run(page)
        told("Waiting for a worker to begin…")  # for three seconds
        expect(status(page)).to_have_text("Waiting for a free worker.")
        # and it can be ended without one, also when that fails at first
        page.route("**/cancel/", lambda route: route.abort())
        page.get_by_role("button", name="Cancel").click()
        expect(status(page)).to_contain_text("could not be cancelled")
        page.unroute("**/cancel/")
        page.get_by_role("button", name="Cancel").click()
        expect(status(page)).to_contain_text("Cancelled.")


def test_two_tabs_run_at_once_and_one_watches_the_other(page: Page, frail: Site) -> None:
    other = page.context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    addresses = [link(error_rate=0.5, traffic="burst", traffic_count=300, seed=seed) for seed in (1, 2)]
    for tab, address in zip((page, other), addresses, strict=True):
        tab.goto(frail.url + address)
    press_run(page)
    press_run(other)
    for tab, address in zip((page, other), addresses, strict=True):
        expect(status(tab)).to_contain_text(records(address))
    assert texts(attempts(page)) != texts(attempts(other))
    rows = other.evaluate(
        """(address) => new Promise((resolve) => {
          const socket = new WebSocket(address);
          let rows = 0;
          socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data);
            rows = frame.first === rows + 1 ? frame.last : NaN;
          };
          socket.onclose = ({ code }) => resolve([rows, code]);
        })""",
        sockets[0],
    )
    assert rows[1] == 1000
    assert f"Done: {rows[0]:,} records" in status(page).inner_text()
