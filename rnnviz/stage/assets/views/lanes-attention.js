/**
 * Attention on the score's time axis: a row a step that writes, a column a step that is read. The rows end in what was
 * written there, each in its own column: so the staircase ties a row to its step.
 */
import { attr, el, number, style, symbol, text } from "../dom.js";
import { laneFrame, short } from "./lanes.js";
import { bySource, describeLook, extents, longestName, lookSentence, mostLooked, sourceName, topReader, topSource, weights, writtenName } from "./look.js";
import { gaps, paint } from "./lanes-pixels.js";

const TALLEST = 300; // px at the normal text size
const ROW = 22; // px: no row is taller
const WRITTEN = 13; // px: a row this high has room for what was written

export class AttentionLane {
  /** @param {object} context data, cursor, axis */
  constructor(context) {
    Object.assign(this, context, extents(context.data));
    const { data } = this;
    this.spec = { name: "attention", quantity: "attention", title: data.say("attention.lane") };
    Object.assign(this, laneFrame({ ...this.spec, hue: "ink" }));
    this.canvas = el("canvas", { class: "rv-lane-canvas", role: "img" });
    this.rowMark = el("div", { class: "rv-look-row" });
    this.stairs = el("div", { class: "rv-look-stairs", "aria-hidden": "true" });
    this.plot.classList.add("rv-lane-look");
    this.plot.append(this.canvas, this.stairs, this.rowMark);
    this.who = el("span", { class: "rv-look-who" });
    this.figure = el("span", { class: "rv-figure" });
    this.value.append(el("div", { class: "rv-look-value" }, this.who, this.figure));
    this.now = null;
  }

  get frame() {
    return this.data.frame(this.cursor);
  }

  layout() {
    const { axis, N } = this;
    this.row = axis.px(Math.min(ROW, TALLEST / N));
    const height = this.row * N;
    for (const node of [this.plot, this.value]) style(node, { height: `${height}px` });
    const width = axis.left(this.start);
    style(this.plot, { "--rv-end": `${width}px` });
    style(this.canvas, { width: `${width}px`, height: `${height}px` });
    this.canvas.width = Math.round(width * axis.ratio);
    this.canvas.height = Math.round(height * axis.ratio);
    this.climb();
  }

  /** The stairs: at each row, in its own step's column, what was written there, or a mark where letters have no room. */
  climb() {
    const { axis, N, start, row } = this;
    const lettered = row >= WRITTEN * axis.scale && axis.pitch >= 9 * Math.min(5, longestName(this.data).written) ** 0.75 * axis.scale;
    this.steps = Array.from({ length: N }, (_, n) => el("span", { class: "rv-look-step", dir: "auto",
      style: { left: `${axis.left(start + n)}px`, top: `${n * row}px`, width: `${axis.span(start + n)}px`, height: `${row}px`, lineHeight: `${row}px` } }));
    this.stairs.classList.toggle("rv-look-lettered", lettered);
    this.lettered = lettered;
    this.now = null;
    this.stairs.replaceChildren(...this.steps);
  }

  letter(node, name) {
    text(node, name);
    node.classList.toggle("rv-clips", name.length > 2);
  }

  draw() {
    const { data, axis, frame } = this;
    const most = mostLooked(data);
    text(this.sub, data.say("attention.sub", { high: short(data, most) }));
    if (this.lettered) this.steps.forEach((node, n) => this.letter(node, symbol(writtenName(data, frame, n))));
    if (!this.canvas.width || !this.canvas.height) return;
    const context = this.canvas.getContext("2d");
    this.image = paint(context, bySource(frame), data.theme, "ink", most, this.image);
    gaps(context, { ...axisOf(axis), T: this.start }, this.N, this.row, data.theme);
  }

  /** Of the cursor's step: at one that writes its row, at one that is read the row that looks at it most. */
  step(t) {
    const { data, axis, frame, row, start } = this;
    const writes = t >= start;
    const n = writes ? t - start : topReader(frame, t);
    const s = writes ? topSource(frame, n) : t;
    style(this.rowMark, { transform: `translateY(${n * row}px)`, height: `${row}px`, width: `${axis.left(start + n + 1)}px` });
    this.rowMark.classList.toggle("rv-look-reader", !writes);
    if (this.now !== null) this.steps[this.now]?.classList.remove("rv-now");
    this.steps[n].classList.add("rv-now");
    this.now = n;
    const least = 30 * axis.scale;
    style(this.value.firstChild, { transform: `translateY(${Math.min(Math.max(0, n * row + (row - least) / 2), Math.max(0, this.N * row - least))}px)` });
    text(this.who, `${symbol(writtenName(data, frame, n))} ← ${symbol(sourceName(data, s))}`);
    number(this.figure, data, weights(frame).at(n, s), { quantity: "attention", unit: s, step: start + n });
  }

  tell() {
    attr(this.canvas, "aria-label", `${this.spec.title}. ${describeLook(this.data, this.frame)}`);
  }

  mark() {}

  /** Over the map the cell; beside it the row of that step, and where it looks most. */
  tip(x, y) {
    const { axis, frame, start, row } = this;
    const t = axis.stepAt(x);
    const n = t >= start ? t - start : Math.min(this.N - 1, Math.max(0, Math.floor(y / row)));
    const s = t >= start ? topSource(frame, n) : t;
    return { t, unit: null, quantity: "attention", sentence: lookSentence(this.data, frame, n, s), value: weights(frame).at(n, s),
      of: { unit: s, step: start + n }, box: { left: axis.left(s), top: n * row, width: axis.span(s), height: row } };
  }
}

/** An axis as the lines between cells need it, with fewer steps. */
function axisOf(axis) {
  return { ratio: axis.ratio, pitch: axis.pitch, left: (t) => axis.left(t) };
}
