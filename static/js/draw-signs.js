// @ts-check
/** What is written in marks, and the signs of single moments: arrivals, limits, answers, ends. */
import { count } from "./format.js";
import { middle } from "./layout.js";
import { textWidth } from "./measure.js";
import { icon } from "./shapes.js";
import { svg } from "./svg.js";
import { FATE } from "./words.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").Row} Row */
/** @typedef {import("./points.js").Point} Point */

const SMALL = 10.5;
const TWO_LINES = 34;
const SIGN = 18; // of a flag without words

/** Icon, number and word, as far as there is room. @param {import("./shapes.js").Box} box @param {string} name @param {string} number @param {string} word @returns {SVGElement[]} */
export function inside({ x, y, w, h }, name, number, word) {
  const cy = y + h / 2;
  if (h < 12 || w < 12) return [];
  const text = [[number, word].filter(Boolean).join(" "), number].find((words) => words && w >= textWidth(words) + 26) ?? "";
  if (text === number && word && h >= TWO_LINES && w >= textWidth(word, SMALL) + 12) {
    const under = svg("text", { class: "word", x: x + w / 2, y: cy + 13, "text-anchor": "middle" }, word);
    const wide = Math.max(textWidth(word, SMALL), 18 + textWidth(number)) + 8;
    return [svg("rect", { class: "plate", x: x + (w - wide) / 2, y: cy - 16, width: wide, height: 33, rx: 6 }), ...inside({ x, y: y - 8, w, h }, name, number, "").filter((part) => part.getAttribute("class") !== "plate"), under];
  }
  if (!text && number && name !== "cycle" && h >= TWO_LINES && w >= textWidth(number, SMALL) + 4) {
    const wide = Math.min(w - 2, Math.max(textWidth(number, SMALL), 14) + 8);
    return [svg("rect", { class: "plate", x: x + (w - wide) / 2, y: cy - 16, width: wide, height: 33, rx: 6 }), icon(name, x + w / 2, cy - 8),
      svg("text", { class: "word", x: x + w / 2, y: cy + 13, "text-anchor": "middle" }, number)];
  }
  // the dashed outline says that it is a cycle: how often is worth more than its icon
  if (!text && name === "cycle" && w >= textWidth(number) + 6) return [svg("text", { x: x + w / 2, y: cy + 4.5, "text-anchor": "middle" }, number)];
  const wide = text ? 18 + textWidth(text) : 14;
  const left = x + (w - wide) / 2;
  const plate = w >= 34 && svg("rect", { class: "plate", x: left - 5, y: cy - 9, width: wide + 10, height: 18, rx: 9 });
  return [...(plate ? [plate] : []), icon(name, left + 7, cy), ...(text ? [svg("text", { x: left + 18, y: cy + 4.5 }, text)] : [])];
}

/** @param {Point} point */
const flagWords = (point) => (point.count > 1 && point.kind !== "early" ? `${point.word} × ${count(point.count)}` : point.word);

/** Whether there is no room for words before a flag, at the left edge. @param {number} along @param {number} wide */
const isFirst = (along, wide) => along - 6 - wide < 0;

/** The flags whose words would run into the flag beside them: they keep stem and sign, and say the words as a title. @param {Figure} figure @param {Row} row */
export function crowdedFlags(figure, row) {
  /** @type {Set<Point>} */
  const crowded = new Set();
  const flags = row.points.filter((point) => point.kind !== "arrived" && point.kind !== "end");
  let sign = figure.length; // the next sign of an early end, or the edge
  const room = new Float64Array(flags.length);
  for (let n = flags.length - 1; n >= 0; n -= 1) {
    room[n] = sign;
    if (flags[n].kind === "early") sign = figure.place(flags[n].us);
  }
  let free = -Infinity;
  flags.forEach((point, n) => {
    const [along, wide] = [figure.place(point.us), textWidth(flagWords(point))];
    const early = point.kind === "early";
    const after = early || isFirst(along, wide);
    const [from, to] = after ? [along, along + 24 + wide] : [along - 6 - wide, along];
    const bare = from < free || (after && room[n] < to);
    if (bare) crowded.add(point);
    free = Math.max(free, bare ? along + (early ? SIGN : 0) : to);
  });
  return crowded;
}

