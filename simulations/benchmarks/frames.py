"""The figure under load: how long its frames take while a person pans, zooms and plays, and what a run weighs in the browser.

A frame is the time between two callbacks of `requestAnimationFrame`: 16.7 ms where the browser keeps up with its 60 a second.
One part runs real scenarios through the site, the other gives the page's own modules a trace of so many attempts that the
site would not simulate.
"""

import re
import statistics
from collections.abc import Callable
from typing import Any

from simulations.benchmarks.site import BenchmarkError

_LOOP = "trigger=sqs&error_rate=1&message_retention_period_s="
_A_DAY_S = 86_400
_RECEIVES_A_DAY = 2_880  # one each 30 s, the visibility timeout
_MANY = "trigger=sqs&traffic=poisson&traffic_rate_per_s=500&error_rate=0.1&max_receive_count=5&batch_size=1"
_QUIET_MS = 1_500
_DONE_WITHIN_MS = 180_000
# acts in each frame and gives back how long the frames took
_ACT = """async ({ act, frames }) => {
  const box = document.querySelector("#scroller");
  const press = (name) => document.querySelector(`#view [data-action=${name}]`).click();
  const acts = {
    pan: () => { box.scrollLeft += 40; },
    in: (n) => { if (n % 8 === 0) press("in"); },
    out: (n) => { if (n % 8 === 0) press("out"); },
    play: () => {},
  };
  const times = [];
  let last = 0;
  for (let n = 0; n < 30; n += 1) await new Promise(requestAnimationFrame);
  return await new Promise((resolve) => {
    const step = (now) => {
      if (last) times.push(now - last);
      last = now;
      if (times.length >= frames) return resolve(times);
      acts[act](times.length);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}"""
_OPEN = """async () => {
  const began = performance.now();
  document.querySelector("#picture .mark.cycle").dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
  return performance.now() - began;
}"""
_HEAP = "(window.gc && gc(), performance.memory.usedJSHeapSize / 1e6)"
# a trace of so many attempts, each event ten times, one in ten fails; drawn by the page's own modules
_SYNTHETIC = """async (attempts) => {
  const folder = performance.getEntriesByType("resource").map((entry) => entry.name).find((name) => name.endsWith("/js/trace.js")).replace("trace.js", "");
  const [{ Trace }, { Wire }, { Timeline }] = await Promise.all(["trace.js", "wire.js", "timeline.js"].map((name) => import(folder + name)));
  const wire = new Wire(JSON.parse(document.getElementById("redrive-wire").textContent));
  const kind = wire.kind("attempt");
  const trace = new Trace(wire);
  const began = performance.now();
  for (let first = 1; first <= attempts; first += 500) {
    const rows = [];
    for (let n = first; n < first + 500 && n <= attempts; n += 1) {
      const at = n * 2000;
      const fields = { attempt: 1, start_us: at, init_us: 0, end_us: at + 100000, outcome: n % 10 ? 0 : 1, events: [String(n % (attempts / 10))], members: [] };
      rows.push([kind, at, "FN-1", ...wire.fields[kind].map((name) => fields[name] ?? null)]);
    }
    trace.ingest({ first, last: first + rows.length - 1, rows }, JSON.stringify({ first, rows }));
  }
  trace.ended = true;
  const taken = performance.now() - began;
  const timeline = new Timeline(document.querySelector("#plot"));
  timeline.begin([{ trace, noun: "message", name: "" }]);
  const drawing = performance.now();
  timeline.draw();
  const drawn = performance.now() - drawing;
  // the first picture is painted before anything is measured
  for (let n = 0; n < 30; n += 1) await new Promise(requestAnimationFrame);
  const times = { zoom: [], pan: [] };
  const box = document.querySelector("#scroller");
  for (const [act, list] of Object.entries(times)) {
    let last = 0;
    for (let n = 0; n < 90; n += 1) {
      const now = await new Promise(requestAnimationFrame);
      if (last) list.push(now - last);
      last = now;
      if (act === "pan") box.scrollLeft += 40;
      else if (n % 8 === 0) timeline.zoomBy(n < 45 ? 2 : 0.5);
    }
  }
  return { taken, drawn, ...times };
}"""


def measure(browser: Any, url: str, options: dict[str, Any], say: Callable[[str], Any]) -> None:
    """Print the frames of a run of so many events, and of a trace of so many attempts."""
    days, events, attempts, frames = (options[name] for name in ("days", "events", "attempts", "frames"))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    _run(page, f"{url}/?{_LOOP}{days * _A_DAY_S}")
    say(f"a loop of {days * _RECEIVES_A_DAY:,} receives ({days} d) opens in {page.evaluate(_OPEN):.0f} ms")
    _run(page, f"{url}/?{_MANY}&traffic_count={events}")
    say(f"frames of a run of {events:,} events, in milliseconds    median     95 %    worst")
    for act, words in (("in", "zooming in"), ("pan", "panning"), ("out", "zooming out")):
        say(_line(words, page.evaluate(_ACT, {"act": act, "frames": frames})))
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    say(_line("playing", page.evaluate(_ACT, {"act": "play", "frames": frames})))
    say(f"its trace, picture and page take {page.evaluate(_HEAP):.0f} MB of JavaScript's memory")
    page.goto(url)
    found = page.evaluate(_SYNTHETIC, attempts)
    say(f"a trace of {attempts:,} attempts: read in {found['taken']:.0f} ms, first drawn in {found['drawn']:.0f} ms")
    say(_line("zooming", found["zoom"]))
    say(_line("panning", found["pan"]))
    say(f"and {page.evaluate(_HEAP):.0f} MB of JavaScript's memory")
    page.close()


def _run(page: Any, address: str) -> None:
    """Run a scenario to its end, with the playhead there and nothing that still has to be drawn."""
    page.goto(address)
    page.locator("#run").click()
    page.locator("#status:is([data-state=done], [data-state=failed])").wait_for(timeout=_DONE_WITHIN_MS)
    if page.locator("#status[data-state=failed]").count():
        raise BenchmarkError(f"{address} did not run: {page.locator('#status-words').inner_text()}")
    records = re.sub(r"\D", "", page.locator("#status-words").inner_text().split("record")[0])
    page.locator(f"#plot[data-from=worker][data-shown='{records}']").wait_for(timeout=_DONE_WITHIN_MS)
    page.locator("#result-title").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(_QUIET_MS)


def _line(words: str, times: list[float]) -> str:
    ordered = sorted(times)
    almost = ordered[int(len(ordered) * 0.95)]
    return f"{words:50} {statistics.median(times):8.1f} {almost:8.1f} {ordered[-1]:8.1f}"
