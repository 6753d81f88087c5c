// @ts-check
/** The bill: lines with their arithmetic, the sum, what is not priced yet; a chart of it when somebody asks for one. */
import { dollars } from "./format.js";
import { html, need } from "./svg.js";

/** @typedef {{what: string, quantity: string, unit: string, unit_price: string, amount: string, counted: string, arithmetic: string, region: string, price_as_of: string, price_status: string, price_source: string}} LineItem */
/** @typedef {{line_items: LineItem[], total_usd: string, not_priced: string[]}} Bill */

const PLOTLY = "../vendor/plotly-basic-4.1.1.min.js";

/** @type {Promise<any> | null} */
let loading = null;

/** The library comes once, when the first chart is opened. */
function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(PLOTLY, import.meta.url).href;
    script.onload = () => resolve(/** @type {any} */ (window).Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error("The chart library could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

/** @param {string} address @returns {Promise<{figure: {data: any[], layout: any}, summary: string}>} */
async function figureOf(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The server answers with status ${answer.status}.`);
  return answer.json();
}

export class CostView {
  #total = need("cost-total");
  #lines = need("cost-lines");
  #missing = need("cost-missing");
  #chart = need("cost-chart");
  #details = /** @type {HTMLDetailsElement} */ (need("cost-chart-box"));
  #address = "";
  #drawn = "";

  constructor() {
    this.#details.addEventListener("toggle", () => this.#draw());
    addEventListener("themechange", () => {
      this.#drawn = "";
      this.#draw();
    });
  }

  /** The sum while records arrive. @param {string} totalUsd */
  running(totalUsd) {
    this.#total.textContent = dollars(totalUsd);
  }

  /** Another run begins. */
  clear() {
    need("cost-of").textContent = "for this run, Lambda only";
    this.#address = "";
    this.#drawn = "";
    this.#total.textContent = "$0";
    this.#lines.replaceChildren();
    this.#missing.replaceChildren();
    this.#details.hidden = true;
  }

  /** @param {Bill} bill @param {string} address of the chart's figure */
  show(bill, address) {
    this.#address = address;
    this.#total.textContent = dollars(bill.total_usd);
    this.#lines.replaceChildren(...bill.line_items.map((item) => html("tr", {},
      html("th", { scope: "row" }, item.what, html("span", { class: "quiet" }, item.counted)),
      html("td", {}, item.arithmetic, html("span", { class: "quiet" }, `price of ${item.region}, ${item.price_as_of}`)))));
    this.#missing.replaceChildren(...bill.not_priced.map((words) => html("li", {}, words)));
    need("cost-missing-box").hidden = bill.not_priced.length === 0;
    this.#details.hidden = !address;
    this.#draw();
  }

  async #draw() {
    if (!this.#details.open || !this.#address || this.#drawn === this.#address) return;
    const address = this.#address;
    const words = need("cost-chart-words");
    words.textContent = "Loading the chart…";
    try {
      const [library, chart] = await Promise.all([plotly(), figureOf(address)]);
      if (address !== this.#address) return;
      this.#drawn = address;
      await library.react(this.#chart, chart.figure.data, this.#themed(chart.figure.layout ?? {}), { displayModeBar: false, responsive: true, displaylogo: false });
      words.textContent = chart.summary;
      this.#chart.setAttribute("aria-label", chart.summary);
    } catch (error) {
      words.textContent = `The chart cannot be shown: ${/** @type {Error} */ (error).message} The table above holds the same numbers.`;
    }
  }

  /** The page's own colours and type. @param {any} layout */
  #themed(layout) {
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const axis = { gridcolor: colour("--rule"), zerolinecolor: colour("--rule"), linecolor: colour("--rule"), automargin: true };
    return {
      ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: style.fontFamily, color: colour("--ink"), size: 13 },
      xaxis: { ...layout.xaxis, ...axis, exponentformat: "none", nticks: 3 }, yaxis: { ...layout.yaxis, ...axis },
    };
  }
}
