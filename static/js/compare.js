// @ts-check
/** The page of two or three runs side by side: run, figure and player wired together. Its form needs no script. */
import { CompareView } from "./compare-view.js";
import { actionsFor, keysAreOn, watchPointer } from "./controls.js";
import { copyText } from "./copy.js";
import { showDifferences } from "./differences.js";
import { ExplainView } from "./explain-view.js";
import { addressOf, changed, Forks } from "./forks.js";
import { followPointer } from "./ghost.js";
import { Kept } from "./kept.js";
import { listenForKeys } from "./keys.js";
import { watchLooks } from "./redraw.js";
import { cancel, Starter } from "./server.js";
import { Stream } from "./stream.js";
import { PaneChoice } from "./pane-choice.js";
import { data, need, part } from "./svg.js";
import { Timeline } from "./timeline.js";
import { isOver } from "./standings.js";
import { Unders } from "./unders.js";
import { Wire } from "./wire.js";

/** @type {import("./compare-view.js").Side[]} */
const sides = data("redrive-sides") ?? [];
let address = data("redrive-address");
/** @type {CompareView | null} */
let view = null;
/** @type {{run: string, cancel: string, socket: string}[]} */
let going = [];
let asking = false;
const starters = sides.map(() => new Starter());

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

/** @param {Timeline} timeline */
function wired(timeline) {
  const wire = new Wire(data("redrive-wire"));
  const choice = new PaneChoice((pane) => view?.solo(pane));
  const actions = { ...actionsFor(() => view, timeline), solo: choice.next };
  const unders = new Unders(timeline.surface, sides);
  const forks = new Forks(() => explain.refresh());
  const explain = new ExplainView(data("redrive-rules"), (trace, seq, noun) => {
    const pane = view?.paneOf(trace) ?? -1;
    return pane < 0 ? [] : forks.asides(trace, seq, noun, sides[pane], ({ set }) => change(pane, set, show));
  });
  /** @type {Show} */
  const show = (sources, ids, befores) => {
    const over = () => showDifferences(ids);
    view = new CompareView(sources, sides, wire, { timeline, explain, unders, tell: hear, over }, actions, { befores, alone: choice.alone });
  };
  listenForKeys(actions, keysAreOn);
  watchPointer(timeline, () => view, (code) => view?.pick(code));
  need("run").addEventListener("click", () => run(show));
  need("cancel").addEventListener("click", stop);
  need("copy").addEventListener("click", () => copyText(location.origin + address, need("copy")));
  addEventListener("online", () => view?.hurry());
  addEventListener("offline", () => view?.offline());
  watchLooks(timeline, () => view);
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

/** @typedef {(sources: import("./run-view.js").Source[], ids: string[], befores?: (import("./run-view.js").Before | null)[]) => void} Show ids of the runs; befores: what they were before a change */

/** A change in one pane, or of what all panes share: it is run, and what was there before stays as a ghost. @param {number} pane @param {Record<string, string>} set @param {Show} show */
function change(pane, set, show) {
  const links = changed(sides.map(({ link }) => link), pane, set, data("redrive-shared"));
  const befores = links.map((link, n) => (link === sides[n].link || !view ? null : view.before(n)));
  need("lead").focus(); // the button goes with its explanation; what changes is there
  run(show, links, befores);
}

/** Other scenarios are shown from now on. @param {string[]} links */
function follow(links) {
  links.forEach((link, n) => {
    sides[n].link = link;
    part(document, `.card[data-pane="${"abc"[n]}"] .card-links a`).setAttribute("href", `/?${link}`);
    /** @type {HTMLInputElement} */ (need(`link-${"abc"[n]}`)).value = link;
  });
  address = addressOf(links);
  history.replaceState(null, "", address + location.hash);
  need("paper-link").textContent = location.origin + address;
}

/** @param {Show} show @param {string[]} [links] other than what is shown @param {(import("./run-view.js").Before | null)[]} [befores] */
async function run(show, links, befores) {
  asking = true;
  tell("connecting", `Asking the server to simulate ${sides.length} runs…`);
  const slow = () => tell("offline", "The server has not answered yet. Still waiting; press Run to ask again.");
  const answers = await Promise.all((links ?? sides.map(({ link }) => link)).map((link, n) => starters[n].begin(link, slow)));
  const started = answers.flatMap((answer) => (answer?.started ? [answer.started] : []));
  if (started.length < sides.length) {
    for (const one of started) cancel(one.cancel);
    if (!answers.includes(null)) refuse(answers);
    return;
  }
  asking = false;
  if (links) follow(links);
  view?.close();
  going = started;
  document.getElementById("beginning")?.remove();
  show(started.map(({ socket }) => (listener) => new Stream(socket, listener)), started.map((one) => one.run), befores);
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
  wired(new Timeline(need("plot")));
}
