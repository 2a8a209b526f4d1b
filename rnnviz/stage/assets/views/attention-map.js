/** Attention as a map: a row a step that writes, a column one that was read, letters along two sides. */
import { attr, el, number, style, symbol, text } from "../dom.js";
import { describeLook, extents, longestName, lookSentence, mostLooked, sourceName, weights, writtenName } from "./look.js";

const CELL = 30; // px at the normal text size: no cell is larger
const LETTERED = 11; // px: a cell this large has room for its letter beside it
const NORMAL_TEXT = 15;

/** The map: cells as large as there is room for, letters along two sides. */
export class LookMap {
  constructor(data, cursor) {
    Object.assign(this, { data, cursor }, extents(data));
    const { S, N } = this;
    this.canvas = el("canvas", { class: "rv-look-canvas", role: "img" });
    this.sources = Array.from({ length: S }, () => el("span", { class: "rv-look-source", dir: "auto" }));
    this.writers = Array.from({ length: N }, () => el("span", { class: "rv-look-writer", dir: "auto" }));
    this.mark = el("div", { class: "rv-look-mark" });
    this.tooltip = el("div", { class: "rv-tooltip", hidden: true });
    this.names = [el("span", { class: "rv-look-along" }, data.say("attention.read")), el("span", { class: "rv-look-down" }, data.say("attention.writes"))];
    this.node = el("div", { class: "rv-look-map", dir: "ltr" }, ...this.names, ...this.sources, ...this.writers, this.canvas, this.mark, this.tooltip);
    this.listen();
  }

  get frame() {
    return this.data.frame(this.cursor);
  }

  layout() {
    const width = this.node.clientWidth;
    const scale = parseFloat(getComputedStyle(this.node).fontSize) / NORMAL_TEXT || 1;
    const ratio = Math.max(1, globalThis.devicePixelRatio || 1);
    if (!width || (width === this.width && ratio === this.ratio)) return;
    Object.assign(this, { width, ratio, scale });
    const letters = longestName(this.data);
    this.left = Math.max(3.2, 1.2 + 0.62 * Math.min(8, letters.written)) * NORMAL_TEXT * scale;
    this.top = 2.7 * NORMAL_TEXT * scale;
    const cell = Math.min(CELL * scale, (width - this.left) / this.S, (520 * scale) / this.N);
    this.cell = Math.max(1, Math.floor(cell * ratio)) / ratio;
    const [across, down] = [this.cell * this.S, this.cell * this.N];
    style(this.node, { height: `${this.top + down}px`, "--rv-left": `${this.left}px`, "--rv-top": `${this.top}px` });
    style(this.canvas, { left: `${this.left}px`, top: `${this.top}px`, width: `${across}px`, height: `${down}px` });
    this.canvas.width = Math.round(across * ratio);
    this.canvas.height = Math.round(down * ratio);
    const em = Math.min(0.9 * NORMAL_TEXT * scale, this.cell * 0.92);
    const crowded = this.cell < LETTERED * scale;
    this.node.classList.toggle("rv-look-small-down", crowded);
    this.node.classList.toggle("rv-look-small-along", crowded || this.cell < 0.62 * em * letters.read);
    style(this.node, { "--rv-letter": `${crowded ? 0.9 * NORMAL_TEXT * scale : em}px` });
    this.sources.forEach((node, s) => style(node, { left: `${this.left + s * this.cell}px`, width: `${this.cell}px` }));
    this.writers.forEach((node, n) => style(node, { top: `${this.top + n * this.cell}px`, height: `${this.cell}px`, lineHeight: `${this.cell}px` }));
    this.sources.forEach((node, s) => text(node, symbol(sourceName(this.data, s))));
    this.draw();
  }

  draw() {
    if (!this.cell) return;
    const { data, canvas, frame, ratio, cell } = this;
    const context = canvas.getContext("2d");
    const alpha = weights(frame);
    const { css } = data.theme.ramp("ink");
    const most = mostLooked(data);
    const size = cell * ratio;
    for (let n = 0; n < this.N; n++) {
      for (let s = 0; s < this.S; s++) {
        context.fillStyle = css[Math.round((css.length - 1) * Math.min(1, alpha.at(n, s) / most || 0))];
        context.fillRect(Math.round(s * size), Math.round(n * size), Math.ceil(size), Math.ceil(size));
      }
    }
    this.lines(context, size);
    this.writers.forEach((node, n) => text(node, symbol(writtenName(data, frame, n))));
    attr(canvas, "aria-label", `${data.say("attention.title")}. ${describeLook(data, frame)}`);
    this.step();
  }

  lines(context, size) {
    if (this.cell < 8) return;
    context.fillStyle = this.data.theme.palette.line;
    const thick = Math.max(1, Math.round(this.ratio));
    for (let s = 1; s < this.S; s++) context.fillRect(Math.round(s * size) - thick, 0, thick, this.canvas.height);
    for (let n = 1; n < this.N; n++) context.fillRect(0, Math.round(n * size) - thick, this.canvas.width, thick);
  }

  /** The row of a step that writes, or the column of one that is read. */
  step() {
    if (!this.cell) return;
    const { cell, left, top, start, S, N } = this;
    const t = Math.min(this.cursor.t, this.data.meta.T - 1);
    const writes = t >= start;
    const [x, y, across, down] = writes ? [left, top + (t - start) * cell, cell * S, cell] : [left + t * cell, top, cell, cell * N];
    style(this.mark, { transform: `translate(${x}px, ${y}px)`, width: `${across}px`, height: `${down}px` });
    for (const node of this.lit ?? []) node.classList.remove("rv-now");
    this.lit = [writes ? this.writers[t - start] : this.sources[t]];
    for (const node of this.lit) node.classList.add("rv-now");
  }

  /** Pointing at a cell tells its weight; a click goes to the step that writes it, on a letter to that step. */
  listen() {
    const under = (event) => {
      const box = this.node.getBoundingClientRect();
      const zoom = box.width ? this.node.offsetWidth / box.width : 1;
      const s = Math.floor(((event.clientX - box.left) * zoom - this.left) / this.cell);
      const n = Math.floor(((event.clientY - box.top) * zoom - this.top) / this.cell);
      return s >= this.S || n >= this.N || (s < 0 && n < 0) ? null : { s, n };
    };
    this.node.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.point(under(event));
    });
    this.node.addEventListener("pointerleave", () => this.point(null));
    this.node.addEventListener("click", (event) => {
      const at = under(event);
      if (at) this.cursor.set({ t: at.n < 0 ? at.s : this.start + at.n, playing: false });
    });
  }

  point(at) {
    const inside = at && at.s >= 0 && at.n >= 0;
    this.tooltip.hidden = !inside;
    if (!inside) return;
    const { s, n } = at;
    const { data, frame } = this;
    number(this.tooltip, data, weights(frame).at(n, s), { quantity: "attention", unit: s, step: this.start + n });
    text(this.tooltip, lookSentence(data, frame, n, s));
    const x = this.left + (s + 0.5) * this.cell - this.tooltip.offsetWidth / 2;
    const y = this.top + n * this.cell - this.tooltip.offsetHeight - 6;
    style(this.tooltip, { transform: `translate(${Math.round(Math.min(Math.max(0, x), Math.max(0, this.node.offsetWidth - this.tooltip.offsetWidth)))}px, ${Math.round(y)}px)` });
  }
}
