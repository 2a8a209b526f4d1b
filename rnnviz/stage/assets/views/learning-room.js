/** Where words find room in a plot: over no curve, no dashed line and no other words; where there is none they are left out. */

const CLEAR = 2; // px between words and what they must not touch
const PLACES = 24; // along a line
const EDGE = 16; // px that are left free at the right: there the newest moment is outlined

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

export class Room {
  /** @param {number} width @param {number} height of the plot @param {number} left where words may begin */
  constructor(width, height, left = 0) {
    const columns = Math.max(1, Math.ceil(width));
    Object.assign(this, { width, height, left, taken: [], curves: [], columns });
  }

  /** Keep clear of a curve. @param {Iterable<[number, number, number]|null>} points x, and how far up and down it goes there; null: a gap */
  avoid(points) {
    const [tops, bottoms] = [new Float32Array(this.columns).fill(Infinity), new Float32Array(this.columns).fill(-Infinity)];
    let last = null;
    for (const point of points) {
      if (point) between(last ?? point, point, this.columns, (x, top, bottom) => {
        tops[x] = Math.min(tops[x], top);
        bottoms[x] = Math.max(bottoms[x], bottom);
      });
      last = point;
    }
    this.curves.push({ tops, bottoms });
  }

  /** @param {Box} box */
  take(box) {
    this.taken.push(box);
  }

  /** @param {Box} box */
  free({ left, top, width, height }) {
    const [right, bottom] = [left + width, top + height];
    if (left < this.left || right > this.width || top < 0 || bottom > this.height) return false;
    if (this.taken.some((other) => left < other.left + other.width && right > other.left && top < other.top + other.height && bottom > other.top)) return false;
    const [from, to] = [Math.max(0, Math.floor(left) - CLEAR), Math.min(this.columns - 1, Math.ceil(right) + CLEAR)];
    return !this.curves.some(({ tops, bottoms }) => {
      for (let x = from; x <= to; x++) if (tops[x] < bottom + CLEAR && bottoms[x] > top - CLEAR) return true;
      return false;
    });
  }

  /** Take the first of some boxes that is free. @param {Iterable<Box>} boxes @returns {Box|null} */
  find(boxes) {
    for (const box of boxes) {
      if (!this.free(box)) continue;
      this.take(box);
      return box;
    }
    return null;
  }

  /** Boxes just above and just below a level line, from the right end to the left. @returns {Generator<Box>} */
  *along(y, { width, height }) {
    const most = this.width - width - EDGE;
    for (let k = 0; k <= PLACES; k++) {
      const left = most - (k / PLACES) * (most - this.left);
      yield { left, top: y - height - 1, width, height };
      yield { left, top: y + 2, width, height };
    }
  }

  /** Boxes beside a place: after it where the plot goes on, else before it, above and below. @returns {Generator<Box>} */
  *beside(x, y, { width, height }) {
    for (const off of [0, -1, 1, -1.6, 1.6, -2.2, 2.2]) yield { left: x + 7, top: y + (off - 0.5) * height, width, height };
    for (const off of [-0.8, 0.8, -1.2, 1.2, -1.8, 1.8]) yield { left: Math.min(x, this.width) - width - CLEAR, top: y + (off - 0.5) * height, width, height };
  }
}

/** Every column from one point of a curve to the next, and how far up and down the curve goes there. */
function between([x0, top0, bottom0], [x1, top1, bottom1], columns, tell) {
  const [from, to] = [Math.max(0, Math.floor(x0)), Math.min(columns - 1, Math.ceil(x1))];
  for (let x = from; x <= to; x++) {
    const part = x1 > x0 ? Math.min(1, Math.max(0, (x - x0) / (x1 - x0))) : 1;
    tell(x, top0 + part * (top1 - top0), bottom0 + part * (bottom1 - bottom0));
  }
}
