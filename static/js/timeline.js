// @ts-check
/** The figure on the page: lane names, the picture, the canvas of crowded lanes, the true-scale strip and the playhead. */
import { Crowd } from "./draw-canvas.js";
import { drawSvg } from "./draw-svg.js";
import { duration } from "./format.js";
import { laneNames } from "./lane-names.js";
import { lanesOf } from "./lanes.js";
import { GUTTER, layout } from "./layout.js";
import { Reveal } from "./reveal.js";
import { Scale } from "./scale.js";
import { Strip } from "./strip.js";
import { need } from "./svg.js";
import { Viewport } from "./viewport.js";

/** @typedef {import("./trace.js").Trace} Trace */

const PHONE = 560;
const NARROWEST_STRIP = 120;

export class Timeline {
  #plot = need("plot");
  #scroller = need("scroller");
  #picture = /** @type {any} */ (need("picture"));
  #head = need("playhead");
  #view = new Viewport(this.#scroller, () => this.#window());
  #crowd = new Crowd(/** @type {HTMLCanvasElement} */ (need("crowd")));
  #strip = new Strip(/** @type {any} */ (need("strip")));
  #scale = new Scale();
  /** @type {Trace | null} */ #trace = null;
  /** @type {import("./layout.js").Figure | null} */ #figure = null;
  #reveal = new Reveal([], []);
  #us = 0;
  #noun = "event";

  /** The element that pointers act on. */
  get surface() {
    return this.#scroller;
  }

  get mode() {
    return this.#scale.mode;
  }

  /** Another run: nothing of the last one stays but the mode. @param {Trace} trace @param {string} noun */
  begin(trace, noun) {
    const { mode } = this.#scale;
    this.#trace = trace;
    this.#noun = noun;
    this.#scale = new Scale();
    this.#scale.mode = mode;
    this.#us = 0;
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
    const down = this.#plot.clientWidth < PHONE;
    this.#plot.classList.toggle("down", down);
    const room = this.#scroller.clientWidth;
    const lanes = lanesOf(trace, { noun: this.#noun });
    const axis = this.#scale.update(trace, keepUntil, room, down);
    const { zoom } = this.#scale;
    const figure = layout(trace, lanes, axis, { zoom, down, across: down ? room - GUTTER - 4 : 0, rest: down ? 0 : room });
    this.#figure = figure;
    const drawn = drawSvg(this.#picture, figure, trace);
    this.#reveal = new Reveal(drawn.sprites, drawn.waits);
    this.#crowd.prepare(trace, lanes, figure, zoom);
    laneNames(need("lanes"), figure);
    need("strip-end").textContent = duration(axis.endUs);
    this.#strip.draw(trace, axis.endUs, Math.max(NARROWEST_STRIP, need("strip-box").clientWidth));
    this.#view.measure(down);
    this.#head.style.height = down ? "" : `${figure.across + 18}px`;
    this.playhead(this.#us);
  }

  /** What the player follows: the map as it is drawn. @returns {import("./player.js").Track} */
  track() {
    const axis = /** @type {import("./time-axis.js").TimeAxis} */ (this.#scale.axis);
    return { project: (us) => axis.project(us), unproject: (x) => axis.unproject(x), endUs: axis.endUs, zoom: this.#scale.zoom };
  }

  /** @param {number} us @param {number} [seq] the record that is picked */
  playhead(us, seq = 0) {
    this.#us = us;
    if (!this.#figure) return;
    const { down } = this.#figure;
    const at = this.#figure.place(us);
    this.#head.style.transform = down ? `translate(0, ${at}px)` : `translate(${at}px, 0)`;
    this.#reveal.at(us, at, down, seq);
    this.#strip.playhead(us);
    this.#window();
  }

  /** Keeps the playhead in view while it moves. */
  chase() {
    if (this.#figure) this.#view.chase(this.#figure.place(this.#us));
  }

  /** The canvas only holds what is in view. */
  #window() {
    if (this.#figure && this.#crowd.active) this.#crowd.draw(this.#view.offset, this.#view.size, this.#figure.place(this.#us));
  }

  /** Whole run in view (0), or closer by a factor around the playhead. @param {number} factor */
  zoomBy(factor) {
    if (!this.#figure) return;
    this.#scale.zoomBy(factor, this.#scroller.clientWidth, this.#figure.down);
    this.draw();
    if (factor !== 0) this.#view.centre(this.#figure.place(this.#us));
  }

  /** @param {import("./axis-modes.js").Mode} mode */
  show(mode) {
    this.#scale.mode = mode;
    this.draw();
  }

  /** Shows a page of a cycle attempt by attempt. @param {number} first @param {number} page */
  open(first, page) {
    this.#scale.open(first, page);
    this.draw();
  }

  /** Folds all cycles again. */
  fold() {
    this.#scale.fold();
    this.draw();
  }

  /** A new size of the window: fits again. */
  resized() {
    this.#scale.refit();
    this.draw();
  }

  /** The moment under a pointer. @param {number} clientX @param {number} clientY */
  momentAt(clientX, clientY) {
    const box = this.#picture.getBoundingClientRect();
    return this.#figure ? this.#figure.moment(this.#figure.down ? clientY - box.top : clientX - box.left) : 0;
  }
}
