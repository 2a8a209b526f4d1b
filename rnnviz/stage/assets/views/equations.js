/**
 * The panel: one unit at one step, worked out. All equations of the cell with their numbers, and the dot product of
 * one gate term by term, to the activation and its value.
 */
import { attr, el, heading, style, text, unique } from "../dom.js";
import { whenIdle } from "../idle.js";
import { gatesOf, shownGate, shownUnit } from "./equations-choice.js";
import { curve } from "./equations-curve.js";
import { extrasOf } from "./equations-extras.js";
import { hue, show } from "./equations-math.js";
import { formAt, Layer, squashOf } from "./equations-model.js";
import { fillRows, markGate, rowsOf } from "./equations-rows.js";
import { stackOf } from "./equations-stack.js";
import { listOf } from "./equations-terms.js";
import { tools } from "./equations-tools.js";
import { digitsFor, notes, pushSentence, titleOf, widthFor } from "./equations-words.js";

/** Whether the list of terms begins as one bar where no one has chosen: measured once, for new data come often. */
let narrow = null;

/** Another run of the same form is only another frame. */
export const renews = () => true;

/** What decides the numbers of a panel; all else is how they are written. */
const NUMBERS = ["t", "unit", "gate", "frame", "layer"];

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data options: `folded` (whether the list of terms begins as one bar)
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const view = { element, data, cursor, layer: null, unit: -1, gate: "", lit: [], watched: [], layers: new Map(), panels: new Map() };
  // Beside a graph there is room for the bar; across the page, for the list.
  narrow ??= data.options?.folded ?? element.clientWidth < 600;
  view.head = heading(element, "");
  view.tools = tools(view);
  view.body = el("div", { class: "rv-eq-body" });
  view.head.head.append(view.tools.stepper);
  element.append(view.body);
  const leave = cursor.subscribe((_, changed) => update(view, changed), element);
  const forget = whenIdle(() => foresee(view));
  return () => [leave, forget, ...view.watched].forEach((stop) => stop());
}

/** Bring the panel to the cursor, touching only what follows from what changed. */
function update(view, changed) {
  const { data, cursor } = view;
  const built = view.layer && `${view.layer.name} ${view.layer.form}`;
  const turned = view.layer && view.layer.form !== formAt(data.meta, cursor.t); // another network, or nothing more to read
  if (changed.has("frame") || changed.has("layer") || turned || !view.layer) view.layer = layerAt(view, cursor);
  const anew = `${view.layer.name} ${view.layer.form}` !== built || changed.has("notation") || changed.has("shapes");
  const focused = view.element.getRootNode().activeElement;
  if (anew) build(view);
  else if (changed.has("terms")) refold(view);
  const { unit, chosen: byHand } = shownUnit(data, cursor);
  const gate = shownGate(data.meta, cursor);
  if (unit !== view.unit || gate !== view.gate || changed.has("frame") || changed.has("layer") || anew) aim(view, unit, gate);
  if (changed.has("unit")) text(view.head.hint, hint(data, byHand));
  if (anew) watch(view);
  if (anew && view.tools.bar.contains(focused)) focused.focus({ preventScroll: true }); // the tools are put in anew
  if (changed.has("hover")) light(view);
}

/** The parts follow each for itself: while every frame brings a step, only those in sight do. */
function watch(view) {
  const { cursor, rows, extras, work } = view;
  for (const stop of view.watched) stop();
  const follow = (place, fill) => cursor.subscribe((_, changed) => NUMBERS.some((field) => changed.has(field)) && fill(now(view)), place, true);
  const own = follow(rows.node, (at) => equate(view, at)); // first: it says which of the others a step has
  const beside = extras.all.map(({ node, fill }) => follow(node, (at) => node.hidden || fill(at)));
  view.watched = [own, ...beside, follow(work, (at) => workOut(view, at))];
}

/** The title says of which step the numbers below it are. */
function equate({ data, head, rows, extras }, at) {
  text(head.title, titleOf(data, at.layer, at.unit, at.t));
  fillRows(rows.rows, at);
  extras.turn(at);
}

/** What is shown: one unit of a layer at a step. */
function now({ data, cursor, layer, unit, gate, reach, digits }) {
  return { data, layer, unit, gate, t: Math.min(cursor.t, layer.T - 1), reach, digits, notation: cursor.notation };
}

function hint(data, byHand) {
  const several = gatesOf(data.meta).length > 1;
  if (byHand || data.meta.H === 1) return data.say(several ? "panel.hint" : "panel.hint_one");
  return data.say(several ? "panel.hint_active" : "panel.hint_active_one");
}

/** A layer as it is at a step; what is known of its run is kept, for one comes back to it. */
function layerAt({ data, layers }, cursor) {
  const layer = new Layer(data, cursor);
  const key = `${layer.name} ${layer.form}`;
  if (layers.get(key)?.run !== layer.run) layers.set(key, layer);
  return layers.get(key);
}

/** Show what was built for the layer's sizes and the notation. */
function build(view) {
  const { cursor, layer } = view;
  Object.assign(view, panelOf(view, layer));
  view.extras.node.after(view.tools.bar);
  view.body.replaceChildren(view.left, view.work);
  fold(view);
  attr(view.element, "data-shapes", cursor.shapes ? "on" : null);
  view.tools.chosen();
}

/** Everything whose form depends on a layer's sizes and the notation: built once for them. */
function panelOf(view, layer) {
  const key = `${layer.name} ${layer.form} ${view.cursor.notation}`;
  if (!view.panels.has(key)) view.panels.set(key, panel(view, layer));
  return view.panels.get(key);
}

