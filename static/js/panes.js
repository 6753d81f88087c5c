// @ts-check
/**
 * Several runs on one axis. A record is named by a code that holds its pane and its seq, so that whoever selects or steps
 * needs not know how many runs there are; of one run alone the code is the seq.
 */

/** @typedef {{trace: import("./trace.js").Trace, noun: string, name: string}} Pane name: what it is called beside others, "" alone */

/** @param {number} pane @param {number} seq @param {number} panes how many there are */
export const codeOf = (pane, seq, panes) => (seq ? seq * panes + pane : 0);

/** @param {number} code @param {number} panes */
export const paneOf = (code, panes) => code % panes;

/** @param {number} code @param {number} panes */
export const seqOf = (code, panes) => Math.floor(code / panes);

/** The pane of a code, and the seq in it. @param {Pane[]} panes @param {number} code @returns {Pane & {seq: number}} */
export const recordAt = (panes, code) => ({ ...panes[paneOf(code, panes.length)], seq: seqOf(code, panes.length) });

/**
 * Until when everything is known: a run that still arrives may yet have something to say after its last record. Of one run
 * alone, what is here is what there is to see.
 * @param {Pane[]} panes @returns {number} microseconds, Infinity where nothing is missing
 */
export function knownUntil(panes) {
  if (panes.length === 1) return Infinity;
  return Math.min(Infinity, ...panes.filter(({ trace }) => !trace.ended).map(({ trace }) => (trace.cursor ? trace.at(trace.cursor) : 0)));
}
