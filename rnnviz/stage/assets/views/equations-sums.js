/**
 * Small sums over float arrays.
 */

/** Σ weights · values. */
export function dot(weights, values) {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * values[k];
  return sum;
}

const sparse = new WeakMap();

/** Whether every row has at most one entry that is not 0; looked at once per run. */
export function oneHot(inputs) {
  if (!sparse.has(inputs)) {
    let alone = true;
    for (let t = 0; t < inputs.rows && alone; t++) {
      let filled = 0;
      for (const v of inputs.row(t)) if (v !== 0) filled += 1;
      alone = filled <= 1;
    }
    sparse.set(inputs, alone);
  }
  return sparse.get(inputs);
}

/** The places of the `count` largest magnitudes, largest first: those from `from` on, and `hot` where it is ≥ 0. */
export function largest(products, count, from, hot) {
  const best = [];
  const consider = (at) => {
    const size = Math.abs(products[at]);
    let place = best.length;
    while (place > 0 && Math.abs(products[best[place - 1]]) < size) place--;
    if (place >= count) return;
    best.splice(place, 0, at);
    if (best.length > count) best.pop();
  };
  if (hot >= 0) consider(hot);
  for (let at = from; at < products.length; at++) consider(at);
  return best;
}

/** Widen a reach to a value, unless it is infinite or no number. */
export function stretch(reach, v) {
  if (v < reach.low && v > -Infinity) reach.low = v;
  else if (v > reach.high && v < Infinity) reach.high = v;
}
