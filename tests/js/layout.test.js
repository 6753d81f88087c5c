// @ts-check
/** What the server draws in Python must lie where the browser puts it: both are held to these golden figures. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { duration, roughly } from "../../static/js/format.js";
import { figureOf, panesOf } from "./figures.js";

const GOLDEN = new URL("../golden/", import.meta.url);
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(new URL(path, GOLDEN), "utf8"));

for (const file of readdirSync(new URL("layout/", GOLDEN))) {
  const golden = read(`layout/${file}`);
  test(`golden layout ${file}: ${golden.says}`, () => {
    for (const [part, found] of Object.entries(figureOf(golden.given))) assert.deepEqual(found, golden[part], part);
  });
}

for (const file of readdirSync(new URL("side-by-side/", GOLDEN))) {
  const golden = read(`side-by-side/${file}`);
  test(`golden panes ${file}: ${golden.says}`, () => {
    panesOf(golden.given).forEach((/** @type {any} */ figure, /** @type {number} */ n) => {
      for (const [part, expected] of Object.entries(golden.panes[n])) assert.deepEqual(figure[part], expected, `${part} of pane ${n}`);
    });
  });
}

test("golden durations", () => {
  for (const [us, words, exact, about] of read("words/durations.json")) {
    assert.deepEqual([us, duration(us), duration(us, true), roughly(us)], [us, words, exact, about]);
  }
});
