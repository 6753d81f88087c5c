// @ts-check
/** Two or three runs on one page: a stream for each, one playhead over all, and what each pane says of itself. */
import { nowIn } from "./now.js";
import { Playback } from "./playback.js";
import { added, isOver, LETTERS, summed } from "./standings.js";
import { drawLegend, runSentence, standing } from "./summary.js";
import { need, part } from "./svg.js";
import { Trace } from "./trace.js";

/** @typedef {import("./summary.js").Totals} Totals */
/** @typedef {{noun: string, label: string, link: string, watched: import("./metric-strips.js").Watched[]}} Side a pane's scenario */
/** @typedef {import("./run-view.js").Before} Before */
/** @typedef {{timeline: import("./timeline.js").Timeline, explain: import("./explain-view.js").ExplainView, unders: import("./unders.js").Unders, tell: (state: string, words: string) => void, over: () => void}} Views over: all runs are there, from the worker */

export class CompareView {
  #playback;
  #streams;
  #views;
  #panes;
  #states;
  /** @type {(Totals | null)[]} */ #totals;
  #nows = [...document.querySelectorAll("#plot .now")];
  #cards = [...document.querySelectorAll(".card")];
  #actions;
  #befores;
  #alone;

  /**
   * @param {import("./run-view.js").Source[]} sources one a pane @param {Side[]} sides
   * @param {import("./wire.js").Wire} wire @param {Views} views @param {Record<string, () => void>} actions
   * @param {{befores?: (Before | null)[], alone: number}} options the runs before a change, one a pane; the only pane that is shown, or -1
   */
  constructor(sources, sides, wire, views, actions, { befores = [], alone }) {
    this.#views = views;
    this.#actions = actions;
    this.#befores = befores;
    this.#alone = alone;
    this.#panes = sides.map(({ noun, label }, n) => ({ trace: new Trace(wire), noun, name: `${LETTERS[n]} · ${label}` }));
    this.#totals = sides.map(() => null);
    this.#states = sides.map(() => ({ state: "connecting", words: "", cut: "" }));
    views.unders.begin(befores);
    this.#playback = this.#played();
    this.#streams = sources.map((source, n) => source({
      cursor: () => this.#panes[n].trace.cursor, take: (frame, text) => this.#take(n, frame, text), tell: (state, words) => this.#tell(n, state, words),
    }));
  }

  get player() {
    return this.#playback.player;
  }

  /** The panes that are shown, played together. @param {number} [from] the moment to go on from */
  #played(from) {
    const { timeline, explain } = this.#views;
    const shown = this.#panes.filter((_, n) => this.#alone < 0 || n === this.#alone);
    const besides = this.#befores.flatMap((before, n) => (before && (this.#alone < 0 || n === this.#alone) ? [before.trace] : []));
    return new Playback(shown, {
      timeline, explain, drawn: () => this.#drawn(), scaled: () => this.#views.unders.draw(timeline.figures, this.#alone), moved: (us) => this.#moved(us), besides, alone: this.#alone, from,
    }, this.#actions);
  }

  /** One pane alone on an axis of its own, or all again (-1); the moment stays. @param {number} pane */
  solo(pane) {
    const { us, speed } = this.player;
    this.#alone = pane;
    this.#playback.close();
    this.#playback = this.#played(us);
    this.player.setSpeed(speed);
    const states = this.#states.map(({ state }) => state);
    if (states.every(isOver)) this.#playback.ended(states.includes("kept"));
    this.#playback.now();
  }

  /** Which pane a run is of. @param {Trace} trace */
  paneOf = (trace) => this.#panes.findIndex((pane) => pane.trace === trace);

  /** A pane's run as it is now, to be kept as the one before a change. @param {number} pane @returns {Before} */
  before = (pane) => ({ trace: this.#panes[pane].trace, words: part(this.#cards[pane], ".outcome-sentence").textContent ?? "" });

  /** Goes to a record. @param {number} code */
  pick = (code) => this.#playback.pick(code);

  redrawn = () => {
    this.#playback.redrawn();
    this.#views.unders.draw(this.#views.timeline.figures, this.#alone);
  };

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
    if (frame.report) this.#views.unders.measured(pane, frame.report, trace);
    return trace.ended;
  }

  /** @param {number} pane @param {string} state @param {string} words */
  #tell(pane, state, words) {
    const was = this.#states[pane].state;
    this.#states[pane] = { state, ...standing(state, words, this.#panes[pane].trace) };
    const all = this.#states.map((one) => one.state);
    if (was !== state && all.every(isOver)) {
      this.#playback.ended(state === "kept");
      if (all.every((one) => one === "done")) this.#views.over();
    } else this.#playback.news();
    this.#views.tell(...summed(this.#states, this.#panes.reduce((sum, { trace }) => sum + trace.cursor, 0)));
    const cuts = this.#states.map(({ cut }, n) => (cut ? `${LETTERS[n]}: ${cut}` : "")).filter(Boolean);
    need("cut").hidden = !cuts.length;
    need("cut").textContent = cuts.join(" ");
  }

  #drawn() {
    const known = this.#totals.flatMap((totals, n) => (totals && (this.#alone < 0 || n === this.#alone) ? [totals] : []));
    if (!this.#playback.poster) {
      this.#totals.forEach((totals, n) => {
        if (totals) part(this.#cards[n], ".outcome-sentence").textContent = runSentence(totals, this.#panes[n].noun);
      });
    }
    drawLegend(need("legend"), this.#panes[0].trace.wire, added(known));
    this.#views.unders.draw(this.#views.timeline.figures, this.#alone);
    this.#moved(this.player.us);
  }

  /** @param {number} us */
  #moved(us) {
    this.#views.unders.playhead(us);
    this.#nows.forEach((now, n) => {
      const words = nowIn(this.#panes[n].trace, us) || (this.#states[n].words || "waiting for its records");
      if (now.textContent !== words) now.textContent = words;
    });
  }
}
