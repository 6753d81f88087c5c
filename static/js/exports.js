// @ts-check
/** The shown run to take along: plain links to what the server makes, a PNG made here from its SVG, Markdown for the clipboard. */
import { copyText } from "./server.js";
import { need } from "./svg.js";

const SHARP = 2; // pixels of the PNG for one of the picture
const MOST_PIXELS = 16_000; // wider than that no browser draws a canvas

/** @param {string} name @param {string} query */
const address = (name, query) => `/export/${name}?${query}`;

/** @param {() => string} shown the run in the figure, as a query string @param {() => string} chosen the settings in the form */
export function watchExports(shown, chosen) {
  const nav = need("exports");
  const query = () => shown() || chosen();
  const refresh = () => nav.querySelectorAll("a").forEach((link) => link.setAttribute("href", address(link.dataset.export ?? "", query())));
  for (const type of ["pointerdown", "focusin", "contextmenu"]) nav.addEventListener(type, refresh);
  const png = /** @type {HTMLButtonElement} */ (need("png"));
  png.hidden = need("copy-markdown").hidden = false;
  png.addEventListener("click", async () => {
    png.disabled = true;
    await savePng(query()).then(() => said(png, "Saved"), () => said(png, "The picture could not be made"));
    png.disabled = false;
  });
  need("copy-markdown").addEventListener("click", async () => {
    const words = fetch(address("run.md", query())).then((answer) => answer.text());
    await copyText(words, need("copy-markdown"));
  });
  need("copy").addEventListener("click", () => copyText(`${location.origin}/?${chosen()}`, need("copy")));
}

/** @param {HTMLElement} button @param {string} words for a moment */
function said(button, words) {
  const before = button.dataset.words ??= button.textContent ?? "";
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, 2_500);
}

/** @param {string} query */
async function savePng(query) {
  const image = new Image();
  image.src = address("timeline.svg", query);
  await image.decode();
  const scale = Math.min(SHARP, MOST_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = /** @type {Blob | null} */ (await new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  }));
  if (!blob) throw new Error("no picture");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "redrive-timeline.png";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
