// @ts-check
/** The axis says where time is folded: thick where it runs, teeth where it is left out, words for how long. */
import { textWidth } from "./measure.js";
import { icon, zigzag } from "./shapes.js";
import { svg } from "./svg.js";

/** @typedef {import("./layout.js").Figure} Figure */

/** What runs through all lanes: lines between them, and faintly the stretches that are folded. @param {Figure} figure @returns {SVGElement} */
export function drawGround(figure) {
  const { down, gutter } = figure;
  const between = figure.rows.slice(1).map((row) => svg("line", down
    ? { class: "between", x1: gutter + row.top, x2: gutter + row.top, y1: 0, y2: figure.length }
    : { class: "between", x1: 0, x2: figure.length, y1: row.top, y2: row.top }));
  return svg("g", { class: "axis" }, ...between, ...figure.breaks.map((fold) => band(figure, fold)));
}

/** The axis proper. @param {Figure} figure @param {number} at where its line is, across @returns {SVGElement} */
export function drawAxis(figure, at) {
  const group = svg("g", { class: "axis" });
  const line = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ name) => svg("line", figure.down
    ? { class: name, x1: at, x2: at, y1: from, y2: to } : { class: name, y1: at, y2: at, x1: from, x2: to });
  for (const [from, to] of running(figure.pieces)) group.append(line(figure.place(from), figure.place(to), "time"));
  const under = wordsUnder(figure);
  for (const fold of figure.breaks) group.append(...foldSign(figure, fold, at, under.get(fold)));
  for (const tick of figure.ticks) {
    group.append(svg("line", figure.down ? { class: "tick", x1: at - 4, x2: at + 4, y1: tick.x, y2: tick.x } : { class: "tick", x1: tick.x, x2: tick.x, y1: at - 4, y2: at + 4 }));
    group.append(svg("text", figure.down ? { class: "time-label", x: at - 9, y: tick.x + 4, "text-anchor": "end", ...squeezed(tick.label, at - 11) }
      : { class: "time-label", x: tick.x, y: at + (under.size ? 38 : 24), "text-anchor": tick.us === 0 ? "start" : "middle", dx: tick.us === 0 ? -4 : 0 }, tick.label));
  }
  return group;
}

/** Words that are wider than their room are set narrower. @param {string} words @param {number} room */
const squeezed = (words, room) => (textWidth(words, 12) > room ? { textLength: room, lengthAdjust: "spacingAndGlyphs" } : {});

/** The stretches in which time runs, each as one. @param {import("./time-axis.js").Piece[]} pieces */
function running(pieces) {
  /** @type {[number, number][]} */
  const stretches = [];
  for (const { kind, from, to } of pieces) {
    if (kind === "gap" || kind === "cycle") continue;
    const last = stretches[stretches.length - 1];
    if (last?.[1] === from) last[1] = to;
    else stretches.push([from, to]);
  }
  return stretches;
}

/** The stretch of a fold, faintly, through all lanes. @param {Figure} figure @param {import("./layout.js").Break} fold */
function band(figure, { from, to, piece }) {
  const size = Math.max(0, to - from);
  return svg("rect", figure.down ? { class: `band ${piece.kind}`, x: figure.gutter, width: figure.across, y: from, height: size }
    : { class: `band ${piece.kind}`, x: from, width: size, y: 0, height: figure.across });
}

// words under a fold may stand so far from its middle
const NUDGE = 8;
const AIR = [10, 4]; // between words, and at the least
const SAVED = 6;
// down the page: so much a gap needs for words between two moments
const LEAST_DOWN = 28;
// a fold narrower than this is a tooth among others
const LEAST_FOLD = 9;

/** Whether a text has room within a fold. @param {import("./layout.js").Break} fold @param {string} words */
const fits = ({ from, to }, words) => to - from >= textWidth(words, 12) + 2;

/** What a fold may say: the short words only where they save room. @param {import("./layout.js").Break} fold */
const choices = ({ label, shorter }) => (textWidth(shorter, 11) < textWidth(label, 11) - SAVED ? [label, shorter] : [label]);

/** The words of folds that are too narrow for them, as far as they do not run into each other. @param {Figure} figure */
function wordsUnder({ breaks, down }) {
  /** @type {Map<import("./layout.js").Break, {words: string, middle: number}>} */
  const under = new Map();
  let end = -Infinity;
  if (down) return under;
  const narrow = breaks.filter((fold) => fold.to - fold.from >= LEAST_FOLD && !fits(fold, fold.label) && !fits(fold, fold.shorter));
  narrow.forEach((fold, n) => {
    const middle = (fold.from + fold.to) / 2;
    // the long words, where they leave room for the short ones of the next
    const next = narrow[n + 1];
    const until = next ? (next.from + next.to - Math.min(...choices(next).map((one) => textWidth(one, 11)))) / 2 + NUDGE - AIR[0] : Infinity;
    const fitting = AIR.flatMap((air) => choices(fold).map((words) => ({ words, middle: Math.max(middle, end + air + textWidth(words, 11) / 2) })))
      .filter((one) => one.middle <= middle + NUDGE);
    const said = fitting.find((one) => one.middle + textWidth(one.words, 11) / 2 <= until) ?? fitting[fitting.length - 1];
    if (!said) return;
    under.set(fold, said);
    end = said.middle + textWidth(said.words, 11) / 2;
  });
  return under;
}

/** @param {Figure} figure @param {import("./layout.js").Break} fold @param {number} at @param {{words: string, middle: number}} [under] what stands under it */
function foldSign(figure, fold, at, under) {
  const { from, to, label, shorter, piece } = fold;
  const signs = [svg("path", { class: "fold", d: zigzag(from, to, at, figure.down) }, svg("title", {}, label))];
  const middle = (from + to) / 2;
  const said = [label, shorter].find((words) => fits(fold, words));
  const wide = Math.min(textWidth(said ?? "", 12) + 6, to - from);
  if (figure.down) {
    const words = piece.kind === "cycle" ? shorter : label;
    if (to - from >= LEAST_DOWN) signs.push(svg("text", { class: "fold-label", x: at - 9, y: middle + 4, "text-anchor": "end", ...squeezed(words, at - 11) }, words));
    // where the moments beside it leave no room, it stands within: nothing runs there
    else if (figure.gutter) signs.push(svg("text", { class: "fold-label within", x: at + 9, y: middle + 4 }, words));
  } else if (said) {
    signs.push(svg("rect", { class: "fold-plate", x: middle - wide / 2, y: at - 9, width: wide, height: 18, rx: 9 }));
    signs.push(svg("text", { class: "fold-label", x: middle, y: at + 4, "text-anchor": "middle" }, said));
  } else if (under) signs.push(svg("text", { class: "fold-label under", x: under.middle, y: at + 19, "text-anchor": "middle" }, under.words));
  else if (piece.kind === "cycle") signs.push(icon("cycle", middle, at));
  return signs;
}
