/**
 * The way back of one run through one layer: what reaches each step, from where, and by what factor. All sizes are
 * log10 of a norm, for their range exceeds that of any float; −∞ is an exact zero.
 */
import { unpack } from "../arrays.js";
import { begins, partsOf, translates } from "../shape.js";
import { pairsOf } from "./flow-pairs.js";
import { stepsOf } from "./lanes-flow.js";

/** Below this power of ten the next smaller number of a float64 is none: an exact zero that follows is an underflow. */
const TINY = -290;
/** What is smaller than this power of ten is no float64: half the smallest one, 5e−324. */
const SMALLEST = -323.6;
/** A gradient below this share of what it was counts as gone: a thousandth. */
const GONE = -3;

export class Way {
  /** @param {import("../arrays.js").Data} data @param {number} frame which of the stacked runs @param {string} name of the layer */
  constructor(data, frame, name) {
    const run = data.frames[frame];
    const layer = run.layers[name] ?? run.layers[data.meta.layers[0]];
    Object.assign(this, { data, frame, run, reverse: name.endsWith("_reverse"), lowest: name === data.meta.layers[0] });
    this.T = stepsOf(data, frame);
    this.dh = layer.dh_log10.data;
    this.dc = layer.dc_log10?.data ?? null;
    this.own = layer.own_log10?.data ?? null;
    this.future = layer.future_log10?.data ?? null;
    this.belt = this.dc && this.lowest ? (run.flow?.belt_log10?.data ?? null) : null;
    this.truncate = data.meta.truncate ?? null;
    /** Where a decoder begins whose first state is not the encoder's: no gradient goes from the one to the other there. */
    this.border = translates(data.meta) && !begins(data.meta) ? partsOf(data.meta)[1].start : null;
    /** Where a recorded module's gradient comes into this layer, if that is not where its losses stand. */
    this.sends = layer.sends?.data ?? null;
    const steps = Array.from({ length: this.T }, (_, t) => t);
    const sources = steps.filter((t) => this.emits(t));
    this.losses = this.sends ? steps.filter((t) => run.losses.at(t) !== 0) : sources;
    /** @type {number|null} the one step whose loss counts, if it is one */
    this.only = sources.length === 1 ? sources[0] : null;
    /** Whether one loss reads so many steps that its gradient comes in at several. */
    this.spread = this.sends !== null && this.only === null && (this.losses.length < 2 || data.meta.loss_kind === "sum");
    this.source = this.reverse ? (sources[0] ?? null) : (sources.at(-1) ?? null);
    this.tiny = new Map();
  }

  /** The steps in the order in which a gradient comes to them. */
  *order() {
    if (this.reverse) for (let t = 0; t < this.T; t++) yield t;
    else for (let t = this.T - 1; t >= 0; t--) yield t;
  }

  /** For every step, how far the nearest loss is that lies on its gradient's way; ∞ where none does. */
  get distances() {
    if (this._distances) return this._distances;
    this._distances = new Float64Array(this.T).fill(Infinity);
    let last = Infinity;
    for (const t of this.order()) {
      last = this.emits(t) ? 0 : last + 1;
      this._distances[t] = last;
    }
    return this._distances;
  }

  /** For every step, whether the last number before its zeros was all but too small to be kept. */
  underflows(curve) {
    if (this.tiny.has(curve)) return this.tiny.get(curve);
    const found = new Uint8Array(this.T);
    let small = 0;
    for (const t of this.order()) {
      if (curve[t] !== -Infinity) small = Number(curve[t] < TINY);
      found[t] = small;
    }
    this.tiny.set(curve, found);
    return found;
  }

  /** The first step on the way back whose gradient is exactly zero, though a loss has sent one; null: none. */
  get firstNought() {
    if (this._nought === undefined) this._nought = this.first((log) => log === -Infinity);
    return this._nought;
  }

