// @ts-check
/** What a record says in words: what happened, why (its rules), and what comes next. Every kind of record has its words. */
import { counted, duration, sentence } from "./format.js";
import { catcher, ending, FATE, LIMITS, OUTCOME, why } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./wire.js").TraceRecord} TraceRecord */
/** @typedef {{title: string, sign: string, what: string[], why: {label: string, rule: string}[], next: string}} Explanation */

/** @param {string[]} events @param {string} noun */
function named(events, noun) {
  if (events.length === 1) return `${noun} ${events[0]}`;
  const few = events.slice(0, 4).join(", ");
  return `${counted(events.length, noun)} (${few}${events.length > 4 ? ", …" : ""})`;
}

/** Which try of its events an attempt is; a batch that is received again is a new one, so receives are counted there. @param {TraceRecord} r */
function nth(r) {
  const receives = [...new Set(r.members.map((/** @type {any} */ member) => member.receive_count))];
  if (receives[0] === null || receives[0] === undefined) return `Attempt ${r.attempt}`;
  return receives.length === 1 ? `Receive ${receives[0].toLocaleString("en-US")}` : `Batch of ${r.events.length}`;
}

/** What an answer names as failed, in its own words; whether anybody listens is the mapping's affair. @param {TraceRecord} r @returns {string[]} */
function reported({ response }) {
  const named = response?.batchItemFailures;
  return Array.isArray(named) ? named.map((one) => (typeof one?.itemIdentifier === "string" ? one.itemIdentifier || '""' : JSON.stringify(one?.itemIdentifier ?? one))) : [];
}

/** A run of the code that names failures has succeeded all the same. @param {TraceRecord} r @param {string} noun */
const alsoReported = (r, noun) => (reported(r).length ? ` and reported ${counted(reported(r).length, `failed ${noun}`)}` : "");

/** Words for every kind of record; a test compares the keys with the wire. @type {Record<string, (record: TraceRecord, noun: string) => {title: string, sign: string, what: string[]}>} */
export const TELL = {
  arrived: (r, noun) => ({ title: `${sentence(noun)} ${r.event} arrives`, sign: "", what: [`${r.size_bytes.toLocaleString("en-US")} bytes.`, ...(r.group ? [`Message group: ${r.group}.`] : [])] }),
  accepted: (r, noun) => ({ title: "Accepted with 202", sign: "", what: [`Lambda put ${noun} ${r.event} into its own queue; whoever sent it is done.`] }),
  received: (r, noun) => ({ title: `Received ${counted(r.events.length, noun)}`, sign: "", what: [
    `An event poller took ${named(r.events, noun)}.`, ...(r.receive_counts.length ? [`Receive count: ${[...new Set(r.receive_counts)].join(", ")}.`] : []),
  ] }),
  attempt: (r, noun) => ({ title: `${nth(r)}: ${OUTCOME[r.outcome].says}${alsoReported(r, noun)}`, sign: r.outcome, what: attempt(r, noun) }),
  answered: (r, noun) => ({ title: `The caller gets ${r.status_code}`, sign: "", what: [
    `${sentence(noun)} ${r.event} is answered with status ${r.status_code}${r.function_error ? ` and the header X-Amz-Function-Error: ${r.function_error}` : ""}.`,
  ] }),
  hidden: (r, noun) => ({ title: "Hidden in the queue", sign: "", what: [`Nobody can receive ${named(r.events, noun)} until ${duration(r.until_us)}.`] }),
  waiting: (r, noun) => ({ title: r.rule === "PIPE-3" ? "Being enriched" : "Waiting for the next attempt", sign: "", what: [`${sentence(named(r.events, noun))} waits until ${duration(r.until_us)}.`] }),
  deleted: (r, noun) => ({ title: "Deleted from the queue", sign: "", what: [
    `The poller deleted ${named(r.events, noun)}.`, ...(r.failed?.length ? [`Too late for ${named(r.failed, noun)}: the delete did not work.`] : []),
  ] }),
  filtered: (r, noun) => ({ title: "Filtered out", sign: "filtered", what: [`${sentence(named(r.events, noun))} matched no filter; the function never sees it.`] }),
  checkpointed: (r, noun) => ({ title: "Checkpoint", sign: "", what: [`Shard ${r.shard} is done up to ${named(r.events.slice(-1), noun)}.`] }),
  split: (r, noun) => ({ title: "Batch split in two", sign: "", what: [`${counted(r.events.length, noun)} first, then ${counted(r.rest.length, noun)}.`] }),
  captured: (r, noun) => ({ title: `Kept by ${catcher(r.by)}`, sign: "captured", what: [`${sentence(named(r.events, noun))}: ${why(r.cause)} (${r.cause}).`, `Count in the document: ${r.count}.`] }),
  capture_failed: (r, noun) => ({ title: `${sentence(catcher(r.by))} could not be written to`, sign: "lost", what: [`${sentence(named(r.events, noun))}: ${r.reason.replaceAll("_", " ")}.`] }),
  settled: (r, noun) => ({ title: `${sentence(noun)} ${r.event}: ${FATE[r.fate].says}`, sign: r.fate, what: r.cause ? [`${sentence(why(r.cause))} (${r.cause}).`] : [] }),
  limit: (r) => ({ title: `Limit reached: ${LIMITS[r.limit] ?? r.limit}`, sign: "", what: [`Its value here: ${r.value}.`] }),
  scaled: (r) => ({ title: "Pollers changed", sign: "", what: [`Up to ${counted(r.pollers, "concurrent batch")} from now on.`.replace("batchs", "batches")] }),
  ended: (r) => ({ title: "End of the run", sign: "", what: [`${sentence(ending(r.reason))}.`] }),
};

