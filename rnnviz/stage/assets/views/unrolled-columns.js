/**
 * One column of the unrolled graph: the answers, the nodes with their values, the input, and the strings that carry
 * the input's weights. Built once for a slot; a step changes only what it shows.
 */
import { attr, el, number, svg, text, unitName } from "../dom.js";
import { Head } from "./unrolled-head.js";
import { isGroup } from "./unrolled-layout.js";
import { stringWidth } from "./unrolled-edges.js";

const FEW = 4;

export class Column {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    /** @type {number|null} 0: before the first step; T + 1: after the last one */
    this.position = null;
    this.frame = null;
    this.weights = null;
    this.head = new Head(data, layout);
    this.nodes = layout.blocks.flatMap((block) => block.rows.map((row) => this.node(row)));
    this.strings = layout.levels[0].rows.map((row) => ({ row, line: this.string(row), weight: null }));
    const carried = carryOf(data.meta) ? this.nodes : [];
    this.carries = carried.map(({ row }) => ({ row, line: this.carry(row), share: null }));
    this.input = el("button", { type: "button", class: "rv-u-token", tabindex: "-1", dir: "auto", "data-go": "" });
    this.step = el("div", { class: "rv-u-step" });
    this.canvas = layout.grouped ? el("canvas", { class: "rv-u-members", "aria-hidden": "true" }) : null;
    this.lines = svg("svg", { class: "rv-u-lanes", width: layout.slot, height: layout.height, "aria-hidden": "true" });
    this.lines.append(...[...this.carries, ...this.strings].map(({ line }) => line));
    this.element = el("div", { class: "rv-u-column" }, this.lines, this.head.element, this.nodes.map(({ button }) => button));
    this.element.append(this.input, this.step);
    if (this.canvas) this.element.append(this.canvas);
    this.place();
  }

  /**
   * Stand at this place. What marks the cursor's column is a class of few elements and an overlay that stays in its
   * slot: it changes at every step. @param {number} left in px @param {boolean} now the cursor is here
   */
  move(left, now) {
    if (left !== this.left) this.element.style.transform = `translateX(${left}px)`;
    if (now !== this.now) {
      for (const node of [this.lines, this.input, this.step]) node.classList.toggle("rv-u-now", now);
      attr(this.element, "data-now", now ? "" : null);
      attr(this.input, "aria-current", now ? "step" : null);
    }
    Object.assign(this, { left, now });
  }

  node(row) {
    const { layout } = this;
    const props = { type: "button", tabindex: "-1", "data-layer": row.block.layer, "data-go": "", "data-row": row.index };
    const button = el("button", { ...props, class: isGroup(row) ? "rv-u-node rv-u-node-group" : "rv-u-node" });
    button.style.top = `${row.y - layout.pill.height / 2}px`;
    return { row, button, value: undefined, unit: null };
  }

  /** The straight path of a unit's own past, beside the edges of W. */
  carry(row) {
    const side = (this.layout.slot - this.layout.pill.width) / 2;
    const [x1, x2] = row.block.reverse ? [this.layout.slot - side, this.layout.slot + side] : [-side, side];
    const y = carryHeight(this.layout, row);
    return svg("line", { class: "rv-u-carry", x1, x2, y1: y, y2: y });
  }

  string({ y, lane }) {
    const x = this.layout.slot / 2 + lane;
    return svg("line", { x1: x, x2: x, y1: this.layout.input.top, y2: y });
  }

  /** Sizes that hold as long as the layout does. */
  place() {
    const { element, layout, input, step } = this;
    element.style.width = `${layout.slot}px`;
    element.style.height = `${layout.height}px`;
    input.style.top = `${layout.input.top}px`;
    step.style.top = `${layout.caption}px`;
    if (!this.canvas) return;
    const scale = Math.min(3, window.devicePixelRatio || 1);
    const width = layout.px(12);
    Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(layout.height * scale) });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${layout.height}px` });
    this.canvas.style.left = `${(layout.slot - layout.pill.width) / 2 + 4}px`;
    this.brush = this.canvas.getContext("2d");
    this.brush.scale(scale, scale);
  }

  /** Show a position of a run; what it shows already is left alone. */
  fill(position, frame, weights, limits) {
    if (position === this.position && frame === this.frame && weights === this.weights) return;
    const kind = kindOf(position, this.data.meta.T);
    if (limits.h !== this.limits?.h) for (const node of this.nodes) node.value = undefined; // another colour
    Object.assign(this, { position, frame, weights, limits });
    attr(this.element, "data-kind", kind);
    if (kind === "none") return;
    const t = kind === "step" ? position - 1 : null;
    attr(this.element, "data-step", t);
    for (const node of this.nodes) this.fillNode(node, t, kind, frame.layers[node.row.block.layer]);
    if (this.canvas) this.stack(t, frame);
    if (t === null) return text(this.step, this.data.say("graph.start"));
    this.head.fill(t, frame);
    this.fillInput(t, frame);
    this.fillStrings(t, frame, weights, limits.input);
    this.fillCarries(t, frame);
  }

  fillNode(node, t, kind, layer) {
    const { row, button } = node;
    const absent = kind !== "step" && row.block.reverse !== (kind === "after");
    if (node.absent !== absent) button.hidden = node.absent = absent;
    if (absent) return;
    const value = meanOf(t === null ? layer.h0.data : layer.h.row(t), row);
    const { data } = this;
    if (!Object.is(value, node.value)) {
      node.value = value;
      text(button, short(data, value));
      button.style.background = data.diverging(value, this.limits.h);
      button.style.color = data.divergingInk(value, this.limits.h);
      attr(button, "data-value", value);
      button.classList.toggle("rv-u-broken", !Number.isFinite(value));
    }
    attr(button, "data-quantity", t === null ? "h0" : isGroup(row) ? "h-mean" : "h");
    attr(button, isGroup(row) ? "data-units" : "data-unit", isGroup(row) ? `${row.start}-${row.stop - 1}` : row.start);
    attr(button, "data-step", t);
    attr(button, "aria-label", nodeLabel(data, row, t, value));
  }

  /** The members of each group as bands, first unit on top. */
  stack(t, frame) {
    const { brush, layout, data } = this;
    brush.clearRect(0, 0, layout.px(14), layout.height);
    for (const { row, absent } of this.nodes) {
      if (absent || !isGroup(row)) continue;
      const layer = frame.layers[row.block.layer];
      const values = t === null ? layer.h0.data : layer.h.row(t);
      const band = (layout.pill.height - 8) / (row.stop - row.start);
      for (let j = row.start; j < row.stop; j++) {
        brush.fillStyle = Number.isFinite(values[j]) ? data.diverging(values[j], this.limits.h) : data.theme.palette.faint;
        brush.fillRect(0, row.y - layout.pill.height / 2 + 4 + (j - row.start) * band, layout.px(12), band + 0.3);
      }
    }
  }

  fillInput(t, frame) {
    const { data, input } = this;
    const { labels, D, alphabet } = data.meta;
    text(input, labels[t]);
    attr(input, "title", labels[t].length > FEW ? labels[t] : null);
    attr(input, "aria-label", data.say("graph.token", { t: t + 1, label: labels[t] }));
    attr(input, "data-step", t);
    attr(this.element, "data-t", t);
    text(this.step, data.say("graph.step", { t: t + 1 }));
    if (alphabet || D !== 1) return;
    attr(input, "data-quantity", "x");
    attr(input, "data-unit", 0);
    attr(input, "data-value", frame.inputs.at(t, 0));
  }

  fillStrings(t, frame, weights, limit) {
    let k = 0;
    for (const block of this.layout.levels[0].blocks) {
      const table = this.inputWeights(block, t, frame, weights);
      for (let i = 0; i < block.rows.length; i++, k++) this.fillString(this.strings[k], table[i], limit);
    }
  }

  fillCarries(t, frame) {
    const gate = carryOf(this.data.meta);
    for (const carry of this.carries) {
      const share = meanOf(frame.layers[carry.row.block.layer].gates[gate].row(t), carry.row);
      if (Object.is(share, carry.share)) continue;
      carry.share = share;
      attr(carry.line, "stroke-width", (Number.isFinite(share) ? this.layout.px(3.2) * share : 0).toFixed(2));
    }
  }

  /** One weight a row where one number comes in, or one symbol; else what all numbers add together. */
  inputWeights(block, t, frame, weights) {
    const { alphabet, D } = this.data.meta;
    if (alphabet) return weights.column(block, hot(frame.inputs, t));
    return D === 1 ? weights.column(block, 0) : weights.summed(block, frame.inputs.row(t));
  }

  fillString(string, weight, limit) {
    if (Object.is(weight, string.weight)) return;
    string.weight = weight;
    attr(string.line, "class", weight > 0 ? "rv-u-plus" : weight < 0 ? "rv-u-minus" : "rv-u-nought");
    attr(string.line, "stroke-width", stringWidth(this.layout, Number.isFinite(weight) ? Math.abs(weight) / limit : 0).toFixed(2));
  }
}

/** The gate by which a unit keeps its own past without any matrix: f of c in an LSTM, z of h in a GRU. */
export function carryOf({ cell }) {
  return { lstm: "f", gru: "z" }[cell] ?? null;
}

export function carryHeight(layout, row) {
  return row.y + layout.pill.height * 0.3;
}

/** What stands at a position: a step, the state before the first one, that of a reverse layer after the last, nothing. */
function kindOf(position, T) {
  if (position < 0 || position > T + 1) return "none";
  return position === 0 ? "before" : position > T ? "after" : "step";
}

/** Which component of a one-hot row is 1. */
export function hot(inputs, t) {
  const row = inputs.row(t);
  for (let d = 0; d < row.length; d++) if (row[d] === 1) return d;
  return 0;
}

/** The value of a unit, or the mean of a group. */
export function meanOf(values, { start, stop }) {
  if (stop - start === 1) return values[start];
  let sum = 0;
  for (let j = start; j < stop; j++) sum += values[j];
  return sum / (stop - start);
}

/** A number that fits a node: three digits at least, so two decimals below ten. */
export function short(data, value) {
  const size = Math.abs(value);
  return data.format(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** "Unit 2", "Units 1 to 4", with the layer where there are several. */
export function rowName(data, row) {
  const plain = isGroup(row) ? data.say("graph.units", { first: row.start + 1, last: row.stop }) : unitName(data, row.start);
  if (data.meta.layers.length === 1) return plain;
  const { level, reverse } = row.block;
  return data.say(reverse ? "graph.in_reverse" : "graph.in_layer", { unit: plain, n: level + 1 });
}

function nodeLabel(data, row, t, value) {
  const said = { unit: rowName(data, row), t: t + 1, value: short(data, value) };
  if (isGroup(row)) return data.say(t === null ? "graph.group_start" : "graph.group", said);
  return data.say(t === null ? "graph.node_start" : "graph.node", said);
}
