/** The record of a training, as the payload brings it: numbers of every update, in arrays that grow while it runs. */
import { Matrix, unpack } from "./arrays.js";

/** What is written down of every update. */
export const CURVES = ["loss", "score", "grad_norm", "clipped_norm"];

/** A column of numbers that more can be written to. */
export class Column extends Matrix {
  /** @param {ArrayLike<number>} values */
  constructor(values) {
    super([values.length], Float64Array.from(values));
    this.room = this.data;
  }

  /** Take `values` as the numbers from place `from` on; there is no going back behind what is known. */
  write(from, values) {
    const end = from + values.length;
    if (from > this.rows || end <= this.rows) return;
    if (end > this.room.length) {
      const larger = new Float64Array(Math.max(end, 2 * this.room.length, 64));
      larger.set(this.room);
      this.room = larger;
    }
    this.room.set(values, from);
    Object.assign(this, { data: this.room.subarray(0, end), rows: end, shape: [end], _limit: undefined });
  }
}

/**
 * @typedef {object} Run one training: name, cell, hidden_size, weights, state, place, updates, steps, seconds_left,
 *   baselines, diverged and failed as in the payload
 * @property {Column} loss @property {Column} score @property {Column} grad_norm @property {Column} clipped_norm
 * @property {{update: number[], loss: Matrix, score: Matrix}} validation
 */

export class LearningRecord {
  /** @param {object} learning as made by rnnviz/stage/learning.py */
  constructor({ runs, update, ...rest }) {
    Object.assign(this, rest);
    /** @type {number[]} the number of updates before each of the moments that were kept, the frames */
    this.update = [...update];
    /** @type {Run[]} this stage's own run, then the compared one */
    this.runs = runs.map(opened);
    /** @type {number} how often it has grown */
    this.version = 0;
  }

  /** Updates that the longest run has taken. */
  get updates() {
    return Math.max(0, ...this.runs.map((run) => run.loss.rows));
  }

  /** Whether any of the runs goes on by itself. */
  get lively() {
    return this.runs.some(({ state }) => state === "running" || state === "queued");
  }

  /** The kept moment that lies nearest to a number of updates. */
  nearest(update) {
    const { update: known } = this;
    let [low, high] = [0, known.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (known[middle] <= update) low = middle;
      else high = middle;
    }
    return Math.abs(known[high] - update) < Math.abs(update - known[low]) ? high : low;
  }

  /** Take what has come since: moments, and of each run the updates from its `from` on. */
  grow({ update = [], runs = [] }) {
    this.version += 1;
    this.update.push(...update);
    runs.forEach((more, k) => {
      if (this.runs[k]) extend(this.runs[k], more);
      else this.runs[k] = opened(more);
    });
  }
}

/** @returns {LearningRecord|null} of a payload that has one; one that is opened already is itself */
export function recordOf(learning) {
  if (!learning) return null;
  return learning instanceof LearningRecord ? learning : new LearningRecord(learning);
}

function opened(run) {
  const columns = CURVES.map((name) => [name, new Column(run[name] ? unpack(run[name]).data : [])]);
  return { ...run, ...Object.fromEntries(columns), validation: validation(run.validation) };
}

function validation({ update, loss, score }) {
  return { update, loss: unpack(loss), score: unpack(score) };
}

function extend(run, { from = 0, ...more }) {
  for (const name of CURVES) if (more[name]) run[name].write(from, unpack(more[name]).data);
  const rest = Object.entries(more).filter(([name]) => !CURVES.includes(name) && name !== "validation");
  Object.assign(run, Object.fromEntries(rest));
  if (more.validation) run.validation = validation(more.validation);
}
