/**
 * From the payload to `data`: the same tree with matrices in the place of base64 text, and the few words, colours
 * and number formats that every view needs.
 */

/**
 * An array with a shape: float32, or float64 where its numbers need it. A one-dimensional array of n numbers has n rows and one column.
 */
export class Matrix {
  /** @param {number[]} shape @param {Float32Array|Float64Array} data row by row */
  constructor(shape, data) {
    this.shape = shape;
    this.rows = shape[0] ?? 1;
    this.cols = shape.length > 1 ? shape.slice(1).reduce((a, b) => a * b, 1) : 1;
    this.data = data;
  }

  at(row, col = 0) {
    return this.data[row * this.cols + col];
  }

  /** One row, as a view on the numbers, not a copy. */
  row(row) {
    return this.data.subarray(row * this.cols, (row + 1) * this.cols);
  }

  /** The largest finite magnitude; 0 when there is none. */
  get limit() {
    this._limit ??= largest(this.data);
    return this._limit;
  }
}

/**
 * @typedef {ReturnType<typeof decode>} Data
 */

/**
 * @param {object} payload as made by rnnviz/stage/payload.py
 * @param {import("./theme.js").Theme} theme
 */
export function decode(payload, theme) {
  const frames = payload.frames.map(lazily);
  const baseline = payload.baseline ? lazily(payload.baseline) : null;
  const layer = (arrays, name) => arrays.layers[name] ?? arrays.layers[payload.meta.layers[0]];
  return {
    ...payload,
    frames,
    baseline,
    /** The run that is seen: `frames[cursor.frame]`. */
    frame: (cursor) => frames[Math.min(cursor.frame, frames.length - 1)],
    /** The layer that is seen, of the run that is seen. */
    layer: (cursor) => layer(frames[Math.min(cursor.frame, frames.length - 1)], cursor.layer),
    say: (key, values) => say(payload.words, key, values),
    format,
    /** The end of a quantity's colour scale, one for all views, layers and runs of the stage: "h", "c", or a gate. */
    limit: limits(payload.meta, frames, baseline ? [baseline] : []),
    /** Take frames that came later, packed as the payload has them: every view reads the same list. */
    grow: (more) => frames.push(...more.map(lazily)),
    dark: theme.dark,
    /** A quantity's hue as a CSS value: `data.colour("i")` is `var(--rv-i)`. */
    colour: (name) => `var(--rv-${name})`,
    /** The CSS colour of a signed value: red above zero, blue below, white or near-black at zero. */
    diverging: (v, limit = 1) => theme.diverging(v, limit),
    /** The text colour that is readable on `diverging(v, limit)`. */
    divergingInk: (v, limit = 1) => theme.divergingInk(v, limit),
    /** The CSS colour of a value from 0 to 1 in a quantity's own hue. */
    sequential: (v, name) => theme.sequential(v, name),
    theme,
  };
}

/** The tree with every packed array decoded when it is first asked for. */
function lazily(tree) {
  if (tree === null || typeof tree !== "object" || Array.isArray(tree)) return tree;
  const out = {};
  for (const [key, value] of Object.entries(tree)) {
    const make = packed(value) ? () => unpack(value) : () => lazily(value);
    Object.defineProperty(out, key, {
      enumerable: true,
      configurable: true,
      get() {
        const made = make();
        Object.defineProperty(out, key, { value: made, enumerable: true });
        return made;
      },
    });
  }
  return out;
}

function packed(value) {
  return value !== null && typeof value === "object" && Array.isArray(value.shape) && typeof value.data === "string";
}

/** @returns {Matrix} */
export function unpack({ shape, data }) {
  const binary = atob(data);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = binary.charCodeAt(k);
  const count = shape.reduce((product, length) => product * length, 1);
  const width = count ? bytes.length / count : 4;
  if (width !== 4 && width !== 8) throw new Error(`${bytes.length} bytes are not ${count} numbers`);
  return new Matrix(shape, littleEndian(bytes, width));
}

function littleEndian(bytes, width) {
  const Numbers = width === 8 ? Float64Array : Float32Array;
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return new Numbers(bytes.buffer);
  const view = new DataView(bytes.buffer);
  const read = width === 8 ? (k) => view.getFloat64(8 * k, true) : (k) => view.getFloat32(4 * k, true);
  return Numbers.from({ length: bytes.length / width }, (_, k) => read(k));
}

/** A label in the page's language; an unknown key is shown as it is, so that it is seen and mended. */
export function say(words, key, values = {}) {
  const text = words?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A number as text: fixed digits, a true minus sign, never "−0.00"; ten to a power from 10,000 on. */
export function format(v, digits = 2) {
  if (v === null || v === undefined) return "–";
  if (Number.isNaN(v)) return "NaN";
  if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞";
  const text = Math.abs(v) >= 1e4 ? powers(v, digits) : v.toFixed(digits);
  if (text.startsWith("-")) return /[1-9]/.test(text) ? `−${text.slice(1)}` : text.slice(1);
  return text;
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A whole number as superscript digits. */
export function raised(n) {
  return [...String(n)].map((digit) => RAISED[digit] ?? "").join("");
}

function powers(v, digits) {
  const [mantissa, exponent] = v.toExponential(Math.min(digits, 2)).split("e");
  return `${mantissa}·10${raised(Number(exponent))}`;
}

/**
 * How large a value must be for the full colour. A state that tanh or a gate keeps within ±1 is drawn on −1…1, unless
 * it never leaves the inner half: then the scale is drawn in, and says so, for a blank picture teaches nothing.
 */
function limits(meta, frames, others) {
  const bounded = { c: false, h: meta.cell !== "rnn" || meta.nonlinearity === "tanh" };
  const known = new Map();
  const sizeIn = (run, quantity) => largest(Object.values(run.layers).map((layer) => (layer[quantity] ?? layer.gates[quantity])?.limit ?? 0));
  return (quantity) => {
    if (!known.has(quantity)) known.set(quantity, { seen: 0, most: largest(others.map((run) => sizeIn(run, quantity))) });
    const entry = known.get(quantity);
    for (; entry.seen < frames.length; entry.seen++) entry.most = Math.max(entry.most, sizeIn(frames[entry.seen], quantity)); // they may have grown
    return (bounded[quantity] ?? true) && entry.most > 0.5 ? 1 : nice(entry.most);
  };
}

/** The next round number, for the end of a scale; 1 for nothing. */
export function nice(v) {
  if (!(v > 0) || !Number.isFinite(v)) return 1;
  const power = 10 ** Math.floor(Math.log10(v));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((s) => s * power >= v * (1 - 1e-6)) ?? 10;
  return Number((step * power).toPrecision(3));
}

/** The largest finite magnitude of some numbers; 0 when there is none. */
export function largest(values) {
  let most = 0;
  for (const v of values) {
    const size = Math.abs(v);
    if (size > most && size < Infinity) most = size;
  }
  return most;
}
