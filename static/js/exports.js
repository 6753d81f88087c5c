// @ts-check
/** The shown run to take along, as far as the browser has to do it: a PNG made of the server's SVG, Markdown for the clipboard. */
import { copyText, said } from "./copy.js";

const SHARP = 2; // pixels of the PNG for one of the picture
const MOST_PIXELS = 16_000; // wider than that no browser draws a canvas

/** @param {string} name of a file of the run @param {string} query the run */
const exportAddress = (name, query) => `/export/${name}?${query}`;

/** Does what a button says. @param {HTMLButtonElement} button @param {string} query the run */
export async function takeAlong(button, query) {
  if (button.id === "copy-link") return copyText(`${location.origin}/?${query}`, button);
  if (button.id === "copy-markdown") return copyText(fetch(exportAddress("run.md", query)).then((answer) => answer.text()), button);
  button.disabled = true;
  await savePng(query).then(() => said(button, "Saved"), () => said(button, "The picture could not be made"));
  button.disabled = false;
}

/** @param {string} query */
async function savePng(query) {
  const image = new Image();
  image.src = exportAddress("timeline.svg", query);
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
