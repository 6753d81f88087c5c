// @ts-check
/** Which panes are shown: all, or one alone. */

export class PaneChoice {
  /** the only pane that is shown, -1: all are */ alone = -1;
  #buttons = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-solo]")]);
  #chosen;

  /** @param {(pane: number) => void} chosen */
  constructor(chosen) {
    this.#chosen = chosen;
    for (const button of this.#buttons) button.addEventListener("click", () => this.#show(Number(button.dataset.solo)));
  }

  /** To the next pane; after the last one all again. */
  next = () => this.#show(this.alone + 2 < this.#buttons.length ? this.alone + 1 : -1);

  /** @param {number} alone */
  #show(alone) {
    this.alone = alone;
    for (const button of this.#buttons) button.setAttribute("aria-pressed", String(Number(button.dataset.solo) === alone));
    document.querySelectorAll("#plot .pane").forEach((pane, n) => {
      /** @type {HTMLElement} */ (pane).hidden = alone >= 0 && n !== alone;
    });
    this.#chosen(alone);
  }
}
