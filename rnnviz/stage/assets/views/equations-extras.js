/**
 * What the panel works out beside the cell's own equations: the context at the boundary of encoder and decoder, what a
 * step of the decoder takes from the encoder's states, and what the one answer for a whole sequence is made of.
 */
import { el, symbol as sign } from "../dom.js";
import { begins, contextLevels, contextOf, partsOf, pooledOf, pools, translates } from "../shape.js";
import { attentionOf } from "./equations-attention.js";
import { extra, line } from "./equations-lines.js";
import { show, symbol } from "./equations-math.js";
import { dot } from "./equations-sums.js";
import { looksBack } from "./unrolled-layout.js";

/**
 * @typedef {{data: any, layer: import("./equations-model.js").Layer, unit: number, t: number}} Now
 * @typedef {{node: HTMLElement, at: (t: number) => boolean, fill: (now: Now) => void}} Extra
 */

/** All that a layer's part has, each with numbers of its own. @returns {{node: HTMLElement, all: Extra[], turn: (now: Now) => void}} */
export function extrasOf(data, layer) {
  const { meta } = data;
  const all = [
    translates(meta) && contextExtra(data, layer),
    looksBack(meta) && layer.part.name === "decoder" && attentionOf(data, layer),
    meta.shape === "many_to_one" && (pools(meta) || meta.readout !== "last") && pooledExtra(data, layer),
  ].filter(Boolean);
  const node = el("div", { class: "rv-eq-extras" }, all.map(({ node }) => node));
  return { node, all, turn: (now) => all.forEach((extra) => turn(extra, now)) };
}

/** Show what a step has, and hide what it has not. */
function turn({ node, at, fill }, now) {
  const hidden = !at(now.t);
  if (node.hidden === hidden) return;
  node.hidden = hidden;
  if (!hidden) fill(now);
}

/** What an encoder's level ends with, each direction with its own last state. */
function lastOf(meta, run, level) {
  const [{ start, stop, layers }] = partsOf(meta);
  const last = run.layers[`l${level}`].h.row(stop - 1);
  const back = `l${level}_reverse`;
  return layers.includes(back) ? Float64Array.from([...last, ...run.layers[back].h.row(start)]) : last;
}

/** The state that a direction ends with, of the reverse one that at the first step; h̄ where a decoder has an h, too. */
function ending({ meta, reverse }, stop) {
  const arrow = meta.directions === 1 ? "" : reverse ? "←" : "→";
  return { letter: translates(meta) && !arrow ? "h̄" : `h${arrow}`, sub: reverse ? "1" : String(stop), quantity: "h" };
}

function contextExtra(data, layer) {
  const { meta } = data;
  const [encoder, decoder] = partsOf(meta);
  const level = contextLevels(meta).includes(layer.index) ? layer.index : meta.num_layers - 1;
  const last = ending(layer, encoder.stop);
  const chunks = {
    last: [[{ symbols: [last], number: "last" }]],
    transform: [
      ["tanh(", { symbols: [{ letter: "W", sub: "c" }, last], number: "sum" }],
      ["+", { symbols: [{ letter: "b", sub: "c" }], number: "bias" }, ")"],
    ],
    all: [[{ symbols: [`1/${encoder.stop} `, "Σ", { letter: "h̄", sub: "s", quantity: "h" }], number: "mean" }]],
  }[meta.context];
  const row = line(data, layer, symbol("c", "", "h"), chunks, "c");
  const at = (t) => t === encoder.stop - 1 || t === decoder.start || (t > decoder.start && !begins(meta));
  return extra(data, `panel.context_${meta.context}`, [row], at, (now) => fillContext(data, row, level, now));
}

function fillContext(data, row, level, { layer, unit }) {
  const { meta } = data;
  const value = contextOf(layer.run, level);
  const j = layer.reverse && value.length > meta.H ? unit + meta.H : unit;
  const what = { unit: j, layer: `l${level}` };
  show(row.value, data, value[j], { ...what, quantity: "context" });
  for (const name of ["last", "mean"]) if (row.numbers.has(name)) show(row.numbers.get(name), data, value[j], { ...what, quantity: "context" });
  if (!row.numbers.has("sum")) return;
  const weights = layer.run.parameters[`context.weight_l${level}`].row(j);
  show(row.numbers.get("sum"), data, dot(weights, lastOf(meta, layer.run, level)), { ...what, quantity: "context-part" });
  show(row.numbers.get("bias"), data, layer.run.parameters[`context.bias_l${level}`].data[j], { ...what, quantity: "context-bias" });
}

function pooledExtra(data, layer) {
  const { meta } = data;
  const chunks = {
    last: [[{ symbols: [ending(layer, meta.T)], number: "value" }]],
    mean: [[{ symbols: [`1/${meta.T} `, "Σ", { letter: "h", sub: "t", quantity: "h" }], number: "value" }]],
    max: [[{ symbols: ["max ", { letter: "h", sub: "t", quantity: "h" }], number: "value" }]],
  }[meta.readout];
  const row = line(data, layer, symbol("p", "", "h"), chunks, "p");
  const note = el("p", { class: "rv-eq-extra-note" });
  return extra(data, `panel.pooled_${meta.readout}`, [row, { node: note }], (t) => t === meta.T - 1, (now) => fillPooled(data, row, note, now));
}

function fillPooled(data, row, note, { layer, unit }) {
  const { meta } = data;
  const { values, winners } = pooledOf(meta, layer.run);
  const j = layer.reverse ? unit + meta.H : unit;
  const what = { unit: j, quantity: "pooled" };
  show(row.value, data, values[j], what);
  show(row.numbers.get("value"), data, values[j], what);
  note.hidden = !winners;
  if (winners) note.textContent = data.say("panel.pooled_step", { t: winners[j] + 1, label: sign(meta.labels[winners[j]]) });
}

