/**
 * The arithmetic behind the panel: which numbers of the trace enter the equations of one unit at one step.
 * Nothing is drawn here. A step's cost depends on D and H, never on T.
 */
import { givenBy, inputOf, layerIn, partAt, readsAt, startOf } from "../shape.js";
import { gatesOf } from "./equations-choice.js";
import { dot, largest, oneHot, stretch } from "./equations-sums.js";

/** The most terms that are named one by one; what is left is added up. */
export const NAMED = 8;

const SQUASH = {
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  relu: (a) => Math.max(0, a),
  identity: (a) => a,
};

/** The name of the activation after a dot product. */
export function squashOf(meta, gate) {
  if (meta.cell === "rnn") return meta.nonlinearity;
  return gate === "g" || gate === "n" ? "tanh" : "sigmoid";
}

/** The activation itself. */
export function squash(name, a) {
  return SQUASH[name](a);
}

/**
 * @typedef {{kind: "x"|"h"|"b"|"rest", index: number, weight: number, value: number, factor: number, product: number}} Term
 *   kind "b": index 0 is b_ih, 1 is b_hh; "rest": index counts the terms added up. product = factor · weight · value.
 */

/** What distinguishes the equations of a step from those of another: whose they are, and whether anything is read. */
export function formAt(meta, t) {
  return `${partAt(meta, t).name} ${readsAt(meta, t) ? "reads" : ""}`;
}

/** One layer of one run, read as the equations need it. */
export class Layer {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {import("../cursor.js").Cursor} cursor its frame and layer are read here, and only here
   */
  constructor(data, cursor) {
    const { meta } = data;
    this.meta = meta;
    this.part = partAt(meta, cursor.t);
    this.form = formAt(meta, cursor.t);
    this.name = layerIn(this.part, cursor.layer);
    this.index = Number.parseInt(this.name.slice(1), 10);
    this.reverse = this.name.endsWith("_reverse");
    this.H = meta.H;
    this.D = this.index ? meta.H * this.part.directions : readsAt(meta, cursor.t) ? this.part.width : 0;
    this.start = this.part.start;
    this.T = this.part.stop;
    this.run = data.frame(cursor);
    this.arrays = this.run.layers[this.name];
    const weights = (kind) => this.run.parameters[`${this.part.prefix}${kind}_${this.name}`];
    this.W = weights("weight_ih");
    this.U = weights("weight_hh");
    this.biases = [weights("bias_ih"), weights("bias_hh")];
    /** How many numbers of the step before enter: none where all is read at once. */
    this.past = this.U ? this.H : 0;
    this._extents = new Map();
    this._products = new Float64Array(this.D + this.past);
    this._oneHot = !this.index && this.D > 0 && meta.alphabet !== null && this.part.name !== "decoder" && oneHot(this.run.inputs);
  }

  /** How many terms x brings: a one-hot x has one that is not exactly 0. */
  get inputTerms() {
    return this._oneHot ? 1 : this.D;
  }

  /** What this layer reads at step t: the input, or what the layer below gives, both directions joined. */
  input(t) {
    return this.index ? givenBy(this.meta, this.run, this.index - 1, t) : inputOf(this.meta, this.run, t);
  }

  /** The step before t as this layer reads; −1 where there is none, and the state is the one it started with. */
  before(t) {
    const step = this.reverse ? t + 1 : t - 1;
    return step >= this.start && step < this.T ? step : -1;
  }

  /** h (or c) of the step before. @param {"h"|"c"} name */
  previous(name, t) {
    const step = this.before(t);
    return step < 0 ? startOf(this.meta, this.run, this.part, this.name, name) : this.arrays[name].row(step);
  }

  /** The value of a quantity of unit j at step t; undefined where the trace has none of that name. */
  value(quantity, unit, t) {
    const { gates, preactivations } = this.arrays;
    if (quantity === "a") return preactivations.h?.at(t, unit);
    if (quantity === "h" || quantity === "c") return this.arrays[quantity]?.at(t, unit);
    return (gates[quantity] ?? preactivations[quantity])?.at(t, unit);
  }

  /** The trace's own pre-activation: what the terms add up to. */
  preactivation(gate, unit, t) {
    return this.arrays.preactivations[gate === "a" ? "h" : gate].at(t, unit);
  }

  /** What comes out of the gate: for a plain RNN, h. */
  result(gate, unit, t) {
    return this.value(gate === "a" ? "h" : gate, unit, t);
  }

  /** GRU: everything that n hears of the past is multiplied by r (after the matmul). 1 elsewhere. */
  factor(gate, unit, t) {
    return this.meta.cell === "gru" && gate === "n" ? this.arrays.gates.r.at(t, unit) : 1;
  }

