// @ts-check
/**
 * Lanes by what keeps an order of its own: shards, partitions, message groups. A lane shows how its batches follow each other,
 * so one that is held up is seen as such. Of many, those with the worst ends have a lane each; the rest share one lane for each
 * way in which the worst of their events stands, so nothing is left out. While records arrive those that came first have lanes of
 * their own (see lanes.js).
 */
import { count, counted } from "./format.js";
import { ENDS, FATE } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */

// of so many lanes some are for those that have none of their own
const SHARED = 4;

/** The fate, or `retried` where it was handled after more than one attempt. @param {Trace} trace @param {number} event */
export function stateOf(trace, event) {
  const fate = trace.fate(event);
  return fate === "delivered" && trace.events.attempts(event) > 1 ? "retried" : fate;
}

const BAD = ["lost", "captured", "returned"];

/** Whether some events of a lane ended badly and others did not: then it says where. @param {import("./lanes.js").Lane} lane */
export const isMixed = ({ fates }) => fates.length > 1 && fates.some(([fate]) => BAD.includes(fate));

/** A shard's id without the zeros in its middle. @param {string} name */
export const shortOrder = (name) => name.replace(/-0{4,}(?=[0-9]{3,}$)/, "-…");

/** Numbers in names count as numbers: partition 10 comes after partition 9. @param {string} name */
const sortable = (name) => name.replace(/[0-9]+/g, (digits) => digits.padStart(20, "0"));

/** What it is that keeps the order. @param {Trace} trace */
function nounOf({ events }) {
  if (events.grouped) return "message group";
  return events.orderName(1).startsWith("shardId") ? "shard" : "partition";
}

/** How the worst event of each order stands, as its place among the ends. @param {Trace} trace */
function standings(trace) {
  const worst = new Uint8Array(trace.events.orders + 1).fill(ENDS.length);
  for (let event = 0; event < trace.events.length; event += 1) {
    const order = trace.events.order(event);
    worst[order] = Math.min(worst[order], ENDS.indexOf(stateOf(trace, event)));
  }
  return worst;
}

/**
 * The orders of each lane, from top to bottom: in the order of their names where they are few, else the worst first.
 * @param {Trace} trace @param {Uint8Array} worst @param {number} most @returns {number[][]}
 */
function shares({ events }, worst, most) {
  const names = Array.from(worst, (_, order) => sortable(events.orderName(order)));
  const orders = [...worst.keys()].filter((order) => worst[order] < ENDS.length).sort((a, b) => (names[a] < names[b] ? -1 : 1));
  if (orders.length <= most) return orders.map((order) => [order]);
  const good = ENDS.indexOf("delivered");
  const bad = orders.filter((order) => worst[order] < good).sort((a, b) => worst[a] - worst[b]).slice(0, Math.max(0, most - SHARED));
  const alone = new Set(bad);
  const rest = ENDS.map((_, end) => orders.filter((order) => worst[order] === end && !alone.has(order)));
  return [...bad.map((order) => [order]), ...rest.filter((share) => share.length)];
}

/** The same while more is to come: who came first keeps a lane, however it ends. @param {Uint8Array} worst @param {number} most @returns {number[][]} */
function firstShares(worst, most) {
  const orders = [...worst.keys()].filter((order) => worst[order] < ENDS.length);
  const rest = orders.slice(most - 1);
  return [...orders.slice(0, most - 1).map((order) => [order]), ...(rest.length ? [rest] : [])];
}

/** What stands under the name: how many events, and what became of those that were not handled at once. @param {number} all @param {[string, number][]} fates @param {string} end @param {string} noun */
function noteOf(all, fates, end, noun) {
  const others = fates.filter(([fate]) => fate !== "delivered").map(([fate, n]) => `${count(n)} ${FATE[fate].word.toLowerCase()}`);
  if (!others.length && end === "retried") return `${counted(all, noun)}, retried`;
  return [counted(all, noun), others.join(", ")].filter(Boolean).join(": ");
}

/** @param {Trace} trace @param {string} noun @param {number} most @param {boolean} open more is to come @returns {import("./lanes.js").Lanes} */
export function byOrder(trace, noun, most, open) {
  const worst = standings(trace);
  const shared = open ? firstShares(worst, most) : shares(trace, worst, most);
  const laneOfOrder = new Uint8Array(worst.length);
  shared.forEach((orders, lane) => {
    for (const order of orders) laneOfOrder[order] = lane;
  });
  const tally = shared.map(() => new Map(ENDS.map((end) => [end, 0])));
  const laneOf = Uint8Array.from({ length: trace.events.length }, (_, event) => laneOfOrder[trace.events.order(event)]);
  laneOf.forEach((lane, event) => tally[lane].set(trace.fate(event), (tally[lane].get(trace.fate(event)) ?? 0) + 1));
  const kind = nounOf(trace);
  const lanes = shared.map((orders, lane) => {
    const fates = [...tally[lane]].filter(([, n]) => n);
    const all = fates.reduce((sum, [, n]) => sum + n, 0);
    const end = ENDS[Math.min(...orders.map((order) => worst[order]))];
    const name = shortOrder(trace.events.orderName(orders[0])) || `no ${kind}`;
    const common = { note: noteOf(all, fates, end, noun), fate: fates[0][0], count: all, event: -1, serial: orders.length === 1, fates };
    if (orders.length === 1) return { ...common, key: `order ${name}`, title: name, short: name.replace(/^.*[-…]/, "") };
    return { ...common, key: open ? "orders" : `orders ${end}`, title: counted(orders.length, kind), short: `+${count(orders.length)}` };
  });
  return { lanes, laneOf };
}
