// @ts-check
/**
 * Seeing a run at its true scale for a moment: while L or the button is held the figure eases to real proportions, and back when
 * it is released. Three specks in an empty fortnight say what folding leaves out.
 */
import { eased, wantsNoMotion } from "./glide.js";
import { need } from "./svg.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

const EASE_MS = 450;
// a button that was pressed for less than this stays pressed: holding is not for everybody
const TAP_MS = 350;

export class TrueScale {
  #timeline;
  #redraw;
  #button = need("see-true");
  #share = 0;
  #goal = 0;
  #frame = 0;
  #latched = false;

  /** @param {Timeline} timeline @param {() => void} redraw keeps the playhead where it is in time */
  constructor(timeline, redraw) {
    this.#timeline = timeline;
    this.#redraw = redraw;
    let since = 0;
    this.#button.addEventListener("pointerdown", () => {
      since = performance.now();
      if (!this.#latched) this.press();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      this.#button.addEventListener(name, () => {
        if (this.#latched || performance.now() - since >= TAP_MS) this.release();
        else this.#latch(true);
        since = 0;
      });
    }
    this.#button.addEventListener("pointerleave", () => {
      if (since) this.release();
      since = 0;
    });
    // a key on the button has no pointer
    this.#button.addEventListener("click", (event) => {
      if (event.detail) return;
      if (this.#latched) this.release();
      else {
        this.press();
        this.#latch(true);
      }
    });
  }

  /** @param {boolean} on */
  #latch(on) {
    this.#latched = on;
    this.#button.setAttribute("aria-pressed", String(on));
  }

  press = () => this.#to(1);

  release = () => {
    this.#latch(false);
    this.#to(0);
  };

  /** @param {number} goal */
  #to(goal) {
    if (this.#goal === goal) return;
    this.#goal = goal;
    cancelAnimationFrame(this.#frame);
    if (wantsNoMotion() || !this.#timeline.isLight) this.#show(goal);
    else this.#ease(this.#share, performance.now());
  }

  /** @param {number} from @param {number} began */
  #ease(from, began) {
    this.#frame = requestAnimationFrame((now) => {
      const passed = Math.min(1, Math.max(0, now - began) / EASE_MS);
      this.#show(passed === 1 ? this.#goal : from + (this.#goal - from) * eased(passed));
      if (passed < 1) this.#ease(from, began);
    });
  }

  /** @param {number} share */
  #show(share) {
    this.#share = share;
    this.#timeline.change((scale) => scale.look(share));
    this.#redraw();
  }
}
