/** The gradient of every cell over the steps, on a log axis that stays where it is while runs change. */
import { unpack } from "../arrays.js";
import { attr, el, number, style, svg, text, unique } from "../dom.js";
import { laneFrame, powerText, spread } from "./lanes.js";
import { FactsRow } from "./lanes-facts.js";
import { firstFrame, focusOf, linesOf, startOf, stepsOf } from "./lanes-flow.js";
import { BAND, blindLimits, Plane, planeLimits } from "./lanes-plane.js";
import { Shapes } from "./lanes-shapes.js";
import { predict } from "./predict.js";

const HEIGHT = 232; // px at the normal text size
const ZERO_ROW = 15; // beneath it, for each cell whose gradient is exactly zero somewhere
const NAME = 15;

export class CurvesLane {
  /** @param {object} context data, cursor, axis */
  constructor(context) {
    Object.assign(this, context);
    const { data } = this;
    this.spec = { name: "curves", quantity: "dh", title: data.say("score.curves") };
    Object.assign(this, laneFrame({ ...this.spec, hue: "gradient" }));
    this.lines = linesOf(data);
    this.limits = planeLimits(data, this.lines, HEIGHT);
    this.withZeros = this.lines.filter(({ kind, values }) => kind === "cell" && data.frames.some((_, k) => values(k)?.includes(-Infinity)));
    this.marked = data.flow.mark ? unpack(data.flow.mark.float32_zero).data : null; // of the run that is seen first
    this.first = firstFrame(data);
    this.build();
    this.facts = new FactsRow(this);
    this.predict = data.options.predict ? predict(this) : null;
    if (!this.predict) this.cursor.set({ veiled: false });
    if (this.predict) this.element.append(el("div", { class: "rv-lane-below rv-lane-told" }, this.predict.node));
  }

  build() {
    const { data } = this;
    const [clip, hatch] = [unique("rv-clip"), unique("rv-hatch")];
    this.clip = svg("rect", { x: 0, y: 0 });
    this.bands = ["explode", "vanish"].map((name) => ({ name, rect: svg("rect", { class: `rv-band rv-band-${name}`, x: 0 }),
      words: svg("text", { class: "rv-band-words" }) }));
    this.grid = svg("path", { class: "rv-grid" });
    this.ticks = svg("g", { class: "rv-decades", "aria-hidden": "true" });
    this.broken = svg("path", { class: "rv-broken", fill: `url(#${hatch})` });
    this.end = svg("g", { class: "rv-run-end" }, svg("path"), svg("text"));
    this.marks = this.lines.map((line) => this.makeMarks(line));
    this.zeros = svg("g", { class: "rv-zeros" });
    this.secret = svg("g", { class: "rv-secret" }, this.broken, svg("g", { "clip-path": `url(#${clip})` }, ...this.marks.map(({ path }) => path)),
      ...this.marks.map(({ edge }) => edge), this.zeros, ...this.marks.map(({ dot }) => dot));
    this.svg = svg("svg", { class: "rv-lane-svg", role: "img" },
      svg("defs", {}, svg("clipPath", { id: clip }, this.clip), svg("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
        svg("path", { class: "rv-hatch", d: "M-1 7L7 -1M-1 1L1 -1M5 7L7 5" }))),
      ...this.bands.flatMap(({ rect, words }) => [rect, words]), this.grid, this.ticks, this.end, this.secret);
    this.names = el("div", { class: "rv-curve-names rv-secret", "aria-hidden": "true" }, ...this.marks.map(({ name }) => name));
    this.plot.classList.add("rv-lane-curve", "rv-lane-plane");
    this.plot.append(this.svg, this.names);
    this.value.append(el("div", { class: "rv-curve-legend rv-secret" }, ...[...this.marks].reverse().map(({ entry }) => entry)));
    text(this.sub, data.say(this.data.flow.cells.length > 1 ? "score.curves_sub" : "score.curves_sub_one"));
  }

