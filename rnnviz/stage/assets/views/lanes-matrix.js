/** A T × T picture on the shared time axis: which step's loss, or state, hears how much of which state. */
import { Matrix, raised } from "../arrays.js";
import { attr, el, style, text } from "../dom.js";
import { pairsOf } from "./flow-pairs.js";
import { laneFrame, powerText } from "./lanes.js";
import { firstFrame, startOf } from "./lanes-flow.js";
import { Ink, paintMatrix } from "./lanes-matrix-pixels.js";
import { isBlankAbove, square } from "./lanes-triangle.js";

const TALLEST = 320; // px at the normal text size
const ROW = 32; // px: no row is taller, however few steps there are
const FEW = 3; // losses: where there are no more, their rows alone are drawn
const LEGEND = 44; // px: no legend is shorter, numbers at its ends included
const WORDS = 1500; // px that the longest note takes in one line, at the normal text size
const LINE = 19; // px from one line to the next
const MARGIN = 13; // px about a note in the empty half
const DEEPEST = 12; // decades below 1 from which on everything has the faintest ink
const HIGHEST = 6;

/** Of each kind: the array in the payload, and the quantity that its numbers carry. */
const KINDS = { itemised: { array: "itemised_log10", quantity: "itemised" }, jacobian: { array: "jacobian_log10", quantity: "jacobian" } };

export class MatrixLane {
  /** @param {object} context data, cursor, axis @param {"itemised"|"jacobian"} which */
  constructor(context, which) {
    Object.assign(this, context, { which, kind: KINDS[which] });
    const { data } = this;
    this.spec = { name: `matrix-${which}`, quantity: this.kind.quantity, title: data.say(`score.${which}`) };
    Object.assign(this, laneFrame({ ...this.spec, hue: "gradient" }));
    this.pairs = pairsOf(data);
    this.decoded = new Map();
    this.follow();
    this.plot.classList.add("rv-lane-matrix");
    if (!this.frames.length && !this.pairs.address) return this.refuse();
    this.measure();
    this.canvas = el("canvas", { class: "rv-lane-canvas", role: "img" });
    this.rowMark = el("div", { class: "rv-matrix-row" });
    this.rowName = el("span", { class: "rv-matrix-here" });
    this.rowTicks = el("div", { class: "rv-matrix-ticks", "aria-hidden": "true" });
    this.note = el("p", { class: "rv-hint rv-matrix-note" });
    this.plot.append(this.canvas, this.rowMark, this.rowTicks, this.rowName);
    this.legend = el("canvas", { class: "rv-matrix-ramp", "aria-hidden": "true" });
    this.legendTicks = el("div", { class: "rv-matrix-decades", "aria-hidden": "true" });
    this.value.append(el("div", { class: "rv-matrix-legend" }, this.legend, this.legendTicks));
    this.below = el("div", { class: "rv-lane-below" }, this.note);
    this.element.append(this.below);
    text(this.sub, data.say(`score.${which}_sub`));
    this.stop = this.pairs.watch(() => this.arrived());
  }

  /** Of a single loss the one row is the curve itself, which is there for every run: none stands for another. */
  follow() {
    const { data, pairs } = this;
    if (this.which !== "itemised") return;
    const one = (frame) => rowsOf(this.matrix(frame)).length === 1;
    if (!(pairs.address ? lossesOf(data) === 1 : this.frames.length && this.frames.every(one))) return;
    this.curves = data.frames.map(({ layers }) => single(layers[data.meta.layers[0]].dh_log10.data));
  }

  /** The frames of which there is a matrix. */
  get frames() {
    if (this.curves) return this.curves.map((_, frame) => frame);
    return this.pairs.frames.filter((frame) => this.pairs.entries.get(frame)[this.kind.array]);
  }

  /** How many rows there are to draw, and how much ink a number gets: of all runs of which there is a matrix, one scale. */
  measure() {
    const { data, which } = this;
    const { T, directions } = data.meta;
    const all = this.frames.map((frame) => this.matrix(frame));
    this.ink = all.length ? new Ink(all, DEEPEST, HIGHEST) : null;
    if (this.pairs.address && !this.curves) {
      // Before any has come, it is the losses that say how high the picture will be.
      const rows = which === "itemised" ? lossesOf(data) : T;
      this.few = rows > 0 && rows <= Math.min(FEW, T - 1);
      this.most = this.few ? rows : T;
      this.half = !this.few && (which === "jacobian" || directions === 1);
      return;
    }
    const full = all.map(rowsOf);
    this.few = full.every((rows) => rows.length <= Math.min(FEW, T - 1));
    this.most = this.few ? Math.max(1, ...full.map((rows) => rows.length)) : T;
    this.half = !this.few && all.every((matrix) => isBlankAbove(matrix));
  }

  /** Matrices have come, or cannot. */
  arrived() {
    if (!this.height) return;
    this.measure();
    this.shown = null;
    this.drawLegend();
    this.draw();
    this.step(Math.min(this.cursor.t, this.axis.T - 1));
    this.tell();
  }

