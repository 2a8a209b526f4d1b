/**
 * The scrubber: a strip on which a pointer, a finger or the keys choose the step. The token strip of the score is one.
 */
import { attr, el } from "./dom.js";
import { partAt, readsAt, writtenAt } from "./shape.js";

const LEAP = 10;

/**
 * Make an element the scrubber.
 * @param {HTMLElement} node
 * @param {import("./arrays.js").Data} data
 * @param {import("./cursor.js").Cursor} cursor
 * @param {(x: number) => number} stepAt the step under a place, in CSS pixels from the element's left edge
 * @returns {() => void} takes it back
 */
export function scrubber(node, data, cursor, stepAt) {
  for (const [name, value] of Object.entries({
    role: "slider",
    tabindex: 0,
    "data-rv-scrubber": "",
    "data-rv-keep": "scrubber",
    "aria-label": data.say("stage.scrubber"),
    "aria-orientation": "horizontal",
    "aria-valuemin": 1,
  })) attr(node, name, value);
  const go = (event) => {
    const box = node.getBoundingClientRect();
    cursor.set({ t: stepAt(((event.clientX - box.left) * node.offsetWidth) / (box.width || 1)), playing: false });
  };
  const controller = new AbortController();
  const on = (type, listener) => node.addEventListener(type, listener, { signal: controller.signal });
  let before = null;
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    before = cursor.t;
    node.setPointerCapture(event.pointerId);
    go(event);
  });
  on("pointermove", (event) => before !== null && go(event));
  on("pointerup", () => (before = null));
  on("pointercancel", () => {
    // The finger meant to scroll the page: the step was not meant to change.
    if (before !== null) cursor.set({ t: before });
    before = null;
  });
  on("keydown", (event) => {
    const by = leaps(event, cursor);
    if (!by) return;
    event.preventDefault();
    cursor.step(by);
  });
  const follow = cursor.subscribe((c, changed) => {
    if (changed.has("T")) attr(node, "aria-valuemax", c.T);
    if (!["t", "T", "frame"].some((field) => changed.has(field))) return; // each run may write something else
    attr(node, "aria-valuenow", c.t + 1);
    attr(node, "aria-valuetext", whereText(data, c));
  });
  return () => {
    controller.abort();
    follow();
  };
}

function leaps(event, cursor) {
  if (event.ctrlKey || event.altKey || event.metaKey) return 0;
  if (cursor.F < 2 && event.key === "ArrowUp") return 1;
  if (cursor.F < 2 && event.key === "ArrowDown") return -1;
  return { PageUp: LEAP, PageDown: -LEAP }[event.key] ?? 0;
}

/** Where the cursor is, in words: "step 7 of 11, w"; of an encoder and a decoder, whose step it is and what it wrote. */
export function whereText(data, cursor) {
  const { meta } = data;
  const { name, start, stop } = partAt(meta, cursor.t);
  const frame = data.frame(cursor);
  if (!name && !readsAt(meta, cursor.t)) return data.say("stage.where_nothing", { t: cursor.t + 1, T: cursor.T });
  if (!name) return data.say("stage.where_symbol", { t: cursor.t + 1, T: cursor.T, symbol: spoken(data, meta.labels[cursor.t] ?? "") });
  const said = { t: cursor.t - start + 1, T: stop - start };
  if (name === "encoder") return data.say("stage.where_encoder", { ...said, symbol: spoken(data, meta.labels[cursor.t] ?? "") });
  const wrote = writtenAt(meta, frame, cursor.t);
  if (wrote === null) return data.say("stage.where_decoder", said);
  return data.say("stage.where_decoder_wrote", { ...said, symbol: spoken(data, wrote) });
}

/** A label as it is read out: white space by its name. */
function spoken(data, label) {
  if (label === " ") return data.say("stage.space");
  if (label === "\n") return data.say("stage.newline");
  return label;
}

/** The scrubber of a stage that has no score: a thin bar. */
export function bar(data, cursor) {
  const fill = el("div", { class: "rv-bar-fill" });
  const node = el("div", { class: "rv-bar" }, el("div", { class: "rv-bar-track" }, fill));
  const stop = scrubber(node, data, cursor, (x) => Math.floor((x / (node.offsetWidth || 1)) * cursor.T));
  const follow = cursor.subscribe((c) => {
    fill.style.transform = `scaleX(${(c.t + 1) / c.T})`;
  });
  return { node, cleanup: () => (stop(), follow()) };
}
