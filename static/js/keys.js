// @ts-check
/** The keyboard: every control of the player without a mouse, presenter clickers included. */

/** @typedef {Record<string, (event: KeyboardEvent) => void>} Actions by the names below */

// a key that is held for longer than this means something else than one that is struck
const HELD_MS = 280;

/** key -> action; `shift ` before the key where shift is held */
const BINDINGS = /** @type {Record<string, string>} */ ({
  " ": "toggle", ".": "toggle", k: "toggle",
  ArrowRight: "forward", ArrowLeft: "back", PageDown: "onward", PageUp: "backward",
  "shift ArrowRight": "nextEvent", "shift ArrowLeft": "previousEvent",
  "]": "nextTrouble", "[": "previousTrouble",
  Home: "start", End: "end", "+": "faster", "-": "slower", l: "mode", L: "mode", s: "solo", "?": "help",
});

/** action of a struck key -> what it does while it is held */
const WHILE_HELD = /** @type {Record<string, {press: string, release: string}>} */ ({ mode: { press: "seeTrue", release: "seeFolded" } });

const TYPING = "input:not([type=range]):not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";

/**
 * @param {Actions} actions
 * @param {() => boolean} on whether single keys act at all (a person may turn them off)
 */
export function listenForKeys(actions, on) {
  /** @type {{key: string, name: string, timer: number, held: boolean} | null} */
  let down = null;
  const up = (/** @type {any} */ event, /** @type {boolean} */ struck) => {
    if (!down || (event.key && event.key.toLowerCase() !== down.key)) return;
    clearTimeout(down.timer);
    const { name, held } = down;
    down = null;
    if (held) actions[WHILE_HELD[name].release]?.(event);
    else if (struck) actions[name](event);
  };
  document.addEventListener("keyup", (event) => up(event, true));
  addEventListener("blur", (event) => up(event, false));
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !on()) return;
    if (target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    const pressing = target.closest?.("button, a, summary, [role=tab]");
    if (pressing && (event.key === " " || event.key === "Enter")) return;
    if (target.matches?.("input[type=radio]") && event.key.startsWith("Arrow")) return;
    if (target.matches?.("input[type=radio]") && event.key === " ") return;
    const digit = /^[0-9]$/.test(event.key) ? "tenth" : undefined;
    const name = digit ?? BINDINGS[`${event.shiftKey && event.key.length > 1 ? "shift " : ""}${event.key}`];
    if (!name || !actions[name]) return;
    event.preventDefault();
    if (!WHILE_HELD[name]) return actions[name](event);
    if (event.repeat || down) return;
    const mine = { key: event.key.toLowerCase(), name, held: false, timer: window.setTimeout(() => {
      mine.held = true;
      actions[WHILE_HELD[name].press]?.(event);
    }, HELD_MS) };
    down = mine;
  });
}