/** A mark never vanishes; where time is drawn as it is, it may be a speck. @param {Figure} figure */
const narrowest = ({ axis, down }) => (axis.pieces[0].kind === "even" ? 2 : down ? 20 : 16);

/** Where a mark ends, as it is drawn. @param {Figure} figure @param {import("./marks.js").Mark} mark */
export const endOf = (figure, mark) => Math.max(figure.place(mark.toUs), figure.place(mark.fromUs) + narrowest(figure));

/** Where a sign stands: after the mark that it is about and those of its row, however wide they are drawn, and outside a cycle. @param {Figure} figure @param {Row} row @param {Point} point */
export function placeOf(figure, row, point) {
  const along = figure.place(point.us);
  const cycle = row.glyphs.find(({ piece }) => piece.from <= point.us && point.us < piece.to)?.piece;
  if (point.kind === "arrived") return cycle ? figure.place(cycle.from) : along;
  if (point.kind !== "end") return along;
  const about = row.marks.filter((mark) => mark.row === 0 || mark.toUs === point.us);
  return Math.max(along, cycle ? figure.place(cycle.to) : 0, ...about.map((mark) => endOf(figure, mark)));
}

/** @param {Figure} figure @param {Row} row @param {Point} point @param {boolean} bare a flag without its words */
export function drawPoint(figure, row, point, bare) {
  const along = placeOf(figure, row, point);
  const mid = middle(figure, row, 0);
  const at = (/** @type {number} */ a, /** @type {number} */ b) => (figure.down ? { x: figure.gutter + b, y: a } : { x: a, y: b });
  if (point.kind === "arrived") {
    const { x, y } = at(along - 9, mid);
    return svg("circle", { class: "point arrived", cx: x, cy: y, r: 4.5 });
  }
  if (point.kind === "end") return ending(at(along + (figure.down ? 16 : 20), mid), point, figure.down ? row.size / row.rows : 0);
  const { x, y } = figure.down ? at(along, row.top + row.size - 8) : at(along, row.top + 13);
  const flag = svg("g", { class: `point flag ${point.kind} f-${point.fate}`, "data-seq": point.seq });
  // down the page there is no room for words: limits are said in the list under the figure
  if (figure.down) return point.kind === "limit" ? flag : addTo(flag, svg("circle", { class: "halo", cx: x - 6, cy: y, r: 9 }), icon(point.kind === "early" ? point.fate : "returned", x - 6, y), svg("title", {}, point.word));
  if (!row.dense) flag.append(svg("path", { class: "stem", d: `M${x} ${y - 8}V${mid}` }));
  if (bare) return addTo(flag, svg("title", {}, flagWords(point)), ...(point.kind === "early" ? [icon(point.fate, x + 10, y - 4)] : []));
  // a limit is written before its moment where there is room, an early end after it
  if (point.kind === "early") return addTo(flag, icon(point.fate, x + 10, y - 4), svg("text", { x: x + 21, y }, point.word));
  const words = flagWords(point);
  const place = isFirst(x, textWidth(words)) ? { x: x + 6, y } : { x: x - 6, y, "text-anchor": "end" };
  return addTo(flag, svg("text", place, words));
}

/** @param {SVGElement} group @param {...Node} children */
function addTo(group, ...children) {
  group.append(...children);
  return group;
}

/**
 * How an event ended: sign and word; down the page only where the lane has room for the word, the table has it in any case.
 * @param {{x: number, y: number}} place @param {import("./points.js").Point} point @param {number} room of the lane, 0: across the page
 */
function ending({ x, y }, point, room) {
  const group = svg("g", { class: `point end f-${point.fate}`, "data-seq": point.seq }, svg("circle", { class: "halo", cx: x, cy: y, r: 12 }));
  const text = room ? { x, y: y + 24, "text-anchor": "middle" } : { x: x + 15, y: y + 5 };
  addTo(group, icon(point.fate, x, y, 18), svg("title", {}, point.word || FATE[point.fate].word));
  return !point.word || (room && textWidth(point.word) > room) ? group : addTo(group, svg("text", text, point.word));
}
