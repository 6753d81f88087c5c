// @ts-check
/** The part of the figure that is in view, along time: x, or y where time runs down the page. */

/** @param {HTMLElement} box @param {boolean} down */
export const seen = (box, down) => (down ? { offset: box.scrollTop, size: box.clientHeight } : { offset: box.scrollLeft, size: box.clientWidth });

/** @param {HTMLElement} box @param {boolean} down @param {number} offset */
function show(box, down, offset) {
  box.scrollTo(down ? { top: offset } : { left: offset });
}

/** Scrolls only when a moving place leaves the view. @param {HTMLElement} box @param {boolean} down @param {number} at */
export function chase(box, down, at) {
  const { offset, size } = seen(box, down);
  if (at > offset + size * 0.75) show(box, down, at - size * 0.75);
  else if (at < offset + 20) show(box, down, at - size * 0.2);
}

/** @param {HTMLElement} box @param {boolean} down @param {number} at */
export function centre(box, down, at) {
  show(box, down, at - seen(box, down).size / 2);
}
