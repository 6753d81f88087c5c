// @ts-check
/** The picture as SVG: crisp, printable, every mark an element. Drawn once for a figure; the playhead only changes classes. */
import { count, duration } from "./format.js";
import { middle } from "./layout.js";
import { crowdedFlags, drawPoint, endOf, inside, placeOf } from "./draw-signs.js";
import { body, patterns } from "./shapes.js";
import { textWidth } from "./measure.js";
import { svg } from "./svg.js";
import { OUTCOME } from "./words.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").Row} Row */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{node: SVGElement, fromUs: number, toUs: number, seq: number, state: string}} Sprite something that appears in time */
/** @typedef {{node: SVGElement, from: number, to: number}} Wait a line that grows up to the playhead */

const MOMENT = 26; // how thick what has no length is drawn
const SPARE = 5; // pixels after the words of an end

/** A box along time. @param {Figure} figure @param {number} from @param {number} to @param {number} mid @param {number} thick */
function boxOf({ down, gutter }, from, to, mid, thick) {
  return down ? { x: gutter + mid - thick / 2, y: from, w: thick, h: to - from } : { x: from, y: mid - thick / 2, w: to - from, h: thick };
}

/**
 * @param {SVGElement} root is emptied first
 * @param {Figure} figure @param {Trace} trace @param {SVGElement[]} axis what lies under the lanes
 * @returns {{sprites: Sprite[], waits: Wait[]}}
 */
export function drawSvg(root, figure, trace, axis) {
  const last = Math.max(0, ...figure.rows.flatMap((row) => row.points.filter((point) => point.kind === "end").map((point) => placeOf(figure, row, point) + textWidth(point.word) * 1.06 + 35 + SPARE)));
  const width = figure.down ? figure.gutter + figure.across : last > figure.length + SPARE ? last : figure.length;
  const height = figure.down ? figure.length : figure.across + figure.foot;
  root.setAttribute("viewBox", `0 0 ${width} ${height}`);
  root.setAttribute("width", String(width));
  root.setAttribute("height", String(height));
  /** @type {Sprite[]} */
  const sprites = [];
  /** @type {Wait[]} */
  const waits = [];
  const lanes = figure.rows.map((row) => drawLane(figure, row, trace, sprites, waits));
  root.replaceChildren(patterns(), ...axis, ...lanes);
  return { sprites, waits };
}

/** @param {Figure} figure @param {Row} row @param {Trace} trace @param {Sprite[]} sprites @param {Wait[]} waits */
function drawLane(figure, row, trace, sprites, waits) {
  const group = svg("g", { class: `lane${row.dense ? " dense" : ""}` });
  const arrived = row.points.find((point) => point.kind === "arrived");
  const ends = row.points.filter((point) => point.kind === "end" || point.kind === "early");
  if (arrived && !row.dense) {
    const open = ends.reduce((sum, end) => sum + end.count, 0) < row.lane.count;
    const until = open ? Math.min(figure.axis.endUs, trace.endUs) : Math.max(row.lastUs, ...ends.map((end) => end.us));
    group.append(...waiting(figure, row, figure.place(arrived.us), figure.place(until), waits));
  }
  for (const glyph of row.glyphs) group.append(track(sprites, drawGlyph(figure, row, glyph), glyph.piece.from, glyph.piece.to, glyph.firstSeq));
  for (const mark of row.marks) group.append(track(sprites, drawMark(figure, row, mark, trace), mark.fromUs, mark.toUs, mark.seq));
  const crowded = crowdedFlags(figure, row);
  for (const point of row.points) group.append(track(sprites, drawPoint(figure, row, point, crowded.has(point)), point.us, point.us, point.seq));
  return group;
}

/** @param {Sprite[]} sprites @param {SVGElement} node @param {number} fromUs @param {number} toUs @param {number} seq */
function track(sprites, node, fromUs, toUs, seq) {
  sprites.push({ node, fromUs, toUs, seq, state: "" });
  return node;
}

/** @param {Figure} figure @param {Row} row @param {number} from @param {number} to @param {Wait[]} waits */
function waiting(figure, row, from, to, waits) {
  const at = middle(figure, row, 0) + figure.gutter;
  const line = (/** @type {string} */ name) => svg("line", figure.down
    ? { class: name, x1: at, x2: at, y1: from, y2: to } : { class: name, y1: at, y2: at, x1: from, x2: to });
  const past = line("wait");
  waits.push({ node: past, from, to });
  return [line("wait ahead"), past];
}

/** @param {Figure} figure @param {Row} row @param {import("./marks.js").Mark} mark @param {Trace} trace */
function drawMark(figure, row, mark, trace) {
  const from = figure.place(mark.fromUs);
  const to = endOf(figure, mark);
  const moment = mark.toUs === mark.fromUs;
  const thick = figure.down ? Math.min(180, row.size / row.rows - 6) : Math.min(figure.row - 8, moment ? MOMENT : Infinity);
  const box = boxOf(figure, from, to, middle(figure, row, mark.row), thick);
  const record = trace.record(mark.seq);
  const group = svg("g", { class: `mark o-${mark.outcome}`, "data-seq": mark.seq }, body(mark.outcome, box));
  if (record.init_us > 0) group.append(initPart(figure, box, mark, record.init_us));
  const alone = row.lane.count === 1;
  const number = alone ? count(record.members[0]?.receive_count ?? record.attempt) : mark.members > 1 ? `× ${mark.members}` : "";
  group.append(...inside(box, mark.outcome, number, OUTCOME[mark.outcome].word));
  return group;
}

/** The part of an attempt in which its environment is made. @param {Figure} figure @param {import("./shapes.js").Box} box @param {import("./marks.js").Mark} mark @param {number} initUs */
function initPart(figure, box, mark, initUs) {
  const share = Math.min(1, initUs / Math.max(1, mark.toUs - mark.fromUs));
  const part = figure.down ? { x: box.x + 1, y: box.y + 1, width: box.w - 2, height: Math.max(0, box.h * share - 1) }
    : { x: box.x + 1, y: box.y + 1, width: Math.max(0, box.w * share - 1), height: box.h - 2 };
  return svg("rect", { class: "init", rx: mark.outcome === "succeeded" ? Math.min(box.w, box.h) / 2 : 2, ...part });
}

/** Many equal attempts as one sign. @param {Figure} figure @param {Row} row @param {NonNullable<Row["glyphs"]>[number]} glyph */
function drawGlyph(figure, row, glyph) {
  const from = figure.place(glyph.piece.from) + 3;
  const to = figure.place(glyph.piece.to) - 3;
  const thick = figure.down ? Math.min(180, row.size - 6) : figure.row - 8;
  const box = boxOf(figure, from, to, middle(figure, row, 0), thick);
  const alone = glyph.piece.periodUs && glyph.piece.count === glyph.count;
  return svg("g", { class: `mark cycle o-${glyph.outcome}`, "data-cycle": glyph.piece.first ?? 0, "data-page": glyph.piece.page ?? 0, "data-seq": glyph.firstSeq },
    svg("rect", { class: "body", x: box.x, y: box.y, width: Math.max(1, box.w), height: Math.max(1, box.h), rx: 5 }),
    ...inside(box, "cycle", `× ${count(glyph.count)}`, alone ? OUTCOME[glyph.outcome].word : `every ${duration(glyph.periodUs)}`));
}
