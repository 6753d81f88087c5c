// @ts-check
/** One run in the figure: the names beside its lanes, its picture, the canvas of crowded lanes, and what the playhead has passed. */
import { axisOfPicture } from "./axis-stretch.js";
import { columnInWords, cycleInWords } from "./bucket-words.js";
import { drawSvg } from "./draw-svg.js";
import { laneNames } from "./lane-names.js";
import { lanesOf, MOST_LANES } from "./lanes.js";
import { layout, trailOf } from "./layout.js";
import { Reveal } from "./reveal.js";
import { part } from "./svg.js";

/** @typedef {import("./layout.js").Figure} Figure */

// where time runs down a small screen and several panes share it
const MOST_BESIDE = 2;
// of shards, whose names are longer than those of events
const MOST_DOWN = 6;

/** @type {WeakMap<Element, PanePicture>} */
const drawn = new WeakMap();

/** What draws into an element. @param {Element} element @returns {PanePicture | undefined} */
export const pictureOf = (element) => drawn.get(element);

export class PanePicture {
  /** @type {SVGElement} */ picture;
  #names;
  #axis = axisOfPicture();
  #canvas;
  /** comes with the first crowded lane @type {import("./draw-canvas.js").Crowd | null} */ #crowd = null;
  #seen = { offset: 0, size: 0, playhead: 0 };
  /** @type {Figure | null} */ #figure = null;
  #reveal = new Reveal([], []);
  /** @type {import("./lanes.js").Lanes | null} */ #lanes = null;
  #made = { trace: /** @type {unknown} */ (null), version: -1, most: 0, down: false, open: false };
  #least = /** @type {Map<string, number> | undefined} */ (undefined);
  #goal = /** @type {number | undefined} */ (undefined);
  open = false; // more is to come: nothing is sorted, and lanes keep their rows

  /** @param {Element} root holds one of each: `.lanes`, `.picture`, `.crowd` */
  constructor(root) {
    this.picture = /** @type {any} */ (part(root, ".picture"));
    drawn.set(this.picture, this);
    this.#names = part(root, ".lanes");
    this.#canvas = /** @type {HTMLCanvasElement} */ (part(root, ".crowd"));
  }

  /** The lanes of what is here now, made anew only when something has arrived. @param {import("./panes.js").Pane} pane @param {boolean} bare @param {boolean} down */
  #lanesFor({ trace, noun }, bare, down) {
    const [before, open] = [this.#made, this.open];
    const made = { trace, version: trace.version, most: bare && down ? MOST_BESIDE : MOST_LANES, down, open };
    const same = made.trace === before.trace && made.most === before.most && down === before.down;
    if (!this.#lanes || !same || made.version !== before.version || open !== before.open) {
      this.#lanes = lanesOf(trace, { noun, most: made.most, orders: down ? Math.min(made.most, MOST_DOWN) : made.most, open });
      this.#made = made;
      if (!same || !open) this.#least = undefined;
    }
    return this.#lanes;
  }

  /** The room it needs after the end of the run. @param {import("./panes.js").Pane} pane @param {boolean} bare @param {boolean} down */
  trail(pane, bare, down) {
    return trailOf(pane.trace, this.#lanesFor(pane, bare, down), down);
  }

  /**
   * @param {import("./panes.js").Pane} pane @param {import("./time-axis.js").TimeAxis} axis
   * @param {import("./layout.js").Sizes} sizes
   * @returns {Figure}
   */
  draw(pane, axis, sizes) {
    const { trace } = pane;
    const lanes = this.#lanesFor(pane, sizes.bare ?? false, sizes.down);
    const least = sizes.goal === this.#goal ? this.#least : undefined; // at another zoom everything lies elsewhere
    const figure = layout(trace, lanes, axis, { ...sizes, least });
    this.#least = this.open ? new Map(figure.rows.map(({ lane, rows }) => [lane.key, rows])) : undefined;
    this.#goal = sizes.goal;
    const drawn = drawSvg(this.picture, figure, trace, this.#axis.draw(figure));
    this.#reveal = new Reveal(drawn.sprites, drawn.waits);
    this.#crowded(() => this.#crowd?.prepare(trace, lanes, figure, sizes.zoom), figure);
    laneNames(this.#names, figure);
    this.#figure = figure;
    return figure;
  }

  /** What draws crowded lanes is loaded with the first of them. @param {() => void} prepare @param {Figure} figure */
  async #crowded(prepare, figure) {
    if (this.#crowd) return prepare();
    if (!figure.rows.some((row) => row.dense)) return;
    const drawing = await import("./draw-canvas.js").catch(() => null);
    if (!drawing) return; // offline: the next drawing asks again
    this.#crowd ??= new drawing.Crowd(this.#canvas);
    if (figure !== this.#figure) return; // drawn anew meanwhile, which prepared it or will
    prepare();
    this.window(this.#seen.offset, this.#seen.size, this.#seen.playhead);
  }

  get figure() {
    return this.#figure;
  }

  /** What many attempts at a place of the window are, in words; "" where attempts are drawn one by one. @param {number} x @param {number} y */
  saysAt(x, y) {
    const [figure, { left, top }] = [this.#figure, this.picture.getBoundingClientRect()];
    if (!figure) return "";
    const [along, across] = figure.down ? [y - top, x - left - figure.gutter] : [x - left, y - top];
    return this.#said(figure, figure.rows.findIndex((row) => row.top <= across && across < row.top + row.size), along);
  }

  /** The same at a moment, in the lane of a record. @param {number} seq @param {number} us */
  saysOf(seq, us) {
    const [figure, trace] = [this.#figure, /** @type {import("./trace.js").Trace | null} */ (this.#made.trace)];
    const event = seq && trace ? trace.events.of(seq)[0] : undefined;
    return figure && event !== undefined ? this.#said(figure, this.#lanes?.laneOf[event] ?? -1, figure.place(us)) : "";
  }

  /** @param {Figure} figure @param {number} lane @param {number} along pixels along time */
  #said(figure, lane, along) {
    const row = figure.rows[lane];
    if (!row) return "";
    const us = figure.moment(along);
    const glyph = row.glyphs.find(({ piece }) => piece.from <= us && us < piece.to);
    if (glyph) return `${row.lane.title}\n${cycleInWords(glyph)}`;
    if (!row.dense || !this.#crowd) return "";
    const { counts, from, to } = this.#crowd.column(lane, along);
    const words = columnInWords(counts, figure.moment(from), figure.moment(to));
    return words && `${row.lane.title}\n${words}`;
  }

  /** @param {number} us @param {number} at its pixel along time @param {number} seq the record that is picked */
  playhead(us, at, seq) {
    if (this.#figure) this.#reveal.at(us, at, this.#figure.down, seq);
  }

  /** Canvas and long axes only hold what is in view. @param {number} offset @param {number} size @param {number} playhead pixels along time */
  window(offset, size, playhead) {
    this.#seen = { offset, size, playhead };
    this.#axis.window(offset, size);
    if (this.#crowd?.active) this.#crowd.draw(offset, size, playhead);
  }
}
