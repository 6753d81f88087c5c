// @ts-check
/**
 * Where everything lies, as numbers: a pure function of the trace, the lanes, the axis and a few sizes. `along` follows time,
 * `across` goes from lane to lane; the drawing decides which of them is x (time runs down the page on a phone).
 */
import { count, duration, roughly } from "./format.js";
import { marksOf, MOST_MARKS } from "./marks.js";
import { isMixed } from "./orders.js";
import { endWords, pointsOf } from "./points.js";
import { ticksOf } from "./ticks.js";
import { toldPieces } from "./time-axis.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./time-axis.js").TimeAxis} TimeAxis */
/** @typedef {{zoom: number, goal?: number, down: boolean, across: number, rest: number, trail: number, bare?: boolean, least?: Map<string, number>}} Sizes goal: the zoom to which it is on its way: rows are those that will be needed there; across: room for all lanes (down only); trail: room after the end; bare: one of several panes, whose axis stands elsewhere; least: rows that lanes keep, by their keys */
/** @typedef {import("./marks.js").LaneMarks & {lane: import("./lanes.js").Lane, points: import("./points.js").Point[], top: number, size: number, flags: number}} Row */
/** @typedef {{from: number, to: number, label: string, shorter: string, piece: import("./time-axis.js").Piece}} Break shorter: the same where there is less room */
/**
 * @typedef {object} Figure
 * @property {number} length pixels along time, margins included
 * @property {number} across
 * @property {boolean} down
 * @property {number} gutter room for the axis left of the lanes
 * @property {number} foot room for the axis below the lanes
 * @property {number} row how much one row of marks takes across
 * @property {(us: number) => number} place a moment's pixel along time
 * @property {(px: number) => number} moment the moment at a pixel
 * @property {Row[]} rows
 * @property {Break[]} breaks
 * @property {import("./ticks.js").Tick[]} ticks
 * @property {TimeAxis} axis
 * @property {import("./time-axis.js").Piece[]} pieces of the axis, as far as they are drawn
 */

/** a row of marks, where rows are many and where they are few */
const ROWS = { many: 30, few: 48, pane: 36 };
const FEW = 4;
const FLAG = 18;
const FLAGGED = ["limit", "answered", "early"];
const AIR = 8;
export const LEAD = 22;
/** room for the axis: below the lanes, or left of them where time runs down */
export const AXIS = 58;
export const GUTTER = 92;
// the smallest at which an attempt of 100 ms still is 20 px wide
const LEAST_ZOOM = 0.91;
const TRAIL_DOWN = 64;
const END = { sign: 40, letter: 9.2, least: 84 };

/** Room after the end of the run: the longest word that may stand there. @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {boolean} down */
export function trailOf(trace, { lanes }, down) {
  if (down) return TRAIL_DOWN;
  // a lane with more is crowded, and says no end
  const letters = lanes.filter((lane) => lane.count <= MOST_MARKS).map((lane) => endWords(lane.fates).length + (trace.answers && trace.answers + 1));
  return Math.max(END.least, END.sign + END.letter * Math.max(0, ...letters));
}

/** The zoom at which the whole run is seen; small runs are not blown up without end. @param {TimeAxis} axis @param {number} room @param {number} trail @param {boolean} down @param {boolean} [beside] one of several */
export function fittingZoom(axis, room, trail, down, beside = false) {
  const fit = (room - LEAD - trail) / axis.width;
  return down ? Math.min(2.4, Math.max(beside ? 1.5 : 2, fit)) : Math.min(8, fit);
}

/** Fits where marks stay readable, else as small as they may get before a person has to choose. @param {TimeAxis} axis @param {number} room @param {number} trail @param {boolean} down @param {boolean} [beside] */
export function firstZoom(axis, room, trail, down, beside = false) {
  const fit = fittingZoom(axis, room, trail, down, beside);
  return axis.width <= 6 * room ? Math.max(LEAST_ZOOM, fit) : fit;
}

/**
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {TimeAxis} axis @param {Sizes} sizes
 * @returns {Figure}
 */
