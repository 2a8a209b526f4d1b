/**
 * Looking back, worked out: how one state of the decoder scores each of the encoder's, what the softmax makes of the
 * scores, what one unit takes from all of them together, and what its own state and that are mixed to.
 */
import { el, stretch, text } from "../dom.js";
import { partsOf, topOf } from "../shape.js";
import { extra, line } from "./equations-lines.js";
import { show, symbol } from "./equations-math.js";
import { dot } from "./equations-sums.js";
import { strongest } from "./unrolled-alphas.js";
import { sourceName } from "./unrolled-values.js";

/** How many of the encoder's states are named; the others are added up. */
export const SOURCES = 4;

const state = (when) => ({ letter: "h", quantity: "h", shape: "H", ...when });
const SOURCE = { letter: "h̄", sub: "s", quantity: "h" };

/** @param {import("../arrays.js").Data} data @param {import("./equations-model.js").Layer} layer */
export function attentionOf(data, layer) {
  const { meta } = data;
  const score = scoreLine(data, layer);
  const softmax = { symbols: ["softmax", { letter: "", sub: "s" }, " ", { letter: "e", sub: "ts" }], number: "softmax" };
  const weight = line(data, layer, symbol("α", "ts", "h"), [[softmax]], "alpha");
  const sources = table(data);
  const sum = { symbols: ["Σ", { letter: "", sub: "s" }, " ", { letter: "α", sub: "ts", quantity: "h" }, SOURCE], number: "taken" };
  const taken = line(data, layer, symbol("a", "t", "h"), [[sum]], "a");
  const mixed = line(data, layer, symbol("h̃", "t", "h"), [
    ["tanh(", { symbols: [{ letter: "W", sub: "m" }, "[", state({ when: "t" }), ";"], number: "own" }],
    [{ symbols: [{ letter: "a", quantity: "h", when: "t" }, "]"], number: "from" }, "+", { symbols: [{ letter: "b", sub: "m" }], number: "bias" }, ")"],
  ], "h tilde");
  const best = { node: el("p", { class: "rv-eq-extra-note" }) };
  const parts = { data, score, weight, best, sources, taken, mixed };
  return extra(data, `panel.attention_${meta.attention}`, [score, weight, best, sources, taken, mixed], () => true, (now) => fill(parts, now));
}

function scoreLine(data, layer) {
  const name = symbol("e", "ts");
  const dot = { symbols: [state({ when: "t" }), " · ", SOURCE], number: "score" };
  if (data.meta.attention === "dot") return line(data, layer, name, [[dot]], "e");
  return line(data, layer, name, [
    [{ symbols: [{ letter: "v" }, " · tanh(", { letter: "W", sub: "q" }, state({ when: "t" })], number: "score" }],
    ["+", { symbols: [{ letter: "W", sub: "k" }, SOURCE], number: "none" }, "+", { symbols: [{ letter: "b", sub: "a" }], number: "none" }, ")"],
  ], "e");
}

function table(data) {
  const head = ["source", "score", "weight", "product"].map((key) => el("th", { scope: "col" }, data.say(`panel.attention_column_${key}`)));
  const rows = Array.from({ length: SOURCES + 1 }, sourceRow);
  const node = el("table", { class: "rv-eq-sources" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.map((row) => row.node)));
  return { node, rows };
}

function sourceRow() {
  const parts = {
    name: el("th", { scope: "row" }),
    score: el("td"),
    bar: el("i", { class: "rv-eq-source-bar", "aria-hidden": "true" }),
    weight: el("span"),
    product: el("td"),
  };
  return { ...parts, node: el("tr", {}, parts.name, parts.score, el("td", {}, parts.bar, parts.weight), parts.product) };
}

function fill({ data, score, weight, best: note, sources, taken, mixed }, { layer, unit, t }) {
  const { bridge, parameters } = layer.run;
  const n = t - layer.start;
  const weights = bridge.attention.row(n);
  const place = { step: t, unit };
  const best = strongest(weights, SOURCES)[0];
  show(score.numbers.get("score"), data, bridge.scores.at(n, best), { step: t, unit: best, quantity: "attention-score" });
  show(score.value, data, bridge.scores.at(n, best), { step: t, unit: best, quantity: "attention-score" });
  show(weight.value, data, weights[best], { step: t, unit: best, quantity: "attention" });
  text(note.node, data.say("panel.attention_best", { s: best + 1, label: sourceName(data, best) }));
  fillSources(data, sources.rows, layer, unit, t);
  show(taken.value, data, bridge.attended.at(n, unit), { ...place, quantity: "attended" });
  const row = parameters["attention.weight"].row(unit);
  const own = topOf(data.meta, layer.run, t);
  show(mixed.numbers.get("own"), data, dot(row.subarray(0, own.length), own), { ...place, quantity: "mixed-own" });
  show(mixed.numbers.get("from"), data, dot(row.subarray(own.length), bridge.attended.row(n)), { ...place, quantity: "mixed-from" });
  show(mixed.numbers.get("bias"), data, parameters["attention.mix_bias"].data[unit], { ...place, quantity: "mixed-bias" });
  show(mixed.value, data, bridge.mixed.at(n, unit), { ...place, quantity: "mixed" });
}

/** The states that count most, and all others together. */
function fillSources(data, rows, layer, unit, t) {
  const { bridge } = layer.run;
  const n = t - layer.start;
  const weights = bridge.attention.row(n);
  const named = strongest(weights, SOURCES);
  let [left, rest] = [1, bridge.attended.at(n, unit)];
  named.forEach((s, k) => {
    const value = topOf(data.meta, layer.run, s)[unit];
    left -= weights[s];
    rest -= weights[s] * value;
    const name = sourceName(data, s);
    text(rows[k].name, data.meta.alphabet ? `${s + 1} “${name}”` : `${s + 1}: ${name}`); // a symbol may be a digit or a comma
    show(rows[k].score, data, bridge.scores.at(n, s), { step: t, unit: s, quantity: "attention-score" });
    show(rows[k].product, data, weights[s] * value, { step: t, unit, quantity: "attended-term" });
    fillWeight(data, rows[k], weights[s], { step: t, unit: s, quantity: "attention" });
  });
  rows.forEach(({ node }, k) => (node.hidden = k >= named.length && !(k === SOURCES && weights.length > SOURCES)));
  const others = rows[SOURCES];
  if (others.node.hidden) return;
  text(others.name, data.say("panel.rest", { n: partsOf(data.meta)[0].stop - named.length }));
  show(others.product, data, rest, { step: t, unit, quantity: "attended-rest" });
  fillWeight(data, others, Math.max(0, left), { step: t, quantity: "attention-rest" });
}

function fillWeight(data, { bar, weight }, value, what) {
  stretch(bar, value);
  show(weight, data, value, what);
}
