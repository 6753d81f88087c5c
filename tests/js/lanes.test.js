// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { lanesOf } from "../../static/js/lanes.js";
import { S, row, traceOf } from "./wire.js";

/** n messages; the first ends in the dead-letter queue, the second needs a retry, the last is still open. @param {number} n */
function queue(n) {
  const ids = Array.from({ length: n }, (_, k) => String(k + 1));
  const rows = ids.map((id) => row.arrived(0, id));
  rows.push(row.attempt(0, S, { events: ids.slice(0, 2) }), row.attempt(0, S, { events: ids.slice(2, -1), outcome: 0 }));
  for (const id of ids.slice(2, -1)) rows.push(row.settled(S, id, 0));
  rows.push(row.attempt(30 * S, 31 * S, { events: ["2"], n: 2, outcome: 0 }), row.settled(31 * S, "2", 0));
  rows.push(row.captured(60 * S, ["1"], "queue_dlq", "MaxReceiveCountExceeded"), row.settled(60 * S, "1", 1, "MaxReceiveCountExceeded"));
  return traceOf(rows);
}

test("up to twelve events each have a lane of their own", () => {
  const { lanes, laneOf } = lanesOf(queue(12), { noun: "message" });
  assert.equal(lanes.length, 12);
  assert.equal(lanes[0].title, "message 1");
  assert.deepEqual([...laneOf], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("more are grouped by what became of them, the worst on top", () => {
  const { lanes, laneOf } = lanesOf(queue(25), { noun: "message" });
  assert.deepEqual(lanes.map((lane) => [lane.title, lane.fate, lane.note]), [
    ["1 message", "captured", "kept by the queue's dead-letter queue"],
    ["1 message", "", "not settled yet"],
    ["1 message", "delivered", "handled after retries"],
    ["22 messages", "delivered", "handled at the first attempt"],
  ]);
  assert.deepEqual([laneOf[0], laneOf[1], laneOf[2], laneOf[24]], [0, 2, 3, 1]);
});

test("every event is counted in exactly one lane", () => {
  const { lanes, laneOf } = lanesOf(queue(25), { noun: "message" });
  assert.equal(lanes.reduce((sum, lane) => sum + lane.count, 0), 25);
  const counts = lanes.map((_, lane) => laneOf.filter((of) => of === lane).length);
  assert.deepEqual(counts, lanes.map((lane) => lane.count));
});

test("messages of a group have lanes side by side, and each says its group", () => {
  const rows = ["b", "a", "b", "a"].map((group, k) => [0, k, "RUN-5", String(k + 1), 1024, group, null]);
  const { lanes, laneOf } = lanesOf(traceOf(rows), { noun: "message" });
  assert.deepEqual(lanes.map((lane) => [lane.title, lane.note]), [
    ["message 1", "b, no attempt"], ["message 3", "b, no attempt"], ["message 2", "a, no attempt"], ["message 4", "a, no attempt"],
  ]);
  assert.deepEqual([...laneOf], [0, 2, 1, 3]);
});

test("however many shards there are, the rows stay few and no record is left out", () => {
  const rows = Array.from({ length: 600 }, (_, k) => [0, k, "RUN-5", String(k), 1024, null, `shardId-${String(k % 300).padStart(12, "0")}`]);
  for (let k = 0; k < 590; k += 1) rows.push(row.settled(S, String(k), k % 60 ? 0 : 2));
  const { lanes, laneOf } = lanesOf(traceOf(rows), { noun: "record" });
  assert.ok(lanes.length <= 15);
  assert.equal(lanes.reduce((sum, lane) => sum + lane.count, 0), 600);
  assert.deepEqual(lanes.map((_, lane) => laneOf.filter((of) => of === lane).length), lanes.map((lane) => lane.count));
  assert.deepEqual(lanes.slice(0, 2).map((lane) => [lane.title, lane.short, lane.note]), [
    ["shardId-…000", "000", "2 records: 2 lost"], ["shardId-…060", "060", "2 records: 2 lost"],
  ]);
  assert.deepEqual(lanes.slice(-1).map((lane) => [lane.title, lane.short, lane.note]), [["285 shards", "+285", "570 records"]]);
});

/** So many of the records of a whole run, while more are to come. @param {unknown[][]} rows @param {number} upto */
const open = (rows, upto) => lanesOf(traceOf(rows.slice(0, upto)), { noun: "record", most: 4, open: true });

/** @param {unknown[][]} rows @param {number} n so many events, lost, captured, delivered in turn */
const decided = (rows, n) => [...rows, ...Array.from({ length: n }, (_, k) => row.settled(S, String(k), [2, 1, 0][k % 3]))];

/** @param {number} number counted down: what comes first is the last by name */
const shard = (number) => `shardId-${String(9 - number).padStart(12, "0")}`;

for (const [what, nameOf, all = 18] of /** @type {[string, (k: number) => string | null, number?][]} */ ([
  ["shares lanes with all others", () => null],
  ["has a shard that keeps its lane", (k) => shard(Math.floor(k / 6))],
  ["has one of many shards", (k) => shard(k % 9)],
  ["has a lane of its own", (k) => shard(k % 2), 4],
])) {
  test(`while records arrive no event leaves its row when others come or it is decided: it ${what}`, () => {
    const rows = decided(Array.from({ length: all }, (_, k) => [0, k, "RUN-5", String(k), 1024, null, nameOf(k)]), all);
    // the first have lanes of their own, until it is seen that they are many
    const frames = rows.map((_, n) => [...open(rows, n + 1).laneOf]).slice(all > 4 ? 4 : 0);
    frames.slice(1).forEach((lanes, n) => assert.deepEqual(lanes.slice(0, frames[n].length), frames[n]));
    assert.notDeepEqual([...lanesOf(traceOf(rows), { noun: "record", most: 4 }).laneOf], frames.at(-1), "when all are here they are sorted");
  });
}

test("while records arrive a lane of many counts how they ended so far", () => {
  const { lanes } = open(decided([...Array(14).keys()].map((n) => row.arrived(0, String(n))), 3), 17);
  assert.deepEqual(lanes.map(({ title, note, fates }) => [title, note, fates]), [
    ["14 records", "sorted by their ends when all are here", [["lost", 1], ["captured", 1], ["", 11], ["delivered", 1]]],
  ]);
});