  /** No matrices for a run this long: one sentence in their place. */
  refuse() {
    const { data } = this;
    this.plot.append(el("p", { class: "rv-hint rv-matrix-none" }, data.say("score.matrix_none", { T: data.meta.T })));
  }

  /** The matrix of one of the runs of which there is one, decoded when first seen. */
  matrix(frame) {
    if (this.curves) return this.curves[frame];
    if (!this.decoded.has(frame)) this.decoded.set(frame, square(this.pairs.entries.get(frame)[this.kind.array]));
    return this.decoded.get(frame);
  }

  /** The run of which there is a matrix and that lies nearest to the one that is seen, which is asked for. */
  nearest() {
    const { frame } = this.cursor;
    if (this.curves) return frame;
    this.pairs.want(frame);
    return this.pairs.nearest(frame);
  }

  layout() {
    if (!this.canvas) return;
    const { axis } = this;
    const height = axis.px(Math.min(TALLEST, ROW * this.most, axis.end / axis.scale));
    Object.assign(this, { height, row: height / this.most, shown: null, image: null });
    style(this.plot, { height: `${height}px` });
    style(this.value, { height: `${Math.max(height, axis.px(LEGEND))}px` });
    for (const node of [this.plot, this.element]) style(node, { "--rv-end": `${axis.end}px`, "--rv-pitch": `${axis.pitch}px` });
    style(this.canvas, { width: `${axis.end}px`, height: `${height}px` });
    this.canvas.width = Math.round(axis.end * axis.ratio);
    this.canvas.height = Math.round(height * axis.ratio);
    style(this.rowMark, { width: `${axis.end}px`, height: `${Math.max(4, Math.ceil(this.row))}px` });
    this.reach = (15 * axis.scale) / this.row; // rows that the number of the current one covers
    this.below.classList.toggle("rv-in-half", this.half && this.roomy());
    this.drawLegend();
  }

  /** Whether the half of the square that is empty has room for what there is to say: of a few steps it has not. */
  roomy() {
    const { end, pitch, scale } = this.axis;
    const [across, down] = [end / 2 - pitch - MARGIN * scale, this.row * Math.floor(this.most / 2) - MARGIN * scale];
    return across > 0 && Math.ceil((WORDS * scale) / across) * LINE * scale <= down;
  }

  /** The top of a row that is drawn, on a whole device pixel. */
  top(row) {
    const { ratio } = this.axis;
    return Math.round(row * this.row * ratio) / ratio;
  }

  drawTicks() {
    const { axis } = this;
    const every = [1, 2, 5, 10, 20, 50].find((n) => n * this.row >= 22 * axis.scale) ?? 100;
    const shown = this.rows.map((k, row) => [row, k + 1]).filter(([, n]) => this.few || n % every === 0);
    this.tickNodes = new Map(shown.map(([row, n]) => [row, el("span", { style: { transform: `translateY(${this.top(row) + this.row / 2}px) translateY(-50%)` } }, this.rowText(n))]));
    this.rowTicks.replaceChildren(...this.tickNodes.values());
  }

  /** Where few rows are drawn each says what it is. */
  rowText(n, always = false) {
    return always || this.few ? this.data.say(`score.${this.which}_row`, { n }) : String(n);
  }

  drawLegend() {
    const { axis, ink, data } = this;
    if (!ink) return;
    const height = axis.px(Math.max(30, Math.min(150, (this.height / axis.scale) * 0.8)));
    const width = axis.px(10);
    style(this.legend, { width: `${width}px`, height: `${height}px` });
    this.legend.width = Math.round(width * axis.ratio);
    this.legend.height = Math.round(height * axis.ratio);
    ink.drawRamp(this.legend, data.theme);
    const every = [1, 2, 3, 4, 6, 8].find((n) => (n * height) / (ink.high - ink.low) >= 17 * axis.scale) ?? ink.high - ink.low;
    const nodes = [];
    for (let v = ink.high; v >= ink.low; v -= every) {
      const words = `${v === ink.low && ink.less ? "≤" : v === ink.high && ink.more ? "≥" : ""}10${raised(v)}`;
      nodes.push(el("span", { style: { transform: `translateY(${((ink.high - v) / (ink.high - ink.low)) * height}px) translateY(-50%)` } }, words));
    }
    this.legendTicks.replaceChildren(...nodes);
  }

  draw() {
    if (!this.canvas) return;
    const frame = this.nearest();
    attr(this.element, "data-coming", !this.curves && this.pairs.coming(this.cursor.frame) ? "" : null);
    if (frame === null) return text(this.note, this.waiting());
    this.values = this.matrix(frame);
    this.rows = this.few ? rowsOf(this.values) : (this.rows ?? Array.from({ length: this.axis.T }, (_, row) => row));
    this.tellWhich(frame);
    if (this.shown === frame || !this.canvas.width) return;
    this.shown = frame;
    this.drawTicks();
    this.image = paintMatrix(this.canvas, this.picked(this.values), this.ink, this.axis, (row) => this.top(row), this.data, this.image);
    this.told = null;
  }

