// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { activityOf } from "../../static/js/activity.js";
import { axisOf } from "../../static/js/axis-modes.js";
import { PIXELS_A_SECOND, Player } from "../../static/js/player.js";
import { Stops } from "../../static/js/stops.js";
import { loop, lostUpload, MIN, MS, row, S, traceOf } from "./wire.js";

/** @param {any[][]} rows */
function playing(rows) {
  const trace = traceOf(rows);
  const told = [];
  const player = new Player(new Stops(trace), (change) => told.push(change));
  const axis = axisOf("folded", activityOf(trace));
  player.follow({ project: (us) => axis.project(us), unproject: (x) => axis.unproject(x), endUs: axis.endUs, zoom: 1 });
  return { player, told, axis, trace };
}

test("stepping goes from attempt to attempt, and back as well as forth", () => {
  const { player } = playing(lostUpload());
  const moments = [];
  for (let n = 0; n < 3; n += 1) {
    player.step("attempt", 1);
    moments.push([player.us, player.seq]);
  }
  assert.deepEqual(moments, [[100 * MS, 3], [MIN + 200 * MS, 4], [3 * MIN + 300 * MS, 5]]);
  player.step("attempt", -1);
  assert.deepEqual([player.us, player.seq], moments[1]);
  player.step("attempt", -1);
  player.step("attempt", -1);
  assert.equal(player.us, 0);
});

test("attempts that end at the same moment are stepped through one by one", () => {
  const rows = [row.arrived(0, "a"), row.attempt(0, S, { events: ["a"] }), row.attempt(0, S, { events: ["b"] }), row.attempt(0, S, { events: ["c"] })];
  const { player } = playing(rows);
  const seqs = [];
  for (let n = 0; n < 3; n += 1) {
    player.step("attempt", 1);
    seqs.push(player.seq);
  }
  assert.deepEqual(seqs, [2, 3, 4]);
});

test("the end of an event and the next trouble are stops of their own", () => {
  const { player } = playing(lostUpload());
  player.step("event", 1);
  assert.deepEqual([player.us, player.seq], [3 * MIN + 300 * MS, 7]);
  player.seek(0);
  player.step("trouble", 1);
  assert.equal(player.seq, 3);
});

test("the playhead runs at constant pixels a second, through attempts and folds alike", () => {
  const { player, axis } = playing(loop(40_320));
  player.play();
  for (let n = 1; n <= 100; n += 1) {
    player.tick(16);
    const expected = Math.min((PIXELS_A_SECOND * 16 * n) / 1_000, axis.width);
    assert.ok(Math.abs(axis.project(player.us) - expected) < 0.05);
  }
});

test("it stops at the end, and starts again from the beginning", () => {
  const { player, told, axis } = playing(lostUpload());
  player.play();
  player.tick(60_000);
  assert.equal(player.us, axis.endUs);
  assert.equal(player.playing, false);
  assert.equal(told.at(-1), "pause");
  player.play();
  assert.equal(player.us, 0);
});

test("while records still arrive it waits at the end instead of stopping", () => {
  const { player } = playing(lostUpload());
  player.open = true;
  player.play();
  player.tick(60_000);
  assert.equal(player.playing, true);
});

test("speeds go in doublings and stay within their list", () => {
  const { player } = playing(lostUpload());
  assert.equal(player.speed, 1);
  for (let n = 0; n < 20; n += 1) player.faster(1);
  assert.equal(player.speed, 64);
  for (let n = 0; n < 20; n += 1) player.faster(-1);
  assert.equal(player.speed, 0.25);
});
