// @ts-check
/** The bill: its sum while records arrive, then the server's receipt with its choices, and charts when somebody opens one. */
import { Chart } from "./chart.js";
import { dollars } from "./format.js";
import { html, need } from "./svg.js";

const ANSWERS_WITHIN_MS = 10_000;
const EMPTY = "The receipt comes with the end of the run.";

export class CostView {
  #total = need("cost-total");
  #body = need("cost-body");
  #chart = new Chart("cost");
  #against = new Chart("against", (chart) => showRows(chart));
  #turn = 0;

  constructor() {
    this.#body.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#chosen(/** @type {HTMLFormElement} */ (event.target));
    });
    this.#body.addEventListener("change", (event) => {
      const form = /** @type {HTMLElement} */ (event.target).closest("form");
      if (form) this.#chosen(form);
    });
    need("against-setting").addEventListener("change", () => this.#charts());
  }

  /** The sum while records arrive. @param {string} totalUsd */
  running(totalUsd) {
    this.#total.textContent = dollars(totalUsd);
  }

  /** Another run begins. */
  clear() {
    this.#turn += 1;
    this.#chart.of("");
    this.#against.of("");
    this.#total.textContent = "$0";
    this.#body.replaceChildren(html("p", { class: "quiet" }, EMPTY));
  }

  /** The receipt of a run that has ended. @param {{total_usd: string}} bill @param {string} address of its receipt, "" where it is on the page */
  async show(bill, address) {
    this.running(bill.total_usd);
    if (address) await this.#fetch(address);
    else this.shown();
  }

  /** What is there already, made by the server. */
  shown() {
    this.#charts();
  }

  /** Another Region, rate or month. @param {HTMLFormElement} form */
  async #chosen(form) {
    const choices = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    choices.delete("of");
    const address = form.dataset.bill ?? "";
    await this.#fetch(`${address}${address.includes("?") ? "&" : "?"}${choices}`);
    need("cost-said").textContent = need("cost-month-words").textContent;
  }

  /** @param {string} address */
  async #fetch(address) {
    this.#turn += 1;
    const turn = this.#turn;
    const focused = document.activeElement?.id ?? "";
    const open = [...this.#body.querySelectorAll("details[id]")].map((box) => [box.id, /** @type {HTMLDetailsElement} */ (box).open]);
    try {
      const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}format=part`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
      const text = await answer.text();
      if (turn !== this.#turn) return;
      if (!text.includes("bill-charts")) throw new Error(`The server answers with status ${answer.status}.`);
      this.#body.innerHTML = text;
    } catch (error) {
      if (turn === this.#turn) this.#body.append(html("p", { class: "notice" }, `The bill cannot be shown: ${/** @type {Error} */ (error).message}`));
      return;
    }
    for (const [id, was] of open) /** @type {HTMLDetailsElement} */ (need(String(id))).open = Boolean(was);
    if (focused && this.#body.querySelector(`#${CSS.escape(focused)}`)) need(focused).focus();
    this.#charts();
  }

  /** Where the charts of this bill are. */
  #charts() {
    const { chart, against, total } = need("bill-charts").dataset;
    this.running(total ?? "0");
    this.#chart.of(chart ?? "");
    const setting = /** @type {HTMLSelectElement} */ (need("against-setting")).value;
    this.#against.of(setting ? `${against}${encodeURIComponent(setting)}` : "");
  }
}

/** The table beside the chart. @param {{head?: string[], rows?: (string | number)[][]}} chart */
function showRows({ head = [], rows = [] }) {
  need("against-rows").replaceChildren(
    html("caption", { class: "visually-hidden" }, "Cost at each value that was simulated"),
    html("thead", {}, html("tr", {}, ...head.map((title) => html("th", { scope: "col" }, title)))),
    html("tbody", {}, ...rows.map(([value, ...rest]) => html("tr", {}, html("th", { scope: "row" }, value), ...rest.map((cell) => html("td", {}, cell))))),
  );
}