  /** The first step on the way back whose gradient no float64 could hold; null: none. */
  get firstTooSmall() {
    if (this._small === undefined) this._small = this.first((log) => this.tooSmall(log));
    return this._small;
  }

  first(is) {
    for (const t of this.order()) if (!this.beyond(t) && is(this.dh[t])) return t;
    return null;
  }

  /** Whether a step has a loss of its own, from which a gradient sets out. */
  emits(t) {
    if (this.sends) return this.sends[t] !== 0;
    const loss = this.run.losses.at(t); // NaN is one, too; and where a way begins, one that came out as 0
    return loss !== 0 || (this.from(t) === null && this.dh[t] !== -Infinity);
  }

  inside(t) {
    return t >= 0 && t < this.T;
  }

  /** The step from which the gradient comes to this one; null where it begins. */
  from(t) {
    const next = this.reverse ? t - 1 : t + 1;
    return this.inside(next) && next !== this.border ? next : null;
  }

  /** What this step's own loss gives; NaN where that is not known apart. */
  ownAt(t) {
    if (!this.emits(t)) return -Infinity;
    return this.only === t || this.begins(t) ? this.dh[t] : (this.own?.[t] ?? NaN);
  }

  /** Whether this step's loss is all that can reach it: no step comes before it on the way, and none in a layer above. */
  begins(t) {
    return this.from(t) === null && this.sends === null && this.data.meta.directions < 2;
  }

  /** What reaches this step from the others' losses; NaN where that is not known apart. */
  futureAt(t) {
    if (this.border === t + 1 && !this.reverse) return NaN;
    if (this.from(t) === null || this.only === t) return -Infinity;
    return this.emits(t) ? (this.future?.[t] ?? NaN) : this.dh[t];
  }

  /** What the arrow into this step carries; where its part is not known apart, all that is at the step. */
  arriving(t) {
    const future = this.futureAt(t);
    return Number.isNaN(future) ? this.dh[t] : future;
  }

  /** log10 of ‖∂L/∂h_t‖ ÷ ‖∂L/∂h_{t+1}‖, of a curve; NaN where there is no such number. */
  factor(t, curve = this.dh) {
    const from = this.from(t);
    return from === null ? NaN : quotient(curve[t], curve[from]);
  }

  /** log10 of what arrives here of the next step's gradient, by its size: without this step's own loss. */
  passed(t) {
    const from = this.from(t);
    return from === null ? NaN : quotient(this.arriving(t), this.dh[from]);
  }

  /** Why a step's gradient is exactly zero: "none": no loss yet; "cut"; "underflow"; "blocked". null: it is not. */
  nought(t, curve = this.dh) {
    if (curve[t] !== -Infinity) return null;
    if (this.source === null || this.beyond(t)) return "none";
    if (this.cutOff(t)) return "cut";
    return this.underflows(curve)[t] ? "underflow" : "blocked";
  }

  /** Whether a size is kept here, by scaling, that a plain float64 would call zero. */
  tooSmall(log) {
    return log < SMALLEST && log !== -Infinity;
  }

  /** Whether an exact zero of h is no end: the cell state still carries a gradient back. */
  onlyInCell(t) {
    return this.nought(t) === "blocked" && this.dc !== null && this.dc[t] !== -Infinity;
  }

  /** Whether every loss lies on the other side of this step: nothing has set out yet. */
  beyond(t) {
    if (this.source === null) return true;
    return this.reverse ? t < this.source : t > this.source;
  }

  /** Whether every loss that could reach this step is farther than truncation lets it. */
  cutOff(t) {
    return this.truncate !== null && this.distances[t] > this.truncate;
  }

  /** Whether the cut lies between this step and the one its gradient would come from. */
  cutHere(t) {
    const from = this.from(t);
    return from !== null && !this.beyond(t) && this.cutOff(t) && !this.cutOff(from);
  }

