/**
 * All of the encoder's states in one strip that stays in sight, and from the decoder's column the lines that lead back
 * to them: as wide as the weight that each has. A step draws the lines anew, of which there are never more than a few
 * hundred, for the weights add up to 1; the states of the strip are painted once a run. One canvas holds it all, for a
 * second one would be a second layer to put together at every step.
 */
import { attr, el, style } from "../dom.js";
import { partsOf, topOf } from "../shape.js";
import { signed } from "../theme.js";
import { Alphas } from "./unrolled-alphas.js";
import { attendedTop } from "./unrolled-mixture.js";
import { sourceName } from "./unrolled-values.js";

/** In px of the usual font size, from the strip's top. */
const ROWS = { names: 35, states: 41, height: 30, lines: 73 };
/** Where the middle of the states is. */
export const STATES = ROWS.states + ROWS.height / 2;
/** A weight below this leaves no trace on the screen. */
const SEEN = 1 / 256;
const WIDEST = { cell: 56, line: 11 };

/** How wide a state is in the strip of all, and where that begins. */
export function stripOf({ px, room, track }) {
  const cell = Math.min(px(WIDEST.cell), room / track.split);
  return { cell, left: (room - cell * track.split) / 2 };
}

export class Attention {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    [this.encoder, this.decoder] = partsOf(data.meta);
    const { px, room, strip } = layout;
    this.S = this.encoder.stop;
    Object.assign(this, stripOf(layout));
    [this.plain, this.bold] = [el("canvas"), el("canvas")]; // of which parts are shown: to write a name takes ten times as long
    this.picture = el("canvas", { class: "rv-u-looks", "aria-hidden": "true" });
    const names = Array.from({ length: this.S }, (_, s) => sourceName(data, s));
    const longest = Math.max(...names.map((name) => name.length));
    this.names = this.cell < px(4 + (longest > 2 ? 6.4 : 8) * longest) ? [] : names;
    this.alphas = new Alphas(data, layout, { cell: this.cell, left: this.left, top: px(ROWS.lines), bare: !this.names.length });
    const size = { top: `${strip.top}px`, width: `${room}px`, height: `${strip.height}px` };
    this.element = el("div", { class: "rv-u-attention", style: size }, this.plate(), this.picture, this.alphas.elements);
    this.frame = null;
    this.place();
  }

  /** What lies across the columns, whichever these are, says itself whose states it shows. */
  plate() {
    const { px } = this.layout;
    const aside = Math.min(px(8), this.left);
    const size = { left: `${this.left - aside}px`, width: `${this.cell * this.S + 2 * aside}px`, height: `${px(ROWS.lines)}px` };
    return el("div", { class: "rv-u-plate", style: size, "aria-hidden": "true" }, this.data.say("graph.title_strip"));
  }

  place() {
    const { px, strip, room } = this.layout;
    const bottom = this.layout.levels.at(-1).top - strip.top;
    this.scale = Math.min(2, globalThis.devicePixelRatio || 1);
    this.lines = px(ROWS.lines);
    Object.assign(this, { high: attendedTop(this.layout) - strip.top - this.lines, low: bottom - this.lines });
    style(this.picture, { width: `${room}px`, height: `${bottom}px` });
    this.brush = this.prepare(this.picture, bottom);
  }

  /** Give a canvas the width of the room and a height in px. */
  prepare(canvas, height) {
    Object.assign(canvas, { width: Math.round(this.layout.room * this.scale), height: Math.round(height * this.scale) });
    const brush = canvas.getContext("2d");
    brush.scale(this.scale, this.scale);
    brush.imageSmoothingEnabled = false;
    return brush;
  }

  /** The strip of a run, with nothing marked: painted once, a cell of it is taken from here where a mark was. */
  paint(frame) {
    this.frame = frame;
    const { px, room } = this.layout;
    const { palette } = this.data.theme;
    const brush = this.prepare(this.plain, this.lines);
    const [top, height, wide] = [px(ROWS.states), px(ROWS.height), this.cell * this.S];
    brush.drawImage(this.statesOf(frame), this.left, top, wide, height);
    brush.strokeStyle = palette.line;
    brush.strokeRect(this.left - 0.5, top - 0.5, wide + 1, height + 1);
    this.font ??= getComputedStyle(this.element).fontFamily; // asking lays the page out
    const bold = this.prepare(this.bold, top - 1);
    for (const s of this.names.keys()) {
      this.write(brush, s, 400, palette.muted);
      this.write(bold, s, 700, palette.ink);
    }
    this.brush.clearRect(0, 0, room, this.lines);
    this.brush.globalAlpha = 1;
    this.brush.drawImage(this.plain, 0, 0, room, this.lines);
    this.marked = [];
  }

  /** The encoder's states, a pixel each; the browser stretches them. */
  statesOf(frame) {
    const { data, S } = this;
    const first = topOf(data.meta, frame, 0);
    const states = el("canvas", { width: S, height: first.length });
    const brush = states.getContext("2d");
    const image = brush.createImageData(S, first.length);
    const pixels = new Uint32Array(image.data.buffer);
    const { packed } = data.theme.ramp("diverging");
    const limit = data.limit("h");
    for (let s = 0; s < S; s++) topOf(data.meta, frame, s).forEach((v, j) => (pixels[j * S + s] = packed[signed(Number.isFinite(v) ? v : 0, limit)]));
    brush.putImageData(image, 0, 0);
    return states;
  }

  write(brush, s, weight, colour) {
    const name = this.names[s];
    const { px } = this.layout;
    Object.assign(brush, { font: `${weight} ${px(name.length > 2 ? 12 : 16)}px ${this.font}`, fillStyle: colour, textAlign: "center" });
    brush.fillText(name, this.left + (s + 0.5) * this.cell, px(ROWS.names), this.cell);
  }

  /** Show a step. @param {number} x where the middle of the cursor's column stands */
  show(t, frame, x) {
    if (frame !== this.frame) this.paint(frame);
    const { brush } = this;
    const reading = t < this.S;
    attr(this.element, "data-reading", reading ? "" : null);
    const weights = reading ? [] : frame.bridge.attention.row(t - this.S);
    const told = this.alphas.apart(weights);
    this.mark(told, reading ? t : null);
    brush.clearRect(0, this.lines, this.layout.room, this.low);
    brush.save();
    brush.translate(0, this.lines);
    if (reading) this.keep(t, x);
    this.draw(weights, x);
    brush.restore();
    this.alphas.show(told, weights, t);
  }

  /** Mark cells of the strip, and no others. @param {number[]} told whose weights are told @param {number|null} now what is read */
  mark(told, now) {
    const { brush, cell, left, scale, lines } = this;
    const { px } = this.layout;
    const { palette } = this.data.theme;
    brush.globalAlpha = 1;
    for (const s of this.marked) {
      const [from, wide] = [Math.floor(left + s * cell) - 2, Math.ceil(cell) + 4];
      brush.clearRect(from, 0, wide, lines);
      brush.drawImage(this.plain, from * scale, 0, wide * scale, lines * scale, from, 0, wide, lines);
    }
    this.marked = now === null ? told : [now];
    if (this.names.length) for (const s of told) this.embolden(s);
    if (now === null) return;
    Object.assign(brush, { lineWidth: 2, strokeStyle: palette.ink });
    brush.strokeRect(left + now * cell + 1, px(ROWS.states) - 1, Math.max(1, cell - 2), px(ROWS.height) + 2);
  }

  embolden(s) {
    const { brush, bold, cell, left, scale } = this;
    const [from, to] = [Math.floor(left + s * cell), Math.ceil(left + (s + 1) * cell)];
    const [wide, high] = [to - from, bold.height / scale];
    brush.clearRect(from, 0, wide, high);
    brush.drawImage(bold, from * scale, 0, wide * scale, bold.height, from, 0, wide, high);
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

  /** The source step at a place of the strip; null beside it. */
  sourceAt(x) {
    const s = Math.floor((x - this.left) / this.cell);
    return s >= 0 && s < this.S ? s : null;
  }
}
