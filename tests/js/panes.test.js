// @ts-check
/** Several runs under one playhead: steps, codes, what each of them says of a moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activityOf, together } from "../../static/js/activity.js";
import { axisOf } from "../../static/js/axis-modes.js";
import { nowIn } from "../../static/js/now.js";
import { codeOf, knownUntil, paneOf, seqOf } from "../../static/js/panes.js";
import { Player } from "../../static/js/player.js";
import { Stops } from "../../static/js/stops.js";
import { loop, lostUpload, MIN, MS, row, S, traceOf } from "./wire.js";

const upload = () => traceOf(lostUpload());
const queue = () => traceOf([row.arrived(0, "1"), ...loop(5)]);

/** @param {import("../../static/js/trace.js").Trace[]} traces */
function playing(traces) {
  const player = new Player(new Stops(...traces), () => {});
  const axis = axisOf("folded", together(traces.map(activityOf)));
  player.follow({ project: (us) => axis.project(us), unproject: (x) => axis.unproject(x), endUs: axis.endUs, zoom: 1 });
  return player;
}

test("a code holds pane and seq; of one run alone it is the seq", () => {
  for (const panes of [1, 2, 3]) {
    for (let pane = 0; pane < panes; pane += 1) {
      for (const seq of [1, 2, 40_320]) {
        const code = codeOf(pane, seq, panes);
        assert.deepEqual([paneOf(code, panes), seqOf(code, panes)], [pane, seq]);
        if (panes === 1) assert.equal(code, seq);
      }
      assert.equal(codeOf(pane, 0, panes), 0, "nothing is nothing in every pane");
    }
  }
});

test("a step goes to the next event in any pane, and back the same way", () => {
  const traces = [upload(), queue()];
  const player = playing(traces);
  const seen = [];
  const before = () => [player.us, player.seq];
  for (let n = 0; n < 9; n += 1) {
    player.step("attempt", 1);
    const last = seen.at(-1);
    if (last && last[0] === player.us && last[1] === player.seq) break;
    seen.push(before());
  }
  const moments = seen.map(([us]) => us);
  assert.deepEqual(moments, [...moments].sort((a, b) => a - b));
  assert.deepEqual(new Set(seen.map(([, code]) => paneOf(code, 2))), new Set([0, 1]));
  for (const [us, code] of seen.slice(0, -1).reverse()) {
    player.step("attempt", -1);
    assert.deepEqual(before(), [us, code]);
  }
});

test("events that end at the same moment in two panes are stepped through one by one", () => {
  const player = playing([upload(), upload()]);
  player.step("attempt", 1);
  const [us, first] = [player.us, player.seq];
  player.step("attempt", 1);
  assert.equal(player.us, us);
  assert.deepEqual([paneOf(first, 2), paneOf(player.seq, 2)], [0, 1]);
});

test("the playhead does not pass what a pane may still have to say", () => {
  const whole = upload();
  whole.ended = true;
  const part = traceOf([row.arrived(0, "1"), row.attempt(0, 100 * MS, {})]);
  const panes = [whole, part].map((trace) => ({ trace, noun: "event", name: "" }));
  assert.equal(knownUntil(panes), 0);
  part.ended = true;
  assert.equal(knownUntil(panes), Infinity);
  assert.equal(knownUntil(panes.slice(1)), Infinity, "of one run alone, what is here is what there is to see");
});

test("a pane says what it waits for", () => {
  const trace = upload();
  assert.equal(nowIn(trace, 50 * MS), "the function runs");
  assert.equal(nowIn(trace, 100 * MS), "waiting, 1 min left");
  assert.equal(nowIn(trace, MIN - 18 * S + 100 * MS), "waiting, 18 s left");
  assert.equal(nowIn(trace, 10 * MIN), "settled");
  assert.equal(nowIn(traceOf([]), 0), "", "nothing has arrived yet");
});

for (const [reason, words] of [["unsettled", "over, not all is settled"], ["horizon", "the simulated time is over"], ["record_limit", "cut short"]]) {
  test(`a pane does not say settled of a run that ended otherwise: ${reason}`, () => {
    const trace = traceOf([row.arrived(0, "1"), row.arrived(0, "2"), row.attempt(0, S), row.settled(S, "1", 0), row.ended(MIN, reason)]);
    assert.equal(nowIn(trace, 20 * S), "waiting, 40 s left");
    assert.equal(nowIn(trace, MIN), words);
  });
}
