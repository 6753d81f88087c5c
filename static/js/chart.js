// @ts-check
/** A chart in a `details`: what draws it, and its figure, come when somebody opens it; the table beside it says the same. */
import { need } from "./svg.js";

export class Chart {
  #box;
  #place;
  #words;
  #address = "";
  #drawn = "";
  #also;

  /**
   * @param {string} name its elements are `name-chart-box`, `name-chart` and `name-chart-words`
   * @param {(chart: any) => void} [also] what else to do with what the server says of the chart
   */
  constructor(name, also = () => {}) {
    this.#also = also;
    this.#box = /** @type {HTMLDetailsElement} */ (need(`${name}-chart-box`));
    this.#place = need(`${name}-chart`);
    this.#words = need(`${name}-chart-words`);
    this.#box.addEventListener("toggle", () => this.#draw());
    addEventListener("themechange", () => {
      this.#drawn = "";
      this.#draw();
    });
  }

  /** @param {string} address of the figure; "" hides the chart */
  of(address) {
    this.#address = address;
    this.#drawn = "";
    this.#box.hidden = !address;
    this.#draw();
  }

  async #draw() {
    if (!this.#box.open || !this.#address || this.#drawn === this.#address) return;
    const address = this.#address;
    this.#words.textContent = "Loading the chart…";
    try {
      const { drawPlot } = await import("./plot.js");
      const chart = await drawPlot(this.#place, address, () => address === this.#address);
      if (address !== this.#address) return;
      this.#drawn = address;
      this.#also(chart);
      this.#words.textContent = chart.summary;
      this.#place.setAttribute("aria-label", chart.summary);
    } catch (error) {
      this.#words.textContent = `The chart cannot be shown: ${/** @type {Error} */ (error).message} The table above holds the same numbers.`;
    }
  }
}