  /** Whether the gate was held here, so that its value is not its activation of the sum. */
  held(gate, unit, t) {
    const named = (this.meta.hold ?? []).some(
      (one) =>
        one.gate === gate &&
        (one.unit ?? unit) === unit &&
        (one.layer ?? this.name) === this.name &&
        t >= (one.start ?? 0) &&
        t < (one.stop ?? this.T),
    );
    if (named) return true;
    const expected = squash(squashOf(this.meta, gate), this.preactivation(gate, unit, t));
    return Math.abs(expected - this.result(gate, unit, t)) > 1e-3 * Math.max(1, Math.abs(expected));
  }

  /** The row of the weight matrices that belongs to a gate of a unit. */
  row(gate, unit) {
    return gatesOf(this.meta).indexOf(gate) * this.H + unit;
  }

  /** The four parts of a dot product: W x, its bias, U h, its bias (0 where the network has none). */
  parts(gate, unit, t) {
    const row = this.row(gate, unit);
    const [b, d] = this.biases.map((bias) => bias?.data[row] ?? 0);
    return { x: this.D ? dot(this.W.row(row), this.input(t)) : 0, b, h: this.U ? dot(this.U.row(row), this.previous("h", t)) : 0, d };
  }

  /**
   * The terms of a gate's sum, largest first: at most NAMED products and the biases, then the others together.
   * @returns {Term[]}
   */
  terms(gate, unit, t) {
    const row = this.row(gate, unit);
    const [w, u, x, h] = [this.W.row(row), this.U?.row(row), this.input(t), this.U ? this.previous("h", t) : null];
    const factor = this.factor(gate, unit, t);
    const products = this._products;
    for (let k = 0; k < this.D; k++) products[k] = w[k] * x[k];
    for (let k = 0; k < this.past; k++) products[this.D + k] = factor * u[k] * h[k];
    const hot = this._oneHot ? Math.max(0, x.findIndex(Boolean)) : -1;
    const named = largest(products, this._count(), this._oneHot ? this.D : 0, hot);
    const terms = named.map((at) =>
      at < this.D
        ? { kind: "x", index: at, weight: w[at], value: x[at], factor: 1, product: products[at] }
        : { kind: "h", index: at - this.D, weight: u[at - this.D], value: h[at - this.D], factor, product: products[at] },
    );
    this.biases.forEach((bias, index) => {
      if (!bias) return;
      const scale = index ? factor : 1;
      terms.push({ kind: "b", index, weight: bias.data[row], value: 1, factor: scale, product: scale * bias.data[row] });
    });
    terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const rest = this.inputTerms + this.past - named.length;
    if (rest) terms.push(this._rest(rest, products, named));
    return terms;
  }

  /** How many rows `terms` makes, the same at every step. */
  get termCount() {
    const all = this.inputTerms + this.past;
    return this._count() + (all > this._count() ? 1 : 0) + this.biases.filter(Boolean).length;
  }

  _count() {
    const all = this.inputTerms + this.past;
    return all <= NAMED + 1 ? all : NAMED; // "the other 1 together" would be no shorter
  }

  _rest(count, products, named) {
    let sum = 0;
    for (const product of products) sum += product;
    for (const at of named) sum -= products[at];
    return { kind: "rest", index: count, weight: NaN, value: NaN, factor: 1, product: sum };
  }

  /**
   * How far the terms reach over the whole run, so that bars are comparable across steps; looked at once per unit and
   * gate. `walk` is the running sum in the order of `terms`, `heap` negative and positive terms added up apart.
   * @returns {{walk: Reach, heap: Reach, sum: number}} sum is the largest |pre-activation|
   * @typedef {{low: number, high: number}} Reach low ≤ 0 ≤ high
   */
  extent(gate, unit) {
    const key = `${gate} ${unit}`;
    if (!this._extents.has(key)) this._extents.set(key, this._extent(gate, unit));
    return this._extents.get(key);
  }

  _extent(gate, unit) {
    const extent = { walk: { low: 0, high: 0 }, heap: { low: 0, high: 0 }, sum: 0 };
    for (let t = this.start; t < this.T; t++) {
      if (formAt(this.meta, t) !== this.form) continue;
      let [at, low, high] = [0, 0, 0];
      for (const { product } of this.terms(gate, unit, t)) {
        at += product;
        if (product < 0) low += product;
        else high += product;
        stretch(extent.walk, at);
      }
      stretch(extent.heap, low);
      stretch(extent.heap, high);
      const sum = Math.abs(this.preactivation(gate, unit, t));
      if (sum > extent.sum && sum < Infinity) extent.sum = sum;
    }
    return extent;
  }
}
