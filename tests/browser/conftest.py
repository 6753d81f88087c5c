"""The browser tests drive the real site: `manage.py serve` with its own Redis, worker and database, in a real browser.

A console error, an uncaught exception, a violation of the Content-Security-Policy, a request to anywhere else or an
answer of 5xx fails the test in which it happened.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.web.site import FREE, Site, serving

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_MS = 20_000
# what a browser without a graphics card says about itself
NOISE = ("GL Driver Message", "GPU stall due to ReadPixels", "Automatic fallback to software WebGL")


def pytest_configure(config: pytest.Config) -> None:
    """Playwright empties its folder as a session begins: each worker has its own."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        config.option.output = str(Path(config.option.output) / worker)


class Troubles(list[str]):
    """What went wrong in the browser during one test; a test that provokes trouble forgives it by name."""

    __slots__ = ()

    def forgive(self, part: str) -> None:
        """Drop the expected ones."""
        self[:] = [trouble for trouble in self if part not in trouble]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all browser tests; it must also stop cleanly."""
    with serving(tmp_path_factory.mktemp("site"), env=FREE) as running:
        running.until_said("Redrive is ready")
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """What relative addresses in `page.goto` start from."""
    return site.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser that tests/all.py found, else the first that starts here; never a skipped test."""
    path = os.environ.get("CHROMIUM") or _find_chromium()
    return {**browser_type_launch_args, "executable_path": path}


def _find_chromium() -> str:
    """Asked in a process of its own: in this one Playwright runs already."""
    command = [sys.executable, "-m", "tests.browser.chromium", "--find"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if found.returncode:
        pytest.exit(found.stderr, returncode=3)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A usual laptop window."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "reduced_motion": "no-preference"}


@pytest.fixture
def own_addresses(base_url: str) -> list[str]:
    """What a page may ask for."""
    return [base_url, "data:", "blob:"]


@pytest.fixture
def watch(own_addresses: list[str]) -> Iterator[Callable[[BrowserContext], Troubles]]:
    """Listen to a browser context; what it complains about by the end of the test fails the test."""
    troubles = Troubles()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(noise in message.text for noise in NOISE):
            troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def answered(response: Response) -> None:
        if response.status >= 500:
            troubles.append(f"{response.status} from {response.url}")
        if not response.url.startswith(tuple(own_addresses)):
            troubles.append(f"request to another place: {response.url}")

    def listen(context: BrowserContext) -> Troubles:
        context.on("console", console)
        context.on("weberror", lambda error: troubles.append(f"uncaught: {error.error}"))
        context.on("response", answered)
        return troubles

    yield listen
    assert list(troubles) == []


@pytest.fixture(autouse=True)
def patience(context: BrowserContext) -> None:
    """Long enough for a busy machine and two browsers, short enough to fail soon."""
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def troubles(watch: Callable[[BrowserContext], Troubles], context: BrowserContext) -> Troubles:
    """The complaints of this test's own browser context."""
    return watch(context)


@pytest.fixture
def screenshot(page: Page, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Keep a picture of the page under test-results/screens, for a person to look at."""

    def take(name: str) -> Path:
        folder = ROOT / "test-results" / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
