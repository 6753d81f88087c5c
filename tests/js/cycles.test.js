// @ts-check
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { activityOf, episodesOf } from "../../static/js/activity.js";
import { foldCycles } from "../../static/js/cycles.js";
import { foldedPieces, TimeAxis } from "../../static/js/time-axis.js";
import { loop, row, S, MS, traceOf } from "./wire.js";

const FOLDER = new URL("../golden/fold/", import.meta.url);

/** The activity a golden vector describes: `repeat` stands for equal spans at equal distance. @param {any} given */
function activity(given) {
  const spans = given.spans.flatMap(([from, to, key, repeat = 1, every = 0]) =>
    Array.from({ length: repeat }, (_, n) => [from + n * every, to + n * every, key]),
  );
  const column = (list, n) => Float64Array.from(list, (entry) => entry[n]);
  return {
    spans: { at: column(spans, 0), end: column(spans, 1), key: column(spans, 2) },
    instants: { at: column(given.instants, 0), key: column(given.instants, 1) },
    endUs: given.end_us,
  };
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
  const golden = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
  test(`golden ${file}: ${golden.says}`, () => {
    const given = activity(golden.given);
    const items = foldCycles(episodesOf(given)).map((item) =>
      item.kind === "one" ? { kind: "one", from: item.from } : { kind: "cycle", from: item.from, count: item.count, period_us: item.periodUs },
    );
    assert.deepEqual(items, golden.items);
    const pieces = foldedPieces(given);
    assert.deepEqual(
      pieces.map((piece) => [piece.kind, piece.from, piece.to, Number(piece.width.toFixed(3))]), golden.pieces,
    );
    const axis = new TimeAxis(pieces);
    for (const [us, x] of golden.points) {
      assert.ok(Math.abs(axis.project(us) - x) < 0.01, `${us} µs lies at ${axis.project(us)}, not ${x}`);
      assert.equal(axis.unproject(axis.project(us)), us);
    }
  });
}

test("a poison message that loops for 14 days is four items and under 300 px", () => {
  const given = activityOf(traceOf(loop(40_320)));
  const items = foldCycles(episodesOf(given));
  assert.deepEqual(items.map((item) => item.kind), ["one", "one", "cycle", "one"]);
  assert.equal(items[2].kind === "cycle" && items[2].count, 40_317);
  assert.equal(items[2].kind === "cycle" && items[2].periodUs, 30 * S);
  assert.ok(new TimeAxis(foldedPieces(given)).width <= 300);
});

test("five equal attempts are not a cycle, six are", () => {
  assert.equal(foldCycles(episodesOf(activityOf(traceOf(loop(5))))).length, 5);
  assert.equal(foldCycles(episodesOf(activityOf(traceOf(loop(6))))).length, 4);
});

test("another outcome ends a cycle", () => {
  const rows = Array.from({ length: 20 }, (_, n) => row.attempt(n * 30 * S, n * 30 * S + 100 * MS, { n: n + 1, outcome: n < 10 ? 3 : 1 }));
  const items = foldCycles(episodesOf(activityOf(traceOf(rows))));
  assert.deepEqual(items.map((item) => item.kind), ["one", "one", "cycle", "one", "one", "one", "cycle", "one"]);
});

test("an opened cycle shows a hundred at a time and still counts the rest", () => {
  const episodes = episodesOf(activityOf(traceOf(loop(1_000))));
  const items = foldCycles(episodes, new Map([[2, 3]]));
  const counts = items.map((item) => (item.kind === "cycle" ? item.count : 1));
  assert.equal(counts.reduce((a, b) => a + b), 1_000);
  assert.deepEqual(items.filter((item) => item.kind === "cycle").map((item) => item.from), [2, 402]);
});
