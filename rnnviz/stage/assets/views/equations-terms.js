/**
 * One dot product, term by term: a list whose bars continue each other from zero to the sum.
 */
import { attr, el, style, text } from "../dom.js";
import { axis, colour, lay, readAs, shift, write } from "./equations-bars.js";
import { hue, show, symbol } from "./equations-math.js";
import { startName } from "./equations-rows.js";

/**
 * The list, and a function that fills it.
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @param {import("./equations-model.js").Layer} layer
 */
export function listOf(data, cursor, layer) {
  const rows = Array.from({ length: layer.termCount }, () => line(cursor));
  const total = line(cursor, true);
  text(total.name, data.say("panel.sum"));
  const column = (key) => el("th", { scope: "col" }, data.say(`panel.column.${key}`));
  const head = el("tr", {}, ...["term", "product", "bar", "value"].map(column));
  const table = el(
    "table",
    { class: "rv-fall" },
    el("colgroup", {}, ...["name", "work", "bar", "product"].map((key) => el("col", { class: `rv-fall-wide-${key}` }))),
    el("thead", { class: "rv-hidden" }, head),
    el("tbody", {}, ...rows.map((row) => row.node)),
    el("tfoot", {}, total.node),
  );
  style(table, { "--rv-name": `${nameWidth(layer)}em` });
  return { node: table, fill: (now) => fill({ rows, total, table }, now) };
}

/** One line of the list: what it is, weight × value, its bar, its product. */
function line(cursor, isSum = false) {
  const glyph = symbol("x", " ");
  const [letter, sub] = glyph.childNodes;
  const parts = {
    glyph,
    letter,
    sub,
    factor: el("span", { class: "rv-fall-factor" }),
    weight: el("span", { class: "rv-fall-weight" }),
    times: el("span", { class: "rv-fall-times" }, "×"),
    value: el("span", { class: "rv-fall-value" }),
    bar: el("span", { class: "rv-fall-bar" }),
    end: el("span", { class: "rv-fall-end" }),
    product: el("td", { class: "rv-fall-product" }),
    name: el("th", { scope: "row", class: "rv-fall-name" }, isSum ? "" : glyph),
    hover: null,
  };
  const work = el("td", { class: "rv-fall-work" }, ...(isSum ? [] : [parts.factor, parts.weight, parts.times, parts.value]));
  const inner = el("span", { class: "rv-fall-track" }, parts.bar, parts.end);
  const track = el("td", { class: "rv-fall-cell", "aria-hidden": "true" }, inner);
  parts.node = el("tr", { class: isSum ? "rv-fall-sum" : "rv-fall-row" }, parts.name, work, track, parts.product);
  if (!isSum) {
    parts.node.addEventListener("pointerenter", () => parts.hover && cursor.set({ hover: parts.hover }));
    parts.node.addEventListener("pointerleave", () => cursor.set({ hover: null }));
  }
  return parts;
}

/**
 * @param {object} nodes
 * @param {{data: any, layer: any, unit: number, t: number, gate: string, notation: string, digits: number,
 *   reach: ReturnType<import("./equations-model.js").Layer["extent"]>}} now
 */
function fill({ rows, total, table }, now) {
  const { data, layer, unit, t, gate, digits } = now;
  const terms = layer.terms(gate, unit, t);
  const sum = layer.preactivation(gate, unit, t);
  const place = { unit, step: t, layer: layer.name, digits };
  const walk = axis(now.reach.walk, table);
  terms.forEach((term, k) => {
    const length = Number.isFinite(term.product) ? term.product / walk.width : 0;
    name(rows[k], term, now);
    show(rows[k].product, data, term.product, { ...place, quantity: term.kind === "rest" ? "term-rest" : "term" });
    lay(rows[k].bar, walk.at, length, colour(length));
    walk.at += length;
    shift(rows[k].end, walk.at);
  });
  show(total.product, data, sum, { ...place, quantity: "pre" });
  attr(total.product, "data-gate", gate);
  attr(total.product, "data-added", terms.reduce((a, term) => a + term.product, 0));
  const end = Number.isFinite(sum) ? sum / walk.width : 0;
  lay(total.bar, walk.zero, end, colour(end));
  shift(total.end, walk.zero + end);
}

/** What a line stands for, and the numbers it multiplies. */
function name(row, term, now) {
  const { data, layer, unit, t, gate, digits } = now;
  const bias = term.kind === "b";
  const rest = term.kind === "rest";
  write(row, term, now);
  const ink = rest || bias ? "inherit" : hue({ y: "output", c: "h" }[readAs(layer, term)?.letter] ?? term.kind);
  if (row.glyph.dataset.ink !== ink) row.glyph.style.color = row.glyph.dataset.ink = ink;
  const place = { layer: layer.name, digits };
  const scaled = !rest && layer.meta.cell === "gru" && gate === "n" && (term.kind === "h" || (bias && term.index === 1));
  text(row.factor, scaled ? "r ·" : "");
  for (const node of [row.times, row.value]) node.hidden = rest || bias;
  row.weight.hidden = rest;
  row.hover = hoverOf(layer, term, t);
  if (rest) return;
  show(row.weight, data, term.weight, { ...place, quantity: bias ? "bias" : "weight", unit });
  if (bias) return;
  const whole = Number.isInteger(term.value) && Math.abs(term.value) < 1e4;
  show(row.value, data, term.value, { ...place, ...valuePlace(layer, term, t), digits: whole ? 0 : digits });
  attr(row.value, "data-whole", whole ? "" : null);
}

/** What the pointer is on; nothing that another view could show for biases, h_0 and the states of the layer below. */
function hoverOf(layer, { kind, index }, t) {
  const step = kind === "h" ? layer.before(t) : kind === "x" && !layer.index && !layer.part.start ? t : -1;
  return step < 0 ? null : { quantity: kind, unit: index, t: step };
}

/** Room for the longest name, in em: words are long, and cut where they are too long. */
function nameWidth(layer) {
  const labels = layer.inputTerms === 1 && !layer.index ? (layer.meta.alphabet ?? []) : [];
  const longest = Math.max(String(layer.H).length, String(layer.D).length, ...labels.map((label) => label.length));
  return Math.min(5, 1.7 + 0.4 * longest);
}

/** Where the value of a term stands in the trace: in layers above the first, x is a state of the layer below. */
function valuePlace(layer, term, t) {
  if (term.kind === "h") {
    const step = layer.before(t);
    return step < 0 ? { quantity: startName(layer, "h"), unit: term.index } : { quantity: "h", unit: term.index, step };
  }
  const read = readAs(layer, term);
  if (read?.letter === "c") return { quantity: "context", unit: read.index, layer: `l${layer.meta.num_layers - 1}` };
  if (!layer.index) return { quantity: "x", unit: term.index, step: t };
  if (layer.meta.residual && layer.index > 1) return { quantity: "given", unit: term.index, step: t, layer: `l${layer.index - 1}` };
  const back = term.index >= layer.H ? "_reverse" : "";
  return { quantity: "h", unit: term.index % layer.H, step: t, layer: `l${layer.index - 1}${back}` };
}
