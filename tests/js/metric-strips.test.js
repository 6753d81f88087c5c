// @ts-check
/** CloudWatch's strips lie where the server draws them, and say the same. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { barsOf, saysOf } from "../../static/js/metric-strips.js";
import { TimeAxis } from "../../static/js/time-axis.js";

const GOLDEN = new URL("../golden/strips/", import.meta.url);

for (const name of readdirSync(GOLDEN)) {
  test(`strips: ${name}`, () => {
    const { given, expect } = JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8"));
    const axis = new TimeAxis(given.pieces.map((/** @type {any[]} */ [kind, from, to, width]) => ({ kind, from, to, width })));
    const bars = barsOf(given.points, given.period_s, axis.endUs, (us) => 22 + axis.project(us) * given.zoom);
    assert.deepEqual(bars.map((bar) => bar.map((value) => Math.round(value * 1_000) / 1_000)), expect.bars);
    assert.equal(saysOf(given.metric, given.statistic, given.points, given.period_s), expect.says);
  });
}
