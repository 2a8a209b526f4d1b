/** A lane in which every moment of a training is a column of cells: a gradient at each step, a gate of each unit. */
import { attr, el, number, style, text } from "../dom.js";
import { laneFrame } from "./lanes.js";

/**
 * @typedef {object} HeatSpec
 * @property {string} name @property {string} hue also of the ramp @property {string} title @property {() => string} sub
 * @property {(frame: number) => ArrayLike<number>} column its numbers, from the top
 * @property {number} rows @property {number} height
 * @property {(least: number, most: number) => boolean} hold fit the scale to numbers that came; whether it changed
 * @property {(v: number) => number} place from 0 to 1 on the ramp; NaN: none
 * @property {[number, string][]} marks rows that are named at the left
 * @property {{name: string, of: (column: ArrayLike<number>) => number, show: (v: number) => string, attributes: object}[]} shown the numbers at the right
 * @property {(row: number, v: number) => string} sentence @property {(row: number) => object} [pick] what a click on a row singles out
 * @property {() => [string, string]} [ends] what the ends of the ramp mean
 */
export class HeatOfCourse {
  constructor(context, spec) {
    Object.assign(this, context, { spec });
    Object.assign(this, laneFrame({ ...spec, name: `course-${spec.name}` }));
    this.canvas = el("canvas", { class: "rv-lane-canvas", role: "img" });
    this.image = document.createElement("canvas");
    this.ticks = el("div", { class: "rv-course-ticks", "aria-hidden": "true" });
    this.rowMark = el("div", { class: "rv-row-mark", hidden: true });
    this.entries = spec.shown.map(({ name }) => {
      const figure = el("span", { class: "rv-figure" });
      return { figure, node: el("div", { class: "rv-course-entry", style: { "--rv-hue": `var(--rv-${spec.hue})` } }, el("span", {}, name), figure) };
    });
    this.plot.classList.add("rv-course-plot");
    this.plot.append(this.canvas, this.ticks, this.rowMark);
    this.value.classList.add("rv-course-values");
    this.value.append(el("div", { class: "rv-course-group" }, ...this.entries.map(({ node }) => node), this.legend()));
    this.forget();
  }

  /** The ramp, with what its ends mean. */
  legend() {
    if (!this.spec.ends) return null;
    const { css } = this.data.theme.ramp(this.spec.hue);
    const stops = [0, 0.25, 0.5, 0.75, 1].map((part) => css[Math.round(part * (css.length - 1))]);
    this.ends = [el("span"), el("span")];
    return el("div", { class: "rv-course-ramp" }, this.ends[0], el("i", { style: { background: `linear-gradient(to right, ${stops.join(", ")})` } }), this.ends[1]);
  }

  /** Begin anew: another layer. */
  forget() {
    Object.assign(this, { columns: [], coloured: 0 });
  }

  get count() {
    return Math.min(this.data.frames.length, this.data.learning.update.length);
  }

  column(frame) {
    return (this.columns[frame] ??= this.spec.column(frame));
  }

  layout() {
    const { axis, spec } = this;
    this.height = axis.px(spec.height);
    this.row = this.height / spec.rows;
    style(this.plot, { height: `${this.height}px` });
    style(this.canvas, { width: `${axis.width}px`, height: `${this.height}px` });
    style(this.rowMark, { width: `${axis.width}px`, height: `${Math.max(4, this.row)}px` });
    this.canvas.width = Math.round(axis.width * axis.ratio);
    this.canvas.height = Math.round(this.height * axis.ratio);
    this.ticks.replaceChildren(...spec.marks.map(([row, words]) => el("span", { style: { top: `${(row + 0.5) * this.row}px` } }, words)));
    this.redraw();
  }

  /** Colour what is new; if it does not fit the scale, all. @returns {number} the first moment with another colour */
  colour() {
    const first = this.coloured;
    let [least, most] = [Infinity, -Infinity];
    for (let frame = first; frame < this.count; frame++) {
      for (const v of this.column(frame)) {
        if (!Number.isFinite(v)) continue;
        if (v < least) least = v;
        if (v > most) most = v;
      }
    }
    const from = least <= most && this.spec.hold(least, most) ? 0 : first;
    this.makeRoom(this.count);
    this.fill(from, this.count);
    this.coloured = this.count;
    return from;
  }

