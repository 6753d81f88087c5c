// @ts-check
/** A thin line under the pointer through all panes: which moment that is, and what the others do at it. */
import { duration } from "./format.js";

/** @param {import("./timeline.js").Timeline} timeline @param {HTMLElement} ghost stands in the element that the panes stand in */
export function followPointer(timeline, ghost) {
  const { surface } = timeline;
  const hide = () => {
    ghost.hidden = true;
  };
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || /** @type {Element} */ (event.target).closest(".names")) return hide();
    const box = /** @type {HTMLElement} */ (ghost.parentElement).getBoundingClientRect();
    const down = ghost.closest(".down") !== null;
    ghost.hidden = false;
    ghost.style.transform = down ? `translate(0, ${event.clientY - box.top}px)` : `translate(${event.clientX - box.left}px, 0)`;
    ghost.dataset.at = duration(timeline.momentAt(event.clientX, event.clientY));
  });
  surface.addEventListener("pointerleave", hide);
}
