/** A lane of curves over the updates: its title and scale at the left, its numbers at the moment that is seen at the right. */
import { attr, el, number, style, text } from "../dom.js";
import { laneFrame, powerText } from "./lanes.js";
import { Room } from "./learning-room.js";

const PAD = 5; // px above and below
const TICK = 22; // px between numbers on the scale

/**
 * @typedef {object} Shown one number at the right, and the dot on the plot that it is of
 * @property {string} name @property {string} [full] in a sentence @property {string} hue @property {string} quantity
 * @property {number} run whose: 0 this stage's own, 1 the compared one @property {string} [gate]
 * @property {(moment: {frame: number, update: number}) => number} value NaN: there is none
 * @property {(update: number) => number} at the same anywhere on the axis @property {import("./learning-curve.js").DenseCurve|import("./learning-curve.js").SparseCurve} curve
 *
 * @typedef {object} CourseSpec
 * @property {string} name @property {string} hue @property {string} title @property {() => string} sub @property {number} height
 * @property {import("./learning-scale.js").LinearScale|import("./learning-scale.js").LogScale} scale
 * @property {{title: string|null, hue: string, shown: Shown[]}[]} groups the numbers at the right, under a heading each
 * @property {() => {value: number, words: string}[]} [guides] dashed lines, such as chance, named where there is room
 * @property {{value: number, words: string, full: string}[]} [lines] those that stand at the right too, with their values
 * @property {{name: string, hue: string, curve: object}[]} names what is written at the end of a curve
 * @property {number} [digits] of numbers at the right
 */
export class CurvesOfCourse {
  /** @param {{data: object, cursor: object, axis: import("./learning-axis.js").UpdateAxis}} context @param {CourseSpec} spec */
  constructor(context, spec) {
    Object.assign(this, context, { spec });
    Object.assign(this, laneFrame({ ...spec, name: `course-${spec.name}` }));
    this.shown = spec.groups.flatMap(({ shown }) => shown);
    this.curves = [...new Set(this.shown.map(({ curve }) => curve))];
    this.canvas = el("canvas", { class: "rv-lane-canvas", role: "img" });
    this.ticks = el("div", { class: "rv-course-ticks", "aria-hidden": "true" });
    this.guides = el("div", { class: "rv-course-guides", "aria-hidden": "true" });
    this.ends = spec.names.map(({ name, hue }) => el("span", { class: "rv-course-end", style: { color: `var(--rv-${hue})` }, "aria-hidden": "true" }, name));
    this.entries = this.shown.map((one) => this.entry(one));
    this.plot.classList.add("rv-course-plot");
    this.names = new Map(); // of dashed lines
    this.plot.append(this.canvas, this.ticks, this.guides, ...this.ends, ...this.entries.map(({ dot }) => dot));
    let k = 0;
    this.value.classList.add("rv-course-values");
    this.value.append(...spec.groups.map(({ title, hue, shown }) => el("div", { class: "rv-course-group", style: { "--rv-hue": `var(--rv-${hue})` } },
      title ? el("b", {}, title) : null, ...shown.map(() => this.entries[k++].node))), ...this.legend());
  }

  /** The dashed lines by name, with their values. */
  legend() {
    const { lines } = this.spec;
    if (!lines?.length) return [];
    return [el("div", { class: "rv-course-group rv-course-lines" }, ...lines.map(({ words, full, value }) => el("div", { class: "rv-course-entry", title: full },
      el("i", { class: "rv-course-dashed" }), el("span", {}, words), el("span", { class: "rv-course-constant" }, this.words(value, 3)))))];
  }

  entry({ name, hue, run, curve }) {
    const figure = el("span", { class: "rv-figure", "data-run": run ? "compared" : null });
    const paint = { "--rv-hue": `var(--rv-${hue})` };
    return { figure, node: el("div", { class: "rv-course-entry", style: paint }, el("i", { class: curve.kind }), el("span", {}, name), figure), dot: el("i", { class: "rv-course-dot", style: paint }) };
  }

  layout() {
    const { axis, spec } = this;
    this.height = axis.px(spec.height);
    style(this.plot, { height: `${this.height}px` });
    style(this.canvas, { width: `${axis.width}px`, height: `${this.height}px` });
    this.canvas.width = Math.round(axis.width * axis.ratio);
    this.canvas.height = Math.round(this.height * axis.ratio);
    this.sizes = null; // of words: the text may be larger now
    for (const curve of this.curves) curve.survey();
    this.fit();
    this.redraw();
  }

