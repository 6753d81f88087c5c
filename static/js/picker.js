// @ts-check
/** The list of triggers: a click chooses one and closes it, arrow keys choose and leave it open, Escape closes it. */
import { need } from "./svg.js";

export class Picker {
  #byPointer = false;

  /** @param {HTMLElement} body what the form is drawn in anew for another trigger */
  constructor(body) {
    body.addEventListener("pointerdown", () => { this.#byPointer = true; });
    body.addEventListener("keydown", (event) => {
      this.#byPointer = false;
      if (event.key !== "Escape" || !(event.target instanceof Element && event.target.closest("#picker"))) return;
      this.#box().open = false;
      need("picked").focus();
    });
  }

  #box() {
    return /** @type {HTMLDetailsElement} */ (need("picker"));
  }

  /** Call what this gives when the form was drawn anew: the focus is where it was, or on the choice where the list is closed now. */
  remember() {
    const focused = document.activeElement?.id ?? "";
    const inList = document.activeElement?.closest("#picker");
    const open = this.#box().open && !this.#byPointer;
    return () => {
      this.#box().open = open;
      if (focused) document.getElementById(inList && !open ? "picked" : focused)?.focus();
    };
  }
}
