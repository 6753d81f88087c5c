// @ts-check
/** What happens at one moment: arrivals, answers, captures, limits that bit, and how each event ended. */
import { FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * early: the event ended while its attempt was still running
 * @typedef {{kind: "arrived" | "captured" | "answered" | "limit" | "end" | "early", us: number, seq: number, count: number, word: string, fate: string}} Point
 */

const GRAIN = 3;

/**
 * The points of every lane. Points of one kind that fall on the same place are counted together.
 * @param {Trace} trace @param {import("./lanes.js").Lanes} lanes @param {(us: number) => number} place
 * @returns {Point[][]}
 */
export function pointsOf(trace, { lanes, laneOf }, place) {
  /** @type {Map<string, Point>[]} */
  const found = lanes.map(() => new Map());
  const add = (/** @type {number} */ event, /** @type {Point} */ point) => {
    // a group's limit is said once, with how often it bit
    const where = point.kind === "limit" && lanes[laneOf[event]].event < 0 ? "" : Math.round(place(point.us) / GRAIN);
    const key = `${point.kind} ${point.word} ${point.fate} ${where}`;
    const known = found[laneOf[event]].get(key);
    if (known) known.count += 1;
    else found[laneOf[event]].set(key, point);
  };
  for (let event = 0; event < trace.events.length; event += 1) {
    const us = trace.events.arrivedUs(event);
    add(event, { kind: "arrived", us, seq: 0, count: 1, word: "", fate: "" });
    const seq = trace.events.settledSeq(event);
    if (seq) add(event, { kind: "end", us: trace.at(seq), seq, count: 1, word: "", fate: trace.fate(event) });
  }
  const kinds = ["answered", "captured", "limit"].map((name) => trace.wire.kind(name));
  for (let seq = 1; seq <= trace.cursor; seq += 1) {
    if (!kinds.includes(trace.kindNumber(seq))) continue;
    const point = spoken(trace, seq);
    for (const event of trace.events.of(seq)) add(event, { ...point });
  }
  return found.map((points) => finished([...points.values()]));
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
 * One sign for one moment: an answer or a capture that comes with the end is said by the end.
 * @param {Point[]} points @returns {Point[]}
 */
function finished(points) {
  const dropped = new Set();
  for (const end of points) {
    if (end.kind !== "end") continue;
    const same = points.filter((point) => point.us === end.us && point !== end);
    const answer = same.find((point) => point.kind === "answered");
    const words = [FATE[end.fate].word];
    if (end.count > 1) words.push(`× ${end.count.toLocaleString("en-US")}`);
    if (answer) words.push(answer.word);
    end.word = words.join(" ");
    for (const point of same) {
      if (point.kind === "answered" || (point.kind === "captured" && end.fate === "captured")) dropped.add(point);
    }
  }
  return points.filter((point) => !dropped.has(point)).sort((a, b) => a.us - b.us);
}
