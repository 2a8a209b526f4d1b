/** A matrix of norms as an image: the gradient's hue on a log scale, exact zeros hatched, what cannot be left empty. */

const FAINTEST = 0.1; // of the hue: the smallest number is still told from none

/** How much ink a power of ten gets; the same for all runs of the stage. */
export class Ink {
  /** @param {import("../arrays.js").Matrix[]} matrices log10 @param {number} deepest @param {number} highest decades from 1 */
  constructor(matrices, deepest, highest) {
    let [least, most] = [Infinity, -Infinity];
    for (const { data } of matrices) {
      for (const v of data) {
        if (!Number.isFinite(v)) continue;
        if (v < least) least = v;
        if (v > most) most = v;
      }
    }
    if (least > most) [least, most] = [-1, 0];
    this.high = Math.min(highest, Math.ceil(most));
    this.low = Math.min(this.high - 2, Math.max(-deepest, Math.floor(least)));
    this.less = least < this.low;
    this.more = most > this.high;
  }

  /** The place in a ramp of n colours. */
  place(v, n) {
    const share = Math.min(1, Math.max(0, (v - this.low) / (this.high - this.low)));
    return Math.round((FAINTEST + (1 - FAINTEST) * share) * (n - 1));
  }

  /** The scale itself, the largest on top. */
  drawRamp(canvas, theme) {
    const { css } = theme.ramp("gradient");
    const context = canvas.getContext("2d");
    for (let y = 0; y < canvas.height; y++) {
      const v = this.high - ((y + 0.5) / canvas.height) * (this.high - this.low);
      context.fillStyle = css[this.place(v, css.length)];
      context.fillRect(0, y, canvas.width, 1);
    }
  }
}

/**
 * @param {HTMLCanvasElement} canvas in device pixels @param {import("../arrays.js").Matrix} matrix log10 (T, T)
 * @param {Ink} ink @param {import("./lanes.js").Axis} axis @param {(row: number) => number} top CSS pixels
 */
export function paintMatrix(canvas, matrix, ink, axis, top, data) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const [xs, ys] = [edges(matrix.cols, (t) => axis.left(t) * axis.ratio), edges(matrix.rows, (k) => top(k) * axis.ratio)];
  hatchZeros(context, matrix, xs, ys, data.theme, axis.ratio);
  const image = context.getImageData(0, 0, width, height);
  fill(new Uint32Array(image.data.buffer), width, matrix, ink, xs, ys, data.theme.ramp("gradient").packed);
  context.putImageData(image, 0, 0);
  gaps(context, matrix, xs, ys, data.theme, axis.ratio);
}

function edges(n, at) {
  return Int32Array.from({ length: n + 1 }, (_, k) => Math.round(at(k)));
}

/** Each number's rectangle, pixel by pixel: cells need not be equally large. */
function fill(pixels, width, { rows, cols, data }, ink, xs, ys, ramp) {
  for (let k = 0; k < rows; k++) {
    for (let t = 0; t < cols; t++) {
      const v = data[k * cols + t];
      if (v !== v || v === -Infinity) continue;
      const colour = ramp[ink.place(v, ramp.length)];
      for (let y = ys[k]; y < ys[k + 1]; y++) pixels.fill(colour, y * width + xs[t], Math.min(width, xs[t + 1]) + y * width);
    }
  }
}

/** Exact zeros, row by row. */
function hatchZeros(context, { rows, cols, data }, xs, ys, theme, ratio) {
  context.fillStyle = context.createPattern(tile(theme.palette, ratio), "repeat");
  for (let k = 0; k < rows; k++) {
    for (let t = 0, from = -1; t <= cols; t++) {
      const zero = t < cols && data[k * cols + t] === -Infinity;
      if (zero && from < 0) from = t;
      if (zero || from < 0) continue;
      context.fillRect(xs[from], ys[k], xs[t] - xs[from], ys[k + 1] - ys[k]);
      from = -1;
    }
  }
}

function tile(palette, ratio) {
  const size = Math.round(5 * ratio);
  const node = document.createElement("canvas");
  node.width = node.height = size;
  const context = node.getContext("2d");
  context.fillStyle = palette.card;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = palette.faint;
  context.lineWidth = Math.max(1, ratio * 0.8);
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return node;
}

/** Thin lines between cells that are large enough to be told apart; only where there are cells. */
function gaps(context, { rows, cols, data }, xs, ys, theme, ratio) {
  if (xs[1] - xs[0] < 10 * ratio || ys[1] - ys[0] < 10 * ratio) return;
  const thick = Math.max(1, Math.round(ratio));
  context.fillStyle = theme.palette.line;
  for (let k = 0; k < rows; k++) {
    for (let t = 0; t < cols; t++) {
      if (Number.isNaN(data[k * cols + t])) continue;
      context.fillRect(xs[t + 1] - thick, ys[k], thick, ys[k + 1] - ys[k]);
      context.fillRect(xs[t], ys[k + 1] - thick, xs[t + 1] - xs[t], thick);
    }
  }
}