  /** What draws one line: itself, where it leaves the plane, its place at the step; its name and number. */
  makeMarks(line) {
    const paint = `var(--rv-${line.hue})`;
    const kind = `rv-line rv-line-${line.kind} ${line.focus ? "rv-focus" : ""}`;
    const figure = el("span", { class: "rv-figure", "data-run": line.run });
    return {
      line, figure,
      path: svg("path", { class: kind, stroke: paint, "data-line": line.key }),
      edge: svg("path", { class: "rv-edge", fill: paint }),
      dot: svg("circle", { class: "rv-now", fill: paint, r: line.focus && line.kind === "cell" ? 4.5 : 3 }),
      name: el("span", { class: `rv-curve-name ${line.focus ? "rv-focus" : ""}`, style: { color: paint } }, line.name),
      entry: el("div", { class: "rv-curve-entry", style: { "--rv-hue": paint }, title: line.full },
        el("span", { class: "rv-curve-key" }, sample(line), el("span", {}, line.name)), figure),
    };
  }

  layout() {
    const { axis } = this;
    const floor = axis.px(4 + ZERO_ROW * (this.withZeros.length + Number(this.marked !== null)));
    this.height = axis.px(HEIGHT) + floor;
    for (const node of [this.plot, this.value]) style(node, { height: `${this.height}px` });
    style(this.plot, { "--rv-end": `${axis.end}px` });
    for (const [name, v] of [["width", axis.end], ["height", this.height], ["viewBox", `0 0 ${axis.end || 1} ${this.height}`]]) attr(this.svg, name, v);
    this.blind = Boolean(this.predict) && this.cursor.veiled;
    this.plane = new Plane(this.blind ? blindLimits(this.data) : this.limits, this.height, floor);
    attr(this.clip, "width", axis.end);
    attr(this.clip, "height", this.plane.ground);
    this.shapes = new Shapes(this);
    const ticks = this.plane.ticks(26 * axis.scale);
    const right = (this.right = axis.end - (axis.pitch < 60 * axis.scale ? axis.pitch : 0) - 5 * axis.scale); // where one looks first, the last step's column is outlined
    attr(this.grid, "d", `${ticks.map(({ v }) => `M0 ${round(this.plane.y(v))}H${axis.end}`).join("")}M0 ${this.plane.ground}H${axis.end}`);
    this.ticks.replaceChildren(...ticks.map(({ v, text: words }) => svg("text", { x: right, y: round(this.plane.y(v) - 3 * axis.scale) }, words)));
    this.predict?.layout();
  }

  draw() {
    const { data, cursor } = this;
    if (this.predict && this.blind !== cursor.veiled) this.layout();
    this.frame = Math.min(cursor.frame, data.frames.length - 1);
    this.shape = this.shapes.of(this.frame);
    this.steps = stepsOf(data, this.frame);
    this.element.classList.toggle("rv-veiled", cursor.veiled);
    this.drawBands();
    this.marks.forEach(({ path, edge }, k) => {
      attr(path, "d", this.shape.lines[k].path);
      attr(edge, "d", this.shape.lines[k].edge);
    });
    attr(this.broken, "d", this.shape.broken);
    this.zeros.replaceChildren(...this.shape.zeros());
    this.drawEnd();
    this.placeNames();
    this.facts.draw(this.frame);
    this.predict?.draw();
  }

  /** What set out: the focus cell's gradient at the last step it reaches. */
  get start() {
    const values = this.lines.find(({ kind, cell }) => kind === "cell" && cell === focusOf(this.data))?.values(this.frame);
    const t = startOf(values);
    return { t: Math.max(0, t), v: values?.[t] ?? 0 };
  }

  drawBands() {
    const { plane, axis, data } = this;
    const { v } = this.start;
    const ends = { explode: [0, plane.edge(v + BAND)], vanish: [plane.edge(v - BAND), plane.ground] };
    for (const { name, rect, words } of this.bands) {
      const [top, bottom] = ends[name];
      for (const [key, value] of [["y", top], ["width", axis.end], ["height", Math.max(0, bottom - top)]]) attr(rect, key, round(value));
      const said = data.say(axis.end > 520 * axis.scale ? `score.band_${name}` : `score.band_${name}_short`);
      text(words, bottom - top > 13 * axis.scale ? said : "");
      attr(words, "x", this.right - 36 * axis.scale); // at the right all curves are still together
      attr(words, "y", round(name === "explode" ? top + 14 * axis.scale : bottom - 9 * axis.scale));
    }
  }

