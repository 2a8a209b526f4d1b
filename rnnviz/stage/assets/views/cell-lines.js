/**
 * The cell's arithmetic under the diagram: each product and sum with the current numbers, as a row of text.
 */
import { el, number, text } from "../dom.js";
import { setWas } from "./cell-parts.js";

/**
 * Symbols left, numbers right. In `numbers` a word is a name in the flow, with its hue after a colon where that has
 * another name; in `formula` "W_in" is W with a subscript. All else is shown as it stands.
 */
const LINES = {
  lstm: {
    unit: [
      { name: "c", formula: "= f × c_t−1 + i × g", numbers: "= f × before:c + i × g = c" },
      { name: "h", formula: "= o × tanh( c )", numbers: "= o × squashed:c = h" },
    ],
    mean: [{ name: "c", formula: "kept + written", numbers: "= kept:c + written:g = c" }, { name: "h", formula: "", numbers: "= h" }],
  },
  gru: {
    unit: [
      { name: "n", formula: "= tanh( W_in x + b_in + r × ( W_hn h_t−1 + b_hn ))", numbers: "= tanh( read:x + r × hn:h ) = n" },
      { name: "h", formula: "= z × h_t−1 + (1 − z ) × n", numbers: "= z × before:h + rest:z × n = h" },
    ],
    mean: [{ name: "h", formula: "kept + written", numbers: "= kept:h + written:n = h" }],
  },
};
const AS_IT_STANDS = /^(tanh\(|[×=+−()1]+)$/;

/**
 * @param {HTMLElement} parent
 * @param {import("../arrays.js").Data} data
 * @param {"lstm"|"gru"} cell
 */
export function lines(parent, data, cell) {
  const note = el("p", { class: "rv-cell-note" });
  const sets = { unit: LINES[cell].unit.map((line) => row(data, line)), mean: LINES[cell].mean.map((line) => row(data, line)) };
  const boxes = Object.fromEntries(Object.entries(sets).map(([kind, rows]) => [kind, el("div", { class: "rv-cell-lines" }, ...rows.map((r) => r.node))]));
  parent.append(boxes.unit, boxes.mean, note);
  return (scene) => {
    const kind = scene.unit === null || scene.unit === "mean" ? "mean" : "unit";
    boxes.unit.hidden = kind !== "unit";
    boxes.mean.hidden = kind !== "mean";
    note.hidden = kind !== "mean";
    text(note, kind === "mean" ? data.say("cell.mean_note", { n: data.meta.H }) : "");
    for (const line of sets[kind]) line.set(scene);
  };
}

function row(data, { name, formula, numbers }) {
  const was = el("span", { class: "rv-cell-was" });
  const parts = numbers.split(" ").map((part) => quantity(data, part));
  const node = el(
    "div",
    { class: "rv-cell-line" },
    el("span", { class: "rv-cell-symbol", style: { color: data.colour(name) } }, name),
    el("span", { class: "rv-cell-formula" }, ...symbols(data, formula)),
    el("span", { class: "rv-cell-numbers" }, ...spaced(parts.map((part) => part.node)), was),
  );
  const state = data.meta.cell === "lstm" ? "c" : "h";
  const set = ({ now, was: old, unit, step, before }) => {
    for (const { field, node: span } of parts) {
      if (!field) continue;
      const what = field === "before" ? { quantity: state, step: before } : { quantity: field, step };
      number(span, data, now[field], { ...what, unit, digits: 3 });
    }
    setWas(was, data, old ? old[name] : null, now[name], { quantity: name, unit, step });
  };
  return { node, set };
}

function quantity(data, part) {
  if (AS_IT_STANDS.test(part)) return { field: null, node: el("span", {}, part) };
  const [field, hue = field] = part.split(":");
  return { field, node: el("span", { class: "rv-cell-num", style: { color: data.colour(hue) } }) };
}

function symbols(data, formula) {
  if (formula === "kept + written") return [`= ${data.say("cell.kept")} + ${data.say("cell.written")}`];
  const parts = formula.split(" ").filter(Boolean).map((part) => {
    const [symbol, sub] = part.split("_");
    return el("span", /^[a-zA-Z]$/.test(symbol) ? { class: "rv-cell-symbol" } : {}, symbol, sub && el("sub", {}, sub));
  });
  return spaced(parts);
}

/** The nodes with a blank between each two, where a line can break, but none inside a bracket's edge. */
function spaced(nodes) {
  const tight = (k) => /\($/.test(nodes[k - 1].textContent) || /^\)/.test(nodes[k].textContent);
  return nodes.flatMap((node, k) => (k === 0 || tight(k) ? [node] : [" ", node]));
}

/** One sentence about the gate that is singled out, with its numbers. */
export function sentence(data, gate, scene) {
  if (!gate) return data.say("cell.choose");
  const { now, unit } = scene;
  const values = Object.fromEntries(Object.entries(now).map(([key, v]) => [key, data.format(v)]));
  return data.say(`cell.say_${data.meta.cell}_${gate}${unit === "mean" ? "_mean" : ""}`, values);
}