export function layout(trace, lanes, axis, { zoom, goal = zoom, down, across, rest, trail, bare = false, least }) {
  const place = (/** @type {number} */ us) => LEAD + axis.project(us) * zoom;
  const moment = (/** @type {number} */ px) => axis.unproject((px - LEAD) / zoom);
  const marks = marksOf(trace, lanes, axis.pieces, (us) => LEAD + axis.project(us) * goal);
  const points = pointsOf(trace, lanes, axis.pieces, place, marks.map(({ dense }) => dense));
  marks.forEach((entry, n) => {
    entry.rows = Math.max(entry.rows, least?.get(lanes.lanes[n].key) ?? 0);
  });
  const row = marks.reduce((sum, { rows }) => sum + rows, 0) > FEW ? ROWS.many : bare ? ROWS.pane : ROWS.few;
  const rows = stacked(lanes.lanes.map((lane, n) => ({ ...marks[n], lane, points: points[n], top: 0, size: 0, flags: 0 })), down ? across : 0, row);
  const last = rows[rows.length - 1];
  return {
    axis, pieces: axis.pieces, place, moment, rows, down, row,
    gutter: down && !bare ? GUTTER : 0, foot: down || bare ? 0 : AXIS,
    length: Math.max(rest, place(axis.endUs) + trail),
    across: last ? last.top + last.size : row + 2 * AIR,
    breaks: breaksOf(axis, place),
    ticks: ticksOf(axis, place, down),
  };
}

/**
 * Gives every row its place across; `room` > 0 spreads them over it.
 * @param {Row[]} rows @param {number} room @param {number} each one row of marks
 */
function stacked(rows, room, each) {
  const all = rows.reduce((sum, row) => sum + row.rows, 0);
  let top = 0;
  for (const row of rows) {
    for (const point of row.points) if (early(row, point)) point.kind = "early";
    row.flags = room ? 0 : FLAG * (Number(row.dense && isMixed(row.lane)) + Number(row.points.some((point) => FLAGGED.includes(point.kind))));
    row.top = top;
    row.size = room ? (room * row.rows) / all : row.rows * each + 2 * AIR + row.flags;
    top += row.size;
  }
  return rows;
}

/** Whether the lane goes on after an end, where its word would stand. @param {Row} row @param {import("./points.js").Point} point */
const early = (row, point) => point.kind === "end" && (row.marks.some((mark) => point.us < mark.toUs) || row.glyphs.some(({ piece }) => point.us < piece.from));

/** @param {TimeAxis} axis @param {(us: number) => number} place @returns {Break[]} */
function breaksOf(axis, place) {
  return toldPieces(axis.pieces).filter((piece) => piece.kind === "gap" || piece.kind === "cycle")
    .map((piece) => ({ from: place(piece.from), to: place(piece.to), piece, ...wordsOf(piece) }));
}

/** The words of a piece, which do not change with the zoom. @type {WeakMap<import("./time-axis.js").Piece, {label: string, shorter: string}>} */
const said = new WeakMap();

/** @param {import("./time-axis.js").Piece} piece */
function wordsOf(piece) {
  const words = said.get(piece) ?? foldWords(piece);
  said.set(piece, words);
  return words;
}

const LONG = 6; // letters

/** A period in few letters. @param {number} us */
const pace = (us) => (duration(us).length > LONG ? `~${roughly(us)}` : duration(us));

/** What a fold says, in two lengths. @param {import("./time-axis.js").Piece} piece */
function foldWords({ kind, from, to, count: times = 0, periodUs = 0 }) {
  if (kind === "gap") return { label: duration(to - from), shorter: `~${roughly(to - from)}` };
  if (periodUs) return { label: `× ${count(times)} every ${duration(periodUs)}`, shorter: `every ${pace(periodUs)}` };
  return { label: `repeats for ${duration(to - from)}`, shorter: duration(to - from) };
}

/** Where a row of a lane lies across: the middle. @param {Figure} figure @param {Row} row @param {number} n */
export function middle(figure, row, n) {
  if (figure.down) return row.top + (row.size * (n + 0.5)) / row.rows;
  return row.top + row.flags + AIR + figure.row * (n + 0.5);
}
