/**
 * The function that made the numbers, as it stands in the file: each line that produces a quantity carries its mark,
 * and the value it had for the unit and the step that are looked at.
 */
import { attr, el, heading, style, text } from "../dom.js";
import { gatesOf, shownGate, shownUnit } from "./equations-choice.js";
import { hue, show } from "./equations-math.js";
import { formAt, Layer } from "./equations-model.js";
import { titleOf } from "./equations-words.js";
import { tokens } from "./source-tokens.js";

/** Another run of the same form is only another frame. */
export const renews = () => true;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const { source } = data;
  if (!source) {
    heading(element, data.say("panel.source_title"), data.say("panel.source_missing"));
    return () => {};
  }
  const head = heading(element, "", "");
  head.title.append(el("code", {}, source.name));
  const where = el("p", { class: "rv-source-where" });
  const place = data.say("panel.source_file", { file: source.file, line: source.first });
  head.head.append(el("code", { class: "rv-source-file" }, place));
  text(head.hint, data.say("panel.source_hint"));
  const view = { data, cursor, layer: null, unit: -1 };
  view.lines = lines(view, source);
  const look = { class: "rv-code", style: { "--rv-digits": String(source.first + source.lines.length).length } };
  const list = el("ol", { ...look, start: source.first }, ...view.lines.map((line) => line.node));
  view.where = where;
  element.append(where, list);
  return cursor.subscribe((_, changed) => update(view, changed), element, true);
}

function lines(view, source) {
  const known = new Set(source.lines.map((line) => line.quantity).filter(Boolean));
  const pieces = tokens(source.lines.map((line) => line.text));
  return source.lines.map((line, k) => drawn(view, line, pieces[k], source.first + k, known));
}

/** One line: its number, its code, and where it makes a quantity, the mark and the value. */
function drawn({ data, cursor }, { quantity, doc }, pieces, n, known) {
  const painted = pieces.map((piece) => coloured(piece, known));
  const code = el("code", { class: doc ? "rv-code-text rv-code-doc" : "rv-code-text" }, ...painted);
  const place = el("span", { class: "rv-code-place", "aria-hidden": "true" }, n);
  const node = el("li", { class: "rv-code-line", value: n }, place, code);
  if (!quantity) return { node, quantity };
  node.classList.add("rv-code-made");
  style(node, { "--rv-hue": hue(quantity) ?? "var(--rv-muted)" });
  const value = el("span", { class: "rv-code-value" });
  node.append(value);
  const gate = gatesOf(data.meta).includes(quantity) && quantity !== "a";
  const pick = gate ? picker(data, cursor, quantity) : null;
  if (pick) node.append(pick);
  const hover = () => ({ quantity, unit: shownUnit(data, cursor).unit, t: cursor.t });
  node.addEventListener("pointerenter", () => cursor.set({ hover: hover() }));
  node.addEventListener("pointerleave", () => cursor.set({ hover: null }));
  return { node, quantity, value, pick };
}

/** A button over the whole line, so that the gate can be chosen by keyboard as well. */
function picker(data, cursor, gate) {
  const label = data.say("panel.show_terms", { gate: data.say(`panel.name.${gate}`) });
  return el("button", { class: "rv-code-pick", type: "button", "aria-label": label, onclick: () => cursor.set({ gate }) });
}

/** Names of quantities, those of the step before too, wear the quantity's hue. */
function coloured({ kind, text: words }, known) {
  const quantity = words.replace(/_prev$/, "");
  if (kind === "name" && known.has(quantity) && hue(quantity)) {
    return el("span", { class: "rv-code-quantity", style: { color: hue(quantity) } }, words);
  }
  return kind === "plain" || kind === "name" ? words : el("span", { class: `rv-code-${kind}` }, words);
}

function update(view, changed) {
  const { data, cursor } = view;
  const turned = view.layer && view.layer.form !== formAt(data.meta, cursor.t);
  if (changed.has("frame") || changed.has("layer") || turned || !view.layer) view.layer = new Layer(data, cursor);
  if (["t", "unit", "frame", "layer"].some((field) => changed.has(field))) step(view);
  if (changed.has("gate")) {
    const gate = shownGate(data.meta, cursor);
    for (const { node, pick, quantity } of view.lines) {
      if (!pick) continue;
      node.classList.toggle("rv-code-on", quantity === gate);
      attr(pick, "aria-pressed", quantity === gate);
    }
  }
  if (changed.has("hover")) light(view);
}

function step({ data, cursor, layer, lines: all, where }) {
  const { unit } = shownUnit(data, cursor);
  const t = Math.min(cursor.t, layer.T - 1);
  text(where, titleOf(data, layer, unit, t));
  for (const { quantity, value } of all) {
    if (!quantity) continue;
    const place = { unit, step: t, layer: layer.name };
    show(value, data, layer.value(quantity, unit, t), { ...place, quantity: quantity === "a" ? "pre" : quantity });
  }
}

/** Light the line whose quantity the pointer is on, wherever it is. */
function light({ cursor: { hover }, lines: all }) {
  for (const { node, quantity } of all) {
    if (quantity) node.classList.toggle("rv-code-lit", hover?.quantity === quantity);
  }
}
