// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, counted, dollars, duration } from "../../static/js/format.js";
import { D, MIN, MS, S } from "./wire.js";

const H = 60 * MIN;

test("a duration is said in at most two units, each with its name", () => {
  const cases = /** @type {[number, string][]} */ ([
    [0, "0 s"], [250, "250 µs"], [MS, "1 ms"], [100 * MS, "100 ms"], [999_960, "1 s"], [S, "1 s"], [1_234_000, "1.234 s"],
    [30 * S, "30 s"], [59_999_900, "1 min"], [MIN, "1 min"], [2 * MIN + 100 * MS, "2 min 0.1 s"], [59 * MIN + 59 * S, "59 min 59 s"],
    [H, "1 h"], [6 * H, "6 h"], [5 * H + 58 * MIN + 31 * S, "5 h 58 min 31 s"], [23 * H + 59 * MIN + 40 * S, "1 d"],
    [D, "1 d"], [14 * D, "14 d"], [13 * D + 23 * H, "13 d 23 h"], [-S, "-1 s"],
  ]);
  for (const [us, words] of cases) assert.equal(duration(us), words);
});

test("an exact duration keeps every microsecond", () => {
  assert.equal(duration(3 * MIN + 300 * MS, true), "3 min 0.3 s");
  assert.equal(duration(60_100_001, true), "1 min 0.100001 s");
  assert.equal(duration(14 * D + 30 * S, true), "14 d 30 s");
});

test("the clock keeps its width while it counts", () => {
  const total = 3 * MIN + 300 * MS;
  const readings = [0, 100 * MS, MIN, MIN + 100 * MS, total].map((us) => clock(us, total));
  assert.deepEqual(readings, ["00 min 00.0 s", "00 min 00.1 s", "01 min 00.0 s", "01 min 00.1 s", "03 min 00.3 s"]);
  assert.equal(clock(30 * S, 14 * D), "00 d 00 h 00 min 30.0 s");
  assert.equal(clock(42 * MS, 300 * MS), "042 ms");
});

test("money keeps its digits", () => {
  assert.equal(dollars("0.0000006"), "$0.0000006");
  assert.equal(dollars("3.1"), "$3.10");
  assert.equal(dollars("0"), "$0");
  assert.equal(dollars("2E-7"), "$0.0000002");
});

test("nouns follow their number", () => {
  assert.equal(counted(1, "message"), "1 message");
  assert.equal(counted(40_320, "retry"), "40,320 retries");
});
