// @ts-check
/**
 * The part of the figure that is in view, along time: x, or y where time runs down the page. Size and offset are remembered:
 * asking the browser in every frame would make it lay out the whole picture.
 */
import { need } from "./svg.js";

// down a phone: so much of what was played is seen above the player
const PLAYED = 24;
const BEFORE = 40; // so much is seen before the playhead

export class Viewport {
  #box;
  down = false;
  size = 0;
  offset = 0;
  inset = 0; // what stands still before the picture

  /** @param {HTMLElement} box that scrolls @param {() => void} moved */
  constructor(box, moved) {
    this.#box = box;
    box.addEventListener("scroll", () => {
      this.offset = this.down ? box.scrollTop : box.scrollLeft;
      moved();
    }, { passive: true });
  }

  /** After the picture or the window changed. @param {boolean} down @param {Element | null} beside the picture, where something stands before it @returns {number} the size */
  measure(down, beside) {
    this.down = down;
    const [box, picture] = [this.#box.getBoundingClientRect(), beside?.getBoundingClientRect()];
    const inset = !picture ? 0 : Math.round(down ? picture.top - box.top + this.#box.scrollTop : picture.left - box.left + this.#box.scrollLeft);
    this.inset = inset;
    this.size = (down ? this.#box.clientHeight : this.#box.clientWidth) - inset;
    this.offset = down ? this.#box.scrollTop : this.#box.scrollLeft;
    return this.size;
  }

  /** @param {number} offset */
  #show(offset) {
    this.#box.scrollTo(this.down ? { top: offset } : { left: offset });
  }

  /** Down a phone the player covers the lower part, as far as the page is scrolled. */
  #uncovered() {
    const covered = need("player").getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
    return Math.max(this.size / 3, Math.min(this.size, covered));
  }

  /** Scrolls only when a moving place leaves the view. @param {number} at @param {number} trail what stands after the end of the run, which is in view with the end */
  chase(at, trail) {
    const size = this.down ? this.#uncovered() : this.size;
    const most = Math.max(size * 0.2, Math.min(size * 0.75, size - trail));
    if (at > this.offset + most) this.#show(at - most);
    // at its end the box cannot scroll on: then the page does, where a good part of the box is in view
    if (this.down && size > this.size / 3 && at - this.#box.scrollTop > size - PLAYED) scrollBy(0, at - this.#box.scrollTop - size + PLAYED);
    else if (at < this.offset + BEFORE && this.offset > 0) this.#show(at - this.size * 0.2);
  }

  /** The playhead where it is in view, else what is in the middle: the moment, and how far it is from the edge. @param {import("./layout.js").Figure} figure @param {number} us */
  lookedAt({ place, moment }, us) {
    const at = place(us) - this.offset;
    return at >= 0 && at <= this.size ? { us, at } : { us: moment(this.offset + this.size / 2), at: this.size / 2 };
  }

  /** A place stays where it was in view, or comes into view. @param {number} at @param {number} before how far it was from the edge */
  keep(at, before) {
    this.#show(at - (before >= 0 && before <= this.size ? before : this.size / 2));
  }
}
