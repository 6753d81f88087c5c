// @ts-check
/** What has happened at the playhead, what is happening, what is still ahead: only what changed is touched. */

/** @typedef {import("./draw-svg.js").Sprite} Sprite */
/** @typedef {import("./draw-svg.js").Wait} Wait */

export class Reveal {
  #sprites;
  #waits;
  #picked = /** @type {Sprite[]} */ ([]);
  #seq = -1;

  /** @param {Sprite[]} sprites @param {Wait[]} waits */
  constructor(sprites, waits) {
    this.#sprites = sprites;
    this.#waits = waits;
  }

  /** @param {number} us the playhead @param {number} at its pixel along time @param {boolean} down @param {number} seq the record that is picked */
  at(us, at, down, seq) {
    for (const sprite of this.#sprites) {
      const state = us < sprite.fromUs || (us === sprite.fromUs && sprite.toUs > sprite.fromUs) ? "ahead" : us < sprite.toUs ? "running" : "past";
      if (state === sprite.state) continue;
      if (sprite.state) sprite.node.classList.remove(sprite.state);
      sprite.node.classList.add(state);
      sprite.state = state;
    }
    for (const wait of this.#waits) {
      const end = Math.max(wait.from, Math.min(at, wait.to)).toFixed(1);
      wait.node.setAttribute(down ? "y2" : "x2", end);
    }
    if (seq !== this.#seq) this.#pick(seq);
  }

  /** @param {number} seq */
  #pick(seq) {
    this.#seq = seq;
    for (const sprite of this.#picked) sprite.node.classList.remove("picked");
    this.#picked = seq ? this.#sprites.filter((sprite) => sprite.seq === seq) : [];
    for (const sprite of this.#picked) sprite.node.classList.add("picked");
  }
}
