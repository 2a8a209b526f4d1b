/** One curve of a training, drawn on a canvas once and from then on only where it grows. */

/**
 * @typedef {object} Source where a curve's numbers come from, in the order of updates
 * @property {() => number} count @property {(k: number) => number} update @property {(k: number) => number} value
 */

/** A curve of as many numbers as there are updates: gathered by the pixel they fall on, a mean in a span. */
export class DenseCurve {
  /** @param {Source} source @param {string} colour of CSS */
  constructor(source, colour) {
    Object.assign(this, { source, colour, kind: "rv-course-thin", seen: 0, least: Infinity, most: -Infinity });
  }

  /** Look through what is new, for the scale. */
  survey() {
    survey(this, this.source);
  }

  /** Gather all anew: another axis, another width, another scale. */
  clear(columns) {
    Object.assign(this, { columns, gathered: 0, from: 0, last: -1, lows: new Float32Array(columns), highs: new Float32Array(columns),
      sums: new Float64Array(columns), counts: new Uint32Array(columns) });
  }

  /** Gather what is new. @returns {number} the first pixel that has to be drawn again */
  gather(pixel, share) {
    const { source, lows, highs, sums, counts } = this;
    let first = this.columns;
    for (const n = source.count(); this.gathered < n; this.gathered++) {
      const v = source.value(this.gathered);
      if (!Number.isFinite(v)) continue;
      const y = share(v);
      const at = Math.min(this.columns - 1, Math.floor(pixel(source.update(this.gathered))));
      if (!counts[at]) [lows[at], highs[at]] = [y, y];
      else if (y < lows[at]) lows[at] = y;
      else if (y > highs[at]) highs[at] = y;
      sums[at] += y;
      counts[at] += 1;
      if (at < first) first = Math.min(at, Math.max(0, this.last));
      this.last = Math.max(this.last, at);
    }
    return first;
  }

  /** @param {(share: number) => number} y device pixels from the top */
  draw(context, from, y, ratio) {
    const { counts, lows, highs, sums, colour, last } = this;
    let start = from;
    while (start > 0 && !counts[start]) start -= 1;
    context.fillStyle = context.strokeStyle = colour;
    context.globalAlpha = 0.2;
    for (let k = start; k <= last; k++) if (counts[k] > 1) context.fillRect(k, y(highs[k]), 1, Math.max(1, y(lows[k]) - y(highs[k])));
    context.globalAlpha = 0.62;
    context.lineWidth = ratio;
    context.beginPath();
    for (let k = start, pen = false; k <= last; k++) {
      if (!counts[k]) continue;
      const [x, level] = [k + 0.5, y(sums[k] / counts[k])];
      if (pen) context.lineTo(x, level);
      else context.moveTo(x, level);
      pen = true;
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  /** How far up and down it goes along the plot. @param {(share: number) => number} y */
  *outline(y, ratio) {
    const { counts, lows, highs, last } = this;
    for (let k = 0; k <= last; k++) if (counts[k]) yield [(k + 0.5) / ratio, y(highs[k]), y(lows[k])];
  }
}

const DOT = 2.6;
const APART = 9; // px from one dot to the next at least: where numbers stand closer, some have none

/** A curve of fewer numbers, each at its place: validations, and what is worked out of each moment that was kept. */
export class SparseCurve {
  /** @param {Source} source @param {string} colour of CSS @param {{dots?: boolean, width?: number}} [how] `dots`: on each number */
  constructor(source, colour, { dots = false, width = 1.8 } = {}) {
    Object.assign(this, { source, colour, dots, width, kind: dots ? "rv-course-dotted" : width > 2 ? "rv-course-thick" : width > 1 ? "" : "rv-course-thin", seen: 0, least: Infinity, most: -Infinity });
  }

  survey() {
    survey(this, this.source);
  }

  clear() {
    this.gathered = 0;
  }

  gather(pixel) {
    const n = this.source.count();
    const first = n > this.gathered ? pixel(this.source.update(Math.max(0, this.gathered - 1))) : Infinity;
    this.gathered = n;
    return first;
  }

  draw(context, from, y, ratio, pixel, share) {
    const { source, colour, dots, width } = this;
    const n = source.count();
    let start = n - 1;
    while (start > 0 && pixel(source.update(start)) > from - 2) start -= 1;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width * ratio;
    context.lineJoin = "round";
    context.beginPath();
    const points = [];
    const every = this.every(pixel, ratio);
    for (let k = Math.max(0, start), pen = false; k < n; k++) {
      const v = source.value(k);
      if (!Number.isFinite(v)) {
        pen = false;
        continue;
      }
      const at = [pixel(source.update(k)), y(share(v))];
      if (k % every === 0) points.push(at);
      if (pen) context.lineTo(...at);
      else context.moveTo(...at);
      pen = true;
    }
    context.stroke();
    if (n > 1 && !dots) return;
    for (const [x, level] of points) {
      context.beginPath();
      context.arc(x, level, DOT * ratio, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** How many numbers there are to a dot: 1, 2, 4, … */
  every(pixel, ratio) {
    const { source } = this;
    const n = source.count();
    const apart = n > 1 ? (pixel(source.update(n - 1)) - pixel(source.update(0))) / (n - 1) : Infinity;
    return 2 ** Math.max(0, Math.ceil(Math.log2((APART * ratio) / apart)));
  }

  /** Where it goes along the plot; null where it has a gap. */
  *outline(y, _, x, share) {
    const { source } = this;
    for (let k = 0; k < source.count(); k++) {
      const v = source.value(k);
      const level = Number.isFinite(v) ? y(share(v)) : NaN;
      yield Number.isFinite(level) ? [x(source.update(k)), level, level] : null;
    }
  }
}

function survey(curve, source) {
  for (const n = source.count(); curve.seen < n; curve.seen++) {
    const v = source.value(curve.seen);
    if (!Number.isFinite(v) || (v <= 0 && curve.positive)) continue;
    curve.first ??= v;
    if (v < curve.least) curve.least = v;
    if (v > curve.most) curve.most = v;
  }
}
