// @ts-check
/** What stands under the timeline on its axis, for one run: the run before a change, as a ghost, and CloudWatch's metrics as strips. */
import { AxisRow } from "./axis-row.js";
import { barsOf, HEIGHT, pathOf, periodsOf, silentOf, stripsOf } from "./metric-strips.js";
import { icon, outline } from "./shapes.js";
import { html, part, svg } from "./svg.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./metric-strips.js").OverTime} OverTime */
/** @typedef {import("./metric-strips.js").Watched} Watched */

const GHOST = 30;
const MOST_GHOSTS = 400;

export class Under {
  /** @type {Trace | null} */ #before = null;
  #surface;
  #ghostBox;
  #watch;
  #most;
  #ghost;
  /** @type {{name: string, row: AxisRow}[]} */ #metrics = [];
  #said = { overTime: /** @type {OverTime | null} */ (null), watched: /** @type {Watched[]} */ ([]) };
  /** @type {OverTime | null} */ #overTime = null;
  /** @type {Watched[]} */ #watched = [];
  /** @type {Figure | null} */ #figure = null;
  #endUs = 0;
  #us = 0;

  /** @param {HTMLElement} surface the scroller of the figure @param {HTMLElement} ghostBox @param {HTMLElement} watch @param {number} [most] strips */
  constructor(surface, ghostBox, watch, most) {
    this.#surface = surface;
    this.#ghostBox = ghostBox;
    this.#watch = watch;
    this.#most = most;
    this.#ghost = new AxisRow(/** @type {any} */ (part(ghostBox, ".before-picture")), GHOST);
    surface.addEventListener("scroll", () => this.#rows().forEach((row) => row.scrolled(surface.scrollLeft)), { passive: true });
  }

  #rows() {
    return [this.#ghost, ...this.#metrics.map(({ row }) => row)];
  }

  /** Another run begins; the one before stays as a ghost where a change led here. @param {{trace: Trace, words: string} | null} before */
  begin(before) {
    this.#before = before?.trace ?? null;
    this.#ghostBox.hidden = !before;
    part(this.#ghostBox, ".before-words").textContent = before?.words ?? "";
    this.#overTime = null;
    this.#watch.hidden = true;
  }

  /** What CloudWatch says of the run. @param {OverTime} overTime @param {number} endUs */
  measured(overTime, endUs) {
    [this.#overTime, this.#endUs] = [overTime, endUs];
    if (this.#figure) this.draw(this.#figure);
  }

  /** What to look at, the most telling first. @param {Watched[]} watched */
  watch(watched) {
    this.#watched = watched;
    if (this.#figure) this.draw(this.#figure);
  }

  /** @param {Figure | undefined} figure none where the run is not shown */
  draw(figure) {
    this.#ghostBox.hidden = !figure || !this.#before;
    this.#watch.hidden = !figure || !this.#overTime || !this.#watched.length;
    if (!figure) return;
    this.#figure = figure;
    const before = this.#before;
    if (before) this.#ghost.draw(figure, (place) => ghostOf(before, place));
    this.#drawMetrics(figure);
    this.playhead(this.#us);
    const left = this.#surface.scrollLeft;
    for (const row of this.#rows()) row.scrolled(left);
  }

  /** @param {Figure} figure */
  #drawMetrics(figure) {
    const overTime = this.#overTime;
    if (!overTime || !this.#watched.length) return;
    if (overTime !== this.#said.overTime || this.#watched !== this.#said.watched) this.#say(overTime);
    for (const { row, name } of this.#metrics) {
      const { statistic, points } = overTime.metrics[name];
      row.draw(figure, (place, width) => [svg("line", { class: "base", x2: width, y1: HEIGHT + 0.5, y2: HEIGHT + 0.5 }),
        svg("path", { class: `bar ${statistic === "Sum" ? "sum" : "level"}`, d: pathOf(barsOf(points, overTime.period_s, this.#endUs, place)) })]);
    }
  }

  /** The words beside the strips, which are the same at every zoom. @param {OverTime} overTime */
  #say(overTime) {
    this.#said = { overTime, watched: this.#watched };
    part(this.#watch, ".watch-periods").textContent = periodsOf(overTime);
    part(this.#watch, ".watch-silent").textContent = silentOf(overTime, this.#watched);
    const told = stripsOf(overTime, this.#watched, this.#endUs, () => 0, this.#most);
    this.#metrics = told.map(({ name }) => ({ name, row: new AxisRow(svg("svg", { class: "metric", "aria-hidden": "true" }), HEIGHT + 1) }));
    part(this.#watch, ".watch-rows").replaceChildren(...told.map(({ name, statistic, says }, n) => html("div", { class: "watch-row" },
      html("p", { class: "watch-name" }, html("strong", {}, ...breakable(name)), " ", html("span", { class: "quiet" }, statistic)),
      html("p", { class: "watch-says" }, says), this.#metrics[n].row.root)));
  }

  /** @param {number} us */
  playhead(us) {
    this.#us = us;
    for (const row of this.#rows()) row.playhead(us);
  }
}

/** A long name that may break where a word begins. @param {string} name */
const breakable = (name) => name.split(/(?<=[a-z])(?=[A-Z])/).flatMap((part, n) => (n ? [html("wbr"), part] : [part]));

/** The attempts of a run as outlines, and how its events ended. @param {Trace} trace @param {(us: number) => number} place */
function ghostOf(trace, place) {
  const attempts = [...trace.attempts.view()].slice(0, MOST_GHOSTS).map((seq) => {
    const x = place(trace.at(seq));
    const box = { x, y: 4, w: Math.max(14, place(trace.end(seq)) - x), h: GHOST - 8 };
    return svg("g", { class: `o-${trace.outcome(seq)}` }, svg("path", { class: "ghost-mark", d: outline(trace.outcome(seq), box) }), icon(trace.outcome(seq), x + box.w / 2, GHOST / 2, 11));
  });
  const ends = [];
  for (let event = 0; event < Math.min(MOST_GHOSTS, trace.events.length); event += 1) {
    const seq = trace.events.settledSeq(event);
    if (seq && trace.fate(event) !== "delivered") ends.push(svg("g", { class: `f-${trace.fate(event)} ghost-end` }, icon(trace.fate(event), place(trace.at(seq)) + 20, GHOST / 2, 15)));
  }
  return [...attempts, ...ends];
}
