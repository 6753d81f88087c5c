// @ts-check
/** How wide a text is in the picture, so that nothing is written where it does not fit. */

/** @type {CanvasRenderingContext2D | null} */
let pen = null;
/** @type {Map<string, number>} */
const known = new Map();
const KEPT = 2_000;

/** @param {string} text as the picture writes it @param {number} [size] of the type @returns {number} pixels */
export function textWidth(text, size = 12.5) {
  const key = `${size} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * size * 0.7;
  pen.font = `600 ${size}px ${getComputedStyle(document.documentElement).fontFamily}`;
  const width = pen.measureText(text).width;
  if (known.size > KEPT) known.clear();
  known.set(key, width);
  return width;
}
