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

const PAPER = 690; // pixels across a sheet, margins taken off

/** On paper: everything is open, the figure fits the sheet, and the address says where the run is. @param {() => string} query */
export function watchPrint(query) {
  addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details.table-box")) /** @type {HTMLDetailsElement} */ (box).open = true;
    const [plot, scroller] = [need("plot"), need("scroller")];
    plot.style.setProperty("--paper-zoom", String(Math.min(1, PAPER / Math.max(1, plot.clientWidth - scroller.clientWidth + scroller.scrollWidth))));
    need("paper-link").textContent = `${location.origin}/?${query()}`;
  });
}
