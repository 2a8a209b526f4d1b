/** Norms as they arrive for the matrix lanes: whole, or only the half where the one step lies behind the other. */
import { Matrix, unpack } from "../arrays.js";

/**
 * @param {{shape: number[], data: string}|{triangle: number, data: string}} packed log10; row k, column t
 * @returns {Matrix} (T, T); NaN where no gradient could be at all
 */
export function square(packed) {
  if (!("triangle" in packed)) return unpack(packed);
  const T = packed.triangle;
  const half = unpack({ shape: [(T * (T + 1)) / 2], data: packed.data }).data;
  const out = new Float64Array(T * T).fill(NaN);
  for (let k = 0; k < T; k++) out.set(half.subarray((k * (k + 1)) / 2, ((k + 1) * (k + 2)) / 2), k * T);
  return new Matrix([T, T], out);
}
