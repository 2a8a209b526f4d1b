/**
 * What a person can set on the panel: the unit, the layer, the notation, and whether shapes are shown.
 */
import { NOTATIONS } from "../cursor.js";
import { attr, el } from "../dom.js";
import { gatesOf } from "./equations-choice.js";
import { symbol } from "./equations-math.js";
import { weightName } from "./equations-notation.js";

/**
 * @param {{data: import("../arrays.js").Data, cursor: import("../cursor.js").Cursor, unit: number}} view
 */
export function tools(view) {
  const { data, cursor } = view;
  const { node: stepper, turn } = unitStepper(view);
  const shapes = el("button", { class: "rv-eq-tool", type: "button", "aria-pressed": cursor.shapes }, data.say("panel.shapes"));
  shapes.addEventListener("click", () => cursor.set({ shapes: !cursor.shapes }));
  const notation = select(data.say("panel.notation"), NOTATIONS, cursor.notation, (key) => data.say(`panel.notation.${key}`));
  notation.classList.add("rv-eq-notation");
  notation.addEventListener("change", () => cursor.set({ notation: notation.value }));
  const layer = data.meta.layers.length > 1 ? layerChoice(view) : null;
  const bar = el("div", { class: "rv-eq-tools" }, layer, shapes, notation);
  const follow = (unit, of) => {
    turn(unit);
    if (layer) layer.value = of;
  };
  /** Show what is chosen, wherever it was. */
  const chosen = () => {
    attr(shapes, "aria-pressed", cursor.shapes);
    notation.value = cursor.notation;
    attr(view.element, "data-notation", cursor.notation); // for who writes equations beside the stage
  };
  return { stepper, follow, bar, chosen, legend: (of) => legend(data, of, cursor.notation) };
}

/** Back, the number, forward: any unit, by mouse and by keyboard. */
function unitStepper(view) {
  const { data, cursor } = view;
  const { H } = data.meta;
  const go = (by) => () => cursor.set({ unit: (view.unit + by + H) % H });
  const range = { type: "number", min: 1, max: H, step: 1, inputmode: "numeric" };
  const input = el("input", { class: "rv-eq-unit", ...range, "aria-label": data.say("panel.unit_of", { H }) });
  input.addEventListener("change", () => {
    const asked = Math.round(Number(input.value));
    if (asked >= 1 && asked <= H) cursor.set({ unit: asked - 1 });
    else input.value = String(view.unit + 1);
  });
  const button = (key, by, sign) =>
    el("button", { class: "rv-eq-turn", type: "button", "aria-label": data.say(key), onclick: go(by) }, sign);
  const [back, forward] = [button("panel.unit_back", -1, "‹"), button("panel.unit_forward", 1, "›")];
  const node = el("div", { class: "rv-eq-stepper" }, back, input, forward);
  return { node, turn: (unit) => (input.value = String(unit + 1)) };
}

function layerChoice({ data, cursor }) {
  const name = (key) => {
    const values = { n: Number.parseInt(key.slice(1), 10) + 1 };
    if (data.meta.directions === 1) return data.say("panel.layer", values);
    return data.say(key.endsWith("_reverse") ? "panel.layer_backwards" : "panel.layer_forwards", values);
  };
  const choice = select(data.say("panel.layer_choice"), data.meta.layers, cursor.layer, name);
  choice.addEventListener("change", () => cursor.set({ layer: choice.value }));
  return choice;
}

function select(label, keys, current, name) {
  const options = keys.map((key) => el("option", { value: key, selected: key === current }, name(key)));
  return el("select", { class: "rv-eq-tool", "aria-label": label }, ...options);
}

/** The shapes of everything, and how PyTorch stacks the gates' matrices into one. Seen while shapes are on. */
function legend(data, layer, notation) {
  const { meta } = data;
  const gates = gatesOf(meta);
  const [G, { H, D, T }] = [gates.length, layer];
  const many = G > 1 ? `${G}H` : "H";
  const stacked = (role) => {
    const of = weightName(notation, meta.cell, role, gates[0]) ? notation : "torch"; // a merged bias has two parts there
    const [first, last] = [gates[0], gates[G - 1]].map((gate) => symbol(...weightName(of, meta.cell, role, gate)));
    return G > 1 ? [first, " … ", last] : [first];
  };
  const line = (glyphs, name, letters, size) => {
    const cells = [el("code", {}, `${layer.part.prefix}${name}_${layer.name}`), letters, size].map((content) => el("td", {}, content));
    return el("tr", {}, el("th", { scope: "row" }, ...glyphs), ...cells);
  };
  const biases = ["bias_ih", "bias_hh"].map((name, k) => line(stacked("bd"[k]), name, many, `${G * H}`));
  const rows = [
    D && line(stacked("W"), "weight_ih", `${many}×D`, `${G * H}×${D}`),
    layer.U && line(stacked("U"), "weight_hh", `${many}×H`, `${G * H}×${H}`),
    ...biases.filter((_, k) => layer.biases[k]),
  ].filter(Boolean);
  const sizes = el("p", {}, data.say(layer.index ? "panel.sizes_above" : "panel.sizes", { T: T - layer.start, D, H }));
  const caption = el("caption", { class: "rv-hidden" }, data.say("panel.shapes"));
  return el("div", { class: "rv-eq-legend" }, sizes, el("table", {}, caption, el("tbody", {}, ...rows)));
}
