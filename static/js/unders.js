// @ts-check
/** What stands under the figure for each of several panes, on their one axis: the run before a change, and CloudWatch's metrics. */
import { need, part } from "./svg.js";
import { Under } from "./under.js";

/** @typedef {import("./run-view.js").Before} Before */
/** @typedef {import("./layout.js").Figure} Figure */

const MOST_STRIPS = 3; // of each pane

export class Unders {
  #panes;

  /** @param {HTMLElement} surface the scroller of the figure @param {{watched: import("./metric-strips.js").Watched[]}[]} sides */
  constructor(surface, sides) {
    const [befores, watches] = [".before", "#watches .watch"].map((name) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(name)]));
    this.#panes = sides.map(({ watched }, n) => {
      const under = new Under(surface, befores[n], watches[n], MOST_STRIPS);
      under.watch(watched);
      return under;
    });
  }

  /** Other runs begin. @param {(Before | null)[]} befores the runs before a change, one a pane */
  begin(befores) {
    this.#panes.forEach((under, n) => under.begin(befores[n] ?? null));
    need("watches").hidden = true;
  }

  /** What CloudWatch says of a pane's run. @param {number} pane @param {any} report @param {import("./trace.js").Trace} trace */
  measured(pane, report, trace) {
    this.#panes[pane].measured(report.cloudwatch_over_time, report.ended?.at_us ?? trace.at(trace.cursor));
  }

  /** @param {Figure[]} figures of the panes that are shown @param {number} alone which is the only one, -1 where all are */
  draw(figures, alone) {
    this.#panes.forEach((under, n) => under.draw(alone < 0 ? figures[n] : alone === n ? figures[0] : undefined));
    need("watches").hidden = [...document.querySelectorAll("#watches .watch")].every((watch) => part(watch, ".watch-rows").childElementCount === 0);
  }

  /** @param {number} us */
  playhead(us) {
    for (const under of this.#panes) under.playhead(us);
  }
}
