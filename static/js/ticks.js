// @ts-check
/** Where the axis says the time: where something begins or ends, or at round numbers where time runs evenly. */
import { duration } from "./format.js";
import { toldPieces } from "./time-axis.js";

/** @typedef {import("./time-axis.js").TimeAxis} TimeAxis */
/** @typedef {{x: number, us: number, label: string, edge: boolean}} Tick */

const LETTER = 6.6;
const AIR = 14;
const APART = 90;
const DOWN = 11; // half a line
const LEAST = (3 * LETTER + AIR) / 2; // half of the shortest label
const WIDEST = 200; // no two labels are wider together
const S = 1_000_000;
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000).concat(
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map((s) => s * S),
);

/**
 * @param {TimeAxis} axis @param {(us: number) => number} place
 * @param {boolean} down time runs down the page: a label takes one line, however long it is
 * @returns {Tick[]}
 */
export function ticksOf(axis, place, down = false) {
  const even = axis.pieces[0].kind === "even";
  const wanted = even ? evenly(axis, place) : [...edges(axis), ...within(axis, place)];
  /** @type {Tick[]} in order */
  const ticks = [];
  const said = new Set();
  const half = (/** @type {string} */ label) => (down ? DOWN : (label.length * LETTER + AIR) / 2);
  /** Whether not even the shortest label has room: most moments need no words. @param {number} n @param {number} x */
  const full = (n, x) => [n - 1, n].some((k) => ticks[k] && Math.abs(ticks[k].x - x) < (down ? DOWN : LEAST) + half(ticks[k].label));
  for (const us of wanted) {
    const x = place(us);
    const next = firstAfter(ticks, x);
    if (full(next, x)) continue;
    const label = inWords(us);
    if (said.has(label)) continue;
    const clear = (/** @type {number} */ n, /** @type {1 | -1} */ way) => {
      for (let k = n; ticks[k] && Math.abs(ticks[k].x - x) < WIDEST; k += way) if (Math.abs(ticks[k].x - x) < half(label) + half(ticks[k].label)) return false;
      return true;
    };
    if (!clear(next, 1) || !clear(next - 1, -1)) continue;
    said.add(label);
    ticks.splice(next, 0, { x, us, label: us === 0 ? "0" : label, edge: !even });
  }
  return ticks;
}

/** Moments are the same at every zoom, and words take time. @type {Map<number, string>} */
const known = new Map();
const KEPT = 20_000;

/** @param {number} us */
function inWords(us) {
  const words = known.get(us) ?? duration(us);
  if (known.size > KEPT) known.clear();
  known.set(us, words);
  return words;
}

/** @param {Tick[]} ticks in order @param {number} x */
function firstAfter(ticks, x) {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ticks[middle].x <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Beginnings of busy stretches first, then their ends. @param {TimeAxis} axis */
function edges({ pieces: all, endUs }) {
  const pieces = toldPieces(all);
  /** @type {number[]} */
  const begins = [];
  /** @type {number[]} */
  const ends = [];
  pieces.forEach((piece, n) => {
    const before = pieces[n - 1];
    if (n && (before.kind !== piece.kind || piece.kind === "gap")) (piece.kind === "gap" ? ends : begins).push(piece.from);
  });
  return [0, endUs, ...begins, ...ends];
}

/** Round moments within long stretches in which something happens all the time. @param {TimeAxis} axis @param {(us: number) => number} place */
function within({ pieces }, place) {
  /** @type {number[]} */
  const moments = [];
  for (let n = 0; n < pieces.length; n += 1) {
    if (pieces[n].kind !== "busy") continue;
    const { from } = pieces[n];
    while (pieces[n + 1]?.kind === "busy") n += 1;
    const { to } = pieces[n];
    const most = Math.floor((place(to) - place(from)) / APART);
    if (most < 2) continue;
    const step = ROUND.find((size) => (to - from) / size <= most) ?? ROUND[ROUND.length - 1];
    for (let us = Math.ceil(from / step) * step; us < to; us += step) moments.push(us);
  }
  return moments;
}

/** @param {TimeAxis} axis @param {(us: number) => number} place */
function evenly({ endUs, pieces }, place) {
  if (pieces.length > 1) return [0, endUs, ...[1, 10, 100].map((ms) => ms * 1_000), S, 10 * S, 60 * S, 600 * S, 3_600 * S, 21_600 * S, 86_400 * S, 604_800 * S].filter((us) => us <= endUs);
  const step = ROUND.find((size) => place(size) - place(0) >= APART) ?? ROUND[ROUND.length - 1];
  return Array.from({ length: Math.min(500, Math.floor(endUs / step)) + 1 }, (_, n) => n * step);
}
