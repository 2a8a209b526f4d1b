/**
 * One column of the unrolled graph: the answers, the nodes with their values, the input, and the strings that carry
 * the input's weights. Built once for a slot; a step changes only what it shows.
 */
import { attr, el, symbol, text } from "../dom.js";
import { fedAt, inputOf, labelAt, partsOf, readsAt, translates } from "../shape.js";
import { Feedback } from "./unrolled-feedback.js";
import { gatheredOf, Marks } from "./unrolled-gather.js";
import { Head } from "./unrolled-head.js";
import { Lanes } from "./unrolled-lanes.js";
import { isGroup } from "./unrolled-layout.js";
import { Mixture } from "./unrolled-mixture.js";
import { carryOf, hot, meanOf, nodeLabel, short } from "./unrolled-values.js";
import { isWave, wave } from "./wave.js";

const FEW = 4;
/** What is longer than a word and no longer than two lines of a narrow column, in characters. */
const LINES = { least: 11, most: 26 };

export class Column {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    /** @type {number|null} where in the row of all columns, see `Track` */
    this.position = null;
    this.frame = null;
    this.weights = null;
    this.head = new Head(data, layout);
    this.nodes = layout.blocks.flatMap((block) => block.rows.map((row) => this.node(row)));
    this.lanes = new Lanes(data, layout, carryOf(data.meta) ? this.nodes.map(({ row }) => row) : []);
    this.feedback = data.meta.decoder === "feedback" && translates(data.meta) ? new Feedback(data, layout, this.head) : null;
    this.marks = data.meta.readout === "max" && layout.track.gather === "answer" ? new Marks(layout, this.nodes) : null;
    this.mixture = layout.mixed.height ? new Mixture(data, layout) : null;
    this.input = el("button", { type: "button", class: "rv-u-token", tabindex: "-1", dir: "auto", "data-go": "" });
    this.step = el("div", { class: "rv-u-step" });
    const extras = [this.feedback, this.marks, this.mixture].flatMap((extra) => extra?.element ?? []);
    this.element = el("div", { class: "rv-u-column" }, this.lanes.element, extras, this.head.element, this.nodes.map(({ button }) => button));
    this.element.append(this.input, this.step);
    this.place();
  }

  /** Stand at this place. @param {number} left in px */
  move(left) {
    if (left !== this.left) this.element.style.transform = `translateX(${left}px)`;
    this.left = left;
  }

  /**
   * Be the cursor's column, or not. What marks it is a class of few elements and an overlay that stays in its slot: it
   * changes at every step.
   */
  mark(now) {
    if (now === this.now) return;
    this.now = now;
    for (const node of [this.input, this.step]) node.classList.toggle("rv-u-now", now);
    this.lanes.stress(now);
    attr(this.element, "data-now", now ? "" : null);
    attr(this.input, "aria-current", now ? "step" : null);
  }

  node(row) {
    const { layout } = this;
    const props = { type: "button", tabindex: "-1", "data-layer": row.block.layer, "data-go": "", "data-row": row.index };
    const button = el("button", { ...props, class: isGroup(row) ? "rv-u-node rv-u-node-group" : "rv-u-node" });
    button.style.top = `${row.y - layout.pill.height / 2}px`;
    return { row, button, value: undefined, unit: null };
  }

  /** Sizes that hold as long as the layout does. */
  place() {
    const { element, layout, input, step } = this;
    element.style.width = `${layout.slot}px`;
    element.style.height = `${layout.height}px`;
    input.style.top = `${layout.input.top}px`;
    step.style.top = `${layout.caption}px`;
  }

  /** Show a position of a run; what it shows already is left alone. @param {import("./unrolled-weights.js").Weights[]} weights of each part */
  fill(position, frame, weights, limits) {
    if (position === this.position && frame === this.frame && weights === this.weights) return;
    const { track } = this.layout;
    const place = track.at(position);
    if (limits.h !== this.limits?.h) for (const node of this.nodes) node.value = undefined; // another colour
    Object.assign(this, { position, place, frame, weights, limits });
    attr(this.element, "data-kind", place.kind);
    if (place.kind === "none") return;
    attr(this.element, "data-step", place.t);
    attr(this.element, "data-answers", track.answers(place) ? "" : null);
    for (const node of this.nodes) this.fillNode(node, place, this.valuesOf(node.row.block, place, frame));
    if (track.answers(place)) this.head.fill(place.t ?? track.T - 1, frame);
    this.fillExtras(place, frame);
    if (place.t === null) return text(this.step, this.caption(place));
    this.fillInput(place.t, frame);
    this.lanes.carry(this.inputWeights(place.t, frame, weights[place.part]), limits.input);
    this.lanes.keep(this.kept(place, frame));
    this.lanes.draw();
  }

  fillExtras(place, frame) {
    this.feedback?.fill(place.t, frame);
    this.marks?.fill(place, frame);
    this.mixture?.fill(place, frame);
  }

  caption({ kind }) {
    if (kind !== "gather") return this.data.say("graph.start");
    return this.data.say(this.layout.track.gather === "context" ? "graph.context_letter" : "graph.pooled_letter");
  }

  /** The states of a block at a place; null where it has no nodes. */
  valuesOf(block, { kind, t, part }, frame) {
    if (kind === "gather") return gatheredOf(this.data.meta, this.layout, frame, block);
    if (kind !== "step") return block.reverse === (kind === "after") ? frame.layers[block.layer].h0.data : null;
    return partsOf(this.data.meta)[part].layers.includes(block.layer) ? frame.layers[block.layer].h.row(t) : null;
  }

  fillNode(node, place, values) {
    const { row, button } = node;
    const absent = values === null;
    node.values = values;
    if (node.absent !== absent) button.hidden = node.absent = absent;
    if (absent) return;
    const value = meanOf(values, row);
    const { data } = this;
    if (!Object.is(value, node.value)) {
      node.value = value;
      text(button, short(data, value));
      button.style.backgroundColor = data.diverging(value, this.limits.h);
      button.style.color = data.divergingInk(value, this.limits.h);
      attr(button, "data-value", value);
      button.classList.toggle("rv-u-broken", !Number.isFinite(value));
    }
    if (isGroup(row)) button.style.backgroundImage = this.members(row, values);
    const quantity = this.quantity(place.kind);
    attr(button, "data-quantity", quantity === "h" && isGroup(row) ? "h-mean" : quantity);
    attr(button, isGroup(row) ? "data-units" : "data-unit", isGroup(row) ? `${row.start}-${row.stop - 1}` : row.start);
    attr(button, "data-step", place.t);
    attr(button, "aria-label", nodeLabel(data, row, place, value, quantity));
  }

  quantity(kind) {
    if (kind === "gather") return this.layout.track.gather === "context" ? "context" : "pooled";
    return kind === "step" ? "h" : "h0";
  }

  /** The members of a group as bands, first unit on top: a gradient, for a canvas each would be a layer each. */
  members({ start, stop }, values) {
    const { data } = this;
    const share = 100 / (stop - start);
    const bands = Array.from(values.subarray(start, stop), (v, k) => {
      const colour = Number.isFinite(v) ? data.diverging(v, this.limits.h) : data.theme.palette.faint;
      return `${colour} ${(k * share).toFixed(2)}% ${((k + 1) * share).toFixed(2)}%`;
    });
    return `linear-gradient(${bands.join(", ")})`;
  }

  fillInput(t, frame) {
    const { data, input } = this;
    const { alphabet, D, kind } = data.meta;
    const label = labelAt(data.meta, frame, t);
    const fed = fedAt(data.meta, frame, t);
    attr(this.element, "data-t", t);
    attr(this.element, "data-reads", readsAt(data.meta, t) ? "" : null);
    if (isWave(data.meta, label)) input.replaceChildren(wave(frame.inputs.row(t)));
    else text(input, !readsAt(data.meta, t) ? "–" : fed && kind === "symbols" ? symbol(label) : label);
    attr(input, "data-fed", fed?.kind);
    attr(input, "title", label.length > FEW ? label : null);
    input.classList.toggle("rv-u-lines", label.length >= LINES.least && label.length <= LINES.most);
    const read = fed ? `graph.token_${fed.kind}` : readsAt(data.meta, t) ? "graph.token" : "graph.token_none";
    attr(input, "aria-label", data.say(read, { t: t + 1, label }));
    attr(input, "data-step", t);
    text(this.step, data.say("graph.step", { t: t + 1 }));
    const plain = !alphabet && D === 1 && readsAt(data.meta, t) && !(translates(data.meta) && !fed && this.place.part);
    attr(input, "data-quantity", plain ? "x" : null);
    attr(input, "data-unit", plain ? 0 : null);
    attr(input, "data-value", plain ? frame.inputs.at(t, 0) : null);
  }

  /** What each of the lowest rows takes from the input; null where nothing comes in. */
  inputWeights(t, frame, weights) {
    const reads = readsAt(this.data.meta, t);
    return this.layout.levels[0].blocks.flatMap((block) => {
      const table = reads && weights.part.layers.includes(block.layer) ? this.inputTable(block, t, frame, weights) : null;
      return block.rows.map((_, i) => table?.[i] ?? null);
    });
  }

  /** How much of its own past each row that has a belt keeps. */
  kept({ t, part }, frame) {
    const gate = carryOf(this.data.meta);
    const { track, parts } = this.layout;
    return this.lanes.belts.map(({ row }) => {
      const { layer, reverse } = row.block;
      const comes = parts[part].layers.includes(layer) && track.pastOf(t, reverse) >= 0;
      return comes ? meanOf(frame.layers[layer].gates[gate].row(t), row) : 0;
    });
  }

  /** One weight a row where one number comes in, or one symbol; else what all numbers add together. */
  inputTable(block, t, frame, weights) {
    const { alphabet } = this.data.meta;
    const x = inputOf(this.data.meta, frame, t);
    if (alphabet && weights.part.name !== "decoder") return weights.column(block, hot(frame.inputs, t));
    return x.length === 1 ? weights.column(block, 0) : weights.summed(block, x);
  }
}
