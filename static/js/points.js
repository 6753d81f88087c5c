// @ts-check
/**
 * What happens at one moment: arrivals, answers, captures, limits that bit, and how each event ended. A lane of several events
 * says its arrivals once, where they begin, and how they ended once, where the last one did (a crowded one too, unless it has too
 * many); an end that is not good keeps its
 * sign where it happened, unless a folded cycle holds it.
 */
import { count } from "./format.js";
import { MOST_MARKS } from "./marks.js";
import { standingOf } from "./moments.js";
import { ENDS, FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * early: an end before the lane's own, said above its row: while attempts go on, or before others of other ends
 * @typedef {{kind: "arrived" | "captured" | "answered" | "limit" | "end" | "early", us: number, seq: number, count: number, word: string, fate: string, name?: string}} Point name: of a limit, without its value
 */

const GRAIN = 3;
const APART = 24; // signs of ends have room beside each other
// at one moment: what is written before it comes first
const RANK = ["arrived", "limit", "answered", "captured", "early", "end"];
const GOOD = ["delivered", "filtered"];

/** How events ended, in words. @param {[string, number][]} fates how many have each fate @returns {string} "LOST × 2, DELIVERED × 38" */
export const endWords = (fates) => fates.map(([fate, n]) => FATE[fate].word + (n > 1 || fates.length > 1 ? ` × ${count(n)}` : "")).join(", ");

/**
 * The points of every lane. Points of one kind that fall on the same place are counted together.
 * @param {Trace} trace @param {import("./lanes.js").Lanes} all @param {import("./time-axis.js").Piece[]} pieces
 * @param {(us: number) => number} place @param {boolean[]} dense crowded lanes
 * @returns {Point[][]}
 */
export function pointsOf(trace, all, pieces, place, dense) {
  const { lanes, laneOf } = all;
  const { moments, events, limits, lastEnds } = standingOf(trace, all, dense);
  /** @type {Map<string, Point>[]} */
  const found = limits.map((said) => new Map(said.map((point) => [point.word, { ...point }])));
  const add = (/** @type {number} */ event, /** @type {Point} */ point) => {
    const once = lanes[laneOf[event]].event < 0 && point.kind === "arrived";
    const where = once ? "" : Math.round(place(point.us) / GRAIN);
    const key = `${point.kind} ${point.word} ${point.fate} ${where}`;
    const known = found[laneOf[event]].get(key);
    if (known) known.count += 1;
    else found[laneOf[event]].set(key, point);
  };
  for (const event of events) {
    const us = trace.events.arrivedUs(event);
    add(event, { kind: "arrived", us, seq: 0, count: 1, word: "", fate: "" });
    const seq = trace.events.settledSeq(event);
    if (seq) add(event, { kind: "end", us: trace.at(seq), seq, count: 1, word: "", fate: trace.fate(event) });
  }
  for (const [event, point] of moments) add(event, { ...point });
  const cycles = pieces.filter((piece) => piece.kind === "cycle");
  return found.map((points, n) => [
    ...finished([...points.values()], lanes[n].event < 0, cycles, place),
    ...lastEnds[n] ? endOf(trace, lanes[n], lastEnds[n]) : [],
  ]);
}

/** How all events of a crowded lane ended, where they are not too many. @param {Trace} trace @param {import("./lanes.js").Lane} lane @param {number} seq of the last @returns {Point[]} */
const endOf = (trace, { count: all, fates }, seq) => (all > MOST_MARKS || fates.some(([fate]) => !fate) ? []
  : [{ kind: "end", us: trace.at(seq), seq, count: all, word: endWords(fates), fate: fates[0][0] }]);

/**
 * One sign for one moment: an answer or a capture that comes with an end is said by the end.
 * @param {Point[]} points @param {boolean} group @param {import("./time-axis.js").Piece[]} cycles @param {(us: number) => number} place
 * @returns {Point[]}
 */
function finished(points, group, cycles, place) {
  const ends = points.filter((point) => point.kind === "end");
  const moments = new Set(ends.map((end) => end.us));
  const said = points.filter((point) => point.kind === "answered" && moments.has(point.us));
  const caught = new Set(ends.filter((end) => end.fate === "captured").map((end) => end.us));
  const kept = group ? together(ends, cycles, place) : ends;
  const answers = new Set(said.map((point) => point.word));
  const last = kept.at(-1);
  if (last) last.word = [last.word || endWords([[last.fate, last.count]]), answers.size === 1 && said[0].word].filter(Boolean).join(" ");
  for (const point of points) if (point.kind === "early") point.word = endWords([[point.fate, point.count]]);
  const left = new Set([...ends, ...said]);
  for (const end of kept) left.delete(end);
  return points.filter((point) => !left.has(point) && !(point.kind === "captured" && caught.has(point.us))).sort((a, b) => a.us - b.us || RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
}

/** Ends that follow each other so closely that their signs would cover each other are one sign. @param {Point[]} ends @param {(us: number) => number} place */
function spaced(ends, place) {
  /** @type {Map<string, Point>} */
  const latest = new Map();
  return ends.sort((a, b) => a.us - b.us).filter((end) => {
    const sign = latest.get(end.fate);
    const covered = sign !== undefined && place(end.us) - place(sign.us) < APART;
    if (covered) sign.count += end.count;
    else latest.set(end.fate, end);
    return !covered;
  });
}

/** How many events have each fate, the worst first. @param {Point[]} ends @returns {[string, number][]} */
function fatesOf(ends) {
  const counts = ENDS.map((fate) => /** @type {[string, number]} */ ([fate, ends.reduce((sum, end) => sum + (end.fate === fate ? end.count : 0), 0)]));
  return counts.filter(([, n]) => n);
}

/** The ends of several events, the last of which counts them all and shows the worst. @param {Point[]} ends @param {import("./time-axis.js").Piece[]} cycles @param {(us: number) => number} place */
function together(ends, cycles, place) {
  const last = ends.reduce((one, other) => (other.us >= one.us ? other : one), ends[0]);
  if (!last) return ends;
  const folded = (/** @type {number} */ us) => cycles.some((cycle) => cycle.from <= us && us < cycle.to);
  const fates = fatesOf(ends);
  const before = spaced(ends.filter((end) => end !== last && !GOOD.includes(end.fate) && !folded(end.us)), place);
  // what went on after it stands where its sign would
  for (const end of before) end.kind = "early";
  last.count = fates.reduce((sum, [, n]) => sum + n, 0);
  last.word = endWords(fates);
  last.fate = fates[0][0];
  return [...before, last];
}
