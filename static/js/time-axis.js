// @ts-check
/**
 * The one map between simulated time and place: layout, playback, scrubbing, ticks and every pane use it. It is made of
 * pieces; inside a piece time runs evenly, so the map is monotone and can be turned round. Lengths are natural pixels: the
 * layout multiplies them by its zoom.
 */
import { upperBound } from "./columns.js";

/** @typedef {"busy" | "gap" | "cycle" | "even"} PieceKind */
/** @typedef {{kind: PieceKind, from: number, to: number, width: number, count?: number, periodUs?: number, first?: number, page?: number, joined?: boolean}} Piece periodUs: 0 where several loops share the piece; joined: goes on with the wait or the cycle of the piece before */

// so many moments may divide a wait; where more do (records that trickle in), it is told as one
const MOST_PARTS = 2;

/**
 * For each piece the whole stretch that it is of: a moment up to which things stay in place may divide a wait or a cycle.
 * @param {Piece[]} pieces @returns {Piece[]} as many as pieces
 */
export function wholesOf(pieces) {
  /** @type {Piece[]} */
  const wholes = [];
  pieces.forEach((piece, n) => {
    const { to, width, count, periodUs, page } = piece;
    const whole = wholes[n - 1];
    if (piece.joined && whole) wholes.push(Object.assign(whole, { to, width: whole.width + width, count: (whole.count ?? 0) + (count ?? 0), periodUs, page }));
    else wholes.push(pieces[n + 1]?.joined ? { ...piece } : piece);
  });
  return wholes;
}

/** What was told of pieces before. @type {WeakMap<Piece[], Piece[]>} */
const toldBefore = new WeakMap();

/** Pieces with waits as they are told. @param {Piece[]} all @returns {Piece[]} */
export function toldPieces(all) {
  const before = toldBefore.get(all);
  if (before) return before;
  /** @type {Piece[]} */
  const told = [];
  toldBefore.set(all, told);
  const pieces = wholesOf(all).filter((whole, n, wholes) => whole !== wholes[n - 1]);
  for (let n = 0; n < pieces.length; ) {
    let next = n + 1;
    if (pieces[n].kind === "gap") while (pieces[next]?.kind === "gap") next += 1;
    if (next - n > MOST_PARTS) {
      const parts = pieces.slice(n, next);
      told.push({ kind: "gap", from: parts[0].from, to: parts[parts.length - 1].to, width: parts.reduce((sum, { width }) => sum + width, 0) });
    } else told.push(...pieces.slice(n, next));
    n = next;
  }
  return told;
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

  /** The pieces between two moments. @param {number} from @param {number} to @returns {Piece[]} */
  between(from, to) {
    return this.pieces.slice(Math.max(0, upperBound(this.#from, from) - 1), upperBound(this.#from, to));
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
    const [before, after] = [kept[kept.length - 1], fresh[0]];
    if (before && after && before.kind === after.kind && ["gap", "cycle"].includes(after.kind) && newer.pieceAt(us).from < us) after.joined = true;
    return new TimeAxis([...kept, ...fresh]);
  }
}

/** The part of a piece between two moments, with its share of width and repetitions. @param {Piece} piece @param {number} a @param {number} b */
function clip(piece, a, b) {
  const from = Math.max(piece.from, a);
  const to = Math.min(piece.to, b);
  const share = (to - from) / (piece.to - piece.from);
  return { ...piece, from, to, width: piece.width * share, ...(piece.count ? { count: Math.round(piece.count * share) } : {}) };
}
