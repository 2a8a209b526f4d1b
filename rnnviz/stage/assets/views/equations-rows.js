/**
 * All equations of the cell, each with its result for one unit; the number of every term stands below it.
 */
import { attr, el, style, text } from "../dom.js";
import { beforeSubscript, formula, hue, setSubscript, show, symbol } from "./equations-math.js";
import { equations } from "./equations-notation.js";
import { held } from "./equations-words.js";

/**
 * Build the rows of one layer.
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @param {import("./equations-model.js").Layer} layer
 * @param {string} notation
 */
export function rowsOf(data, cursor, layer, notation) {
  const setting = settingOf(data, layer);
  const rows = equations(data.meta, notation, entersOf(layer)).map((row) => drawn(data, cursor, row, setting));
  return { node: el("div", { class: "rv-eq-rows" }, ...rows.map((row) => row.node)), rows };
}

/** The shapes of what stands in the equations, and how their signs are read aloud. */
export function settingOf({ meta, say }, { H, D }) {
  const C = meta.context === "transform" ? H : H * meta.directions;
  const shapes = { HD: `${H}×${D}`, HH: `${H}×${H}`, D: String(D), H: String(H), O: String(meta.O), C: String(C) };
  return { shapes, words: (part) => (READ[part] ? say(READ[part]) : part) };
}

/** What enters the sums of a layer. */
function entersOf({ meta, part, index, D, past }) {
  const decodes = part.name === "decoder" && !index;
  const reads = !D ? null : !decodes ? "x" : meta.decoder === "feedback" ? "yc" : "c";
  return { reads, past: past > 0 };
}

const READ = {
  "+": "panel.read.plus",
  "=": "panel.read.equals",
  "⊙": "panel.read.times",
  "σ(": "panel.read.sigmoid",
  "tanh(": "panel.read.tanh",
  "ReLU(": "panel.read.relu",
  "(": "panel.read.open",
  ")": "panel.read.close",
  "(1 − ": "panel.read.one_minus",
  before: "panel.read.before",
};

/** One row: the quantity, its formula, its value; a gate's row opens its terms. */
function drawn(data, cursor, row, setting) {
  const { node: math, numbers, past } = formula(row, setting);
  const name = symbol(row.quantity, "t", row.quantity);
  const head = row.gate ? picker(data, cursor, row.gate, name) : el("span", { class: "rv-eq-row-name" }, name);
  const value = el("span", { class: "rv-eq-row-number" });
  const note = el("span", { class: "rv-eq-row-held" });
  const node = el(
    "div",
    { class: row.gate ? "rv-eq-row rv-eq-row-gate" : "rv-eq-row", "data-row": row.quantity },
    head,
    math,
    el("span", { class: "rv-eq-row-value", style: { color: hue(row.quantity) ?? "inherit" } }, value, note),
  );
  if (hue(row.quantity)) style(node, { "--rv-hue": hue(row.quantity) });
  return { ...row, node, head, numbers, past, value, note };
}

function picker(data, cursor, gate, name) {
  const label = data.say("panel.show_terms", { gate: data.say(`panel.name.${gate}`) });
  const pick = () => cursor.set({ gate: gate === "a" ? null : gate });
  return el("button", { class: "rv-eq-row-name rv-eq-row-pick", type: "button", "aria-label": label, onclick: pick }, name);
}

/**
 * Fill in the numbers of one unit at one step.
 * @param {ReturnType<typeof drawn>[]} rows
 * @param {{data: any, layer: import("./equations-model.js").Layer, unit: number, t: number}} now
 */
export function fillRows(rows, now) {
  const { data, layer, unit, t } = now;
  const sub = beforeSubscript(layer, t);
  for (const row of rows) {
    const parts = row.gate ? layer.parts(row.gate, unit, t) : null;
    for (const { name, node } of row.numbers) fillNumber(node, name, parts, now);
    for (const node of row.past) setSubscript(node, sub);
    const what = { quantity: row.quantity === "a" ? "pre" : row.quantity, unit, step: t, layer: layer.name };
    show(row.value, data, layer.value(row.quantity, unit, t), what);
    if (row.gate && row.gate !== "a") text(row.note, layer.held(row.gate, unit, t) ? held(data) : "");
  }
}

/** The number below one term: a part of the sum, a value of the trace, or a plain function of one. */
function fillNumber(node, name, parts, { data, layer, unit, t }) {
  const place = { unit, step: t, layer: layer.name };
  const state = (quantity) => layer.value(quantity, unit, t);
  if (name === "Wx") show(node, data, parts.x, { ...place, quantity: "part-x" });
  else if (name === "Uh") show(node, data, parts.h, { ...place, quantity: "part-h" });
  else if (name === "b") show(node, data, parts.b, { ...place, quantity: "bias" });
  else if (name === "d") show(node, data, parts.d, { ...place, quantity: "bias" });
  else if (name === "bias") show(node, data, parts.b + parts.d, { ...place, quantity: "bias" });
  else if (name === "tanh_c") show(node, data, Math.tanh(state("c")), { ...place, quantity: "tanh-c" });
  else if (name === "1-z") show(node, data, 1 - state("z"), { ...place, quantity: "1-z" });
  else if (name.endsWith("_before")) fillPast(node, name[0], { data, layer, unit, t });
  else show(node, data, state(name), { ...place, quantity: name === "a" ? "pre" : name });
}

function fillPast(node, name, { data, layer, unit, t }) {
  const step = layer.before(t);
  const place = { unit, layer: layer.name };
  const what = step < 0 ? { ...place, quantity: startName(layer, name) } : { ...place, quantity: name, step };
  show(node, data, layer.previous(name, t)[unit], what);
}

/** The quantity that a layer starts from: of a decoder the context, of its cell the encoder's last. */
export function startName(layer, name) {
  if (layer.part.name !== "decoder") return `${name}0`;
  return name === "h" ? "start" : "cell-start";
}

/** Mark the gate whose terms are shown. */
export function markGate(rows, gate) {
  for (const row of rows) {
    if (!row.gate) continue;
    row.node.classList.toggle("rv-eq-on", row.gate === gate);
    attr(row.head, "aria-pressed", row.gate === gate);
  }
}
