/**
 * The step in the page's address, and in its fragment what is looked at, so that a pasted link opens on the very
 * screen. Written some time after the last change, in place, with everything else in the address untouched: no history
 * entry, no message to the server, which is never told a fragment.
 *
 * Where one stood goes along to the next page that shows the same sequence, unless its link names a step.
 */
import { isLook, LOOKED_AT, lookOf } from "./look.js";

const WAIT = 250;
const STEP = /([?&])step=[^&#]*/;
const WRITTEN = ["t", ...LOOKED_AT];

/** @type {Map<string, number>} in what one read → where one stood; kept at once, for the next page may come before this one goes */
const stood = new Map();
const SEQUENCES = 8;

/**
 * The step (0-based) at which one stood on the page before, where that read the same; null if the link says another.
 * @param {string[]} labels what is read at each step
 */
export function stoodAt(labels) {
  return stepOf(location.search) === null ? (stood.get(sequence(labels)) ?? null) : null;
}

/**
 * Keep `step` (counted from 1) and the look in the address for as long as this path is shown.
 * @param {import("./cursor.js").Cursor} cursor
 * @param {() => void} look is called when the visitor has changed the fragment, or gone back to another
 * @param {boolean} [placed] whether the step is not the one at which the page opens by itself
 * @returns {{keep(labels: string[]): void, stop(): void}} `keep` writes it again, should the host have rewritten the
 *   address or brought another sequence
 */
export function address(cursor, look, placed = false) {
  const path = location.pathname;
  let timer = 0;
  let chosen = placed || STEP.test(location.search);
  let moved = chosen || lookOf(cursor) !== "";
  let [read, opened] = ["", cursor.t]; // a step that nobody chose is none to take along
  const remember = () => {
    if (!chosen) return;
    stood.delete(read); // the latest stands last
    stood.set(read, cursor.t);
    if (stood.size > SEQUENCES) stood.delete(stood.keys().next().value);
  };
  const write = () => {
    clearTimeout(timer);
    timer = 0;
    if (location.pathname !== path) return; // the page was left
    const search = withStep(location.search, cursor.t + 1);
    const hash = lookOf(cursor) || (isLook(location.hash) ? "" : location.hash);
    if (search + hash !== location.search + location.hash) history.replaceState(history.state, "", path + search + hash);
  };
  const later = () => {
    if (!moved) return;
    clearTimeout(timer);
    timer = setTimeout(write, WAIT);
  };
  const back = () => {
    stood.clear(); // what was left is shown as it was left
    if (location.pathname !== path) return;
    const step = stepOf(location.search);
    if (step !== null) cursor.set({ t: step - 1, playing: false });
    look();
  };
  const hide = () => {
    cursor.pause(); // a page kept for the back button does not play on when it is shown again
    if (timer) write();
  };
  const controller = new AbortController();
  addEventListener("popstate", back, { signal: controller.signal });
  addEventListener("pagehide", hide, { signal: controller.signal });
  globalThis.navigation?.addEventListener("currententrychange", later, { signal: controller.signal });
  let opening = true;
  const follow = cursor.subscribe((c, changed) => {
    if (opening || !WRITTEN.some((field) => changed.has(field))) return;
    moved = true;
    chosen ||= c.t !== opened;
    remember();
    later();
  });
  opening = false;
  return {
    keep(labels) {
      [read, opened] = [sequence(labels), cursor.t];
      remember();
      later();
    },
    stop() {
      clearTimeout(timer);
      controller.abort();
      follow();
    },
  };
}

function sequence(labels) {
  return labels.join("\n");
}

/** The query with its step set and every other parameter as it was. */
export function withStep(search, step) {
  if (STEP.test(search)) return search.replace(STEP, `$1step=${step}`);
  return `${search}${search.length > 1 ? "&" : search ? "" : "?"}step=${step}`;
}

/** The step that a query names, or null. */
export function stepOf(search) {
  const step = Number(new URLSearchParams(search).get("step") ?? NaN);
  return Number.isInteger(step) && step >= 1 ? step : null;
}
