// @ts-check
/** The width of the window: what is drawn to fit it is drawn again when it changes. */

const PAUSE_MS = 150;

/** Calls `act` some moments after the width has changed. @param {() => void} act */
export function watchWidth(act) {
  let [width, timer] = [innerWidth, 0];
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = window.setTimeout(act, PAUSE_MS);
  });
}
