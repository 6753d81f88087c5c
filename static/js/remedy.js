// @ts-check
/** What would have kept a lost event: one setting, one click, and the run again. */
import { html } from "./svg.js";

/** @typedef {{causes: string[], attempts: number, field: string, value: string, words: string}} Remedy the server's table: why it was lost, after how many attempts, and what helps */

/**
 * The button for a lost event, where a setting that is empty now would have kept it.
 * @param {import("./wire.js").TraceRecord} record @param {number} attempts of its event @param {Remedy[]} remedies @param {import("./form.js").ScenarioForm} form
 * @param {() => void} run @returns {HTMLElement | null}
 */
export function remedyFor(record, attempts, remedies, form, run) {
  if (record.kind !== "settled" || record.fate !== "lost") return null;
  const remedy = remedies.find((one) => one.causes.includes(record.cause) && attempts >= one.attempts && form.isEmpty(one.field));
  if (!remedy) return null;
  const button = html("button", { type: "button", class: "small remedy" }, remedy.words);
  button.addEventListener("click", () => {
    form.set(remedy.field, remedy.value);
    run();
  });
  return button;
}
