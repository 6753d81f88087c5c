// @ts-check
/**
 * What moves: the playhead over one or several runs, what is drawn when, and where the playhead goes while records still
 * arrive. Picture, clock and explanation are kept at the playhead.
 */
import { Narrator } from "./narrator.js";
import { paneOf, seqOf } from "./panes.js";
import { Player } from "./player.js";
import { PlayerBar } from "./player-bar.js";
import { Stops } from "./stops.js";
import { need } from "./svg.js";

/** @typedef {import("./panes.js").Pane} Pane */
/** @typedef {{timeline: import("./timeline.js").Timeline, explain: import("./explain-view.js").ExplainView, drawn: () => void, moved?: (us: number) => void, besides?: import("./trace.js").Trace[], alone?: number, from?: number}} Around drawn: the picture was made anew; moved: the playhead is elsewhere; besides: runs that have their place on the axis too; alone: which pane is the only one; from: the moment to go on from, else it is played */

// playing begins when all is here, or after this long with what is here
const PATIENCE_MS = 350;
const CALM_MS = 120;

export class Playback {
  player;
  poster = false; // it was here before anybody asked: nothing moves, the end is shown
  #panes;
  #around;
  #bar;
  #narrator;
  #dirty = false;
  #played = false;
  #firstAt = 0;
  #frame = 0;
  #before = 0; // the last frame
  #nextDraw = 0;
  #last = { shown: 0, at: 0 }; // records that are drawn, and since when
  #still = false; // no motion is wanted: the playhead stays at the newest moment until a person moves it

  /** @param {Pane[]} panes @param {Around} around @param {Record<string, () => void>} actions */
  constructor(panes, around, actions) {
    this.#panes = panes;
    this.#around = around;
    this.player = new Player(new Stops(...panes.map(({ trace }) => trace)), (change) => this.#moved(change));
    this.#narrator = new Narrator(around.explain);
    this.#bar = new PlayerBar(this.player, actions);
    this.player.open = true;
    around.timeline.begin(panes, around.besides, around.alone);
    this.#loop();
  }

  /** Leaves the runs; others begin. */
  close() {
    cancelAnimationFrame(this.#frame);
    this.#bar.close();
  }

  /** Something has arrived or changed. */
  news() {
    this.#firstAt ||= performance.now();
    this.#dirty = true;
  }

  /** Nothing more comes. @param {boolean} poster */
  ended(poster) {
    this.poster = poster;
    this.player.open = false;
    this.#nextDraw = 0;
    this.#dirty = true;
  }

  /** Goes to a record. @param {number} code */
  pick(code) {
    const { trace, seq } = this.#at(code);
    this.player.pause();
    this.player.seek(trace.kind(seq) === "attempt" ? trace.end(seq) : trace.at(seq), code);
  }

  /** @param {number} code */
  #at(code) {
    const many = this.#panes.length;
    return { ...this.#panes[paneOf(code, many)], seq: seqOf(code, many) };
  }

  /** Draws what is here without waiting for a frame. */
  now = () => this.#panes.some(({ trace }) => trace.cursor) && this.#draw();

  #loop() {
    this.#frame = requestAnimationFrame((now) => {
      const passed = Math.min(100, now - (this.#before || now));
      this.#before = now;
      const any = this.#panes.some(({ trace }) => trace.cursor);
      if (!this.#played && any && now - this.#firstAt > PATIENCE_MS) this.#dirty = true;
      if (this.player.open) this.#around.timeline.heads.waits(now - this.#last.at);
      if (this.#dirty && now >= this.#nextDraw && any) this.#draw();
      this.player.tick(passed);
      if (any) this.#narrator.tell(this.#at(this.player.seq), now);
      this.#loop();
    });
  }

  #draw() {
    const { timeline, drawn } = this.#around;
    const began = performance.now();
    this.#dirty = false;
    // what a person has seen stays where it is; before anything was played nothing has been seen
    timeline.heads.open = this.player.open;
    timeline.draw({ keepUntil: this.#played && this.player.open ? this.player.us : 0 });
    this.player.follow(timeline.track());
    [need("stage").hidden, need("player").hidden] = [true, false];
    const shown = this.#panes.reduce((sum, { trace }) => sum + trace.cursor, 0);
    if (shown !== this.#last.shown) this.#last = { shown, at: began };
    Object.assign(need("plot").dataset, { shown, from: this.poster ? "page" : "worker" });
    drawn();
    const ready = !this.player.open || this.#around.from !== undefined || began - this.#firstAt > PATIENCE_MS;
    if (!this.#played && ready) this.#first();
    else if (this.#still && this.player.us < this.player.endUs) this.player.seek(this.player.endUs);
    this.#bar.show();
    this.#nextDraw = performance.now() + Math.max(CALM_MS, (performance.now() - began) * 4);
  }

  /** The first playback: from the start, or at once the end where a person wants no motion. */
  #first() {
    this.#played = true;
    this.#still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#around.from !== undefined) return this.player.seek(this.#around.from);
    if (this.#still || this.poster) this.player.seek(this.player.endUs);
    else this.player.play();
    // nobody has asked for the end yet: the figure is read from its beginning
    if (this.poster) this.#around.timeline.surface.scrollTo(0, 0);
  }

  #inline = () => this.#around.explain.inline(this.player.picked && this.#around.timeline.figures[0]?.down === true);

  /** Draws again after the picture changed for another reason than new records. */
  redrawn() {
    this.player.follow(this.#around.timeline.track());
    this.#around.timeline.playhead(this.player.us, this.player.seq);
    this.#inline();
    this.#bar.show();
  }

  /** @param {import("./player.js").Change} change */
  #moved(change) {
    const { timeline, moved } = this.#around;
    const moving = change === "move";
    timeline.playhead(this.player.us, moving ? 0 : this.player.seq);
    this.#inline();
    if (moving || change === "seek") timeline.chase();
    this.#bar.show();
    this.#narrator.moved(!moving);
    moved?.(this.player.us);
  }
}
