// @ts-check
/**
 * The ends of a crowded lane that are not good, as signs above its columns: one for each stretch that a sign takes, the worst of
 * those that fall into it.
 */
import { Column, lowerBound } from "./columns.js";
import { isMixed } from "./orders.js";
import { STROKES } from "./shapes.js";
import { ENDS } from "./words.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {{x: Float32Array, end: Uint8Array} | null} BadEnds natural pixels in order, and place among the ends; null where a lane shows none */

const APART = 24; // pixels
const WORST = 3; // so many of the ends are bad
const SIZE = 14;

/** Where they lie on the axis, once for an axis. @param {import("./trace.js").Trace} trace @param {import("./lanes.js").Lanes} lanes @param {boolean[]} dense @param {import("./time-axis.js").TimeAxis} axis @returns {BadEnds[]} */
export function badEndsOf(trace, { lanes, laneOf }, dense, axis) {
  const found = lanes.map((lane, n) => (dense[n] && isMixed(lane) ? { x: new Column(Float32Array), end: new Column(Uint8Array) } : null));
  if (!found.some(Boolean)) return found.map(() => null);
  const settled = trace.wire.kind("settled");
  for (let seq = 1; seq <= trace.cursor; seq += 1) {
    if (trace.kindNumber(seq) !== settled) continue;
    for (const event of trace.events.of(seq)) {
      const [lane, end] = [found[laneOf[event]], ENDS.indexOf(trace.fate(event))];
      if (!lane || end >= WORST) continue;
      lane.x.push(axis.project(trace.at(seq)));
      lane.end.push(end);
    }
  }
  return found.map((lane) => lane && { x: lane.x.view(), end: lane.end.view() });
}

/**
 * The signs between two pixels of the picture, by the stretches they stand for.
 * @param {NonNullable<BadEnds>} ends @param {(x: number) => number} at the pixel of a natural one @param {number} from @param {number} to
 * @returns {{at: number, end: string}[]}
 */
export function signsOf({ x, end }, at, from, to) {
  /** @type {{at: number, end: string, stretch: number, worst: number}[]} */
  const signs = [];
  const [zero, one] = [at(0), at(1)];
  for (let n = lowerBound(x, (from - zero) / (one - zero)); n < x.length && at(x[n]) <= to; n += 1) {
    const stretch = Math.floor(at(x[n]) / APART);
    const last = signs[signs.length - 1];
    if (last?.stretch !== stretch) signs.push({ at: at(x[n]), end: ENDS[end[n]], stretch, worst: end[n] });
    else if (end[n] < last.worst) [last.worst, last.end] = [end[n], ENDS[end[n]]];
  }
  return signs;
}

/** @type {Map<string, Path2D>} */
const paths = new Map();

/** @param {CanvasRenderingContext2D} pen @param {string} end @param {string} colour @param {number} x its middle @param {number} y */
function drawSign(pen, end, colour, x, y) {
  const path = paths.get(end) ?? new Path2D(STROKES[end]);
  paths.set(end, path);
  pen.save();
  pen.translate(x - SIZE / 2, y - SIZE / 2);
  Object.assign(pen, { strokeStyle: colour, lineWidth: 2, lineCap: "round", lineJoin: "round" });
  pen.stroke(path);
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen @param {Figure} figure @param {BadEnds[]} lanes @param {(x: number) => number} at the pixel of a natural one
 * @param {number} offset @param {number} until pixels along time @param {Record<string, string>} colours
 */
export function drawEnds(pen, { rows, down }, lanes, at, offset, until, colours) {
  lanes.forEach((ends, lane) => {
    if (!ends) return;
    const { top, size, flags } = rows[lane];
    for (const sign of signsOf(ends, at, offset - APART, until)) {
      const [along, across] = [sign.at - offset + (down ? 0 : APART / 2), down ? top + size - APART / 2 : top + flags - 8];
      drawSign(pen, sign.end, colours[`f-${sign.end}`], down ? across : along, down ? along : across);
    }
  });
}