  /** What there is to say of a matrix that is not there. */
  waiting() {
    return this.data.say(this.pairs.coming(this.cursor.frame) ? "score.matrix_coming" : "score.matrix_missing");
  }

  /** The rows that are drawn. */
  picked(matrix) {
    if (!this.few) return matrix;
    return new Matrix([this.rows.length, matrix.cols], Float64Array.from(this.rows.flatMap((k) => [...matrix.row(k)])));
  }

  /** Whose matrix this is, where it is not that of the run that is seen; and what the hatching means. */
  tellWhich(frame) {
    const { data, cursor } = this;
    const said = [];
    if (frame !== cursor.frame) {
      said.push(data.say(this.pairs.coming(cursor.frame) ? "score.matrix_until" : "score.matrix_of", { title: data.frame_title ?? data.say("stage.frames"), value: data.frame_labels?.[frame] ?? frame + 1 }));
    }
    said.push(data.say(`score.${this.which}_${this.few ? "few" : "hint"}`));
    if (this.hasZeros(this.values)) said.push(data.say("score.matrix_zero"));
    text(this.note, said.join(" "));
  }

  hasZeros(matrix) {
    this.zeroIn ??= new WeakMap();
    if (!this.zeroIn.has(matrix)) this.zeroIn.set(matrix, this.picked(matrix).data.includes(-Infinity));
    return this.zeroIn.get(matrix);
  }

  tell() {
    if (this.values && this.told !== this.shown) attr(this.canvas, "aria-label", this.describe());
    this.told = this.shown;
  }

  /** The matrix in words: its largest number, its smallest, how many are exactly zero. */
  describe() {
    const { data, values, spec } = this;
    let [low, high, zeros] = [-1, -1, 0];
    values.data.forEach((v, k) => {
      if (v === -Infinity) zeros += 1;
      if (!Number.isFinite(v)) return;
      if (low < 0 || v < values.data[low]) low = k;
      if (high < 0 || v > values.data[high]) high = k;
    });
    if (low < 0) return data.say("score.describe_matrix_none", { title: spec.title, zeros });
    const at = (k) => this.sentence(Math.floor(k / values.cols), k % values.cols);
    return data.say("score.describe_matrix", { title: spec.title, T: values.rows, high: at(high), low: at(low), zeros });
  }

  sentence(k, t) {
    const v = this.values.at(k, t);
    if (v !== v) return this.data.say(`score.${this.which}_never`, { k: k + 1, t: t + 1 });
    const value = v === -Infinity ? this.data.say("score.exact_zero") : powerText(this.data, v, 2);
    return this.data.say(`score.${this.which}_cell`, { k: k + 1, t: t + 1, value });
  }

  /** The cursor's step has a row as well as a column. */
  step(t) {
    if (!this.canvas) return;
    const row = this.rows?.indexOf(t) ?? -1;
    this.rowMark.hidden = this.rowName.hidden = row < 0;
    for (const node of this.hidden ?? []) node.classList.remove("rv-covered");
    this.hidden = [];
    if (row < 0) return;
    const thin = Math.max(0, 4 - this.row) / 2;
    style(this.rowMark, { transform: `translateY(${this.top(row) - thin}px)` });
    style(this.rowName, { transform: `translateY(${this.top(row) + this.row / 2}px) translateY(-50%)` });
    text(this.rowName, this.rowText(t + 1, true));
    this.hidden = [...this.tickNodes].filter(([other]) => Math.abs(other - row) < this.reach).map(([, node]) => node);
    for (const node of this.hidden) node.classList.add("rv-covered");
  }

  mark() {}

  tip(x, y) {
    if (!this.values) return null;
    const { axis } = this;
    const t = axis.stepAt(x);
    const row = Math.min(this.rows.length - 1, Math.max(0, Math.floor(y / this.row)));
    const k = this.rows[row];
    if (k === undefined) return null;
    const v = this.values.at(k, t);
    return { t, unit: null, quantity: this.kind.quantity, sentence: this.sentence(k, t), row: k, value: 10 ** v, none: v !== v,
      box: { left: axis.left(t), top: this.top(row), width: axis.span(t), height: this.top(row + 1) - this.top(row) } };
  }
}

/** The matrix of one loss, which stands where its gradient sets out. */
function single(curve) {
  const T = curve.length;
  const values = new Float64Array(T * T).fill(NaN);
  values.set(curve, Math.max(0, startOf(curve)) * T);
  return new Matrix([T, T], values);
}

/** How many steps have a loss, in the run that is seen first. */
function lossesOf(data) {
  return data.frames[firstFrame(data)].losses.data.reduce((count, v) => count + Number(v !== 0 && v === v), 0);
}

/** The rows in which there is anything. */
function rowsOf(matrix) {
  return Array.from({ length: matrix.rows }, (_, k) => k).filter((k) => matrix.row(k).some(Number.isFinite));
}
