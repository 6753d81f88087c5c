// @ts-check
/**
 * Attempts counted into columns of a few pixels, lane by lane and outcome by outcome: how a lane with thousands of attempts
 * is drawn. Nothing is sampled: every attempt counts in the columns it runs through. What runs in a column has begun before
 * its end and is not over before its beginning, so two sorted lists answer for any column, however many attempts there are.
 */
import { Column } from "./columns.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{from: Float32Array, to: Float32Array}} Bars beginnings and ends in natural pixels, each in order */

/**
 * Where the attempts of the dense lanes lie on the axis, once for an axis; [lane][outcome], null for lanes that are not dense.
 * @param {Trace} trace @param {Uint8Array} laneOf @param {boolean[]} dense
 * @param {import("./time-axis.js").TimeAxis} axis
 * @returns {(Bars[] | null)[]}
 */
export function barsOf(trace, laneOf, dense, axis) {
  const filled = dense.map((full) => (full ? trace.wire.outcomes.map(() => ({ from: new Column(Float32Array), to: new Column(Float32Array) })) : null));
  const seen = new Uint32Array(dense.length);
  for (const seq of trace.attempts.view()) {
    let start = -1;
    let end = -1;
    for (const event of trace.events.of(seq)) {
      const lane = laneOf[event];
      const bars = filled[lane];
      if (!bars || seen[lane] === seq) continue;
      seen[lane] = seq;
      if (start < 0) {
        start = axis.project(trace.at(seq));
        end = axis.project(trace.end(seq));
      }
      bars[trace.code(seq)].from.push(start);
      bars[trace.code(seq)].to.push(end);
    }
  }
  return filled.map((bars) => bars && bars.map(({ from, to }) => ({ from: from.view(), to: inOrder(to.view()) })));
}

/** @param {Float32Array} list */
const inOrder = (list) => (list.every((value, n) => n === 0 || list[n - 1] <= value) ? list : list.sort());

/** The first place from `i` on whose value is not below x; near ones are found soonest. @param {Float32Array} sorted @param {number} i @param {number} x */
function advance(sorted, i, x) {
  if (i >= sorted.length || sorted[i] >= x) return i;
  let leap = 1;
  let low = i;
  while (low + leap < sorted.length && sorted[low + leap] < x) {
    low += leap;
    leap *= 2;
  }
  let high = Math.min(low + leap, sorted.length);
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < x) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Counts of the attempts that run in each column of a window.
 * @param {(Bars[] | null)[]} lanes @param {{start: number, step: number, columns: number, outcomes: number}} window natural pixels
 * @returns {Uint32Array} [lane][column][outcome]
 */
export function countColumns(lanes, { start, step, columns, outcomes }) {
  const counts = new Uint32Array(lanes.length * columns * outcomes);
  lanes.forEach((bars, lane) => bars?.forEach(({ from, to }, outcome) => {
    let [begun, over] = [0, 0];
    for (let column = 0; column < columns && over < to.length; column += 1) {
      begun = advance(from, begun, start + step * (column + 1));
      over = advance(to, over, start + step * column);
      counts[(lane * columns + column) * outcomes + outcome] = begun - over;
    }
  }));
  return counts;
}
