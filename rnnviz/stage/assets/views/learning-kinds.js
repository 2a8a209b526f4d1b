/** The lanes of a training by name: what each draws, on which scale, under which title. */
import { raised } from "../arrays.js";
import { DenseCurve, SparseCurve } from "./learning-curve.js";
import { HeatOfCourse } from "./learning-heat.js";
import { CurvesOfCourse } from "./learning-lane.js";
import { LinearScale, LogScale } from "./learning-scale.js";
import { ofMoments, ofUpdates, ofValidations } from "./learning-sources.js";
import { layerOf, powerText } from "./lanes.js";

export const LANES = ["loss", "score", "gates", "keep", "reach", "norm", "weights"];
/** Gates that are sigmoids; and the one that keeps the memory. */
const SIGMOIDS = ["i", "f", "o", "r", "z"];
const KEEPS = { lstm: "f", gru: "z" };
const DEEPEST = 8; // decades of a gradient that are told apart

/**
 * @param {string} name one of LANES
 * @param {object} context data, cursor, axis, runs
 * @returns {CurvesOfCourse|HeatOfCourse|null} null where this training has no such quantity
 */
export function courseLane(name, context) {
  return KINDS[name]?.(context) ?? null;
}

/** Name and hue of each run: by its cell, unless both have the same. @returns {{run: object, name: string, hue: string, k: number}[]} */
export function namedRuns(data) {
  const { runs } = data.learning;
  const differ = (field) => new Set(runs.map((run) => run[field])).size === runs.length;
  const said = (run, k) => (runs.length < 2 || differ("cell") ? run.cell.toUpperCase() : differ("name") ? run.name : data.say(k ? "learning.run_other" : "learning.run_own"));
  const names = apart(runs.map(said));
  return runs.map((run, k) => ({ run, k, name: names[k], hue: k && !differ("cell") ? "x" : run.cell }));
}

/** Names without what all have in common, up to a comma: of "RNN, clipped" and "RNN, not clipped" what comes after it. */
function apart(names) {
  const heads = new Set(names.map((name) => name.split(", ")[0]));
  const rests = names.map((name) => name.split(", ").slice(1).join(", "));
  return heads.size === 1 && rests.every(Boolean) ? rests : names;
}

const KINDS = {
  loss: (context) => ofTraining(context, "loss", {
    title: context.data.say("learning.loss"), hue: "loss", scale: new LogScale(context.data.learning.runs[0].baselines?.[0]?.loss || null), height: 148, quantity: "loss",
    sub: context.data.say(context.data.learning.problem.kind === "symbols" ? "learning.nats" : "learning.squared"), guides: "loss" }),
  score: (context) => {
    const { data } = context;
    if (data.learning.problem.score !== "accuracy") return null; // a squared error is the loss once more
    return ofTraining(context, "score", { title: data.say("learning.score"), hue: "output", scale: new LinearScale({ high: 1 }), height: 120, quantity: "score",
      sub: data.say("learning.share"), guides: "score" });
  },
  norm: normLane,
  gates: gatesLane,
  keep: keepLane,
  reach: reachLane,
  weights: weightsLane,
};

function paint({ data }, hue) {
  return data.theme.palette[hue];
}

/** A number of every update and of every validation, of each run. */
function ofTraining(context, field, { title, hue, scale, height, quantity, sub, guides }) {
  const { data, runs } = context;
  const groups = runs.map(({ run, name, hue: own, k }) => {
    const [every, now_and_then] = [ofUpdates(run, field), ofValidations(run, field)];
    const curves = [new DenseCurve(every, paint(context, own)), new SparseCurve(now_and_then, paint(context, own), { dots: true })];
    curves.forEach((curve) => (curve.positive = scale instanceof LogScale));
    const one = (kind, source, curve) => ({ name: data.say(`learning.${kind}`), full: data.say(`learning.${kind}_of`, { name }), hue: own, run: k, curve,
      quantity: `${kind}-${quantity}`, value: ({ update }) => source.at(update), at: source.at });
    return { title: name, hue: own, shown: [one("validation", now_and_then, curves[1]), one("minibatch", every, curves[0])] };
  });
  const lines = (data.learning.runs[0].baselines ?? []).map((line) => ({ value: line[guides], words: lineName(data, line), full: line.words }));
  const drawn = lines.filter(({ value }) => value > 0 || !(scale instanceof LogScale)); // no logarithm is that of 0
  return new CurvesOfCourse(context, { name: field, hue, title, sub: () => sub, height, scale, groups, guides: () => drawn, lines, digits: 3,
    names: runs.length < 2 ? [] : groups.map(({ title: name, hue: own, shown }) => ({ name, hue: own, curve: shown[0].curve })) });
}

