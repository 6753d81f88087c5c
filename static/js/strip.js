// @ts-check
/** The true-scale strip: the whole run at real proportions, under the folded picture, with the same playhead. */
import { SEVERITY } from "./words.js";
import { svg } from "./svg.js";

const HEIGHT = 10;

export class Strip {
  #root;
  #head = svg("line", { class: "head", y1: 0, y2: HEIGHT });
  #endUs = 1;
  #width = 1;

  /** @param {SVGElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {import("./trace.js").Trace} trace @param {number} endUs @param {number} width */
  draw(trace, endUs, width) {
    this.#endUs = Math.max(1, endUs);
    this.#width = width;
    const worst = new Int8Array(Math.ceil(width)).fill(-1);
    for (const seq of trace.attempts.view()) {
      const rank = SEVERITY.indexOf(trace.outcome(seq));
      const last = Math.min(worst.length - 1, Math.floor(this.#place(trace.end(seq))));
      for (let x = Math.floor(this.#place(trace.at(seq))); x <= last; x += 1) {
        if (worst[x] < 0 || rank < worst[x]) worst[x] = rank;
      }
    }
    const paths = SEVERITY.map(() => "");
    worst.forEach((rank, x) => {
      if (rank >= 0) paths[rank] += `M${x + 0.5} 1v${HEIGHT - 2}`;
    });
    this.#root.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.#root.setAttribute("width", String(width));
    this.#root.setAttribute("height", String(HEIGHT));
    this.#root.replaceChildren(
      svg("rect", { class: "ground", width, height: HEIGHT, rx: 2 }),
      ...paths.map((d, rank) => svg("path", { class: `speck o-${SEVERITY[rank]}`, d })), this.#head,
    );
  }

  /** @param {number} us */
  #place(us) {
    return (us / this.#endUs) * (this.#width - 1);
  }

  /** @param {number} us */
  playhead(us) {
    const x = this.#place(Math.min(us, this.#endUs)) + 0.5;
    this.#head.setAttribute("x1", x.toFixed(1));
    this.#head.setAttribute("x2", x.toFixed(1));
  }
}
