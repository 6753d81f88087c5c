// @ts-check
/** Crowded lanes as columns on a canvas over the same layout: height says how many, the worst outcome stands at the foot. */
import { barsOf, countColumns } from "./buckets.js";
import { badEndsOf, drawEnds } from "./draw-ends.js";
import { LEAD } from "./layout.js";
import { SEVERITY } from "./words.js";

/** @typedef {import("./layout.js").Figure} Figure */

const STEP = 3;
const LEAST = 3;
const MOST_COLUMNS = 8_000;

export class Crowd {
  #canvas;
  /** @type {Figure | null} */ #figure = null;
  /** @type {(import("./buckets.js").Bars[] | null)[] | null} */ #bars = null;
  /** @type {import("./draw-ends.js").BadEnds[]} */ #ends = [];
  #made = { axis: /** @type {unknown} */ (null), lanes: /** @type {unknown} */ (null), dense: "" };
  #outcomes = /** @type {string[]} */ ([]);
  #zoom = 1;
  #theme = "";
  #known = /** @type {Record<string, string>} */ ({});
  #most = new Float64Array();

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** Whether any lane is crowded. */
  get active() {
    return this.#bars !== null;
  }

  /**
   * @param {import("./trace.js").Trace} trace @param {import("./lanes.js").Lanes} lanes @param {Figure} figure @param {number} zoom
   */
  prepare(trace, lanes, figure, zoom) {
    const dense = figure.rows.map((row) => row.dense);
    this.#figure = figure;
    this.#zoom = zoom;
    this.#outcomes = trace.wire.outcomes;
    const made = { axis: figure.axis, lanes, dense: dense.join() };
    if (made.axis !== this.#made.axis || made.lanes !== this.#made.lanes || made.dense !== this.#made.dense) {
      this.#bars = dense.includes(true) ? barsOf(trace, lanes.laneOf, dense, figure.axis) : null;
      this.#ends = this.#bars ? badEndsOf(trace, lanes, dense, figure.axis) : [];
      this.#made = made;
    }
    this.#canvas.hidden = !this.#bars;
    this.#most = this.#bars ? this.#highest(Math.ceil(figure.length / STEP)) : new Float64Array();
  }

  /** The fullest column of each lane, over the whole run: a column keeps its height while a person scrolls. @param {number} columns */
  #highest(columns) {
    const { sums, lanes } = this.#count(0, Math.min(columns, MOST_COLUMNS));
    return Float64Array.from({ length: lanes }, (_, lane) => {
      let most = 1;
      for (let n = lane * sums.columns; n < (lane + 1) * sums.columns; n += 1) most = Math.max(most, sums.total[n]);
      return most;
    });
  }

  /** @param {number} offset pixels @param {number} columns */
  #count(offset, columns) {
    const lanes = this.#figure?.rows.length ?? 0;
    const outcomes = this.#outcomes.length;
    const counts = countColumns(this.#bars ?? [], { start: (offset - LEAD) / this.#zoom, step: STEP / this.#zoom, columns, outcomes });
    const total = new Uint32Array(lanes * columns);
    for (let n = 0; n < counts.length; n += 1) total[(n / outcomes) | 0] += counts[n];
    return { counts, lanes, outcomes, sums: { total, columns } };
  }

  /** The attempts of a lane in one column, by outcome, and where it begins and ends. @param {number} lane @param {number} along pixels */
  column(lane, along) {
    const from = Math.floor(along / STEP) * STEP;
    const { counts, outcomes } = this.#count(from, 1);
    return { from, to: from + STEP, counts: Object.fromEntries(this.#outcomes.map((name, n) => [name, counts[lane * outcomes + n]])) };
  }

  /**
   * Draws what a window shows.
   * @param {number} offset first pixel along time @param {number} size pixels along time @param {number} playhead pixel along time
   */
  draw(offset, size, playhead) {
    const figure = this.#figure;
    if (!this.#bars || !figure) return;
    const canvas = this.#canvas;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = figure.down ? [figure.across, size] : [size, figure.across];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    canvas.style.transform = figure.down ? `translate(${figure.gutter}px, ${offset}px)` : `translate(${offset}px, 0)`;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    this.#columns(pen, figure, Math.floor(offset / STEP) * STEP, offset, Math.ceil(size / STEP) + 1, playhead);
    drawEnds(pen, figure, this.#ends, (x) => LEAD + x * this.#zoom, offset, Math.min(offset + size, playhead), this.#colours());
  }

  /** Asked for once a theme: asking makes the browser work out the style of the whole page. */
  #colours() {
    const theme = `${document.documentElement.dataset.theme} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
    if (theme !== this.#theme) {
      const style = getComputedStyle(this.#canvas);
      const names = [...SEVERITY.map((name) => [`o-${name}`, `o-${name}`]), ["f-lost", "f-lost"], ["f-captured", "f-captured"], ["f-returned", "o-failed"]];
      this.#known = Object.fromEntries(names.map(([name, token]) => [name, style.getPropertyValue(`--${token}`).trim()]));
      this.#theme = theme;
    }
    return this.#known;
  }

  /**
   * @param {CanvasRenderingContext2D} pen @param {Figure} figure @param {number} start @param {number} offset
   * @param {number} columns @param {number} playhead
   */
  #columns(pen, figure, start, offset, columns, playhead) {
    const { counts, outcomes } = this.#count(start, columns);
    const colours = this.#colours();
    const order = SEVERITY.map((name) => this.#outcomes.indexOf(name));
    figure.rows.forEach((row, lane) => {
      if (!row.dense) return;
      const room = row.size - row.flags - 14;
      const foot = row.top + row.size - 6;
      for (let column = 0; column < columns; column += 1) {
        const along = start + column * STEP - offset;
        pen.globalAlpha = along + offset <= playhead ? 1 : 0.16;
        let at = foot;
        const from = (lane * columns + column) * outcomes;
        for (let s = 0; s < order.length; s += 1) {
          const n = counts[from + order[s]];
          if (!n) continue;
          // the root keeps a single failure visible beside a thousand successes
          const size = Math.max(LEAST, room * Math.sqrt(n / this.#most[lane]) * 0.8);
          pen.fillStyle = colours[`o-${SEVERITY[s]}`];
          if (figure.down) pen.fillRect(foot - at + row.top, along, size, STEP - 0.5);
          else pen.fillRect(along, Math.max(row.top + row.flags + 4, at - size), STEP - 0.5, Math.min(size, at - row.top - row.flags - 4));
          at -= size;
          if (at < row.top + row.flags + 4) break;
        }
      }
    });
    pen.globalAlpha = 1;
  }
}
