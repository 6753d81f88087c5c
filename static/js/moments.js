// @ts-check
/**
 * The records that make a point of their own (answers, captures, limits), read once: they never change, and a person who zooms
 * does not wait for them to be read again.
 */
import { answerWords } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./points.js").Point} Point */
/** @typedef {{moments: [number, Point][], events: number[], limits: Point[][], lastEnds: number[]}} Standing moments: event and point; events: whose arrivals and ends are shown; limits: of each lane, said once; lastEnds: of each crowded lane the seq in which its last event was settled, else 0 */

/** @type {WeakMap<Trace, {until: number, seqs: number[]}>} */
const found = new WeakMap();

/** @param {Trace} trace */
function momentsOf(trace) {
  const known = found.get(trace) ?? { until: 0, seqs: [] };
  found.set(trace, known);
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

/** @type {WeakMap<Trace, Map<number, Point>>} */
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
  if (record.kind === "answered") return { ...point, kind: "answered", word: answerWords(record.status_code, record.function_error) };
  if (record.kind === "limit") return { ...point, kind: "limit", word: `${record.limit} ${record.value}`, name: record.limit };
  return { ...point, kind: "captured", word: record.by === "on_success" ? "on success" : record.by };
}

/** @type {WeakMap<import("./lanes.js").Lanes, {crowded: string, standing: Standing}>} */
const standings = new WeakMap();

/**
 * What the lanes have to say, wherever it lies. Crowded lanes say their limits only; a lane of several events says a limit once,
 * with how often it bit.
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {boolean[]} dense crowded lanes @returns {Standing}
 */
export function standingOf(trace, lanes, dense) {
  const crowded = dense.join();
  const before = standings.get(lanes);
  if (before?.crowded === crowded) return before.standing;
  const standing = stand(trace, lanes, dense);
  standings.set(lanes, { crowded, standing });
  return standing;
}

/** @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {boolean[]} dense @returns {Standing} */
function stand(trace, { lanes, laneOf }, dense) {
  /** @type {Map<string, Point>[]} */
  const limits = lanes.map(() => new Map());
  /** @type {[number, Point][]} */
  const moments = [];
  for (const seq of momentsOf(trace)) {
    const limit = trace.kind(seq) === "limit";
    for (const event of limit ? aboutOf(trace, seq) : trace.events.of(seq)) {
      const lane = laneOf[event];
      if (limit && lanes[lane].event < 0) once(limits[lane], spoken(trace, seq));
      else if (limit || !dense[lane]) moments.push([event, spoken(trace, seq)]);
    }
  }
  const events = [];
  const lastEnds = lanes.map(() => 0);
  for (let event = 0; event < laneOf.length; event += 1) {
    const lane = laneOf[event];
    if (dense[lane]) lastEnds[lane] = Math.max(lastEnds[lane], trace.events.settledSeq(event));
    else events.push(event);
  }
  return { moments, events, limits: limits.map((said) => [...said.values()]), lastEnds };
}

/** One limit, however often it bit; where its values differ only its name is said. @param {Map<string, Point>} said @param {Point} point */
function once(said, point) {
  const known = said.get(point.name ?? "");
  if (!known) said.set(point.name ?? "", { ...point });
  else {
    known.count += 1;
    if (known.word !== point.word) known.word = point.name ?? "";
  }
}
