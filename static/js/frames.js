// @ts-check
/** Calls back before every frame that the browser draws, with the moment and how long ago the last one was. */

const LONGEST_MS = 100; // a page that was out of sight goes on where it was

export class Frames {
  #frame = 0;
  #before = 0;
  #each;

  /** @param {(now: number, passed: number) => void} each milliseconds */
  constructor(each) {
    this.#each = each;
    this.#next();
  }

  #next() {
    this.#frame = requestAnimationFrame((now) => {
      const passed = Math.min(LONGEST_MS, now - (this.#before || now));
      this.#before = now;
      this.#each(now, passed);
      if (this.#frame) this.#next();
    });
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
