// @ts-check
/** The figure on the page: lane names, the picture, the canvas of crowded lanes, the true-scale strip and the playhead. */
import { activityOf } from "./activity.js";
import { axisOf } from "./axis-modes.js";
import { Crowd } from "./draw-canvas.js";
import { drawSvg } from "./draw-svg.js";
import { laneNames } from "./lane-names.js";
import { lanesOf } from "./lanes.js";
import { firstZoom, fittingZoom, GUTTER, layout } from "./layout.js";
import { Reveal } from "./reveal.js";
import { Strip } from "./strip.js";
import { need } from "./svg.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./axis-modes.js").Mode} Mode */

const PHONE = 560;
const FURTHEST_IN = 64;

export class Timeline {
  #plot = need("plot");
  #scroller = need("scroller");
  #picture = /** @type {any} */ (need("picture"));
  #head = need("playhead");
  #crowd = new Crowd(/** @type {HTMLCanvasElement} */ (need("crowd")));
  #strip = new Strip(/** @type {any} */ (need("strip")));
  /** @type {Trace | null} */ #trace = null;
  /** @type {import("./layout.js").Figure | null} */ #figure = null;
  /** @type {import("./time-axis.js").TimeAxis | null} */ #axis = null;
  #reveal = new Reveal([], []);
  #zoom = 0;
  #us = 0;
  /** @type {Mode} */ mode = "folded";
  noun = "event";
  /** events with a lane of their own @type {number[]} */
  pinned = [];
  /** opened cycles: where they begin -> page @type {Map<number, number>} */
  opened = new Map();

  constructor() {
    this.#scroller.addEventListener("scroll", () => this.#window(), { passive: true });
  }

  get figure() {
    return this.#figure;
  }

  get zoom() {
    return this.#zoom;
  }

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
    this.#zoom = 0;
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
    if (!this.#zoom || keepUntil === 0) this.#zoom = this.#zoom || firstZoom(this.#axis, room, down);
    const across = down ? this.#scroller.clientWidth - GUTTER - 4 : 0;
    const figure = layout(trace, lanes, this.#axis, { zoom: this.#zoom, down, across, rest: down ? 0 : room });
    this.#figure = figure;
    const drawn = drawSvg(this.#picture, figure, trace);
    this.#reveal = new Reveal(drawn.sprites, drawn.waits);
    this.#crowd.prepare(trace, lanes, figure, this.#zoom);
    laneNames(need("lanes"), figure);
    need("strip-end").textContent = this.#strip.draw(trace, this.#axis.endUs, Math.max(120, need("strip-box").clientWidth));
    this.playhead(this.#us);
  }

  /** What the player follows: the map as it is drawn. */
  track() {
    const axis = /** @type {import("./time-axis.js").TimeAxis} */ (this.#axis);
    return { project: (/** @type {number} */ us) => axis.project(us), unproject: (/** @type {number} */ x) => axis.unproject(x), endUs: axis.endUs, zoom: this.#zoom };
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
    if (!this.#figure) return;
    const at = this.#figure.place(this.#us);
    const box = this.#scroller;
    const [size, offset] = this.down ? [box.clientHeight, box.scrollTop] : [box.clientWidth, box.scrollLeft];
    const wanted = at > offset + size * 0.75 ? at - size * 0.75 : at < offset + 20 ? at - size * 0.2 : offset;
    if (wanted !== offset) box.scrollTo(this.down ? { top: wanted } : { left: wanted });
  }

  /** The canvas only holds what is in view. */
  #window() {
    const figure = this.#figure;
    if (!figure) return;
    const box = this.#scroller;
    const at = figure.place(this.#us);
    if (this.down) this.#crowd.draw(box.scrollTop, box.clientHeight, at);
    else this.#crowd.draw(box.scrollLeft, box.clientWidth, at);
  }

  /** Whole run in view (0), or closer by a factor around a moment. @param {number} factor */
  zoomBy(factor) {
    if (!this.#axis || !this.#figure) return;
    const box = this.#scroller;
    const fit = fittingZoom(this.#axis, this.down ? 560 : box.clientWidth, this.down);
    this.#zoom = factor === 0 ? fit : Math.max(Math.min(fit, 1), Math.min(FURTHEST_IN, this.#zoom * factor));
    this.draw();
    const at = this.#figure.place(this.#us);
    if (factor !== 0) box.scrollTo(this.down ? { top: at - box.clientHeight / 2 } : { left: at - box.clientWidth / 2 });
  }

  /** The moment under a pointer. @param {number} clientX @param {number} clientY */
  momentAt(clientX, clientY) {
    const box = this.#picture.getBoundingClientRect();
    return this.#figure ? this.#figure.moment(this.down ? clientY - box.top : clientX - box.left) : 0;
  }

  /** A new size of the window: fits again. */
  resized() {
    if (!this.#trace) return;
    this.#zoom = 0;
    this.draw();
  }
}
