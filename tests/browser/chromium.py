"""Finds the browser of the tests: `python -m tests.browser.chromium` prints its path and fetches one if there is none;
with `--find` it fetches nothing.

In this order: $CHROMIUM; the browser that Playwright manages; Chromium or Chrome of the system; Playwright's download;
the system's package manager (as root, where there is apt-get). Each is started once before it is trusted: a browser
whose libraries are missing is no browser.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "google-chrome-stable")
APT_PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")
NO_BROWSER = """No browser for the browser tests. Either of these brings one:
    .venv/bin/playwright install --with-deps chromium
    apt-get install chromium        (or google-chrome; CHROMIUM=/path/to/it names one that is elsewhere)"""


def find_chromium() -> str | None:
    """The first browser that starts, without fetching anything."""
    return next((path for path in _candidates() if _starts(path)), None)


def fetch_chromium() -> str | None:
    """The first browser that starts after fetching it."""
    for attempt in (_playwright_download, _playwright_libraries, _apt_download):
        if attempt():
            found = find_chromium()
            if found:
                return found
    return None


def _candidates() -> Iterator[str]:
    named = os.environ.get("CHROMIUM")
    if named:
        yield named
        return
    with sync_playwright() as playwright:
        managed = playwright.chromium.executable_path
    if Path(managed).exists():
        yield managed
    for name in SYSTEM_NAMES:
        path = shutil.which(name)
        if path:
            yield path


def _starts(path: str) -> bool:
    """Whether a page opens in it."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, timeout=60_000)
            browser.new_page()
            browser.close()
    except Error as error:
        print(f"{path} does not start: {str(error).splitlines()[0]}", file=sys.stderr)
        return False
    return True


def _playwright_download() -> bool:
    return _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _playwright_libraries() -> bool:
    """What a downloaded browser needs of the system, where that is what it lacks."""
    with sync_playwright() as playwright:
        downloaded = Path(playwright.chromium.executable_path).exists()
    return downloaded and _may_use_apt() and _run([sys.executable, "-m", "playwright", "install-deps", "chromium"])


def _apt_download() -> bool:
    if not _may_use_apt():
        return False
    return _run(["apt-get", "update"]) and _run(
        ["apt-get", "install", "-y", "--no-install-recommends", *APT_PACKAGES],
    )


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _run(command: list[str]) -> bool:
    """Run with its output on standard error: standard output is for the path alone."""
    print(f"--- {' '.join(command)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """Print the browser's path; fail with what to do where there is none."""
    found = find_chromium()
    if found is None and "CHROMIUM" not in os.environ and "--find" not in arguments:
        found = fetch_chromium()
    if found is None:
        print(NO_BROWSER, file=sys.stderr)
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
