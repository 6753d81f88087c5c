// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { activityOf, together } from "../../static/js/activity.js";
import { axisOf, MODES } from "../../static/js/axis-modes.js";
import { foldedPieces } from "../../static/js/fold.js";
import { TimeAxis, toldPieces } from "../../static/js/time-axis.js";
import { D, loop, MIN, MS, S, traceOf } from "./wire.js";

/** Numbers that only depend on the seed. @param {number} seed */
function chance(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Any activity: from single attempts to a few hundred, from microseconds to two weeks. @param {number} seed */
function anyActivity(seed) {
  const draw = chance(seed);
  const n = 1 + Math.floor(10 ** (draw() * 2.6));
  const reach = 10 ** (draw() * 9);
  const at = Float64Array.from({ length: n }, () => Math.floor(draw() * reach * 1_000)).sort();
  const end = at.map((start) => start + 1_000 + Math.floor(10 ** (draw() * 8)));
  const moments = Float64Array.from({ length: Math.floor(draw() * 40) }, () => Math.floor(draw() * reach * 1_000)).sort();
  return {
    spans: { at, end, key: at.map(() => Math.floor(draw() * 3)) },
    instants: { at: moments, key: moments.map(() => 1) },
    endUs: Math.max(...end, ...moments),
  };
}

const CASES = Array.from({ length: 300 }, (_, seed) => seed);

test("the map is monotone and can be turned round, in every mode", () => {
  for (const seed of CASES) {
    const activity = anyActivity(seed);
    const draw = chance(seed + 1_000);
    for (const mode of MODES) {
      const axis = axisOf(mode, activity);
      const moments = [0, ...activity.spans.at, ...activity.spans.end, ...Array.from({ length: 20 }, () => Math.floor(draw() * activity.endUs))];
      moments.sort((a, b) => a - b);
      let before = -1;
      moments.forEach((us, n) => {
        if (us > axis.endUs) return;
        const x = axis.project(us);
        assert.ok(n === 0 || us === moments[n - 1] || x > before, `seed ${seed} ${mode}: ${us} is not right of the one before`);
        assert.equal(axis.unproject(x), us, `seed ${seed} ${mode}`);
        before = x;
      });
    }
  }
});

test("pieces follow each other without holes and none is without width", () => {
  for (const seed of CASES) {
    const pieces = foldedPieces(anyActivity(seed));
    let now = 0;
    for (const piece of pieces) {
      assert.equal(piece.from, now);
      assert.ok(piece.to > piece.from && piece.width > 0);
      now = piece.to;
    }
  }
});

test("every attempt of 100 ms is at least 20 px wide, whatever it waits for", () => {
  for (const wait of [S, 30 * S, MIN, 14 * D]) {
    const at = Float64Array.from([0, wait, 2.5 * wait]);
    const activity = {
      spans: { at, end: at.map((start) => start + 100 * MS), key: at.map(() => 1) },
      instants: { at: new Float64Array(), key: new Float64Array() },
      endUs: 2.5 * wait + 100 * MS,
    };
    const axis = new TimeAxis(foldedPieces(activity));
    for (const start of at) assert.ok(axis.project(start + 100 * MS) - axis.project(start) >= 20);
  }
});

test("a longer wait never looks shorter", () => {
  const gap = (/** @type {number} */ us) => {
    const at = Float64Array.from([0, 100 * MS + us]);
    const activity = { spans: { at, end: at.map((s) => s + 100 * MS), key: at.map(() => 1) }, instants: { at: new Float64Array(), key: new Float64Array() }, endUs: 0 };
    return foldedPieces(activity)[1].width;
  };
  const widths = [MS, S, 30 * S, MIN, 2 * MIN, 60 * MIN, D, 14 * D].map(gap);
  assert.deepEqual([...widths].sort((a, b) => a - b), widths);
});

test("what is left of the playhead stays where it is while more arrives", () => {
  for (const seed of CASES.slice(0, 100)) {
    const whole = anyActivity(seed);
    const n = Math.ceil(whole.spans.at.length / 2);
    const part = {
      ...whole,
      spans: { at: whole.spans.at.slice(0, n), end: whole.spans.end.slice(0, n), key: whole.spans.key.slice(0, n) },
      endUs: Math.max(...whole.spans.end.slice(0, n)),
    };
    const shown = new TimeAxis(foldedPieces(part));
    const playhead = whole.spans.at[n - 1];
    const later = shown.keepUntil(playhead, new TimeAxis(foldedPieces(whole)));
    for (const us of whole.spans.at.slice(0, n)) assert.ok(Math.abs(later.project(us) - shown.project(us)) < 1e-9);
    assert.equal(later.endUs, new TimeAxis(foldedPieces(whole)).endUs);
  }
});

test("a loop that grows while the playhead is in it is told as one, however often more arrives", () => {
  let axis = new TimeAxis(foldedPieces(activityOf(traceOf(loop(30)))));
  for (const n of [60, 90, 120]) {
    axis = axis.keepUntil(n * 10 * S, new TimeAxis(foldedPieces(activityOf(traceOf(loop(n))))));
    const cycles = toldPieces(axis.pieces).filter(({ kind }) => kind === "cycle");
    assert.equal(cycles.length, 1);
    assert.ok(Math.abs((cycles[0].count ?? 0) - (n - 3)) <= 3, `${cycles[0].count} of ${n - 3} repetitions`);
  }
});

test("panes share one axis: equal time is at equal place, idle only where all are", () => {
  const pane = (/** @type {number[]} */ starts) => ({
    spans: { at: Float64Array.from(starts), end: Float64Array.from(starts, (s) => s + S), key: Float64Array.from(starts, () => 1) },
    instants: { at: new Float64Array(), key: new Float64Array() },
    endUs: starts[starts.length - 1] + S,
  });
  const axis = new TimeAxis(foldedPieces(together([pane([0, 60 * S]), pane([0, 30 * S])])));
  assert.deepEqual(axis.pieces.map((piece) => piece.kind), ["busy", "gap", "busy", "gap", "busy"]);
});

test("a pane that is added or taken away never changes the order of moments", () => {
  for (const seed of CASES) {
    const panes = [0, 1, 2].map((n) => anyActivity(seed * 3 + n));
    const moments = [...new Set(panes[0].spans.at)].sort((a, b) => a - b);
    for (let shown = 1; shown <= 3; shown += 1) {
      const axis = new TimeAxis(foldedPieces(together(panes.slice(0, shown))));
      assert.equal(axis.endUs, Math.max(...panes.slice(0, shown).map((pane) => pane.endUs)));
      let before = -1;
      for (const us of moments) {
        const x = axis.project(us);
        assert.ok(x > before, `seed ${seed}, ${shown} panes: ${us} is not right of the one before`);
        assert.equal(axis.unproject(x), us);
        before = x;
      }
    }
  }
});

test("a hundred thousand attempts become a bounded number of pieces", () => {
  const draw = chance(7);
  const at = Float64Array.from({ length: 100_000 }, () => Math.floor(draw() * 3_600 * S)).sort();
  const activity = {
    spans: { at, end: at.map((s) => s + 100 * MS), key: at.map(() => Math.floor(draw() * 2)) },
    instants: { at: new Float64Array(), key: new Float64Array() },
    endUs: at[at.length - 1] + 100 * MS,
  };
  assert.ok(foldedPieces(activity).length < 6_000);
});
