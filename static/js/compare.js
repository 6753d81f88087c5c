// @ts-check
/** The page of two or three runs side by side: run, figure and player wired together. Its form needs no script. */
import { CompareView } from "./compare-view.js";
import { actionsFor, keysAreOn, watchPointer } from "./controls.js";
import { showDifferences } from "./differences.js";
import { ExplainView } from "./explain-view.js";
import { followPointer } from "./ghost.js";
import { listenForKeys } from "./keys.js";
import { begin, cancel, copyText } from "./server.js";
import { Kept, Stream } from "./stream.js";
import { data, need } from "./svg.js";
import { Timeline } from "./timeline.js";
import { Wire } from "./wire.js";

/** @type {import("./compare-view.js").Side[]} */
const sides = data("redrive-sides") ?? [];
const address = data("redrive-address");
/** @type {CompareView | null} */
let view = null;
/** @type {{run: string, cancel: string, socket: string}[]} */
let going = [];
/** the runs that were asked for last; another number once they are not wanted any more */
let asked = 0;

/** @param {string} state @param {string} words */
function tell(state, words) {
  const over = ["done", "failed", "cancelled", "kept"].includes(state);
  need("status").dataset.state = state;
  need("status-words").textContent = words;
  need("cancel").hidden = over;
}

/** @param {Timeline} timeline @param {ExplainView} explain */
function wired(timeline, explain) {
  const wire = new Wire(data("redrive-wire"));
  const actions = actionsFor(() => view, timeline);
  /** @param {import("./run-view.js").Source[]} sources @param {string[]} ids of the runs */
  const show = (sources, ids) => {
    const over = () => showDifferences(ids);
    view = new CompareView(sources, sides, wire, { timeline, explain, tell, over }, actions);
  };
  listenForKeys(actions, keysAreOn);
  watchPointer(timeline, () => view, (code) => view?.pick(code));
  need("run").addEventListener("click", () => run(show));
  need("cancel").addEventListener("click", stop);
  need("copy").addEventListener("click", () => copyText(location.origin + address, need("copy")));
  addEventListener("online", () => view?.hurry());
  addEventListener("themechange", () => view?.redrawn());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view?.redrawn());
  watchSize(timeline);
  followPointer(timeline, need("ghost"));
  // what the server sent along is there at once, to be played and asked; Run lets a worker do it
  const frames = data("redrive-frames");
  if (frames) show(frames.map((/** @type {any} */ frame) => (/** @type {any} */ listener) => new Kept(frame, listener)), []);
}

async function stop() {
  if (!going.length) {
    asked += 1;
    tell("cancelled", "Cancelled before they began. The picture is of the runs before.");
    return;
  }
  const words = (await Promise.all(going.map((one) => cancel(one.cancel)))).find(Boolean);
  if (words) tell("failed", words);
  else view?.cancel();
}

/** @param {(sources: import("./run-view.js").Source[], ids: string[]) => void} show */
async function run(show) {
  asked += 1;
  const mine = asked;
  going = [];
  tell("connecting", `Asking the server to simulate ${sides.length} runs…`);
  const answers = await Promise.all(sides.map(({ link }) => begin(link)));
  const wrong = answers.findIndex(({ errors }) => errors);
  const started = answers.flatMap((answer) => (answer.errors ? [] : [answer.started]));
  if (wrong >= 0 || mine !== asked) {
    await Promise.all(started.map((one) => cancel(one.cancel)));
    if (mine === asked) tell("failed", `Not run. ${"ABC"[wrong]}: ${(answers[wrong].errors ?? []).map(({ message }) => message).join(" ")}`);
    return;
  }
  view?.close();
  going = started;
  document.getElementById("beginning")?.remove();
  show(started.map(({ socket }) => (listener) => new Stream(socket, listener)), started.map((one) => one.run));
}

/** @param {Timeline} timeline */
function watchSize(timeline) {
  let width = innerWidth;
  let resizing = 0;
  addEventListener("resize", () => {
    if (innerWidth === width || !view) return;
    width = innerWidth;
    clearTimeout(resizing);
    resizing = window.setTimeout(() => {
      timeline.change((scale) => scale.refit());
      view?.redrawn();
    }, 150);
  });
}

if (address) {
  // what is really run stands in the address, also where it was opened by a shorter one
  history.replaceState(null, "", address + location.hash);
  wired(new Timeline(need("plot")), new ExplainView(data("redrive-rules")));
}
