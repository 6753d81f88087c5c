// @ts-check
/** Two or three runs on one page: a stream for each, one playhead over all, and what each pane says of itself. */
import { counted } from "./format.js";
import { nowIn } from "./now.js";
import { Playback } from "./playback.js";
import { drawLegend, runSentence, standing } from "./summary.js";
import { need, part } from "./svg.js";
import { Trace } from "./trace.js";

/** @typedef {import("./summary.js").Totals} Totals */
/** @typedef {{noun: string, label: string, link: string}} Side a pane's scenario */
/** @typedef {{timeline: import("./timeline.js").Timeline, explain: import("./explain-view.js").ExplainView, tell: (state: string, words: string) => void, over: () => void}} Views over: all runs are there, from the worker */

const OVER = ["done", "failed", "cancelled", "kept"];
const BADLY = ["failed", "offline", "cancelled"];
const LETTERS = "ABC";

export class CompareView {
  #playback;
  #streams;
  #views;
  #panes;
  #states;
  /** @type {(Totals | null)[]} */ #totals;
  #nows = [...document.querySelectorAll("#plot .now")];
  #cards = [...document.querySelectorAll(".card")];

  /**
   * @param {import("./run-view.js").Source[]} sources one a pane @param {Side[]} sides
   * @param {import("./wire.js").Wire} wire @param {Views} views @param {Record<string, () => void>} actions
   */
  constructor(sources, sides, wire, views, actions) {
    this.#views = views;
    this.#panes = sides.map(({ noun, label }, n) => ({ trace: new Trace(wire), noun, name: `${LETTERS[n]} · ${label}` }));
    this.#totals = sides.map(() => null);
    this.#states = sides.map(() => ({ state: "connecting", words: "", cut: "" }));
    const { timeline, explain } = views;
    this.#playback = new Playback(this.#panes, { timeline, explain, drawn: () => this.#drawn(), moved: (us) => this.#moved(us) }, actions);
    this.#streams = sources.map((source, n) => source({
      cursor: () => this.#panes[n].trace.cursor, take: (frame, text) => this.#take(n, frame, text), tell: (state, words) => this.#tell(n, state, words),
    }));
  }

  get player() {
    return this.#playback.player;
  }

  /** Goes to a record. @param {number} code */
  pick = (code) => this.#playback.pick(code);

  redrawn = () => this.#playback.redrawn();

  close() {
    for (const stream of this.#streams) stream.close();
    this.#playback.close();
  }

  hurry() {
    for (const stream of this.#streams) stream.hurry();
  }

  offline() {
    for (const stream of this.#streams) stream.offline();
  }

  /** The workers were told; what is still on its way is not wanted. */
  cancel() {
    for (const stream of this.#streams) stream.cancel();
  }

  /** @param {number} pane @param {any} frame @param {string} text */
  #take(pane, frame, text) {
    const { trace } = this.#panes[pane];
    if (trace.ingest(frame, text) && frame.totals) this.#totals[pane] = frame.totals;
    this.#playback.news();
    return trace.ended;
  }

  /** @param {number} pane @param {string} state @param {string} words */
  #tell(pane, state, words) {
    const was = this.#states[pane].state;
    this.#states[pane] = { state, ...standing(state, words, this.#panes[pane].trace) };
    const all = this.#states.map((one) => one.state);
    if (was !== state && all.every((one) => OVER.includes(one))) {
      this.#playback.ended(state === "kept");
      if (all.every((one) => one === "done")) this.#views.over();
    } else this.#playback.news();
    const [summed, said] = this.#summed();
    this.#views.tell(summed, said);
    const cuts = this.#states.map(({ cut }, n) => (cut ? `${LETTERS[n]}: ${cut}` : "")).filter(Boolean);
    need("cut").hidden = !cuts.length;
    need("cut").textContent = cuts.join(" ");
  }

  /** How all runs stand, as one state: the first trouble, or the slowest. @returns {[string, string]} */
  #summed() {
    const records = counted(this.#panes.reduce((sum, { trace }) => sum + trace.cursor, 0), "record");
    const worst = this.#states.findIndex(({ state }) => BADLY.includes(state));
    if (worst >= 0) return [this.#states[worst].state, `${LETTERS[worst]}: ${this.#states[worst].words}`];
    const going = this.#states.find(({ state }) => !OVER.includes(state));
    if (going) return [going.state, going.state === "receiving" ? `Receiving: ${records} so far.` : going.words];
    if (this.#states[0].state === "kept") return ["kept", "The finished runs: play them, step through them, ask why."];
    return ["done", `Done: ${records} in ${this.#panes.length} runs.`];
  }

  #drawn() {
    const known = this.#totals.filter((totals) => totals !== null);
    if (!this.#playback.poster) {
      this.#totals.forEach((totals, n) => {
        if (totals) part(this.#cards[n], ".outcome-sentence").textContent = runSentence(totals, this.#panes[n].noun);
      });
    }
    drawLegend(need("legend"), this.#panes[0].trace.wire, added(known));
    this.#moved(this.player.us);
  }

  /** @param {number} us */
  #moved(us) {
    this.#nows.forEach((now, n) => {
      const words = nowIn(this.#panes[n].trace, us) || (this.#states[n].words || "waiting for its records");
      if (now.textContent !== words) now.textContent = words;
    });
  }
}

/** Several totals as one, as far as the legend counts. @param {Totals[]} all @returns {Totals} */
function added(all) {
  const sum = (/** @type {Record<string, number>[]} */ parts) => {
    /** @type {Record<string, number>} */
    const whole = {};
    for (const counts of parts) for (const [name, n] of Object.entries(counts)) whole[name] = (whole[name] ?? 0) + n;
    return whole;
  };
  return { records: 0, at_us: 0, total_usd: "0", events: sum(all.map(({ events }) => events)), attempts: sum(all.map(({ attempts }) => attempts)) };
}
