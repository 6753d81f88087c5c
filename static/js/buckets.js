// @ts-check
/**
 * Attempts counted into columns of a few pixels, lane by lane and outcome by outcome: how a lane with thousands of attempts
 * is drawn. Nothing is sampled: every attempt counts in the columns it runs through.
 */
import { Column, lowerBound } from "./columns.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{from: Float32Array, to: Float32Array, lane: Uint8Array, outcome: Uint8Array, longest: number}} Bars natural pixels, in order of start */

/**
 * Where each attempt of the dense lanes lies on the axis, once for a layout.
 * @param {Trace} trace @param {Uint8Array} laneOf @param {boolean[]} dense
 * @param {import("./time-axis.js").TimeAxis} axis
 * @returns {Bars}
 */
export function barsOf(trace, laneOf, dense, axis) {
  const from = new Column(Float32Array);
  const to = new Column(Float32Array);
  const lanes = new Column(Uint8Array);
  const outcomes = new Column(Uint8Array);
  const seen = new Uint32Array(dense.length);
  let longest = 0;
  for (const seq of trace.attempts.view()) {
    let start = -1;
    let end = -1;
    for (const event of trace.events.of(seq)) {
      const lane = laneOf[event];
      if (!dense[lane] || seen[lane] === seq) continue;
      seen[lane] = seq;
      if (start < 0) {
        start = axis.project(trace.at(seq));
        end = axis.project(trace.end(seq));
      }
      from.push(start);
      to.push(end);
      lanes.push(lane);
      outcomes.push(trace.code(seq));
    }
    longest = Math.max(longest, end - start);
  }
  return { from: from.view(), to: to.view(), lane: lanes.view(), outcome: outcomes.view(), longest };
}

/**
 * Counts of the attempts that run in each column of a window.
 * @param {Bars} bars @param {{start: number, step: number, columns: number, lanes: number, outcomes: number}} window natural pixels
 * @returns {Uint32Array} [lane][column][outcome]
 */
export function countColumns(bars, { start, step, columns, lanes, outcomes }) {
  const counts = new Uint32Array(lanes * columns * outcomes);
  const end = start + step * columns;
  for (let n = lowerBound(bars.from, start - bars.longest - 1); n < bars.from.length && bars.from[n] < end; n += 1) {
    const first = Math.max(0, Math.floor((bars.from[n] - start) / step));
    const last = Math.min(columns - 1, Math.floor((bars.to[n] - start) / step));
    const row = bars.lane[n] * columns;
    for (let column = first; column <= last; column += 1) counts[(row + column) * outcomes + bars.outcome[n]] += 1;
  }
  return counts;
}
