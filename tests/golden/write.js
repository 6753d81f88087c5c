// @ts-check
/**
 * Writes the golden vectors anew, as the browser's code makes them: `node tests/golden/write.js`. For a change that is meant to
 * move something: read the difference line by line; the Python code must come to the same numbers by itself.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { duration, roughly } from "../../static/js/format.js";
import { figureOf, foldOf, panesOf } from "../js/figures.js";

/** A part of a file: short lists in one line, long ones an entry a line. @param {any} value */
function written(value) {
  const line = JSON.stringify(value);
  if (line.length < 100 || !Array.isArray(value)) return line;
  return `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(",\n")}\n  ]`;
}

/** @param {Record<string, any>} golden @param {string} path @param {string} before */
function keep(golden, path, before) {
  const given = before.slice(before.indexOf('"given"'), before.indexOf(before.includes('"items"') ? '"items"' : before.includes('"count"') ? '"count"' : before.includes('"panes": [\n    {"size"') ? '"panes": [\n    {"size"' : '"size"')).trimEnd();
  const parts = Object.entries(golden).filter(([name]) => name !== "says" && name !== "given");
  writeFileSync(new URL(path, import.meta.url), `{\n  "says": ${JSON.stringify(golden.says)},\n  ${given}\n${parts.map(([name, value]) => `  "${name}": ${written(value)}`).join(",\n")}\n}\n`);
}

for (const folder of ["fold", "panes", "layout", "side-by-side"]) {
  for (const file of readdirSync(new URL(`${folder}/`, import.meta.url))) {
    const before = readFileSync(new URL(`${folder}/${file}`, import.meta.url), "utf8");
    const golden = JSON.parse(before);
    /** @type {Record<string, any>} */
    const made = golden.panes ? { panes: panesOf(golden.given) } : golden.size ? figureOf(golden.given) : foldOf(golden);
    for (const part of Object.keys(golden)) if (part in made) golden[part] = made[part];
    keep(golden, `${folder}/${file}`, before);
  }
}
const durations = JSON.parse(readFileSync(new URL("words/durations.json", import.meta.url), "utf8"));
const lines = durations.map((/** @type {any[]} */ [us]) => `  ${JSON.stringify([us, duration(us), duration(us, true), roughly(us)])}`);
writeFileSync(new URL("words/durations.json", import.meta.url), `[\n${lines.join(",\n")}\n]\n`);
