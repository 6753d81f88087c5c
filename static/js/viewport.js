// @ts-check
/**
 * The part of the figure that is in view, along time: x, or y where time runs down the page. Size and offset are remembered:
 * asking the browser in every frame would make it lay out the whole picture.
 */

export class Viewport {
  #box;
  down = false;
  size = 0;
  offset = 0;

  /** @param {HTMLElement} box that scrolls @param {() => void} moved */
  constructor(box, moved) {
    this.#box = box;
    box.addEventListener("scroll", () => {
      this.offset = this.down ? box.scrollTop : box.scrollLeft;
      moved();
    }, { passive: true });
  }

  /** After the picture or the window changed. @param {boolean} down @param {number} inset what stands still before the picture */
  measure(down, inset = 0) {
    this.down = down;
    this.size = (down ? this.#box.clientHeight : this.#box.clientWidth) - inset;
    this.offset = down ? this.#box.scrollTop : this.#box.scrollLeft;
  }

  /** @param {number} offset */
  #show(offset) {
    this.#box.scrollTo(this.down ? { top: offset } : { left: offset });
  }

  /** Scrolls only when a moving place leaves the view. @param {number} at */
  chase(at) {
    if (at > this.offset + this.size * 0.75) this.#show(at - this.size * 0.75);
    else if (at < this.offset + 20 && this.offset > 0) this.#show(at - this.size * 0.2);
  }

  /** @param {number} at */
  centre(at) {
    this.#show(at - this.size / 2);
  }
}
