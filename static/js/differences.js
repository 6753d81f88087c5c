// @ts-check
/** What runs that have ended differ in: the server makes table and sentences from their reports, as for the first paint. */
import { html, need } from "./svg.js";

/** @typedef {{shown: string, standing: string}} Cell */
/** @typedef {{lead: string, lines: {name: string, cells: Cell[]}[], differences: string[]}} Differences */

/** @param {string[]} runs their ids, in the order of the panes */
export async function showDifferences(runs) {
  try {
    const answer = await fetch(`/compare/differences/?${new URLSearchParams(runs.map((run) => ["run", run]))}`);
    if (answer.ok) fill(await answer.json());
  } catch {
    // what the first paint said stays
  }
}

/** @param {Differences} found */
function fill({ lead, lines, differences }) {
  need("lead").textContent = lead;
  need("differences").replaceChildren(...lines.map(({ name, cells }) => html("tr", {}, html("th", { scope: "row" }, name), ...cells.map(cellOf))));
  need("in-words").replaceChildren(...differences.map((words) => html("li", {}, words)));
}

/** Best and worst are said, not only coloured. @param {Cell} cell */
function cellOf({ shown, standing }) {
  return html("td", { class: standing || null }, html("span", { class: "value" }, shown), standing ? html("span", { class: "standing" }, standing) : null);
}
