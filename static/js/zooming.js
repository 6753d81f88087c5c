// @ts-check
/** Closer and further by wheel and by two fingers, around what the pointer is at. */

/** @param {import("./timeline.js").Timeline} timeline @param {() => void} redraw keeps the playhead where it is in time */
export function zoomByHand(timeline, redraw) {
  const { surface } = timeline;
  let factor = 1;
  let [x, y] = [0, 0];
  let waiting = false;
  /** One drawing a frame, however many movements there were. @param {number} by */
  const zoom = (by) => {
    factor *= by;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      timeline.zoomBy(factor, timeline.momentAt(x, y));
      factor = 1;
      redraw();
    });
  };
  surface.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    [x, y] = [event.clientX, event.clientY];
    zoom(2 ** (-Math.max(-60, Math.min(60, event.deltaY)) / 60));
  }, { passive: false });
  let apart = 0;
  surface.addEventListener("touchmove", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    const now = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    [x, y] = [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
    if (apart && now) zoom(now / apart);
    apart = now;
  }, { passive: false });
  for (const name of ["touchend", "touchcancel"]) {
    surface.addEventListener(name, () => {
      apart = 0;
    });
  }
}
