// @ts-check
/** A number on its way to another, slowly enough that the eye can follow. */

const LONG_MS = 450;

/** Slow, fast, slow again. @param {number} passed from 0 to 1 */
export const eased = (passed) => (passed < 0.5 ? 4 * passed ** 3 : 1 - (-2 * passed + 2) ** 3 / 2);

/** Whether a person wants no motion. */
export const wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Glide {
  #from = 1;
  #to = 1;
  #began = 0;
  value = 1;

  get moves() {
    return this.value !== this.#to;
  }

  /** Where it is going, or is. */
  get goal() {
    return this.#to;
  }

  /** @param {number} value */
  jump(value) {
    this.value = this.#to = value;
  }

  /** @param {number} value @param {number} now */
  go(value, now) {
    if (value === this.#to) return;
    [this.#from, this.#to, this.#began] = [this.value, value, now];
  }

  /** @param {number} now */
  step(now) {
    if (!this.moves) return;
    const passed = Math.min(1, Math.max(0, now - this.#began) / LONG_MS);
    this.value = passed === 1 ? this.#to : this.#from * (this.#to / this.#from) ** eased(passed);
  }
}
