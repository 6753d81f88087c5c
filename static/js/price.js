// @ts-check
/** What attempts cost, exactly: decimals as whole numbers of their smallest digit, as the bill has them. */
import { counted, dollars, duration } from "./format.js";

/** @typedef {{request_usd: string, billed_ms_usd: string}} Rates what one invocation costs, and each billed millisecond of it */

const DIGITS = 24;

/** A decimal string in units of 10^-24. @param {string} text */
function scaled(text) {
  const [whole, part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(DIGITS, "0"));
}

/** @param {bigint} value */
function decimal(value) {
  const text = value.toString().padStart(DIGITS + 1, "0");
  return `${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`.replace(/\.?0+$/, "");
}

/** @param {number} invocations @param {number} billedMs of all of them @param {Rates} rates @returns {string} US dollars as a decimal */
export const priceOf = (invocations, billedMs, rates) =>
  decimal(BigInt(invocations) * scaled(rates.request_usd) + BigInt(billedMs) * scaled(rates.billed_ms_usd));

/**
 * What a record cost, in sentences: an attempt itself, an event's end with all attempts that had the event in them.
 * @param {import("./trace.js").Trace} trace @param {number} seq @param {string} noun @param {Rates} rates @returns {string[]}
 */
export function costWords(trace, seq, noun, rates) {
  const record = trace.record(seq);
  if (record.kind === "attempt") {
    if (record.invocation === null) return ["Nothing: an attempt whose code does not run is free."];
    return [`${dollars(priceOf(1, record.billed_ms, rates))}: one request and ${duration(record.billed_ms * 1_000)} billed.`];
  }
  const [event] = trace.events.of(seq);
  if (record.kind !== "settled" || event === undefined) return [];
  const ran = trace.events.recordsOf(event).filter((one) => trace.kind(one) === "attempt").map((one) => trace.record(one)).filter(({ invocation }) => invocation !== null);
  if (!ran.length) return ["Nothing: the code never ran for it."];
  const billed = ran.reduce((sum, { billed_ms: ms }) => sum + ms, 0);
  const shared = ran.some(({ events }) => events.length > 1) ? ` Batches are counted whole, whatever else was in them.` : "";
  return [`${dollars(priceOf(ran.length, billed, rates))}: its ${counted(ran.length, "invocation")}, ${duration(billed * 1_000)} billed.${shared}`];
}
