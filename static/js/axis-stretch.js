// @ts-check
/** A long axis has thousands of signs: it is drawn around what is in view, and again when the view leaves that. */
import { drawAxis, drawGround } from "./draw-axis.js";
import { AXIS, GUTTER } from "./layout.js";

/** @typedef {import("./layout.js").Figure} Figure */

// so many signs are drawn at once, wherever they are
const MOST_SIGNS = 160;

class AxisStretch {
  /** @type {Figure | null} */ #figure = null;
  #make;
  #from = 0;
  #to = 0;
  /** @type {SVGElement[]} */ #nodes = [];

  /** @param {(figure: Figure) => SVGElement[]} make the signs of a figure that has only those of the stretch */
  constructor(make) {
    this.#make = make;
  }

  /** Another figure; a long one is left empty until it is known what is in view. @param {Figure} figure @returns {SVGElement[]} to be put in place */
  draw(figure) {
    const long = figure.breaks.length + figure.ticks.length > MOST_SIGNS;
    this.#figure = long ? figure : null;
    [this.#from, this.#to] = [0, 0];
    this.#nodes = this.#make(long ? within(figure, 0, 0) : figure);
    return this.#nodes;
  }

  /** @param {number} offset pixels along time @param {number} size of what is in view */
  window(offset, size) {
    if (!this.#figure || (this.#to >= Math.min(offset + size * 1.25, this.#figure.length) && this.#from <= Math.max(0, offset - size / 4))) return;
    [this.#from, this.#to] = [offset - size, offset + 2 * size];
    const fresh = this.#make(within(this.#figure, this.#from, this.#to));
    this.#nodes.forEach((node, n) => node.replaceWith(fresh[n]));
    this.#nodes = fresh;
  }
}

/** The figure with those signs of its axis that lie between two pixels. @param {Figure} figure @param {number} from @param {number} to @returns {Figure} */
function within(figure, from, to) {
  const { axis, breaks, ticks, moment } = figure;
  const pieces = to > from ? axis.between(moment(from), moment(to)) : [];
  return {
    ...figure, pieces, breaks: breaks.filter((fold) => fold.to >= from && fold.from <= to && to > from),
    ticks: ticks.filter(({ x }) => x >= from && x <= to && to > from),
  };
}

/** What runs through the lanes of a figure, and its axis where that is in the same picture. @returns {AxisStretch} */
export const axisOfPicture = () => new AxisStretch((figure) => [
  drawGround(figure), ...(figure.down ? figure.gutter : figure.foot) ? [drawAxis(figure, figure.down ? GUTTER - 12 : figure.across + 14)] : [],
]);

/** The axis as a picture of its own, for several panes. */
export class AxisAlone {
  #root;
  #stretch = new AxisStretch((figure) => [drawAxis(figure, figure.down ? GUTTER - 12 : 14)]);

  /** @param {SVGElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {HTMLElement} root null where there is none, of one run */
  static in(root) {
    const picture = /** @type {SVGElement | null} */ (root.querySelector(".axis-picture"));
    return picture && new AxisAlone(picture);
  }

  /** @param {Figure} figure */
  draw(figure) {
    const [width, height] = figure.down ? [GUTTER, figure.length] : [figure.length, AXIS];
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) this.#root.setAttribute(name, String(value));
    this.#root.replaceChildren(...this.#stretch.draw(figure));
  }

  /** @param {number} offset @param {number} size */
  window(offset, size) {
    this.#stretch.window(offset, size);
  }
}
