/** The block itself: a row a sequence, a column a step, fillings hatched; beside each row how far its state is from the true one. */
import { el, number, style, symbol, text } from "../dom.js";
import { nice } from "../arrays.js";
import { Axis } from "./lanes.js";
import { cellWords, isNought } from "./padding-words.js";

const ROW = 34; // px at the normal text size
const GAP = 5;
const NORMAL_TEXT = 15;
const NUMBERED = 38; // px: a cell this wide has room for a number
const LINE = 19; // px: a sequence in words above its cells, where these are too narrow for words
const [LARGE, SMALL] = [14, 8.5]; // px: the size of a symbol in its cell, and the least that can be read

export class Grid {
  /** @param {object} data @param {object} cursor @param {{way: string, side: string}} chosen */
  constructor(data, cursor, chosen) {
    Object.assign(this, { data, cursor, chosen, batch: data.padding });
    this.axis = new Axis(data.meta.T);
    const { sides } = this.batch;
    this.most = nice(Math.max(...Object.values(sides).map(({ drift }) => drift.limit)));
    this.rows = this.batch.labels.map((labels, row) => this.makeRow(labels, row));
    this.longest = Math.max(...this.batch.labels.flat().map((label) => [...symbol(label)].length));
    this.plot = el("div", { class: "rv-lane-plot rv-batch-plot" }, ...this.rows.flatMap(({ cells, whole }) => [cells, whole]));
    const names = el("div", { class: "rv-batch-names" }, ...this.rows.map(({ name }) => name));
    const values = el("div", { class: "rv-lane-value rv-batch-values" }, ...this.rows.map(({ value }) => value));
    this.block = el("div", { class: "rv-lane rv-batch-lane" }, names, this.plot, values);
    this.sizes = el("div", { class: "rv-batch-sizes" });
    this.ticks = el("div", { class: "rv-axis", "aria-hidden": "true" });
    this.head = el("div", { class: "rv-playhead" });
    this.tooltip = el("div", { class: "rv-tooltip", hidden: true });
    this.node = el("div", { class: "rv-lanes rv-batch", dir: "ltr" }, this.heads(), this.block, this.sizesLane(),
      el("div", { class: "rv-lane rv-lane-axis" }, el("span", { class: "rv-lane-label" }), this.ticks),
      el("div", { class: "rv-track", "aria-hidden": "true" }, this.head), this.tooltip);
    this.listen();
  }

  heads() {
    const { say } = this.data;
    return el("div", { class: "rv-lane rv-batch-heads", "aria-hidden": "true" }, el("span", {}, say("padding.sequence")), el("span", {}),
      el("span", { title: say("padding.apart_full") }, say("padding.apart")));
  }

  sizesLane() {
    const { say } = this.data;
    this.sizesName = el("span", { class: "rv-lane-title" });
    this.sum = el("span", { class: "rv-figure" });
    return el("div", { class: "rv-lane rv-batch-sizes-lane" },
      el("div", { class: "rv-lane-label" }, this.sizesName, el("span", { class: "rv-lane-sub" }, say("padding.sizes_sub"))),
      el("div", { class: "rv-lane-plot" }, this.sizes), el("div", { class: "rv-batch-sum" }, this.sum));
  }

  /** A sequence: its number and length, a cell a step, the bar and the number. */
  makeRow(labels, row) {
    const { data } = this;
    const name = el("div", { class: "rv-batch-name" }, el("b", {}, String(row + 1)),
      el("span", {}, data.say(labels.length === 1 ? "padding.step" : "padding.steps", { n: labels.length })));
    const faces = Array.from({ length: data.meta.T }, () => el("span", { class: "rv-batch-cell" }, el("span", { class: "rv-batch-face", dir: "auto" })));
    const tie = el("i", { class: "rv-batch-tie", "aria-hidden": "true" });
    const fill = el("i", { class: "rv-batch-fill" });
    const figure = el("span", { class: "rv-figure" });
    const value = el("div", { class: "rv-batch-value" }, el("span", { class: "rv-batch-bar", "aria-hidden": "true" }, fill), figure);
    const words = labels.map((label) => el("span", {}, symbol(label)));
    const apart = labels.some((label) => [...label].length > 1);
    const whole = el("p", { class: "rv-batch-whole" }, el("b", {}, String(row + 1)), ...words.flatMap((word, k) => (k && apart ? [" ", word] : [word])));
    return { row, labels, words, whole, name, faces, tie, fill, figure, value, cells: el("div", { class: "rv-batch-row" }, ...faces, tie) };
  }

