// @ts-check
/** What a button says for a moment after it was pressed; and a text that goes to the clipboard. */

const MOMENT_MS = 2_500;

/** @param {HTMLElement} button @param {string} words for a moment */
export function said(button, words) {
  const before = button.dataset.words ??= button.textContent ?? "";
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, MOMENT_MS);
}

/** Copies a text and says so on the button that was pressed. @param {string | Promise<string>} text @param {HTMLElement} button @param {string} otherwise what to do where the browser does not let us */
export async function copyText(text, button, otherwise = "Copy it from the address bar") {
  try {
    await navigator.clipboard.writeText(await text);
    said(button, "Copied");
  } catch {
    said(button, otherwise);
  }
}
