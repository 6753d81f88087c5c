// @ts-check
/** The names beside the lanes, as a list: text that can be read, selected and spoken. */
import { html } from "./svg.js";
import { FATE } from "./words.js";

// pixels in which a whole title has no room
const NARROW = 56;
const SLIM = 32;

/** What a list says already. @type {WeakMap<HTMLElement, string>} */
const said = new WeakMap();

/** @param {HTMLElement} list @param {import("./layout.js").Figure} figure */
export function laneNames(list, figure) {
  const all = [figure.down, ...figure.rows.map(({ lane, size }) => [lane.title, lane.note, lane.fate, size])].join("\n");
  if (said.get(list) === all) return;
  said.set(list, all);
  const names = figure.rows.map((row) => {
    const { lane } = row;
    const item = html("li", { class: `f-${lane.fate}${figure.down && row.size < SLIM ? " slim" : ""}` },
      html("span", { class: "lane-title" }, figure.down && (figure.rows.length > 2 || row.size < NARROW) ? lane.short : lane.title),
      figure.down && row.size < 64 ? null : html("span", { class: "lane-note" }, lane.note),
      lane.fates.length > 1 ? null : html("span", { class: "visually-hidden" }, `. ${FATE[lane.fate].says}`));
    if (figure.down) item.style.width = `${row.size}px`;
    else item.style.height = `${row.size}px`;
    return item;
  });
  list.replaceChildren(...names);
}
