/** Norms as they arrive for the matrix lanes: whole, or only the half where the one step lies behind the other. */
import { Matrix, unpack } from "../arrays.js";

/**
 * @param {{shape: number[], data: string}|{triangle: number, data: string}} packed log10; row k, column t
 * @returns {Matrix} (T, T); NaN where no gradient could be at all
 */
export function square(packed) {
  if (!("triangle" in packed)) return blankAbove(unpack(packed));
  const T = packed.triangle;
  const half = unpack({ shape: [(T * (T + 1)) / 2], data: packed.data }).data;
  const out = new Float64Array(T * T).fill(NaN);
  for (let k = 0; k < T; k++) out.set(half.subarray((k * (k + 1)) / 2, ((k + 1) * (k + 2)) / 2), k * T);
  return new Matrix([T, T], out);
}

/** In a layer that runs forward nothing can come from a later step, whatever runs beside it: that is no zero to speak of. */
function blankAbove(matrix) {
  if (!isBlankAbove(matrix, (v) => v === -Infinity || v !== v)) return matrix;
  const { rows, cols } = matrix;
  return new Matrix([rows, cols], Float64Array.from(matrix.data, (v, at) => (at % cols > Math.floor(at / cols) ? NaN : v)));
}

/** Whether `is` holds of every number above the diagonal. */
export function isBlankAbove({ rows, cols, data }, is = (v) => v !== v) {
  for (let k = 0; k < rows; k++) {
    for (let t = k + 1; t < cols; t++) if (!is(data[k * cols + t])) return false;
  }
  return true;
}
