// @ts-check
/** What is played is seen: where the figure is still below the window, the page goes there. A projector shows few lines. */
import { need, part } from "./svg.js";

const ENOUGH = 120; // pixels of the figure in which something can be followed

/** Who has gone on to what stands below the figure, and steps from there, stays there. */
export function bringIntoSight() {
  const figure = need("plot").getBoundingClientRect();
  // the player sticks to the bottom of the window and covers what is behind it
  const bottom = Math.min(innerHeight, need("player").getBoundingClientRect().top);
  if (bottom - figure.top >= Math.min(ENOUGH, figure.height)) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part(document, "figure.timeline").scrollIntoView({ behavior: still ? "auto" : "smooth" });
}
