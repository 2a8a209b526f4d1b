/** A heatmap lane: units × time, drawn on a canvas of device pixels. */
import { attr, el, number, style, unitName } from "../dom.js";
import { Matrix, nice } from "../arrays.js";
import { besides, laneFrame, layerOf, ofLayer, short, showHolds } from "./lanes.js";
import { layerStop } from "./lanes-parts.js";
import { badCells, gaps, paint } from "./lanes-pixels.js";
import { rooted } from "./lanes-root.js";

/** Row height by the number of units, in pixels at the normal text size. */
function rowHeight(H) {
  if (H === 1) return 22;
  if (H <= 8) return 15;
  if (H <= 16) return 10;
  return Math.max(1, Math.floor(160 / H));
}

/**
 * @typedef {object} HeatSpec
 * @property {string} name @property {string} quantity as in `data-quantity` @property {string} hue @property {string} title
 * @property {(arrays: object, layer: object) => Matrix} pick (T, rows)
 * @property {string} ramp "diverging", or the hue of a scale from 0 to 1
 * @property {() => number} limit the value that has the full colour
 * @property {() => boolean} [root] whether colours go with the square root of a value
 * @property {boolean} [units] rows are hidden units (the default) @property {string} [gate] whose holds are drawn
 */
export class HeatLane {
  /** @param {object} context data, cursor, axis, mode() @param {HeatSpec} spec */
  constructor(context, spec) {
    Object.assign(this, context, { spec, units: spec.units ?? true });
    Object.assign(this, laneFrame(spec));
    this.rows = this.values().cols;
    this.canvas = el("canvas", { class: "rv-lane-canvas", role: "img" });
    this.rowMark = el("div", { class: "rv-row-mark", hidden: true });
    this.plot.classList.add("rv-lane-heat");
    this.plot.append(this.canvas, this.rowMark);
    this.nothing = el("span", { class: "rv-lane-nothing", hidden: true });
    this.plot.append(this.nothing);
    this.numbers = [];
  }

  /** The matrix that is drawn: of this run, of the other one, or this less the other. */
  values() {
    const { data, cursor, spec } = this;
    const run = data.frame(cursor);
    const mode = data.baseline ? this.mode() : "run";
    const mine = spec.pick(run, layerOf(data, run, cursor));
    if (mode === "run") return mine;
    const other = spec.pick(data.baseline, layerOf(data, data.baseline, cursor));
    return mode === "baseline" ? other : less(mine, other);
  }

  layout() {
    const { axis, rows } = this;
    this.row = axis.px(rowHeight(rows));
    const height = this.row * rows;
    style(this.plot, { height: `${height}px`, "--rv-end": `${axis.end}px` });
    style(this.value, { height: `${height}px` });
    style(this.canvas, { width: `${axis.end}px`, height: `${height}px` });
    this.canvas.width = Math.round(axis.end * axis.ratio);
    this.canvas.height = Math.round(height * axis.ratio);
    style(this.rowMark, { width: `${axis.end}px`, height: `${this.row}px` });
    this.place();
  }

  /** The numbers at the right edge: one a row where there is room, else that of the chosen unit. */
  place() {
    const each = this.row >= 13 * this.axis.scale;
    if (each === this.each && this.numbers.length) return this.move();
    this.each = each;
    this.numbers = Array.from({ length: each ? this.rows : 1 }, (_, row) => {
      const figure = el("span", { class: "rv-figure" });
      const node = el("div", { class: "rv-row-value" }, el("span", { class: "rv-row-name" }), figure);
      return { node, figure, name: node.firstChild, row };
    });
    this.value.replaceChildren(...this.numbers.map(({ node }) => node));
    this.move();
  }

  move() {
    const least = 15 * this.axis.scale;
    for (const { node, row } of this.numbers) {
      const at = this.each ? row : (this.cursor.unit ?? 0);
      const top = Math.min(at * this.row + (this.row - least) / 2, this.row * this.rows - least);
      style(node, { transform: `translateY(${Math.max(this.each ? -9 : 0, top)}px)` });
    }
  }

  draw() {
    const { axis, data, spec } = this;
    const mode = data.baseline ? this.mode() : "run";
    this.matrix = this.values();
    this.other = data.baseline && mode === "run" ? spec.pick(data.baseline, layerOf(data, data.baseline, this.cursor)) : null;
    const end = mode === "difference" ? nice(this.matrix.limit) : spec.limit();
    const root = mode !== "difference" && Boolean(spec.root?.());
    const scale = this.units ? ofLayer(data, this.cursor, this.scaleText(mode, end)) : this.scaleText(mode, end);
    this.sub.textContent = root ? data.say("score.scale_root", { scale, name: spec.name }) : scale;
    if (!this.canvas.width || !this.canvas.height) return;
    const ramp = mode === "difference" ? "diverging" : spec.ramp;
    const context = this.canvas.getContext("2d");
    this.image = paint(context, root ? rooted(this.matrix) : this.matrix, data.theme, ramp, root ? Math.sqrt(end) : end, this.image);
    gaps(context, axis, this.rows, this.row, data.theme);
    this.end();
    this.broken = this.image.bad && badCells(context, this.matrix, axis, this.row, data, this.until);
    showHolds(this.plot, data, this.cursor, axis, spec.gate ? [spec.gate] : [], this.row, this.rows);
  }

