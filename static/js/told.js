// @ts-check
/** What the server says about the settings as they stand, before and after they are run: the sentence, what would have changed it, the steps; and a chip for each limit. */
import { announce } from "./announcer.js";
import { showCode } from "./code-view.js";
import { count, sentence } from "./format.js";
import { html, need } from "./svg.js";
import { LIMITS } from "./words.js";

/** @typedef {{says: string, seq: number, rule: string}} Step */
/** @typedef {{title: string, steps: Step[], hidden: number}} Chapter */
/** @typedef {{sentence: string, attempts: string, otherwise: string, ignored: string, chance: string, cut: string}} Forecast */
/** @typedef {{forecast: Forecast, changes: import("./asides.js").Change[], chapters: Chapter[], rates: import("./asides.js").Rates, watched: import("./metric-strips.js").Watched[], code: import("./code-view.js").Code}} Words */

const ANSWERS_WITHIN_MS = 15_000;
const MOST_KNOWN = 30;
// what its beginning says comes at once; of a long run, all of it some seconds later
const PATHS = ["/words/", "/words/whole/"];

export class Told {
  /** @type {Map<string, Words>} of the last scenarios: the run that is shown stays explained while others are thought of */ #known = new Map();
  #query = ""; // whose sentence stands
  #wanted = ""; // asked about last, unless nobody answered
  /** @type {AbortController | null} */ #asked = null;
  #spoken = "";
  #heard;

  /** @param {() => void} heard when there is something new to say */
  constructor(heard) {
    this.#heard = heard;
  }

  /** What is said of a scenario, null while that is not known. @param {string} query @returns {Words | null} */
  of(query) {
    return this.#known.get(query) ?? null;
  }

  /** Asks about the settings as they stand; an older question is dropped. @param {string} query @param {boolean} aloud whether the sentence is read out */
  async ask(query, aloud) {
    if (query === this.#wanted) return;
    this.#wanted = query;
    this.#asked?.abort();
    this.#asked = null;
    if (query === this.#query) return;
    const asked = new AbortController();
    this.#asked = asked;
    const timer = setTimeout(() => asked.abort(), ANSWERS_WITHIN_MS);
    try {
      for (const path of PATHS) {
        const answer = await fetch(`${path}?${query}`, { signal: asked.signal });
        const words = await answer.json();
        if (words.errors) {
          need("sum").textContent = "As they stand, these settings are refused.";
          need("sum-more").textContent = words.errors[0].message;
          showCode(null);
          this.#query = "";
          return;
        }
        this.#keep(query, words);
        const isAll = words.forecast.cut === "" || path === PATHS[1];
        this.#show(words, aloud && isAll);
        this.#heard();
        if (isAll) return;
      }
    } catch {
      // nobody answers: the last sentence stands, and the stale mark says that it is of other settings
      if (asked === this.#asked) this.#wanted = "";
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {string} query @param {Words} words */
  #keep(query, words) {
    this.#query = query;
    this.#known.delete(query);
    this.#known.set(query, words);
    if (this.#known.size > MOST_KNOWN) this.#known.delete([...this.#known.keys()][0]);
  }

  /** @param {Words} words @param {boolean} aloud */
  #show({ forecast, chapters, code }, aloud) {
    showCode(code);
    need("sum").textContent = forecast.sentence;
    need("sum-more").textContent = [forecast.attempts, forecast.otherwise, forecast.ignored, forecast.chance, forecast.cut].filter(Boolean).join(" ");
    need("steps").replaceChildren(...chapters.flatMap(chapter));
    if (aloud && forecast.sentence !== this.#spoken) announce(forecast.sentence);
    this.#spoken = forecast.sentence;
  }
}

/** @param {Chapter} told */
function chapter({ title, steps, hidden }) {
  const lines = steps.map(({ says, seq, rule }) => html("li", {},
    seq ? html("button", { type: "button", class: "link", "data-seq": seq }, says) : says,
    rule && " ", rule && html("a", { href: `/rules/#${rule}`, class: "rule-id" }, rule)));
  if (hidden) lines.push(html("li", {}, `${hidden} more steps are not shown.`));
  return [html("h3", {}, sentence(title)), html("ol", {}, ...lines)];
}

/** A step leads to its moment. @param {(seq: number) => void} pick */
export function watchSteps(pick) {
  need("steps").addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button[data-seq]");
    if (button) pick(Number(button.getAttribute("data-seq")));
  });
}

/** @typedef {{limit: string, value: string, rule: string, count: number, first_seq: number}} Reached */

/** A chip for every limit that shaped the run: it leads to where the limit bit first. @param {Reached[]} reached @param {Record<string, {sentence: string}>} rules @param {(seq: number) => void} pick */
export function showLimits(reached, rules, pick) {
  need("limits-box").hidden = reached.length === 0;
  need("limits").replaceChildren(...reached.map(({ limit, value, rule, count: times, first_seq: seq }) => {
    const chip = html("button", { type: "button", class: "chip", title: rules[rule]?.sentence },
      html("strong", {}, LIMITS[limit] ?? limit), ` ${value} `, times > 1 && html("span", { class: "quiet" }, `× ${count(times)} `), html("span", { class: "mono" }, rule));
    chip.addEventListener("click", () => pick(seq));
    return html("li", {}, chip);
  }));
}
