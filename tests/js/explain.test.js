// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, spoken, TELL } from "../../static/js/explain.js";
import { lostUpload, MS, row, TABLES, traceOf } from "./wire.js";

test("every kind of record has its words", () => {
  for (const kind of TABLES.kinds) assert.ok(TELL[kind], `nothing is said about ${kind}`);
});

test("an attempt says what happened, why, and what comes next", () => {
  const told = explain(traceOf(lostUpload()), 3, "upload");
  assert.equal(told.title, "Attempt 1: the function failed");
  assert.deepEqual(told.why, [{ label: "Why now", rule: "ASYNC-3" }, { label: "Why so", rule: "FN-1" }]);
  assert.equal(told.next, "Waits 1 min, then attempt 2.");
  assert.match(told.what.join(" "), /ran for 100 ms/);
});

test("an answer that names what failed is said with the attempt, which itself succeeded", () => {
  const answered = (/** @type {any} */ response) => explain(traceOf([
    row.arrived(0, "1"), row.arrived(0, "2"), row.attempt(0, 100 * MS, { outcome: 0, events: ["1", "2"], response }),
  ]), 3, "message");
  const told = answered({ batchItemFailures: [{ itemIdentifier: "2" }] });
  assert.match(told.title, /: the function succeeded and reported 1 failed message$/);
  assert.match(told.what.join(" "), /names in batchItemFailures: 2\./);
  assert.match(answered({ batchItemFailures: [{ itemIdentifier: { partition: "t-0", offset: 1 } }, { wrong: 1 }] }).what.join(" "), /: \{"partition":"t-0","offset":1\}, \{"wrong":1\}\./);
  for (const nothing of [null, "text", {}, { batchItemFailures: [] }, { batchItemFailures: null }]) assert.match(answered(nothing).title, /succeeded$/);
});

test("the last attempt says how the event ends", () => {
  const told = explain(traceOf(lostUpload()), 5, "upload");
  assert.equal(told.next, "The upload is lost: all retries are used up.");
});

test("who kept an event is named, and a record of success is none who keeps it", () => {
  const kept = traceOf([
    row.arrived(0, "1"), row.captured(100 * MS, ["1"], "queue_dlq", "MaxReceiveCountExceeded"),
    row.captured(100 * MS, ["1"], "on_success", "Success"), row.settled(100 * MS, "1", 1, "MaxReceiveCountExceeded"),
  ]);
  assert.equal(explain(kept, 4, "message").title, "Message 1: kept by the queue's dead-letter queue");
  assert.match(explain(kept, 1, "message").next, /^After 100 ms the message is kept by the queue's dead-letter queue: /);
});

test("what is read out is one sentence", () => {
  assert.equal(spoken(traceOf(lostUpload()), 4, "upload"), "Attempt 2: the function failed, 1 min 0.2 s.");
});
