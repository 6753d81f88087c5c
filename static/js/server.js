// @ts-check
/** What the page asks the server for, and what it says when no answer comes. */

/** @typedef {{field: string, code: string, message: string}} FieldError */

const AWAY = "The server cannot be reached. Your settings are kept in the address; try again in a moment.";

/** @param {string} path @param {string} body */
function post(path, body) {
  const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  return fetch(path, {
    method: "POST", body,
    headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token?.value ?? "", Accept: "application/json" },
  });
}

/**
 * Asks for a run.
 * @param {string} query the whole scenario
 * @returns {Promise<{started: any, errors?: undefined} | {errors: FieldError[]}>}
 */
export async function begin(query) {
  try {
    const answer = await post("/runs/", query);
    const type = answer.headers.get("content-type") ?? "";
    if (!type.includes("json")) return { errors: [{ field: "", code: "", message: `The server answers with status ${answer.status}. Load the page again; the address keeps your settings.` }] };
    const found = await answer.json();
    return found.errors ? { errors: found.errors } : { started: found };
  } catch {
    return { errors: [{ field: "", code: "", message: AWAY }] };
  }
}

/** Asks to stop a run. @param {string} address @returns {Promise<string>} what went wrong, "" if nothing did */
export async function cancel(address) {
  try {
    const answer = await post(address, "");
    return answer.ok ? "" : `The run could not be cancelled: status ${answer.status}.`;
  } catch {
    return "The run could not be cancelled: the server cannot be reached.";
  }
}

/** Copies a text and says so on the button that was pressed. @param {string} text @param {HTMLElement} button */
export async function copyText(text, button) {
  const before = button.dataset.words ?? button.textContent ?? "";
  button.dataset.words = before;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copy it from the address bar";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2_500);
}
