// @ts-check
/** Typed columns that grow: a million records take tens of megabytes, not hundreds. */

/** @typedef {Float64Array | Float32Array | Uint32Array | Int32Array | Uint16Array | Uint8Array | Int8Array} Typed */

/** @template {Typed} T */
export class Column {
  /** @type {T} */ #data;
  #Type;
  length = 0;

  /** @param {new (n: number) => T} Type @param {number} [capacity] */
  constructor(Type, capacity = 256) {
    this.#Type = Type;
    this.#data = new Type(capacity);
  }

  /** @param {number} value */
  push(value) {
    if (this.length === this.#data.length) {
      const grown = new this.#Type(this.length * 2);
      grown.set(/** @type {any} */ (this.#data));
      this.#data = grown;
    }
    this.#data[this.length] = value;
    this.length += 1;
  }

  /** @param {number} index */
  get(index) {
    return this.#data[index];
  }

  /** @param {number} index @param {number} value */
  set(index, value) {
    this.#data[index] = value;
  }

  /** The filled part, without a copy; valid until the next push. @returns {T} */
  view() {
    return /** @type {T} */ (this.#data.subarray(0, this.length));
  }
}

/** Texts that repeat (rule ids, causes, catchers) as small numbers. */
export class Words {
  /** @type {string[]} */ #words = [];
  /** @type {Map<string, number>} */ #index = new Map();

  /** @param {string} word */
  number(word) {
    const known = this.#index.get(word);
    if (known !== undefined) return known;
    this.#index.set(word, this.#words.length);
    this.#words.push(word);
    return this.#words.length - 1;
  }

  /** The number of a word, undefined where it was never seen. @param {string} word */
  find(word) {
    return this.#index.get(word);
  }

  /** @param {number} number */
  word(number) {
    return this.#words[number];
  }

  get size() {
    return this.#words.length;
  }
}

/**
 * The first index whose value is > x in a sorted list.
 * @param {ArrayLike<number>} sorted @param {number} x @param {number} [length]
 */
export function upperBound(sorted, x, length = sorted.length) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The first index whose value is >= x in a sorted list.
 * @param {ArrayLike<number>} sorted @param {number} x @param {number} [length]
 */
export function lowerBound(sorted, x, length = sorted.length) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