  /** How a sequence lies in the block: its first step. A packed batch is not filled up, so all begin at once. */
  firstOf({ labels }) {
    const { way, side } = this.chosen;
    return way === "packed" || side === "right" ? 0 : this.data.meta.T - labels.length;
  }

  /** The drifts that are seen: those of the padded run, or what a mask leaves of them. */
  driftOf(row, t) {
    const { way, side } = this.chosen;
    const seen = this.batch.sides[side];
    return way === "padded" ? seen.drift.at(row, t) : this.batch.sides[way === "packed" ? "right" : side].masked.at(row);
  }

  /** Another way, or another side: the cells say so, and packed rows go to their places. */
  choose() {
    const { data, batch } = this;
    const { way } = this.chosen;
    this.node.dataset.way = way;
    const order = way === "packed" ? batch.order : batch.labels.map((_, row) => row);
    this.rank = new Map(order.map((row, rank) => [row, rank]));
    text(this.sizesName, data.say(way === "packed" ? "padding.batch_sizes" : "padding.computed"));
    for (const one of this.rows) this.fillRow(one);
    this.place();
    this.step();
  }

  fillRow(one) {
    const first = this.firstOf(one);
    const stop = first + one.labels.length;
    one.faces.forEach((cell, t) => {
      const inside = t >= first && t < stop;
      cell.classList.toggle("rv-batch-filled", !inside);
      this.paint(one, cell, t, inside);
    });
  }

  /** A cell: its symbol, or how far the filling has taken the state; the ground is darker the further that is. */
  paint(one, cell, t, inside) {
    const { data, most } = this;
    const { way, side } = this.chosen;
    const drift = way === "padded" ? this.batch.sides[side].drift.at(one.row, t) : 0;
    const place = Math.round(256 * Math.min(1, drift / most || 0));
    const ramp = data.theme.ramp("loss");
    style(cell, { "--rv-ground": drift > 0 ? ramp.css[place] : "transparent", "--rv-over": place > 24 ? ramp.ink[place] : "var(--rv-ink)" });
    const face = cell.firstChild;
    for (const name of ["data-value", "data-quantity", "data-unit", "data-step", "data-run"]) face.removeAttribute(name);
    if (inside) text(face, this.line ? "" : symbol(one.labels[t - this.firstOf(one)]));
    else if (way === "padded" && this.numbered) {
      number(face, data, drift, { quantity: "state-drift", unit: one.row, step: t });
      face.dataset.run = side;
    } else text(face, "");
  }

  layout() {
    const width = this.plot.clientWidth;
    const scale = parseFloat(getComputedStyle(this.node).fontSize) / NORMAL_TEXT || 1;
    if (!width || (width === this.width && scale === this.axis.scale)) return;
    this.width = width;
    const { axis } = this;
    axis.measure(width, scale);
    this.numbered = axis.pitch >= NUMBERED * scale;
    style(this.node, { "--rv-shift": `${axis.end - width}px`, "--rv-end": `${axis.end}px` });
    style(this.head, { width: `${Math.max(5, Math.ceil(axis.pitch))}px` });
    this.row = axis.px(ROW);
    const size = Math.min(LARGE * scale, (axis.pitch - 4) / (0.65 * this.longest + 0.2));
    this.line = size < SMALL * scale ? axis.px(LINE) : 0;
    this.pitch = this.line + this.row + axis.px(GAP);
    style(this.block, { "--rv-fit": `${size.toFixed(1)}px` });
    style(this.block, { height: `${this.pitch * this.rows.length}px` });
    for (const { faces } of this.rows) faces.forEach((cell, t) => style(cell, { left: `${axis.left(t)}px`, width: `${axis.span(t)}px`, height: `${this.row}px` }));
    this.layoutTicks();
    if (this.rank) this.choose();
  }

  layoutTicks() {
    const { axis } = this;
    const every = [1, 2, 5, 10, 20, 50].find((n) => n * axis.pitch >= 26 * axis.scale) ?? 100;
    const at = (t, words) => el("span", { class: "rv-tick", style: { left: `${axis.centre(t)}px` } }, words);
    const shown = Array.from({ length: axis.T }, (_, t) => t).filter((t) => every === 1 || (t + 1) % every === 0);
    this.ticks.replaceChildren(...shown.map((t) => at(t, String(t + 1))));
    this.sized = Array.from({ length: axis.T }, (_, t) => at(t, ""));
    this.sizes.replaceChildren(...this.sized);
  }

