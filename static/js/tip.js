// @ts-check
/** Says what many attempts in one place are: under the pointer, and at the playhead while the figure has the keyboard. */
import { announce } from "./announcer.js";
import { pictureOf } from "./pane-picture.js";
import { paneOf, seqOf } from "./panes.js";
import { html } from "./svg.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

const WIDEST = 280;

/** @param {Timeline} timeline @param {() => import("./controls.js").View | null} view @param {(us: number) => boolean} open opens the cycle at a moment */
export function tellPlaces(timeline, view, open) {
  const { surface } = timeline;
  const tip = html("div", { class: "tip", "aria-hidden": "true", hidden: true });
  document.body.append(tip);
  /** @param {string} words @param {number} x @param {number} y of the window */
  const show = (words, x, y) => {
    tip.hidden = !words;
    tip.textContent = words;
    if (!words) return;
    tip.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - WIDEST - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - 10 - tip.offsetHeight : y + 18}px`;
  };
  const hide = () => show("", 0, 0);
  /** @param {PointerEvent} event */
  const pointed = (event) => {
    const picture = /** @type {Element} */ (event.target).closest(".picture");
    show(picture && !event.buttons ? pictureOf(picture)?.saysAt(event.clientX, event.clientY) ?? "" : "", event.clientX, event.clientY);
  };
  const keyed = () => {
    const player = view()?.player;
    if (!player || !surface.matches(":focus-visible")) return;
    const many = timeline.figures.length;
    const pictures = [...surface.querySelectorAll(".picture")].map(pictureOf);
    const words = pictures.find((picture) => picture?.figure === timeline.figures[paneOf(player.seq, many)])?.saysOf(seqOf(player.seq, many), player.us) ?? "";
    const head = /** @type {Element} */ (surface.querySelector(".playhead")).getBoundingClientRect();
    show(words, head.left, head.top + 20);
    announce(words);
  };
  surface.addEventListener("pointermove", pointed);
  surface.addEventListener("pointerleave", hide);
  surface.addEventListener("pointerdown", hide);
  surface.addEventListener("scroll", hide, { passive: true });
  surface.addEventListener("blur", hide);
  surface.addEventListener("focus", keyed);
  surface.addEventListener("keyup", (event) => (event.key === "Escape" ? hide() : keyed()));
  surface.addEventListener("keydown", (event) => {
    const player = view()?.player;
    if (event.key === "Enter" && player && open(player.us)) event.preventDefault();
  });
}
