// @ts-check
/** A chip for every limit that shaped the run: its name, its value, how often, and the rule; it leads to where the limit bit first. */
import { count } from "./format.js";
import { html, need } from "./svg.js";
import { LIMITS } from "./words.js";

/** @typedef {{limit: string, value: string, rule: string, count: number, first_seq: number}} Reached */

/** @param {Reached[]} reached @param {Record<string, {sentence: string}>} rules @param {(seq: number) => void} pick */
export function showLimits(reached, rules, pick) {
  need("limits-box").hidden = reached.length === 0;
  need("limits").replaceChildren(...reached.map(({ limit, value, rule, count: times, first_seq: seq }) => {
    const chip = html("button", { type: "button", class: "chip", title: rules[rule]?.sentence },
      html("strong", {}, LIMITS[limit] ?? limit), ` ${value} `, times > 1 && html("span", { class: "quiet" }, `× ${count(times)} `), html("span", { class: "mono" }, rule));
    chip.addEventListener("click", () => pick(seq));
    return html("li", {}, chip);
  }));
}
