// @ts-check
/** The explanation beside the picture. */
import { explain } from "./explain.js";
import { svg, html, need } from "./svg.js";
import { icon } from "./shapes.js";
import { BASIS } from "./words.js";

/** @typedef {{sentence: string, basis: string, state: string, source: string[], checked_on: string}} RuleText */

/** A rule with how we know it and where it stands. @param {string} id @param {RuleText | undefined} rule */
function ruleText(id, rule) {
  if (!rule) return html("p", {}, `Rule ${id}.`);
  const source = rule.source.find((address) => address.startsWith("https://"));
  return html("div", { class: "rule" },
    html("p", {}, rule.sentence),
    html("p", { class: "rule-source" },
      html("a", { href: `/rules/#${id}`, class: "rule-id" }, id),
      html("span", { class: `badge basis-${rule.basis}`, title: BASIS[rule.basis] }, rule.basis),
      source && html("a", { href: source, rel: "external noopener", target: "_blank" }, "source", html("span", { class: "visually-hidden" }, " (opens in a new tab)")),
      rule.checked_on && html("span", { class: "quiet" }, `checked ${rule.checked_on}`)));
}

export class ExplainView {
  #panel = need("explain");
  #home = /** @type {Element} */ (this.#panel.parentElement);
  #card = need("inline");
  /** the same in a line, which stays in view with the controls */ #caption = need("caption");
  #rules;
  #more;
  /** @type {import("./trace.js").Trace | null} */ #trace = null;
  #shown = "";
  /** @type {(import("./panes.js").Pane & {seq: number}) | null} */ #last = null;

  /** @param {Record<string, RuleText>} rules @param {(trace: import("./trace.js").Trace, seq: number, noun: string) => [string, Node][]} [more] further lines: what it cost, what would have changed it */
  constructor(rules, more = () => []) {
    this.#rules = rules;
    this.#more = more;
  }

  /** On a small screen the explanation opens under the attempt that was picked, else it stands in its place. @param {boolean} open */
  inline(open) {
    if (open === !this.#card.hidden) return;
    this.#card.hidden = !open;
    (open ? this.#card : this.#home).append(this.#panel);
  }

  /** It has come, or is another one: as much of it as there is room for. */
  #seen() {
    if (!this.#card.hidden) this.#card.scrollIntoView({ block: "nearest" });
  }

  /** What is known besides the trace has changed: say it anew. */
  refresh() {
    this.#shown = "";
    if (this.#last) this.show(this.#last);
  }

  /** @param {import("./panes.js").Pane & {seq: number}} at seq 0: nothing has happened yet at the playhead */
  show(at) {
    const { trace, noun, name, seq } = at;
    this.#last = at;
    const shown = `${seq} ${trace.ended || trace.version}`;
    if (shown === this.#shown && trace === this.#trace) return;
    this.#shown = shown;
    this.#trace = trace;
    if (!seq) {
      this.#caption.textContent = "";
      this.#panel.replaceChildren(html("p", { class: "quiet" }, "Nothing has happened yet. Press Play, step with the arrow keys, or select an attempt in the picture."));
      return;
    }
    const told = explain(trace, seq, noun);
    this.#caption.textContent = `${name ? `${name}. ` : ""}${told.title}. ${told.next}`;
    const sign = svg("svg", { viewBox: "-11 -11 22 22", width: 24, height: 24, "aria-hidden": "true", class: "sign" }, icon(told.sign, 0, 0, 18));
    this.#panel.replaceChildren(
      ...(name ? [html("p", { class: "told-of" }, name)] : []),
      html("h3", { class: `told o-${told.sign} f-${told.sign}` }, told.sign ? sign : null, told.title),
      html("dl", {},
        html("dt", {}, "What"), html("dd", {}, ...told.what.map((line) => html("p", {}, line))),
        ...told.why.flatMap(({ label, rule }) => [html("dt", {}, label), html("dd", {}, ruleText(rule, this.#rules[rule]))]),
        ...(told.next ? [html("dt", {}, "Next"), html("dd", {}, html("p", {}, told.next))] : []),
        ...this.#more(trace, seq, noun).flatMap(([label, node]) => [html("dt", {}, label), html("dd", {}, node)])),
    );
    this.#seen();
  }
}
