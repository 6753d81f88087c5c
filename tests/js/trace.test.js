// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { GapError, Trace } from "../../static/js/trace.js";
import { MIN, MS, WIRE, lostUpload, loop, row, traceOf } from "./wire.js";

test("rows become records with their words", () => {
  const trace = traceOf(lostUpload());
  assert.equal(trace.cursor, 8);
  assert.equal(trace.kind(3), "attempt");
  assert.equal(trace.outcome(3), "failed");
  const record = trace.record(4);
  assert.deepEqual([record.seq, record.kind, record.attempt, record.outcome, record.end_us], [4, "attempt", 2, "failed", MIN + 200 * MS]);
  assert.deepEqual(record.members, [{ event: "1", invocation: 2, receive_count: null, retries_used: 1 }]);
  assert.deepEqual(trace.events.recordsOf(0), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(trace.fate(0), "lost");
  assert.equal(trace.ended, true);
});

test("a frame that overlaps adds only what is new", () => {
  const rows = lostUpload();
  const trace = new Trace(WIRE);
  assert.equal(trace.ingest({ first: 1, last: 5, rows: rows.slice(0, 5) }), 5);
  assert.equal(trace.ingest({ first: 3, last: 8, rows: rows.slice(2) }), 3);
  assert.equal(trace.ingest({ first: 1, last: 8, rows }), 0);
  assert.equal(trace.cursor, 8);
  assert.equal(trace.events.attempts(0), 3);
});

test("a frame that leaves records out is refused", () => {
  const trace = new Trace(WIRE);
  assert.throws(() => trace.ingest({ first: 2, last: 2, rows: [row.arrived(0, "1")] }), GapError);
});

test("frames kept as text give the same records", () => {
  const rows = lostUpload();
  const trace = new Trace(WIRE);
  for (const [first, last] of [[1, 1], [2, 5], [4, 8]]) {
    const frame = { first, last, rows: rows.slice(first - 1, last) };
    trace.ingest(frame, JSON.stringify(frame));
  }
  const whole = traceOf(rows);
  for (let seq = 1; seq <= 8; seq += 1) assert.deepEqual(trace.record(seq), whole.record(seq));
});

test("an event knows its records, however many others there are", () => {
  const rows = ["a", "b", "c"].map((id, n) => row.arrived(n, id));
  rows.push(row.attempt(10, 20, { events: ["a", "c"], outcome: 0 }), row.settled(20, "a", 0), row.settled(20, "c", 0));
  const trace = traceOf(rows);
  const c = /** @type {number} */ (trace.events.find("c"));
  assert.deepEqual(trace.events.recordsOf(c), [3, 4, 6]);
  assert.equal(trace.fate(1), "");
  assert.deepEqual([...trace.events.of(4)], [0, 2]);
});

test("a moment finds its first record", () => {
  const trace = traceOf(loop(10));
  assert.equal(trace.firstAt(0), 1);
  assert.equal(trace.at(trace.firstAt(30_000_000)), 30_000_000);
  assert.equal(trace.firstAt(Number.MAX_SAFE_INTEGER), trace.cursor + 1);
});
