// @ts-check
/**
 * When something happens: attempts as spans, the other records that the picture shows as instants; and episodes, which are the stretches of time
 * in which at least one attempt runs. A gap exists only where everything is idle, in every lane and every pane.
 */

/**
 * @typedef {{at: Float64Array, end: Float64Array, key: Float64Array}} Spans in order of start; key: equal = looks the same
 * @typedef {{at: Float64Array, key: Float64Array}} Instants in order
 * @typedef {{spans: Spans, instants: Instants, endUs: number}} Activity
 * @typedef {{from: number[], to: number[], key: number[], gapKey: number[]}} Episodes gapKey: what happens after, while idle
 */

// what can be seen at one moment; the rest (receives, scaling, hiding) tells how attempts came about and makes no picture differ
const SEEN = ["arrived", "answered", "filtered", "captured", "capture_failed", "settled", "limit"];

// keys of several panes are told apart by this many
const MOST_PANES = 4;

// an attempt without a length (a throttle) is drawn as if it took this long
export const NOMINAL_US = 1_000;

/** @param {number} hash @param {number} value */
const mixed = (hash, value) => (Math.imul(hash, 31) + value) >>> 0;

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
  let s = 0;
  let i = 0;
  for (let seq = 1; seq <= trace.cursor; seq += 1) {
    if (attempts[s] === seq) {
      spans.at[s] = trace.at(seq);
      spans.end[s] = Math.max(trace.end(seq), trace.at(seq) + NOMINAL_US);
      spans.key[s] = trace.code(seq) + 256 * trace.ruleNumber(seq);
      s += 1;
    } else if (seen[trace.kindNumber(seq)] && trace.events.of(seq).length) {
      instants.at[i] = trace.at(seq);
      instants.key[i] = trace.kindNumber(seq) * 256 + trace.code(seq);
      i += 1;
    }
  }
  return { spans, instants: { at: instants.at.subarray(0, i), key: instants.key.subarray(0, i) }, endUs: trace.endUs };
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
  return { spans: all, instants: moments, endUs: Math.max(0, ...panes.map((pane) => pane.endUs)) };
}

/**
 * Spans joined where they overlap; touching ones stay apart, so that a loop without a pause can still be seen as a loop.
 * @param {Activity} activity
 * @returns {Episodes}
 */
export function episodesOf({ spans, instants }) {
  /** @type {Episodes} */
  const episodes = { from: [], to: [], key: [], gapKey: [] };
  let last = -1;
  let next = 0;
  for (let s = 0; s < spans.at.length; s += 1) {
    const start = spans.at[s];
    // what happens while an episode runs belongs to it, what happens after it to the gap; what happens at the moment an
    // episode begins (an arrival, a receive) is how it came about and does not make it look different
    for (; next < instants.at.length && instants.at[next] < start; next += 1) {
      if (last < 0) continue;
      const into = instants.at[next] < episodes.to[last] ? episodes.key : episodes.gapKey;
      into[last] = mixed(into[last], instants.key[next] + 1);
    }
    if (last < 0 || start >= episodes.to[last]) {
      last = episodes.from.length;
      episodes.from.push(start);
      episodes.to.push(spans.end[s]);
      episodes.key.push(0);
      episodes.gapKey.push(0);
    }
    while (next < instants.at.length && instants.at[next] === start) next += 1;
    episodes.key[last] = mixed(episodes.key[last], spans.key[s] + 1);
    if (spans.end[s] > episodes.to[last]) episodes.to[last] = spans.end[s];
  }
  return episodes;
}
