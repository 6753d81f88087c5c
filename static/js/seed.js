// @ts-check
/** The seed under the figure: which luck a run had, and another one at a click. */
import { need } from "./svg.js";

const form = /** @type {HTMLFormElement} */ (need("scenario"));
const field = () => /** @type {HTMLInputElement | null} */ (form.elements.namedItem("seed"));

form.addEventListener("submit", () => { need("seed").textContent = field()?.value ?? ""; });
need("new-seed").addEventListener("click", (event) => {
  const input = field();
  if (!input) return;
  event.preventDefault();
  input.value = String(Number(input.value) + 1);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  form.requestSubmit();
});
