/** Numbers to pixels: a heatmap as an image, the lines between its cells, the cells that hold no number. */
import { stretches } from "./lanes.js";

/**
 * Draw a matrix (T, rows) over the whole canvas, time to the right. Where there are more steps than pixels, each
 * pixel shows the strongest value of its steps.
 * @returns {object} buffers to hand in at the next call; `bad`: some cell is NaN or infinite
 */
export function paint(context, matrix, theme, ramp, limit, buffers) {
  const { canvas } = context;
  const cols = Math.min(matrix.rows, canvas.width);
  const image = buffers?.cols === cols && buffers.rows === matrix.cols ? buffers : allocate(cols, matrix.cols);
  image.bad = colour(image.packed, strongest(matrix, cols), matrix.cols, theme.ramp(ramp).packed, ramp === "diverging", limit);
  image.context.putImageData(image.pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(image.context.canvas, 0, 0, cols, matrix.cols, 0, 0, canvas.width, canvas.height);
  return image;
}

function allocate(cols, rows) {
  const canvas = document.createElement("canvas");
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(cols, rows);
  return { cols, rows, context, pixels, packed: new Uint32Array(pixels.data.buffer), bad: false };
}

/** The values, or for fewer columns than steps the strongest of each column. */
function strongest({ rows: T, cols: H, data }, cols) {
  if (cols >= T) return data;
  const out = new Float32Array(cols * H);
  for (let t = 0; t < T; t++) {
    const at = Math.floor((t * cols) / T) * H;
    for (let j = 0; j < H; j++) {
      const v = data[t * H + j];
      if (v !== v || Math.abs(v) > Math.abs(out[at + j])) out[at + j] = v;
    }
  }
  return out;
}

/** Look every value up in the colour ramp; the image is rows × columns, the values are time first. */
function colour(packed, values, rows, ramp, signed, limit) {
  const cols = values.length / rows;
  const middle = signed ? (ramp.length - 1) / 2 : 0;
  const gain = (ramp.length - 1 - middle) / limit;
  const last = ramp.length - 1;
  let bad = false;
  for (let c = 0, k = 0; c < cols; c++) {
    for (let j = 0; j < rows; j++, k++) {
      const v = values[k];
      if (v - v !== 0) {
        bad = true;
        packed[j * cols + c] = 0;
        continue;
      }
      const place = Math.round(middle + v * gain);
      packed[j * cols + c] = ramp[place < 0 ? 0 : place > last ? last : place];
    }
  }
  return bad;
}

/** Thin lines between cells that are large enough to be told apart. */
export function gaps(context, axis, rows, row, theme) {
  const { ratio, T, pitch } = axis;
  const { width, height } = context.canvas;
  const thick = Math.max(1, Math.round(ratio));
  context.fillStyle = theme.palette.line;
  if (pitch >= 7) for (let t = 1; t < T; t++) context.fillRect(Math.round(axis.left(t) * ratio) - thick, 0, thick, height);
  if (row >= 7) for (let j = 1; j < rows; j++) context.fillRect(0, Math.round(j * row * ratio) - thick, width, thick);
}

/** Hatch the cells before step `stop` that hold no finite number, and write the word where it fits. @returns {boolean} whether any does */
export function badCells(context, matrix, axis, row, data, stop = matrix.rows) {
  const { ratio } = axis;
  const { palette } = data.theme;
  const hatch = context.createPattern(hatching(palette, ratio), "repeat");
  context.font = `${Math.round(10.5 * axis.scale * ratio)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  let any = false;
  for (let j = 0; j < matrix.cols; j++) {
    for (const [from, to] of stretches(stop, (t) => !Number.isFinite(matrix.at(t, j)))) {
      any = true;
      const [x, y] = [axis.left(from) * ratio, Math.round(j * row * ratio)];
      const [w, h] = [Math.max(1, axis.left(to) * ratio - x), Math.round((j + 1) * row * ratio) - y];
      context.fillStyle = hatch;
      context.fillRect(x, y, w, h);
      const word = words(matrix, j, from, to, data);
      const room = context.measureText(word).width + 8 * ratio;
      if (row < 11 || w < room) continue;
      context.fillStyle = palette.card;
      context.fillRect(x + (w - room) / 2, y + ratio, room, h - 2 * ratio);
      context.fillStyle = palette.ink;
      context.fillText(word, x + w / 2, y + h / 2);
    }
  }
  return any;
}

/** "NaN", "∞", or both. */
function words(matrix, row, from, to, data) {
  const found = new Set();
  for (let t = from; t < to && found.size < 3; t++) found.add(data.format(matrix.at(t, row)));
  return [...found].join(" ");
}

/** A tile of slanted lines. */
export function hatching(palette, ratio) {
  const size = Math.round(6 * ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const context = tile.getContext("2d");
  context.fillStyle = palette.card;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = palette.muted;
  context.lineWidth = ratio;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return tile;
}
