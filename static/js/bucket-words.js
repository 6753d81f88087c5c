// @ts-check
/** What a place of the picture says where attempts are not drawn one by one: how many there are, by their outcomes. */
import { count, counted, duration } from "./format.js";
import { SEVERITY } from "./words.js";

/** @param {Record<string, number>} counts attempts by outcome @returns {string} "14 attempts: 2 failed, 12 succeeded"; "" of none */
function outcomesInWords(counts) {
  const found = SEVERITY.filter((outcome) => counts[outcome]).map((outcome) => ({ n: counts[outcome], did: outcome.replace("_", " ") }));
  const all = found.reduce((sum, { n }) => sum + n, 0);
  if (found.length < 2) return all ? `${counted(all, "attempt")}, ${all > 1 ? "all " : ""}${found[0].did}` : "";
  return `${counted(all, "attempt")}: ${found.map(({ n, did }) => `${count(n)} ${did}`).join(", ")}`;
}

/** @param {number} from @param {number} to microseconds */
function between(from, to) {
  const [first, last] = [duration(from), duration(to)];
  return first === last ? `At ${first}` : `From ${first} to ${last}`;
}

/** A column. @param {Record<string, number>} counts @param {number} from @param {number} to microseconds @returns {string} "" where nothing runs */
export function columnInWords(counts, from, to) {
  const words = outcomesInWords(counts);
  return words && `${between(from, to)}: ${words}.`;
}

/** A folded cycle. @param {import("./marks.js").Glyph} glyph */
export const cycleInWords = ({ count: times, counts, piece, periodUs }) => `${between(piece.from, piece.to)}: ${outcomesInWords(counts)}${times > 1 ? `, one every ${duration(periodUs)}` : ""}. Enter or a click opens the cycle.`;