  /** Where the layer that is seen has no more steps there is nothing, and that is said. */
  end() {
    const { axis, data, canvas, plot, nothing } = this;
    this.until = this.units ? layerStop(data.meta, this.cursor.layer) : axis.T;
    const left = axis.left(this.until);
    canvas.getContext("2d").clearRect(Math.round(left * axis.ratio), 0, canvas.width, canvas.height);
    style(plot, { "--rv-end": `${left}px` });
    nothing.hidden = this.until === axis.T;
    if (nothing.hidden) return;
    nothing.textContent = axis.end - left > 150 * axis.scale ? data.say("score.no_reverse") : "";
    style(nothing, { left: `${left}px`, width: `${axis.end - left}px` });
  }

  scaleText(mode, end) {
    const { data, rows } = this;
    const low = mode !== "difference" && this.spec.ramp !== "diverging" ? 0 : -end;
    const range = { n: rows, low: short(data, low), high: short(data, end) };
    if (mode === "difference") return data.say("score.scale_difference", range);
    if (!this.units) return data.say("score.scale", range);
    return data.say(rows === 1 ? "score.scale_unit" : "score.scale_units", range);
  }

  /** Write the text alternative. */
  tell() {
    attr(this.canvas, "aria-label", this.describe());
  }

  /** The heatmap in words. */
  describe() {
    const { matrix: m, data, spec } = this;
    let low = -1;
    let high = -1;
    for (let k = 0; k < m.data.length; k++) {
      if (!Number.isFinite(m.data[k])) continue;
      if (low < 0 || m.data[k] < m.data[low]) low = k;
      if (high < 0 || m.data[k] > m.data[high]) high = k;
    }
    if (low < 0) return data.say("score.describe_broken", { title: spec.title });
    const at = (k) => ({ value: data.format(m.data[k]), unit: this.rowName(k % m.cols), t: Math.floor(k / m.cols) + 1 });
    const [a, b] = [at(low), at(high)];
    return data.say(this.broken ? "score.describe_heat_broken" : "score.describe_heat", {
      title: spec.title, n: m.cols, T: m.rows, low: a.value, low_unit: a.unit, low_t: a.t,
      high: b.value, high_unit: b.unit, high_t: b.t,
    });
  }

  rowName(row) {
    return this.units ? unitName(this.data, row) : (this.data.meta.alphabet?.[row] ?? this.data.say("score.channel", { n: row + 1 }));
  }

  step(t) {
    const { data, cursor, spec, matrix } = this;
    const run = data.baseline && this.mode() !== "run" ? this.mode() : null; // no number of this run
    for (const { figure, row } of this.numbers) {
      attr(figure, "data-run", run);
      const unit = this.each ? row : cursor.unit;
      if (unit === null || unit >= this.rows) figure.textContent = "";
      else if (t >= this.until) none(figure);
      else number(figure, data, matrix.at(t, unit), { quantity: spec.quantity, unit, step: t });
    }
  }

  mark(unit) {
    const shown = this.units && unit !== null && unit < this.rows;
    this.rowMark.hidden = !shown || this.rows === 1;
    if (shown) style(this.rowMark, { transform: `translateY(${unit * this.row}px)` });
    for (const { node, name, row } of this.numbers) {
      const at = this.each ? row : unit;
      name.textContent = at === null || !this.units ? "" : String(at + 1);
      node.title = at === null ? "" : this.rowName(at);
      node.hidden = at === null;
      node.classList.toggle("rv-chosen", shown && at === unit);
    }
    if (!this.each) this.move();
  }

  /** The place of a cell in the plot. */
  box(t, row) {
    return { left: this.axis.left(t), top: row * this.row, width: this.axis.span(t), height: this.row };
  }

  /** What is under a place of the plot. */
  tip(x, y) {
    const { axis, matrix, data } = this;
    const t = axis.stepAt(x);
    const row = Math.min(this.rows - 1, Math.max(0, Math.floor(y / this.row)));
    return {
      t,
      unit: this.units ? row : null,
      quantity: this.spec.quantity,
      box: this.box(t, row),
      text: t >= this.until ? data.say("score.no_reverse") : data.say(this.other ? besides(data) : "score.tip", { name: this.rowName(row), value: data.format(matrix.at(t, row), 4),
        other: data.format(this.other?.at(t, row), 4) }),
    };
  }
}

/** There is no number here. */
function none(figure) {
  figure.textContent = "–";
  figure.removeAttribute("data-value");
}

function less(a, b) {
  return new Matrix(a.shape, Float64Array.from(a.data, (v, k) => v - b.data[k]));
}
