/** The lanes by name: what each draws, on which scale, under which title. */
import { nice, raised } from "../arrays.js";
import { HeatLane } from "./lanes-heat.js";
import { CurveLane } from "./lanes-curve.js";
import { CurvesLane } from "./lanes-curves.js";
import { MatrixLane } from "./lanes-matrix.js";
import { everywhere, powerText, short } from "./lanes.js";
import { AttentionLane } from "./lanes-attention.js";
import { firstAnswer, layerStop } from "./lanes-parts.js";
import { faint } from "./lanes-root.js";
import { WrittenLane } from "./lanes-written.js";
import { translates } from "../shape.js";

/** Gates that are sigmoids, from 0 to 1; the candidates g and n are tanh, from −1 to 1. */
const SIGMOIDS = new Set(["i", "f", "o", "r", "z"]);

/**
 * @param {string} name "h", "c", "gates", "gate:f", "loss", "gradient", "output", "written", "attention", "curves",
 *   "matrix:itemised", "matrix:jacobian"
 * @param {object} context data, cursor, axis, mode()
 * @returns {HeatLane|CurveLane|CurvesLane|MatrixLane|AttentionLane|WrittenLane|null} null where this run has no such quantity
 */
export function laneFor(name, context) {
  const [kind, which] = name.split(":");
  if (kind === "gate") return context.data.meta.gates.includes(which) ? gateLane(context, which) : null;
  return KINDS[kind]?.(context, which) ?? null;
}

const KINDS = {
  h: (context) => {
    const { data } = context;
    return new HeatLane(context, { name: "h", quantity: "h", hue: "h", title: data.say("score.h"), ramp: "diverging",
      limit: () => data.limit("h"), pick: (_, layer) => layer.h });
  },
  c: (context) => {
    const { data, cursor } = context;
    if (!data.layer(cursor).c) return null;
    return new HeatLane(context, { name: "c", quantity: "c", hue: "c", title: data.say("score.c"), ramp: "diverging",
      limit: () => data.limit("c"), root: faint(data, "c"), pick: (_, layer) => layer.c });
  },
  gates: gatesLane,
  loss: lossLane,
  gradient: gradientLane,
  output: outputLane,
  written: (context) => (translates(context.data.meta) && context.data.meta.kind === "symbols" ? new WrittenLane(context) : null),
  attention: (context) => (context.data.frames[0].bridge?.attention ? new AttentionLane(context) : null),
  curves: (context) => (context.data.flow ? new CurvesLane(context) : null),
  matrix: (context, which) => (context.data.flow ? new MatrixLane(context, which) : null),
};

/** Lanes from which the gradient's curves could be read while they are to be predicted. */
export const ANSWERS = new Set(["gradient", "matrix"]);

function gateLane(context, gate) {
  const { data } = context;
  const sigmoid = SIGMOIDS.has(gate);
  return new HeatLane(context, { name: `gate:${gate}`, quantity: gate, hue: gate, title: data.say(`score.gate_${gate}`), gate,
    ramp: sigmoid ? gate : "diverging", limit: () => (sigmoid ? 1 : data.limit(gate)), pick: (_, layer) => layer.gates[gate] });
}

const means = new WeakMap();

/** The mean over the units of every step; worked out once a matrix. */
function meanOverUnits(matrix) {
  if (!means.has(matrix)) {
    const out = new Float64Array(matrix.rows);
    for (let t = 0; t < matrix.rows; t++) out[t] = matrix.row(t).reduce((sum, v) => sum + v, 0) / matrix.cols;
    means.set(matrix, out);
  }
  return means.get(matrix);
}

function gatesLane(context) {
  const { data } = context;
  const gates = data.meta.gates.filter((gate) => SIGMOIDS.has(gate));
  if (!gates.length) return null;
  const series = gates.map((gate) => ({ quantity: gate, unit: "mean", hue: gate, label: gate, mark: "line",
    pick: (_, layer) => meanOverUnits(layer.gates[gate]) }));
  const text = data.say("score.scale_gates", { gates: gates.join(" ") });
  return new CurveLane(context, { name: "gates", hue: "ink", title: data.say("score.gates"), series, gates, height: 62, layered: true, within: layerWithin(context),
    scale: () => ({ low: 0, high: 1, text, lines: [0, 0.5, 1] }) });
}

/** The steps that the layer which is seen takes. */
function layerWithin({ data, cursor }) {
  return () => [0, layerStop(data.meta, cursor.layer)];
}

/** The steps at which something is answered; of any other run all of them. */
function answerWithin({ data }) {
  return () => [firstAnswer(data.meta), data.meta.T];
}

/** What the numbers of a loss are, by its kind. */
const LOSSES = { cross_entropy: "score.scale_nats", squared_error: "score.scale_squared", own: "score.scale_own", sum: "score.scale_sum" };

function lossLane(context) {
  const { data } = context;
  const { loss_kind: kind, loss } = data.meta;
  // Where one step alone has a loss, a nought elsewhere is none at all.
  const one = Boolean(data.flow) && loss === "last";
  const from = firstAnswer(data.meta);
  const some = (is) => ({ losses }) => losses.data.map((v, t) => (is(v, t) ? v : NaN));
  const pick = one ? some((v) => v) : from ? some((_, t) => t >= from) : ({ losses }) => losses.data;
  const title = kind === "own" && loss === "last" ? "score.loss_once" : "score.loss";
  return new CurveLane(context, { name: "loss", hue: "loss", title: data.say(title), height: 48, within: answerWithin(context),
    series: [{ quantity: "loss", hue: "loss", label: data.say("score.loss"), short: "L", mark: "bar", pick, optional: one || data.flow?.swept?.field === "length",
      text: (v, digits) => compact(data, v, digits) }],
    scale: lossScale(context, pick, LOSSES[kind] ?? LOSSES.squared_error) });
}

