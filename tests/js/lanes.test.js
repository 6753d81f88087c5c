// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepPlaces } from "../../static/js/lane-places.js";
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
  assert.deepEqual(lanes.slice(-1).map((lane) => [lane.title, lane.note]), [["285 shards", "570 records"]]);
});

test("while records arrive a lane that has come keeps its place, and a new one comes below", () => {
  const rows = [...Array(14).keys()].map((n) => row.arrived(0, String(n)));
  const open = lanesOf(traceOf(rows), { noun: "message" });
  rows.push(...[...Array(14).keys()].map((n) => row.settled(S, String(n), n === 3 ? 2 : 0)));
  const trace = traceOf(rows);
  const { lanes, laneOf } = keepPlaces(open, lanesOf(trace, { noun: "message" }), "message");
  assert.deepEqual(lanes.map(({ title, note }) => [title, note]), [
    ["0 messages", "not settled yet"], ["1 message", "lost"], ["13 messages", "handled at the first attempt"],
  ]);
  assert.deepEqual([laneOf[3], laneOf[4]], [1, 2]);
  assert.deepEqual(lanesOf(trace, { noun: "message" }).lanes.map(({ count }) => count), [1, 13], "when all is here, the worst is on top");
});

test("lanes of another kind take the place of those before", () => {
  const few = lanesOf(queue(12), { noun: "message" });
  const many = lanesOf(queue(25), { noun: "message" });
  assert.equal(keepPlaces(few, many, "message"), many);
});
