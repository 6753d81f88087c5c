// @ts-check
/** One run on the page: its stream, and what the tables, the bill and the sentence say of it. */
import { Playback } from "./playback.js";
import { drawLegend, runSentence, standing } from "./summary.js";
import { need } from "./svg.js";
import { showLimits } from "./told.js";
import { Trace } from "./trace.js";

/** @typedef {(listener: import("./stream.js").Listener) => Pick<import("./stream.js").Stream, "close" | "cancel" | "hurry" | "offline">} Source where frames come from */
/** @typedef {{trace: Trace, words: string}} Before the run that a change was made to */
/** @typedef {{source: Source, chartOf: (name: string) => string, billOf: string, noun: string, before?: Before | null}} Shown chartOf: address of a figure; billOf: of the bill, "" where it is on the page */
/** @typedef {{under: import("./under.js").Under, isTold: () => boolean, rules: Record<string, {sentence: string}>, timeline: import("./timeline.js").Timeline, tables: import("./tables.js").Tables, explain: import("./explain-view.js").ExplainView, cost: import("./cost.js").CostView, metrics: import("./metrics-view.js").MetricsView, tell: (state: string, words: string) => void}} Views */

export class RunView {
  trace;
  stream;
  #playback;
  #views;
  #noun;
  #chartOf;
  #billOf;
  #totals = /** @type {import("./summary.js").Totals | null} */ (null);

  /**
   * @param {Shown} run
   * @param {import("./wire.js").Wire} wire @param {Views} views @param {Record<string, () => void>} actions
   */
  constructor({ source, chartOf, billOf, noun, before = null }, wire, views, actions) {
    this.#chartOf = chartOf;
    this.#billOf = billOf;
    this.#noun = noun;
    this.#views = views;
    this.trace = new Trace(wire);
    const { timeline, explain, under } = views;
    under.begin(before);
    this.#playback = new Playback([{ trace: this.trace, noun, name: "" }], {
      timeline, explain, drawn: () => this.#drawn(), scaled: () => under.draw(timeline.figures[0]), moved: (us) => under.playhead(us), besides: before ? [before.trace] : [],
    }, actions);
    if (billOf) views.cost.clear();
    views.metrics.clear();
    showLimits([], views.rules, this.pick);
    need("exports").hidden = false;
    this.stream = source({
      cursor: () => this.trace.cursor, take: (frame, text) => this.#take(frame, text), tell: (state, words) => this.#tell(state, words),
    });
  }

  get player() {
    return this.#playback.player;
  }

  /** Goes to a record. @param {number} seq */
  pick = (seq) => this.#playback.pick(seq);

  redrawn = () => {
    this.#playback.redrawn();
    this.#views.under.draw(this.#views.timeline.figures[0]);
  };

  /** Leaves the run; another one begins. */
  close() {
    this.stream.close();
    this.#playback.close();
  }

  /** @param {any} frame @param {string} text */
  #take(frame, text) {
    if (this.trace.ingest(frame, text) && frame.totals) this.#totals = frame.totals;
    this.#playback.news();
    if (frame.report) {
      this.#views.cost.show(frame.report.cost, this.#billOf);
      this.#views.under.measured(frame.report.cloudwatch_over_time, frame.report.ended?.at_us ?? this.trace.at(this.trace.cursor));
      showLimits(frame.report.limits, this.#views.rules, this.pick);
      this.#views.metrics.show(frame.report, this.#chartOf("cloudwatch"));
    }
    return this.trace.ended;
  }

  /** @param {string} state @param {string} words */
  #tell(state, words) {
    const told = standing(state, words, this.trace);
    this.#views.tell(state, told.words);
    need("cut").hidden = !told.cut;
    need("cut").textContent = told.cut;
    if (["done", "failed", "cancelled", "kept"].includes(state)) this.#playback.ended(state === "kept");
    else this.#playback.news();
  }

  #drawn() {
    const { tables, cost, under, timeline } = this.#views;
    tables.show(this.trace);
    under.draw(timeline.figures[0]);
    if (!this.#totals) return;
    cost.running(this.#totals.total_usd);
    if (!this.#playback.poster && !this.#views.isTold()) need("sum").textContent = runSentence(this.#totals, this.#noun);
    drawLegend(need("legend"), this.trace.wire, this.#totals);
  }
}
