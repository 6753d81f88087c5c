// @ts-check
/** The three faces of time: folded, logarithmic, linear; all of them are lists of pieces, so one map serves all. */
import { foldedPieces } from "./fold.js";
import { TimeAxis } from "./time-axis.js";

/** @typedef {"folded" | "log" | "linear"} Mode */
/** @type {Mode[]} */
export const MODES = ["folded", "log", "linear"];

const PIECES_A_DECADE = 24;

/**
 * @param {Mode} mode @param {import("./activity.js").Activity} activity @param {Map<number, number>} [opened]
 * @returns {TimeAxis}
 */
export function axisOf(mode, activity, opened) {
  const folded = new TimeAxis(foldedPieces(activity, opened));
  if (mode === "folded") return folded;
  const { endUs, width } = folded;
  if (mode === "linear") return new TimeAxis([{ kind: "even", from: 0, to: endUs, width }]);
  return new TimeAxis(logPieces(endUs, width));
}

/**
 * An axis on its way to real proportions, as long as it was: at 1 nothing is folded any more.
 * @param {TimeAxis} axis @param {number} share from 0 to 1
 */
export function towardsTrue({ pieces, endUs, width }, share) {
  if (share === 1) return new TimeAxis([{ kind: "even", from: 0, to: endUs, width }]);
  return new TimeAxis(pieces.map((piece) => ({ ...piece, width: (1 - share) * piece.width + (share * width * (piece.to - piece.from)) / endUs })));
}

/** Log of (1 + ms), cut finely enough that the straight pieces look like the curve. @param {number} endUs @param {number} width */
function logPieces(endUs, width) {
  const whole = Math.log10(1 + endUs / 1_000);
  const n = Math.max(1, Math.ceil(whole * PIECES_A_DECADE));
  /** @type {import("./time-axis.js").Piece[]} */
  const pieces = [];
  let from = 0;
  for (let k = 1; k <= n; k += 1) {
    const to = k === n ? endUs : Math.round((10 ** ((whole * k) / n) - 1) * 1_000);
    if (to <= from) continue;
    pieces.push({ kind: "even", from, to, width: width / n });
    from = to;
  }
  return pieces;
}
