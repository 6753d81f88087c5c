// @ts-check
/** What the page asks the server for, and what it says when no answer comes. */

/** @typedef {{field: string, code: string, message: string}} FieldError */

const AWAY = "The server cannot be reached. Your settings are kept in the address; try again in a moment.";
const OFFLINE = "This device is offline. Your settings are kept in the address; press Run when the line is back.";
const SILENT = "The server did not answer. Your settings are kept in the address; press Run to ask again.";
// after this long the page says that it still waits; after that it gives up (a locked database makes the server wait 20 s)
const SLOW_MS = 4_000;
const GIVE_UP_MS = 30_000;

/** @param {string} path @param {string} body @param {AbortSignal} signal */
function post(path, body, signal) {
  const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
  return fetch(path, {
    method: "POST", body, signal,
    headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token?.value ?? "", Accept: "application/json" },
  });
}

/** @param {string} message @returns {{errors: FieldError[]}} */
const failure = (message) => ({ errors: [{ field: "", code: "", message }] });

/** One question at a time: a new one takes the place of the one that still waits for its answer. */
export class Starter {
  /** @type {AbortController | null} */ #asked = null;

  /**
   * Asks for a run.
   * @param {string} query the whole scenario @param {() => void} slow called when no answer has come for some seconds
   * @returns {Promise<{started: any, Stream: typeof import("./stream.js").Stream, errors?: undefined} | {started?: undefined, errors: FieldError[]} | null>} null: another question took its place
   */
  async begin(query, slow) {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    let silent = false;
    const timers = [setTimeout(slow, SLOW_MS), setTimeout(() => {
      silent = true;
      asked.abort();
    }, GIVE_UP_MS)];
    try {
      const answer = await started(query, asked.signal);
      return asked === this.#asked ? answer : null;
    } catch {
      if (asked !== this.#asked) return null;
      return failure(silent ? SILENT : navigator.onLine ? AWAY : OFFLINE);
    } finally {
      timers.forEach(clearTimeout);
    }
  }
}

/** @param {string} query @param {AbortSignal} signal */
async function started(query, signal) {
  const live = import("./stream.js"); // nobody needs it before
  live.catch(() => null); // it is awaited where the run has begun
  import("./draw-canvas.js").catch(() => null); // the run may get crowded when the line is lost
  const answer = await post("/runs/", query, signal);
  const type = answer.headers.get("content-type") ?? "";
  if (!type.includes("json")) return failure(`The server answers with status ${answer.status}. Load the page again; the address keeps your settings.`);
  const found = await answer.json();
  if (found.errors) return { errors: found.errors };
  return { started: found, Stream: (await live).Stream };
}

/** Asks to stop a run. @param {string} address @returns {Promise<string>} what went wrong, "" if nothing did */
export async function cancel(address) {
  try {
    const answer = await post(address, "", AbortSignal.timeout(GIVE_UP_MS));
    return answer.ok ? "" : `The run could not be cancelled: status ${answer.status}.`;
  } catch {
    return "The run could not be cancelled: the server cannot be reached.";
  }
}

/** Links give the run that is shown, whatever was run since the page was made; buttons load what they need. @param {HTMLElement} nav @param {() => string} query */
export function watchExports(nav, query) {
  const act = (/** @type {Event} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target).closest("a, button");
    if (target instanceof HTMLAnchorElement) target.search = query();
    else if (target instanceof HTMLButtonElement && event.type === "click") import("./exports.js").then(({ takeAlong }) => takeAlong(target, query()));
  };
  nav.addEventListener("click", act);
  nav.addEventListener("contextmenu", act);
}
