// @ts-check
/** Where stepping stops: at the end of every attempt and where an event is lost, kept or given back; at every event's end; at every failure. */
import { lowerBound, upperBound } from "./columns.js";
import { codeOf } from "./panes.js";

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

/**
 * The stops of one run, or of several that are played together. A stop is named by a code, which is the seq where there is
 * one run; `codeOf`, `paneOf` and `seqOf` in panes.js turn it into pane and seq.
 */
export class Stops {
  #traces;
  /** @type {Map<StopKind, {version: number, list: StopList}>} */ #lists = new Map();

  /** @param {...Trace} traces one a pane */
  constructor(...traces) {
    this.#traces = traces;
  }

  /** Made when it is asked for, and again when more has arrived. @param {StopKind} kind @returns {StopList} */
  #list(kind) {
    const version = this.#traces.reduce((sum, trace) => sum + trace.version, 0);
    const known = this.#lists.get(kind);
    if (known?.version === version) return known.list;
    const list = this.#traces.map((trace, pane) => this.#coded(stopsOf(trace, kind), pane)).reduce(merged);
    this.#lists.set(kind, { version, list });
    return list;
  }

  /** @param {StopList} list @param {number} pane @returns {StopList} */
  #coded({ us, seq }, pane) {
    const panes = this.#traces.length;
    return panes === 1 ? { us, seq } : { us, seq: seq.map((n) => codeOf(pane, n, panes)) };
  }

  /**
   * The stop after (or before) a place, in any pane: the moment shown, and the code of the record that is selected there.
   * @param {StopKind} kind @param {number} us @param {number} seq its code, 0 where nothing is selected @param {1 | -1} direction
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

  /** The latest stop at or before a moment: what an explanation is about. @param {number} us @returns {number} its code, 0 for none */
  latest(us) {
    if (this.#traces.every((trace) => trace.ended)) return lastOf(this.#list("attempt"), us);
    // while records arrive a list would be made again and again; the attempt that began last says enough
    let latest = 0;
    let end = -1;
    this.#traces.forEach((trace, pane) => {
      const seq = latestStarted(trace, us);
      if (!seq || trace.end(seq) < end) return;
      end = trace.end(seq);
      latest = codeOf(pane, seq, this.#traces.length);
    });
    return latest;
  }
}

/** @param {StopList} list @param {number} us */
function lastOf(list, us) {
  const n = upperBound(list.us, us) - 1;
  return n >= 0 ? list.seq[n] : 0;
}

/** @param {Trace} trace @param {StopKind} kind @returns {StopList} */
function stopsOf(trace, kind) {
  if (kind === "event") return eventEnds(trace, false);
  const all = merged(attemptEnds(trace), eventEnds(trace, true));
  if (kind === "attempt") return all;
  const bad = all.seq.map((seq) => (trace.kind(seq) !== "attempt" || trace.outcome(seq) !== "succeeded" ? 1 : 0));
  const chosen = (/** @type {any} */ list) => list.filter((/** @type {number} */ _, /** @type {number} */ n) => bad[n]);
  return { us: chosen(all.us), seq: chosen(all.seq) };
}

/** @param {Trace} trace @param {number} us @returns {number} the seq of the attempt that began last and is over, 0 for none */
function latestStarted(trace, us) {
  const attempts = trace.attempts.view();
  let n = lowerBound(attempts, trace.firstAt(us + 1)) - 1;
  for (let back = 0; back < 50 && n > 0 && trace.end(attempts[n]) > us; back += 1) n -= 1;
  return n >= 0 && trace.end(attempts[n]) <= us ? attempts[n] : 0;
}