  /** The image holds a pixel a moment and row; it grows by doubling. */
  makeRoom(wanted) {
    const { image, spec } = this;
    if (image.width >= wanted && image.height === spec.rows) return;
    const before = image.width && image.height === spec.rows ? image : null;
    this.image = Object.assign(document.createElement("canvas"), { width: Math.max(64, 2 * wanted), height: spec.rows });
    if (before) this.image.getContext("2d").drawImage(before, 0, 0);
  }

  fill(from, to) {
    if (to <= from) return;
    const { spec, data } = this;
    const context = this.image.getContext("2d");
    const pixels = context.createImageData(to - from, spec.rows);
    const packed = new Uint32Array(pixels.data.buffer);
    const ramp = data.theme.ramp(spec.hue).packed;
    for (let frame = from; frame < to; frame++) {
      const column = this.column(frame);
      for (let row = 0; row < spec.rows; row++) {
        const share = spec.place(column[row]);
        packed[row * (to - from) + frame - from] = share === share ? ramp[Math.round(share * (ramp.length - 1))] : 0;
      }
    }
    context.putImageData(pixels, from, 0);
  }

  redraw() {
    if (!this.canvas.width) return;
    this.colour();
    this.paint(0);
  }

  extend() {
    const from = this.coloured;
    if (this.count > from) this.paint(Math.max(0, Math.min(this.colour(), from) - 1)); // the last column was cut where its next begins
  }

  paint(from) {
    const { axis, canvas, image, spec, count } = this;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = spec.rows > canvas.height;
    for (let frame = from; frame < count; frame++) {
      const { left, width } = axis.column(frame);
      const [x, end] = [Math.round(left * axis.ratio), Math.round((left + width) * axis.ratio)];
      if (frame === from) context.clearRect(x, 0, canvas.width - x, canvas.height);
      context.drawImage(image, frame, 0, 1, spec.rows, x, 0, Math.max(1, end - x), canvas.height);
    }
    text(this.sub, spec.sub());
    if (this.ends) spec.ends().forEach((words, k) => text(this.ends[k], words));
  }

  step({ frame, update }) {
    const column = this.column(Math.min(frame, this.count - 1));
    this.spec.shown.forEach(({ of, show, attributes }, k) => {
      const { figure } = this.entries[k];
      const v = of(column);
      number(figure, this.data, v, attributes.what);
      attr(figure, "data-gate", attributes.gate ?? null);
      attr(figure, "data-update", update);
      text(figure, show(v));
    });
    this.mark();
  }

  /** The unit that is singled out. */
  mark() {
    const { unit } = this.cursor;
    const shown = this.spec.pick !== undefined && unit !== null && unit < this.spec.rows;
    this.rowMark.hidden = !shown;
    if (shown) style(this.rowMark, { transform: `translateY(${unit * this.row}px)` });
  }

  rowAt(y) {
    return Math.min(this.spec.rows - 1, Math.max(0, Math.floor(y / this.row)));
  }

  tip(x, y) {
    const { axis, data, spec } = this;
    const frame = Math.min(this.count - 1, data.learning.nearest(axis.updateAt(x)));
    const row = this.rowAt(y);
    const { left, width } = axis.column(frame);
    if (x > left + width + 1) return null;
    return { where: data.say("learning.tip_moment", { n: data.learning.update[frame].toLocaleString("en") }), sentence: spec.sentence(row, this.column(frame)[row]),
      box: { left, top: row * this.row, width, height: this.row } };
  }

  tell() {
    const { data, spec } = this;
    const [first, last] = [this.column(0), this.column(this.count - 1)];
    const parts = spec.shown.map(({ name, of, show }) => data.say("learning.describe", { name, first: show(of(first)), first_update: data.learning.update[0],
      last: show(of(last)), last_update: data.learning.update[this.count - 1] }));
    attr(this.canvas, "aria-label", [`${spec.title}.`, ...parts].join(" "));
  }
}
