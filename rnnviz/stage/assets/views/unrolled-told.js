/**
 * What is read and, as far as it is written at the cursor, what is written, in one line: "458 → four hundred". Only of
 * runs that write symbols, and not of those that foretell the next symbol of what they read: there each repeats the other.
 */
import { el, text } from "../dom.js";
import { largestAt, partsOf, readsAt, writtenAt } from "../shape.js";
import { answersAt, hasTarget } from "./output-kinds.js";
import { joined } from "./output-written.js";
import { isNumbers } from "./wave.js";

/** So many symbols of a long text are written out: of what is read the first, of what is written the last that have room. */
const [READ, WRITTEN] = [80, 120];

export class Told {
  /** @param {import("../arrays.js").Data} data */
  constructor(data) {
    this.data = data;
    this.known = new WeakMap();
    this.written = el("span", { class: "rv-u-told-written", dir: "auto" });
    this.room = el("span", { class: "rv-u-told-room" }, this.written);
    this.width = Infinity;
    this.brush = null;
    this.element = tells(data) ? this.line() : null;
  }

  /** How much room there is: asked once a layout, for to ask lays the page out. */
  measure() {
    if (!this.element) return;
    const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(this.written);
    this.width = this.room.clientWidth || Infinity;
    this.brush ??= el("canvas").getContext("2d");
    this.brush.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`; // the shorthand is empty: figures have one width
  }

  line() {
    const { data } = this;
    const read = el("span", { class: "rv-u-told-read", dir: "auto" }, readOf(data));
    const arrow = el("span", { class: "rv-u-told-arrow", "aria-hidden": "true" }, "→");
    return el("p", { class: "rv-u-told", title: data.say("graph.told") }, read, arrow, this.room);
  }

  /** A step changes one text. */
  show(t, frame) {
    if (!this.element) return;
    if (!this.known.has(frame)) this.known.set(frame, answersOf(this.data, frame));
    const { names, counts } = this.known.get(frame);
    const end = counts[Math.min(t, counts.length - 1)];
    text(this.written, end ? this.last(names, end) : "…");
  }

  /** The last of what is written, as much as has room: to cut it off would put the whole page together at each step. */
  last(names, end) {
    const said = (from) => `${from ? "…" : ""}${joined(names.slice(from, end))}`;
    let [low, high] = [Math.max(0, end - WRITTEN), end - 1];
    while (low < high) {
      const from = (low + high) >> 1;
      if (this.wide(said(from)) <= this.width) high = from;
      else low = from + 1;
    }
    return said(low);
  }

  wide(words) {
    return this.brush ? this.brush.measureText(words).width : 0;
  }
}

function tells(data) {
  const { meta } = data;
  if (meta.recorded || meta.kind !== "symbols" || !meta.answers) return false;
  return meta.shape !== "many_to_many" || !foretells(data, data.frames[0]);
}

/** Whether what is right at each step is what is read at the next; so too where nothing is asked before the last. */
function foretells(data, frame) {
  const { answers, labels, T } = data.meta;
  for (let t = 0; t < T - 1; t++) {
    if (hasTarget(data, frame, t) && answers[frame.targets.at(t)] !== labels[t + 1]) return false;
  }
  return true;
}

/** What is read, or of numbers how many: one at a step, or all at the one. */
function readOf({ meta, say }) {
  const { stop } = partsOf(meta)[0];
  const labels = meta.labels.slice(0, stop).filter((_, t) => readsAt(meta, t));
  if (!meta.alphabet && labels.every(isNumbers)) return say("graph.told_numbers", { n: labels.length * meta.D });
  const again = meta.shape === "one_to_many" ? labels.slice(0, 1) : labels; // the one input, read at every step
  return `${joined(again.slice(0, READ))}${again.length > READ ? "…" : ""}`;
}

/** What is answered, one after another, and how much of it at each step. @returns {{names: string[], counts: number[]}} */
function answersOf({ meta }, frame) {
  const names = [];
  const counts = Array.from({ length: meta.T }, (_, t) => {
    if (answersAt({ meta }, t)) names.push(writtenAt(meta, frame, t) ?? meta.answers[largestAt(frame.outputs.row(t), meta.O)]);
    return names.length;
  });
  return { names, counts };
}
