// @ts-check
/**
 * The figure on the page: one or several runs on one axis, the true-scale strip and the playhead. Its elements are found in
 * `root` by their classes; panes are the `.pane` elements, or `root` itself where one run is shown.
 */
import { AxisAlone } from "./axis-stretch.js";
import { duration } from "./format.js";
import { Heads } from "./heads.js";
import { GUTTER } from "./layout.js";
import { PanePicture } from "./pane-picture.js";
import { codeOf, knownUntil, paneOf, seqOf } from "./panes.js";
import { Scale } from "./scale.js";
import { Strip } from "./strip.js";
import { part } from "./svg.js";
import { Viewport } from "./viewport.js";

/** @typedef {import("./panes.js").Pane} Pane */

const PHONE = 560;
const NARROWEST_STRIP = 120;
const LIGHT = 300; // so many attempts are drawn within a frame

export class Timeline {
  /** The element that pointers act on. */
  surface;
  #root;
  heads;
  #view;
  #strip;
  #every;
  #pictures;
  #axis;
  scale = new Scale();
  /** @type {Pane[]} */ #panes = [];
  /** Where everything lies, one a pane. @type {import("./layout.js").Figure[]} */ figures = [];
  #us = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.surface = part(root, ".scroller");
    this.heads = new Heads(root);
    this.#view = new Viewport(this.surface, () => this.#window());
    this.#strip = new Strip(/** @type {any} */ (part(root, ".strip")));
    const panes = [...root.querySelectorAll(".pane")];
    this.#pictures = this.#every = (panes.length ? panes : [root]).map((pane) => new PanePicture(pane));
    this.#axis = AxisAlone.in(root);
  }

  /** Few enough elements to be drawn anew in every frame. */
  get isLight() {
    return this.#panes.every(({ trace }) => trace.attempts.length <= LIGHT);
  }

  /** Other runs: nothing of the last ones stays but the mode. @param {Pane[]} panes @param {import("./trace.js").Trace[]} [besides] the axis has room for these too @param {number} [alone] the place of the only one that is shown */
  begin(panes, besides = [], alone = -1) {
    this.#panes = panes;
    this.#pictures = alone < 0 ? this.#every : [this.#every[alone]];
    this.scale = new Scale(this.scale.mode, besides);
    this.#us = 0;
  }

  /** Draws what is here now. @param {import("./scale.js").Manner} [manner] with `seen`, what is looked at stays where it is in view */
  draw(manner = {}) {
    if (!this.#panes.length) return;
    const looked = manner.seen && this.figures[0] ? this.#view.lookedAt(this.figures[0], this.#us) : null;
    this.#root.hidden = false;
    const down = this.#root.classList.toggle("down", this.#root.clientWidth < PHONE);
    const [bare, traces] = [this.#axis !== null, this.#panes.map(({ trace }) => trace)];
    for (const picture of this.#pictures) picture.open = this.heads.open;
    const room = down ? this.surface.clientWidth : this.#measured(down);
    const trail = Math.max(...this.#panes.map((pane, n) => this.#pictures[n].trail(pane, bare, down))) + this.heads.room;
    const axis = this.scale.update(traces, { ...manner, open: this.heads.open }, { room, trail, down });
    part(this.#root, ".true-scale-end").textContent = duration(axis.endUs);
    const wide = Math.max(NARROWEST_STRIP, part(this.#root, ".strip-box").clientWidth); // asked for before the pictures change
    const across = down ? (room - GUTTER - 4) / this.#panes.length : 0;
    const sizes = { zoom: this.scale.zoom, goal: this.scale.goal, down, across, rest: down ? 0 : room, trail, bare };
    this.figures = this.#panes.map((pane, n) => this.#pictures[n].draw(pane, axis, sizes));
    this.#axis?.draw(this.figures[0]);
    this.#strip.draw(traces, axis.endUs, wide);
    this.#measured(down);
    this.heads.drawn(this.figures[0], bare, this.#view.inset);
    if (looked) this.#view.keep(this.figures[0].place(looked.us), looked.at);
    this.playhead(this.#us);
  }

  /** The room along time that is in view. @param {boolean} down */
  #measured = (down) => this.#view.measure(down, this.#axis && this.#pictures[0].picture);

  /** What the player follows: the map as it is drawn. @returns {import("./player.js").Track} */
  track() {
    const axis = /** @type {import("./time-axis.js").TimeAxis} */ (this.scale.axis);
    return { project: (us) => axis.project(us), unproject: (x) => axis.unproject(x), endUs: Math.min(axis.endUs, knownUntil(this.#panes)), zoom: this.scale.zoom };
  }

  /** @param {number} us @param {number} [code] the record that is picked */
  playhead(us, code = 0) {
    const [figure] = this.figures;
    this.#us = us;
    if (!figure) return;
    const at = figure.place(us);
    this.heads.at(figure, at + this.#view.inset);
    const { length: many } = this.#pictures;
    this.#pictures.forEach((pane, n) => pane.playhead(us, at, code && paneOf(code, many) === n ? seqOf(code, many) : 0));
    this.#strip.playhead(us);
    this.#window();
  }

  /** Keeps the playhead in view while it moves. */
  chase() {
    const [figure] = this.figures;
    if (figure) this.#view.chase(figure.place(this.#us), figure.length - figure.place(figure.axis.endUs));
  }

  #window() {
    const [[figure], { offset, size }] = [this.figures, this.#view];
    this.#axis?.window(offset, size);
    if (figure) for (const pane of this.#pictures) pane.window(offset, size, figure.place(this.#us));
  }

  /** Whole run in view (0), or closer by a factor around a moment, which stays where it is. @param {number} factor @param {number} [us] else the playhead */
  zoomBy(factor, us = this.#us) {
    const [figure] = this.figures;
    if (!figure) return;
    const before = figure.place(us) - this.#view.offset;
    this.scale.zoomBy(factor, figure.down ? this.surface.clientWidth : this.#measured(false), figure.down);
    this.draw();
    if (factor !== 0) this.#view.keep(this.figures[0].place(us), before);
  }

  /** Another mode, a cycle opened or folded, a new size: something about the scale. @param {(scale: Scale) => void} act */
  change(act) {
    act(this.scale);
    this.draw();
  }

  /** The moment under a pointer. @param {number} clientX @param {number} clientY */
  momentAt(clientX, clientY) {
    const [[figure], box] = [this.figures, this.#pictures[0].picture.getBoundingClientRect()];
    return figure ? figure.moment(figure.down ? clientY - box.top : clientX - box.left) : 0;
  }

  /** The code of what is drawn by an element, 0 where it stands for no record. @param {Element} mark has `data-seq` */
  codeAt(mark) {
    const pane = Math.max(0, this.#pictures.findIndex(({ picture }) => picture.contains(mark)));
    return codeOf(pane, Number(mark.getAttribute("data-seq")), this.#pictures.length);
  }
}
