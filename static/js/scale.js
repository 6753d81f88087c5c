// @ts-check
/** Which axis is drawn, and how large: the mode, the opened cycles and the zoom, chosen by a person or fitted. */
import { activityOf, together } from "./activity.js";
import { axisOf, towardsTrue } from "./axis-modes.js";
import { Glide, wantsNoMotion } from "./glide.js";
import { firstZoom, fittingZoom } from "./layout.js";

/** @typedef {import("./time-axis.js").TimeAxis} TimeAxis */
/** @typedef {{keepUntil?: number, open?: boolean, hold?: boolean, seen?: boolean}} Manner how it is drawn anew: open: more is to come; hold: somebody looks at something; seen: somebody has seen the figure */

const FURTHEST_IN = 64;
const WIDEST = 2_000_000; // pixels that a browser still scrolls smoothly
// what a phone shows of a run that goes down the page, before it is scrolled
const ROOM_DOWN = 560;
// the first records of a run that goes on are drawn no larger than this: what fills the room now will soon be a part of it
const FIRST_RECORDS = 100;
const LARGEST_OPEN = { across: 1, down: 2 };
const OUTGROWN = 2; // so many times larger than it would be drawn now

export class Scale {
  /** @type {TimeAxis | null} */ #axis = null;
  /** @type {TimeAxis | null} */ #shown = null;
  /** how far the axis is on its way to real proportions, 0 to 1 */ #truth = 0;
  mode;
  #glide = new Glide();
  #besides;
  /** opened cycles: where they begin -> page @type {Map<number, number>} */ #opened = new Map();
  /** @type {WeakMap<import("./trace.js").Trace, {version: number, activity: import("./activity.js").Activity}>} */ #known = new WeakMap();
  #made = ""; // what the axis was made for
  /** @type {TimeAxis | null} */ #fresh = null;
  /** several panes share the room */ #beside = false;
  #trail = 0;
  /** a person chose the zoom: it stays */ #chosen = false;
  /** a person asked for the whole run, however small its marks get */ #whole = false;

  /** @param {import("./axis-modes.js").Mode} [mode] @param {import("./trace.js").Trace[]} [besides] runs that are not shown, but have their place on the axis */
  constructor(mode = "folded", besides = []) {
    this.mode = mode;
    this.#besides = besides;
  }

  get zoom() {
    return this.#glide.value;
  }

  /** Where the zoom is going, or is. */
  get goal() {
    return this.#glide.goal;
  }

  /** Whether the zoom is on its way to another. */
  get glides() {
    return this.#glide.moves;
  }

  /**
   * The axis of what is here now. What was seen up to `keepUntil` stays where it is on the axis; the zoom stays as long as
   * somebody looks at something (`hold`) and the picture has not outgrown its room.
   * @param {import("./trace.js").Trace[]} traces one a pane @param {Manner} manner
   * @param {{room: number, trail: number, down: boolean}} space trail: what the room holds after the end
   * @returns {TimeAxis}
   */
  update(traces, { keepUntil = 0, open = false, hold = false, seen = false }, { room, trail, down }) {
    const fresh = this.#newest([...traces, ...this.#besides]);
    this.#axis = this.#axis && keepUntil > 0 ? this.#axis.keepUntil(keepUntil, fresh) : fresh;
    this.#beside = traces.length > 1;
    this.#trail = trail;
    const fit = (this.#whole ? fittingZoom : firstZoom)(this.#axis, down ? ROOM_DOWN : room, trail, down, this.#beside);
    const first = open && traces.some(({ ended, cursor }) => !ended && cursor < FIRST_RECORDS);
    const wanted = first ? Math.min(fit, down ? LARGEST_OPEN.down : LARGEST_OPEN.across) : fit;
    if (!this.#chosen && (keepUntil === 0 || (!hold && wanted * OUTGROWN < this.#glide.goal))) {
      if (seen && !wantsNoMotion()) this.#glide.go(wanted, performance.now());
      else this.#glide.jump(wanted);
    }
    this.#glide.step(performance.now());
    return this.#seen(this.#axis);
  }

  /** @param {TimeAxis} axis */
  #seen(axis) {
    if (this.#shown?.pieces !== axis.pieces || this.#truth) this.#shown = this.#truth ? towardsTrue(axis, this.#truth) : axis;
    return this.#shown;
  }

  /** The axis that is drawn. */
  get axis() {
    return this.#shown;
  }

  /** @param {number} truth 0: the mode that was chosen; 1: everything at its real length */
  look(truth) {
    this.#truth = truth;
    if (!truth) this.#shown = this.#axis;
  }

  /** Made anew only when something has arrived, or another one was asked for. @param {import("./trace.js").Trace[]} traces */
  #newest(traces) {
    const wanted = [this.mode, ...traces.map(({ version }) => version), ...this.#opened].join(" ");
    if (!this.#fresh || wanted !== this.#made) this.#fresh = axisOf(this.mode, together(traces.map((trace) => this.#activity(trace))), this.#opened);
    this.#made = wanted;
    return this.#fresh;
  }

  /** Made anew only when something has arrived. @param {import("./trace.js").Trace} trace */
  #activity(trace) {
    const known = this.#known.get(trace);
    if (known?.version === trace.version) return known.activity;
    const activity = activityOf(trace);
    this.#known.set(trace, { version: trace.version, activity });
    return activity;
  }

  /** Whole run in view (0), or closer by a factor. @param {number} factor @param {number} room @param {boolean} down */
  zoomBy(factor, room, down) {
    if (!this.#axis) return;
    const fit = fittingZoom(this.#axis, down ? ROOM_DOWN : room, this.#trail, down, this.#beside);
    this.#whole = factor === 0;
    this.#chosen = !this.#whole;
    this.#glide.jump(factor === 0 ? fit : Math.max(Math.min(fit, 1), Math.min(FURTHEST_IN, WIDEST / this.#axis.width, this.zoom * factor)));
  }

  /** Shows a page of a cycle attempt by attempt, as large as the rest. @param {number} first @param {number} page */
  open(first, page) {
    this.#opened.set(first, page);
    this.#chosen = true;
  }

  fold() {
    this.#opened.clear();
    this.refit();
  }

  refit() {
    this.#chosen = this.#whole = false;
  }
}
