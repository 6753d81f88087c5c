// @ts-check
/** The settings as AWS is told them, in three languages: the texts follow the form. */
import { copyText } from "./copy.js";
import { need } from "./svg.js";

/** @typedef {{cli: string, cloudformation: string, terraform: string, left: string}} Code */

/** @param {Code | null} code null where AWS would refuse the settings */
export function showCode(code) {
  need("code-refused").hidden = code !== null;
  need("code-body").hidden = code === null;
  if (!code) return;
  need("code-left").textContent = code.left;
  for (const language of /** @type {const} */ (["cli", "cloudformation", "terraform"])) need(`code-${language}`).textContent = code[language];
}

/** Copies a text, and lets a file be of the form as it stands. @param {() => string} query the form */
export function watchCode(query) {
  const box = need("code-box");
  for (const button of box.querySelectorAll("button[data-copy]")) /** @type {HTMLElement} */ (button).hidden = false;
  box.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const copied = target.dataset.copy;
    if (target instanceof HTMLAnchorElement) target.search = query();
    else if (copied) copyText(need(copied).textContent ?? "", target, "Select the text and copy it");
  });
}
