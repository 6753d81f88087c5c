// @ts-check
/** A run that the page brought along: what the first paint was drawn from. */

/** A run that is here already, as one frame that ends it. */
export class Kept {
  /** @param {any} frame @param {import("./stream.js").Listener} listener */
  constructor(frame, listener) {
    queueMicrotask(() => {
      listener.take(frame, "");
      listener.tell("kept", "The finished run: play it, step through it, ask why.");
    });
  }

  close() {}

  cancel() {}

  hurry() {}

  offline() {}
}
