// @ts-check
/** Keeps the explanation and the live region at the playhead, without flicker: a few times a second, one sentence in two. */
import { Announcer } from "./announcer.js";
import { spoken } from "./explain.js";
import { need } from "./svg.js";

const CALM_MS = 150;

export class Narrator {
  #announcer = new Announcer(need("live"));
  #explain;
  #noun;
  #stale = true;
  #next = 0;
  #said = 0;

  /** @param {import("./explain-view.js").ExplainView} explain @param {string} noun */
  constructor(explain, noun) {
    this.#explain = explain;
    this.#noun = noun;
  }

  /** The playhead is elsewhere. @param {boolean} asked a person put it there, and waits for an answer */
  moved(asked) {
    this.#stale = true;
    if (asked) this.#next = 0;
  }

  /** Says what is new. @param {import("./trace.js").Trace} trace @param {number} seq what is at the playhead @param {number} now */
  tell(trace, seq, now) {
    if (!this.#stale || now < this.#next) return;
    this.#stale = false;
    this.#next = now + CALM_MS;
    this.#explain.show(trace, seq);
    if (seq && seq !== this.#said) this.#announcer.say(spoken(trace, seq, this.#noun));
    this.#said = seq;
  }
}
