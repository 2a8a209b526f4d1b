/** A guessed curve: a few steps with a power of ten each, straight lines between them, from where the gradient sets out. */

/** @type {WeakMap<object, Guess>} cursor → its page's guess: it outlives new data of the same experiment */
const kept = new WeakMap();

export class Guess {
  /** @param {string} key what it is a guess of */
  constructor(key) {
    this.key = key;
    this.revealed = false;
    this.clear();
  }

  clear() {
    /** @type {Map<number, number>} step → log10 */
    this.knots = new Map();
    /** @type {"vanish"|"stay"|"explode"|null} which of the three was picked, unless one went on to draw */
    this.picked = null;
  }

  get empty() {
    return !this.knots.size;
  }

  /** The earliest step that was guessed. */
  get first() {
    return Math.min(...this.knots.keys());
  }

  /** Draw through a step; a pointer that moved fast left out those in between. */
  draw(t, v, before = null) {
    this.picked = null;
    const [from, start] = before ?? [t, v];
    const by = Math.sign(t - from);
    for (let k = from; k !== t; k += by) this.knots.set(k, start + ((v - start) * (k - from)) / (t - from));
    this.knots.set(t, v);
  }

  /** A straight line from where the gradient sets out to a power of ten at the first step. */
  pick(which, v) {
    this.clear();
    this.picked = which;
    this.knots.set(0, v);
  }

  /**
   * The corners of the curve, from left to right; the last is where the gradient sets out.
   * @param {{t: number, v: number}} start
   * @returns {[number, number][]}
   */
  corners(start) {
    const drawn = [...this.knots].sort((a, b) => a[0] - b[0]).filter(([t]) => t < start.t);
    return drawn.length ? [...drawn, [start.t, start.v]] : [...this.knots];
  }

  /** The guess at a step; where none was drawn yet, where the gradient sets out. */
  at(t, start) {
    const corners = this.corners(start);
    const after = corners.findIndex(([k]) => k >= t);
    if (after < 0 || (after === 0 && corners[0][0] > t)) return corners.length && after === 0 ? corners[0][1] : start.v;
    const [k, v] = corners[after];
    if (k === t) return v;
    const [j, u] = corners[after - 1];
    return u + ((v - u) * (t - j)) / (k - j);
  }
}

/** The guess of a page: the one there is, unless the question is another now. */
export function guessOf(data, cursor) {
  const { cell, nonlinearity, T, loss, labels } = data.meta;
  const key = JSON.stringify([data.page, data.options.predict, cell, nonlinearity, T, loss, labels]);
  if (kept.get(cursor)?.key !== key) kept.set(cursor, new Guess(key));
  return kept.get(cursor);
}
