// @ts-check
/** The bill: lines with their arithmetic, the sum, what is not priced yet; a chart of it when somebody asks for one. */
import { Chart } from "./chart.js";
import { dollars } from "./format.js";
import { html, need } from "./svg.js";

/** @typedef {{what: string, quantity: string, unit: string, unit_price: string, amount: string, counted: string, arithmetic: string, region: string, price_as_of: string, price_status: string, price_source: string}} LineItem */
/** @typedef {{line_items: LineItem[], total_usd: string, not_priced: string[]}} Bill */

export class CostView {
  #total = need("cost-total");
  #lines = need("cost-lines");
  #missing = need("cost-missing");
  #chart = new Chart("cost");

  /** The sum while records arrive. @param {string} totalUsd */
  running(totalUsd) {
    this.#total.textContent = dollars(totalUsd);
  }

  /** Another run begins. */
  clear() {
    need("cost-of").textContent = "for this run";
    this.#chart.of("");
    this.#total.textContent = "$0";
    this.#lines.replaceChildren();
    this.#missing.replaceChildren();
  }

  /** @param {Bill} bill @param {string} address of the chart's figure */
  show(bill, address) {
    this.#total.textContent = dollars(bill.total_usd);
    this.#lines.replaceChildren(...bill.line_items.map((item) => html("tr", {},
      html("th", { scope: "row" }, item.what, html("span", { class: "quiet" }, item.counted)),
      html("td", {}, item.arithmetic, html("span", { class: "quiet" }, `price of ${item.region}, ${item.price_as_of}`)))));
    this.#missing.replaceChildren(...bill.not_priced.map((words) => html("li", {}, words)));
    need("cost-missing-box").hidden = bill.not_priced.length === 0;
    this.#chart.of(address);
  }
}