  /** Let the scale hold what has come. @returns {boolean} whether it changed */
  fit() {
    const lines = (this.spec.guides?.() ?? []).map(({ value }) => value).filter((v) => v > 0);
    const [least, most] = [Math.min(...this.curves.map((curve) => curve.least), ...lines), Math.max(...this.curves.map((curve) => curve.most), ...lines)];
    const first = this.curves.map((curve) => curve.first).find((v) => v > 0) ?? null;
    return most === -Infinity ? false : this.spec.scale.hold(least, most, first);
  }

  /** CSS pixels from the top. */
  y(share) {
    const pad = PAD * this.axis.scale;
    return pad + (1 - share) * (this.height - 2 * pad);
  }

  yOf(v) {
    return this.y(this.spec.scale.share(v));
  }

  /** More has come: draw only that, unless the scale had to change. */
  extend() {
    for (const curve of this.curves) curve.survey();
    if (this.fit()) return this.redraw();
    this.paint(false);
    return undefined;
  }

  redraw() {
    if (!this.canvas.width) return;
    for (const curve of this.curves) curve.clear(this.canvas.width);
    this.drawTicks();
    this.paint(true);
  }

  /** Draw all curves, or the part of them that is new. */
  paint(whole) {
    const { axis, canvas, spec } = this;
    const { ratio } = axis;
    const [pixel, share] = [(update) => axis.x(update) * ratio, (v) => spec.scale.share(v)];
    const y = (part) => this.y(part) * ratio;
    const firsts = this.curves.map((curve) => curve.gather(pixel, share));
    const from = whole ? 0 : Math.max(0, Math.floor(Math.min(...firsts)) - 6);
    if (from > canvas.width) return;
    const context = canvas.getContext("2d");
    context.save();
    context.beginPath();
    context.rect(from, 0, canvas.width - from, canvas.height);
    context.clip();
    context.clearRect(from, 0, canvas.width - from, canvas.height);
    this.drawGrid(context, y);
    for (const curve of this.curves) curve.draw(context, Math.max(0, from - 6), y, ratio, pixel, share);
    context.restore();
    this.placeWords();
  }

  drawGrid(context, y) {
    const { data, axis, spec } = this;
    const { width } = this.canvas;
    const line = (v, colour, dash = []) => {
      context.strokeStyle = colour;
      context.setLineDash(dash.map((length) => length * axis.ratio));
      context.beginPath();
      context.moveTo(0, Math.round(y(spec.scale.share(v))) + 0.5);
      context.lineTo(width, Math.round(y(spec.scale.share(v))) + 0.5);
      context.stroke();
      context.setLineDash([]);
    };
    context.lineWidth = axis.ratio;
    for (const v of this.marks) line(v, data.theme.palette.line);
    for (const { value } of spec.guides?.() ?? []) line(value, data.theme.palette.muted, [5, 4]);
  }

  drawTicks() {
    const { axis, spec } = this;
    this.marks = spec.scale.ticks(Math.floor(this.height / (TICK * axis.scale)));
    this.ticks.replaceChildren(...this.marks.map((v) => el("span", { style: { top: `${round(this.yOf(v))}px` } }, spec.scale.text(v))));
    text(this.sub, spec.sub());
  }

  /** Write at each curve's live end what it is, and at each dashed line, where that covers nothing. */
  placeWords() {
    const { axis, spec, guides } = this;
    const lines = spec.guides?.() ?? [];
    if (!this.ends.length && !lines.length) return;
    for (const words of this.names.keys()) if (!lines.some((line) => line.words === words)) this.forget(words);
    for (const { words } of lines) if (!this.names.has(words)) guides.append(this.name(words));
    this.measure();
    const room = new Room(axis.width, this.height, this.sizes.left);
    for (const curve of this.curves) room.avoid(curve.outline((share) => this.y(share), axis.ratio, (update) => axis.x(update), (v) => spec.scale.share(v)));
    for (const { value } of lines) room.take({ left: 0, top: this.yOf(value) - 0.5, width: axis.width, height: 1 });
    this.ends.forEach((node, k) => {
      const last = lastOf(spec.names[k].curve);
      put(node, last && room.find(room.beside(axis.x(last.update), this.yOf(last.v), this.sizes.ends[k])));
    });
    for (const { value, words } of lines) {
      const name = this.names.get(words);
      const [y, size] = [this.yOf(value), this.sizes.names.get(words)];
      const stay = name.off && { ...size, left: name.off.left, top: y + name.off.top }; // as long as nothing comes there
      const box = (stay && room.find([stay])) ?? room.find(room.along(y, size));
      name.off = box && { left: box.left, top: box.top - y };
      put(name.node, box);
    }
  }

