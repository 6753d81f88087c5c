// @ts-check
/** A picture beside the scroller that shows the same stretch of time: it follows its axis, its scrolling and its playhead. */
import { LEAD } from "./layout.js";
import { svg } from "./svg.js";

/** @typedef {import("./layout.js").Figure} Figure */

/** Where a moment lies in a row: as in the figure; where that runs down the page, the same fold across the row. @param {Figure} figure @param {number} width @returns {(us: number) => number} */
function placeIn(figure, width) {
  if (!figure.down) return figure.place;
  const scale = (width - 2 * LEAD) / figure.axis.width;
  return (us) => LEAD + figure.axis.project(us) * scale;
}

export class AxisRow {
  /** @type {SVGElement} */ root;
  #moved = svg("g");
  #head;
  #place = (/** @type {number} */ _us) => 0;
  #follows = false;

  /** @param {SVGElement} root @param {number} height */
  constructor(root, height) {
    this.root = root;
    this.#head = svg("line", { class: "head", y1: 0, y2: height });
    root.replaceChildren(this.#moved);
    root.setAttribute("height", String(height));
  }

  /** @param {Figure} figure @param {(place: (us: number) => number, width: number) => SVGElement[]} children */
  draw(figure, children) {
    this.#follows = !figure.down;
    // asked for only where it matters: asking makes the browser lay out the page
    const width = this.#follows ? figure.length : this.root.clientWidth || 300;
    this.#place = placeIn(figure, width);
    this.#moved.replaceChildren(...children(this.#place, width), this.#head);
  }

  /** @param {number} left how far the figure is scrolled */
  scrolled(left) {
    this.#moved.setAttribute("transform", this.#follows ? `translate(${-left} 0)` : "");
  }

  /** @param {number} us */
  playhead(us) {
    const x = this.#place(us).toFixed(1);
    this.#head.setAttribute("x1", x);
    this.#head.setAttribute("x2", x);
  }
}
