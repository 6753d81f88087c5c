// @ts-check
/** The signs: every outcome and every fate has a shape of its own, so that colour is never the only difference. */
import { svg } from "./svg.js";

/** @typedef {{x: number, y: number, w: number, h: number}} Box */

const ICON = 14;

/** @type {Record<string, string>} strokes in a field of 14 by 14 */
export const STROKES = {
  succeeded: "M2.5 7.5l3 3.2 6-7",
  failed: "M3.2 3.2l7.6 7.6M10.8 3.2l-7.6 7.6",
  timed_out: "M7 1.5a5.5 5.5 0 1 0 .01 0M7 4v3.2l2.4 1.6",
  throttled: "M2.5 7h9",
  refused: "M7 2.4v5.4M7 10.6v.8",
  cycle: "M11.6 5.2A5 5 0 0 0 2.4 5M2.4 8.8a5 5 0 0 0 9.2.2M11.8 2.2v3.2H8.6M2.2 11.8V8.6h3.2",
  delivered: "M2.5 7.5l3 3.2 6-7",
  captured: "M1.5 7.5h3l1.2 2h2.6l1.2-2h3M1.5 7.5v4.7h11V7.5M7 1.5v4.6M4.8 4.2L7 6.4l2.2-2.2",
  lost: "M7 1.2a5.8 5.8 0 1 0 .01 0M3 11L11 3",
  returned: "M12 4.5v3.2H2.6M5.6 4.6L2.4 7.7l3.2 3.2",
  filtered: "M1.5 2.5h11L8.6 7.4v4.4l-3.2-1.6V7.4z",
  "": "M3 7h.01M7 7h.01M11 7h.01",
};

/** @param {string} name @param {number} cx @param {number} cy @param {number} [size] */
export function icon(name, cx, cy, size = ICON) {
  const scale = size / ICON;
  return svg("path", {
    class: "icon", d: STROKES[name] ?? STROKES[""],
    transform: `translate(${cx - size / 2} ${cy - size / 2})${scale === 1 ? "" : ` scale(${scale})`}`,
  });
}

/**
 * The outline of an attempt: capsule, square, capsule that is cut off, hexagon, square with its corners off.
 * @param {string} outcome @param {Box} box
 */
export function outline(outcome, { x, y, w, h }) {
  const r = Math.min(h, w) / 2;
  const right = x + w;
  const low = y + h;
  const k = Math.min(7, w / 3);
  const left = `A${r} ${r} 0 0 1 ${x} ${low - r}V${y + r}A${r} ${r} 0 0 1 ${x + r} ${y}`;
  switch (outcome) {
    case "succeeded":
      return `M${x + r} ${y}H${right - r}A${r} ${r} 0 0 1 ${right} ${y + r}V${low - r}A${r} ${r} 0 0 1 ${right - r} ${low}H${x + r}${left}z`;
    case "timed_out":
      return `M${x + r} ${y}H${right}L${right - k} ${y + h / 3}L${right} ${y + (2 * h) / 3}L${right - k} ${low}H${x + r}${left}z`;
    case "throttled":
      return `M${x + k} ${y}H${right - k}L${right} ${y + h / 2}L${right - k} ${low}H${x + k}L${x} ${y + h / 2}z`;
    case "refused":
      return `M${x + k} ${y}H${right - k}L${right} ${y + k}V${low - k}L${right - k} ${low}H${x + k}L${x} ${low - k}V${y + k}z`;
    default:
      return `M${x} ${y}H${right}V${low}H${x}z`;
  }
}

/** Stripes for throttles and timeouts; they take the colour of the page. */
export function patterns() {
  const striped = (/** @type {string} */ id, /** @type {string} */ outcome, /** @type {string} */ turn) =>
    svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: turn },
      svg("rect", { class: `tint o-${outcome}`, width: 7, height: 7 }),
      svg("rect", { class: `stripe o-${outcome}`, width: 2.4, height: 7 }));
  return svg("defs", {}, striped("p-throttled", "throttled", ""), striped("p-timed_out", "timed_out", "rotate(45)"));
}

/** @type {Record<string, string>} */
const PATTERNS = { throttled: "url(#p-throttled)", timed_out: "url(#p-timed_out)" };

/** The body of a mark with its pattern. @param {string} outcome @param {Box} box */
export const body = (outcome, box) => svg("path", { class: "body", d: outline(outcome, box), fill: PATTERNS[outcome] });

/** A line of teeth along a fold: time is left out here. @param {number} from @param {number} to @param {number} at @param {boolean} down */
export function zigzag(from, to, at, down) {
  const teeth = Math.max(1, Math.round((to - from) / 9));
  const step = (to - from) / teeth / 2;
  let path = "";
  for (let n = 0; n <= teeth * 2; n += 1) {
    const along = from + n * step;
    const across = at + (n % 2 ? -3 : 3) * (n === 0 || n === teeth * 2 ? 0 : 1);
    path += `${n ? "L" : "M"}${down ? `${across.toFixed(1)} ${along.toFixed(1)}` : `${along.toFixed(1)} ${across.toFixed(1)}`}`;
  }
  return path;
}
