// @ts-check
/** Where the axis says the time: where something begins or ends, or at round numbers where time runs evenly. */
import { duration } from "./format.js";
import { toldPieces } from "./time-axis.js";

/** @typedef {import("./time-axis.js").TimeAxis} TimeAxis */
/** @typedef {{x: number, us: number, label: string, edge: boolean}} Tick */

const LETTER = 6.6;
const AIR = 14;
const APART = 90;
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
  /** @type {Tick[]} */
  const ticks = [];
  for (const us of wanted) {
    const label = duration(us);
    const half = down ? 11 : (label.length * LETTER + AIR) / 2;
    const x = place(us);
    if (ticks.some((tick) => tick.label === label)) continue;
    const free = ticks.every((tick) => Math.abs(tick.x - x) >= half + (down ? 11 : (tick.label.length * LETTER + AIR) / 2));
    if (free) ticks.push({ x, us, label: us === 0 ? "0" : label, edge: !even });
  }
  return ticks.sort((a, b) => a.us - b.us);
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
