// @ts-check
/**
 * Lanes while records arrive: events move from one to another as their fates are decided, and new ways to end turn up. What has a
 * place keeps it until all is here: a lane that has come is not taken away, and a new one comes below.
 */
import { counted } from "./format.js";

/** @typedef {import("./lanes.js").Lane} Lane @typedef {import("./lanes.js").Lanes} Lanes */

/** A lane whose events are all in others now, as it may be again. @param {Lane} lane @param {string} noun @returns {Lane} */
const emptied = (lane, noun) => ({ ...lane, title: counted(0, noun), short: "0", count: 0, fates: [] });

/** Of events, of orders or of ends. @param {Lanes} all */
const sortOf = ({ lanes }) => lanes[0]?.key[0];

/** @param {Lanes} before as they were drawn @param {Lanes} fresh of what is here now @param {string} noun @returns {Lanes} */
export function keepPlaces(before, fresh, noun) {
  const place = new Map(fresh.lanes.map((lane, n) => [lane.key, n]));
  if (sortOf(before) !== sortOf(fresh)) return fresh;
  const kept = before.lanes.filter((lane) => place.has(lane.key) || lane.key.startsWith("group "));
  const there = new Set(kept.map(({ key }) => key));
  const lanes = [
    ...kept.map((lane) => fresh.lanes[place.get(lane.key) ?? -1] ?? emptied(lane, noun)),
    ...fresh.lanes.filter((lane) => !there.has(lane.key)),
  ];
  const moved = new Map(lanes.map((lane, n) => [place.get(lane.key), n]));
  return { lanes, laneOf: fresh.laneOf.map((lane) => moved.get(lane) ?? 0) };
}
