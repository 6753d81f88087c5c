// @ts-check
/** One polite live region: at most one sentence in two seconds; when more happens, the newest is what is said. */

const PAUSE_MS = 2_000;

class Announcer {
  #region;
  #last = -Infinity;
  #waiting = "";
  #timer = 0;

  /** @param {HTMLElement} region */
  constructor(region) {
    this.#region = region;
  }

  /** @param {string} words */
  say(words) {
    if (!words) return;
    this.#waiting = words;
    if (this.#timer) return;
    const rest = Math.max(0, this.#last + PAUSE_MS - performance.now());
    this.#timer = window.setTimeout(() => this.#speak(), rest);
  }

  #speak() {
    this.#timer = 0;
    this.#last = performance.now();
    this.#region.textContent = this.#waiting;
  }
}

/** @type {Announcer | null} the page has one region, so it has one announcer */
let shared = null;

/** Reads words out, when it is their turn. @param {string} words */
export function announce(words) {
  shared ??= new Announcer(/** @type {HTMLElement} */ (document.getElementById("live")));
  shared.say(words);
}
