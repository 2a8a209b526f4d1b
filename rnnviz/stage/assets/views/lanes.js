/** What all lanes of the score share: the time axis, the frame of a lane, a few scales. */
import { raised } from "../arrays.js";
import { el } from "../dom.js";

/** No column is wider than this, in CSS pixels at the normal text size: three steps are not three posters. */
const WIDEST = 132;

/** The one time axis: where each step's column begins and ends, on whole device pixels. */
export class Axis {
  /** @param {number} T steps */
  constructor(T) {
    this.T = T;
    this.ratio = 1;
    this.scale = 1;
    this.pitch = 0;
  }

  /** @param {number} width CSS pixels there are @param {number} scale text size over the normal one */
  measure(width, scale) {
    this.ratio = Math.max(1, globalThis.devicePixelRatio || 1);
    this.scale = scale;
    this.pitch = Math.max(0, Math.min(WIDEST * scale, width / this.T));
  }

  left(t) {
    return Math.round(t * this.pitch * this.ratio) / this.ratio;
  }

  span(t) {
    return this.left(t + 1) - this.left(t);
  }

  centre(t) {
    return (this.left(t) + this.left(t + 1)) / 2;
  }

  /** Where the last column ends. */
  get end() {
    return this.left(this.T);
  }

  /** The step under a place. */
  stepAt(x) {
    return this.pitch ? Math.min(this.T - 1, Math.max(0, Math.floor(x / this.pitch))) : 0;
  }

  /** A length in text-size units as whole device pixels, in CSS pixels. */
  px(length) {
    return Math.max(1, Math.round(length * this.scale * this.ratio)) / this.ratio;
  }
}

/**
 * The frame of a lane: title and scale at the left, the plot, the value at the step at the right.
 * @param {{name: string, hue: string, title: string, also?: {title: string, hue: string}}} spec
 */
export function laneFrame({ name, hue, title, also }) {
  const sub = el("span", { class: "rv-lane-sub" });
  const label = el("div", { class: "rv-lane-label", style: { "--rv-hue": `var(--rv-${hue})` } },
    el("span", { class: "rv-lane-title" }, title, also ? el("span", { style: { color: `var(--rv-${also.hue})` } }, ` ${also.title}`) : null), sub);
  const plot = el("div", { class: "rv-lane-plot" });
  const value = el("div", { class: "rv-lane-value" });
  const element = el("div", { class: `rv-lane rv-lane-${name.replace(/\W/g, "-")}`, "data-lane": name }, label, plot, value);
  return { element, label, sub, plot, value };
}

/** A scale's end as short text: 1, −0.5, 200, 4.0·10⁻⁸. */
export function short(data, v, length = Math.abs(v)) {
  if (v && length < 1e-4) return `${v < 0 ? "−" : ""}${powerText(data, Math.log10(Math.abs(v)))}`;
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(length || 1))));
  return data.format(v, Math.min(digits, `${Number(v.toFixed(digits))}`.split(".")[1]?.length ?? 0));
}

/** A power of ten as text, from its logarithm: the number itself may be too small for any float. */
export function powerText(data, log, digits = 2) {
  if (log === -Infinity) return "0";
  if (!Number.isFinite(log)) return data.format(log);
  if (log > -2 && log < 4) return data.format(10 ** log, digits);
  const exponent = Math.floor(log);
  return `${data.format(10 ** (log - exponent), Math.min(digits, 1))}·10${raised(exponent)}`;
}

/** The arrays that one lane reads in every run of the stage: for scales that stay the same while runs change. */
export function everywhere(data, cursor, pick) {
  const runs = data.baseline ? [...data.frames, data.baseline] : data.frames;
  return runs.map((arrays) => pick(arrays, layerOf(data, arrays, cursor))).filter(Boolean);
}

/** How a value and that of the run beneath it are told together. @returns {string} a message with both */
export function besides(data) {
  return data.options.baseline_name ? "score.tip_other_run" : "score.tip_other";
}

/** The layer of a run that the cursor names. */
export function layerOf(data, arrays, cursor) {
  return arrays.layers[cursor.layer] ?? arrays.layers[data.meta.layers[0]];
}

/** What stands beneath a lane's title, with the layer that it is of where there are several. */
export function ofLayer({ meta, say }, cursor, scale) {
  if (meta.layers.length === 1) return scale;
  const name = meta.layers.includes(cursor.layer) ? cursor.layer : meta.layers[0];
  const way = meta.directions === 1 ? "layer" : name.endsWith("_reverse") ? "layer_backwards" : "layer_forwards";
  return say("score.of_layer", { layer: say(`panel.${way}`, { n: Number.parseInt(name.slice(1), 10) + 1 }), scale });
}

/** Move labels apart, each as near to its place as it can be. @param {number[]} places @returns {number[]} */
export function spread(places, gap, low, high) {
  const order = places.map((_, k) => k).sort((a, b) => places[a] - places[b]);
  const out = [...places];
  order.forEach((k, rank) => {
    out[k] = Math.max(out[k], rank ? out[order[rank - 1]] + gap : low);
  });
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const ceiling = rank === order.length - 1 ? high : out[order[rank + 1]] - gap;
    out[order[rank]] = Math.min(out[order[rank]], ceiling);
  }
  return out;
}

/** Stretches of neighbouring steps of which `is` holds. @returns {[number, number][]} first step, step after the last */
export function stretches(T, is) {
  const out = [];
  for (let t = 0, from = -1; t <= T; t++) {
    const held = t < T && is(t);
    if (held && from < 0) from = t;
    if (!held && from >= 0) {
      out.push([from, t]);
      from = -1;
    }
  }
  return out;
}

/** The spans over which this gate is held, in the layer that is seen. */
export function holds(data, cursor, gate) {
  return (data.meta.hold ?? [])
    .filter((held) => held.gate === gate && (!held.layer || held.layer === cursor.layer))
    .map((held) => ({ ...held, stop: Math.min(held.stop ?? data.meta.T, data.meta.T) }))
    .filter((held) => held.start < held.stop);
}

/**
 * Draw the held spans over a plot: in a heatmap a frame around the cells that are held, with the value; over lines a
 * bar a gate along the top.
 * @param {string[]} gates whose holds @param {number} [row] height of a heatmap's row @param {number} [rows]
 */
export function showHolds(plot, data, cursor, axis, gates, row = 0, rows = 1) {
  plot.querySelectorAll(".rv-hold").forEach((node) => node.remove());
  const spans = gates.flatMap((gate) => holds(data, cursor, gate));
  spans.forEach((held, k) => {
    const words = data.say("score.held", { gate: held.gate, value: short(data, held.value) });
    const width = axis.left(held.stop) - axis.left(held.start);
    const [top, height] = !row ? [k * 5, 3] : held.unit === null ? [0, row * rows] : [row * held.unit, row];
    const fits = row && height >= 14 * axis.scale && width > 7 * words.length * axis.scale;
    plot.append(el("div", {
      class: `rv-hold ${row ? "" : "rv-hold-bar"}`,
      style: { left: `${axis.left(held.start)}px`, width: `${width}px`, top: `${top}px`, height: `${height}px`, "--rv-hue": `var(--rv-${held.gate})` },
    }, fits ? el("span", {}, words) : null));
  });
}
