// @ts-check
/**
 * When something happens: attempts as spans, the other records that the picture shows as instants. A gap exists only where
 * everything is idle, in every lane and every pane.
 */
import { MOST_LANES } from "./lanes.js";
import { Choir, loudMoments } from "./voices.js";

/**
 * @typedef {{at: Float64Array, end: Float64Array, key: Float64Array}} Spans in order of start; key: equal = looks the same
 * @typedef {{at: Float64Array, key: Float64Array}} Instants in order
 * @typedef {{spans: Spans, instants: Instants, endUs: number, loud?: Float64Array | null}} Activity loud: see voices.js
 */

// what can be seen at one moment; the rest (receives, scaling, hiding) tells how attempts came about and makes no picture differ
const SEEN = ["arrived", "answered", "filtered", "captured", "capture_failed", "settled", "limit"];
// where lanes stand for several events, only the first of these is drawn
const SEEN_ONCE = ["arrived", "filtered"];

// keys of several panes are told apart by this many
const MOST_PANES = 4;

// an attempt without a length (a throttle) is drawn as if it took this long
const NOMINAL_US = 1_000;

/**
 * @param {import("./trace.js").Trace} trace
 * @returns {Activity}
 */
export function activityOf(trace) {
  const attempts = trace.attempts.view();
  const others = trace.cursor - attempts.length;
  const spans = { at: new Float64Array(attempts.length), end: new Float64Array(attempts.length), key: new Float64Array(attempts.length) };
  const instants = { at: new Float64Array(others), key: new Float64Array(others) };
  const seen = trace.wire.kinds.map((name) => SEEN.includes(name));
  const once = trace.wire.kinds.map((name) => trace.events.length > MOST_LANES && SEEN_ONCE.includes(name));
  const choir = new Choir(trace.events.length);
  let s = 0;
  let i = 0;
  for (let seq = 1; seq <= trace.cursor; seq += 1) {
    const events = trace.events.of(seq);
    if (attempts[s] === seq) {
      spans.at[s] = trace.at(seq);
      spans.end[s] = Math.max(trace.end(seq), trace.at(seq) + NOMINAL_US);
      spans.key[s] = trace.code(seq) + 256 * trace.ruleNumber(seq);
      choir.span(events, spans.at[s], spans.end[s], spans.key[s]);
      s += 1;
    } else if (seen[trace.kindNumber(seq)] && events.length) {
      const kind = trace.kindNumber(seq);
      if (once[kind]) seen[kind] = false;
      instants.at[i] = trace.at(seq);
      instants.key[i] = kind * 256 + trace.code(seq);
      choir.instant(events, instants.at[i], instants.key[i]);
      i += 1;
    }
  }
  return { spans, instants: { at: instants.at.subarray(0, i), key: instants.key.subarray(0, i) }, endUs: trace.endUs, loud: choir.loud() };
}

/**
 * Calls back for every entry of several sorted lists in one order; at equal values the earlier list comes first.
 * @param {ArrayLike<number>[]} lists @param {(list: number, index: number) => void} take
 */
function braid(lists, take) {
  const next = lists.map(() => 0);
  for (let left = lists.reduce((sum, list) => sum + list.length, 0); left > 0; left -= 1) {
    let first = -1;
    for (let n = 0; n < lists.length; n += 1) {
      if (next[n] < lists[n].length && (first < 0 || lists[n][next[n]] < lists[first][next[first]])) first = n;
    }
    take(first, next[first]);
    next[first] += 1;
  }
}

/** @param {number[]} lengths */
const columnFor = (lengths) => new Float64Array(lengths.reduce((sum, length) => sum + length, 0));

/**
 * The activity of several panes as one, for one shared axis; what looks the same must be of the same pane.
 * @param {Activity[]} panes
 * @returns {Activity}
 */
export function together(panes) {
  if (panes.length === 1) return panes[0];
  const spans = panes.map((pane) => pane.spans);
  const instants = panes.map((pane) => pane.instants);
  const column = () => columnFor(spans.map(({ at }) => at.length));
  const all = { at: column(), end: column(), key: column() };
  let s = 0;
  braid(spans.map(({ at }) => at), (pane, n) => {
    all.at[s] = spans[pane].at[n];
    all.end[s] = spans[pane].end[n];
    all.key[s] = spans[pane].key[n] * MOST_PANES + pane;
    s += 1;
  });
  const moments = { at: columnFor(instants.map(({ at }) => at.length)), key: columnFor(instants.map(({ at }) => at.length)) };
  let i = 0;
  braid(instants.map(({ at }) => at), (pane, n) => {
    moments.at[i] = instants[pane].at[n];
    moments.key[i] = instants[pane].key[n] * MOST_PANES + pane;
    i += 1;
  });
  const loud = panes.flatMap((pane) => [...(pane.loud ?? loudMoments([pane]))]);
  return { spans: all, instants: moments, endUs: Math.max(0, ...panes.map((pane) => pane.endUs)), loud: Float64Array.from(loud).sort() };
}
