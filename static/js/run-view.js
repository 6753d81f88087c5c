// @ts-check
/** One run on the page: its stream, what is drawn when, and where the playhead goes while records still arrive. */
import { Narrator } from "./narrator.js";
import { Player } from "./player.js";
import { PlayerBar } from "./player-bar.js";
import { Stops } from "./stops.js";
import { drawLegend, runSentence, standing } from "./summary.js";
import { need } from "./svg.js";
import { Trace } from "./trace.js";

/** @typedef {(listener: import("./stream.js").Listener) => Pick<import("./stream.js").Stream, "close" | "cancel" | "hurry" | "offline">} Source where frames come from */
/** @typedef {{timeline: import("./timeline.js").Timeline, tables: import("./tables.js").Tables, explain: import("./explain-view.js").ExplainView, cost: import("./cost.js").CostView, tell: (state: string, words: string) => void}} Views */

// playing begins when all is here, or after this long with what is here
const PATIENCE_MS = 350;
const CALM_MS = 120;

export class RunView {
  trace;
  player;
  #bar;
  stream;
  #views;
  #noun;
  #chart;
  #narrator;
  #totals = /** @type {import("./summary.js").Totals | null} */ (null);
  #dirty = false;
  #played = false;
  #firstAt = 0;
  #nextDraw = 0;
  #frame = 0;
  #before = 0;
  #over = false;
  #still = false; // no motion is wanted: the playhead stays at the newest moment until a person moves it
  #poster = false; // it was here before anybody asked: nothing moves, the end is shown

  /**
   * @param {{source: Source, chart: string, noun: string}} run `chart`: address of the bill's figure
   * @param {import("./wire.js").Wire} wire @param {Views} views @param {Record<string, () => void>} actions
   */
  constructor({ source, chart, noun }, wire, views, actions) {
    this.#chart = chart;
    this.#noun = noun;
    this.#views = views;
    this.trace = new Trace(wire);
    this.player = new Player(new Stops(this.trace), (change) => this.#moved(change));
    this.#narrator = new Narrator(views.explain, noun);
    this.#bar = new PlayerBar(this.player, actions);
    this.player.open = true;
    views.timeline.begin(this.trace, noun);
    views.cost.clear();
    this.stream = source({
      cursor: () => this.trace.cursor, take: (frame, text) => this.#take(frame, text), tell: (state, words) => this.#tell(state, words),
    });
    this.#loop();
  }

  /** Leaves the run; another one begins. */
  close() {
    this.#over = true;
    this.stream.close();
    cancelAnimationFrame(this.#frame);
    this.#bar.close();
  }

  /** @param {any} frame @param {string} text */
  #take(frame, text) {
    this.#firstAt ||= performance.now();
    if (this.trace.ingest(frame, text) && frame.totals) this.#totals = frame.totals;
    this.#dirty = true;
    if (frame.report) this.#views.cost.show(frame.report.cost, this.#chart);
    return this.trace.ended;
  }

  /** @param {string} state @param {string} words */
  #tell(state, words) {
    const told = standing(state, words, this.trace);
    this.#views.tell(state, told.words);
    need("cut").hidden = !told.cut;
    need("cut").textContent = told.cut;
    if (["done", "failed", "cancelled", "kept"].includes(state)) {
      this.#poster = state === "kept";
      this.player.open = false;
      this.#nextDraw = 0;
    }
    this.#dirty = true;
  }

  #loop() {
    if (this.#over) return;
    this.#frame = requestAnimationFrame((now) => {
      const passed = Math.min(100, now - (this.#before || now));
      this.#before = now;
      if (this.#dirty && now >= this.#nextDraw && this.trace.cursor) this.#draw();
      this.player.tick(passed);
      if (this.trace.cursor) this.#narrator.tell(this.trace, this.player.seq, now);
      this.#loop();
    });
  }

  #draw() {
    const { timeline, tables, cost } = this.#views;
    const began = performance.now();
    this.#dirty = false;
    // what a person has seen stays where it is; before anything was played nothing has been seen
    timeline.draw({ keepUntil: this.#played && this.player.open ? this.player.us : 0 });
    this.player.follow(timeline.track());
    tables.show(this.trace);
    if (this.#totals) {
      cost.running(this.#totals.total_usd);
      if (!this.#poster) need("sum").textContent = runSentence(this.#totals, this.#noun);
      drawLegend(need("legend"), this.trace, this.#totals);
    }
    need("player").hidden = false;
    Object.assign(need("plot").dataset, { shown: this.trace.cursor, from: this.#poster ? "page" : "worker" });
    if (!this.#played && (!this.player.open || began - this.#firstAt > PATIENCE_MS)) this.#first();
    else if (this.#still && this.player.us < this.player.endUs) this.player.seek(this.player.endUs);
    this.#bar.show();
    const took = performance.now() - began;
    this.#nextDraw = began + took + Math.max(CALM_MS, took * 4);
  }

  /** The first playback: from the start, or at once the end where a person wants no motion. */
  #first() {
    this.#played = true;
    this.#still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#still || this.#poster) this.player.seek(this.player.endUs);
    else this.player.play();
  }

  /** Draws again after the picture changed for another reason than new records. */
  redrawn() {
    this.player.follow(this.#views.timeline.track());
    this.#views.timeline.playhead(this.player.us, this.player.seq);
    this.#bar.show();
  }

  /** @param {import("./player.js").Change} change */
  #moved(change) {
    const { timeline } = this.#views;
    const moving = change === "move";
    timeline.playhead(this.player.us, moving ? 0 : this.player.seq);
    if (moving || change === "seek") timeline.chase();
    this.#bar.show();
    this.#narrator.moved(!moving);
  }
}
