// @ts-check
/** How several runs stand, told as one. */
import { counted } from "./format.js";

/** @typedef {import("./summary.js").Totals} Totals */
/** @typedef {{state: string, words: string, cut: string}} Standing of one run */

const OVER = ["done", "failed", "cancelled", "kept"];
const BADLY = ["failed", "offline", "cancelled"];
export const LETTERS = "ABC";

/** @param {string} state */
export const isOver = (state) => OVER.includes(state);

/** The first trouble, or the slowest. @param {Standing[]} states @param {number} received how many records are here @returns {[string, string]} state and words */
export function summed(states, received) {
  const records = counted(received, "record");
  const worst = states.findIndex(({ state }) => BADLY.includes(state));
  if (worst >= 0) return [states[worst].state, `${LETTERS[worst]}: ${states[worst].words}`];
  const going = states.find(({ state }) => !isOver(state));
  if (going) return [going.state, going.state === "receiving" ? `Receiving: ${records} so far.` : going.words];
  if (states[0].state === "kept") return ["kept", "The finished runs: play them, step through them, ask why."];
  return ["done", `Done: ${records} in ${states.length} runs.`];
}

/** Several totals as one, as far as the legend counts. @param {Totals[]} all @returns {Totals} */
export function added(all) {
  const sum = (/** @type {Record<string, number>[]} */ parts) => {
    /** @type {Record<string, number>} */
    const whole = {};
    for (const counts of parts) for (const [name, n] of Object.entries(counts)) whole[name] = (whole[name] ?? 0) + n;
    return whole;
  };
  return { records: 0, at_us: 0, total_usd: "0", events: sum(all.map(({ events }) => events)), attempts: sum(all.map(({ attempts }) => attempts)) };
}
