// @ts-check
/**
 * What happens at one moment: arrivals, answers, captures, limits that bit, and how each event ended. A lane of several events
 * says its arrivals once, where they begin, and how they ended once, where the last one did; an end that is not good keeps its
 * sign where it happened, unless a folded cycle holds it. A crowded lane says its limits, and where its events have different
 * ends those that are not good.
 */
import { count } from "./format.js";
import { ENDS, FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * early: an end before the lane's own, said above its row: while its attempt still ran, or before others of other ends
 * @typedef {{kind: "arrived" | "captured" | "answered" | "limit" | "end" | "early", us: number, seq: number, count: number, word: string, fate: string}} Point
 */

const GRAIN = 3;
const COARSE = 24; // the signs of a crowded lane have room beside each other
// at one moment: what is written before it comes first
const RANK = ["arrived", "limit", "answered", "captured", "early", "end"];
const GOOD = ["delivered", "filtered"];

/** How events ended, in words. @param {[string, number][]} fates how many have each fate @returns {string} "LOST × 2, DELIVERED × 38" */
export const endWords = (fates) => fates.map(([fate, n]) => FATE[fate].word + (n > 1 || fates.length > 1 ? ` × ${count(n)}` : "")).join(", ");

/**
 * The points of every lane. Points of one kind that fall on the same place are counted together.
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {import("./time-axis.js").Piece[]} pieces
 * @param {(us: number) => number} place @param {boolean[]} dense crowded lanes
 * @returns {Point[][]}
 */
export function pointsOf(trace, { lanes, laneOf }, pieces, place, dense) {
  /** @type {Map<string, Point>[]} */
  const found = lanes.map(() => new Map());
  const add = (/** @type {number} */ event, /** @type {Point} */ point) => {
    // a group's limit is said once, with how often it bit
    const once = lanes[laneOf[event]].event < 0 && (point.kind === "limit" || point.kind === "arrived");
    const where = once ? "" : Math.round(place(point.us) / (dense[laneOf[event]] ? COARSE : GRAIN));
    const key = `${point.kind} ${point.word} ${point.fate} ${where}`;
    const known = found[laneOf[event]].get(key);
    if (known) known.count += 1;
    else found[laneOf[event]].set(key, point);
  };
  for (let event = 0; event < trace.events.length; event += 1) {
    const crowded = dense[laneOf[event]];
    if (crowded && lanes[laneOf[event]].fates.length < 2) continue;
    const us = trace.events.arrivedUs(event);
    if (!crowded) add(event, { kind: "arrived", us, seq: 0, count: 1, word: "", fate: "" });
    const seq = trace.events.settledSeq(event);
    const fate = trace.fate(event);
    if (seq && !(crowded && GOOD.includes(fate))) add(event, { kind: crowded ? "early" : "end", us: trace.at(seq), seq, count: 1, word: "", fate });
  }
  for (const seq of momentsOf(trace)) {
    const limit = trace.kind(seq) === "limit";
    for (const event of limit ? aboutOf(trace, seq) : trace.events.of(seq)) if (limit || !dense[laneOf[event]]) add(event, { ...spoken(trace, seq) });
  }
  const cycles = pieces.filter((piece) => piece.kind === "cycle");
  return found.map((points, n) => finished([...points.values()], lanes[n].event < 0, cycles));
}

/** The records that make a point of their own, kept for each trace. @type {WeakMap<Trace, {until: number, seqs: number[]}>} */
const moments = new WeakMap();

/** @param {Trace} trace */
function momentsOf(trace) {
  const known = moments.get(trace) ?? { until: 0, seqs: [] };
  moments.set(trace, known);
  const kinds = trace.wire.kinds.map((name) => ["answered", "captured", "limit"].includes(name));
  for (let seq = known.until + 1; seq <= trace.cursor; seq += 1) if (kinds[trace.kindNumber(seq)]) known.seqs.push(seq);
  known.until = trace.cursor;
  return known.seqs;
}

/** What a limit is about: one that names no event, about the first of those that are given up at once. @param {Trace} trace @param {number} seq */
function aboutOf(trace, seq) {
  const named = trace.events.of(seq);
  if (named.length || seq === trace.cursor || trace.at(seq + 1) !== trace.at(seq)) return named;
  return ["captured", "settled"].includes(trace.kind(seq + 1)) ? trace.events.of(seq + 1).subarray(0, 1) : named;
}

/** What was read of a trace once; its records never change. @type {WeakMap<Trace, Map<number, Point>>} */
const read = new WeakMap();

/** @param {Trace} trace @param {number} seq @returns {Point} */
function spoken(trace, seq) {
  const known = read.get(trace) ?? new Map();
  if (!known.size) read.set(trace, known);
  if (!known.has(seq)) known.set(seq, readPoint(trace, seq));
  return known.get(seq);
}

/** @param {Trace} trace @param {number} seq @returns {Point} */
function readPoint(trace, seq) {
  const record = trace.record(seq);
  const point = { us: trace.at(seq), seq, count: 1, fate: "" };
  if (record.kind === "answered") return { ...point, kind: "answered", word: String(record.status_code ?? "") };
  if (record.kind === "limit") return { ...point, kind: "limit", word: `${record.limit} ${record.value}` };
  return record.by === "on_success" ? { ...point, kind: "captured", word: "on success" } : { ...point, kind: "captured", word: record.by };
}

/**
 * One sign for one moment: an answer or a capture that comes with an end is said by the end.
 * @param {Point[]} points @param {boolean} group @param {import("./time-axis.js").Piece[]} cycles
 * @returns {Point[]}
 */
function finished(points, group, cycles) {
  const ends = points.filter((point) => point.kind === "end");
  const moments = new Set(ends.map((end) => end.us));
  const said = points.filter((point) => point.kind === "answered" && moments.has(point.us));
  const caught = new Set(ends.filter((end) => end.fate === "captured").map((end) => end.us));
  const kept = group ? together(ends, cycles) : ends;
  const answers = new Set(said.map((point) => point.word));
  const last = kept.at(-1);
  if (last) last.word = [last.word || endWords([[last.fate, last.count]]), answers.size === 1 && said[0].word].filter(Boolean).join(" ");
  for (const point of points) if (point.kind === "early") point.word = endWords([[point.fate, point.count]]);
  const left = new Set([...ends, ...said]);
  for (const end of kept) left.delete(end);
  return points.filter((point) => !left.has(point) && !(point.kind === "captured" && caught.has(point.us))).sort((a, b) => a.us - b.us || RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
}

/** How many events have each fate, the worst first. @param {Point[]} ends @returns {[string, number][]} */
function fatesOf(ends) {
  const counts = ENDS.map((fate) => /** @type {[string, number]} */ ([fate, ends.reduce((sum, end) => sum + (end.fate === fate ? end.count : 0), 0)]));
  return counts.filter(([, n]) => n);
}

/** The ends of several events, the last of which counts them all and shows the worst. @param {Point[]} ends @param {import("./time-axis.js").Piece[]} cycles */
function together(ends, cycles) {
  const last = ends.reduce((one, other) => (other.us >= one.us ? other : one), ends[0]);
  if (!last) return ends;
  const folded = (/** @type {number} */ us) => cycles.some((cycle) => cycle.from <= us && us < cycle.to);
  const before = ends.filter((end) => end !== last && !GOOD.includes(end.fate) && !folded(end.us));
  const fates = fatesOf(ends);
  // what went on after it stands where its sign would
  if (fates.length > 1) for (const end of before) end.kind = "early";
  last.count = fates.reduce((sum, [, n]) => sum + n, 0);
  last.word = endWords(fates);
  last.fate = fates[0][0];
  return [...before, last];
}
