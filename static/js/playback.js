// @ts-check
/**
 * What moves: the playhead over one or several runs, what is drawn when, and where the playhead goes while records still
 * arrive. Picture, clock and explanation are kept at the playhead.
 */
import { Frames } from "./frames.js";
import { wantsNoMotion } from "./glide.js";
import { Narrator } from "./narrator.js";
import { recordAt } from "./panes.js";
import { Player } from "./player.js";
import { PlayerBar } from "./player-bar.js";
import { Stops } from "./stops.js";
import { need } from "./svg.js";

/** @typedef {import("./panes.js").Pane} Pane */
/** @typedef {{timeline: import("./timeline.js").Timeline, explain: import("./explain-view.js").ExplainView, drawn: () => void, scaled?: () => void, moved?: (us: number) => void, besides?: import("./trace.js").Trace[], alone?: number, from?: number}} Around drawn: the picture was made anew; scaled: only its zoom is another; moved: the playhead is elsewhere; besides: runs that have their place on the axis too; alone: which pane is the only one; from: the moment to go on from, else it is played */

// playing begins when all is here, or after this long with what is here
const PATIENCE_MS = 350;
const CALM_MS = 120;

export class Playback {
  player;
  poster = false; // it was here before anybody asked: nothing moves, the end is shown
  /** @type {Pane[]} */ #panes;
  /** @type {Around} */ #around;
  #bar;
  #narrator;
  #dirty = false;
  #played = false;
  #firstAt = 0;
  #frames;
  #nextDraw = 0;
  #last = { shown: 0, at: 0 }; // records that are drawn, and since when
  #still = false; // no motion is wanted: the playhead stays at the newest moment until a person moves it

  /** @param {Pane[]} panes @param {Around} around @param {Record<string, () => void>} actions */
  constructor(panes, around, actions) {
    [this.#panes, this.#around] = [panes, around];
    this.player = new Player(new Stops(...panes.map(({ trace }) => trace)), (change) => this.#moved(change));
    this.#narrator = new Narrator(around.explain);
    this.#bar = new PlayerBar(this.player, actions);
    this.player.open = true;
    around.timeline.begin(panes, around.besides, around.alone);
    this.#frames = new Frames((now, passed) => this.#each(now, passed));
  }

  /** Leaves the runs; others begin. */
  close() {
    this.#frames.close();
    this.#bar.close();
  }

  /** Something has arrived or changed. */
  news() {
    this.#firstAt ||= performance.now();
    this.#dirty = true;
  }

  /** Nothing more comes. @param {boolean} poster */
  ended(poster) {
    [this.poster, this.player.open] = [poster, false];
    this.#nextDraw = 0;
    this.#dirty = true;
  }

  /** Goes to a record. @param {number} code */
  pick(code) {
    const { trace, seq } = recordAt(this.#panes, code);
    this.player.pause();
    this.player.seek(trace.kind(seq) === "attempt" ? trace.end(seq) : trace.at(seq), code);
  }

  /** How many records are here. */
  get #here() {
    return this.#panes.reduce((sum, { trace }) => sum + trace.cursor, 0);
  }

  /** Draws what is here without waiting for a frame. */
  now = () => this.#here && this.#draw();

  /** @param {number} now @param {number} passed since the last frame */
  #each(now, passed) {
    if (this.player.open) this.#around.timeline.heads.waits(now - this.#last.at);
    if (!this.#here) return;
    if (!this.#played && now - this.#firstAt > PATIENCE_MS) this.#dirty = true;
    if (this.#dirty && now >= this.#nextDraw) this.#draw();
    else if (this.#around.timeline.scale.glides) this.#picture(), this.#around.scaled?.();
    this.player.tick(passed);
    this.#narrator.tell(recordAt(this.#panes, this.player.seq), now);
  }

  /** What a person has seen stays where it is; before anything was played nothing has been seen. */
  #picture() {
    const [{ timeline }, { open, us, playing }, seen] = [this.#around, this.player, this.#played];
    timeline.heads.open = open;
    timeline.draw({ seen, keepUntil: seen && open ? us : 0, hold: !playing && !this.#still });
    this.player.follow(timeline.track());
  }

  #draw() {
    const { timeline, drawn } = this.#around;
    const began = performance.now();
    this.#dirty = false;
    this.#picture();
    [need("stage").hidden, need("player").hidden] = [true, false];
    if (this.#here !== this.#last.shown) this.#last = { shown: this.#here, at: began };
    Object.assign(need("plot").dataset, { shown: this.#here, from: this.poster ? "page" : "worker" });
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
    this.#still = wantsNoMotion();
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
    if (this.player.us < this.player.endUs) this.#still = false;
    timeline.playhead(this.player.us, moving ? 0 : this.player.seq);
    this.#inline();
    if (moving || change === "seek") timeline.chase();
    this.#bar.show();
    this.#narrator.moved(!moving);
    moved?.(this.player.us);
  }
}