/** From zero to the largest loss of any run, worked out once for the runs there are. */
function lossScale({ data, cursor }, pick, words) {
  let scale = null;
  let [runs, seen] = [null, 0];
  return () => {
    if (runs === data.frames && seen === runs.length) return scale;
    [runs, seen] = [data.frames, data.frames.length];
    const every = everywhere(data, cursor, pick);
    const end = (sign) => nice(every.reduce((most, values) => values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, sign * v) : m), most), 0));
    const some = (is) => every.some((values) => values.some(is));
    const low = some((v) => v < 0) ? -end(-1) : 0; // a loss of one's own may lie below zero
    const high = low && !some((v) => v > 0) ? 0 : end(1);
    const range = { low: low ? short(data, low, high - low) : "0", high: short(data, high, high - low) };
    scale = { low, high, text: data.say(words, range), lines: low ? [0] : [] };
    return scale;
  };
}

/** A number that may be small but is never shown as nought unless it is. */
function compact(data, v, digits) {
  return v !== 0 && Math.abs(v) < 0.01 ? `${v < 0 ? "−" : ""}${powerText(data, Math.log10(Math.abs(v)), digits)}` : data.format(v, digits);
}

function gradientLane(context) {
  const { data, cursor } = context;
  const dh = (_, layer) => layer.dh_log10.data;
  const dc = (_, layer) => layer.dc_log10?.data;
  const text = (v, digits) => powerText(data, v, digits);
  const series = [{ quantity: "dh", unit: "norm", value: (v) => 10 ** v, hue: "gradient", label: "‖∂L/∂h‖", short: "h", mark: "bar", pick: dh, text }];
  if (data.layer(cursor).dc_log10) {
    series.push({ quantity: "dc", unit: "norm", value: (v) => 10 ** v, hue: "c", label: "‖∂L/∂c‖", short: "c", mark: "line", pick: dc, text });
  }
  const scale = () => decades(data, series.flatMap(({ pick }) => everywhere(data, cursor, pick)));
  return new CurveLane(context, { name: "gradient", hue: "gradient", log: true, height: 62, layered: true, series, scale, within: layerWithin(context),
    title: "‖∂L/∂h‖", also: series[1] ? { title: "‖∂L/∂c‖", hue: "c" } : undefined });
}

/** A log axis from one power of ten below the smallest value to one above the largest. */
function decades(data, columns) {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    for (const v of column) {
      if (!Number.isFinite(v)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) [low, high] = [-1, 0];
  low = Math.ceil(low) - 1;
  high = Math.max(low + 1, Math.ceil(high));
  const every = Math.max(1, Math.ceil((high - low) / 5));
  const lines = [];
  for (let v = low; v <= high; v += every) lines.push(v);
  return { low, high, lines, text: data.say("score.scale_log", { low: `10${raised(low)}`, high: `10${raised(high)}` }) };
}

/** For numbers the prediction against its target; for symbols the probability of the right one. */
function outputLane(context) {
  const { data } = context;
  if (data.meta.kind === "symbols") {
    const series = [{ quantity: "probability", unit: (arrays, t) => arrays.targets.at(t), hue: "output", label: data.say("score.right"), short: "p", mark: "line", optional: true,
      pick: (arrays) => rightProbability(arrays) }];
    return new CurveLane(context, { name: "output", hue: "output", title: data.say("score.output_symbols"), series,
      scale: () => ({ low: 0, high: 1, text: data.say("score.scale_probability"), lines: [0, 0.5, 1] }) });
  }
  const series = [];
  const [target, prediction] = [data.say("score.target"), data.say("score.prediction")];
  for (let k = 0; k < data.meta.O; k++) {
    const n = data.meta.O > 1 ? k + 1 : "";
    const column = (matrix) => (matrix.cols === 1 ? matrix.data : Float64Array.from({ length: matrix.rows }, (_, t) => matrix.at(t, k)));
    series.push({ quantity: "target", unit: k, hue: "x", label: `${target} ${n}`.trim(), short: `y${n}`, mark: "line", thin: true, optional: true,
      pick: ({ targets }) => column(targets) });
    series.push({ quantity: "output", unit: k, hue: "output", label: `${prediction} ${n}`.trim(), short: `ŷ${n}`, mark: "line",
      pick: ({ outputs }) => column(outputs) });
  }
  return new CurveLane(context, { name: "output", hue: "output", title: data.say("score.output"), series, height: 64, within: answerWithin(context), scale: span(context, series) });
}

function rightProbability({ probabilities, targets }) {
  return Float32Array.from(targets.data, (k, t) => (k >= 0 ? probabilities.at(t, k) : NaN));
}

/** A linear scale that holds every value in every run. */
export function span({ data, cursor }, series) {
  return () => {
    let low = Infinity;
    let high = -Infinity;
    for (const { pick } of series) {
      for (const values of everywhere(data, cursor, pick)) {
        for (const v of values) {
          if (v < low && v > -Infinity) low = v;
          if (v > high && v < Infinity) high = v;
        }
      }
    }
    if (low > high) [low, high] = [0, 1];
    if (low === high) [low, high] = [low - 1, high + 1];
    const text = data.say("score.scale", { low: short(data, low, high - low), high: short(data, high, high - low) });
    return { low, high, text, lines: low < 0 && high > 0 ? [0] : [] };
  };
}