/** What a dashed line is called; only an answer that takes no notice of what is read is chance. */
function lineName(data, { name, chance }) {
  const what = data.say(`learning.line.${name}`);
  return chance ? data.say("learning.chance", { what }) : what;
}

function normLane(context) {
  const { data, runs } = context;
  const scale = new LogScale();
  const clip = { seen: 0, most: 0 };
  const groups = runs.map(({ run, name, hue, k }) => {
    const one = (kind, field) => {
      const source = ofUpdates(run, field);
      const curve = Object.assign(new DenseCurve(source, paint(context, hue)), { positive: true });
      return { name: data.say(`learning.${kind}`), full: data.say(`learning.${kind}_of`, { name }), hue, run: k, curve, quantity: field.replace("_", "-"), value: ({ update }) => source.at(update), at: source.at };
    };
    return { title: name, hue, shown: k ? [one("before", "grad_norm")] : [one("before", "grad_norm"), one("after", "clipped_norm")] };
  });
  const guides = () => {
    const { grad_norm: before, clipped_norm: after } = data.learning.runs[0];
    for (; clip.seen < after.rows; clip.seen++) if (after.at(clip.seen) < before.at(clip.seen) * 0.9999) clip.most = Math.max(clip.most, after.at(clip.seen));
    return clip.most ? [{ value: clip.most, words: data.say("learning.clip", { value: Number(clip.most.toPrecision(3)) }) }] : [];
  };
  return new CurvesOfCourse(context, { name: "norm", hue: "gradient", title: data.say("learning.norm"), sub: () => data.say("learning.norm_sub"), height: 96,
    scale, groups, guides, names: [], digits: 2 });
}

/** Of which run a lane tells that has only this stage's own. */
function whose({ runs }) {
  return runs.length > 1 ? runs[0].name : null;
}

function layerIn({ data, cursor }, arrays) {
  return layerOf(data, arrays, cursor);
}

function largest(values) {
  return values.reduce((most, v) => Math.max(most, v), -Infinity);
}

/** A gate of each unit, its mean over the steps. */
function meanOverSteps({ data: values, rows, cols }) {
  const out = new Float64Array(cols);
  for (let k = 0; k < values.length; k++) out[k % cols] += values[k] / rows;
  return out;
}

function mean(values) {
  let sum = 0;
  for (const v of values) sum += v;
  return sum / values.length;
}

function gatesLane(context) {
  const { data } = context;
  const gates = data.meta.gates.filter((gate) => SIGMOIDS.includes(gate));
  if (!gates.length) return null;
  const keeps = KEEPS[data.meta.cell];
  const one = (gate, words, pick, how) => {
    const source = ofMoments(data, (arrays) => pick(layerIn(context, arrays).gates[gate]));
    return { ...words, hue: gate, run: 0, gate, curve: new SparseCurve(source, paint(context, gate), how),
      value: ({ frame }) => source.value(Math.min(frame, source.count() - 1)), at: source.at };
  };
  const shown = gates.map((gate) => one(gate, { name: gate, full: data.say(`score.gate_${gate}`), quantity: "gate-mean" }, ({ data: values }) => mean(values), { width: gate === keeps ? 2.6 : 1.6 }));
  const open = { name: data.say("learning.most_open_of", { gate: keeps }), full: data.say("learning.top_full", { gate: keeps }), quantity: "gate-of-unit", unit: "most" };
  if (data.meta.H > 1) shown.unshift(one(keeps, open, (values) => largest(meanOverSteps(values)), { width: 1, dots: false }));
  return new CurvesOfCourse(context, { name: "gates", hue: "ink", title: data.say("learning.gates"), sub: () => data.say("learning.gates_sub"), height: 110,
    scale: new LinearScale({ high: 1 }), groups: [{ title: whose(context), hue: context.runs[0].hue, shown }], digits: 2,
    names: shown.map(({ name, hue, curve }) => ({ name, hue, curve })) });
}