/** @param {TraceRecord} r @param {string} noun */
function tell(r, noun) {
  return (TELL[r.kind] ?? ((/** @type {TraceRecord} */ record) => ({ title: sentence(record.kind.replaceAll("_", " ")), sign: "", what: [] })))(r, noun);
}

/** @param {TraceRecord} r @param {string} noun */
function attempt(r, noun) {
  const ran = r.invocation !== null;
  const what = [`${sentence(named(r.events, noun))}, at ${duration(r.start_us)}.`];
  if (ran) {
    const init = r.init_us ? ` after ${duration(r.init_us)} of starting a new environment (cold start)` : "";
    what.push(`The code ran for ${duration(r.end_us - r.start_us - r.init_us)}${init}; ${duration(r.billed_ms * 1_000)} are billed.`);
  } else what.push("The code did not run, nothing is billed.");
  if (reported(r).length) what.push(`Its answer names in batchItemFailures: ${reported(r).slice(0, 4).join(", ")}${reported(r).length > 4 ? ", …" : ""}.`);
  if (r.error_type) what.push(`Error: ${r.error_type}.`);
  if (r.throttle_reason) what.push(`Reason: ${r.throttle_reason}.`);
  const receives = [...new Set(r.members.map((/** @type {any} */ member) => member.receive_count).filter((/** @type {any} */ n) => n !== null))];
  if (receives.length) what.push(`Receive count: ${receives.slice(0, 6).join(", ")}.`);
  return what;
}

/** What became of an event, with the name of who kept it. @param {Trace} trace @param {TraceRecord} settled */
function became(trace, settled) {
  if (settled.fate !== "captured") return FATE[settled.fate].says;
  const earlier = trace.events.recordsOf(trace.events.of(settled.seq)[0]).filter((seq) => seq < settled.seq && trace.kind(seq) === "captured");
  const by = earlier.map((seq) => trace.record(seq).by).filter((one) => one !== "on_success").at(-1);
  return by ? `kept by ${catcher(by)}` : FATE.captured.says;
}

/** What happens to the events of a record after it. @param {Trace} trace @param {TraceRecord} record @param {string} noun */
function next(trace, record, noun) {
  if (record.kind === "ended") return "";
  const events = trace.events.of(record.seq);
  if (!events.length) return "";
  const from = record.kind === "attempt" ? trace.end(record.seq) : record.at_us;
  const later = trace.events.recordsOf(events[0]).filter((seq) => seq > record.seq);
  const decided = later.find((seq) => trace.kind(seq) === "settled");
  const again = later.find((seq) => trace.kind(seq) === "attempt");
  const other = events.length > 1 ? `For ${noun} ${trace.events.id(events[0])}: ` : "";
  if (again && (!decided || again < decided)) {
    const wait = trace.at(again) - from;
    return sentence(`${other}${wait > 0 ? `waits ${duration(wait)}, then` : "at once"} ${nth(trace.record(again)).toLowerCase()}.`);
  }
  if (decided) {
    const settled = trace.record(decided);
    const wait = settled.at_us - from;
    return sentence(`${other}${wait > 0 ? `after ${duration(wait)} ` : ""}the ${noun} is ${became(trace, settled)}${settled.cause ? `: ${why(settled.cause)}` : ""}.`);
  }
  if (record.kind === "settled") return "Its fate is decided; nothing that follows changes it.";
  return trace.ended ? "Nothing more within the simulated time." : "What comes next has not arrived yet.";
}

/** @param {Trace} trace @param {number} seq @param {string} noun @returns {Explanation} */
export function explain(trace, seq, noun) {
  const record = trace.record(seq);
  const told = tell(record, noun);
  if (record.kind === "settled") told.title = `${sentence(noun)} ${record.event}: ${became(trace, record)}`;
  const both = record.outcome_rule && record.outcome_rule !== record.rule;
  const why = [{ label: both ? "Why now" : "Why", rule: record.rule }];
  if (both) why.push({ label: "Why so", rule: record.outcome_rule });
  if (record.init_us > 0 && record.environment_rule) why.push({ label: "Cold start", rule: record.environment_rule });
  return { ...told, why, next: next(trace, record, noun) };
}

/** One sentence for the ear. @param {Trace} trace @param {number} seq @param {string} noun */
export function spoken(trace, seq, noun) {
  const record = trace.record(seq);
  return `${tell(record, noun).title}, ${duration(record.kind === "attempt" ? record.end_us : record.at_us)}.`;
}
