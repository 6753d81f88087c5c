// @ts-check
/** CloudWatch's metrics of a run: a line for each that moved, and their picture over time. */
import { Chart } from "./chart.js";
import { count, counted } from "./format.js";
import { html, need } from "./svg.js";

/** @typedef {{cloudwatch: Record<string, {sum: number, max: number}>, cloudwatch_over_time: {period_s: number, metrics: Record<string, {statistic: string}>}}} Metrics */

export class MetricsView {
  #body = /** @type {HTMLTableSectionElement} */ (need("metrics").querySelector("tbody"));
  #chart = new Chart("metrics");

  /** Another run begins. */
  clear() {
    this.#chart.of("");
    this.#body.replaceChildren();
    need("metrics-count").textContent = "when the run has ended";
  }

  /** @param {Metrics} report @param {string} address of the chart's figure */
  show(report, address) {
    const moved = Object.entries(report.cloudwatch_over_time.metrics);
    need("metrics-count").textContent = counted(moved.length, "metric");
    this.#body.replaceChildren(...moved.map(([name, { statistic }]) => html("tr", {},
      html("th", { scope: "row" }, name), html("td", {}, statistic === "Sum" ? "Sum" : "Maximum"),
      html("td", {}, count(report.cloudwatch[name][statistic === "Sum" ? "sum" : "max"])))));
    this.#chart.of(address);
  }
}
