// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/scale.js";
import { MIN, MS, row, traceOf } from "./wire.js";

const SPACE = { room: 800, trail: 84, down: false };

/** A run of which attempts arrive, of different lengths and with waits between them. */
function arriving() {
  const trace = traceOf([]);
  return {
    traces: [trace],
    /** @param {number} n */
    until: (n) => trace.ingest({ first: 1, last: n, rows: [...Array(n).keys()].map((k) => row.attempt(k * MIN, k * MIN + (100 + 40 * (k % 3)) * MS, { outcome: k % 2 })) }),
  };
}

test("while more is to come a run is not blown up, when all is here it fills the room", () => {
  const [scale, { traces, until }] = [new Scale(), arriving()];
  until(2);
  scale.update(traces, { open: true }, SPACE);
  assert.equal(scale.zoom, 1);
  scale.update(traces, {}, SPACE);
  assert.ok(scale.zoom > 2);
});

test("a run that outgrows its room while it is played gets smaller, but not under the eyes of who has paused it", () => {
  const [scale, { traces, until }] = [new Scale(), arriving()];
  until(5);
  scale.update(traces, { open: true }, SPACE);
  until(400);
  scale.update(traces, { open: true, keepUntil: MIN, hold: true }, SPACE);
  assert.equal(scale.zoom, 1);
  scale.update(traces, { open: true, keepUntil: MIN }, SPACE);
  assert.ok(scale.zoom < 0.5);
});

test("a zoom that a person chose stays, whatever arrives", () => {
  const [scale, { traces, until }] = [new Scale(), arriving()];
  until(5);
  scale.update(traces, { open: true }, SPACE);
  scale.zoomBy(2, SPACE.room, false);
  const { zoom } = scale;
  until(400);
  scale.update(traces, { open: true, keepUntil: MIN }, SPACE);
  scale.update(traces, {}, SPACE);
  assert.equal(scale.zoom, zoom);
});
