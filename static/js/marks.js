// @ts-check
/** Attempts as marks, lane by lane; attempts inside a folded cycle become one glyph; crowded lanes are left to the buckets. */
import { wholesOf } from "./time-axis.js";
import { SEVERITY } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./time-axis.js").Piece} Piece */
/**
 * @typedef {{seq: number, fromUs: number, toUs: number, outcome: string, members: number, row: number}} Mark
 * @typedef {{piece: Piece, count: number, outcome: string, firstSeq: number, lastSeq: number, periodUs: number, counts: Record<string, number>}} Glyph periodUs: of this lane alone; counts: by outcome
 * @typedef {{dense: boolean, total: number, rows: number, marks: Mark[], glyphs: Glyph[], firstUs: number, lastUs: number}} LaneMarks
 */

export const MOST_MARKS = 400;
const MOST_ROWS = 6;
const SPARE_ROWS = 1;
const NARROWEST = 18;

/** @param {string} a @param {string} b */
const worse = (a, b) => (SEVERITY.indexOf(a) <= SEVERITY.indexOf(b) ? a : b);

/** What does not change with the zoom, by the lanes it was made for. @type {WeakMap<import("./lanes.js").Lanes, {pieces: Piece[], found: LaneMarks[]}>} */
const known = new WeakMap();

/**
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {Piece[]} pieces
 * @param {(us: number) => number} place where a moment lies, in pixels
 * @returns {LaneMarks[]}
 */
export function marksOf(trace, lanes, pieces, place) {
  let before = known.get(lanes);
  if (before?.pieces !== pieces) {
    before = { pieces, found: unplaced(trace, lanes, pieces) };
    known.set(lanes, before);
  }
  const found = before.found.map((entry) => ({ ...entry, marks: entry.marks.map((mark) => ({ ...mark })) }));
  found.forEach((entry, n) => {
    if (entry.dense) entry.rows = 2;
    else pack(entry, place, lanes.lanes[n].serial);
  });
  return found;
}

/** @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {Piece[]} parts */
function unplaced(trace, { lanes, laneOf }, parts) {
  const pieces = wholesOf(parts);
  /** @type {LaneMarks[]} */
  const found = lanes.map(() => ({ dense: false, total: 0, rows: 1, marks: [], glyphs: [], firstUs: Infinity, lastUs: 0 }));
  const loose = new Uint32Array(lanes.length);
  each(trace, laneOf, pieces, (seq, piece, lane) => {
    const entry = found[lane];
    entry.total += 1;
    entry.firstUs = Math.min(entry.firstUs, trace.at(seq));
    entry.lastUs = Math.max(entry.lastUs, trace.end(seq));
    if (piece.kind === "cycle") glyph(entry, piece, seq, trace);
    else loose[lane] += 1;
  });
  crowd(found, loose);
  each(trace, laneOf, pieces, (seq, piece, lane, members) => {
    const entry = found[lane];
    if (entry.dense || (piece.kind === "cycle" && !isAlone(entry, piece))) return;
    entry.marks.push({ seq, fromUs: trace.at(seq), toUs: trace.end(seq), outcome: trace.outcome(seq), members, row: 0 });
  });
  for (const entry of found) entry.glyphs = entry.glyphs.filter((glyph) => glyph.count > 1);
  return found;
}

/** One attempt of a cycle that goes from lane to lane repeats nothing here: it is the mark that it is elsewhere. @param {LaneMarks} entry @param {Piece} piece */
const isAlone = ({ glyphs }, piece) => glyphs.find((glyph) => glyph.piece === piece)?.count === 1;

/**
 * Calls back once for each attempt and lane it belongs to.
 * @param {Trace} trace @param {Uint8Array} laneOf @param {Piece[]} pieces
 * @param {(seq: number, piece: Piece, lane: number, members: number) => void} then
 */
function each(trace, laneOf, pieces, then) {
  let p = 0;
  const members = new Map();
  for (const seq of trace.attempts.view()) {
    while (p + 1 < pieces.length && pieces[p + 1].from <= trace.at(seq)) p += 1;
    const events = trace.events.of(seq);
    if (events.length === 1) then(seq, pieces[p], laneOf[events[0]], 1);
    else {
      members.clear();
      for (const event of events) members.set(laneOf[event], (members.get(laneOf[event]) ?? 0) + 1);
      for (const [lane, n] of members) then(seq, pieces[p], lane, n);
    }
  }
}

/** @param {LaneMarks} entry @param {Piece} piece @param {number} seq @param {Trace} trace */
function glyph(entry, piece, seq, trace) {
  const last = entry.glyphs.at(-1);
  const outcome = trace.outcome(seq);
  if (last?.piece !== piece) entry.glyphs.push({ piece, count: 1, outcome, firstSeq: seq, lastSeq: seq, periodUs: 0, counts: { [outcome]: 1 } });
  else {
    last.counts[outcome] = (last.counts[outcome] ?? 0) + 1;
    last.count += 1;
    last.lastSeq = seq;
    last.outcome = worse(last.outcome, outcome);
    last.periodUs = Math.floor((trace.at(seq) - trace.at(last.firstSeq)) / (last.count - 1) + 0.5);
  }
}

/** Where all together are too many, a lane with more than its share is dense. @param {LaneMarks[]} found @param {Uint32Array} loose */
function crowd(found, loose) {
  if (loose.reduce((sum, n) => sum + n, 0) <= MOST_MARKS) return;
  found.forEach((entry, lane) => {
    entry.dense = loose[lane] > MOST_MARKS / found.length;
  });
}

/**
 * Marks that overlap get rows of their own; a lane that would need too many is dense. Rows of what keeps an order say how much runs
 * at once, so few of them may be there only because marks are wider than what they stand for.
 * @param {LaneMarks} entry @param {(us: number) => number} place @param {boolean} serial
 */
function pack(entry, place, serial) {
  const most = serial ? Math.min(MOST_ROWS, rowsOf(entry.marks, (us) => us, 0) + SPARE_ROWS) : MOST_ROWS;
  entry.rows = rowsOf(entry.marks, place, NARROWEST);
  if (entry.rows > most) Object.assign(entry, { dense: true, rows: 2, marks: [] });
}

/** Gives every mark the first row that is free, and counts them. @param {Mark[]} marks @param {(us: number) => number} place @param {number} narrowest */
function rowsOf(marks, place, narrowest) {
  /** @type {number[]} */
  const ends = [];
  for (const mark of marks) {
    const from = place(mark.fromUs);
    const free = ends.findIndex((end) => end <= from + 0.01);
    mark.row = free < 0 ? ends.length : free;
    ends[mark.row] = Math.max(place(mark.toUs), from + narrowest);
  }
  return Math.max(1, ends.length);
}
