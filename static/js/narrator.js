// @ts-check
/** Keeps the explanation and the live region at the playhead, without flicker: a few times a second, one sentence in two. */
import { announce } from "./announcer.js";
import { spoken } from "./explain.js";

const CALM_MS = 150;

export class Narrator {
  #explain;
  #stale = true;
  #next = 0;
  #said = "";

  /** @param {import("./explain-view.js").ExplainView} explain */
  constructor(explain) {
    this.#explain = explain;
  }

  /** The playhead is elsewhere. @param {boolean} asked a person put it there, and waits for an answer */
  moved(asked) {
    this.#stale = true;
    if (asked) this.#next = 0;
  }

  /** Says what is new. @param {import("./panes.js").Pane & {seq: number}} at what is at the playhead @param {number} now */
  tell(at, now) {
    if (!this.#stale || now < this.#next) return;
    this.#stale = false;
    this.#next = now + CALM_MS;
    this.#explain.show(at);
    const { trace, noun, name, seq } = at;
    const words = seq ? `${name ? `${name}: ` : ""}${spoken(trace, seq, noun)}` : "";
    if (words && words !== this.#said) announce(words);
    this.#said = words;
  }
}
