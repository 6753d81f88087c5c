// @ts-check
/** The run in one sentence, and the signs that occur in it. */
import { count, counted, duration } from "./format.js";
import { icon, outline } from "./shapes.js";
import { html, svg } from "./svg.js";
import { ending, FATE, MEANS, OUTCOME } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{records: number, at_us: number, events: Record<string, number>, attempts: Record<string, number>, total_usd: string}} Totals */

const FATES = /** @type {[string, string][]} */ ([
  ["lost", "lost"], ["captured", "kept in a dead-letter queue or destination"], ["returned", "returned to the caller as errors"],
  ["delivered", "handled"], ["filtered", "filtered out"], ["unsettled", "not settled"],
]);

/** @param {Totals} totals @param {string} noun */
export function runSentence({ events, attempts, at_us }, noun) {
  const ends = FATES.filter(([fate]) => events[fate]).map(([fate, words]) => (events.arrived === 1 ? words.replace("errors", "an error") : `${count(events[fate])} ${words}`));
  const after = `after ${counted(attempts.total, "attempt")} over ${duration(at_us)}`;
  if (events.arrived === 1) return `1 ${noun}: ${ends[0]} ${after}.`;
  return `${counted(events.arrived, noun)}: ${ends.join(", ")}, ${after}.`;
}

/** @param {HTMLElement} list @param {import("./wire.js").Wire} wire @param {Totals} totals */
export function drawLegend(list, wire, totals) {
  const outcomes = wire.outcomes.filter((name) => totals.attempts[name]);
  const fates = ["captured", "lost", "returned", "filtered"].filter((name) => totals.events[name]);
  const picture = (/** @type {SVGElement[]} */ ...parts) => svg("svg", { viewBox: "0 0 34 22", width: 34, height: 22, "aria-hidden": "true" }, ...parts);
  const items = outcomes.map((name) => html("li", {},
    picture(svg("g", { class: `mark past o-${name}` },
      svg("path", { class: "body", d: outline(name, { x: 1, y: 1, w: 32, h: 20 }), fill: name === "throttled" || name === "timed_out" ? `url(#p-${name})` : null }),
      svg("rect", { class: "plate", x: 8, y: 3, width: 18, height: 16, rx: 8 }), icon(name, 17, 11))),
    html("span", {}, `${OUTCOME[name].word}`), html("span", { class: "quiet" }, `${OUTCOME[name].says}, ${count(totals.attempts[name])} ×`)));
  items.push(...fates.map((name) => html("li", {},
    picture(svg("g", { class: `point end past f-${name}` }, icon(name, 17, 11, 18))),
    html("span", {}, FATE[name].word), html("span", { class: "quiet" }, `${MEANS[name]}, ${count(totals.events[name])} ×`))));
  list.replaceChildren(...items);
}

/**
 * How a run stands, in words; and what cut it short, if something did.
 * @param {string} state @param {string} words what the stream says @param {Trace} trace
 */
export function standing(state, words, trace) {
  const records = counted(trace.cursor, "record");
  if (state === "receiving") return { words: `Receiving: ${records} so far.`, cut: "" };
  if (state !== "done" || !trace.ended) return { words, cut: "" };
  const { reason } = trace.record(trace.cursor);
  const done = `Done: ${records}; ${ending(reason)}.`;
  return { words: done, cut: reason.endsWith("_limit") ? `This run was cut short: it reached this site's limit of ${limitOf(trace, reason)} ${reason.replace("_limit", "s")}.` : "" };
}

/** The value of the limit that ended a run; its record stands among the last. @param {Trace} trace @param {string} reason */
function limitOf(trace, reason) {
  for (let seq = trace.cursor; seq > Math.max(0, trace.cursor - 20); seq -= 1) {
    if (trace.kind(seq) === "limit" && trace.record(seq).limit === reason) return trace.record(seq).value;
  }
  return "";
}
