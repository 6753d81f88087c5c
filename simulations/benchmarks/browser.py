"""The page: how long it takes from the click on Run to the first attempt on the screen, in a real browser; then `frames`.

Measured inside the page by its own clock: from the click to the frame in which the first mark of the timeline is drawn.
Between the two lie the request, the database, the queue, the worker, Redis, the websocket and the drawing. The first run warms
everything up and is not counted.
"""

import os
import shutil
import statistics
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulations.benchmarks import frames
from simulations.benchmarks.site import BenchmarkError, own_site

_NAMES = ("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chromium-browser")
_NO_PLAYWRIGHT = (
    "Playwright is not installed; it comes with what the tests need: pip install -r requirements-dev.txt, or run "
    "python3 tests/all.py lint once and use .venv/bin/python."
)
_NO_BROWSER = (
    "There is no browser. Name one by --browser or CHROMIUM, or: .venv/bin/playwright install chromium (on Debian and "
    "Ubuntu also: apt-get install chromium)."
)
# so that memory can be read, and what nobody needs is gone by then
_ARGUMENTS = ["--enable-precise-memory-info", "--js-flags=--expose-gc"]
# what is measured: its name in the page, its words
_STAGES = (
    ("answer", "the run is kept and queued"),
    ("frame", "the first frame has arrived"),
    ("screen", "the first attempt is on screen"),
)
# runs in the page before anything else there; resolves to the moments after the click, in milliseconds
_WATCH = """
window.moments = new Promise((resolve) => {
  const found = {};
  let clicked = 0;
  const note = (name) => { if (clicked) found[name] ??= performance.now() - clicked; };
  addEventListener("click", (event) => {
    if (event.target.id === "run") clicked = performance.now();
  }, true);
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    note("answer");
    return answer;
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => note("frame"));
    }
  };
  // the page shows a run before Run is pressed: what counts is the one that a worker sends
  const drawn = () => {
    const plot = document.querySelector("#plot[data-from=worker]");
    return plot && (plot.querySelector(".mark") || plot.querySelector(".crowd:not([hidden])"));
  };
  new MutationObserver((_, observer) => {
    if (!clicked || !drawn()) return;
    observer.disconnect();
    // the frame is painted between this callback and the task that follows it
    requestAnimationFrame(() => setTimeout(() => {
      note("screen");
      resolve(found);
    }));
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden", "data-from"] });
});
"""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `benchmark browser`."""
    parser.add_argument("--repeat", type=int, default=30, help="runs that are counted (30)")
    parser.add_argument("--link", default="trigger=s3&error_rate=1", help="the scenario (trigger=s3&error_rate=1)")
    parser.add_argument(
        "--events", type=int, default=90_000, help="events of the run that is panned and zoomed (90,000)"
    )
    parser.add_argument("--attempts", type=int, default=1_000_000, help="attempts of the largest trace (1,000,000)")
    parser.add_argument("--days", type=int, default=14, help="days for which a message comes back, at most 14 (14)")
    parser.add_argument("--frames", type=int, default=90, help="frames that are watched each time (90)")
    parser.add_argument("--browser", default="", help="path of a Chromium or Chrome (else CHROMIUM, else found)")


def main(options: dict[str, Any], say: Callable[[str], Any]) -> None:
    """Measure, and print median and worst for each stage of the way."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise BenchmarkError(_NO_PLAYWRIGHT) from None
    with sync_playwright() as playwright:
        path = _find(options["browser"], playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        say(f"/?{options['link']} in Chromium {browser.version}")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(_WATCH)
        with own_site() as site:
            found = [_clicked(page, f"{site.url}/?{options['link']}") for _ in range(options["repeat"] + 1)][1:]
            _said(found, say)
            frames.measure(browser, site.url, options, say)
        browser.close()


def _said(found: list[dict[str, float]], say: Callable[[str], Any]) -> None:
    say("after the click, in milliseconds    median     worst")
    for name, words in _STAGES:
        times = [moments[name] for moments in found]
        say(f"{words:33} {statistics.median(times):8.0f}  {max(times):8.0f}")
    say(f"{len(found)} runs, one after the other, each on a page just opened.")


def _clicked(page: Any, address: str) -> dict[str, float]:
    """Open the page anew, press Run, and read the moments."""
    page.goto(address)
    page.locator("#run").click()
    moments: dict[str, float] = page.evaluate("window.moments")
    return moments


def _find(named: str, managed: str) -> str:
    """The browser that was named, Playwright's own, or one of the system."""
    for path in (named, os.environ.get("CHROMIUM", "")):
        if path and not Path(path).exists():
            raise BenchmarkError(f"There is no browser at {path}.")
        if path:
            return path
    if Path(managed).exists():
        return managed
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    raise BenchmarkError(_NO_BROWSER)
