/** A lane of lines or bars over time, drawn as SVG: mean gates, loss, gradient norm, predictions. */
import { attr, el, number, style, svg, text, unique } from "../dom.js";
import { besides, laneFrame, layerOf, ofLayer, showHolds, spread, stretches } from "./lanes.js";

/**
 * @typedef {object} Series
 * @property {string} quantity as in `data-quantity` @property {string} hue @property {string} label
 * @property {number|string|((arrays: object, t: number) => number)} [unit] as in `data-unit`
 * @property {"line"|"bar"} mark @property {boolean} [thin] @property {boolean} [optional] NaN means none, not broken
 * @property {(arrays: object, layer: object) => ArrayLike<number>} pick T values
 * @property {(value: number, digits: number) => string} [text] the value as text @property {(v: number) => number} [value] its true size
 *
 * @typedef {object} CurveSpec
 * @property {string} name @property {string} hue @property {string} title @property {Series[]} series
 * @property {() => {low: number, high: number, text: string, lines: number[]}} scale
 * @property {boolean} [log] values are log10; −∞ is an exact zero @property {number} [height]
 * @property {string[]} [gates] whose holds are drawn
 * @property {boolean} [layered] whether it is of one layer
 * @property {() => [number, number]} [within] the steps that have a value at all
 */
export class CurveLane {
  /** @param {object} context data, cursor, axis @param {CurveSpec} spec */
  constructor(context, spec) {
    Object.assign(this, context, { spec });
    Object.assign(this, laneFrame(spec));
    this.plot.classList.add("rv-lane-curve");
    const id = unique("rv-hatch");
    this.grid = svg("path", { class: "rv-grid" });
    this.broken = svg("path", { class: "rv-broken", fill: `url(#${id})` });
    this.marks = spec.series.map((series) => this.makeMarks(series));
    this.zeros = svg("path", { class: "rv-zero", stroke: `var(--rv-${spec.hue})` });
    this.zeroText = svg("g", { class: "rv-zero-text" });
    this.svg = svg("svg", { class: "rv-lane-svg", role: "img" }, hatch(id), this.grid, this.broken,
      ...this.marks.map(({ group }) => group), this.zeros, this.zeroText);
    this.plot.append(this.svg);
    this.legend = spec.series.map((series) => legendEntry(series));
    this.value.append(...this.legend.map(({ node }) => node));
  }

  /** The shapes of one series: the other run's beneath, its own, and the one at the cursor. */
  makeMarks(series) {
    const paint = `var(--rv-${series.hue})`;
    const line = series.mark === "line";
    const under = this.data.baseline ? svg("path", { class: "rv-under", stroke: paint }) : null;
    const path = svg("path", { class: line ? `rv-curve ${series.thin ? "rv-thin" : ""}` : "rv-bars", [line ? "stroke" : "fill"]: paint });
    const now = line ? svg("circle", { class: "rv-now", fill: paint, r: 3 }) : svg("rect", { class: "rv-now", fill: paint, rx: 1.5 });
    return { under, path, now, group: svg("g", {}, under, path, now) };
  }

  layout() {
    const { axis, spec } = this;
    this.height = axis.px(spec.height ?? 56);
    for (const node of [this.plot, this.value]) style(node, { height: `${this.height}px` });
    style(this.plot, { "--rv-end": `${axis.end}px` });
    attr(this.svg, "width", axis.end);
    attr(this.svg, "height", this.height);
    attr(this.svg, "viewBox", `0 0 ${axis.end || 1} ${this.height}`);
  }

  y(v) {
    const { low, high } = this.range;
    const pad = 5 * this.axis.scale;
    const share = high > low ? (v - low) / (high - low) : 0.5;
    const bottom = this.barred ? 0 : pad;
    return this.height - bottom - Math.min(1.04, Math.max(-0.04, share)) * (this.height - bottom - pad);
  }

  get barred() {
    return this.spec.series[0].mark === "bar";
  }

  /** Where bars stand: at zero, or at the foot of a scale that has none. */
  get ground() {
    const { low, high } = this.range;
    return this.spec.log ? low : Math.min(Math.max(low, 0), high);
  }

