// @ts-check
/** What buttons, keys and pointers do to the player and the figure. */
import { MODES } from "./axis-modes.js";
import { bringIntoSight } from "./in-sight.js";
import { need } from "./svg.js";
import { tellPlaces } from "./tip.js";
import { TrueScale } from "./true-scale.js";
import { zoomByHand } from "./zooming.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {{player: Player, redrawn: () => void}} View one run, or several played together */
/** @typedef {import("./timeline.js").Timeline} Timeline */

const KEYS = "keys";

/** Single keys may be turned off; remembered on this device. */
export const keysAreOn = () => /** @type {HTMLInputElement} */ (need("keys-on")).checked;

/** @param {() => View | null} view @param {Timeline} timeline @returns {Record<string, (event?: any) => void>} */
export function actionsFor(view, timeline) {
  const player = () => view()?.player;
  const redraw = () => view()?.redrawn();
  const dialog = /** @type {HTMLDialogElement} */ (need("keys"));
  const box = /** @type {HTMLInputElement} */ (need("keys-on"));
  const by = /** @type {HTMLSelectElement} */ (need("by"));
  const trueScale = new TrueScale(timeline, redraw);
  zoomByHand(timeline, redraw);
  const step = (/** @type {Player} */ player, /** @type {1 | -1} */ direction) => player.step(/** @type {import("./stops.js").StopKind} */ (by.value), direction);
  const moving = (/** @type {(player: Player, event?: any) => void} */ act) => (/** @type {any} */ event) => {
    const shown = view();
    if (!shown) return;
    act(shown.player, event);
    bringIntoSight();
  };
  try {
    box.checked = localStorage.getItem(KEYS) !== "off";
    box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
  } catch {
    // no storage: the choice holds for this page
  }
  return {
    toggle: moving((player) => player.toggle()),
    forward: moving((player) => player.step("attempt", 1)),
    back: moving((player) => player.step("attempt", -1)),
    nextEvent: moving((player) => player.step("event", 1)),
    previousEvent: moving((player) => player.step("event", -1)),
    nextTrouble: moving((player) => player.step("trouble", 1)),
    previousTrouble: moving((player) => player.step("trouble", -1)),
    start: moving((player) => player.seek(0)),
    end: moving((player) => player.seek(player.endUs)),
    tenth: moving((player, event) => player.seekShare(Number(event.key) / 10)),
    faster: () => player()?.faster(1),
    slower: () => player()?.faster(-1),
    onward: moving((player) => step(player, 1)),
    backward: moving((player) => step(player, -1)),
    mode: () => choose(MODES[(MODES.indexOf(timeline.scale.mode) + 1) % MODES.length]),
    ...Object.fromEntries(MODES.map((mode) => [mode, () => choose(mode)])),
    seeTrue: trueScale.press,
    seeFolded: trueScale.release,
    fold: () => {
      timeline.change((scale) => scale.fold());
      need("fold").hidden = true;
      redraw();
    },
    in: () => zoom(2),
    out: () => zoom(0.5),
    whole: () => zoom(0),
    help: () => dialog.showModal(),
  };

  /** @param {import("./axis-modes.js").Mode} mode */
  function choose(mode) {
    if (!view()) return;
    timeline.change((scale) => {
      scale.mode = mode;
    });
    for (const name of MODES) need(`mode-${name}`).setAttribute("aria-pressed", String(name === mode));
    redraw();
  }

  /** @param {number} factor */
  function zoom(factor) {
    timeline.zoomBy(factor);
    redraw();
  }
}

/**
 * In the figure: a mark is picked, a cycle is opened, everywhere else the playhead follows the pointer.
 * @param {Timeline} timeline @param {() => View | null} view @param {(code: number) => void} pick
 */
export function watchPointer(timeline, view, pick) {
  const surface = timeline.surface;
  let dragging = false;
  const scrub = (/** @type {PointerEvent} */ event) => view()?.player.seek(timeline.momentAt(event.clientX, event.clientY));
  const open = (/** @type {number} */ first, /** @type {number} */ page) => {
    timeline.change((scale) => scale.open(first, page));
    need("fold").hidden = false;
    view()?.redrawn();
  };
  tellPlaces(timeline, view, (us) => {
    const piece = timeline.figures[0]?.axis.pieceAt(us);
    if (piece?.kind === "cycle") open(piece.first ?? 0, piece.page ?? 0);
    return piece?.kind === "cycle";
  });
  surface.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("#inline-close")) return view()?.player.seek(view()?.player.us ?? 0);
    if (target.closest(".names, .inline")) return;
    const cycle = target.closest("[data-cycle]");
    const mark = target.closest("[data-seq]");
    if (cycle) open(Number(cycle.getAttribute("data-cycle")), Number(cycle.getAttribute("data-page")));
    else if (mark && timeline.codeAt(mark)) pick(timeline.codeAt(mark));
    else view()?.player.seek(timeline.momentAt(event.clientX, event.clientY));
  });
  surface.addEventListener("pointerdown", (event) => {
    // a finger scrolls the figure; it scrubs with the slider
    dragging = event.pointerType === "mouse" && event.button === 0 && !(/** @type {Element} */ (event.target).closest("[data-seq], .inline"));
    if (dragging) view()?.player.pause();
  });
  surface.addEventListener("pointermove", (event) => {
    if (dragging && event.buttons) scrub(event);
  });
  addEventListener("pointerup", () => {
    dragging = false;
  });
}
