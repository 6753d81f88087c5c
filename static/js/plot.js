// @ts-check
/** Draws a Plotly figure of the server's; the library is loaded with the first one. */

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

/**
 * @param {HTMLElement} place @param {string} address of the figure @param {() => boolean} wanted whether it still is, once it is here
 * @returns {Promise<{figure: any, summary: string}>} what the server says of it; `summary` is the sentence that says the same
 */
export async function drawPlot(place, address, wanted) {
  const [library, chart] = await Promise.all([plotly(), figureOf(address)]);
  if (wanted()) await library.react(place, chart.figure.data, themed(chart.figure.layout ?? {}), { displayModeBar: false, responsive: true, displaylogo: false });
  return chart;
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
