// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { cycleInWords } from "../../static/js/bucket-words.js";
import { S } from "./wire.js";

/** @param {number} count @returns {import("../../static/js/marks.js").Glyph} */
const glyph = (count) => ({
  piece: { kind: "cycle", from: S, to: 9 * S, width: 72 }, count, outcome: "failed", firstSeq: 1, lastSeq: count,
  periodUs: count > 1 ? 2 * S : 0, counts: { failed: count },
});

test("a cycle has a pace only where a lane has more than one of its attempts", () => {
  assert.match(cycleInWords(glyph(4)), /4 attempts, all failed, one every 2 s\./);
  assert.match(cycleInWords(glyph(1)), /1 attempt, failed\./);
});
