// @ts-check
/** A change in one of several panes: whose links it is made in, and the address that holds the result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, changed } from "../../static/js/forks.js";

const SHARED = ["error_rate", "seed"];
const LINKS = ["trigger=s3&error_rate=1&dead_letter_config=&seed=1", "trigger=s3&error_rate=1&dead_letter_config=&seed=1"];

test("a setting of a pane changes in that pane alone", () => {
  const [a, b] = changed(LINKS, 1, { dead_letter_config: "sqs" }, SHARED);
  assert.equal(a, LINKS[0]);
  assert.equal(b, "trigger=s3&error_rate=1&dead_letter_config=sqs&seed=1");
});

test("what all panes have from the first changes in all of them", () => {
  for (const link of changed(LINKS, 1, { error_rate: "0" }, SHARED)) assert.match(link, /error_rate=0&/);
});

test("a pane gets no key that it does not know", () => {
  const [, b] = changed([LINKS[0], "trigger=sqs&seed=1"], 0, { error_rate: "0" }, SHARED);
  assert.equal(b, "trigger=sqs&seed=1");
});

test("the address quotes each link once more", () => {
  const link = 'trigger=sqs&poison=%5B%223%22%5D';
  const address = addressOf([link, link]);
  assert.deepEqual([...new URLSearchParams(address.split("?")[1])], [["a", link], ["b", link]]);
  assert.equal(new URLSearchParams(new URLSearchParams(address.split("?")[1]).get("b") ?? "").get("poison"), '["3"]');
});
