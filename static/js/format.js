// @ts-check
/** Words for numbers: durations, moments, counts, money. One style everywhere: every number carries its unit. */

const MS = 1_000;
const S = 1_000_000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;

// made once for each number of decimals: making one takes longer than using it a hundred times
/** @type {Intl.NumberFormat[]} */
const FORMATS = [];

/** @param {number} value @param {number} decimals a number without trailing zeros, thousands grouped */
function trimmed(value, decimals) {
  FORMATS[decimals] ??= new Intl.NumberFormat("en-US", { maximumFractionDigits: decimals });
  return FORMATS[decimals].format(value);
}

/**
 * The parts of a duration that is already rounded to its smallest shown unit.
 * @param {number} us
 * @param {[number, string][]} units from large to small; the last may carry decimals
 * @param {number} decimals
 */
function parts(us, units, decimals) {
  /** @type {string[]} */
  const words = [];
  let rest = us;
  units.forEach(([size, unit], index) => {
    const last = index === units.length - 1;
    const n = last ? rest / size : Math.floor(rest / size);
    rest -= Math.floor(rest / size) * size;
    if (n > 0) words.push(`${trimmed(n, last ? decimals : 0)} ${unit}`);
  });
  return words.join(" ");
}

/** @param {number} us @param {number} step */
const roundTo = (us, step) => Math.round(us / step) * step;

/**
 * A length of time in words: "100 ms", "1 min", "2 min 0.1 s", "6 h", "14 d". Two units at most, unless `exact`.
 * @param {number} us whole microseconds
 * @param {boolean} [exact] keep every millisecond
 * @returns {string}
 */
export function duration(us, exact = false) {
  if (us < 0) return `-${duration(-us, exact)}`;
  if (us === 0) return "0 s";
  if (us < MS) return `${trimmed(us, 0)} µs`;
  if (roundTo(us, exact ? 1 : 100) < S) return `${trimmed(us / MS, exact ? 3 : 1)} ms`;
  if (exact) return parts(us, [[D, "d"], [H, "h"], [MIN, "min"], [S, "s"]], 6);
  if (roundTo(us, MS) < MIN) return `${trimmed(us / S, 3)} s`;
  if (roundTo(us, S / 10) < H) return parts(roundTo(us, S / 10), [[MIN, "min"], [S, "s"]], 1);
  if (roundTo(us, MIN) < D) return us % MIN && us < 10 * H ? parts(roundTo(us, S), [[H, "h"], [MIN, "min"], [S, "s"]], 0)
    : parts(roundTo(us, MIN), [[H, "h"], [MIN, "min"]], 0);
  return parts(roundTo(us, H), [[D, "d"], [H, "h"]], 0);
}

/** About how long, where there is no room for more: "30 s", "1.5 min", "13 d". @param {number} us */
export function roughly(us) {
  const [size, unit] = /** @type {[number, string][]} */ ([[D, "d"], [H, "h"], [MIN, "min"], [S, "s"]]).find(([least]) => us >= least) ?? [MS, "ms"];
  const tenths = Math.floor((10 * us + size / 2) / size);
  return `${tenths < 100 ? tenths / 10 : Math.floor((tenths + 5) / 10)} ${unit}`;
}

/** @param {number} n @param {number} width */
const padded = (n, width) => String(n).padStart(width, "0");

/**
 * A read-out of simulated time whose width does not change while it counts: its units are those of the whole run.
 * @param {number} us @param {number} totalUs the length of the run
 */
export function clock(us, totalUs) {
  const total = Math.max(us, totalUs);
  if (total < S) return `${padded(Math.floor(us / MS), 3)} ms`;
  const tenths = Math.floor(us / (S / 10));
  const seconds = `${padded(Math.floor(tenths / 10) % 60, 2)}.${tenths % 10} s`;
  if (total < MIN) return seconds;
  const minutes = `${padded(Math.floor(us / MIN) % 60, 2)} min ${seconds}`;
  if (total < H) return minutes;
  const hours = `${padded(Math.floor(us / H) % 24, 2)} h ${minutes}`;
  return total < D ? hours : `${padded(Math.floor(us / D), 2)} d ${hours}`;
}

/** @param {number} n @param {number} [decimals] at the most */
export const count = (n, decimals = 0) => trimmed(n, decimals);

/** @param {number} n @param {string} noun in the singular */
export const counted = (n, noun) => `${count(n)} ${n === 1 ? noun : plural(noun)}`;

/** @param {string} noun */
const plural = (noun) => (noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`);

/** @param {string} text */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A decimal string as dollars; no digit is rounded away. @param {string | number} amount */
export function dollars(amount) {
  const text = typeof amount === "number" ? amount.toFixed(10) : amount;
  const plain = /e/i.test(text) ? Number(text).toFixed(18) : text;
  if (!plain.includes(".")) return `$${plain}`;
  const [whole, cents] = plain.split(".");
  const kept = cents.replace(/0+$/, "");
  return `$${whole}.${kept.padEnd(2, "0")}`;
}

/** @param {number} seconds wall-clock seconds, for messages about the connection */
export const soon = (seconds) => (seconds < 1.5 ? "1 second" : `${Math.round(seconds)} seconds`);
