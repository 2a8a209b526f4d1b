/**
 * All of the encoder's states in one strip that stays in sight, and from the decoder's column the lines that lead back
 * to them: as wide as the weight that each has. A step draws the lines anew, of which there are never more than a few
 * hundred, for the weights add up to 1; the strip is drawn once a run.
 */
import { attr, el, number, style, text } from "../dom.js";
import { partsOf, topOf } from "../shape.js";
import { signed } from "../theme.js";
import { attendedTop } from "./unrolled-mixture.js";
import { sourceName } from "./unrolled-values.js";

/** In px of the usual font size, from the strip's top. */
const ROWS = { symbols: 2, states: 23, height: 30, lines: 54 };
/** A weight below this leaves no trace on the screen. */
const SEEN = 1 / 256;
const WIDEST = { cell: 56, line: 11 };
const NAMED = 3;

export class Attention {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    [this.encoder, this.decoder] = partsOf(data.meta);
    const { px, room, strip } = layout;
    this.S = this.encoder.stop;
    this.cell = Math.min(px(WIDEST.cell), room / this.S);
    this.left = (room - this.cell * this.S) / 2;
    this.states = el("canvas", { class: "rv-u-sources" });
    this.fan = el("canvas", { class: "rv-u-fan-lines" });
    this.here = el("i", { class: "rv-u-source-now" });
    this.numbers = Array.from({ length: NAMED }, () => el("span", { class: "rv-u-alpha" }));
    const names = Array.from({ length: this.S }, (_, s) => sourceName(data, s));
    const longest = Math.max(...names.map((name) => name.length));
    this.symbols = this.cell < px(4 + (longest > 2 ? 6.4 : 8) * longest) ? [] : names.map((name, s) => this.symbol(name, s));
    const size = { top: `${strip.top}px`, width: `${room}px`, height: `${strip.height}px` };
    this.element = el("div", { class: "rv-u-attention", style: size }, this.fan, this.states, this.symbols, this.here, this.numbers);
    this.frame = null;
    this.place();
  }

  symbol(name, s) {
    const where = { left: `${this.left + s * this.cell}px`, width: `${this.cell}px` };
    return el("span", { class: name.length > 2 ? "rv-u-source rv-u-source-long" : "rv-u-source", dir: "auto", style: where, "aria-hidden": "true" }, name);
  }

  place() {
    const { px, strip } = this.layout;
    const wide = this.cell * this.S;
    style(this.states, { left: `${this.left}px`, top: `${px(ROWS.states)}px`, width: `${wide}px`, height: `${px(ROWS.height)}px` });
    const from = px(ROWS.lines);
    const high = attendedTop(this.layout) - strip.top - from;
    const low = this.layout.levels.at(-1).top - strip.top - from;
    const scale = Math.min(2, globalThis.devicePixelRatio || 1);
    Object.assign(this.fan, { width: Math.round(this.layout.room * scale), height: Math.round(low * scale) });
    style(this.fan, { top: `${from}px`, width: `${this.layout.room}px`, height: `${low}px` });
    style(this.here, { width: `${this.cell}px`, top: `${px(ROWS.states) - 2}px`, height: `${px(ROWS.height) + 4}px` });
    Object.assign(this, { high, low, brush: this.fan.getContext("2d") });
    this.brush.scale(scale, scale);
  }

  /** The states of a run, a pixel each; the browser stretches them. */
  paint(frame) {
    this.frame = frame;
    const { data, S, states } = this;
    const first = topOf(data.meta, frame, 0);
    Object.assign(states, { width: S, height: first.length });
    const brush = states.getContext("2d");
    const image = brush.createImageData(S, first.length);
    const pixels = new Uint32Array(image.data.buffer);
    const { packed } = data.theme.ramp("diverging");
    const limit = data.limit("h");
    for (let s = 0; s < S; s++) topOf(data.meta, frame, s).forEach((v, j) => (pixels[j * S + s] = packed[signed(Number.isFinite(v) ? v : 0, limit)]));
    brush.putImageData(image, 0, 0);
  }

  /** Show a step. @param {number} x where the middle of the cursor's column stands */
  show(t, frame, x) {
    if (frame !== this.frame) this.paint(frame);
    const reading = t < this.S;
    this.here.hidden = !reading;
    if (reading) this.here.style.transform = `translateX(${this.left + t * this.cell}px)`;
    attr(this.element, "data-reading", reading ? "" : null);
    this.brush.clearRect(0, 0, this.layout.room, this.low);
    if (reading) this.keep(t, x);
    const weights = reading ? [] : frame.bridge.attention.row(t - this.S);
    this.draw(weights, x);
    this.name(weights, t);
  }

  draw(weights, x) {
    const { brush, high } = this;
    const { px } = this.layout;
    brush.strokeStyle = this.data.theme.palette.h;
    brush.lineCap = "round";
    weights.forEach((weight, s) => {
      if (!(weight > SEEN)) return;
      const from = this.left + (s + 0.5) * this.cell;
      brush.globalAlpha = 0.25 + 0.6 * weight;
      brush.lineWidth = Math.max(0.6, px(WIDEST.line) * weight);
      brush.beginPath();
      brush.moveTo(from, 0);
      brush.bezierCurveTo(from, high * 0.55, x, high * 0.45, x, high);
      brush.stroke();
    });
  }

  /** The state that is read at the cursor goes into the strip. */
  keep(t, x) {
    const { brush, low } = this;
    const { px, levels } = this.layout;
    const to = this.left + (t + 0.5) * this.cell;
    brush.strokeStyle = this.data.theme.palette.h;
    Object.assign(brush, { globalAlpha: 0.75, lineWidth: px(1.6) });
    brush.beginPath();
    for (const { lane } of levels.at(-1).rows) {
      brush.moveTo(x + lane, low);
      brush.bezierCurveTo(x + lane, low - px(16), x, low - px(16), x, low - px(30));
    }
    brush.moveTo(x, low - px(30));
    brush.bezierCurveTo(x, low * 0.45, to, low * 0.45, to, px(2));
    brush.moveTo(to - px(5), px(9));
    brush.lineTo(to, px(2));
    brush.lineTo(to + px(5), px(9));
    brush.stroke();
  }

  /** The largest weights as numbers, as far as they do not cover each other. */
  name(weights, t) {
    const { data, cell, left } = this;
    const { px } = this.layout;
    const apart = px(46);
    const order = strongest(weights, NAMED);
    const kept = [];
    for (const s of order) {
      if (weights[s] >= 0.05 && kept.every((other) => Math.abs(other - s) * cell >= apart)) kept.push(s);
    }
    this.numbers.forEach((node, k) => {
      const s = kept[k];
      node.hidden = s === undefined;
      for (const name of ["data-quantity", "data-unit", "data-step", "data-value"]) if (node.hidden) attr(node, name, null);
      if (node.hidden) return;
      number(node, data, weights[s], { quantity: "attention", unit: s, step: t });
      if (!this.symbols.length) text(node, `${sourceName(data, s)} ${node.textContent}`);
      const at = Math.min(Math.max(left + (s + 0.5) * cell, px(20)), this.layout.room - px(20));
      style(node, { transform: `translate(calc(${at}px - 50%), ${px(ROWS.lines) + px(3)}px)` });
    });
    this.symbols.forEach((node, s) => {
      const seen = kept.includes(s);
      if (node.classList.contains("rv-u-source-seen") !== seen) node.classList.toggle("rv-u-source-seen", seen);
    });
  }

  /** The source step at a place of the strip; null beside it. */
  sourceAt(x) {
    const s = Math.floor((x - this.left) / this.cell);
    return s >= 0 && s < this.S ? s : null;
  }
}

/** The places of the largest weights, largest first. */
export function strongest(weights, count) {
  const best = [];
  weights.forEach((weight, s) => {
    let at = best.length;
    while (at > 0 && weights[best[at - 1]] < weight) at--;
    if (at < count) best.splice(at, 0, s);
    if (best.length > count) best.pop();
  });
  return best;
}
