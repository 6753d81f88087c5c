// @ts-check
/** What would have changed a pane's run: asked for when one of its records is explained. A change of what all panes share is made in all of them. */
import { asides } from "./asides.js";

/** @typedef {import("./told.js").Words} Words */
/** @typedef {{link: string}} Side */

const ANSWERS_WITHIN_MS = 15_000;

export class Forks {
  /** by link; null while the server is asked @type {Map<string, Words | null>} */ #known = new Map();
  #heard;

  /** @param {() => void} heard when there is something new to say */
  constructor(heard) {
    this.#heard = heard;
  }

  /** @param {string} link @returns {Words | null} */
  #of(link) {
    const known = this.#known.get(link);
    if (known === undefined) this.#ask(link);
    return known ?? null;
  }

  /** @param {string} link */
  async #ask(link) {
    this.#known.set(link, null);
    try {
      const answer = await fetch(`/words/?${link}`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
      const words = await answer.json();
      if (words.errors) return;
      this.#known.set(link, words);
      this.#heard();
    } catch {
      this.#known.delete(link); // the next explanation asks again
    }
  }

  /**
   * What an explanation of a pane's record says beyond its trace.
   * @param {import("./trace.js").Trace} trace @param {number} seq @param {string} noun @param {Side} side @param {(change: import("./asides.js").Change) => void} take
   */
  asides(trace, seq, noun, side, take) {
    return asides(trace, seq, noun, this.#of(side.link), take);
  }
}

/**
 * The links after a change in one pane.
 * @param {string[]} links @param {number} pane @param {Record<string, string>} set @param {string[]} shared the keys of what all panes have from the first
 */
export function changed(links, pane, set, shared) {
  return links.map((link, n) => {
    const texts = new URLSearchParams(link);
    for (const [key, text] of Object.entries(set)) if (n === pane || (shared.includes(key) && texts.has(key))) texts.set(key, text);
    return [...texts].map(([key, text]) => `${key}=${quoted(text)}`).join("&");
  });
}

/** As the server writes addresses. @param {string} text */
const quoted = (text) => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");

/** @param {string[]} links one a pane */
export const addressOf = (links) => `/compare/?${links.map((link, n) => `${"abc"[n]}=${quoted(link).replaceAll("%3D", "=")}`).join("&")}`;
