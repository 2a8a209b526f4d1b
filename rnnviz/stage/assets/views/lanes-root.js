/**
 * Colours that go with the square root of a value, for a quantity without a bound: where it is large in one layer and
 * small in another, on one scale for both the other would be blank. Each number keeps one colour, and none is cut off.
 */
import { Matrix } from "../arrays.js";

const FAINT = 1 / 8; // of the scale's end; a layer that in the mean is smaller can hardly be seen

/** Whether some layer of some run can hardly be seen on the scale of a quantity; each run is looked at once. */
export function faint(data, quantity) {
  let [runs, seen, least] = [null, 0, Infinity];
  return () => {
    if (runs !== data.frames) [runs, seen, least] = [data.frames, 0, Infinity];
    for (; seen < runs.length; seen++) {
      for (const layer of Object.values(runs[seen].layers)) least = Math.min(least, meanSize(layer[quantity]) || Infinity);
    }
    return least < FAINT * data.limit(quantity);
  };
}

function meanSize({ data }) {
  let [sum, n] = [0, 0];
  for (const v of data) {
    if (!Number.isFinite(v)) continue;
    sum += Math.abs(v);
    n += 1;
  }
  return sum / n;
}

/** Every value's root, with its sign; what is no number stays none. */
export function rooted({ shape, data }) {
  return new Matrix(shape, Float32Array.from(data, (v) => Math.sign(v) * Math.sqrt(Math.abs(v))));
}
