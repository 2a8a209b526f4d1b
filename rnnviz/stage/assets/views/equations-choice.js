/**
 * Which unit and which gate the panel works out, and the source shows the values of.
 */
import { shownGate as gateOfGraph } from "./unrolled-weights.js";

/**
 * The dot products of a cell, in its order: the gates, or the one pre-activation of a plain RNN.
 * @returns {string[]} ["i", "f", "g", "o"] | ["r", "z", "n"] | ["a"]
 */
export function gatesOf(meta) {
  return meta.gates.length ? meta.gates : ["a"];
}

/** The gate whose terms are worked out: the one whose weights the graph draws. */
export function shownGate(meta, cursor) {
  return gateOfGraph(meta, cursor) ?? "a";
}

/**
 * The unit that is worked out: the chosen one, else the most active of its layer over the whole run (all runs).
 * @returns {{unit: number, chosen: boolean}}
 */
export function shownUnit(data, cursor) {
  const { meta } = data;
  if (cursor.unit !== null && cursor.unit >= 0 && cursor.unit < meta.H) return { unit: cursor.unit, chosen: true };
  const name = meta.layers.includes(cursor.layer) ? cursor.layer : meta.layers[0];
  return { unit: mostActive(data, name), chosen: false };
}

const active = new WeakMap();

/** The unit with the largest mean |h|; found once per layer. */
function mostActive(data, name) {
  if (!active.has(data.frames)) active.set(data.frames, new Map());
  const known = active.get(data.frames);
  if (!known.has(name)) {
    const sums = new Float64Array(data.meta.H);
    for (const frame of data.frames) {
      const { h } = frame.layers[name];
      h.data.forEach((v, k) => (sums[k % h.cols] += Number.isFinite(v) ? Math.abs(v) : 0));
    }
    known.set(name, sums.indexOf(Math.max(...sums)));
  }
  return known.get(name);
}
