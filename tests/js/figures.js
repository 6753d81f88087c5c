// @ts-check
/** Golden vectors in the shape of their files: what the browser's code makes of what they give. */
import { activityOf, together } from "../../static/js/activity.js";
import { axisOf } from "../../static/js/axis-modes.js";
import { foldCycles } from "../../static/js/cycles.js";
import { episodesOf } from "../../static/js/episodes.js";
import { foldedPieces } from "../../static/js/fold.js";
import { lanesOf } from "../../static/js/lanes.js";
import { firstZoom, layout, trailOf } from "../../static/js/layout.js";
import { TimeAxis } from "../../static/js/time-axis.js";
import { quietOf } from "../../static/js/voices.js";
import { traceOf } from "./wire.js";

// where the rows of a kind hold moments, besides the second place
const MOMENTS = /** @type {Record<number, number[]>} */ ({ 3: [6, 8], 5: [4], 16: [4] });

/** A row `n` repetitions later; "#" in ids becomes the number of the repetition. @param {any[]} row @param {number} n @param {number} every */
function later(row, n, every) {
  const moved = JSON.parse(JSON.stringify(row).replaceAll("#", String(n + 1)));
  for (const place of [1, ...(MOMENTS[row[0]] ?? [])]) moved[place] += n * every;
  return moved;
}

/** The rows of a golden figure in order: `{times, every_us, rows}` stands for rows that repeat. @param {any[]} given */
const rowsOf = (given) => given.flatMap((entry) => (Array.isArray(entry) ? [entry]
  : Array.from({ length: entry.times }, (_, n) => entry.rows.map((/** @type {any[]} */ row) => later(row, n, entry.every_us))).flat()))
  .sort((a, b) => a[1] - b[1]);

const px = (/** @type {number} */ value) => Number(value.toFixed(2));

/** What the figure says, in the shape of the golden files. @param {{noun: string, room: number, rows: any[]}} given @param {any} [shared] the axis of several panes @param {number} [widest] the room they need after the end */
export function figureOf({ noun, room, rows }, shared, widest) {
  const trace = traceOf(rowsOf(rows));
  const axis = shared ?? axisOf("folded", activityOf(trace));
  const lanes = lanesOf(trace, { noun });
  const trail = widest ?? trailOf(trace, lanes, false);
  const figure = layout(trace, lanes, axis, { zoom: firstZoom(axis, room, trail, false), down: false, across: 0, rest: room, trail, bare: Boolean(shared) });
  const { place } = figure;
  const byLane = (/** @type {(row: any, lane: number) => any[]} */ tell) => figure.rows.flatMap(tell);
  return {
    size: [px(figure.length), figure.across, px(axis.width)],
    lanes: byLane((row) => [[row.lane.title, row.lane.note, row.lane.fate, row.lane.count, row.dense, row.total, row.top, row.size]]),
    marks: byLane((row, n) => row.marks.map((/** @type {any} */ mark) => [n, mark.seq, mark.outcome, mark.members, mark.row, px(place(mark.fromUs)), px(place(mark.toUs))])),
    glyphs: byLane((row, n) => row.glyphs.map((/** @type {any} */ glyph) => [n, glyph.count, glyph.outcome, glyph.firstSeq, glyph.periodUs, px(place(glyph.piece.from)), px(place(glyph.piece.to))])),
    points: byLane((row, n) => row.points.map((/** @type {any} */ point) => [n, point.kind, point.seq, point.count, point.word, point.fate, px(place(point.us))])),
    breaks: figure.breaks.map(({ from, to, label, shorter }) => [px(from), px(to), label, shorter]),
    ticks: figure.ticks.map(({ x, label }) => [px(x), label]),
  };
}

/** The figures of several panes. @param {any} given */
export function panesOf({ room, panes }) {
  const traces = panes.map((/** @type {any} */ pane) => traceOf(rowsOf(pane.rows)));
  const axis = axisOf("folded", together(traces.map(activityOf)));
  const trail = Math.max(...traces.map((/** @type {any} */ trace, /** @type {number} */ n) => trailOf(trace, lanesOf(trace, { noun: panes[n].noun }), false)));
  return panes.map((/** @type {any} */ pane) => figureOf({ ...pane, room }, axis, trail));
}

/** The activity a golden vector describes: `repeat` stands for equal spans at equal distance. @param {any} given */
function activity(given) {
  const spans = given.spans.flatMap((/** @type {number[]} */ [from, to, key, repeat = 1, every = 0]) =>
    Array.from({ length: repeat }, (_, n) => [from + n * every, to + n * every, key]),
  );
  const column = (/** @type {number[][]} */ list, /** @type {number} */ n) => Float64Array.from(list, (entry) => entry[n]);
  return {
    spans: { at: column(spans, 0), end: column(spans, 1), key: column(spans, 2) },
    instants: { at: column(given.instants, 0), key: column(given.instants, 1) },
    endUs: given.end_us,
  };
}

/** How time folds. @param {any} golden */
export function foldOf({ given, points }) {
  const all = given.panes ? together(given.panes.map(activity)) : activity(given);
  const episodes = episodesOf(all);
  const items = foldCycles(episodes, new Map(), quietOf(episodes, /** @type {any} */ (all).loud)).map((item) =>
    item.kind === "one" ? { kind: "one", from: item.from } : { kind: "cycle", from: item.from, count: item.count, period_us: item.periodUs },
  );
  const pieces = foldedPieces(all);
  const axis = new TimeAxis(pieces);
  return {
    axis, items, pieces: pieces.map((piece) => [piece.kind, piece.from, piece.to, Number(piece.width.toFixed(3))]),
    count: [items.length, pieces.length, Number(axis.width.toFixed(3))],
    points: points.map(([us]) => [us, Number(axis.project(us).toFixed(3))]),
  };
}
