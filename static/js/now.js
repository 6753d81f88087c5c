// @ts-check
/** What a run does at one moment, in a few words: for those panes in which nothing happens at the playhead. */
import { lowerBound } from "./columns.js";
import { duration } from "./format.js";

/** @typedef {import("./trace.js").Trace} Trace */

const S = 1_000_000;
// so many attempts may overlap before one that still runs is overlooked
const BACK = 50;

/** After the last attempt, by why the run ended; a limit of the site cuts it. @type {Record<string, string>} */
const OVER = { settled: "settled", unsettled: "over, not all is settled", horizon: "the simulated time is over" };

/** A rest of time that counts down: seconds are enough. @param {number} us */
const left = (us) => `${duration(us > 10 * S ? Math.round(us / S) * S : us > S ? Math.round(us / 1e5) * 1e5 : us)} left`;

/** @param {Trace} trace @param {number} us @returns {string} "" where it is not known yet */
export function nowIn(trace, us) {
  if (!trace.cursor) return "";
  const attempts = trace.attempts.view();
  const later = lowerBound(attempts, trace.firstAt(us + 1));
  let running = 0;
  for (let n = later - 1; n >= Math.max(0, later - BACK); n -= 1) if (trace.end(attempts[n]) > us) running += 1;
  if (running) return running === 1 ? "the function runs" : `the function runs ${running} times`;
  if (later < attempts.length) return `waiting, ${left(trace.at(attempts[later]) - us)}`;
  if (!trace.ended) return "waiting";
  const { reason } = trace.record(trace.cursor);
  const end = reason === "settled" ? lastSettled(trace) : trace.at(trace.cursor);
  return end > us ? `waiting, ${left(end - us)}` : OVER[reason] ?? "cut short";
}

/** When the last event was settled. @param {Trace} trace */
function lastSettled(trace) {
  let last = 0;
  for (let event = trace.events.length - 1; event >= Math.max(0, trace.events.length - 1_000); event -= 1) {
    const seq = trace.events.settledSeq(event);
    if (seq) last = Math.max(last, trace.at(seq));
  }
  return last;
}
