// @ts-check
/** The same facts as the picture, as tables: every attempt, and what became of every event. Long ones are paged. */
import { count, counted, duration } from "./format.js";
import { html, need } from "./svg.js";
import { catcher, FATE, OUTCOME, why } from "./words.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {{cells: (string | Node)[], seq: number, class: string}} Line */

const PAGE = 100;

/** A table of which one page is in the document. */
class PagedTable {
  #body;
  #pager;
  #page = 0;
  #length = 0;
  /** @type {(index: number) => Line} */ #line = () => ({ cells: [], seq: 0, class: "" });

  /** @param {string} id of the table @param {(seq: number) => void} pick */
  constructor(id, pick) {
    this.#body = /** @type {HTMLTableSectionElement} */ (need(id).querySelector("tbody"));
    this.#pager = need(`${id}-pager`);
    this.#body.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button[data-seq]");
      if (button) pick(Number(button.getAttribute("data-seq")));
    });
    this.#pager.addEventListener("click", (event) => {
      const by = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.by;
      if (by) this.#turn(Number(by));
    });
  }

  /** @param {number} length @param {(index: number) => Line} line */
  show(length, line) {
    this.#length = length;
    this.#line = line;
    this.#draw();
  }

  /** @param {number} by */
  #turn(by) {
    this.#page += by;
    this.#draw();
  }

  #draw() {
    const pages = Math.max(1, Math.ceil(this.#length / PAGE));
    this.#page = Math.max(0, Math.min(this.#page, pages - 1));
    const first = this.#page * PAGE;
    const last = Math.min(this.#length, first + PAGE);
    const lines = [];
    for (let n = first; n < last; n += 1) lines.push(row(this.#line(n)));
    this.#body.replaceChildren(...lines);
    this.#pager.hidden = pages === 1;
    const button = (/** @type {number} */ by, /** @type {string} */ words, /** @type {boolean} */ off) =>
      html("button", { type: "button", class: "small", "data-by": by, disabled: off }, words);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.by;
    const had = this.#pager.contains(document.activeElement) ? focused : undefined;
    this.#pager.replaceChildren(
      button(-pages, "First", this.#page === 0), button(-1, "Earlier", this.#page === 0),
      html("span", {}, `${count(first + 1)} to ${count(last)} of ${count(this.#length)}`),
      button(1, "Later", this.#page === pages - 1), button(pages, "Last", this.#page === pages - 1),
    );
    if (had) /** @type {HTMLElement | null} */ (this.#pager.querySelector(`[data-by="${had}"]:enabled, button:enabled`))?.focus();
  }
}

/** @param {Line} line */
function row({ cells, seq, class: name }) {
  const [first, ...rest] = cells;
  const head = html("th", { scope: "row" }, seq ? html("button", { type: "button", class: "link", "data-seq": seq }, first) : first);
  return html("tr", { class: name }, head, ...rest.map((cell) => html("td", {}, cell)));
}

export class Tables {
  #attempts;
  #events;
  #noun;

  /** @param {string} noun @param {(seq: number) => void} pick */
  constructor(noun, pick) {
    this.#noun = noun;
    this.#attempts = new PagedTable("attempts", pick);
    this.#events = new PagedTable("events", pick);
  }

  /** @param {string} noun */
  speakOf(noun) {
    this.#noun = noun;
  }

  /** @param {Trace} trace */
  show(trace) {
    const attempts = trace.attempts.view();
    need("attempts-count").textContent = counted(attempts.length, "attempt");
    need("events-count").textContent = counted(trace.events.length, this.#noun);
    this.#attempts.show(attempts.length, (index) => attemptLine(trace, attempts[index], index));
    this.#events.show(trace.events.length, (event) => eventLine(trace, event, this.#noun));
  }
}

/** Which attempt it is for its events: of messages the receive, and which try with the same receive. @param {import("./wire.js").TraceRecord} record */
function numberOf({ attempt, members }) {
  const receives = members.map((/** @type {any} */ member) => member.receive_count ?? attempt);
  const [least, most] = [Math.min(...receives), Math.max(...receives)];
  const which = least === most ? count(least) : `${count(least)} to ${count(most)}`;
  return attempt > 1 && members[0].receive_count !== null ? `${which}, try ${count(attempt)}` : which;
}

/** @param {Trace} trace @param {number} seq @param {number} index @returns {Line} */
function attemptLine(trace, seq, index) {
  const record = trace.record(seq);
  const names = record.events.length > 6 ? `${record.events.slice(0, 5).join(", ")}, … (${count(record.events.length)})` : record.events.join(", ");
  return {
    seq, class: `o-${record.outcome}`,
    cells: [
      count(index + 1), names, numberOf(record), duration(record.start_us, true),
      duration(record.end_us - record.start_us, true), html("span", { class: "outcome" }, OUTCOME[record.outcome].word),
      record.error_type ?? record.throttle_reason ?? "", duration(record.billed_ms * 1_000, true), record.rule,
    ],
  };
}

/** @param {Trace} trace @param {number} event @param {string} noun @returns {Line} */
function eventLine(trace, event, noun) {
  const fate = trace.fate(event);
  const seq = trace.events.settledSeq(event);
  const by = trace.events.catcher(event);
  const settled = seq ? trace.record(seq) : null;
  return {
    seq, class: `f-${fate}`,
    cells: [
      `${noun} ${trace.events.id(event)}`, duration(trace.events.arrivedUs(event), true), count(trace.events.attempts(event)),
      html("span", { class: "fate" }, FATE[fate].word), by ? catcher(by) : "", settled?.cause ? why(settled.cause) : "",
      seq ? duration(trace.at(seq), true) : "",
    ],
  };
}
