// @ts-check
/** The settings: a plain GET form that the script only makes quicker. The address always holds the whole scenario. */
import { watchCode } from "./code-view.js";
import { placeErrors, clearError } from "./form-errors.js";
import { Picker } from "./picker.js";
import "./seed.js";
import { need } from "./svg.js";

const ADDRESS_PAUSE_MS = 250;
const ANSWERS_WITHIN_MS = 10_000;

export class ScenarioForm {
  #form = /** @type {HTMLFormElement} */ (need("scenario"));
  #body = need("scenario-body");
  #picker = new Picker(this.#body);
  #timer = 0;
  #turn = 0;
  #changed;

  /** @param {() => void} changed after any change, when the address is up to date */
  constructor(changed) {
    this.#changed = changed;
    watchCode(() => this.query());
    this.#form.addEventListener("input", (event) => this.#edited(/** @type {HTMLElement} */ (event.target)));
    this.#form.addEventListener("change", (event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      if (input.name === "trigger") this.#fetch(this.query());
      else if (input.hasAttribute("data-chooses")) this.#variants(input.name, input.value);
      this.#edited(input);
    });
  }

  /** The scenario as a query string: what the form would send. */
  query() {
    const pairs = [...new FormData(this.#form)].map(([name, value]) => [name, String(value).replaceAll("\r\n", "\n")]);
    return new URLSearchParams(pairs).toString();
  }

  /** The words of the chosen trigger: the server's where it sent them along. @returns {{noun: string, label: string}} */
  words() {
    const from = this.#body.querySelector("[data-noun]");
    if (from instanceof HTMLElement) return { noun: from.dataset.noun ?? "event", label: from.dataset.label ?? "" };
    return { noun: "event", label: this.#body.querySelector(".trigger:has(:checked) .trigger-name")?.textContent ?? "" };
  }

  /** @param {string} name @returns {HTMLInputElement | null} the input that applies now */
  #input(name) {
    return this.#form.querySelector(`[name="${name}"]:not([disabled])`);
  }

  /** Sets a value as a person would. @param {string} name @param {string} value */
  set(name, value) {
    const input = this.#input(name);
    if (!input) return;
    input.value = value;
    clearError(input);
    this.keepAddress();
  }

  /** Back to the defaults of the chosen trigger. */
  reset() {
    const trigger = new FormData(this.#form).get("trigger");
    return this.#fetch(`trigger=${encodeURIComponent(String(trigger))}`);
  }

  /** @param {{field: string, code: string, message: string}[]} errors */
  show(errors) {
    placeErrors(this.#form, errors);
  }

  /** @param {HTMLElement} input */
  #edited(input) {
    clearError(input);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.keepAddress(), ADDRESS_PAUSE_MS);
  }

  /** The whole scenario stands in the address, also where it was opened by a short one. */
  keepAddress() {
    history.replaceState(null, "", `/?${this.query()}${location.hash}`);
    this.#changed();
  }

  /** Shows and sends only the inputs of the chosen variant. @param {string} name @param {string} value */
  #variants(name, value) {
    for (const field of this.#body.querySelectorAll(`[data-variant-of="${name}"]`)) {
      const active = (field.getAttribute("data-variant") ?? "").split(" ").includes(value);
      /** @type {HTMLElement} */ (field).hidden = !active;
      for (const input of field.querySelectorAll("input, select, textarea")) /** @type {HTMLInputElement} */ (input).disabled = !active;
    }
  }

  /** Another trigger: the server makes the form anew and keeps what both know. @param {string} query */
  async #fetch(query) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`/trigger-form/?${query}`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
      const text = await answer.text();
      if (turn !== this.#turn) return;
      if (!text.includes("scenario-sections")) throw new Error(`status ${answer.status}`);
      const restore = this.#picker.remember();
      this.#body.innerHTML = text;
      restore();
      this.keepAddress();
    } catch {
      this.show([{ field: "trigger", code: "Offline", message: "The form of this trigger could not be loaded. Your values are kept; choose it again." }]);
    } finally {
      if (turn === this.#turn) this.#form.removeAttribute("aria-busy");
    }
  }
}
