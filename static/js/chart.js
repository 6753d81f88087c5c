// @ts-check
/** A Plotly chart in a `details`: its library and its figure come when somebody opens it; the table beside it says the same. */
import { need } from "./svg.js";

const PLOTLY = "../vendor/plotly-basic-4.1.1.min.js";
const ANSWERS_WITHIN_MS = 10_000;

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
  const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch(() => {
    throw new Error("The server does not answer.");
  });
  if (!answer.ok) throw new Error(`The server answers with status ${answer.status}.`);
  return answer.json();
}

export class Chart {
  #box;
  #place;
  #words;
  #address = "";
  #drawn = "";

  /** @param {string} name its elements are `name-chart-box`, `name-chart` and `name-chart-words` */
  constructor(name) {
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
      const [library, chart] = await Promise.all([plotly(), figureOf(address)]);
      if (address !== this.#address) return;
      this.#drawn = address;
      await library.react(this.#place, chart.figure.data, themed(chart.figure.layout ?? {}), { displayModeBar: false, responsive: true, displaylogo: false });
      this.#words.textContent = chart.summary;
      this.#place.setAttribute("aria-label", chart.summary);
    } catch (error) {
      this.#words.textContent = `The chart cannot be shown: ${/** @type {Error} */ (error).message} The table above holds the same numbers.`;
    }
  }
}

/** The page's own colours and type, on every axis. @param {any} layout */
function themed(layout) {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = { gridcolor: colour("--rule"), zerolinecolor: colour("--rule"), linecolor: colour("--rule"), exponentformat: "none", automargin: true };
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => [key, { nticks: 3, ...axis, ...layout[key] }]);
  return {
    ...layout, ...Object.fromEntries(axes), paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.fontFamily, color: colour("--ink"), size: 13 },
  };
}
