// @ts-check
/** What the server draws in Python must lie where the browser puts it: both are held to these golden figures. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { activityOf, together } from "../../static/js/activity.js";
import { axisOf } from "../../static/js/axis-modes.js";
import { duration } from "../../static/js/format.js";
import { lanesOf } from "../../static/js/lanes.js";
import { firstZoom, layout } from "../../static/js/layout.js";
import { traceOf } from "./wire.js";

const GOLDEN = new URL("../golden/", import.meta.url);
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, GOLDEN), "utf8"));

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

/** What the figure says, in the shape of the golden files. @param {{noun: string, room: number, rows: any[]}} given @param {any} [shared] the axis of several panes */
function figureOf({ noun, room, rows }, shared) {
  const trace = traceOf(rowsOf(rows));
  const axis = shared ?? axisOf("folded", activityOf(trace));
  const lanes = lanesOf(trace, { noun });
  const figure = layout(trace, lanes, axis, { zoom: firstZoom(axis, room, false), down: false, across: 0, rest: room, bare: Boolean(shared) });
  const { place } = figure;
  const byLane = (/** @type {(row: any, lane: number) => any[]} */ tell) => figure.rows.flatMap(tell);
  return {
    size: [px(figure.length), figure.across, px(axis.width)],
    lanes: byLane((row) => [[row.lane.title, row.lane.note, row.lane.fate, row.lane.count, row.dense, row.total, row.top, row.size]]),
    marks: byLane((row, n) => row.marks.map((/** @type {any} */ mark) => [n, mark.seq, mark.outcome, mark.members, mark.row, px(place(mark.fromUs)), px(place(mark.toUs))])),
    glyphs: byLane((row, n) => row.glyphs.map((/** @type {any} */ glyph) => [n, glyph.count, glyph.outcome, glyph.firstSeq, px(place(glyph.piece.from)), px(place(glyph.piece.to))])),
    points: byLane((row, n) => row.points.map((/** @type {any} */ point) => [n, point.kind, point.seq, point.count, point.word, point.fate, px(place(point.us))])),
    breaks: figure.breaks.map(({ from, to, label }) => [px(from), px(to), label]),
    ticks: figure.ticks.map(({ x, label }) => [px(x), label]),
  };
}

for (const file of readdirSync(new URL("layout/", GOLDEN))) {
  const golden = read(`layout/${file}`);
  test(`golden layout ${file}: ${golden.says}`, () => {
    for (const [part, found] of Object.entries(figureOf(golden.given))) assert.deepEqual(found, golden[part], part);
  });
}

for (const file of readdirSync(new URL("side-by-side/", GOLDEN))) {
  const golden = read(`side-by-side/${file}`);
  test(`golden panes ${file}: ${golden.says}`, () => {
    const { room, panes } = golden.given;
    const axis = axisOf("folded", together(panes.map((/** @type {any} */ pane) => activityOf(traceOf(rowsOf(pane.rows))))));
    panes.forEach((/** @type {any} */ pane, /** @type {number} */ n) => {
      const figure = figureOf({ ...pane, room }, axis);
      for (const [part, expected] of Object.entries(golden.panes[n])) assert.deepEqual(figure[part], expected, `${part} of pane ${n}`);
    });
  });
}

test("golden durations", () => {
  for (const [us, words, exact] of read("words/durations.json")) {
    assert.deepEqual([us, duration(us), duration(us, true)], [us, words, exact]);
  }
});
