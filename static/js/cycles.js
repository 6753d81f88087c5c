// @ts-check
/**
 * Cycle folding: six or more episodes that look the same and come at the same interval are drawn as the first, the second,
 * one glyph that stands for all between, and the last. Where several loops run beside each other (see voices.js), the stretch
 * in which all of them only repeat is one glyph too.
 */

/** @typedef {import("./episodes.js").Episodes} Episodes */
/** @typedef {{kind: "one", from: number, to: number}} One one episode, or several that were joined for want of room */
/** @typedef {{kind: "cycle", from: number, to: number, first: number, periodUs: number, count: number}} Cycle episodes from..to, both folded; first: where the whole cycle begins; periodUs: 0 where several loops share it */
/** @typedef {One | Cycle} Item */

const SHORTEST_CYCLE = 6;
const TOLERANCE = 0.02;
// one page of an opened cycle
export const PAGE = 100;

/** @param {number} value @param {number} first the first of the cycle, which the others are measured by */
const near = (value, first) => Math.abs(value - first) <= TOLERANCE * first;

/** How many episodes from `i` on look like `i`. @param {Episodes} episodes @param {number} i */
function runLength({ from, to, key, gapKey }, i) {
  const length = to[i] - from[i];
  const gap = from[i + 1] - to[i];
  let j = i + 1;
  while (
    j < from.length && key[j] === key[i] && gapKey[j - 1] === gapKey[i] &&
    near(to[j] - from[j], length) && near(from[j] - to[j - 1], gap)
  ) j += 1;
  return j - i;
}

/** How many episodes from `i` on are quiet. @param {ArrayLike<number>} quiet @param {number} i */
function quietLength(quiet, i) {
  let j = i;
  while (quiet[j]) j += 1;
  return j - i;
}

/**
 * @param {Episodes} episodes
 * @param {Map<number, number>} [opened] first folded episode of an opened cycle -> page that is shown
 * @param {ArrayLike<number>} [quiet] 1 where an episode only repeats what its voices did before
 * @returns {Item[]}
 */
export function foldCycles(episodes, opened = new Map(), quiet = []) {
  /** @type {Item[]} */
  const items = [];
  const n = episodes.from.length;
  for (let i = 0; i < n; ) {
    const length = runLength(episodes, i);
    const still = quietLength(quiet, i);
    if (still >= SHORTEST_CYCLE && still > length) {
      items.push(...folded(episodes, i, i + still - 1, opened.get(i), 0));
      i += still;
      continue;
    }
    if (length < SHORTEST_CYCLE) {
      items.push({ kind: "one", from: i, to: i });
      i += 1;
      continue;
    }
    items.push({ kind: "one", from: i, to: i }, { kind: "one", from: i + 1, to: i + 1 });
    items.push(...folded(episodes, i + 2, i + length - 2, opened.get(i + 2), episodes.from[i + 3] - episodes.from[i + 2]));
    items.push({ kind: "one", from: i + length - 1, to: i + length - 1 });
    i += length;
  }
  return items;
}

/**
 * The folded middle of a cycle; when it is opened, one page of it is drawn episode by episode.
 * @param {Episodes} episodes @param {number} from @param {number} to @param {number | undefined} page @param {number} periodUs
 * @returns {Item[]}
 */
function folded(episodes, from, to, page, periodUs) {
  const cycle = (/** @type {number} */ a, /** @type {number} */ b) => /** @type {Item[]} */ (
    a > b ? [] : [{ kind: "cycle", from: a, to: b, first: from, count: b - a + 1, periodUs }]
  );
  if (page === undefined) return cycle(from, to);
  const first = from + page * PAGE;
  const last = Math.min(to, first + PAGE - 1);
  /** @type {Item[]} */
  const shown = Array.from({ length: last - first + 1 }, (_, k) => ({ kind: "one", from: first + k, to: first + k }));
  return [...cycle(from, first - 1), ...shown, ...cycle(last + 1, to)];
}

/**
 * When there are still too many items, episodes are joined across the shortest gaps; cycles stay as they are.
 * @param {Episodes} episodes @param {Item[]} items @param {number} most
 * @returns {Item[]}
 */
export function joinShortGaps(episodes, items, most) {
  if (items.length <= most) return items;
  const gaps = Float64Array.from(items.slice(1), (item, n) => episodes.from[item.from] - episodes.to[items[n].to]).sort();
  const longest = gaps[Math.max(0, gaps.length - most)];
  /** @type {Item[]} */
  const joined = [];
  for (const item of items) {
    const before = joined.at(-1);
    const joins = before?.kind === "one" && item.kind === "one" && episodes.from[item.from] - episodes.to[before.to] <= longest;
    if (before && joins) before.to = item.to;
    else joined.push({ ...item });
  }
  return joined;
}
