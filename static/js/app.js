// @ts-check
/** The page: form, run, figure and player wired together. */
import { CostView } from "./cost.js";
import { ExplainView } from "./explain-view.js";
import { ScenarioForm } from "./form.js";
import { listenForKeys } from "./keys.js";
import { actionsFor, keysAreOn, watchPointer } from "./controls.js";
import { RunView } from "./run-view.js";
import { begin, cancel, copyText } from "./server.js";
import { Kept, Stream } from "./stream.js";
import { data, need } from "./svg.js";
import { Tables } from "./tables.js";
import { Timeline } from "./timeline.js";
import { Wire } from "./wire.js";

const wire = new Wire(data("redrive-wire"));
const scenario = data("redrive-scenario");
const timeline = new Timeline(need("plot"));
const tables = new Tables(scenario.noun, (seq) => view?.pick(seq));
const explain = new ExplainView(data("redrive-rules"));
const cost = new CostView();

/** @type {RunView | null} */
let view = null;
/** the scenario that is shown, as a query string */
let ran = "";
/** @type {{cancel: string} | null} */
let going = null;
/** the run that was asked for last; another number once it is not wanted any more */
let asked = 0;

const form = new ScenarioForm(() => {
  need("stale").hidden = !ran || form.query() === ran;
});
const actions = actionsFor(() => view, timeline);

/** @param {string} state @param {string} words */
function tell(state, words) {
  const status = need("status");
  const over = ["start", "done", "failed", "cancelled", "kept"].includes(state);
  status.dataset.state = state;
  need("status-words").textContent = words;
  need("cancel").hidden = over;
  if (over) going = null;
}

/** @param {{source: import("./run-view.js").Source, chart: string, noun: string}} run */
function show(run) {
  view = new RunView(run, wire, { timeline, tables, explain, cost, tell }, actions);
}

async function run() {
  const words = form.words();
  const query = form.query();
  form.show([]);
  tell("connecting", "Asking the server to simulate this…");
  going = null;
  asked += 1;
  const mine = asked;
  const answer = await begin(query);
  if (mine !== asked) {
    if (answer.started) cancel(answer.started.cancel);
    return;
  }
  if (answer.errors) {
    tell(view ? "failed" : "start", view ? "Not run: see the form. The picture is of the run before." : "Not run yet: something in the form must be put right first.");
    form.show(answer.errors);
    return;
  }
  view?.close();
  going = answer.started;
  ran = query;
  need("stale").hidden = true;
  need("cut").hidden = true;
  need("result-title").textContent = words.label;
  tables.speakOf(words.noun);
  const { socket, chart } = answer.started;
  show({ source: (listener) => new Stream(socket, listener), chart, noun: words.noun });
  if (innerWidth < 1_000) need("result-title").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

need("scenario").addEventListener("submit", (event) => {
  if (event.submitter?.id === "compare") return; // a page of its own
  event.preventDefault();
  run();
});
need("run-again").addEventListener("click", () => run());
need("cancel").addEventListener("click", async () => {
  if (!going) {
    asked += 1;
    tell("cancelled", "Cancelled before it began. The picture is of the run before.");
    return;
  }
  const words = await cancel(going.cancel);
  if (words) tell("failed", words);
  else view?.stream.cancel();
});
need("reset").addEventListener("click", (event) => {
  event.preventDefault();
  form.reset();
});
need("copy").addEventListener("click", () => copyText(`${location.origin}/?${form.query()}`, need("copy")));
addEventListener("online", () => view?.stream.hurry());
addEventListener("themechange", () => view?.redrawn());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view?.redrawn());

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

if (scenario.link) form.keepAddress();

// a run that the server sent along is there at once, to be played and asked; Run lets a worker do it
const frame = data("redrive-frame");
if (frame) {
  ran = form.query();
  show({ source: (listener) => new Kept(frame, listener), chart: `/charts/cost/${scenario.link.slice(1)}`, noun: scenario.noun });
}

// a small screen begins with the choice of the trigger and the way to Run
if (innerWidth < 640) for (const section of document.querySelectorAll("details.section:not(:has(.wrong))")) section.removeAttribute("open");

listenForKeys(actions, keysAreOn);
watchPointer(timeline, () => view, (seq) => view?.pick(seq));
