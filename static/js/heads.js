// @ts-check
/**
 * What stands across all lanes: the playhead, and behind the last record the block of what is still to come. That is as wide
 * however long it takes, because nobody knows yet how long the gap is that it will become.
 */
import { duration } from "./format.js";
import { html, part } from "./svg.js";

/** @typedef {import("./layout.js").Figure} Figure */

const OPEN = 48; // pixels along time

/** @param {HTMLElement} element @param {Figure} figure @param {number} at pixels along time */
function move(element, { down }, at) {
  element.style.transform = down ? `translate(0, ${at}px)` : `translate(${at}px, 0)`;
}

export class Heads {
  open = false; // more records are coming
  #head;
  #block = html("div", { class: "open-gap", hidden: true, "aria-hidden": "true" });
  #seconds = -1;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#head = part(root, ".playhead");
    this.#head.before(this.#block);
  }

  /** What it needs after the end. */
  get room() {
    return this.open ? OPEN : 0;
  }

  /** @param {Figure} figure @param {boolean} bare one of several panes @param {number} inset what stands still before the picture */
  drawn(figure, bare, inset) {
    this.#head.style.height = figure.down || bare ? "" : `${figure.across + 18}px`;
    this.#block.style.height = figure.down || bare ? "" : `${figure.across}px`;
    this.#block.hidden = !this.open;
    if (this.open) move(this.#block, figure, figure.place(figure.axis.endUs) + inset);
  }

  /** @param {Figure} figure @param {number} at pixels along time */
  at(figure, at) {
    move(this.#head, figure, at);
  }

  /** Nothing has come for so long. @param {number} ms of the clock on the wall */
  waits(ms) {
    const seconds = Math.floor(ms / 1_000);
    if (seconds === this.#seconds) return;
    this.#seconds = seconds;
    this.#block.textContent = `waiting…\n${seconds ? duration(seconds * 1_000_000) : ""}`;
  }
}
