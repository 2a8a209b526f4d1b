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
 * @param {HTMLCanvasElement} canvas in device pixels @param {import("../arrays.js").Matrix} matrix log10
 * @param {Ink} ink @param {import("./lanes.js").Axis} axis @param {(row: number) => number} top CSS pixels
 * @returns {object} buffers to hand in at the next call
 */
export function paintMatrix(canvas, matrix, ink, axis, top, data, buffers) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const { rows, cols } = matrix;
  const image = buffers?.rows === rows && buffers.cols === cols ? buffers : allocate(rows, cols, data.theme, axis.ratio);
  fill(image.packed, matrix, ink, data.theme.ramp("gradient").packed);
  image.context.putImageData(image.pixels, 0, 0);
  context.clearRect(0, 0, width, height);
  const [xs, ys] = [edges(cols, (t) => axis.left(t) * axis.ratio), edges(rows, (k) => top(k) * axis.ratio)];
  hatchZeros(context, matrix, xs, ys, image.tile);
  context.imageSmoothingEnabled = false;
  context.drawImage(image.context.canvas, 0, 0, cols, rows, 0, 0, xs[cols], ys[rows]);
  gaps(context, matrix, xs, ys, data.theme, axis.ratio);
  return image;
}

function allocate(rows, cols, theme, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(cols, rows);
  return { rows, cols, context, pixels, packed: new Uint32Array(pixels.data.buffer), tile: tile(theme.palette, ratio) };
}

function edges(n, at) {
  return Int32Array.from({ length: n + 1 }, (_, k) => Math.round(at(k)));
}

/** A pixel a number; where there is none, nothing. */
function fill(packed, { data }, ink, ramp) {
  for (let k = 0; k < data.length; k++) {
    const v = data[k];
    packed[k] = v !== v || v === -Infinity ? 0 : ramp[ink.place(v, ramp.length)];
  }
}

/** Exact zeros, row by row. */
function hatchZeros(context, { rows, cols, data }, xs, ys, hatching) {
  context.fillStyle = context.createPattern(hatching, "repeat");
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