/** What other networks' steps will need is built before one comes to them, so that the step to them is as quick as any. */
function foresee(view) {
  const { data, cursor } = view;
  const forms = new Set();
  for (let t = 0; t < cursor.T; t++) {
    const form = formAt(data.meta, t);
    if (forms.has(form)) continue;
    forms.add(form);
    const layer = layerAt(view, { t, frame: cursor.frame, layer: cursor.layer });
    panelOf(view, layer);
    layer.extent(view.gate, view.unit);
  }
}

function panel(view, layer) {
  const { data, cursor } = view;
  const rows = rowsOf(data, cursor, layer, cursor.notation);
  const extras = extrasOf(data, layer);
  const remarks = el("div", { class: "rv-eq-notes" }, ...notes(data, layer).map((note) => el("p", {}, note)));
  const left = el("div", { class: "rv-eq-left" }, rows.node, extras.node, view.tools.legend(layer), remarks);
  for (const { node, quantity } of rows.rows) {
    node.addEventListener("pointerenter", () => cursor.set({ hover: { quantity, unit: view.unit, t: cursor.t } }));
    node.addEventListener("pointerleave", () => cursor.set({ hover: null }));
  }
  return { rows, extras, left, ...working(view, layer) };
}

/** The part that works out one gate: terms, sum, activation, value. */
function working(view, layer) {
  const { data, cursor } = view;
  const id = unique("rv-working");
  const parts = {
    list: listOf(data, cursor, layer),
    stack: stackOf(data, layer),
    curve: curve(),
    workTitle: el("h4", { class: "rv-eq-work-title", id }),
    fold: el("button", { class: "rv-eq-fold", type: "button", onclick: () => cursor.set({ terms: folded(view) ? "list" : "bar" }) }),
    result: el("span", { class: "rv-eq-result-value" }),
    sum: el("span", { class: "rv-eq-result-sum" }),
    call: el("span", { class: "rv-eq-result-call" }),
    sentence: el("p", { class: "rv-eq-sentence" }),
  };
  const equation = el("p", { class: "rv-eq-result", role: "math" }, parts.call, parts.sum, ") = ", parts.result);
  const outcome = el("div", { class: "rv-eq-outcome" }, parts.curve.node, el("div", {}, equation, parts.sentence));
  const head = el("div", { class: "rv-eq-work-head" }, parts.workTitle, parts.fold);
  const work = el("section", { class: "rv-eq-work", "aria-labelledby": id }, head, parts.stack.node, parts.list.node, outcome);
  attr(work, "data-holds", data.meta.hold?.length ? "" : null);
  return { ...parts, equation, work };
}

/** Whether the terms stand as one bar. */
function folded({ cursor }) {
  return cursor.terms === null ? narrow : cursor.terms === "bar";
}

function refold(view) {
  fold(view);
  workOut(view, now(view));
}

function fold(view) {
  const bar = folded(view);
  view.list.node.hidden = bar;
  view.stack.node.hidden = !bar;
  attr(view.fold, "aria-expanded", !bar);
  text(view.fold, view.data.say(bar ? "panel.unfold" : "panel.fold"));
}

/** Turn to another unit, gate or run: scales are taken from its whole run, so that steps compare. */
function aim(view, unit, gate) {
  const { data, layer } = view;
  Object.assign(view, { unit, gate, squash: squashOf(data.meta, gate), reach: layer.extent(gate, unit) });
  const most = Math.max(view.reach.heap.high, -view.reach.heap.low);
  view.digits = digitsFor(most);
  style(view.list.node, { "--rv-wide": `${widthFor(most, view.digits)}em`, "--rv-decimals": view.digits });
  attr(view.list.node, "data-scaled", data.meta.cell === "gru" && gate === "n" ? "" : null);
  view.curve.bend(data, view.squash, view.reach.sum);
  view.tools.follow(unit, layer.name);
  markGate(view.rows.rows, gate);
  const several = gatesOf(data.meta).length > 1;
  text(view.workTitle, data.say(several ? "panel.terms" : "panel.terms_only", { gate: data.say(`panel.name.${gate}`) }));
  text(view.call, { sigmoid: "σ(", tanh: "tanh(", relu: "ReLU(", identity: "(" }[view.squash]);
  view.work.style.setProperty("--rv-hue", hue(gate === "a" ? "h" : gate));
}

/** One gate at one step: numbers, widths and places only. */
function workOut(view, at) {
  const { data } = view;
  const { layer, unit, gate, t, digits } = at;
  (folded(view) ? view.stack : view.list).fill(at); // the other one is not seen
  const [sum, result] = [layer.preactivation(gate, unit, t), layer.result(gate, unit, t)];
  const isHeld = layer.held(gate, unit, t);
  const place = { unit, step: t, layer: layer.name };
  show(view.sum, data, sum, { ...place, quantity: "pre", digits: Math.max(2, digits) });
  attr(view.sum, "data-gate", gate);
  show(view.result, data, result, { ...place, quantity: gate === "a" ? "h" : gate });
  view.equation.classList.toggle("rv-eq-is-held", isHeld);
  text(view.sentence, isHeld ? data.say("panel.held_sentence", { value: data.format(result) }) : pushSentence(data, gate));
  view.curve.point(view.squash, sum, result, isHeld);
}

/** Light the row of the quantity that the pointer is on, here or in another view. */
function light(view) {
  const { hover, t } = view.cursor;
  const same = hover && hover.t === t && (hover.unit === null || hover.unit === view.unit);
  for (const { node, quantity } of view.rows.rows) {
    node.classList.toggle("rv-eq-lit", Boolean(same) && hover.quantity === quantity);
  }
}
