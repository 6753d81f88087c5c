// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { badEndsOf, signsOf } from "../../static/js/draw-ends.js";
import { lanesOf } from "../../static/js/lanes.js";
import { TimeAxis } from "../../static/js/time-axis.js";
import { row, S, traceOf } from "./wire.js";

const MESSAGES = 1_000;

/** Two message groups; of the first every tenth message is kept and the 35th is lost, of the second all are handled. */
function groups() {
  const rows = Array.from({ length: 2 * MESSAGES }, (_, k) => [0, 0, "RUN-5", String(k), 1024, k < MESSAGES ? "a" : "b", null]);
  for (let k = 0; k < 2 * MESSAGES; k += 1) rows.push(row.settled((k % MESSAGES) * S, String(k), k === 35 ? 2 : k < MESSAGES && k % 10 === 0 ? 1 : 0));
  const trace = traceOf(rows.sort((a, b) => a[1] - b[1]));
  const axis = new TimeAxis([{ kind: "busy", from: 0, to: MESSAGES * S, width: MESSAGES }]);
  return badEndsOf(trace, lanesOf(trace, { noun: "message" }), [true, true], axis);
}

test("only a lane of different ends shows its bad ones, and all of them", () => {
  const [mixed, good] = groups();
  assert.equal(mixed?.x.length, MESSAGES / 10 + 1);
  assert.equal(good, null);
});

test("one sign stands for a stretch, the worst of it, and none is left out at any zoom", () => {
  const [ends] = groups();
  assert.ok(ends);
  for (const zoom of [0.1, 1, 7]) {
    const at = (/** @type {number} */ x) => 22 + x * zoom;
    const signs = signsOf(ends, at, 0, at(MESSAGES));
    const stretches = signs.map((sign) => Math.floor(sign.at / 24));
    assert.deepEqual([...new Set(stretches)], stretches);
    assert.deepEqual([...new Set([...ends.x].map((x) => Math.floor(at(x) / 24)))], stretches);
    assert.equal(signs.filter(({ end }) => end === "lost").length, 1);
  }
});
