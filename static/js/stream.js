// @ts-check
/**
 * The socket of one run: asks for what comes after the cursor, hands frames on, and connects again when the line breaks. It
 * says in words how it stands; it never waits without saying so.
 */
import { soon } from "./format.js";
import { GapError } from "./trace.js";

/** @typedef {"connecting" | "queued" | "receiving" | "offline" | "done" | "cancelled" | "failed" | "kept"} StreamState */
/**
 * @typedef {object} Listener
 * @property {() => number} cursor seq of the last record that is here
 * @property {(frame: any, text: string) => boolean} take takes a frame in; true when the run has ended with it
 * @property {(state: StreamState, words: string) => void} tell
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const GONE = 4404;
const CANCELLED = "Cancelled. What had arrived is shown.";

/** A run that is here already, as one frame that ends it. */
export class Kept {
  /** @param {any} frame @param {Listener} listener */
  constructor(frame, listener) {
    queueMicrotask(() => {
      listener.take(frame, "");
      listener.tell("kept", "The finished run: play it, step through it, ask why.");
    });
  }

  close() {}

  hurry() {}

  cancel() {}
}

export class Stream {
  #address;
  #listener;
  #open;
  /** @type {WebSocket | null} */ #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #over = false;

  /**
   * @param {string} address path of the socket @param {Listener} listener
   * @param {(address: string) => WebSocket} [open]
   */
  constructor(address, listener, open = (path) => new WebSocket(new URL(path, location.href.replace(/^http/, "ws")))) {
    this.#address = address;
    this.#listener = listener;
    this.#open = open;
    this.#connect();
  }

  /** No more frames are wanted. */
  close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Whatever is still on its way is not wanted: the worker was told, and may be done long before a slow line is. */
  cancel() {
    if (!this.#over) this.#end("cancelled", CANCELLED);
  }

  /** Tries at once instead of waiting: the browser says that it is online again. */
  hurry() {
    if (this.#over || !this.#timer) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #connect() {
    this.#timer = 0;
    const after = this.#listener.cursor();
    this.#listener.tell("connecting", after ? "Connecting again…" : "Connecting…");
    const socket = this.#open(`${this.#address}?after=${after}`);
    this.#socket = socket;
    socket.onopen = () => this.#listener.tell("queued", after ? "Connected again, going on where it stopped." : "Waiting for a worker to begin…");
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(String(message.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
  }

  /** @param {string} text */
  #hear(text) {
    const frame = JSON.parse(text);
    this.#wait = FIRST_WAIT_MS;
    if (frame.note) return this.#listener.tell("queued", frame.note);
    if (frame.error) return this.#end("failed", `The simulation failed: ${frame.error}`);
    if (frame.cancelled) return this.#end("cancelled", CANCELLED);
    try {
      const ended = this.#listener.take(frame, text);
      if (ended) this.#end("done", "Done.");
      else this.#listener.tell("receiving", "");
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      // something is missing in between: ask again from what is here
      this.#socket?.close();
      this.#lost(0);
    }
  }

  /** @param {StreamState} state @param {string} words */
  #end(state, words) {
    this.close();
    this.#listener.tell(state, words);
  }

  /** @param {number} code of the closing */
  #lost(code) {
    this.#socket = null;
    if (this.#over) return;
    if (code === GONE) return this.#end("failed", "The server does not know this run any more. Press Run to simulate it again.");
    const wait = this.#wait;
    this.#wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    this.#listener.tell("offline", `The connection is lost. What is here stays; next try in ${soon(wait / 1_000)}.`);
    this.#timer = Number(setTimeout(() => this.#connect(), wait));
  }
}
