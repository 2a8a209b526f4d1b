/**
 * The second slider: which of the stacked runs is seen. It stands on a row of its own, for dragging it is what a sweep
 * is made for: the pictures follow in every frame, and nothing is asked of the server.
 */
import { attr, el, style, text } from "./dom.js";

/** Most marks along the slider: one a run up to here, else one every few. */
const MARKS = 48;
/** Share of the slider within which its own mark leaves no room for the name of an end. */
const NEAR = 0.12;

/**
 * @param {import("./arrays.js").Data} data `stage.frame`: the run that was asked for, if one of them is
 * @param {import("./cursor.js").Cursor} cursor
 * @param {(() => void)[]} cleanups
 */
export function framesSlider(data, cursor, cleanups) {
  const title = data.frame_title ?? data.say("stage.frames");
  const name = (frame) => data.frame_labels?.[frame] ?? data.say("stage.frame", { n: frame + 1, N: cursor.F });
  const input = el("input", { type: "range", min: 1, step: 1, class: "rv-range", "data-rv-frames": "",
    "data-rv-keep": "frames", "aria-label": title, title: data.say("stage.frames_title") });
  const label = el("output", { class: "rv-frame-name", "aria-hidden": "true" });
  const own = data.stage.frame === undefined ? null : ownMark(data, cursor, name);
  const marks = el("div", { class: "rv-frames-marks", "aria-hidden": "true" });
  const ends = [0, 1].map(() => el("span", { class: "rv-frames-end", "aria-hidden": "true" }));
  const rail = el("div", { class: "rv-frames-rail" }, marks, input, own, ends);
  let labelled = -1;
  const fit = () => {
    const last = cursor.F - 1;
    labelled = data.frame_labels?.length;
    const at = last ? (data.stage.frame ?? 0) / last : 0;
    attr(input, "max", last + 1);
    input.disabled = !last; // a training that has only begun
    style(rail, { "--rv-own": at });
    marks.replaceChildren(...places(last).map((place) => el("i", { style: { "--rv-at": place } })));
    const free = (end) => !own || Math.abs(at - end) > NEAR; // the mark's words have the place
    ends.forEach((node, end) => text(node, free(end) && (last || !end) ? name(end * last) : ""));
  };
  input.addEventListener("input", () => cursor.set({ frame: Number(input.value) - 1 }));
  hold(input, cursor, cleanups);
  cleanups.push(cursor.subscribe((c, changed) => {
    if ((changed.has("F") || labelled !== data.frame_labels?.length) && !c.held) fit(); // a slider that changed its length in the hand would jump
    if (!changed.has("frame") && !changed.has("F")) return;
    const words = name(c.frame);
    if (input.value !== String(c.frame + 1)) input.value = String(c.frame + 1); // while dragged, it is there already
    attr(input, "aria-valuetext", words);
    text(label, words);
    if (own) own.classList.toggle("rv-frames-here", c.frame === data.stage.frame);
  }));
  input.addEventListener("rv-released", fit);
  return el("div", { class: "rv-frames" }, el("span", { class: "rv-frames-title", "aria-hidden": "true" }, title), rail, label);
}

/** While a pointer has the slider, frames that come do not move it. */
function hold(input, cursor, cleanups) {
  const controller = new AbortController();
  const { signal } = controller;
  const release = () => {
    if (!cursor.held) return;
    cursor.held = false;
    input.dispatchEvent(new Event("rv-released"));
  };
  input.addEventListener("pointerdown", () => (cursor.held = true), { signal });
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, release, { signal });
  cleanups.push(() => controller.abort(), () => (cursor.held = false));
}

/** Where marks stand along the track, one a run where that is not too many. */
function places(last) {
  const every = Math.ceil((last + 1) / MARKS);
  return last ? Array.from({ length: Math.floor(last / every) + 1 }, (_, k) => (k * every) / last) : [0];
}

/** Where the run that was asked for stands; pressing it leads back there. */
function ownMark(data, cursor, name) {
  const words = data.say("stage.frames_own_title", { value: name(data.stage.frame) });
  const at = data.stage.frame / (data.frames.length - 1);
  const end = at < NEAR / 2 ? "start" : at > 1 - NEAR / 2 ? "end" : null;
  return el("button", { type: "button", class: "rv-frames-own", "data-end": end, title: words, "aria-label": words, "data-rv-keep": "frames own",
    onclick: () => cursor.set({ frame: data.stage.frame }) }, data.say("stage.frames_own"));
}