  draw() {
    const { data, cursor, axis, spec } = this;
    this.range = spec.scale();
    this.sub.textContent = spec.layered ? ofLayer(data, cursor, this.range.text) : this.range.text;
    const run = data.frame(cursor);
    this.arrays = spec.series.map(({ pick }) => pick(run, layerOf(data, run, cursor)));
    const { baseline } = data;
    const others = (this.others = baseline ? spec.series.map(({ pick }) => pick(baseline, layerOf(data, baseline, cursor))) : []);
    spec.series.forEach((series, k) => {
      const { path, under } = this.marks[k];
      attr(path, "d", series.mark === "line" ? this.line(this.arrays[k]) : this.bars(this.arrays[k]));
      if (under) attr(under, "d", this.line(others[k]));
    });
    attr(this.grid, "d", this.range.lines.map((v) => `M0 ${round(this.y(v))}H${axis.end}`).join(""));
    [this.from, this.until] = spec.within?.() ?? [0, axis.T];
    this.gone = stretches(axis.T, (t) => this.isBroken(t));
    attr(this.broken, "d", this.gone.map(([from, to]) => `M${axis.left(from)} 0H${axis.left(to)}V${this.height}H${axis.left(from)}Z`).join(""));
    this.drawZeros();
    this.placeLegend();
    showHolds(this.plot, data, cursor, axis, spec.gates ?? []);
  }

  /** Whether a step has a value that is no number, where one should be. */
  isBroken(t) {
    if (t < this.from || t >= this.until) return false;
    return this.arrays.some((values, k) => {
      if (Number.isFinite(values[t]) || (this.spec.log && values[t] === -Infinity)) return false;
      return !(this.spec.series[k].optional && Number.isNaN(values[t]));
    });
  }

  /** A polyline with gaps where there is no number; a lone point becomes a dot. */
  line(values) {
    const { axis } = this;
    let out = "";
    for (const [from, to] of stretches(axis.T, (t) => Number.isFinite(values[t]))) {
      for (let t = from; t < to; t++) out += `${t === from ? "M" : "L"}${round(axis.centre(t))} ${round(this.y(values[t]))}`;
      if (to === from + 1) out += "h0.01";
    }
    return out;
  }

  bar(t, v) {
    const { axis } = this;
    const span = axis.span(t);
    const width = Math.max(Math.min(span, 1), Math.min(span > 6 ? span * 0.5 : span * 0.85, 34 * axis.scale));
    const [top, ground] = [this.y(v), this.y(this.ground)].sort((a, b) => a - b);
    return { x: round(axis.centre(t) - width / 2), y: round(top), width: round(width), height: round(ground - top) };
  }

  bars(values) {
    let out = "";
    for (let t = 0; t < this.axis.T; t++) {
      if (!Number.isFinite(values[t])) continue;
      const { x, y, width, height } = this.bar(t, values[t]);
      if (height) out += `M${x} ${y}h${width}v${height}h${-width}Z`;
    }
    return out;
  }

  /** Exact zeros have no place on a log axis: a bracket on the ground and the word say where they are. */
  drawZeros() {
    const { axis, spec, data } = this;
    const spans = spec.log ? stretches(axis.T, (t) => this.arrays[0][t] === -Infinity) : [];
    const ground = this.height - 1;
    attr(this.zeros, "d", spans.map(([from, to]) => `M${axis.left(from) + 1} ${ground - 5}V${ground}H${Math.max(axis.left(from) + 2, axis.left(to) - 1)}V${ground - 5}`).join(""));
    const word = data.say("score.exact_zero");
    this.zeroText.replaceChildren(...spans.filter(([from, to]) => axis.left(to) - axis.left(from) > 9 * word.length * axis.scale)
      .map(([from, to]) => svg("text", { x: (axis.left(from) + axis.left(to)) / 2, y: ground - 8 }, word)));
  }

