// @ts-check
/**
 * Which rows the picture has: one for each event while they are few, else one for each way to end. Events that a person
 * pinned keep a row of their own.
 */
import { counted } from "./format.js";
import { catcher, FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * @typedef {object} Lane
 * @property {string} key stays the same while records arrive
 * @property {string} title what stands beside the row
 * @property {string} note a second, smaller line
 * @property {string} fate the fate all its events share; "" while they are open
 * @property {number} count how many events it stands for
 * @property {number} event the event's index, or -1 for a group
 */
/** @typedef {{lanes: Lane[], laneOf: Uint8Array}} Lanes laneOf: event index -> lane index */

export const MOST_LANES = 12;

// from the worst end to the best: what went wrong stands on top
const ORDER = ["lost", "captured", "returned", "", "retried", "delivered", "filtered"];

/** @param {Trace} trace @param {number} event */
function groupOf(trace, event) {
  const fate = trace.fate(event);
  if (fate === "delivered") return trace.events.attempts(event) > 1 ? "retried" : "delivered";
  return fate === "captured" ? `captured ${trace.events.catcher(event)}` : fate;
}

/** @param {string} group */
function wordsOf(group) {
  const [fate, by] = group.split(" ");
  if (fate === "captured") return { fate, note: `kept by ${catcher(by ?? "")}` };
  if (fate === "retried") return { fate: "delivered", note: "handled after retries" };
  if (fate === "delivered") return { fate, note: "handled at the first attempt" };
  return { fate, note: FATE[fate].says };
}

/** @param {Trace} trace @param {number} event @param {string} noun @returns {Lane} */
function single(trace, event, noun) {
  const fate = trace.fate(event);
  const attempts = trace.events.attempts(event);
  const group = trace.events.group(event);
  return {
    key: `event ${trace.events.id(event)}`, title: `${noun} ${trace.events.id(event)}`, fate, count: 1, event,
    note: (group ? `${group}, ` : "") + (attempts ? counted(attempts, "attempt") : "no attempt"),
  };
}

/** Events that have a lane each: message groups one after the other, each in its order. @param {Trace} trace */
function byGroup(trace) {
  const events = Array.from({ length: trace.events.length }, (_, event) => event);
  const groups = [...new Set(events.map((event) => trace.events.group(event)))];
  const rank = events.map((event) => groups.indexOf(trace.events.group(event)));
  return events.sort((a, b) => rank[a] - rank[b] || a - b);
}

/**
 * @param {Trace} trace
 * @param {{noun: string, pinned?: number[], most?: number}} options most: so many events may have a lane of their own
 * @returns {Lanes}
 */
export function lanesOf(trace, { noun, pinned = [], most = MOST_LANES }) {
  const n = trace.events.length;
  const laneOf = new Uint8Array(n);
  if (n <= most) {
    const order = byGroup(trace);
    const lanes = order.map((event) => single(trace, event, noun));
    return { lanes, laneOf: laneOf.map((_, event) => order.indexOf(event)) };
  }
  const shown = pinned.filter((event) => event < n).slice(0, MOST_LANES);
  /** @type {Map<string, number>} */
  const counts = new Map();
  const alone = new Set(shown);
  const groups = Array.from({ length: n }, (_, event) => groupOf(trace, event));
  groups.forEach((group, event) => {
    if (!alone.has(event)) counts.set(group, (counts.get(group) ?? 0) + 1);
  });
  const rank = (/** @type {string} */ group) => ORDER.indexOf(group.split(" ")[0]);
  const names = [...counts.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const lanes = shown.map((event) => single(trace, event, noun));
  for (const name of names) {
    const count = counts.get(name) ?? 0;
    lanes.push({ key: `group ${name}`, title: counted(count, noun), count, event: -1, ...wordsOf(name) });
  }
  groups.forEach((group, event) => {
    laneOf[event] = shown.length + names.indexOf(group);
  });
  shown.forEach((event, lane) => {
    laneOf[event] = lane;
  });
  return { lanes, laneOf };
}