  /** Each row at its rank; a tie from a sequence's end over the steps through which a mask holds its state. */
  place() {
    if (!this.pitch) return;
    const { axis, batch } = this;
    for (const one of this.rows) {
      const top = this.rank.get(one.row) * this.pitch;
      const cells = `translateY(${top + this.line}px)`;
      for (const node of [one.name, one.cells, one.value]) style(node, { transform: cells, height: `${this.row}px` });
      one.whole.hidden = !this.line;
      style(one.whole, { transform: `translateY(${top}px)`, height: `${this.line}px` });
      const first = this.firstOf(one);
      const [from, to] = this.chosen.side === "right" ? [first + one.labels.length, axis.T] : [0, first];
      style(one.tie, { left: `${axis.left(from)}px`, width: `${axis.left(to) - axis.left(from)}px` });
    }
    const packed = this.chosen.way === "packed";
    this.sized.forEach((node, t) => text(node, packed ? batch.batch_sizes[t] : this.rows.length));
    const { steps } = batch;
    text(this.sum, this.data.say("padding.sum", { n: packed ? steps.packed : steps.padded }));
  }

  /** The cursor went on: the column, and every row's bar and number. */
  step() {
    if (!this.pitch) return;
    const { axis, data, most } = this;
    const { way, side } = this.chosen;
    const t = Math.min(this.cursor.t, axis.T - 1);
    const thin = Math.max(0, 5 - axis.pitch) / 2;
    style(this.head, { transform: `translateX(${axis.left(t) - thin}px)` });
    for (const one of this.rows) {
      const drift = this.driftOf(one.row, t);
      style(one.fill, { transform: `scaleX(${Math.min(1, drift / most || 0).toFixed(4)})` });
      number(one.figure, data, drift, { quantity: way === "padded" ? "state-drift" : "masked-drift", unit: one.row, step: t });
      if (isNought(drift)) text(one.figure, data.say(drift ? "padding.rounding_brief" : "padding.exact"));
      one.figure.dataset.run = side;
      if (this.line) one.words.forEach((word, k) => word.classList.toggle("rv-now", k === t - this.firstOf(one)));
    }
    this.sized.forEach((node, k) => node.classList.toggle("rv-now", k === t));
  }

  /** Pointing at a cell tells what happens there; a click goes to its step. */
  listen() {
    const under = (event) => {
      const box = this.plot.getBoundingClientRect();
      const zoom = box.width ? this.plot.offsetWidth / box.width : 1;
      const [x, y] = [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
      if (x < 0 || x > this.axis.end || !this.rank) return null;
      const rank = Math.min(this.rows.length - 1, Math.max(0, Math.floor(y / this.pitch)));
      return { one: this.rows.find(({ row }) => this.rank.get(row) === rank), t: this.axis.stepAt(x), rank };
    };
    this.plot.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.point(under(event));
    });
    this.plot.addEventListener("pointerleave", () => this.point(null));
    this.plot.addEventListener("click", (event) => {
      const at = under(event);
      if (at) this.cursor.set({ t: at.t, playing: false });
    });
  }

  point(at) {
    this.tooltip.hidden = !at;
    if (!at) return;
    const { one, t, rank } = at;
    const first = this.firstOf(one);
    const place = t < first ? -1 : t - first < one.labels.length ? 0 : 1;
    text(this.tooltip, cellWords(this.data, this.chosen, { row: one.row, t, place, symbol: one.labels[t - first], drift: this.driftOf(one.row, t) }));
    const plot = this.plot.getBoundingClientRect();
    const home = this.node.getBoundingClientRect();
    const room = this.node.offsetWidth - this.tooltip.offsetWidth;
    const x = plot.left - home.left + this.axis.centre(t) - this.tooltip.offsetWidth / 2;
    const y = plot.top - home.top + rank * this.pitch - this.tooltip.offsetHeight - 6;
    style(this.tooltip, { transform: `translate(${Math.round(Math.min(Math.max(0, x), room))}px, ${Math.round(y)}px)` });
  }
}
