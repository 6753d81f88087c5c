// @ts-check
/** What would have changed it: the settings that lead elsewhere, each with what it leads to; one click makes the change and runs it. */
import { costWords } from "./price.js";
import { html } from "./svg.js";

/** @typedef {import("./wire.js").TraceRecord} TraceRecord */
/** @typedef {{kind: string, outcomes?: string[], fates?: string[], causes?: string[], attempts?: number, members?: number, cold?: boolean}} When which records a change is offered on; what is missing asks nothing */
/** @typedef {{when: When[], set: Record<string, string>, words: string, then: string}} Change the server's: it has tried them all */

const MOST = 4;

/** @param {When} when @param {TraceRecord} record @param {number} attempts of its event */
export function applies(when, record, attempts) {
  const among = (/** @type {string[] | undefined} */ list, /** @type {string} */ word) => !list?.length || list.includes(word);
  return when.kind === record.kind && among(when.outcomes, record.outcome) && among(when.fates, record.fate)
    && among(when.causes, record.cause) && attempts > (when.attempts ?? 0) && (record.events?.length ?? 1) > (when.members ?? 0)
    && (!when.cold || record.init_us > 0);
}

/**
 * The buttons for a record, null where nothing is known that would have changed it.
 * @param {TraceRecord} record @param {number} attempts of its event @param {Change[]} changes @param {(change: Change) => void} take
 * @returns {HTMLElement | null}
 */
export function changesFor(record, attempts, changes, take) {
  const found = changes.filter(({ when }) => when.some((one) => applies(one, record, attempts))).slice(0, MOST);
  if (!found.length) return null;
  return html("ul", { class: "changes" }, ...found.map((change) => {
    const button = html("button", { type: "button", class: "small remedy" }, change.words);
    button.addEventListener("click", () => take(change));
    return html("li", {}, button, change.then && html("p", { class: "quiet" }, `Then: ${change.then}`));
  }));
}

/**
 * What an explanation says beyond the trace: what it cost, and what would have changed it.
 * @param {import("./trace.js").Trace} trace @param {number} seq @param {string} noun
 * @param {import("./told.js").Words | null} words null while nothing is known of this run @param {(change: Change) => void} take
 * @returns {[string, Node][]}
 */
export function asides(trace, seq, noun, words, take) {
  if (!words) return [];
  /** @type {[string, Node][]} */
  const lines = costWords(trace, seq, noun, words.rates).map((line) => ["Cost", html("p", {}, line)]);
  const [event] = trace.events.of(seq);
  const changed = changesFor(trace.record(seq), event === undefined ? 0 : trace.events.attempts(event), words.changes, take);
  if (changed) lines.push(["If", changed]);
  return lines;
}
