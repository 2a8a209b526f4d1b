/** What the decoder wrote, step by step, and the right answer under it; a step that went wrong has a sign of its own. */
import { attr, el, style, symbol, text } from "../dom.js";
import { writtenAt } from "../shape.js";
import { laneFrame } from "./lanes.js";
import { extents } from "./look.js";
import { endWords, rightAt, score } from "./output-written.js";

const [FACE, RIGHT] = [32, 20]; // px at the normal text size
const [SOME, ALL] = [90, 420]; // px that the score takes, and the words on how it ended with it
const FEW = 2; // letters that are not cut, however wide they are
const [LARGE, SMALL] = [15, 9]; // px: the size of a symbol, and the least that can be read
const SQUARE = "■"; // in the place of the one name that is too long, as a rule that of the end

export class WrittenLane {
  /** @param {object} context data, cursor, axis */
  constructor(context) {
    Object.assign(this, context, extents(context.data));
    this.spec = { name: "written", quantity: "written", title: this.data.say("score.written") };
    Object.assign(this, laneFrame({ ...this.spec, hue: "output" }));
    this.faces = Array.from({ length: this.N }, () => el("span", { class: "rv-written-face", dir: "auto" }));
    this.rights = Array.from({ length: this.N }, () => el("span", { class: "rv-written-right", dir: "auto" }));
    this.told = el("span", { class: "rv-written-told" });
    this.plot.append(this.told, ...this.faces, ...this.rights);
    this.plot.setAttribute("role", "img");
    this.here = el("span", { class: "rv-figure" });
    this.value.append(el("div", { class: "rv-written-value" }, this.here));
    this.now = null;
  }

  layout() {
    const { axis, start } = this;
    const [face, right] = [axis.px(FACE), axis.px(RIGHT)];
    this.height = face + right;
    for (const node of [this.plot, this.value]) style(node, { height: `${this.height}px` });
    this.faces.forEach((node, n) => style(node, { left: `${axis.left(start + n)}px`, width: `${axis.span(start + n)}px`, height: `${face}px`, lineHeight: `${face - 2}px` }));
    this.rights.forEach((node, n) => style(node, { left: `${axis.left(start + n)}px`, width: `${axis.span(start + n)}px`, top: `${face}px`, height: `${right}px`, lineHeight: `${right}px` }));
    style(this.told, { width: `${Math.max(0, axis.left(start) - 10)}px` });
  }

  draw() {
    const { data, start } = this;
    const { meta } = data;
    const run = data.frame(this.cursor);
    this.steps = this.faces.map((_, n) => ({ written: writtenAt(meta, run, start + n), right: rightAt(data, run, start + n) }));
    this.fit();
    this.steps.forEach(({ written, right }, n) => {
      const wrong = right !== null && written !== right;
      text(this.faces[n], this.narrow ? (wrong ? "×" : "") : this.sign(written));
      text(this.rights[n], this.narrow ? "" : this.sign(right));
      for (const node of [this.faces[n], this.rights[n]]) {
        node.classList.toggle("rv-wrong", wrong);
        node.classList.toggle("rv-beyond", right === null);
        node.classList.toggle("rv-clips", node.textContent.length > FEW);
      }
    });
    text(this.sub, this.squared ? data.say("score.written_sub_square", { name: symbol(this.squared) }) : data.say("score.written_sub"));
    const room = this.axis.left(start) / this.axis.scale; // the whole of it stands under the stage's answers
    text(this.told, room > ALL ? `${score(data, run)} ${endWords(data, run)}`.trim() : room > SOME ? score(data, run) : "");
  }

  /** No name is cut: all are as small as the longest needs, one alone that is too long has a sign, else all go without. */
  fit() {
    const { axis, data, steps } = this;
    const names = [...new Set(steps.flatMap(({ written, right }) => [written, right]))].filter(Boolean);
    const size = (known) => Math.min(LARGE * axis.scale, axis.pitch / Math.max(...known.map((name) => 0.75 * [...name].length + 0.3)));
    const last = data.meta.answers.at(-1);
    const others = names.filter((name) => name !== last);
    this.squared = size(names) < SMALL * axis.scale && others.length < names.length ? last : null;
    const px = size(this.squared ? others : names);
    this.narrow = px < SMALL * axis.scale;
    if (this.narrow) this.squared = null;
    this.element.classList.toggle("rv-written-narrow", this.narrow);
    this.element.classList.toggle("rv-written-small", px < LARGE * axis.scale); // a line through it would hide the symbol
    style(this.plot, { "--rv-fit": this.narrow ? "" : `${px.toFixed(1)}px` });
  }

  sign(name) {
    return name === this.squared && name ? SQUARE : symbol(name ?? "");
  }

  tell() {
    const { data } = this;
    const run = data.frame(this.cursor);
    const join = (list) => list.filter((name) => name !== null).join(" ");
    attr(this.plot, "aria-label", data.say("score.describe_written", { written: join(this.steps.map(({ written }) => written)),
      right: join(this.steps.map(({ right }) => right)), score: score(data, run) }));
  }

  step(t) {
    if (this.now !== null) for (const list of [this.faces, this.rights]) list[this.now].classList.remove("rv-now");
    const n = t - this.start;
    this.now = n < 0 ? null : n;
    if (n < 0) return text(this.here, "");
    for (const list of [this.faces, this.rights]) list[n].classList.add("rv-now");
    const { written, right } = this.steps[n];
    return text(this.here, right === null || written === right ? `${symbol(written ?? "")}${right === null ? "" : " ✓"}` : `${symbol(written ?? "")} ≠ ${symbol(right)}`);
  }

  mark() {}

  tip(x) {
    const { axis, data, start } = this;
    const t = axis.stepAt(x);
    const step = this.steps[t - start];
    const box = { left: axis.left(t), top: 0, width: axis.span(t), height: this.height };
    if (!step) return { t, unit: null, quantity: "written", text: data.say("score.written_not_yet"), box };
    const { written, right } = step;
    const key = right === null ? "score.written_alone" : written === right ? "score.written_right" : "score.written_wrong";
    return { t, unit: null, quantity: "written", text: data.say(key, { written, right }), box };
  }
}