  /** How far back from the first loss on the way the gradient is still a thousandth of what it was there. */
  reach() {
    const start = this.source;
    if (start === null || !Number.isFinite(this.dh[start])) return null;
    const by = this.reverse ? 1 : -1;
    for (let t = start, n = 0; this.inside(t); t += by, n++) {
      if (this.dh[t] < this.dh[start] + GONE) return { start, steps: n, t };
      if (!Number.isFinite(this.dh[t])) return null;
    }
    return { start, steps: null, t: null };
  }
}

function quotient(above, below) {
  if (!Number.isFinite(below)) return NaN;
  return above === -Infinity ? -Infinity : above - below;
}

/** The ways of all frames of a stage, each worked out when it is first seen. */
export function ways(data) {
  const known = new Map();
  return (cursor) => {
    const frame = Math.min(cursor.frame, data.frames.length - 1);
    const key = `${frame} ${cursor.layer}`;
    if (!known.has(key)) known.set(key, new Way(data, frame, cursor.layer));
    return known.get(key);
  };
}

/** Powers of ten above and below where gradients set out, beyond which a scale is not drawn out further. */
const ABOVE = 3;
const BELOW = 8;

/**
 * One scale of sizes for all frames, so that moving through them is seen: from a power of ten to another.
 * @param {ArrayLike<number>[]} curves log10 of norms
 */
export function scaleOf(curves) {
  const starts = [];
  let [low, high] = [Infinity, -Infinity];
  for (const curve of curves) {
    let last = NaN;
    for (let t = 0; t < curve.length; t++) {
      const v = curve[t];
      if (!Number.isFinite(v)) continue;
      last = v;
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (Number.isFinite(last)) starts.push(last);
  }
  if (!starts.length) return { low: -1, high: 0, cutLow: false, cutHigh: false };
  const middle = starts.sort((a, b) => a - b)[starts.length >> 1];
  const [least, most] = [Math.floor(Math.max(low, middle - BELOW)), Math.ceil(Math.min(high, middle + ABOVE))];
  const end = Math.max(most, least + 2);
  return { low: least, high: end, cutLow: low < least, cutHigh: high > end };
}

/** The place of a size on the scale, 0 … 1. */
export function share({ low, high }, log) {
  if (Number.isNaN(log)) return 0;
  return Math.min(1, Math.max(0, (log - low) / (high - low)));
}

/** Which curves of every frame the graph's scale has to hold. */
export function curvesOf(data, layer) {
  const layers = data.frames.map((frame) => frame.layers[layer] ?? frame.layers[data.meta.layers[0]]);
  return layers.flatMap((arrays) => ["dh_log10", "dc_log10", "future_log10"].flatMap((name) => arrays[name]?.data ?? []));
}

/** Steps whose gradient float32 calls exactly zero. @returns {ArrayLike<number>|null} */
export function zeroInFloat32(data) {
  const packed = data.flow?.mark?.float32_zero;
  return packed ? unpack(packed).data : null;
}

const decoded = new WeakMap();

/**
 * How much of each step's loss reaches step t: of the frame nearest to the one that is seen for which it is known.
 * @returns {{frame: number, at: (k: number) => number}|null}
 */
export function itemised(data, frame, t) {
  const pairs = pairsOf(data);
  const near = pairs.nearest(frame);
  const packed = near === null ? null : pairs.entries.get(near).itemised_log10;
  if (!packed) return null;
  if (!decoded.has(packed)) decoded.set(packed, numbersOf(packed));
  const numbers = decoded.get(packed);
  const at = packed.triangle ? (k) => (k < t ? -Infinity : numbers[(k * (k + 1)) / 2 + t]) : (k) => numbers[k * packed.shape[1] + t];
  return { frame: near, at };
}

function numbersOf({ triangle, shape, data }) {
  return unpack({ shape: triangle ? [(triangle * (triangle + 1)) / 2] : shape, data }).data;
}
