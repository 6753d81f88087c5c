// @ts-check
/** The true-scale strip: whole runs at real proportions, one under another, below the folded picture, with the same playhead. */
import { SEVERITY } from "./words.js";
import { svg } from "./svg.js";

const HEIGHT = 10;
const EACH = 12;

export class Strip {
  #root;
  #head = svg("line", { class: "head", y1: 0 });
  #endUs = 1;
  #width = 1;
  #made = "";
  /** @type {import("./trace.js").Trace[]} */ #traces = [];

  /** @param {SVGElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {import("./trace.js").Trace[]} traces one a pane @param {number} endUs @param {number} width */
  draw(traces, endUs, width) {
    const wanted = [width, endUs, ...traces.map(({ version }) => version)].join(" ");
    if (wanted === this.#made && traces.every((trace, n) => trace === this.#traces[n])) return;
    this.#made = wanted;
    this.#traces = [...traces];
    this.#endUs = Math.max(1, endUs);
    this.#width = width;
    const height = EACH * (traces.length - 1) + HEIGHT;
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) this.#root.setAttribute(name, String(value));
    this.#head.setAttribute("y2", String(height));
    this.#root.replaceChildren(...traces.flatMap((trace, n) => this.#run(trace, n * EACH)), this.#head);
  }

  /** One run: where several attempts share a pixel the worst one is seen. @param {import("./trace.js").Trace} trace @param {number} top */
  #run(trace, top) {
    const worst = new Int8Array(Math.ceil(this.#width)).fill(-1);
    for (const seq of trace.attempts.view()) {
      const rank = SEVERITY.indexOf(trace.outcome(seq));
      const last = Math.min(worst.length - 1, Math.floor(this.#place(trace.end(seq))));
      for (let x = Math.floor(this.#place(trace.at(seq))); x <= last; x += 1) {
        if (worst[x] < 0 || rank < worst[x]) worst[x] = rank;
      }
    }
    const paths = SEVERITY.map(() => "");
    worst.forEach((rank, x) => {
      if (rank >= 0) paths[rank] += `M${x + 0.5} ${top + 1}v${HEIGHT - 2}`;
    });
    return [svg("rect", { class: "ground", y: top, width: this.#width, height: HEIGHT, rx: 2 }),
      ...paths.map((d, rank) => svg("path", { class: `speck o-${SEVERITY[rank]}`, d }))];
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
