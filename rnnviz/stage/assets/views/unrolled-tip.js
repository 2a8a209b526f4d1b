/**
 * The number under the pointer: an edge's weight, where it comes from and leads to, and what it carries at this step;
 * a node's value and what reaches it most.
 */
import { el, number } from "../dom.js";
import { hot, meanOf, rowName, short } from "./unrolled-columns.js";
import { isGroup } from "./unrolled-layout.js";

const STRONGEST = 3;

export class Tip {
  /** @param {import("../arrays.js").Data} data */
  constructor(data) {
    this.data = data;
    this.element = el("div", { class: "rv-u-graph-tip", hidden: true, role: "tooltip" });
  }

  hide() {
    if (!this.element.hidden) this.element.hidden = true;
  }

  /**
   * Show lines beside a point of the picture; or above a block, where they hide none of its edges.
   * @param {{x: number, y: number, above?: number}} at @param {{width: number, height: number}} room
   */
  show(lines, { x, y, above }, room) {
    this.element.replaceChildren(...lines);
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const fit = (v, most) => Math.max(0, Math.min(v, most));
    const beside = x + 16 + width <= room.width ? x + 16 : Math.max(0, x - 16 - width);
    const left = above === undefined ? beside : fit(x - width / 2, room.width - width);
    const top = fit(above === undefined ? y - height / 2 : above - height, room.height - height);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  line(key, values = {}, css = "") {
    return el("div", { class: css }, this.data.say(key, values));
  }

  name(row) {
    return rowName(this.data, row);
  }

  when(position) {
    const { T } = this.data.meta;
    return position >= 1 && position <= T ? this.data.say("graph.at_step", { t: position }) : this.data.say("graph.at_start");
  }

  /** The sum w × v = wv, each number marked with what it is. */
  sum(weight, value, product) {
    const part = (v, quantity) => {
      const node = el("span", {});
      number(node, this.data, v, { quantity, digits: 3 });
      return node;
    };
    const result = el("b", {}, part(product, "contribution"));
    return el("div", { class: "rv-u-tip-sum" }, part(weight, "weight"), " × ", part(value, "factor"), " = ", result);
  }

  /**
   * An edge between two columns.
   * @param {import("./unrolled-hit.js").Hit} hit @param {number} position of the column it leads into
   */
  recurrent(hit, position, frame, weights, matrix) {
    const { from, to } = hit;
    const { layer, rows } = to.block;
    const before = position + (hit.kind === "reverse" ? 1 : -1);
    const state = this.state(frame.layers[layer], before);
    const weight = weights.recurrent.get(layer)[to.index * rows.length + from.index];
    const lines = [this.line("graph.edge", { matrix, from: this.name(from), to: this.name(to) }, "rv-u-tip-title")];
    if (isGroup(from) || isGroup(to)) {
      const { low, high } = weights.extent(to.block, to, from);
      const [mean, least, most] = [weight, low, high].map((w) => this.data.format(w));
      lines.push(this.line("graph.mean_weight", { mean, low: least, high: most }));
      const said = { value: this.data.format(weights.contribution(to.block, to, from, state)), t: this.when(position) };
      lines.push(this.line("graph.adds", said));
    } else {
      lines.push(this.line("graph.carries", { unit: this.name(from), t: this.when(before), value: this.data.format(state[from.start]) }));
      lines.push(this.sum(weight, state[from.start], weight * state[from.start]));
    }
    lines.push(...this.scaled(to, position, frame, weights.gate));
    lines.push(this.line("graph.same_weight", { T: this.data.meta.T }, "rv-u-tip-note"));
    return lines;
  }

  /** In PyTorch's GRU the reset gate scales what the candidate takes from the state. */
  scaled(to, position, frame, gate) {
    if (this.data.meta.cell !== "gru" || gate !== "n" || isGroup(to)) return [];
    if (position < 1 || position > this.data.meta.T) return [];
    const r = frame.layers[to.block.layer].gates.r.at(position - 1, to.start);
    return [this.line("graph.reset", { value: this.data.format(r) })];
  }

  state(layer, position) {
    const { T } = this.data.meta;
    return position >= 1 && position <= T ? layer.h.row(position - 1) : layer.h0.data;
  }

  /** The straight path: f·c of an LSTM, z·h of a GRU. */
  carry({ to }, position, frame) {
    const { data } = this;
    const layer = frame.layers[to.block.layer];
    const lstm = data.meta.cell === "lstm";
    const before = position + (to.block.reverse ? 1 : -1);
    const share = meanOf(layer.gates[lstm ? "f" : "z"].row(position - 1), to);
    const lines = [this.line(lstm ? "graph.carry_c" : "graph.carry_h", { unit: this.name(to) }, "rv-u-tip-title")];
    if (isGroup(to)) return [...lines, this.line("graph.carry_mean", { value: data.format(share) })];
    const states = lstm ? { h: layer.c, h0: layer.c0 } : layer;
    const value = this.state(states, before)[to.start];
    return [...lines, this.line(lstm ? "graph.carry_forget" : "graph.carry_update"), this.sum(share, value, share * value)];
  }

  /** The string from the input to a row. */
  input(hit, position, frame, weights, matrix) {
    const { meta } = this.data;
    const x = frame.inputs.row(position - 1);
    const lines = [this.line("graph.from_input", { matrix, label: meta.labels[position - 1], to: this.name(hit.to) }, "rv-u-tip-title")];
    if (meta.alphabet || meta.D === 1) {
      const component = meta.alphabet ? hot(frame.inputs, position - 1) : 0;
      const weight = weights.column(hit.to.block, component)[hit.to.index];
      lines.push(this.sum(weight, x[component], weight * x[component]));
      if (meta.alphabet) lines.push(this.line("graph.column", { label: meta.labels[position - 1] }, "rv-u-tip-note"));
    } else {
      const sum = weights.summed(hit.to.block, x)[hit.to.index];
      lines.push(this.line("graph.adds", { value: this.data.format(sum), t: this.when(position) }));
    }
    return lines;
  }

  /** The edge from a row of one layer to a row of the next. */
  between(hit, position, frame, weights, matrix) {
    const { from, to } = hit;
    const sources = weights.layout.levels[from.block.level].rows;
    const weight = weights.between.get(to.block.layer)[to.index * sources.length + sources.indexOf(from)];
    const value = meanOf(this.state(frame.layers[from.block.layer], position), from);
    const lines = [this.line("graph.edge", { matrix, from: this.name(from), to: this.name(to) }, "rv-u-tip-title")];
    if (isGroup(from) || isGroup(to)) lines.push(this.line("graph.mean_only", { mean: this.data.format(weight) }));
    else {
      lines.push(this.line("graph.carries", { unit: this.name(from), t: this.when(position), value: this.data.format(value) }));
      lines.push(this.sum(weight, value, weight * value));
    }
    lines.push(this.line("graph.same_weight", { T: this.data.meta.T }, "rv-u-tip-note"));
    return lines;
  }

  /** A node, and the state units that move it most at this step. */
  node(row, position, frame, weights) {
    const { data } = this;
    const layer = frame.layers[row.block.layer];
    const value = meanOf(this.state(layer, position), row);
    const title = data.say("graph.tip_node", { unit: this.name(row), t: this.when(position) });
    const lines = [el("div", { class: "rv-u-tip-title" }, title)];
    lines.push(this.line(isGroup(row) ? "graph.tip_mean" : "graph.tip_value", { value: short(data, value) }));
    const cell = position >= 1 && position <= data.meta.T ? layer.c?.row(position - 1) : layer.c0?.data;
    if (cell && !isGroup(row)) lines.push(this.line("graph.tip_cell", { value: data.format(cell[row.start]) }));
    if (isGroup(row)) lines.push(this.line("graph.tip_open", {}, "rv-u-tip-note"));
    else if (position >= 1 && position <= data.meta.T) lines.push(...this.strongest(row, position, layer, weights));
    return lines;
  }

  strongest(row, position, layer, weights) {
    const { data } = this;
    const before = this.state(layer, position + (row.block.reverse ? 1 : -1));
    const matrix = weights.matrix("hh", row.block.layer).row(weights.first + row.start);
    const terms = [...before].map((h, j) => ({ j, h, w: matrix[j], product: matrix[j] * h })).filter(({ product }) => product);
    if (!terms.length) return [];
    terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const said = terms.slice(0, STRONGEST).map(({ j, h, w, product }) =>
      el("div", { class: "rv-u-tip-term" }, el("span", {}, data.say("graph.from_unit", { n: j + 1 })), this.sum(w, h, product)),
    );
    return [this.line(weights.gate ? "graph.strongest_gate" : "graph.strongest", { gate: weights.gate }, "rv-u-tip-note"), ...said];
  }
}
