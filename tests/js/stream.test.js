// @ts-check
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Stream } from "../../static/js/stream.js";
import { Trace } from "../../static/js/trace.js";
import { lostUpload, WIRE } from "./wire.js";

/** A stream over sockets that the test speaks for. */
function connected() {
  const trace = new Trace(WIRE);
  const told = [];
  const sockets = [];
  const open = (address) => {
    const socket = { address, close: () => { socket.closed = true; } };
    sockets.push(socket);
    return socket;
  };
  const take = (frame, text) => {
    trace.ingest(frame, text);
    return trace.ended;
  };
  const stream = new Stream("/ws/runs/x/", { cursor: () => trace.cursor, take, tell: (state, words) => told.push([state, words]) }, /** @type {any} */ (open));
  const send = (frame) => sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
  return { trace, told, sockets, stream, send, states: () => told.map(([state]) => state) };
}

const rows = lostUpload();

test("it goes on from its cursor after the line broke, and says so", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { trace, sockets, send, states, told } = connected();
  sockets[0].onopen();
  send({ first: 1, last: 3, rows: rows.slice(0, 3) });
  sockets[0].onclose({ code: 1006 });
  assert.match(told.at(-1)[1], /connection is lost.*1 second/);
  mock.timers.tick(500);
  assert.equal(sockets[1].address, "/ws/runs/x/?after=3");
  send({ first: 2, last: 8, rows: rows.slice(1) });
  assert.equal(trace.cursor, 8);
  assert.deepEqual(states(), ["connecting", "queued", "receiving", "offline", "connecting", "done"]);
  mock.timers.reset();
});

test("each failed try waits twice as long, up to a quarter of a minute", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sockets, stream } = connected();
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    const before = sockets.length;
    sockets.at(-1).onclose({ code: 1006 });
    mock.timers.tick(wait - 1);
    assert.equal(sockets.length, before);
    mock.timers.tick(1);
    assert.equal(sockets.length, before + 1);
  }
  stream.close();
  mock.timers.reset();
});

test("a frame that leaves records out is asked for again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sockets, send, trace } = connected();
  send({ first: 1, last: 1, rows: rows.slice(0, 1) });
  send({ first: 4, last: 8, rows: rows.slice(3) });
  assert.equal(trace.cursor, 1);
  mock.timers.tick(1_000);
  assert.equal(sockets.at(-1).address, "/ws/runs/x/?after=1");
  mock.timers.reset();
});

test("a line that does not open is given up in words, and tried again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sockets, told, stream } = connected();
  mock.timers.tick(10_000);
  assert.equal(sockets[0].closed, true);
  assert.match(told.at(-1)[1], /does not answer.*next try in 1 second/);
  mock.timers.tick(500);
  assert.equal(sockets.length, 2);
  stream.close();
  mock.timers.reset();
});

test("a line that says nothing for half a minute is taken for dead; any word keeps it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sockets, told, send, stream } = connected();
  sockets[0].onopen();
  mock.timers.tick(29_000);
  send({ note: "Waiting for a free worker.", code: "waiting" });
  mock.timers.tick(29_000);
  send({ first: 1, last: 3, rows: rows.slice(0, 3) });
  mock.timers.tick(29_999);
  assert.equal(sockets[0].closed, undefined);
  mock.timers.tick(1);
  assert.match(told.at(-1)[1], /connection is lost/);
  mock.timers.tick(500);
  assert.equal(sockets[1].address, "/ws/runs/x/?after=3");
  stream.close();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 2);
  mock.timers.reset();
});

test("a device that goes offline is told so and keeps the line; once online it takes a new one", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sockets, told, send, stream, states } = connected();
  sockets[0].onopen();
  send({ first: 1, last: 3, rows: rows.slice(0, 3) });
  stream.offline();
  assert.match(told.at(-1)[1], /device is offline/);
  assert.equal(sockets[0].closed, undefined);
  stream.hurry();
  assert.equal(sockets[0].closed, true);
  assert.equal(sockets[1].address, "/ws/runs/x/?after=3");
  // what the old line still says is not listened to
  sockets[0].onclose({ code: 1006 });
  send({ first: 4, last: 8, rows: rows.slice(3) });
  stream.offline();
  stream.hurry();
  assert.equal(states().at(-1), "done");
  assert.equal(sockets.length, 2);
  mock.timers.reset();
});

test("a note that something is away is no waiting in a queue", () => {
  const { send, states, stream } = connected();
  send({ note: "The server cannot reach Redis at the moment.", code: "redis_away" });
  send({ note: "Redis is back.", code: "redis_back" });
  assert.deepEqual(states(), ["connecting", "offline", "queued"]);
  stream.close();
});

test("a database that is away, or a run that cannot be read, is said, not a lost connection", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  for (const [code, words] of /** @type {const} */ ([[1013, /database.*next try/], [4500, /cannot read this run.*next try/]])) {
    const { sockets, told, stream } = connected();
    sockets[0].onclose({ code });
    assert.match(told.at(-1)[1], words);
    stream.close();
  }
  mock.timers.reset();
});

test("a frame that this page cannot read ends it in words", () => {
  const { send, told } = connected();
  assert.throws(() => send({ first: 1, last: 1, rows: [[250, 0, ""]] }), /does not know records/);
  assert.match(told.at(-1)[1], /Load the page again/);
});

test("an error, a cancelled run and a run nobody knows end it in words", () => {
  for (const [frame, state] of [[{ error: "boom" }, "failed"], [{ cancelled: true, last: 3 }, "cancelled"]]) {
    const { send, told, sockets } = connected();
    send(frame);
    assert.equal(told.at(-1)[0], state);
    assert.equal(sockets[0].closed, true);
  }
  const { sockets, told } = connected();
  sockets[0].onclose({ code: 4404 });
  assert.match(told.at(-1)[1], /does not know this run/);
});

test("a person who cancels gets nothing more, however much is still on its way", () => {
  const { trace, sockets, stream, send, told } = connected();
  sockets[0].onopen();
  send({ first: 1, last: 3, rows: rows.slice(0, 3) });
  stream.cancel();
  assert.deepEqual(told.at(-1), ["cancelled", "Cancelled. What had arrived is shown."]);
  assert.ok(sockets[0].closed);
  stream.cancel();
  assert.equal(told.filter(([state]) => state === "cancelled").length, 1);
  assert.equal(trace.cursor, 3);
});
