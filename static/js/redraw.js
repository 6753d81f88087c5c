// @ts-check
/** When what is shown is drawn again although it says the same: in other colours, or to fit another width. */

const PAUSE_MS = 150;

/**
 * Draws again in the colours that are chosen now, and some moments after the width has changed.
 * @param {import("./timeline.js").Timeline} timeline @param {() => {redrawn: () => void} | null} shown
 */
export function watchLooks(timeline, shown) {
  const redraw = () => shown()?.redrawn();
  addEventListener("themechange", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let [width, timer] = [innerWidth, 0];
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (!shown()) return;
      timeline.change((scale) => scale.refit());
      redraw();
    }, PAUSE_MS);
  });
}
