// @ts-check
/** Episodes: stretches of time in which at least one attempt runs. */

/**
 * @typedef {{from: number[], to: number[], key: number[], gapKey: number[]}} Episodes gapKey: what happens after, while idle
 * @typedef {{at: ArrayLike<number>, end: ArrayLike<number>, key: ArrayLike<number>}} Runs attempts in order of their start
 * @typedef {{at: ArrayLike<number>, key: ArrayLike<number>}} Moments in order
 */

/** @param {number} hash @param {number} value */
const mixed = (hash, value) => (Math.imul(hash, 31) + value) >>> 0;

/**
 * Spans joined where they overlap; touching ones stay apart, so that a loop without a pause can still be seen as a loop.
 * @param {{spans: Runs, instants: Moments}} activity
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
