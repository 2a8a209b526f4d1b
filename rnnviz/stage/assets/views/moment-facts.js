/**
 * What is to be said of a moment of a training: numbers only, so that the words can follow them.
 */
import { answersAt } from "./output-kinds.js";

/** Mean values closer than this are said to be as they were. */
export const SAME = 0.02;
/** A unit whose gate is on average above this keeps nearly all of its state. */
export const KEEPS = 0.9;
/** How much wider open than at the start a unit's gate has to be for it to be pointed at. */
export const OPENED = 0.1;
/** A tanh unit beyond this has a slope below 0.19: nearly flat. */
export const FLAT = 0.9;
/** Powers of ten that a gradient may lose and still be said to reach. */
export const FAR = 2;
/** Shares of chance within which a loss is said to be as good as chance. */
export const NEAR = 0.02;

/** Problems whose data come to an end, so that what is kept for validation is other than what was trained on; the others draw new sequences for ever. */
const FINITE = ["text", "book", "sentiment", "tagging", "stocks", "series"];
/** Updates before a validation that it is compared with. */
const JUST = 20;
/** Times the loss in training above which the loss on the validation set is said not to carry over. */
export const MORE = 1.5;

/** What the gates of a cell keep: the LSTM's forget gate, the GRU's update gate. */
const KEEPER = { lstm: "f", gru: "z" };

/** Facts of all moments of a training, worked out when they are asked for, once each. */
export class Facts {
  /** @param {import("../arrays.js").Data} data */
  constructor(data) {
    this.data = data;
    this.known = new WeakMap();
    this.keeper = KEEPER[data.meta.cell] ?? null;
  }

  get run() {
    return this.data.learning.runs[0];
  }

  /** How many moments there are: of frames and of their numbers of updates, as many as have come of both. */
  get count() {
    return Math.min(this.data.frames.length, this.data.learning.update.length);
  }

  update(k) {
    return this.data.learning.update[k];
  }

  /**
   * The updates whose losses speak for a moment, [from, to): those since the moment before; at the start the first, whose
   * minibatch meets the network as it was drawn. Null: none was taken.
   */
  span(k) {
    const end = k ? this.update(k) : 1;
    return this.run.loss.rows >= end ? [k ? this.update(k - 1) : 0, end] : null;
  }

  /** Their mean loss; NaN where there is none. */
  loss(k) {
    const span = this.span(k);
    if (!span || span[0] >= span[1]) return NaN;
    const losses = this.run.loss.data.subarray(...span);
    return losses.reduce((sum, v) => sum + v, 0) / losses.length;
  }

  /**
   * The loss on the validation set when it was last tried, before this moment or at it, and the mean loss in training of
   * the updates just before; null where it never was.
   */
  validated(k) {
    const { update, loss } = this.run.validation;
    const last = update.filter((u) => u <= this.update(k)).length - 1;
    if (last < 0 || !Number.isFinite(loss.at(last))) return null;
    const before = this.run.loss.data.subarray(Math.max(0, update[last] - JUST), Math.max(1, update[last]));
    return { loss: loss.at(last), training: before.length ? mean([...before]) : NaN, finite: FINITE.includes(this.data.learning.problem.name) };
  }

  /** How many of the moments have a lower loss. */
  better(k) {
    const own = this.loss(k);
    let better = 0;
    for (let j = 0; j < this.count; j++) if (this.loss(j) < own) better += 1;
    return better;
  }

  /** The first of the problem's baselines, and the best of all answers without a memory. */
  get chance() {
    return this.run.baselines[0] ?? null;
  }

  get unremembering() {
    return this.run.baselines.reduce((best, one) => (best === null || one.loss < best.loss ? one : best), null);
  }

  /** The layer that reads from the start, at the height of the one that is looked at. */
  layer(k, cursor) {
    const { layers } = this.data.frames[k];
    return layers[cursor.layer.replace("_reverse", "")] ?? layers[this.data.meta.layers[0]];
  }

  /** Mean and units' means of the gate that keeps, at a moment. */
  gate(k, cursor) {
    const matrix = this.keeper && this.layer(k, cursor).gates[this.keeper];
    if (!matrix) return null;
    if (!this.known.has(matrix)) this.known.set(matrix, means(matrix));
    return this.known.get(matrix);
  }

  /** The share of h's values beyond FLAT; of a ReLU network that are exactly 0. */
  still(k, cursor) {
    const { data } = this.layer(k, cursor).h;
    const test = this.data.meta.nonlinearity === "relu" ? (v) => v === 0 : (v) => Math.abs(v) > FLAT;
    return data.reduce((count, v) => count + test(v), 0) / data.length;
  }

  /** Steps whose answer counts in the loss. */
  get asked() {
    const { targets } = this.data.frames[0];
    const { T, kind, loss } = this.data.meta;
    const known = kind === "symbols" ? (t) => targets.at(t) >= 0 : (t) => targets.row(t).every((v) => !Number.isNaN(v));
    const steps = Array.from({ length: T }, (_, t) => t).filter(known);
    return loss === "last" ? steps.slice(-1) : steps;
  }

