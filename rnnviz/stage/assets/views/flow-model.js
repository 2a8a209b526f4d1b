/**
 * The way back of one run through one layer: what reaches each step, from where, and by what factor. All sizes are
 * log10 of a norm, for their range exceeds that of any float; −∞ is an exact zero.
 */
import { unpack } from "../arrays.js";
import { stepsOf } from "./lanes-flow.js";

/** Below this power of ten the next smaller number of a float64 is none: an exact zero that follows is an underflow. */
const TINY = -290;
/** A gradient below this share of what it was counts as gone: a thousandth. */
const GONE = -3;

export class Way {
  /** @param {import("../arrays.js").Data} data @param {number} frame which of the stacked runs @param {string} name of the layer */
  constructor(data, frame, name) {
    const run = data.frames[frame];
    const layer = run.layers[name] ?? run.layers[data.meta.layers[0]];
    Object.assign(this, { data, frame, run, reverse: name.endsWith("_reverse") });
    this.T = stepsOf(data, frame);
    this.dh = layer.dh_log10.data;
    this.dc = layer.dc_log10?.data ?? null;
    this.own = layer.own_log10?.data ?? null;
    this.future = layer.future_log10?.data ?? null;
    this.belt = this.dc && name === data.meta.layers[0] ? (run.flow?.belt_log10?.data ?? null) : null;
    this.truncate = data.meta.truncate ?? null;
    this.losses = Array.from({ length: this.T }, (_, t) => t).filter((t) => this.emits(t));
    /** @type {number|null} the one step whose loss counts, if it is one */
    this.only = this.losses.length === 1 ? this.losses[0] : null;
    this.source = this.reverse ? (this.losses[0] ?? null) : (this.losses.at(-1) ?? null);
  }

  /** Whether a step has a loss of its own, from which a gradient sets out. */
  emits(t) {
    const loss = this.run.losses.at(t);
    return loss !== 0; // NaN is one, too
  }

  inside(t) {
    return t >= 0 && t < this.T;
  }

  /** The step from which the gradient comes to this one; null where it begins. */
  from(t) {
    const next = this.reverse ? t - 1 : t + 1;
    return this.inside(next) ? next : null;
  }

  /** What this step's own loss gives; NaN where that is not known apart. */
  ownAt(t) {
    if (!this.emits(t)) return -Infinity;
    return this.only === t ? this.dh[t] : (this.own?.[t] ?? NaN);
  }

  /** What reaches this step from the others' losses; NaN where that is not known apart. */
  futureAt(t) {
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
    let s = t;
    while (s !== null && curve[s] === -Infinity) s = this.from(s);
    return s !== null && curve[s] < TINY ? "underflow" : "blocked";
  }

  /** Whether an exact zero of h is no end: the cell state still carries a gradient back. */
  onlyInCell(t) {
    return this.nought(t) === "blocked" && this.dc !== null && this.dc[t] !== -Infinity;
  }

  /** Whether every loss lies on the other side of this step: nothing has set out yet. */
  beyond(t) {
    return this.reverse ? t < this.source : t > this.source;
  }

  /** Whether every loss that could reach this step is farther than truncation lets it. */
  cutOff(t) {
    if (this.truncate === null) return false;
    return !this.losses.some((k) => (this.reverse ? k <= t : k >= t) && Math.abs(k - t) <= this.truncate);
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
const ABOVE = 4;
const BELOW = 6;

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
 * How much of each step's loss reaches step t: of the frame nearest to the one that is seen for which it was worked out.
 * @returns {{frame: number, at: (k: number) => number}|null}
 */
export function itemised(data, frame, t) {
  const all = data.flow?.matrices ?? [];
  if (!all.length) return null;
  const near = all.reduce((best, one) => (Math.abs(one.frame - frame) < Math.abs(best.frame - frame) ? one : best));
  const packed = near.itemised_log10;
  if (!packed) return null;
  if (!decoded.has(packed)) decoded.set(packed, numbersOf(packed));
  const numbers = decoded.get(packed);
  const at = packed.triangle ? (k) => (k < t ? -Infinity : numbers[(k * (k + 1)) / 2 + t]) : (k) => numbers[k * packed.shape[1] + t];
  return { frame: near.frame, at };
}

function numbersOf({ triangle, shape, data }) {
  return unpack({ shape: triangle ? [(triangle * (triangle + 1)) / 2] : shape, data }).data;
}
