/**
 * The numbers that flow through one cell at one step: of one unit, or the means over all units.
 *
 * A mean of products is not the product of the means, so every product is taken unit by unit first.
 */

/**
 * @typedef {Record<string, number>} Flow the values by name; `before` is the state that enters
 * @typedef {{layer: any, reverse: boolean, T: number, H: number}} Run one layer of one run
 */

/**
 * One layer of one run, or null where there is none.
 * @param {any} arrays `data.frame(cursor)` or `data.baseline`
 * @param {string} name "l0", "l0_reverse", …
 * @returns {Run|null}
 */
export function runOf(arrays, name) {
  const key = arrays?.layers[name] ? name : Object.keys(arrays?.layers ?? {})[0];
  const layer = arrays?.layers[key];
  return layer ? { layer, reverse: key.endsWith("_reverse"), T: layer.h.rows, H: layer.h.cols } : null;
}

/** The step whose state enters step t; −1 when it is the initial state. A reverse layer reads from the end. */
export function stepBefore(run, t) {
  if (!run.reverse) return t - 1;
  return t + 1 < run.T ? t + 1 : -1;
}

/** The state, "h" or "c", of all units before step t, as a row of H numbers. */
export function rowBefore(run, state, t) {
  const step = stepBefore(run, t);
  return step < 0 ? run.layer[`${state}0`].data : run.layer[state].row(step);
}

/**
 * Everything the diagram shows at step t.
 * @param {Run} run
 * @param {"lstm"|"gru"} cell
 * @param {number} t
 * @param {number|null} unit null for the mean over units
 * @returns {Flow}
 */
export function flowAt(run, cell, t, unit) {
  const one = cell === "lstm" ? lstmUnit(run, t) : gruUnit(run, t);
  if (unit !== null) return one(unit);
  const sum = one(0);
  for (let j = 1; j < run.H; j++) {
    const next = one(j);
    for (const name in sum) sum[name] += next[name];
  }
  for (const name in sum) sum[name] /= run.H;
  return sum;
}

function lstmUnit(run, t) {
  const before = rowBefore(run, "c", t);
  const { i, f, g, o } = rows(run.layer.gates, t);
  const pre = rows(run.layer.preactivations, t);
  const c = run.layer.c.row(t);
  const h = run.layer.h.row(t);
  return (j) => ({
    before: before[j],
    i: i[j],
    f: f[j],
    g: g[j],
    o: o[j],
    pre_i: pre.i[j],
    pre_f: pre.f[j],
    pre_g: pre.g[j],
    pre_o: pre.o[j],
    kept: f[j] * before[j],
    written: i[j] * g[j],
    c: c[j],
    squashed: Math.tanh(c[j]),
    h: h[j],
  });
}

function gruUnit(run, t) {
  const before = rowBefore(run, "h", t);
  const { r, z, n } = rows(run.layer.gates, t);
  const pre = rows(run.layer.preactivations, t);
  const h = run.layer.h.row(t);
  return (j) => ({
    before: before[j],
    r: r[j],
    z: z[j],
    n: n[j],
    pre_r: pre.r[j],
    pre_z: pre.z[j],
    pre_n: pre.n[j],
    hn: pre.hn[j],
    recalled: r[j] * pre.hn[j],
    read: pre.n[j] - r[j] * pre.hn[j],
    rest: 1 - z[j],
    kept: z[j] * before[j],
    written: (1 - z[j]) * n[j],
    h: h[j],
  });
}

function rows(matrices, t) {
  const out = {};
  for (const name in matrices) out[name] = matrices[name].row(t);
  return out;
}

/**
 * The hold that decides a gate here, the last one given; null when the gate is free.
 * @param {Array<{gate: string, value: number, unit: number|null, start: number, stop: number|null, layer: string|null}>} holds
 * @param {{gate: string, t: number, unit: number|null, layer: string}} where unit null asks for any unit
 */
export function holdAt(holds, { gate, t, unit, layer }) {
  let found = null;
  for (const hold of holds) {
    const here = hold.gate === gate && (hold.layer === null || hold.layer === layer);
    const now = t >= hold.start && (hold.stop === null || t < hold.stop);
    if (here && now && (unit === null || hold.unit === null || hold.unit === unit)) found = hold;
  }
  return found;
}
