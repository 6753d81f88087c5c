// @ts-check
/** Folded time: idle stretches shrink, equal attempts become one glyph; the pieces of which an axis is made. */
import { lowerBound, upperBound } from "./columns.js";
import { foldCycles, joinShortGaps } from "./cycles.js";
import { episodesOf } from "./episodes.js";
import { quietOf } from "./voices.js";

/** @typedef {import("./activity.js").Activity} Activity */
/** @typedef {import("./time-axis.js").Piece} Piece */
/** @typedef {import("./time-axis.js").PieceKind} PieceKind */

const MOST_ITEMS = 400;
const MOST_PIECES = 2_000; // of what is busy
const LEAST_PIECES = 8;
const CYCLE_WIDTH = 80; // how often it repeats has room in it
// several loops in one glyph, each with its own count and pace
const QUIET_WIDTH = 84;
// how wide a wait of one second is: where there are few items its words stand in it, where there are more, under it
const SECOND = { few: 34, some: 20, many: 10 };
const FEW_ITEMS = 8;
const SOME_ITEMS = 40;

/** @param {number} us a longer attempt always looks longer, and none gets lost: 100 ms is 22 px, 15 min 46 */
const busyWidth = (us) => Math.max(2, 10 + 6 * Math.log10(us / 1_000));
/** @param {number} us @param {number} items how many there are: among few of them 30 s are 46 px and 14 days 83, among many 22 and 59 */
function gapWidth(us, items) {
  const second = items <= FEW_ITEMS ? SECOND.few : items <= SOME_ITEMS ? SECOND.some : SECOND.many;
  return Math.max(10, second - 8, second + 8 * Math.log10(us / 1_000_000));
}

/** Sorted moments without doubles. @param {Activity} activity */
function edgesOf({ spans, instants }) {
  const all = new Float64Array(spans.at.length * 2 + instants.at.length);
  all.set(spans.at);
  all.set(spans.end, spans.at.length);
  all.set(instants.at, spans.at.length * 2);
  all.sort();
  return all.filter((value, n) => n === 0 || value !== all[n - 1]);
}

/**
 * One stretch cut at the edges within it, at most `most` times (then every k-th edge counts).
 * @param {Piece[]} pieces @param {number} from @param {number} to @param {Float64Array} edges @param {number} most
 */
function cut(pieces, from, to, edges, most) {
  const first = upperBound(edges, from);
  const last = lowerBound(edges, to);
  const step = Math.max(1, Math.ceil((last - first) / most));
  let start = from;
  for (let n = first + step - 1; n < last; n += step) {
    pieces.push({ kind: "busy", from: start, to: edges[n], width: busyWidth(edges[n] - start) });
    start = edges[n];
  }
  pieces.push({ kind: "busy", from: start, to, width: busyWidth(to - start) });
}

/** A wait is cut at the first and at the last moment within it: what happens between them happens while time runs evenly. @param {Piece[]} pieces @param {number} from @param {number} to @param {Float64Array} edges @param {number} items */
function cutWait(pieces, from, to, edges, items) {
  const inner = edges.subarray(upperBound(edges, from), lowerBound(edges, to));
  const cuts = [from, ...new Set([inner[0] ?? to, inner[inner.length - 1] ?? to]), to];
  for (let n = 1; n < cuts.length; n += 1) {
    if (cuts[n] > cuts[n - 1]) pieces.push({ kind: "gap", from: cuts[n - 1], to: cuts[n], width: gapWidth(cuts[n] - cuts[n - 1], items) });
  }
}

/**
 * Idle stretches shrink to gaps, equal episodes to one glyph.
 * @param {Activity} activity @param {Map<number, number>} [opened] cycles that are opened, see foldCycles
 * @returns {Piece[]}
 */
export function foldedPieces(activity, opened) {
  const episodes = episodesOf(activity);
  const items = joinShortGaps(episodes, foldCycles(episodes, opened, quietOf(episodes, activity.loud)), MOST_ITEMS);
  const edges = edgesOf(activity);
  // where most happens there is most to see: a stretch has as many pieces as its share of what happens
  const share = (/** @type {number} */ from, /** @type {number} */ to) => (lowerBound(edges, to) - upperBound(edges, from)) / Math.max(1, edges.length);
  /** @type {Piece[]} */
  const pieces = [];
  let now = 0;
  const idleUntil = (/** @type {number} */ us) => {
    cutWait(pieces, now, us, edges, items.length);
    now = Math.max(now, us);
  };
  items.forEach((item, n) => {
    const start = episodes.from[item.from];
    idleUntil(start);
    if (item.kind === "one") {
      now = episodes.to[item.to];
      cut(pieces, start, now, edges, Math.max(LEAST_PIECES, Math.floor(MOST_PIECES * share(start, now))));
    } else {
      now = n + 1 < items.length ? episodes.from[items[n + 1].from] : episodes.to[item.to];
      pieces.push({ kind: "cycle", from: start, to: now, width: item.periodUs ? CYCLE_WIDTH : QUIET_WIDTH, ...cycleOf(item, opened) });
    }
  });
  idleUntil(activity.endUs);
  return pieces.length ? pieces : [{ kind: "busy", from: 0, to: 1_000, width: busyWidth(1_000) }];
}

/** What a cycle's piece says; page: what opening it shows. @param {import("./cycles.js").Cycle} cycle @param {Map<number, number>} [opened] */
function cycleOf({ count, periodUs, first, from }, opened) {
  const open = opened?.get(first);
  return { count, periodUs, first, page: open === undefined ? 0 : from === first ? open - 1 : open + 1 };
}
