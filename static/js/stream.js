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
// a line that takes so long to open, or that says nothing for so long, is taken for dead: the server speaks every 10 s
const OPENS_WITHIN_MS = 10_000;
const SPEAKS_WITHIN_MS = 30_000;
const GONE = 4404;
/** Why the server closes a line that may be opened again. @type {Record<number, string>} */
const CLOSED = { 4500: "The server cannot read this run at the moment", 1013: "The server cannot read its database at the moment" };
const LOST = "The connection is lost";
const KEPT = "What is here stays";
const CANCELLED = "Cancelled. What had arrived is shown.";

export class Stream {
  #address;
  #listener;
  #open;
  /** @type {WebSocket | null} */ #socket = null;
  #wait = FIRST_WAIT_MS;
  /** the next try @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** what is done when the line stays silent @type {ReturnType<typeof setTimeout> | undefined} */ #guard;
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
    this.#drop();
  }

  /** Whatever is still on its way is not wanted: the worker was told, and may be done long before a slow line is. */
  cancel() {
    if (!this.#over) this.#end("cancelled", CANCELLED);
  }

  /** The browser says that it is online again: a new line at once, since the old one may be dead without a word. */
  hurry() {
    if (this.#over) return;
    clearTimeout(this.#timer);
    this.#drop();
    this.#connect();
  }

  /** The browser says that it is offline. A server on this machine may still be heard, so the line is kept until it breaks. */
  offline() {
    if (!this.#over) this.#listener.tell("offline", `This device is offline. ${KEPT}; the run goes on here when the line is back.`);
  }

  #connect() {
    const after = this.#listener.cursor();
    this.#listener.tell("connecting", after ? "Connecting again…" : "Connecting…");
    const socket = this.#open(`${this.#address}?after=${after}`);
    this.#socket = socket;
    this.#expect(OPENS_WITHIN_MS, "The server does not answer");
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#expect(SPEAKS_WITHIN_MS, LOST);
      this.#listener.tell("queued", after ? "Connected again, going on where it stopped." : "Waiting for a worker to begin…");
    };
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(String(message.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  /** Takes the line for dead when nothing comes. @param {number} ms @param {string} why */
  #expect(ms, why) {
    clearTimeout(this.#guard);
    this.#guard = setTimeout(() => this.#lost(why), ms);
  }

  /** @param {string} text */
  #hear(text) {
    const frame = JSON.parse(text);
    this.#wait = FIRST_WAIT_MS;
    this.#expect(SPEAKS_WITHIN_MS, LOST);
    if (frame.note) return this.#listener.tell(frame.code.endsWith("_away") ? "offline" : "queued", frame.note);
    if (frame.error) return this.#end("failed", `The simulation failed: ${frame.error}`);
    if (frame.cancelled) return this.#end("cancelled", CANCELLED);
    try {
      const ended = this.#listener.take(frame, text);
      if (ended) this.#end("done", "Done.");
      else this.#listener.tell("receiving", "");
    } catch (error) {
      // something is missing in between: ask again from what is here
      if (error instanceof GapError) return this.#lost(LOST);
      this.#end("failed", "This page cannot read what the server sends; the site may have been renewed. Load the page again: its address keeps your settings.");
      throw error;
    }
  }

  /** @param {StreamState} state @param {string} words */
  #end(state, words) {
    this.close();
    this.#listener.tell(state, words);
  }

  /** @param {number} code of the closing */
  #closed(code) {
    if (code === GONE) return this.#end("failed", "The server does not know this run any more. Press Run to simulate it again.");
    this.#lost(CLOSED[code] ?? LOST);
  }

  /** @param {string} why */
  #lost(why) {
    this.#drop();
    if (this.#over) return;
    const wait = this.#wait;
    this.#wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    const reason = globalThis.navigator?.onLine === false ? "This device is offline" : why;
    this.#listener.tell("offline", `${reason}. ${KEPT}; next try in ${soon(wait / 1_000)}.`);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #drop() {
    clearTimeout(this.#guard);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
