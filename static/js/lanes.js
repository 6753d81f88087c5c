// @ts-check
/**
 * Which rows the picture has: one for each event while they are few; else one for each shard, partition or message group
 * where events keep an order of their own (see orders.js), and one for each way to end where they do not.
 *
 * While records arrive nothing is sorted: a class follows a mark with its eyes, and a mark that leaves its row when its event is
 * decided says nothing that its end does not say where it is. So what comes first has the first row, all that would share lanes by
 * ends share one, and everything is sorted once, when all is here.
 */
import { count, counted } from "./format.js";
import { byOrder, shortOrder, stateOf } from "./orders.js";
import { catcher, ENDS, FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/**
 * @typedef {object} Lane
 * @property {string} key stays the same while records arrive
 * @property {string} title what stands beside the row
 * @property {string} short the title where there is little room
 * @property {string} note a second, smaller line
 * @property {string} fate the fate all its events share, or the worst of them; "" while they are open
 * @property {number} count how many events it stands for
 * @property {[string, number][]} fates how many of its events have each fate, the worst first
 * @property {number} event the event's index, or -1 for a group
 * @property {boolean} serial a shard, a partition or a message group
 */
/** @typedef {{lanes: Lane[], laneOf: Uint8Array}} Lanes laneOf: event index -> lane index */

export const MOST_LANES = 12;

/** @param {Trace} trace @param {number} event */
function groupOf(trace, event) {
  const end = stateOf(trace, event);
  return end === "captured" ? `captured ${trace.events.catcher(event)}` : end;
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
  const order = trace.events.orders > 1 ? trace.events.orderName(trace.events.order(event)) : "";
  return {
    key: `event ${trace.events.id(event)}`, title: `${noun} ${trace.events.id(event)}`, short: trace.events.id(event), fate, count: 1, event, serial: false, fates: [[fate, 1]],
    note: (order ? `${shortOrder(order)}, ` : "") + (attempts ? counted(attempts, "attempt") : "no attempt"),
  };
}

/** Events that have a lane each: shards or message groups one after the other, as they come first. @param {Trace} trace @param {string} noun @param {boolean} open @returns {Lanes} */
function oneByOne(trace, noun, open) {
  const order = (/** @type {number} */ event) => (open ? 0 : trace.events.order(event));
  const events = Array.from({ length: trace.events.length }, (_, event) => event).sort((a, b) => order(a) - order(b) || a - b);
  const laneOf = new Uint8Array(events.length);
  events.forEach((event, lane) => {
    laneOf[event] = lane;
  });
  return { lanes: events.map((event) => single(trace, event, noun)), laneOf };
}

/** One lane for each way to end, the worst on top. @param {Trace} trace @param {string} noun @returns {Lanes} */
function byFate(trace, noun) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const groups = Array.from({ length: trace.events.length }, (_, event) => groupOf(trace, event));
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const rank = (/** @type {string} */ group) => ENDS.indexOf(group.split(" ")[0]);
  const names = [...counts.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const lanes = names.map((name) => {
    const { fate, note } = wordsOf(name);
    const all = counts.get(name) ?? 0;
    return { key: `group ${name}`, title: counted(all, noun), short: count(all), note, fate, count: all, event: -1, serial: false, fates: /** @type {[string, number][]} */ ([[fate, all]]) };
  });
  return { lanes, laneOf: Uint8Array.from(groups, (group) => names.indexOf(group)) };
}

/** One lane for all of which it is still to be seen how they end. @param {Trace} trace @param {string} noun @returns {Lanes} */
function together(trace, noun) {
  const { length } = trace.events;
  const counts = new Map(ENDS.map((end) => [end, 0]));
  for (let event = 0; event < length; event += 1) counts.set(trace.fate(event), (counts.get(trace.fate(event)) ?? 0) + 1);
  const fates = [...counts].filter(([, n]) => n);
  const lane = { key: "group", title: counted(length, noun), short: count(length), note: "sorted by their ends when all are here", fate: fates[0][0], count: length, event: -1, serial: false, fates };
  return { lanes: [lane], laneOf: new Uint8Array(length) };
}

/**
 * @param {Trace} trace @param {{noun: string, most?: number, orders?: number, open?: boolean}} options most: so many events may have a lane of their own; orders: so many shards may; open: more is to come
 * @returns {Lanes}
 */
export function lanesOf(trace, { noun, most = MOST_LANES, orders = most, open = false }) {
  if (trace.events.length <= most) return oneByOne(trace, noun, open);
  if (trace.events.orders) return byOrder(trace, noun, orders, open);
  return open ? together(trace, noun) : byFate(trace, noun);
}
