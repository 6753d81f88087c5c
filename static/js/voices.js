// @ts-check
/**
 * Loops that run beside each other, each at its own pace: two poison messages of one queue, or the same message under two
 * visibility timeouts. Together they never repeat, alone each of them does. So every event is heard as a voice of its own;
 * what stands out in no voice (its first, its second and its last time do) is quiet, and a quiet stretch folds.
 */
import { foldCycles } from "./cycles.js";
import { episodesOf } from "./episodes.js";

/** @typedef {{spans: import("./episodes.js").Runs, instants: import("./episodes.js").Moments}} Voice */

// with more events the run as a whole is one voice
const MOST_VOICES = 100;

/** The moments at which something begins that is seen as itself. @param {Voice[]} voices @returns {Float64Array} in order */
export function loudMoments(voices) {
  /** @type {number[]} */
  const loud = [];
  for (const voice of voices) {
    const episodes = episodesOf(voice);
    for (const item of foldCycles(episodes)) if (item.kind === "one") loud.push(episodes.from[item.from]);
  }
  return Float64Array.from(loud).sort();
}

/** Whether each episode is quiet. @param {import("./episodes.js").Episodes} episodes @param {Float64Array | null | undefined} loud @returns {Uint8Array} */
export function quietOf({ from, to }, loud) {
  const quiet = new Uint8Array(from.length);
  if (!loud) return quiet;
  let next = 0;
  for (let n = 0; n < from.length; n += 1) {
    while (next < loud.length && loud[next] < from[n]) next += 1;
    quiet[n] = next < loud.length && loud[next] < to[n] ? 0 : 1;
  }
  return quiet;
}

/** The events of a run as voices, while its records are read. */
export class Choir {
  /** @type {{spans: {at: number[], end: number[], key: number[]}, instants: {at: number[], key: number[]}}[]} */ #voices;

  /** @param {number} events of the run */
  constructor(events) {
    const several = events > 1 && events <= MOST_VOICES;
    this.#voices = Array.from({ length: several ? events : 0 }, () => ({ spans: { at: [], end: [], key: [] }, instants: { at: [], key: [] } }));
  }

  /** @param {ArrayLike<number>} events @param {number} at @param {number} end @param {number} key */
  span(events, at, end, key) {
    if (!this.#voices.length) return;
    for (let n = 0; n < events.length; n += 1) {
      const { spans } = this.#voices[events[n]];
      spans.at.push(at);
      spans.end.push(end);
      spans.key.push(key);
    }
  }

  /** @param {ArrayLike<number>} events @param {number} at @param {number} key */
  instant(events, at, key) {
    if (!this.#voices.length) return;
    for (let n = 0; n < events.length; n += 1) {
      this.#voices[events[n]].instants.at.push(at);
      this.#voices[events[n]].instants.key.push(key);
    }
  }

  /** @returns {Float64Array | null} null where the run is one voice */
  loud() {
    return this.#voices.length ? loudMoments(this.#voices) : null;
  }
}
