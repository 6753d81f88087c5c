// @ts-check
/** The player's controls: buttons, slider, speed, clock. They only call the player and show what it says. */
import { clock, duration } from "./format.js";
import { SPEEDS } from "./player.js";
import { need, part } from "./svg.js";

const STEPS = 1_000;

export class PlayerBar {
  #player;
  #slider = /** @type {HTMLInputElement} */ (need("scrub"));
  #clock = need("clock");
  #play = need("play");
  #speed = /** @type {HTMLSelectElement} */ (need("speed"));
  #life = new AbortController();

  /** @param {import("./player.js").Player} player @param {Record<string, (event?: any) => void>} actions */
  constructor(player, actions) {
    this.#player = player;
    for (const button of document.querySelectorAll("#player button[data-action], #view button[data-action]")) {
      button.addEventListener("click", () => actions[button.getAttribute("data-action") ?? ""]?.(), { signal: this.#life.signal });
    }
    this.#slider.max = String(STEPS);
    this.#slider.addEventListener("input", () => player.seekShare(Number(this.#slider.value) / STEPS), { signal: this.#life.signal });
    this.#speed.replaceChildren(...SPEEDS.map((speed) => new Option(speed < 1 ? `1/${1 / speed} ×` : `${speed} ×`, String(speed))));
    this.#speed.addEventListener("change", () => player.setSpeed(Number(this.#speed.value)), { signal: this.#life.signal });
    const by = /** @type {HTMLSelectElement} */ (need("by"));
    const named = () => {
      for (const [action, way] of [["backward", "back"], ["onward", "forward"]]) part(document, `#player [data-action=${action}]`).setAttribute("aria-label", `One ${by.selectedOptions[0].text} ${way}`);
    };
    by.addEventListener("change", named, { signal: this.#life.signal });
    named();
    this.show();
  }

  /** @param {string} [words] what is at the playhead, for the slider's spoken value */
  show(words = "") {
    const { us, endUs, playing, share, speed } = this.#player;
    this.#clock.textContent = clock(us, endUs);
    this.#slider.value = String(Math.round(share * STEPS));
    this.#slider.style.setProperty("--done", `${(share * 100).toFixed(2)}%`);
    this.#slider.setAttribute("aria-valuetext", `${duration(us)} of ${duration(endUs)}${words ? `, ${words}` : ""}`);
    this.#play.classList.toggle("on", playing);
    this.#play.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.#speed.value = String(speed);
  }

  /** Another run takes the controls over. */
  close() {
    this.#life.abort();
  }
}
