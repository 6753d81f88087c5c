// @ts-check
/**
 * The playhead: one moment of simulated time. It moves at constant speed along the folded axis, so there is no second clock
 * that could drift; everything drawn is a function of the trace and this moment.
 */

/** @typedef {{project: (us: number) => number, unproject: (x: number) => number, endUs: number, zoom: number}} Track */
/** @typedef {"seek" | "play" | "pause" | "speed" | "move"} Change */

export const PIXELS_A_SECOND = 120;
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

export class Player {
  #us = 0;
  #x = 0;
  #playing = false;
  #speed = 2;
  #selected = 0;
  /** more records are coming: the end of the track is not the end of the run */
  open = false;
  /** @type {Track} */ #track = { project: () => 0, unproject: () => 0, endUs: 0, zoom: 1 };
  #stops;
  #tell;

  /** @param {import("./stops.js").Stops} stops @param {(change: Change) => void} tell */
  constructor(stops, tell) {
    this.#stops = stops;
    this.#tell = tell;
  }

  get us() {
    return this.#us;
  }

  get playing() {
    return this.#playing;
  }

  get speed() {
    return SPEEDS[this.#speed];
  }

  get endUs() {
    return this.#track.endUs;
  }

  /** Whether a record was stepped to or picked, and nothing moved since. */
  get picked() {
    return this.#selected > 0;
  }

  /** The record the explanation is about: the one that was stepped to or picked, else the latest before the playhead. */
  get seq() {
    return this.#selected || this.#stops.latest(this.#us);
  }

  /** How far along the axis, from 0 to 1. */
  get share() {
    return this.#track.endUs ? this.#track.project(this.#us) / this.#track.project(this.#track.endUs) : 0;
  }

  /** A new axis or zoom; the moment stays. @param {Track} track */
  follow(track) {
    this.#track = track;
    this.#x = track.project(this.#us);
  }

  /** @param {number} us @param {number} [seq] the record that is picked there */
  seek(us, seq = 0) {
    this.#us = Math.max(0, Math.min(us, this.#track.endUs));
    this.#x = this.#track.project(this.#us);
    this.#selected = seq;
    this.#tell("seek");
  }

  /** @param {number} share of the axis, from 0 to 1 */
  seekShare(share) {
    this.seek(this.#track.unproject(share * this.#track.project(this.#track.endUs)));
  }

  /** To the next stop of a kind, backwards just the same. @param {import("./stops.js").StopKind} kind @param {1 | -1} direction */
  step(kind, direction) {
    this.pause();
    const stop = this.#stops.next(kind, this.#us, this.#selected, direction);
    if (stop) this.seek(stop.us, stop.seq);
    else this.seek(direction > 0 ? this.#track.endUs : 0);
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  /** Plays on; from the start where the end was reached. */
  play() {
    if (this.#us >= this.#track.endUs && !this.open) this.seek(0);
    this.#selected = 0;
    this.#playing = true;
    this.#tell("play");
  }

  pause() {
    if (!this.#playing) return;
    this.#playing = false;
    this.#tell("pause");
  }

  /** One step up or down in the list of speeds. @param {number} by */
  faster(by) {
    this.#speed = Math.max(0, Math.min(SPEEDS.length - 1, this.#speed + by));
    this.#tell("speed");
  }

  /** @param {number} speed one of SPEEDS */
  setSpeed(speed) {
    this.faster(SPEEDS.indexOf(speed) - this.#speed);
  }

  /** Moves on by some real time. @param {number} ms */
  tick(ms) {
    if (!this.#playing) return;
    this.#x += (PIXELS_A_SECOND * this.speed * ms) / 1_000 / this.#track.zoom;
    this.#us = Math.min(this.#track.unproject(this.#x), this.#track.endUs);
    const atEnd = this.#us >= this.#track.endUs;
    if (atEnd) this.#x = this.#track.project(this.#us);
    this.#tell("move");
    if (atEnd && !this.open) this.pause();
  }
}
