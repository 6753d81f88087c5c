// @ts-check
/** On a narrow window the settings are behind one button, so that the run is what a person sees first; trouble opens them too (form.css). */
import { need, part } from "./svg.js";

const button = need("settings-toggle");
button.addEventListener("click", () => {
  button.setAttribute("aria-expanded", String(part(document, ".settings").classList.toggle("open")));
});