  /** Where the run of this frame is shorter than the axis, the rest is said not to be there. */
  drawEnd() {
    const { axis, data } = this;
    const left = axis.left(this.steps);
    const [line, words] = this.end.children;
    const shorter = this.steps < axis.T;
    attr(line, "d", shorter ? `M${left} 0V${this.height}` : "");
    const said = shorter ? data.say("score.run_ends", { T: this.steps }) : "";
    const fits = axis.end - left > 6.5 * said.length * axis.scale;
    text(words, said);
    attr(words, "text-anchor", fits ? "start" : "end");
    attr(words, "x", left + (fits ? 6 : -6));
    attr(words, "y", round(this.plane.ground / 2));
  }

  /** Each name beside the left end of its line, where the gradient arrives; moved apart where lines end together. */
  placeNames() {
    const gap = NAME * this.axis.scale;
    const known = this.marks.filter((_, k) => this.shape.lines[k].first >= 0);
    for (const mark of this.marks) style(mark.name, { display: known.includes(mark) ? "" : "none" });
    const ends = known.map((mark) => this.shape.lines[this.marks.indexOf(mark)].name);
    spread(ends, gap, gap / 2, this.height - gap / 2).forEach((y, k) => {
      style(known[k].name, { transform: `translateY(${round(y - gap / 2)}px)` });
    });
  }

  tell() {
    attr(this.svg, "aria-label", this.cursor.veiled ? this.data.say("score.curves_veiled") : this.describe());
  }

  /** The lane in words: where each line begins and ends. */
  describe() {
    const { data } = this;
    const parts = this.lines.map((line) => {
      const values = line.values(this.frame);
      const known = values ? [...values.keys()].filter((t) => values[t] === values[t]) : [];
      if (!known.length) return data.say("score.describe_none", { name: line.full });
      const [first, last] = [known[0], known.at(-1)];
      return data.say("score.describe_line", { name: line.full, first: this.words(values[first]), first_t: first + 1, last: this.words(values[last]), last_t: last + 1 });
    });
    if (this.marked && this.frame === this.first) parts.push(data.say("score.describe_float32", { n: this.marked.reduce((sum, v) => sum + v, 0) }));
    return [`${this.spec.title}.`, ...parts, ...this.facts.sentences(this.frame)].join(" ");
  }

  /** A power of ten in words; exactly nothing is said to be so. */
  words(v, digits = 2) {
    return v === -Infinity ? this.data.say("score.exact_zero") : powerText(this.data, v, digits);
  }

  step(t) {
    const { data, axis, plane } = this;
    this.lines.forEach((line, k) => {
      const { dot, figure } = this.marks[k];
      const v = line.values(this.frame)?.[t] ?? NaN;
      const seen = v === v && !plane.beyond(v);
      dot.style.display = seen ? "" : "none";
      if (seen) attr(dot, "transform", `translate(${round(axis.centre(t))} ${round(plane.y(v))})`);
      if (v === v) number(figure, data, 10 ** v, { quantity: line.quantity, unit: "norm", step: t });
      else figure.removeAttribute("data-value");
      text(figure, v === v ? powerText(data, v, 2) : "–");
    });
    this.predict?.step(t);
  }

  mark() {}

  tip(x) {
    const { axis, data } = this;
    const t = axis.stepAt(x);
    if (this.cursor.veiled) return null;
    const rows = [...this.lines].reverse().map((line) => {
      const v = line.values(this.frame)?.[t] ?? NaN;
      return { name: line.full, hue: line.hue, quantity: line.quantity, unit: "norm", run: line.run, value: 10 ** v, none: v !== v,
        text: v === v ? this.words(v, 4) : data.say(t < this.steps ? "score.no_number" : "score.none") };
    });
    return { t, unit: null, quantity: "dh", rows, box: { left: axis.left(t), top: 0, width: axis.span(t), height: this.height } };
  }

  destroy() {
    this.predict?.destroy();
  }
}

/** A piece of the line as it is drawn, beside its name. */
function sample(line) {
  return svg("svg", { width: 16, height: 8, viewBox: "0 0 16 8", "aria-hidden": "true" },
    svg("path", { class: `rv-line rv-line-${line.kind} ${line.focus ? "rv-focus" : ""}`, stroke: `var(--rv-${line.hue})`, d: "M1 4H15" }));
}

function round(v) {
  return Math.round(v * 100) / 100;
}