  name(words) {
    const node = el("span", {}, words);
    this.names.set(words, { node, off: null });
    this.sizes = null;
    return node;
  }

  forget(words) {
    this.names.get(words).node.remove();
    this.names.delete(words);
  }

  /** How much room words take, and how far in the numbers of the scale reach, where they stand on the plot. */
  measure() {
    if (this.sizes) return;
    const size = (node) => {
      style(node, { display: "" });
      return { width: node.offsetWidth, height: node.offsetHeight };
    };
    const inside = this.ticks.offsetLeft >= 0;
    const left = inside ? Math.max(0, ...[...this.ticks.children].map((node) => this.ticks.offsetLeft + node.offsetLeft + node.offsetWidth)) : 0;
    this.sizes = { left, ends: this.ends.map(size), names: new Map([...this.names].map(([words, { node }]) => [words, size(node)])) };
    for (const name of this.names.values()) name.off = null;
  }

  /** The cursor went to another moment. */
  step(moment) {
    const { data, axis } = this;
    this.shown.forEach((one, k) => {
      const { dot, figure } = this.entries[k];
      const v = one.value(moment);
      const known = Number.isFinite(v);
      style(dot, { display: known ? "" : "none" });
      if (known) style(dot, { transform: `translate(${round(axis.x(moment.update))}px, ${round(this.yOf(v))}px)` });
      if (v !== v) {
        figure.removeAttribute("data-value");
        text(figure, "–");
        return;
      }
      number(figure, data, v, { quantity: one.quantity, unit: one.unit ?? null });
      attr(figure, "data-gate", one.gate ?? null);
      attr(figure, "data-update", moment.update);
      text(figure, this.words(v));
    });
  }

  words(v, digits = this.spec.digits ?? 2) {
    if (!Number.isFinite(v) || v === 0) return this.data.format(v, digits);
    if (Math.abs(v) >= 1e4) return this.data.format(v, 1);
    return Math.abs(v) < 10 ** -digits * 5 ? powerText(this.data, Math.log10(Math.abs(v)), digits) : this.data.format(v, digits);
  }

  /** What is under a place of the plot. */
  tip(x) {
    const update = Math.round(this.axis.updateAt(x));
    const rows = this.shown.map(({ full, name, hue, at }) => ({ name: full ?? name, hue, text: this.told(at(update)) }));
    return { where: this.data.say("learning.tip_moment", { n: update.toLocaleString("en") }), rows, box: { left: this.axis.x(update) - 1, top: 0, width: 2, height: this.height } };
  }

  told(v) {
    return v !== v ? this.data.say("learning.none") : this.words(v, 3);
  }

  /** Write the text alternative: where each curve begins and where it is. */
  tell() {
    const { data, spec } = this;
    const parts = this.shown.map(({ full, name, curve: { source } }) => {
      const known = Array.from({ length: source.count() }, (_, k) => k).filter((k) => Number.isFinite(source.value(k)));
      if (!known.length) return data.say("learning.describe_none", { name: full ?? name });
      const ends = [known[0], known.at(-1)].map((k) => [this.words(source.value(k), 3), source.update(k)]);
      return data.say("learning.describe", { name: full ?? name, first: ends[0][0], first_update: ends[0][1], last: ends[1][0], last_update: ends[1][1] });
    });
    attr(this.canvas, "aria-label", [`${spec.title}.`, ...parts].join(" "));
  }
}

function lastOf({ source }) {
  for (let k = source.count() - 1; k >= 0 && k > source.count() - 50; k--) {
    const v = source.value(k);
    if (Number.isFinite(v)) return { v, update: source.update(k) };
  }
  return null;
}

/** Words at their place; without one they are not there. */
function put(node, box) {
  style(node, { display: box ? "" : "none" });
  if (box) style(node, { transform: `translate(${round(box.left)}px, ${round(box.top)}px)` });
}

function round(v) {
  return Math.round(v * 100) / 100;
}
