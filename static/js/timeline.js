// @ts-check
/** The figure on the page: lane names, the picture, the canvas of crowded lanes, the true-scale strip and the playhead. */
import { activityOf } from "./activity.js";
import { axisOf } from "./axis-modes.js";
import { Crowd } from "./draw-canvas.js";
import { drawSvg } from "./draw-svg.js";
import { duration } from "./format.js";
import { laneNames } from "./lane-names.js";
import { lanesOf } from "./lanes.js";
import { firstZoom, fittingZoom, GUTTER, layout } from "./layout.js";
import { Reveal } from "./reveal.js";
import { Strip } from "./strip.js";
import { need } from "./svg.js";
import { Viewport } from "./viewport.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./axis-modes.js").Mode} Mode */

const PHONE = 560;
const FURTHEST_IN = 64;

export class Timeline {
  #plot = need("plot");
  #scroller = need("scroller");
  #picture = /** @type {any} */ (need("picture"));
  #head = need("playhead");
  #view = new Viewport(this.#scroller, () => this.#window());
  #crowd = new Crowd(/** @type {HTMLCanvasElement} */ (need("crowd")));
  #strip = new Strip(/** @type {any} */ (need("strip")));
  /** @type {Trace | null} */ #trace = null;
  /** @type {import("./layout.js").Figure | null} */ #figure = null;
  /** @type {import("./time-axis.js").TimeAxis | null} */ #axis = null;
  #reveal = new Reveal([], []);
  #zoom = 0;
  /** a person chose the zoom: it stays */
  #chosen = false;
  #us = 0;
  /** @type {Mode} */ mode = "folded";
  noun = "event";
  /** events with a lane of their own @type {number[]} */
  pinned = [];
  /** opened cycles: where they begin -> page @type {Map<number, number>} */
  opened = new Map();

  get down() {
    return this.#figure?.down ?? false;
  }

  /** The element that pointers act on. */
  get surface() {
    return this.#scroller;
  }

  /** Another run: nothing of the last one stays. @param {Trace} trace @param {string} noun */
  begin(trace, noun) {
    this.#trace = trace;
    this.noun = noun;
    this.#axis = null;
    this.#chosen = false;
    this.#us = 0;
    this.pinned = [];
    this.opened = new Map();
  }

  /**
   * Draws what is here now. Where a person has already seen something, the axis and the zoom stay as they are.
   * @param {{keepUntil?: number}} [options] keepUntil: the moment up to which nothing may move
   */
  draw({ keepUntil = 0 } = {}) {
    const trace = this.#trace;
    if (!trace) return;
    need("stage").hidden = true;
    this.#plot.hidden = false;
    const lanes = lanesOf(trace, { noun: this.noun, pinned: this.pinned });
    const down = this.#plot.clientWidth < PHONE;
    this.#plot.classList.toggle("down", down);
    const fresh = axisOf(this.mode, activityOf(trace), this.opened);
    this.#axis = this.#axis && keepUntil > 0 ? this.#axis.keepUntil(keepUntil, fresh) : fresh;
    const room = down ? 560 : this.#scroller.clientWidth;
    if (keepUntil === 0 && !this.#chosen) this.#zoom = firstZoom(this.#axis, room, down);
    const across = down ? this.#scroller.clientWidth - GUTTER - 4 : 0;
    const figure = layout(trace, lanes, this.#axis, { zoom: this.#zoom, down, across, rest: down ? 0 : room });
    this.#figure = figure;
    const drawn = drawSvg(this.#picture, figure, trace);
    this.#reveal = new Reveal(drawn.sprites, drawn.waits);
    this.#crowd.prepare(trace, lanes, figure, this.#zoom);
    laneNames(need("lanes"), figure);
    need("strip-end").textContent = duration(this.#axis.endUs);
    this.#strip.draw(trace, this.#axis.endUs, Math.max(120, need("strip-box").clientWidth));
    this.#view.measure(down);
    this.#head.style.height = down ? "" : `${figure.across + 18}px`;
    this.playhead(this.#us);
  }

  /** What the player follows: the map as it is drawn. @returns {import("./player.js").Track} */
  track() {
    const axis = /** @type {import("./time-axis.js").TimeAxis} */ (this.#axis);
    return { project: (us) => axis.project(us), unproject: (x) => axis.unproject(x), endUs: axis.endUs, zoom: this.#zoom };
  }

  /** @param {number} us @param {number} [seq] the record that is picked */
  playhead(us, seq = 0) {
    this.#us = us;
    if (!this.#figure) return;
    const at = this.#figure.place(us);
    this.#head.style.transform = this.down ? `translate(0, ${at}px)` : `translate(${at}px, 0)`;
    this.#reveal.at(us, at, this.down, seq);
    this.#strip.playhead(us);
    this.#window();
  }

  /** Keeps the playhead in view while it moves. */
  chase() {
    if (this.#figure) this.#view.chase(this.#figure.place(this.#us));
  }

  /** The canvas only holds what is in view. */
  #window() {
    const figure = this.#figure;
    if (!figure || !this.#crowd.active) return;
    this.#crowd.draw(this.#view.offset, this.#view.size, figure.place(this.#us));
  }

  /** Whole run in view (0), or closer by a factor around a moment. @param {number} factor */
  zoomBy(factor) {
    if (!this.#axis || !this.#figure) return;
    const box = this.#scroller;
    const fit = fittingZoom(this.#axis, this.down ? 560 : box.clientWidth, this.down);
    this.#chosen = factor !== 0;
    this.#zoom = factor === 0 ? fit : Math.max(Math.min(fit, 1), Math.min(FURTHEST_IN, this.#zoom * factor));
    this.draw();
    if (factor !== 0) this.#view.centre(this.#figure.place(this.#us));
  }

  /** Shows a page of a cycle attempt by attempt, as large as the rest. @param {number} first @param {number} page */
  open(first, page) {
    this.opened.set(first, page);
    this.#chosen = true;
    this.draw();
  }

  /** Folds all cycles again. */
  fold() {
    this.opened.clear();
    this.resized();
  }

  /** The moment under a pointer. @param {number} clientX @param {number} clientY */
  momentAt(clientX, clientY) {
    const box = this.#picture.getBoundingClientRect();
    return this.#figure ? this.#figure.moment(this.down ? clientY - box.top : clientX - box.left) : 0;
  }

  /** A new size of the window: fits again. */
  resized() {
    this.#chosen = false;
    this.draw();
  }
}