  /**
   * How many steps back what is asked last can be heard: of a single loss its gradient by h, else the inputs on which
   * the last answer hangs. `whole`: to the very first step. Null where that is not known.
   */
  reach(k, cursor) {
    const steps = this.asked;
    const t = steps.at(-1);
    if (t === undefined) return null;
    if (steps.length === 1) {
      const { data } = this.layer(k, cursor).dh_log10;
      return { kind: "gradient", ...back(t, (s) => data[s] >= data[t] - FAR, Number.isFinite(data[t])) };
    }
    const row = this.data.frames[k].connectivity?.row(t);
    if (!row) return null;
    const most = Math.max(...row.subarray(0, t + 1));
    const far = row.findIndex((v) => v >= most * 10 ** -FAR);
    const fine = most > 0 && Number.isFinite(most);
    return { kind: "answer", t, steps: fine ? t - far : 0, whole: fine && far === 0, none: !fine };
  }

  /** Steps of the probe that its score is taken of, where some of those asked count for nothing there. */
  get scored() {
    return this.data.learning.scored ?? this.asked;
  }

  /** What the probe's answers are worth that the score counts: of symbols how many are right, of numbers their mean squared error. */
  answers(k) {
    const { outputs, targets, probabilities } = this.data.frames[k];
    const steps = this.scored;
    const [t] = steps;
    if (!steps.length) return null;
    if (this.data.meta.kind === "symbols") {
      const right = steps.filter((s) => likeliest(outputs.row(s)) === targets.at(s)).length;
      const answer = likeliest(outputs.row(t));
      return { total: steps.length, all: this.asked.length, right, t, answer, asked: targets.at(t), chance: probabilities?.at(t, answer) };
    }
    const squares = steps.flatMap((s) => [...outputs.row(s)].map((v, j) => (v - targets.at(s, j)) ** 2));
    return { total: squares.length, error: mean(squares), t, answer: outputs.at(t), asked: targets.at(t) };
  }

  /** Whether an answer of the network is no number; steps that give none have nothing to be. */
  broken(k) {
    const { data } = this;
    const { outputs } = data.frames[k];
    return Array.from({ length: data.meta.T }, (_, t) => t).some((t) => answersAt(data, t) && !outputs.row(t).every(Number.isFinite));
  }

  /**
   * The moment by which the loss had fallen most since the one before. What happens above the best answer without a
   * memory is only the finding of that answer; it counts only where the loss never came below.
   */
  fall() {
    const line = this.unremembering?.loss ?? Infinity;
    const losses = Array.from({ length: this.count }, (_, k) => this.loss(k));
    const below = losses.some((v) => v < line);
    const found = steepest(losses.map((v) => -(below ? Math.min(v, line) : v)));
    return found && found.by > 0 ? { ...found, below } : null;
  }

  /**
   * The unit whose gate opened most from the start to the newest moment, how far, and the moment from which on it was more
   * than half way there: where it was found that something has to be kept.
   */
  opening(cursor) {
    if (!this.keeper || this.count < 2) return null;
    const [first, last] = [this.gate(0, cursor).units, this.gate(this.count - 1, cursor).units];
    const rises = last.map((v, unit) => v - first[unit]);
    const unit = likeliest(rises);
    if (!(rises[unit] >= OPENED)) return null;
    const half = first[unit] + rises[unit] / 2;
    let k = this.count - 1;
    while (this.gate(k - 1, cursor).units[unit] > half) k -= 1;
    return { k, unit, by: rises[unit] };
  }

  /** The moment of the lowest loss. */
  lowest() {
    let best = null;
    for (let k = 0; k < this.count; k++) if (best === null ? Number.isFinite(this.loss(k)) : this.loss(k) < this.loss(best)) best = k;
    return best;
  }
}

/** Where a row of numbers rises most from one to the next: the place it rises to. */
function steepest(values) {
  let best = null;
  for (let k = 1; k < values.length; k++) {
    const by = values[k] - values[k - 1];
    if (Number.isFinite(by) && (best === null || by > best.by)) best = { k, by };
  }
  return best;
}

/** How far back from t something holds without a gap. */
function back(t, holds, any) {
  let s = t;
  while (any && s > 0 && holds(s - 1)) s -= 1;
  return { t, steps: t - s, whole: any && s === 0, none: !any };
}

function means(matrix) {
  const sums = new Float64Array(matrix.cols);
  matrix.data.forEach((v, k) => (sums[k % matrix.cols] += v));
  const units = [...sums].map((sum) => sum / matrix.rows);
  return { units, mean: mean(units), keeping: units.filter((v) => v > KEEPS).length };
}

function mean(values) {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** The place of the largest number. */
export function likeliest(values) {
  let best = 0;
  values.forEach((v, k) => {
    if (v > values[best]) best = k;
  });
  return best;
}
