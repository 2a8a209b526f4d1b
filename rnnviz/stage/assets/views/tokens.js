/**
 * The first lane: what the network reads, step by step; and the scrubber. Symbols stand in boxes while there is room
 * for them; where columns are too narrow the strip becomes a thin picture of the whole text with a lens on the cursor.
 */
import { largest, nice } from "../arrays.js";
import { el, style, svg, symbol, text } from "../dom.js";
import { scrubber } from "../scrubber.js";
import { CurveLane } from "./lanes-curve.js";
import { HeatLane } from "./lanes-heat.js";
import { everywhere, laneFrame } from "./lanes.js";
import { span } from "./lanes-kinds.js";
import { readWithin } from "./lanes-parts.js";
import { labelAt, partsOf, readsAt, translates } from "../shape.js";

// A column narrower than this, in pixels at the normal text size, has no room for one letter, for two, or for its word.
const NARROW = [9.5, 15, 34];
const [TIGHT, LARGE] = [24, 15]; // px: a column below which letters stand without a box; the size of a letter
const LENS = 8; // symbols on either side of the cursor

/** The lane for this run's inputs, already a scrubber. */
export function tokenLane(context) {
  const { data, cursor, axis } = context;
  const lane = data.meta.alphabet ? new TokenLane(context) : data.meta.D === 1 ? numberLane(context) : channelLane(context);
  lane.plot.classList.add("rv-scrubber");
  const stop = scrubber(lane.plot, data, cursor, (x) => axis.stepAt(x));
  return { lane, stop };
}

/** One number a step: its curve. The target belongs to the prediction and is drawn there. */
function numberLane(context) {
  const { data } = context;
  const [from, stop] = readWithin(data.meta);
  const pick = ({ inputs }) => (stop - from === data.meta.T ? inputs.data : inputs.data.map((v, t) => (t < from || t >= stop ? NaN : v)));
  const series = [{ quantity: "x", unit: 0, hue: "x", label: "x", mark: "line", pick }];
  return new CurveLane(context, { name: "tokens", hue: "x", title: data.say("score.x"), series, scale: span(context, series), within: () => [from, stop] });
}

/** Several numbers a step: a row each. */
function channelLane(context) {
  const pick = ({ inputs }) => inputs;
  return new HeatLane(context, { name: "tokens", quantity: "x", hue: "x", title: context.data.say("score.x"), units: false,
    ramp: "diverging", limit: () => nice(largest(everywhere(context.data, context.cursor, pick).map((m) => m.limit))), pick });
}

class TokenLane {
  constructor(context) {
    Object.assign(this, context);
    Object.assign(this, laneFrame({ name: "tokens", hue: "x", title: context.data.say("score.x") }));
    this.relabel();
    this.longest = largest(this.data.meta.labels.map((label) => signs(symbol(label))));
    this.strip = el("div", { class: "rv-tokens", "aria-hidden": "true" });
    this.plot.append(this.strip);
    this.now = null;
  }

  /** What is read: of what a decoder feeds back to itself each run has its own. */
  relabel() {
    const { data, cursor } = this;
    const { meta } = data;
    this.labels = meta.labels.map((label, t) => symbol(translates(meta) ? labelAt(meta, data.frame(cursor), t) : label));
  }

  layout() {
    const { axis } = this;
    style(this.plot, { height: `${axis.px(34)}px` });
    style(this.value, { height: `${axis.px(34)}px` });
    this.narrow = axis.pitch < NARROW[Math.min(this.longest, NARROW.length) - 1] * axis.scale;
    this.now = null;
    if (this.narrow) this.condense();
    else this.box();
  }

  /** A box a symbol. */
  box() {
    const { axis } = this;
    this.boxes = this.labels.map((label, t) => el("span", {
      class: "rv-token", title: label.length > 2 ? label : null,
      style: { left: `${axis.left(t)}px`, width: `${axis.span(t)}px` },
    }, el("span", { class: "rv-token-face", dir: "auto" }, label)));
    this.strip.classList.toggle("rv-tokens-long", this.longest > 2);
    const tight = axis.pitch < TIGHT * axis.scale;
    this.strip.classList.toggle("rv-tokens-tight", tight);
    const size = Math.min(LARGE * axis.scale, axis.pitch / (0.65 * this.longest + 0.4));
    style(this.strip, { "--rv-fit": tight && this.longest <= 2 ? `${size.toFixed(1)}px` : "", lineHeight: `${axis.px(34) - 2}px` });
    this.strip.replaceChildren(...this.boxes);
  }

  /** A tick a symbol, none for a space, so that words show; and the lens. */
  condense() {
    const { axis } = this;
    const [top, height] = [axis.px(26), axis.px(6)];
    const gap = axis.pitch > 3 ? axis.px(1) : 0;
    const ticks = this.labels.map((label, t) => {
      const width = Math.max(axis.span(t) - gap, 0.5);
      return /[␣⏎⇥]/.test(label) ? "" : `M${axis.left(t)} ${top}h${width}v${height}h${-width}Z`;
    });
    const picture = svg("svg", { class: "rv-ticks", width: axis.end, height: axis.px(34) }, svg("path", { d: ticks.join("") }));
    this.cell = axis.px(Math.min(84, Math.max(16, 8.5 * this.longest)));
    this.reach = Math.max(1, Math.min(LENS, Math.floor((axis.end / this.cell - 1) / 2)));
    this.lens = Array.from({ length: 2 * this.reach + 1 }, (_, k) => el("span", { class: `rv-lens-cell ${k === this.reach ? "rv-now" : ""}`,
      style: { width: `${this.cell}px` } }));
    this.glass = el("div", { class: "rv-lens" }, ...this.lens);
    this.strip.replaceChildren(picture, this.glass);
  }

  draw() {
    const { meta, say } = this.data;
    const always = partsOf(meta).every(({ stop }) => readsAt(meta, stop - 1));
    this.sub.textContent = say(always ? "score.one_symbol" : "score.nothing_read");
    if (!translates(meta)) return;
    this.relabel();
    if (!this.narrow) this.boxes.forEach((node, t) => text(node.firstChild, this.labels[t]));
  }

  tell() {}

  step(t) {
    if (this.narrow) return this.look(t);
    if (this.now !== null) this.boxes[this.now]?.classList.remove("rv-now");
    this.boxes[t]?.classList.add("rv-now");
    this.now = t;
  }

  /** Move the lens; at the ends of the strip it stays inside, and the current symbol moves within it. */
  look(t) {
    const { axis, reach, cell } = this;
    const width = cell * this.lens.length;
    const left = Math.min(Math.max(0, axis.centre(t) - (reach + 0.5) * cell), Math.max(0, axis.end - width));
    const first = Math.round((left + 0.5 * cell - axis.centre(t)) / cell) + t;
    style(this.glass, { transform: `translateX(${left}px)` });
    this.lens.forEach((node, k) => {
      const at = first + k;
      text(node, this.labels[at] ?? "");
      const now = at === t;
      if (node.classList.contains("rv-now") !== now) node.classList.toggle("rv-now", now);
    });
  }

  mark() {}

  tip(x) {
    const { axis } = this;
    const t = axis.stepAt(x);
    return { t, unit: null, quantity: "x", text: "", box: { left: axis.left(t), top: 0, width: axis.span(t), height: axis.px(34) } };
  }
}

/** How many signs a person sees: an emoji of several parts is one. */
function signs(label) {
  return globalThis.Intl?.Segmenter ? [...new Intl.Segmenter().segment(label)].length : [...label].length;
}
