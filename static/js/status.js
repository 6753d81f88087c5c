// @ts-check
/** How the run stands, in one line. */
import { need } from "./svg.js";

/** Nothing more comes, or nothing has begun. @param {string} state */
export const isOver = (state) => ["start", "done", "failed", "cancelled", "kept"].includes(state);

/** @param {string} state @param {string} words @param {boolean} going whether there is a run that could be cancelled */
export function showStatus(state, words, going) {
  need("status").dataset.state = state;
  need("status-words").textContent = words;
  need("cancel").hidden = !going || isOver(state);
}

/** On a small screen the result stands below the form. */
export function showResult() {
  if (innerWidth < 1_000) need("result-title").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}
