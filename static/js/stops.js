// @ts-check
/** Where stepping stops: at the end of every attempt and where an event is lost, kept or given back; at every event's end; at every failure. */
import { lowerBound, upperBound } from "./columns.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {"attempt" | "event" | "trouble"} StopKind */
/** @typedef {{us: Float64Array, seq: Uint32Array}} StopList in order of time, then of seq */

const BAD_FATES = ["lost", "captured", "returned"];

/** @param {{us: number, seq: number}[]} stops @returns {StopList} */
function listed(stops) {
  stops.sort((a, b) => a.us - b.us || a.seq - b.seq);
  return { us: Float64Array.from(stops, (stop) => stop.us), seq: Uint32Array.from(stops, (stop) => stop.seq) };
}

export class Stops {
  #trace;
  #version = -1;
  /** @type {Record<StopKind, StopList>} */
  #lists = { attempt: listed([]), event: listed([]), trouble: listed([]) };

  /** @param {Trace} trace */
  constructor(trace) {
    this.#trace = trace;
  }

  /** @param {StopKind} kind */
  #list(kind) {
    if (this.#version !== this.#trace.version) this.#build();
    return this.#lists[kind];
  }

  #build() {
    const trace = this.#trace;
    this.#version = trace.version;
    const attempts = Array.from(trace.attempts.view(), (seq) => ({ us: trace.end(seq), seq }));
    const ends = [];
    for (let event = 0; event < trace.events.length; event += 1) {
      const seq = trace.events.settledSeq(event);
      if (seq) ends.push({ us: trace.at(seq), seq, bad: BAD_FATES.includes(trace.fate(event)) });
    }
    this.#lists = {
      attempt: listed([...attempts, ...ends.filter((stop) => stop.bad)]),
      event: listed(ends),
      trouble: listed([...attempts.filter((stop) => trace.outcome(stop.seq) !== "succeeded"), ...ends.filter((stop) => stop.bad)]),
    };
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
    const list = this.#list("attempt");
    const n = upperBound(list.us, us) - 1;
    return n >= 0 ? list.seq[n] : 0;
  }

  /** How many attempts there are, and which of them a record is. @param {number} seq */
  position(seq) {
    const list = this.#list("attempt");
    return { of: list.seq.length, n: list.seq.indexOf(seq) + 1 };
  }
}
