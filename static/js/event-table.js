// @ts-check
/** The events of a trace in typed columns, and for each the chain of records that name it. Events are named by index. */
import { Column, Words } from "./columns.js";

const OPEN = 255;

export class EventTable {
  #ids = new Words();
  #catchers = new Words();
  #entryFrom = new Column(Uint32Array);
  #entryEvent = new Column(Uint32Array);
  #entrySeq = new Column(Uint32Array);
  #entryPrevious = new Column(Int32Array);
  #last = new Column(Int32Array);
  #arrived = new Column(Float64Array);
  #fate = new Column(Uint8Array);
  #settled = new Column(Uint32Array);
  #attempts = new Column(Uint32Array);
  #catcher = new Column(Uint16Array);
  #orders = new Words();
  #order = new Column(Uint32Array);
  grouped = false; // what keeps an order are message groups

  constructor() {
    this.#catchers.number("");
    this.#orders.number("");
  }

  get length() {
    return this.#last.length;
  }

  /** Begins the record that follows the last one. */
  begin() {
    this.#entryFrom.push(this.#entryEvent.length);
  }

  /** Names an event in the newest record. @param {number} seq @param {string} id @param {number} at */
  enter(seq, id, at) {
    const event = this.#ids.number(id);
    if (event === this.#last.length) {
      this.#last.push(-1);
      this.#arrived.push(at);
      this.#fate.push(OPEN);
      this.#settled.push(0);
      this.#attempts.push(0);
      this.#catcher.push(0);
      this.#order.push(0);
    }
    this.#entryPrevious.push(this.#last.get(event));
    this.#last.set(event, this.#entryEvent.length);
    this.#entryEvent.push(event);
    this.#entrySeq.push(seq);
  }

  /** @param {number} seq @param {number} fate */
  settle(seq, fate) {
    for (const event of this.of(seq)) {
      this.#fate.set(event, fate);
      this.#settled.set(event, seq);
    }
  }

  /** @param {number} seq */
  attempt(seq) {
    for (const event of this.of(seq)) this.#attempts.set(event, this.#attempts.get(event) + 1);
  }

  /** @param {number} seq @param {string} by */
  catch(seq, by) {
    for (const event of this.of(seq)) this.#catcher.set(event, this.#catchers.number(by));
  }

  /** What keeps it in order. @param {number} seq @param {string | null} group its message group @param {string | null} shard else its shard or partition */
  join(seq, group, shard) {
    const order = group || shard;
    if (!order) return;
    this.grouped ||= Boolean(group);
    for (const event of this.of(seq)) this.#order.set(event, this.#orders.number(order));
  }

  /** How many shards, partitions or message groups there are; they are numbered from 1. */
  get orders() {
    return this.#orders.size - 1;
  }

  /** The number of its shard, partition or message group, 0 where it has none. @param {number} event */
  order(event) {
    return this.#order.get(event);
  }

  /** @param {number} order */
  orderName(order) {
    return this.#orders.word(order);
  }

  /** The events of a record. @param {number} seq @returns {Uint32Array} */
  of(seq) {
    const from = this.#entryFrom.get(seq - 1);
    const to = seq < this.#entryFrom.length ? this.#entryFrom.get(seq) : this.#entryEvent.length;
    return this.#entryEvent.view().subarray(from, to);
  }

  /** The seqs of every record that names an event, in order. @param {number} event @returns {number[]} */
  recordsOf(event) {
    const seqs = [];
    for (let entry = this.#last.get(event); entry >= 0; entry = this.#entryPrevious.get(entry)) {
      seqs.push(this.#entrySeq.get(entry));
    }
    return seqs.reverse();
  }

  /** The index of an event, undefined where there is none of that id. @param {string} id */
  find(id) {
    return this.#ids.find(id);
  }

  /** @param {number} event */
  id(event) {
    return this.#ids.word(event);
  }

  /** The number of the fate, 255 while the event is not settled. @param {number} event */
  fate(event) {
    return this.#fate.get(event);
  }

  /** The seq of the record that settled the event, 0 while none did. @param {number} event */
  settledSeq(event) {
    return this.#settled.get(event);
  }

  /** @param {number} event */
  arrivedUs(event) {
    return this.#arrived.get(event);
  }

  /** @param {number} event */
  attempts(event) {
    return this.#attempts.get(event);
  }

  /** Who caught the event last, "" where nobody did. @param {number} event */
  catcher(event) {
    return this.#catchers.word(this.#catcher.get(event));
  }
}
