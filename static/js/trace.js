// @ts-check
/**
 * The trace of one run, as far as it has arrived. What is looked at all the time (kind, time, outcome, which events)
 * stands in typed columns; everything else stays in the frames as they came. Record n has seq n, counted from 1.
 */
import { Chunks } from "./chunks.js";
import { Column, Words, lowerBound } from "./columns.js";
import { EventTable } from "./event-table.js";
import { answerWords } from "./words.js";

/** @typedef {import("./wire.js").Wire} Wire @typedef {import("./wire.js").Row} Row */
/** @typedef {{first: number, last: number, rows: Row[]}} Frame */

/** A frame that does not follow the last one: the stream must be asked again from the cursor. */
export class GapError extends Error {}

const NONE = 255;

export class Trace {
  #chunks = new Chunks();
  #kinds = new Column(Uint8Array);
  #at = new Column(Float64Array);
  #end = new Column(Float64Array);
  #code = new Column(Uint8Array);
  #rule = new Column(Uint16Array);
  #rules = new Words();
  #plans;
  events = new EventTable();
  attempts = new Column(Uint32Array); // their seqs, in order
  /** the latest moment any record speaks of, waits not counted */
  endUs = 0;
  ended = false;
  answers = 0; // how many letters the longest answer has, where somebody waits for one
  /** counts up with every frame: what was computed for another version is stale */
  version = 0;

  /** @param {Wire} wire */
  constructor(wire) {
    this.wire = wire;
    this.#plans = wire.kinds.map((name, kind) => ({
      name,
      lists: [wire.place(kind, "events"), wire.place(kind, "rest")].filter((place) => place >= 0),
      event: wire.place(kind, "event"),
      code: Math.max(wire.place(kind, "outcome"), wire.place(kind, "fate")),
      end: Math.max(wire.place(kind, "end_us"), wire.place(kind, "until_us")),
      by: wire.place(kind, "by"), status: wire.place(kind, "status_code"), error: wire.place(kind, "function_error"), group: wire.place(kind, "group"), shard: wire.place(kind, "shard"),
    }));
  }

  /** The seq of the last record that is here. */
  get cursor() {
    return this.#kinds.length;
  }

  /**
   * Takes a frame in; rows that are here already are dropped.
   * @param {Frame} frame @param {string} [text] the frame as it was sent
   * @returns {number} how many rows were new
   */
  ingest(frame, text = "") {
    const known = this.cursor - frame.first + 1;
    if (known < 0) throw new GapError(`record ${frame.first} came after record ${this.cursor}`);
    const rows = known > 0 ? frame.rows.slice(known) : frame.rows;
    if (!rows.length) return 0;
    this.#chunks.add(this.cursor + 1, rows, text);
    for (const row of rows) this.#take(row);
    this.version += 1;
    return rows.length;
  }

  /** @param {Row} row */
  #take(row) {
    const plan = this.#plans[row[0]];
    if (!plan) throw new Error(`this page does not know records of kind ${row[0]}`);
    const seq = this.cursor + 1;
    const [at, end] = [row[1], row[plan.end < 0 ? 1 : plan.end]];
    this.#kinds.push(row[0]);
    this.#at.push(at);
    this.#end.push(end);
    this.#code.push(plan.code < 0 ? NONE : row[plan.code]);
    this.#rule.push(this.#rules.number(row[2]));
    this.events.begin();
    for (const place of plan.lists) for (const id of row[place]) this.events.enter(seq, String(id), at);
    if (plan.event >= 0 && row[plan.event] !== null) this.events.enter(seq, String(row[plan.event]), at);
    this.#note(plan, seq, row);
    this.endUs = Math.max(this.endUs, plan.name === "attempt" ? end : at);
  }

  /** @param {{name: string, code: number, by: number, status: number, error: number, group: number, shard: number}} plan @param {number} seq @param {Row} row */
  #note(plan, seq, row) {
    if (plan.name === "attempt") {
      this.attempts.push(seq);
      this.events.attempt(seq);
    } else if (plan.name === "settled") this.events.settle(seq, row[plan.code]);
    else if (plan.name === "captured" && row[plan.by] !== "on_success") this.events.catch(seq, row[plan.by]);
    else if (plan.name === "arrived") this.events.join(seq, row[plan.group], row[plan.shard]);
    else if (plan.name === "answered") this.answers = Math.max(this.answers, answerWords(row[plan.status], row[plan.error]).length);
    else if (plan.name === "ended") this.ended = true;
  }

  /** @param {number} seq */
  kind(seq) {
    return this.wire.kinds[this.#kinds.get(seq - 1)];
  }

  /** The number of the kind. @param {number} seq */
  kindNumber(seq) {
    return this.#kinds.get(seq - 1);
  }

  /** @param {number} seq */
  at(seq) {
    return this.#at.get(seq - 1);
  }

  /** When an attempt ended, until when messages are hidden; else the moment of the record. @param {number} seq */
  end(seq) {
    return this.#end.get(seq - 1);
  }

  /** The number of the outcome or fate, 255 for other records. @param {number} seq */
  code(seq) {
    return this.#code.get(seq - 1);
  }

  /** The word of the outcome of an attempt. @param {number} seq */
  outcome(seq) {
    return this.wire.outcomes[this.#code.get(seq - 1)];
  }

  /** A number that stands for the rule; equal for equal rules. @param {number} seq */
  ruleNumber(seq) {
    return this.#rule.get(seq - 1);
  }

  /** The first record at or after a moment (cursor + 1 where there is none). @param {number} us */
  firstAt(us) {
    return lowerBound(this.#at.view(), us) + 1;
  }

  /** The record itself, with its words. @param {number} seq */
  record(seq) {
    return this.wire.record(seq, this.#chunks.row(seq));
  }

  /** The word of a fate, "" while the event is not settled. @param {number} event */
  fate(event) {
    return this.wire.fates[this.events.fate(event)] ?? "";
  }
}
