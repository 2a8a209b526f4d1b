/**
 * The number under the pointer: an edge's weight, where it comes from and leads to, and what it carries at this step;
 * a node's value and what reaches it most.
 */
import { el, number, symbol, unitName } from "../dom.js";
import { inputOf, labelAt, partsOf, pooledOf, startOf, translates } from "../shape.js";
import { hot, meanOf, rowName, short, sourceName } from "./unrolled-values.js";
import { isGroup } from "./unrolled-layout.js";
import { place } from "./unrolled-place.js";
import { Track } from "./unrolled-track.js";
import { phrase } from "./unrolled-words.js";

const STRONGEST = 3;

export class Tip {
  /** @param {import("../arrays.js").Data} data */
  constructor(data) {
    this.data = data;
    this.track = new Track(data.meta);
    this.element = el("div", { class: "rv-u-graph-tip", hidden: true, role: "tooltip" });
  }

  hide() {
    if (!this.element.hidden) this.element.hidden = true;
  }

  /** Show lines beside what they are about. @param {import("./unrolled-place.js").About} about @param {import("./unrolled-place.js").Box} room */
  show(lines, about, room) {
    this.element.replaceChildren(...lines);
    this.element.hidden = false;
    const [left, top] = place(about, this.element, room);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  line(key, values = {}, css = "") {
    return el("div", { class: css }, this.data.say(key, values));
  }

  /** What an edge is, named by its matrix. */
  title(key, values) {
    return el("div", { class: "rv-u-tip-title" }, phrase(this.data, key, values));
  }

  name(row) {
    return rowName(this.data, row);
  }

  when(position) {
    const { kind, t } = this.track.at(position);
    if (kind === "gather") return this.data.say("graph.at_context");
    return kind === "step" ? this.data.say("graph.at_step", { t: t + 1 }) : this.data.say("graph.at_start");
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
    const state = this.state(frame, to.block, before);
    const weight = weights.recurrent.get(layer)[to.index * rows.length + from.index];
    const lines = [this.title("graph.edge", { matrix: matrix(), from: this.name(from), to: this.name(to) })];
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
    lines.push(this.line("graph.same_weight", { T: weights.part.stop - weights.part.start }, "rv-u-tip-note"));
    return lines;
  }

  /** In PyTorch's GRU the reset gate scales what the candidate takes from the state. */
  scaled(to, position, frame, gate) {
    if (this.data.meta.cell !== "gru" || gate !== "n" || isGroup(to)) return [];
    const { t } = this.track.at(position);
    if (t === null) return [];
    const r = frame.layers[to.block.layer].gates.r.at(t, to.start);
    return [this.line("graph.reset", { value: this.data.format(r) })];
  }

  /** The states of a block at a place: of a step, of the context, or those it starts with. @param {"h"|"c"} name */
  state(frame, block, position, name = "h") {
    const { kind, t, part } = this.track.at(position);
    const layer = frame.layers[block.layer];
    if (kind === "step") return layer[name].row(t);
    const { meta } = this.data;
    return startOf(meta, frame, partsOf(meta)[kind === "gather" ? 1 : part], block.layer, name);
  }

  /** The straight path: f·c of an LSTM, z·h of a GRU. */
  carry({ to }, position, frame) {
    const { data } = this;
    const layer = frame.layers[to.block.layer];
    const lstm = data.meta.cell === "lstm";
    const before = position + (to.block.reverse ? 1 : -1);
    const share = meanOf(layer.gates[lstm ? "f" : "z"].row(this.track.at(position).t), to);
    const lines = [this.line(lstm ? "graph.carry_c" : "graph.carry_h", { unit: this.name(to) }, "rv-u-tip-title")];
    if (isGroup(to)) return [...lines, this.line("graph.carry_mean", { value: data.format(share) })];
    const value = this.state(frame, to.block, before, lstm ? "c" : "h")[to.start];
    return [...lines, this.line(lstm ? "graph.carry_forget" : "graph.carry_update"), this.sum(share, value, share * value)];
  }

  /** The string from the input to a row. */
  input(hit, position, frame, weights, matrix) {
    const { meta } = this.data;
    const { t } = this.track.at(position);
    const x = inputOf(meta, frame, t);
    const label = labelAt(meta, frame, t);
    const lines = [this.title("graph.from_input", { matrix: matrix(), label, to: this.name(hit.to) })];
    const symbols = meta.alphabet && weights.part.name !== "decoder";
    if (symbols || x.length === 1) {
      const component = symbols ? hot(frame.inputs, t) : 0;
      const weight = weights.column(hit.to.block, component)[hit.to.index];
      lines.push(this.sum(weight, x[component], weight * x[component]));
      if (symbols) lines.push(this.line("graph.column", { label }, "rv-u-tip-note"));
    } else {
      const sum = weights.summed(hit.to.block, x)[hit.to.index];
      lines.push(this.line("graph.adds", { value: this.data.format(sum), t: this.when(position) }));
    }
    return lines;
  }

  /** Of the weights that make the context of what the encoder ends with. */
  passing(hit, position, frame, weights) {
    const { from, to } = hit;
    const { rows } = weights.part.levels[from.block.level];
    const weight = weights.passing.get(to.block.layer)[to.index * rows.length + rows.indexOf(from)];
    const value = meanOf(frame.layers[from.block.layer].h.row(weights.part.stop - 1), from);
    const lines = [this.line("graph.edge_context", { from: this.name(from), to: to.start + 1 }, "rv-u-tip-title")];
    if (isGroup(from) || isGroup(to)) return [...lines, this.line("graph.mean_only", { mean: this.data.format(weight) })];
    return [...lines, this.sum(weight, value, weight * value)];
  }

  /** One of the encoder's states, and how much of it a step of the decoder takes. */
  source(s, t, frame) {
    const { data } = this;
    const [, { start }] = partsOf(data.meta);
    const lines = [this.line("graph.source", { t: s + 1, label: sourceName(data, s) }, "rv-u-tip-title")];
    if (t < start) return [...lines, this.line("graph.source_waits", {}, "rv-u-tip-note")];
    const say = (key, quantity, matrix) => {
      const node = el("b");
      number(node, data, matrix.at(t - start, s), { quantity, unit: s, step: t, digits: 3 });
      return el("div", { class: "rv-u-tip-term" }, data.say(key, { t: t - start + 1 }), node);
    };
    const { attention, scores } = frame.bridge;
    return [...lines, say("graph.source_weight", "attention", attention), say("graph.source_score", "attention-score", scores)];
  }

  /** One unit of what was taken from the encoder's states, or of what that and the state were mixed to. */
  vector(name, unit, t, frame) {
    const { data } = this;
    const values = frame.bridge[name].row(t - partsOf(data.meta)[1].start);
    const j = unit(values.length);
    const node = el("b");
    number(node, data, values[j], { quantity: name, unit: j, step: t, digits: 3 });
    return [
      this.line(`graph.vector_${name}`, { t: t + 1 }, "rv-u-tip-title"),
      el("div", { class: "rv-u-tip-term" }, unitName(data, j % data.meta.H), node),
      this.line(`graph.vector_${name}_note`, {}, "rv-u-tip-note"),
    ];
  }

  /** The edge from a row of one layer to a row of the next. */
  between(hit, position, frame, weights, matrix) {
    const { from, to } = hit;
    const sources = weights.part.levels[from.block.level].rows;
    const weight = weights.between.get(to.block.layer)[to.index * sources.length + sources.indexOf(from)];
    const value = meanOf(this.state(frame, from.block, position), from);
    const lines = [this.title("graph.edge", { matrix: matrix(), from: this.name(from), to: this.name(to) })];
    if (isGroup(from) || isGroup(to)) lines.push(this.line("graph.mean_only", { mean: this.data.format(weight) }));
    else {
      lines.push(this.line("graph.carries", { unit: this.name(from), t: this.when(position), value: this.data.format(value) }));
      lines.push(this.sum(weight, value, weight * value));
    }
    lines.push(this.line("graph.same_weight", { T: weights.part.stop - weights.part.start }, "rv-u-tip-note"));
    return lines;
  }

  /** A node, and the state units that move it most at this step. @param {import("./unrolled-columns.js").Column} column */
  node(row, { place, position, nodes }, frame, weights) {
    const { data } = this;
    const value = meanOf(nodes.find((node) => node.row === row).values, row);
    if (place.kind === "gather") return this.gathered(row, value, frame);
    const title = data.say("graph.tip_node", { unit: this.name(row), t: this.when(position) });
    const lines = [el("div", { class: "rv-u-tip-title" }, title)];
    lines.push(this.line(isGroup(row) ? "graph.tip_mean" : "graph.tip_value", { value: short(data, value) }));
    const cell = frame.layers[row.block.layer].c ? this.state(frame, row.block, position, "c") : null;
    if (cell && !isGroup(row)) lines.push(this.line("graph.tip_cell", { value: data.format(cell[row.start]) }));
    if (isGroup(row)) lines.push(this.line("graph.tip_open", {}, "rv-u-tip-note"));
    else if (place.kind === "step") lines.push(...this.strongest(row, place, frame, weights[place.part]));
    return lines;
  }

  /** A number of the context, or of what the one answer is made of. */
  gathered(row, value, frame) {
    const { data, track } = this;
    const { meta } = data;
    const key = translates(meta) ? `graph.tip_context_${meta.context}` : `graph.tip_pooled_${meta.readout}`;
    const said = { unit: this.name(row), value: short(data, value), T: track.split === Infinity ? meta.T : track.split };
    const what = data.say(track.gather === "context" ? "graph.context_letter" : "graph.pooled_letter");
    const lines = [this.line("graph.tip_gathered", { ...said, what }, "rv-u-tip-title")];
    lines.push(this.line(isGroup(row) ? "graph.tip_gathered_mean" : "graph.tip_gathered_value", said));
    if (key === "graph.tip_pooled_max" && !isGroup(row)) {
      const t = pooledOf(meta, frame).winners[row.start + (row.block.reverse ? meta.H : 0)];
      return [...lines, this.line("graph.tip_pooled_max", { t: t + 1, label: symbol(meta.labels[t]) }, "rv-u-tip-note")];
    }
    return [...lines, this.line(key, { ...said, share: data.format(1 / said.T, 3) }, "rv-u-tip-note")];
  }

  strongest(row, { t }, frame, weights) {
    const { data, track } = this;
    const past = track.pastOf(t, row.block.reverse);
    const matrix = weights.matrix("hh", row.block.layer)?.row(weights.first + row.start);
    if (past < 0 || !matrix) return [];
    const before = this.state(frame, row.block, past);
    const terms = [...before].map((h, j) => ({ j, h, w: matrix[j], product: matrix[j] * h })).filter(({ product }) => product);
    if (!terms.length) return [];
    terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const said = terms.slice(0, STRONGEST).map(({ j, h, w, product }) =>
      el("div", { class: "rv-u-tip-term" }, el("span", {}, data.say("graph.from_unit", { n: j + 1 })), this.sum(w, h, product)),
    );
    return [this.line(weights.gate ? "graph.strongest_gate" : "graph.strongest", { gate: weights.gate }, "rv-u-tip-note"), ...said];
  }
}
