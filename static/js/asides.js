// @ts-check
/** What an explanation says beyond the trace: what it cost, and what would have changed it; one click makes the change and runs it. */
import { counted, dollars, duration } from "./format.js";
import { html } from "./svg.js";

/** @typedef {{request_usd: string, billed_ms_usd: string, ready_ms_usd: string, ready: number}} Rates what one invocation costs, and each billed millisecond of it; environments 1 to `ready` are provisioned */

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

/** @param {TraceRecord[]} ran attempts whose code ran @param {Rates} rates @returns {string} US dollars as a decimal */
function priceOf(ran, rates) {
  const [request, onDemand, onReady] = [rates.request_usd, rates.billed_ms_usd, rates.ready_ms_usd].map(scaled);
  const one = (/** @type {TraceRecord} */ { billed_ms: ms, environment }) => request + BigInt(ms) * (environment <= rates.ready ? onReady : onDemand);
  return decimal(ran.reduce((sum, each) => sum + one(each), 0n));
}

/**
 * What a record cost, in sentences: an attempt itself, an event's end with all attempts that had the event in them.
 * @param {import("./trace.js").Trace} trace @param {number} seq @param {string} noun @param {Rates} rates @returns {string[]}
 */
function costWords(trace, seq, noun, rates) {
  const record = trace.record(seq);
  if (record.kind === "attempt") {
    if (record.invocation === null) return ["Nothing: an attempt whose code does not run is free."];
    return [`${dollars(priceOf([record], rates))} in Lambda: one request and ${duration(record.billed_ms * 1_000)} billed.`];
  }
  const [event] = trace.events.of(seq);
  if (record.kind !== "settled" || event === undefined) return [];
  const ran = trace.events.recordsOf(event).filter((one) => trace.kind(one) === "attempt").map((one) => trace.record(one)).filter(({ invocation }) => invocation !== null);
  if (!ran.length) return ["Nothing: the code never ran for it."];
  const billed = ran.reduce((sum, { billed_ms: ms }) => sum + ms, 0);
  const shared = ran.some(({ events }) => events.length > 1) ? ` Batches are counted whole, whatever else was in them.` : "";
  return [`${dollars(priceOf(ran, rates))} in Lambda: its ${counted(ran.length, "invocation")}, ${duration(billed * 1_000)} billed.${shared}`];
}

/** @typedef {import("./wire.js").TraceRecord} TraceRecord */
/** @typedef {{kind: string, outcomes?: string[], fates?: string[], causes?: string[], attempts?: number, members?: number, cold?: boolean}} When which records a change is offered on; what is missing asks nothing */
/** @typedef {{when: When[], set: Record<string, string>, words: string, then: string}} Change the server's: it has tried them all */

const MOST = 4;

/** @param {When} when @param {TraceRecord} record @param {number} attempts of its event */
export function applies(when, record, attempts) {
  const among = (/** @type {string[] | undefined} */ list, /** @type {string} */ word) => !list?.length || list.includes(word);
  return when.kind === record.kind && among(when.outcomes, record.outcome) && among(when.fates, record.fate)
    && among(when.causes, record.cause) && attempts > (when.attempts ?? 0) && (record.events?.length ?? 1) > (when.members ?? 0)
    && (!when.cold || record.init_us > 0);
}

/**
 * The buttons for a record, null where nothing is known that would have changed it.
 * @param {TraceRecord} record @param {number} attempts of its event @param {Change[]} changes @param {(change: Change) => void} take
 * @returns {HTMLElement | null}
 */
function changesFor(record, attempts, changes, take) {
  const found = changes.filter(({ when }) => when.some((one) => applies(one, record, attempts))).slice(0, MOST);
  if (!found.length) return null;
  return html("ul", { class: "changes" }, ...found.map((change) => {
    const button = html("button", { type: "button", class: "small remedy" }, change.words);
    button.addEventListener("click", () => take(change));
    return html("li", {}, button, change.then && html("p", { class: "quiet" }, `Then: ${change.then}`));
  }));
}

/**
 * What an explanation says beyond the trace: what it cost, and what would have changed it.
 * @param {import("./trace.js").Trace} trace @param {number} seq @param {string} noun
 * @param {import("./told.js").Words | null} words null while nothing is known of this run @param {(change: Change) => void} take
 * @returns {[string, Node][]}
 */
export function asides(trace, seq, noun, words, take) {
  if (!words) return [];
  /** @type {[string, Node][]} */
  const lines = costWords(trace, seq, noun, words.rates).map((line) => ["Cost", html("p", {}, line)]);
  const [event] = trace.events.of(seq);
  const changed = changesFor(trace.record(seq), event === undefined ? 0 : trace.events.attempts(event), words.changes, take);
  if (changed) lines.push(["If", changed]);
  return lines;
}
