// @ts-check
/** Where stepping stops: at the end of every attempt and where an event is lost, kept or given back; at every event's end; at every failure. */
import { lowerBound, upperBound } from "./columns.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {"attempt" | "event" | "trouble"} StopKind */
/** @typedef {{us: Float64Array, seq: Uint32Array}} StopList in order of time, then of seq */

const BAD_FATES = ["lost", "captured", "returned"];

/**
 * The attempts by the moment they end. They come in the order of their start, which mostly is the same.
 * @param {Trace} trace @returns {StopList}
 */
function attemptEnds(trace) {
  const seq = trace.attempts.view().slice();
  const us = Float64Array.from(seq, (attempt) => trace.end(attempt));
  if (us.every((end, n) => n === 0 || us[n - 1] <= end)) return { us, seq };
  seq.sort((a, b) => trace.end(a) - trace.end(b) || a - b);
  return { us: us.sort(), seq };
}

/** The records that settled events, all or those that went badly. @param {Trace} trace @param {boolean} bad @returns {StopList} */
function eventEnds(trace, bad) {
  const seqs = [];
  for (let event = 0; event < trace.events.length; event += 1) {
    const seq = trace.events.settledSeq(event);
    if (seq && (!bad || BAD_FATES.includes(trace.fate(event)))) seqs.push(seq);
  }
  const seq = Uint32Array.from(seqs).sort();
  return { seq, us: Float64Array.from(seq, (settled) => trace.at(settled)) };
}

/** Two lists as one. @param {StopList} a @param {StopList} b @returns {StopList} */
function merged(a, b) {
  const length = a.us.length + b.us.length;
  const list = { us: new Float64Array(length), seq: new Uint32Array(length) };
  let i = 0;
  let j = 0;
  for (let n = 0; n < length; n += 1) {
    const first = j >= b.us.length || (i < a.us.length && (a.us[i] < b.us[j] || (a.us[i] === b.us[j] && a.seq[i] < b.seq[j])));
    const from = first ? a : b;
    const at = first ? i++ : j++;
    list.us[n] = from.us[at];
    list.seq[n] = from.seq[at];
  }
  return list;
}

export class Stops {
  #trace;
  /** @type {Map<StopKind, {version: number, list: StopList}>} */ #lists = new Map();

  /** @param {Trace} trace */
  constructor(trace) {
    this.#trace = trace;
  }

  /** Made when it is asked for, and again when more has arrived. @param {StopKind} kind @returns {StopList} */
  #list(kind) {
    const known = this.#lists.get(kind);
    if (known?.version === this.#trace.version) return known.list;
    const list = this.#make(kind);
    this.#lists.set(kind, { version: this.#trace.version, list });
    return list;
  }

  /** @param {StopKind} kind @returns {StopList} */
  #make(kind) {
    const trace = this.#trace;
    if (kind === "event") return eventEnds(trace, false);
    const all = merged(attemptEnds(trace), eventEnds(trace, true));
    if (kind === "attempt") return all;
    const bad = all.seq.map((seq) => (trace.kind(seq) !== "attempt" || trace.outcome(seq) !== "succeeded" ? 1 : 0));
    const chosen = (/** @type {any} */ list) => list.filter((/** @type {number} */ _, /** @type {number} */ n) => bad[n]);
    return { us: chosen(all.us), seq: chosen(all.seq) };
  }

  /**
   * The stop after (or before) a place: the moment shown, and the record that is selected there.
   * @param {StopKind} kind @param {number} us @param {number} seq 0 where nothing is selected @param {1 | -1} direction
   * @returns {{us: number, seq: number} | null}
   */
  next(kind, us, seq, direction) {
    const list = this.#list(kind);
    const first = lowerBound(list.us, us);
    const after = upperBound(list.us, us);
    let here = -1;
    for (let n = first; n < after; n += 1) if (list.seq[n] === seq) here = n;
    const n = here >= 0 ? here + direction : direction > 0 ? (seq ? after : first) : first - 1;
    return n >= 0 && n < list.us.length ? { us: list.us[n], seq: list.seq[n] } : null;
  }

  /** The latest stop at or before a moment: what an explanation is about. @param {number} us @returns {number} its seq, 0 for none */
  latest(us) {
    if (!this.#trace.ended) return this.#latestStarted(us);
    const list = this.#list("attempt");
    const n = upperBound(list.us, us) - 1;
    return n >= 0 ? list.seq[n] : 0;
  }

  /** While records arrive a list would be made again and again; the attempt that began last says enough. @param {number} us */
  #latestStarted(us) {
    const attempts = this.#trace.attempts.view();
    let n = lowerBound(attempts, this.#trace.firstAt(us + 1)) - 1;
    for (let back = 0; back < 50 && n > 0 && this.#trace.end(attempts[n]) > us; back += 1) n -= 1;
    return n >= 0 && this.#trace.end(attempts[n]) <= us ? attempts[n] : 0;
  }
}
