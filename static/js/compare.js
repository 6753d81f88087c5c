// @ts-check
/** The page of two or three runs side by side: run, figure and player wired together. Its form needs no script. */
import { CompareView } from "./compare-view.js";
import { actionsFor, keysAreOn, watchPointer } from "./controls.js";
import { showDifferences } from "./differences.js";
import { ExplainView } from "./explain-view.js";
import { followPointer } from "./ghost.js";
import { Kept } from "./kept.js";
import { listenForKeys } from "./keys.js";
import { cancel, copyText, Starter } from "./server.js";
import { Stream } from "./stream.js";
import { data, need } from "./svg.js";
import { Timeline } from "./timeline.js";
import { watchWidth } from "./width.js";
import { Wire } from "./wire.js";

/** @type {import("./compare-view.js").Side[]} */
const sides = data("redrive-sides") ?? [];
const address = data("redrive-address");
/** @type {CompareView | null} */
let view = null;
/** @type {{run: string, cancel: string, socket: string}[]} */
let going = [];
let asking = false;
const starters = sides.map(() => new Starter());

const isOver = (/** @type {string} */ state) => ["done", "failed", "cancelled", "kept"].includes(state);

/** @param {string} state @param {string} words */
function tell(state, words) {
  need("status").dataset.state = state;
  need("status-words").textContent = words;
  need("cancel").hidden = !going.length || isOver(state);
}

/** What the shown runs say; while others are asked for, those are spoken of. @param {string} state @param {string} words */
function hear(state, words) {
  if (isOver(state)) going = [];
  if (!asking) tell(state, words);
}

/** @param {Timeline} timeline @param {ExplainView} explain */
function wired(timeline, explain) {
  const wire = new Wire(data("redrive-wire"));
  const actions = actionsFor(() => view, timeline);
  /** @param {import("./run-view.js").Source[]} sources @param {string[]} ids of the runs */
  const show = (sources, ids) => {
    const over = () => showDifferences(ids);
    view = new CompareView(sources, sides, wire, { timeline, explain, tell: hear, over }, actions);
  };
  listenForKeys(actions, keysAreOn);
  watchPointer(timeline, () => view, (code) => view?.pick(code));
  need("run").addEventListener("click", () => run(show));
  need("cancel").addEventListener("click", stop);
  need("copy").addEventListener("click", () => copyText(location.origin + address, need("copy")));
  addEventListener("online", () => view?.hurry());
  addEventListener("offline", () => view?.offline());
  addEventListener("themechange", () => view?.redrawn());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view?.redrawn());
  watchWidth(() => {
    if (!view) return;
    timeline.change((scale) => scale.refit());
    view.redrawn();
  });
  followPointer(timeline, need("ghost"));
  // what the server sent along is there at once, to be played and asked; Run lets a worker do it
  const frames = data("redrive-frames");
  if (frames) show(frames.map((/** @type {any} */ frame) => (/** @type {any} */ listener) => new Kept(frame, listener)), []);
}

async function stop() {
  const asked = going;
  tell("queued", "Asking the workers to stop…");
  const words = (await Promise.all(asked.map((one) => cancel(one.cancel)))).find(Boolean);
  if (asked !== going) return;
  if (words) tell("offline", words);
  else view?.cancel();
}

/** @param {(sources: import("./run-view.js").Source[], ids: string[]) => void} show */
async function run(show) {
  asking = true;
  tell("connecting", `Asking the server to simulate ${sides.length} runs…`);
  const slow = () => tell("offline", "The server has not answered yet. Still waiting; press Run to ask again.");
  const answers = await Promise.all(sides.map(({ link }, n) => starters[n].begin(link, slow)));
  const started = answers.flatMap((answer) => (answer?.started ? [answer.started] : []));
  if (started.length < sides.length) {
    for (const one of started) cancel(one.cancel);
    if (!answers.includes(null)) refuse(answers);
    return;
  }
  asking = false;
  view?.close();
  going = started;
  document.getElementById("beginning")?.remove();
  show(started.map(({ socket }) => (listener) => new Stream(socket, listener)), started.map((one) => one.run));
}

/** Says which of the runs could not be had. @param {({errors?: import("./server.js").FieldError[]} | null)[]} answers */
function refuse(answers) {
  asking = false;
  const wrong = answers.findIndex((answer) => answer?.errors);
  tell("failed", `Not run. ${"ABC"[wrong]}: ${(answers[wrong]?.errors ?? []).map(({ message }) => message).join(" ")}`);
}

if (address) {
  // what is really run stands in the address, also where it was opened by a shorter one
  history.replaceState(null, "", address + location.hash);
  wired(new Timeline(need("plot")), new ExplainView(data("redrive-rules")));
}
