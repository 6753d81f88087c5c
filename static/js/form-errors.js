// @ts-check
/** Errors stand at their fields; those that belong to no field, and the way to each field, stand in a summary on top. */
import { html, need } from "./svg.js";

/** @typedef {{field: string, code: string, message: string}} FieldError */

/** The input of a flat key that is part of the scenario now. @param {HTMLFormElement} form @param {string} field */
function inputOf(form, field) {
  const all = [...form.elements].filter((element) => element.getAttribute("name") === field && element.getAttribute("type") !== "hidden");
  return /** @type {HTMLInputElement | undefined} */ (all.find((element) => !(/** @type {HTMLInputElement} */ (element).disabled)));
}

/** @param {HTMLFormElement} form @param {FieldError[]} errors an empty list takes all errors away */
export function placeErrors(form, errors) {
  for (const input of form.querySelectorAll("[aria-invalid]")) clearError(/** @type {HTMLElement} */ (input));
  const summary = need("problems");
  summary.hidden = errors.length === 0;
  const lines = errors.map((error) => {
    const input = inputOf(form, error.field);
    if (!input) return html("li", {}, error.field ? `${error.field}: ` : "", error.message);
    mark(input, error.message);
    return html("li", {}, html("a", { href: `#${input.id}` }, titleOf(input) || error.field), `: ${error.message}`);
  });
  summary.replaceChildren(html("h2", {}, headline(errors)), html("ul", {}, ...lines));
  if (errors.length) summary.focus();
}

/** @param {FieldError[]} errors */
function headline(errors) {
  if (!errors.some((error) => error.field)) return "Not run";
  return errors.length === 1 ? "One thing to put right" : `${errors.length} things to put right`;
}

/** @param {HTMLInputElement} input */
function titleOf(input) {
  return input.closest(".field")?.querySelector(".field-title")?.textContent ?? "";
}

/** @param {HTMLInputElement} input @param {string} message */
function mark(input, message) {
  const field = input.closest(".field");
  const place = field?.querySelector(".field-error");
  input.setAttribute("aria-invalid", "true");
  if (!field || !place) return;
  field.classList.add("wrong");
  place.textContent = message;
  /** @type {HTMLElement} */ (place).hidden = false;
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  input.setAttribute("aria-describedby", [...described.add(place.id)].join(" "));
  for (let box = field.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
}

/** The person is putting it right. @param {HTMLElement} input */
export function clearError(input) {
  const field = input.closest(".field");
  input.removeAttribute("aria-invalid");
  field?.classList.remove("wrong");
  const place = field?.querySelector(".field-error");
  if (place) /** @type {HTMLElement} */ (place).hidden = true;
}
