// @ts-check
/**
 * CloudWatch's metrics as small strips on the axis of the timeline, one under another; the twin of picture/strips.py. A bar
 * stands for one period, folded as the time is; a level (a depth, an age) has a line on top of its bars.
 */
import { count, duration } from "./format.js";

/** @typedef {{name: string, means: string, unit_us: number}} Watched unit_us: 0 where it counts */
/** @typedef {[number, number]} Point start of a period in seconds, and value */
/** @typedef {{period_s: number, metrics: Record<string, {statistic: string, points: Point[]}>}} OverTime */
/** @typedef {{name: string, statistic: string, says: string, bars: [number, number, number][]}} MetricStrip bars: x, width, height */

export const HEIGHT = 26;
const MOST_STRIPS = 4;
const NARROWEST = 2;
const LOWEST = 1.5;
const GAP = 1;
const US = 1_000_000;

/** @param {Point[]} points @param {number} periodS @param {number} endUs @param {(us: number) => number} place @returns {[number, number, number][]} */
export function barsOf(points, periodS, endUs, place) {
  const most = Math.max(0, ...points.map(([, value]) => value));
  return points.filter(([start, value]) => value > 0 && start * US <= endUs).map(([start, value]) => {
    const from = place(start * US);
    return [from, Math.max(NARROWEST, place(Math.min((start + periodS) * US, endUs)) - from - GAP), Math.max(LOWEST, (HEIGHT * value) / most)];
  });
}

/** @param {number} value @param {Watched} metric */
const valued = (value, metric) => (metric.unit_us ? duration(Math.round(value * metric.unit_us)) : count(Number.isInteger(value) ? value : Math.round(value * 10) / 10, 1));

/** @param {Watched} metric @param {string} statistic @param {Point[]} points @param {number} periodS */
export function saysOf(metric, statistic, points, periodS) {
  const values = points.map(([, value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const means = metric.means && `: ${metric.means}`;
  if (statistic === "Sum") {
    const total = values.reduce((sum, value) => sum + value, 0);
    const peak = values.length > 1 && most !== total ? `, at most ${count(most, 1)} in ${duration(periodS * US)}` : "";
    return `${count(total, 1)} in all${peak}${means}.`;
  }
  if (statistic === "Average" && least !== most) return `Between ${valued(least, metric)} and ${valued(most, metric)} on average${means}.`;
  return `${statistic === "Maximum" ? "At most " : ""}${valued(most, metric)}${means}.`;
}

/** The most telling metrics that moved. @param {OverTime} overTime @param {Watched[]} watched @param {number} endUs @param {(us: number) => number} place @param {number} [most] @returns {MetricStrip[]} */
export function stripsOf({ metrics, period_s: period }, watched, endUs, place, most = MOST_STRIPS) {
  return watched.filter(({ name }) => metrics[name]).slice(0, most).map((metric) => {
    const { statistic, points } = metrics[metric.name];
    return { name: metric.name, statistic, says: saysOf(metric, statistic, points, period), bars: barsOf(points, period, endUs, place) };
  });
}

/** What stayed at nothing, which says as much as what moved. @param {OverTime} overTime @param {Watched[]} watched */
export function silentOf({ metrics }, watched) {
  const names = watched.filter(({ name }) => !metrics[name]).map(({ name }) => name);
  return names.length ? `At 0 all the time: ${names.join(", ")}.` : "";
}

/** @param {OverTime} overTime */
export const periodsOf = ({ period_s: period }) => `in periods of ${duration(period * US)}, on the axis of the timeline`;

/** The bars as one path. @param {[number, number, number][]} bars */
export const pathOf = (bars) => bars.map(([x, width, height]) => `M${x.toFixed(1)} ${HEIGHT}v-${height.toFixed(1)}h${width.toFixed(1)}V${HEIGHT}z`).join("");
