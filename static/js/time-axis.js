// @ts-check
/**
 * The one map between simulated time and place: layout, playback, scrubbing, ticks and every pane use it. It is made of
 * pieces; inside a piece time runs evenly, so the map is monotone and can be turned round. Lengths are natural pixels: the
 * layout multiplies them by its zoom.
 */
import { episodesOf } from "./activity.js";
import { upperBound, lowerBound } from "./columns.js";
import { foldCycles, joinShortGaps } from "./cycles.js";

/** @typedef {import("./activity.js").Activity} Activity */
/** @typedef {"busy" | "gap" | "cycle" | "even"} PieceKind */
/** @typedef {{kind: PieceKind, from: number, to: number, width: number, count?: number, periodUs?: number, first?: number, page?: number}} Piece */

const MOST_ITEMS = 400;
const MOST_PIECES = 2_000;
export const CYCLE_WIDTH = 56;

/** @param {number} us a longer attempt always looks longer, and none gets lost: 100 ms is 22 px, 15 min 46 */
export const busyWidth = (us) => Math.max(2, 10 + 6 * Math.log10(us / 1_000));
/** @param {number} us a minute is 24 px, 14 days are 59 */
export const gapWidth = (us) => Math.max(10, 10 + 8 * Math.log10(us / 1_000_000));

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
 * @param {Piece[]} pieces @param {PieceKind} kind @param {number} from @param {number} to
 * @param {Float64Array} edges @param {number} most @param {(us: number) => number} width
 */
function cut(pieces, kind, from, to, edges, most, width) {
  if (to <= from) return;
  const first = upperBound(edges, from);
  const last = lowerBound(edges, to);
  const step = Math.max(1, Math.ceil((last - first) / most));
  let start = from;
  for (let n = first + step - 1; n < last; n += step) {
    pieces.push({ kind, from: start, to: edges[n], width: width(edges[n] - start) });
    start = edges[n];
  }
  pieces.push({ kind, from: start, to, width: width(to - start) });
}

/**
 * Idle stretches shrink to gaps, equal episodes to one glyph.
 * @param {Activity} activity @param {Map<number, number>} [opened] cycles that are opened, see foldCycles
 * @returns {Piece[]}
 */
export function foldedPieces(activity, opened) {
  const episodes = episodesOf(activity);
  const items = joinShortGaps(episodes, foldCycles(episodes, opened), MOST_ITEMS);
  const edges = edgesOf(activity);
  const most = Math.max(8, Math.floor(MOST_PIECES / Math.max(1, items.length)));
  /** @type {Piece[]} */
  const pieces = [];
  let now = 0;
  const idleUntil = (/** @type {number} */ us) => {
    cut(pieces, "gap", now, us, edges, Math.floor(most / 4), gapWidth);
    now = Math.max(now, us);
  };
  items.forEach((item, n) => {
    const start = episodes.from[item.from];
    idleUntil(start);
    if (item.kind === "one") {
      now = episodes.to[item.to];
      cut(pieces, "busy", start, now, edges, most, busyWidth);
    } else {
      now = n + 1 < items.length ? episodes.from[items[n + 1].from] : episodes.to[item.to];
      pieces.push({ kind: "cycle", from: start, to: now, width: CYCLE_WIDTH, ...cycleOf(item, opened) });
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

export class TimeAxis {
  /** @type {Float64Array} */ #from;
  /** @type {Float64Array} */ #x;

  /** @param {Piece[]} pieces one after another, from 0 on */
  constructor(pieces) {
    this.pieces = pieces;
    this.#from = Float64Array.from(pieces, (piece) => piece.from);
    this.#x = new Float64Array(pieces.length + 1);
    pieces.forEach((piece, n) => {
      this.#x[n + 1] = this.#x[n] + piece.width;
    });
  }

  get width() {
    return this.#x[this.pieces.length];
  }

  get endUs() {
    return this.pieces[this.pieces.length - 1].to;
  }

  /** @param {number} us @returns {number} natural pixels from the start */
  project(us) {
    const n = Math.max(0, upperBound(this.#from, us) - 1);
    const { from, to, width } = this.pieces[n];
    return this.#x[n] + (width * Math.min(Math.max(us - from, 0), to - from)) / (to - from);
  }

  /** @param {number} x @returns {number} whole microseconds */
  unproject(x) {
    const n = Math.min(Math.max(0, upperBound(this.#x, x) - 1), this.pieces.length - 1);
    const { from, to, width } = this.pieces[n];
    return Math.round(from + (Math.min(Math.max(x - this.#x[n], 0), width) * (to - from)) / width);
  }

  /** The piece that holds a moment. @param {number} us @returns {Piece} */
  pieceAt(us) {
    return this.pieces[Math.max(0, upperBound(this.#from, us) - 1)];
  }

  /**
   * The same axis up to a moment, a newer one from there on: what a person has already seen never moves.
   * @param {number} us @param {TimeAxis} newer
   */
  keepUntil(us, newer) {
    const kept = this.pieces.filter((piece) => piece.from < us).map((piece) => clip(piece, 0, us));
    const fresh = newer.pieces.filter((piece) => piece.to > us).map((piece) => clip(piece, us, Infinity));
    return new TimeAxis([...kept, ...fresh]);
  }
}

/** The part of a piece between two moments, as wide as its share. @param {Piece} piece @param {number} a @param {number} b */
function clip(piece, a, b) {
  const from = Math.max(piece.from, a);
  const to = Math.min(piece.to, b);
  return { ...piece, from, to, width: (piece.width * (to - from)) / (piece.to - piece.from) };
}
