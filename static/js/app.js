// @ts-check
/** The page: form, run, figure and player wired together. */
import { asides } from "./asides.js";
import { copyText } from "./copy.js";
import { CostView } from "./cost.js";
import "./drawer.js";
import { ExplainView } from "./explain-view.js";
import { ScenarioForm } from "./form.js";
import { Kept } from "./kept.js";
import { listenForKeys } from "./keys.js";
import { MetricsView } from "./metrics-view.js";
import { actionsFor, keysAreOn, watchPointer } from "./controls.js";
import { watchLooks } from "./redraw.js";
import { RunView } from "./run-view.js";
import { cancel, Starter, watchExports } from "./server.js";
import { isOver, showResult, showStatus, watchPrint } from "./status.js";
import { data, need } from "./svg.js";
import { Tables } from "./tables.js";
import { Timeline } from "./timeline.js";
import { Told, watchSteps } from "./told.js";
import { Under } from "./under.js";
import { Wire } from "./wire.js";

const wire = new Wire(data("redrive-wire"));
const scenario = data("redrive-scenario");
const timeline = new Timeline(need("plot"));
const tables = new Tables(scenario.noun, (seq) => view?.pick(seq));
const rules = data("redrive-rules");
const explain = new ExplainView(rules, (trace, seq, noun) => asides(trace, seq, noun, told.of(ran), ({ set }) => {
  const before = view && { trace: view.trace, words: need("sum").textContent ?? "" };
  for (const [name, value] of Object.entries(set)) form.set(name, value);
  need("result-title").focus(); // the button goes with its explanation; what changes is there
  run(before);
}));
const under = new Under(timeline.surface, need("before"), need("watch"));
const told = new Told(() => {
  explain.refresh();
  under.watch(told.of(ran)?.watched ?? []);
});
const cost = new CostView();
const metrics = new MetricsView();
const starter = new Starter();

/** @type {RunView | null} */
let view = null;
/** the scenario that is shown, as a query string */
let ran = "";
/** @type {{cancel: string} | null} */
let going = null;
let asking = false;
const form = new ScenarioForm(() => {
  need("stale").hidden = !ran || form.query() === ran;
  need("result-title").textContent = form.words().label; // it goes with the sentence
  told.ask(form.query(), ran !== "");
});
const actions = actionsFor(() => view, timeline);

/** @param {string} state @param {string} words */
const tell = (state, words) => showStatus(state, words, going !== null);

/** What the shown run says; while another one is asked for, that one is spoken of. @param {string} state @param {string} words */
function hear(state, words) {
  if (isOver(state)) going = null;
  if (!asking) tell(state, words);
}

/** @param {import("./run-view.js").Shown} run */
function show(run) {
  under.watch(told.of(ran)?.watched ?? []);
  view = new RunView(run, wire, { isTold: () => told.of(ran)?.forecast.cut === "", rules, under, timeline, tables, explain, cost, metrics, tell: hear }, actions);
}

/** @param {import("./run-view.js").Before | null} [before] the run that a change was made to */
async function run(before = null) {
  const words = form.words();
  const query = form.query();
  form.show([]);
  asking = true;
  tell("connecting", "Asking the server to simulate this…");
  const answer = await starter.begin(query, () => {
    tell("offline", "The server has not answered yet. Still waiting; press Run to ask again.");
    showResult();
  });
  if (!answer) return;
  asking = false;
  if (answer.errors) {
    const shown = view ? " The picture is of the run before." : "";
    if (answer.errors.some((error) => error.field)) tell(view ? "failed" : "start", `Not run: see the form.${shown}`);
    else tell("failed", `Not run. ${answer.errors[0].message}${shown}`);
    form.show(answer.errors);
    return;
  }
  view?.close();
  going = answer.started;
  ran = query;
  told.ask(query, true); // asked already, but for what is left of a link that was refused
  need("stale").hidden = true;
  need("cut").hidden = true;
  tables.speakOf(words.noun);
  const { socket, charts, cost: billOf } = answer.started;
  show({ source: (listener) => new answer.Stream(socket, listener), chartOf: (name) => `${charts}${name}/`, billOf, noun: words.noun, before });
  showResult();
}

need("scenario").addEventListener("submit", (event) => {
  if (event.submitter?.id === "compare") return; // a page of its own
  event.preventDefault();
  run();
});
need("run-again").addEventListener("click", () => run());
need("cancel").addEventListener("click", async () => {
  const asked = going;
  if (!asked) return;
  tell("queued", "Asking the worker to stop…");
  const words = await cancel(asked.cancel);
  if (asked !== going) return;
  // where that failed the run goes on, and so does what is said about it; Cancel stays there
  if (words) tell("offline", words);
  else view?.stream.cancel();
});
need("reset").addEventListener("click", (event) => {
  event.preventDefault();
  form.reset();
});
need("copy").addEventListener("click", () => copyText(`${location.origin}/?${form.query()}`, need("copy")));
watchExports(need("exports"), () => ran || form.query());
watchPrint(() => ran || form.query());
for (const [name, act] of /** @type {const} */ ([["online", "hurry"], ["offline", "offline"]])) addEventListener(name, () => view?.stream[act]());
watchLooks(timeline, () => view);

if (scenario.link) form.keepAddress();

// a run that the server sent along is there at once, to be played and asked; Run lets a worker do it
const frame = data("redrive-frame");
if (frame) {
  ran = form.query();
  show({ source: (listener) => new Kept(frame, listener), chartOf: (name) => `/charts/${name}/${scenario.link.slice(1)}`, billOf: "", noun: scenario.noun });
}

// a small screen begins with the choice of the trigger and the way to Run
if (innerWidth < 640) for (const section of document.querySelectorAll("details.section:not(:has(.wrong))")) section.removeAttribute("open");

listenForKeys(actions, keysAreOn);
watchPointer(timeline, () => view, (seq) => view?.pick(seq));
watchSteps((seq) => view?.pick(seq));
