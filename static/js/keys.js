// @ts-check
/** The keyboard: every control of the player without a mouse, presenter clickers included. */

/** @typedef {Record<string, (event: KeyboardEvent) => void>} Actions by the names below */

/** key -> action; `shift ` before the key where shift is held */
const BINDINGS = /** @type {Record<string, string>} */ ({
  " ": "toggle", ".": "toggle", k: "toggle",
  ArrowRight: "forward", ArrowLeft: "back", PageDown: "forward", PageUp: "back",
  "shift ArrowRight": "nextEvent", "shift ArrowLeft": "previousEvent",
  "]": "nextTrouble", "[": "previousTrouble",
  Home: "start", End: "end", "+": "faster", "-": "slower", l: "mode", L: "mode", "?": "help",
});

const TYPING = "input:not([type=range]):not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";

/**
 * @param {Actions} actions
 * @param {() => boolean} on whether single keys act at all (a person may turn them off)
 */
export function listenForKeys(actions, on) {
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
    actions[name](event);
  });
}
