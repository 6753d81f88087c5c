// @ts-check
/**
 * What happens at one moment: arrivals, answers, captures, limits that bit, and how each event ended. A lane of several events
 * says its arrivals once, where they begin, and how they ended once, where the last one did; an end that is not good keeps its
 * sign where it happened, unless a folded cycle holds it.
 */
import { count } from "./format.js";
import { FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * early: the event ended while its attempt was still running
 * @typedef {{kind: "arrived" | "captured" | "answered" | "limit" | "end" | "early", us: number, seq: number, count: number, word: string, fate: string}} Point
 */

const GRAIN = 3;
const GOOD = ["delivered", "filtered"];

/**
 * The points of every lane. Points of one kind that fall on the same place are counted together.
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {import("./time-axis.js").Piece[]} pieces
 * @param {(us: number) => number} place @param {boolean[]} dense crowded lanes, which say their limits only
 * @returns {Point[][]}
 */
export function pointsOf(trace, { lanes, laneOf }, pieces, place, dense) {
  /** @type {Map<string, Point>[]} */
  const found = lanes.map(() => new Map());
  const add = (/** @type {number} */ event, /** @type {Point} */ point) => {
    // a group's limit is said once, with how often it bit
    const once = lanes[laneOf[event]].event < 0 && (point.kind === "limit" || point.kind === "arrived");
    const where = once ? "" : Math.round(place(point.us) / GRAIN);
    const key = `${point.kind} ${point.word} ${point.fate} ${where}`;
    const known = found[laneOf[event]].get(key);
    if (known) known.count += 1;
    else found[laneOf[event]].set(key, point);
  };
  for (let event = 0; event < trace.events.length; event += 1) {
    if (dense[laneOf[event]]) continue;
    const us = trace.events.arrivedUs(event);
    add(event, { kind: "arrived", us, seq: 0, count: 1, word: "", fate: "" });
    const seq = trace.events.settledSeq(event);
    if (seq) add(event, { kind: "end", us: trace.at(seq), seq, count: 1, word: "", fate: trace.fate(event) });
  }
  for (const seq of momentsOf(trace)) {
    const limit = trace.kind(seq) === "limit";
    for (const event of trace.events.of(seq)) if (limit || !dense[laneOf[event]]) add(event, { ...spoken(trace, seq) });
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
  const moments = new Map(ends.map((end) => [end.us, end]));
  const said = points.filter((point) => point.kind === "answered" && moments.has(point.us));
  const kept = group ? together(ends, cycles) : ends;
  const answers = new Set(said.map((point) => point.word));
  const last = kept.at(-1);
  if (last) last.word = [FATE[last.fate].word, last.count > 1 && `× ${count(last.count)}`, answers.size === 1 && said[0].word].filter(Boolean).join(" ");
  const shown = (/** @type {Point} */ point) => (point.kind === "end" ? kept.includes(point)
    : !said.includes(point) && !(point.kind === "captured" && moments.get(point.us)?.fate === "captured"));
  return points.filter(shown).sort((a, b) => a.us - b.us);
}

/** The ends of several events, the last of which counts them all. @param {Point[]} ends @param {import("./time-axis.js").Piece[]} cycles */
function together(ends, cycles) {
  const last = ends.reduce((one, other) => (other.us >= one.us ? other : one), ends[0]);
  if (!last) return ends;
  last.count = ends.reduce((sum, end) => sum + end.count, 0);
  const folded = (/** @type {number} */ us) => cycles.some((cycle) => cycle.from <= us && us < cycle.to);
  return [...ends.filter((end) => end !== last && !GOOD.includes(end.fate) && !folded(end.us)), last];
}
