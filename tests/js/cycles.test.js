// @ts-check
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { activityOf } from "../../static/js/activity.js";
import { episodesOf } from "../../static/js/episodes.js";
import { foldCycles } from "../../static/js/cycles.js";
import { foldedPieces } from "../../static/js/fold.js";
import { TimeAxis } from "../../static/js/time-axis.js";
import { foldOf } from "./figures.js";
import { loop, row, S, MS, traceOf } from "./wire.js";

const GOLDEN = new URL("../golden/", import.meta.url);

/** @param {string} folder */
const goldenFiles = (folder) => readdirSync(new URL(folder, GOLDEN)).filter((name) => name.endsWith(".json"))
  .map((name) => ({ name: `${folder}${name}`, golden: JSON.parse(readFileSync(new URL(`${folder}${name}`, GOLDEN), "utf8")) }));

for (const { name, golden } of [...goldenFiles("fold/"), ...goldenFiles("panes/")]) {
  test(`golden ${name}: ${golden.says}`, () => {
    const { axis, ...found } = foldOf(golden);
    for (const part of ["items", "pieces", "count"]) if (golden[part]) assert.deepEqual(found[part], golden[part]);
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