  /** Each name beside the end of its line, moved apart where lines end together. */
  placeLegend() {
    const { axis } = this;
    const gap = 15 * axis.scale;
    const ends = this.arrays.map((values, k) => {
      let t = axis.T - 1;
      while (t > 0 && !Number.isFinite(values[t])) t--;
      return this.barred && k === 0 && this.arrays.length === 1 ? this.height / 2 : Number.isFinite(values[t]) ? this.y(values[t]) : this.height / 2;
    });
    spread(ends, gap, gap / 2 - 2, this.height - gap / 2 + 2).forEach((y, k) => {
      style(this.legend[k].node, { transform: `translateY(${round(y - gap / 2)}px)` });
    });
  }

  /** Write the text alternative. */
  tell() {
    attr(this.svg, "aria-label", this.describe());
  }

  /** The lane in words: where each series begins, ends, and is largest. */
  describe() {
    const { data, spec } = this;
    const parts = spec.series.map((series, k) => {
      const known = [...this.arrays[k].keys()].filter((t) => Number.isFinite(this.arrays[k][t]));
      const name = series.label;
      if (!known.length) return data.say("score.describe_none", { name });
      const top = known.reduce((best, t) => (this.arrays[k][t] > this.arrays[k][best] ? t : best));
      const text = (t) => this.text(k, t);
      const [first, last] = [known[0], known.at(-1)];
      return data.say("score.describe_curve", { name, first: text(first), first_t: first + 1, last: text(last), last_t: last + 1, top: text(top), top_t: top + 1 });
    });
    if (this.gone.length) parts.push(data.say("score.describe_gaps"));
    return [`${spec.title}.`, ...parts].join(" ");
  }

  text(k, t, digits = 2, value = this.arrays[k][t]) {
    return this.spec.series[k].text?.(value, digits) ?? this.data.format(value, digits);
  }

  step(t) {
    this.arrays.forEach((values, k) => {
      const { now } = this.marks[k];
      const finite = Number.isFinite(values[t]);
      now.style.display = finite ? "" : "none";
      if (finite && this.spec.series[k].mark === "line") attr(now, "transform", `translate(${round(this.axis.centre(t))} ${round(this.y(values[t]))})`);
      else if (finite) for (const [name, v] of Object.entries(this.bar(t, values[t]))) attr(now, name, v);
      this.tellValue(k, t, values[t]);
    });
  }

  /** The number beside a series' name; a step that has none, such as a target at the end, shows a dash. */
  tellValue(k, t, value) {
    const { figure } = this.legend[k];
    const series = this.spec.series[k];
    if (this.isNone(k, t, value)) {
      text(figure, "–");
      return figure.removeAttribute("data-value");
    }
    const unit = typeof series.unit === "function" ? series.unit(this.data.frame(this.cursor), t) : series.unit;
    number(figure, this.data, series.value?.(value) ?? value, { quantity: series.quantity, unit, step: t });
    if (series.text) text(figure, this.text(k, t));
  }

  /** Whether a step has no value where none need be. */
  isNone(k, t, value = this.arrays[k][t]) {
    return Number.isNaN(value) && (this.spec.series[k].optional || t < this.from || t >= this.until);
  }

  mark() {}

  tip(x) {
    const { axis, data, spec } = this;
    const t = axis.stepAt(x);
    const each = spec.series.map(({ label }, k) => {
      const none = this.isNone(k, t);
      return data.say(this.others[k] && !none ? besides(data) : "score.tip", { name: label,
        value: none ? data.say("score.none") : this.text(k, t, 4), other: this.others[k] ? this.text(k, t, 4, this.others[k][t]) : "" });
    });
    return { t, unit: null, quantity: spec.series[0].quantity, text: each.join(data.say("score.tip_join")),
      box: { left: axis.left(t), top: 0, width: axis.span(t), height: this.height } };
  }
}

function legendEntry(series) {
  const figure = el("span", { class: "rv-figure" });
  const name = el("span", { class: "rv-legend-name" }, series.short ?? series.label);
  return { figure, node: el("div", { class: "rv-legend", style: { "--rv-hue": `var(--rv-${series.hue})` } }, name, figure) };
}

function hatch(id) {
  return svg("defs", {}, svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
    svg("path", { class: "rv-hatch", d: "M-1 7L7 -1M-1 1L1 -1M5 7L7 5" })));
}

function round(v) {
  return Math.round(v * 100) / 100;
}
