// @ts-check
/** The rows as they came, kept frame by frame; a frame kept as text is read again when a row of it is looked at. */

/** @typedef {import("./wire.js").Row} Row */
/** @typedef {{first: number, last: number, rows: Row[] | null, text: string}} Chunk */

const KEPT = 12;

export class Chunks {
  /** @type {Chunk[]} */ #chunks = [];
  /** @type {Map<Chunk, Row[]>} */ #read = new Map();

  /**
   * @param {number} first seq of the first row
   * @param {Row[]} rows
   * @param {string} text the frame as it was sent, "" where there is none; then the rows themselves are kept
   */
  add(first, rows, text) {
    this.#chunks.push({ first, last: first + rows.length - 1, rows: text ? null : rows, text });
  }

  /** @param {number} seq @returns {Row} */
  row(seq) {
    const chunk = this.#find(seq);
    return this.#rows(chunk)[seq - chunk.first];
  }

  /** @param {number} seq @returns {Chunk} */
  #find(seq) {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle].last < seq) low = middle + 1;
      else high = middle;
    }
    return this.#chunks[low];
  }

  /** @param {Chunk} chunk @returns {Row[]} */
  #rows(chunk) {
    if (chunk.rows) return chunk.rows;
    const known = this.#read.get(chunk);
    if (known) return known;
    const frame = JSON.parse(chunk.text);
    const rows = frame.rows.slice(chunk.first - frame.first);
    if (this.#read.size >= KEPT) this.#read.delete(this.#read.keys().next().value ?? chunk);
    this.#read.set(chunk, rows);
    return rows;
  }
}