function keepLane(context) {
  const { data } = context;
  const gate = KEEPS[data.meta.cell];
  if (!gate) return null;
  const { H } = data.meta;
  const column = (frame) => meanOverSteps(layerIn(context, data.frames[frame]).gates[gate]);
  const text = (v) => data.format(v, 2);
  const shown = [["most", largest], ["least", (values) => values.reduce((least, v) => Math.min(least, v))]].map(([unit, of]) => ({ name: data.say(`learning.${unit}_open`), of, show: text,
    attributes: { gate, what: { quantity: "gate-of-unit", unit } } }));
  return new HeatOfCourse(context, { name: "keep", hue: gate, title: data.say(`learning.keep_${gate}`), sub: () => data.say("learning.keep_sub", { H }), column, rows: H,
    height: Math.min(128, Math.max(64, H * 4)), hold: () => false, place: (v) => v, marks: [[0, data.say("learning.unit", { n: 1 })], ...(H > 3 ? [[H - 1, data.say("learning.unit", { n: H })]] : [])],
    shown, pick: (unit) => ({ unit }), ends: () => [data.say("learning.shut"), data.say("learning.open")],
    sentence: (row, v) => data.say("learning.keep_tip", { n: row + 1, gate, value: data.format(v, 3) }) });
}

function reachLane(context) {
  const { data } = context;
  const { T } = data.meta;
  const ends = { low: -1, high: 0 };
  const hold = (least, most) => {
    const high = Math.max(ends.top ?? -Infinity, Math.ceil(most));
    const low = Math.max(high - DEEPEST, Math.min(ends.bottom ?? Infinity, Math.floor(least)), -300);
    const changed = high !== ends.high || Math.min(low, high - 1) !== ends.low;
    Object.assign(ends, { top: high, bottom: Math.min(ends.bottom ?? Infinity, Math.floor(least)), high, low: Math.min(low, high - 1) });
    return changed;
  };
  const text = (v) => (v !== v ? "–" : v > -2 && v < 0 ? data.format(10 ** v, 3) : powerText(data, v, 1));
  const at = (t) => ({ name: data.say("learning.at_step", { t: t + 1 }), of: (column) => 10 ** column[t], show: (v) => text(Math.log10(v)), attributes: { what: { quantity: "dh", unit: "norm", step: t } } });
  return new HeatOfCourse(context, { name: "reach", hue: "gradient", title: data.say("learning.reach"), sub: () => data.say("learning.reach_sub"), rows: T,
    height: Math.min(132, Math.max(64, T * 3)), column: (frame) => layerIn(context, data.frames[frame]).dh_log10.data, hold,
    place: (v) => (Number.isFinite(v) ? 0.06 + 0.94 * Math.min(1, Math.max(0, (v - ends.low) / (ends.high - ends.low))) : NaN),
    marks: [[0, data.say("learning.step", { t: 1 })], ...(T > 3 ? [[T - 1, data.say("learning.step", { t: T })]] : [])], shown: T > 1 ? [at(0), at(T - 1)] : [at(0)],
    ends: () => [`${ends.bottom < ends.low ? "≤ " : ""}10${raised(ends.low)}`, `10${raised(ends.high)}`],
    sentence: (row, v) => data.say("learning.reach_tip", { t: row + 1, value: v === -Infinity ? data.say("score.exact_zero") : powerText(data, v, 2) }) });
}

/** The matrices that a layer reads with, and the readout. */
function weightsLane(context) {
  const { data, cursor } = context;
  const norms = data.frames[0]?.norms;
  if (!norms) return null;
  const layer = () => (data.meta.layers.includes(cursor.layer) ? cursor.layer : data.meta.layers[0]);
  const kinds = [["ih", "x", () => `weight_ih_${layer()}`], ["hh", "h", () => `weight_hh_${layer()}`], ["ho", "output", () => "weight_ho"]];
  const shown = kinds.filter(([, , name]) => name() in norms).map(([kind, hue, name]) => {
    const source = ofMoments(data, (arrays) => arrays.norms?.[name()] ?? NaN);
    return { name: data.say(`learning.weight_${kind}`), hue, run: 0, quantity: "weight-norm", unit: kind, curve: new SparseCurve(source, paint(context, hue)),
      value: ({ frame }) => source.value(Math.min(frame, source.count() - 1)), at: source.at };
  });
  return new CurvesOfCourse(context, { name: "weights", hue: "ink", title: data.say("learning.weights"), sub: () => data.say("learning.weights_sub"), height: 84,
    scale: new LinearScale(), groups: [{ title: whose(context), hue: context.runs[0].hue, shown }], digits: 2, names: shown.map(({ name, hue, curve }) => ({ name, hue, curve })) });
}
