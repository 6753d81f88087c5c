// @ts-check
/** The wire of the engine as the tests need it, and a short way to write rows. */
import { Trace } from "../../static/js/trace.js";
import { Wire } from "../../static/js/wire.js";

export const TABLES = {
  kinds: [
    "arrived", "accepted", "received", "attempt", "answered", "hidden", "deleted", "filtered", "checkpointed", "split",
    "captured", "capture_failed", "settled", "limit", "scaled", "ended", "waiting",
  ],
  outcomes: ["succeeded", "failed", "timed_out", "throttled", "refused"],
  fates: ["delivered", "captured", "lost", "returned", "filtered"],
  fields: [
    ["event", "size_bytes", "group", "shard"],
    ["event"],
    ["events", "receive_counts", "shard"],
    [
      "outcome_rule", "invocation", "attempt", "start_us", "init_us", "end_us", "outcome", "error_type", "throttle_reason",
      "billed_ms", "response", "shard", "environment", "events", "members",
    ],
    ["event", "status_code", "function_error", "body"],
    ["events", "until_us"],
    ["events", "failed"],
    ["events"],
    ["events", "shard"],
    ["events", "rest", "shard"],
    ["events", "by", "cause", "count", "document"],
    ["events", "by", "cause", "reason"],
    ["event", "fate", "cause"],
    ["limit", "value", "event"],
    ["pollers"],
    ["reason", "counts"],
    ["events", "until_us"],
  ],
};

export const WIRE = new Wire(TABLES);
export const MS = 1_000;
export const S = 1_000_000;
export const MIN = 60 * S;
export const D = 86_400 * S;

export const row = {
  arrived: (at, event) => [0, at, "S3-1", event, 1024, null, null],
  accepted: (at, event) => [1, at, "ASYNC-1", event],
  received: (at, events, counts = events.map(() => 1)) => [2, at, "SQS-2", events, counts, null],
  attempt: (at, end, { n = 1, outcome = 1, events = ["1"], init = 0, rule = "ASYNC-3", error = "Error", billed = 100, response = null } = {}) => [
    3, at, rule, outcome === 0 ? "SYNC-1" : "FN-1", outcome === 3 ? null : n, n, at, init, end, outcome, outcome === 0 ? null : error,
    outcome === 3 ? "ReservedFunctionConcurrentInvocationLimitExceeded" : null, billed, response, null, 1, events,
    events.map((event) => [event, n, null, n - 1]),
  ],
  answered: (at, event, status) => [4, at, "APIGW-7", event, status, null, ""],
  hidden: (at, events, until) => [5, at, "SQS-6", events, until],
  deleted: (at, events) => [6, at, "SQS-9", events, []],
  captured: (at, events, by, cause) => [10, at, "SQS-7", events, by, cause, 5, {}],
  settled: (at, event, fate, cause = null) => [12, at, "ASYNC-11", event, fate, cause],
  limit: (at, limit, value, event) => [13, at, "ASYNC-3", limit, value, event],
  ended: (at, reason = "settled") => [15, at, "RUN-1", reason, {}],
};

/** A trace of these rows. @param {any[][]} rows */
export function traceOf(rows) {
  const trace = new Trace(WIRE);
  trace.ingest({ first: 1, last: rows.length, rows });
  return trace;
}

/** One upload, always failing, nobody to catch it: three attempts over three minutes, then lost. */
export const lostUpload = () => [
  row.arrived(0, "1"),
  row.accepted(0, "1"),
  row.attempt(0, 100 * MS, { n: 1 }),
  row.attempt(MIN + 100 * MS, MIN + 200 * MS, { n: 2 }),
  row.attempt(3 * MIN + 200 * MS, 3 * MIN + 300 * MS, { n: 3 }),
  row.limit(3 * MIN + 300 * MS, "MaximumRetryAttempts", "2", "1"),
  row.settled(3 * MIN + 300 * MS, "1", 2, "RetriesExhausted"),
  row.ended(3 * MIN + 300 * MS),
];

/** One poison message received again and again. @param {number} n @param {number} everyUs */
export function loop(n, everyUs = 30 * S) {
  const rows = [row.arrived(0, "1")];
  for (let k = 0; k < n; k += 1) {
    const at = k * everyUs;
    rows.push(row.received(at, ["1"], [k + 1]), row.attempt(at, at + 100 * MS, { n: k + 1 }), row.hidden(at + 100 * MS, ["1"], at + everyUs));
  }
  const end = n * everyUs;
  rows.push(row.settled(end, "1", 2, "RetentionExpired"), row.ended(end));
  return rows;
}
