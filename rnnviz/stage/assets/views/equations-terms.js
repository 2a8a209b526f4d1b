/**
 * One dot product, term by term: a list whose bars continue each other from zero to the sum, or one signed bar.
 */
import { attr, el, style, text } from "../dom.js";
import { hue, setSubscript, show, symbol } from "./equations-math.js";
import { weightName } from "./equations-notation.js";
import { visible } from "./equations-words.js";

/**
 * The list, the folded bar, and a function that fills both.
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @param {import("./equations-model.js").Layer} layer
 */
export function termsOf(data, cursor, layer) {
  const rows = Array.from({ length: layer.termCount }, () => line(cursor));
  const total = line(cursor, true);
  text(total.name, data.say("panel.sum"));
  const head = el("tr", {}, ...["term", "product", "bar", "value"].map((key) => el("th", { scope: "col" }, data.say(`panel.column.${key}`))));
  const table = el(
    "table",
    { class: "rv-fall" },
    el("thead", { class: "rv-hidden" }, head),
    el("tbody", {}, ...rows.map((row) => row.node)),
    el("tfoot", {}, total.node),
  );
  const pieces = rows.map(() => piece());
  const mark = el("span", { class: "rv-eq-stack-mark" });
  const stack = el("div", { class: "rv-eq-stack", role: "img" }, ...pieces.flatMap(({ bar, edge, label }) => [bar, edge, label]), mark);
  return { table, stack, fill: (now) => fill({ rows, total, pieces, mark, stack }, { data, ...now }) };
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
    weight: el("span"),
    times: el("span", { class: "rv-eq-op" }, " × "),
    value: el("span"),
    bar: el("span", { class: "rv-fall-bar" }),
    end: el("span", { class: "rv-fall-end" }),
    product: el("td", { class: "rv-fall-product" }),
    name: el("th", { scope: "row", class: "rv-fall-name" }, isSum ? "" : glyph),
    hover: null,
  };
  const work = el("td", { class: "rv-fall-work" }, ...(isSum ? [] : [parts.factor, parts.weight, parts.times, parts.value]));
  const track = el("td", { class: "rv-fall-cell", "aria-hidden": "true" }, el("span", { class: "rv-fall-track" }, parts.bar, parts.end));
  parts.node = el("tr", { class: isSum ? "rv-fall-sum" : "rv-fall-row" }, parts.name, work, track, parts.product);
  if (!isSum) {
    parts.node.addEventListener("pointerenter", () => parts.hover && cursor.set({ hover: parts.hover }));
    parts.node.addEventListener("pointerleave", () => cursor.set({ hover: null }));
  }
  return parts;
}

function piece() {
  return { bar: el("span", { class: "rv-eq-stack-bar" }), edge: el("span", { class: "rv-eq-stack-end" }), label: el("span", { class: "rv-eq-stack-label" }) };
}

/**
 * @param {object} nodes
 * @param {{data: any, layer: any, unit: number, t: number, gate: string, notation: string, digits: number,
 *   reach: {low: number, high: number}}} now
 */
function fill({ rows, total, pieces, mark, stack }, now) {
  const { data, layer, unit, t, gate } = now;
  const terms = layer.terms(gate, unit, t);
  const sum = layer.preactivation(gate, unit, t);
  const width = now.reach.high - now.reach.low || 1;
  const zero = -now.reach.low / width;
  const colour = (v) => (v < 0 ? "var(--rv-negative)" : "var(--rv-positive)");
  for (const node of [stack, total.node.parentNode.parentNode]) style(node, { "--rv-zero-at": `${(100 * zero).toFixed(2)}%` });
  const at = { walk: zero, low: zero, high: zero };
  terms.forEach((term, k) => {
    const length = Number.isFinite(term.product) ? term.product / width : 0;
    const row = rows[k];
    name(row, term, now);
    show(row.product, data, term.product, { quantity: "term", unit, step: t, layer: layer.name, digits: now.digits });
    lay(row.bar, at.walk, length, colour(length));
    shift(row.end, at.walk + length);
    at.walk += length;
    pile(pieces[k], term, length, at, colour(length), now);
  });
  show(total.product, data, sum, { quantity: "pre", unit, step: t, layer: layer.name, digits: now.digits });
  attr(total.product, "data-gate", gate);
  attr(total.product, "data-added", terms.reduce((a, term) => a + term.product, 0));
  lay(total.bar, zero, Number.isFinite(sum) ? sum / width : 0, colour(sum));
  shift(total.end, zero + (Number.isFinite(sum) ? sum / width : 0));
  shift(mark, zero + (Number.isFinite(sum) ? sum / width : 0));
  attr(stack, "aria-label", data.say("panel.stack", { sum: data.format(sum, now.digits) }));
}

/** A bar from `start`, `length` long, in shares of the track; drawn by transform alone. */
function lay(bar, start, length, colour) {
  const from = Math.min(start, start + length);
  bar.style.transform = `translateX(${(100 * from).toFixed(2)}%) scaleX(${Math.abs(length).toFixed(4)})`;
  if (bar.dataset.colour !== colour) bar.style.background = bar.dataset.colour = colour;
}

function shift(node, share) {
  node.style.transform = `translateX(${(100 * share).toFixed(2)}%)`;
}

/** The same term in the folded bar: negative ones pile up to the left of zero, positive ones to the right. */
function pile({ bar, edge, label }, term, length, at, colour, { data, digits }) {
  const side = length < 0 ? "low" : "high";
  lay(bar, at[side], length, colour);
  const wide = Math.abs(length) > 0.14;
  text(label, wide ? data.format(term.product, digits) : "");
  if (wide) shift(label, at[side] + length / 2 - 0.5);
  at[side] += length;
  shift(edge, at[side]);
}

/** What a line stands for, and the numbers it multiplies. */
function name(row, term, now) {
  const { data, layer, unit, t, gate, notation, digits } = now;
  const bias = term.kind === "b";
  const rest = term.kind === "rest";
  const [letter, sub] = rest ? ["", ""] : bias ? biasName(data, notation, gate, term.index) : [term.kind, labelOf(data, layer, term)];
  text(row.letter, rest ? data.say("panel.rest", { n: term.index }) : letter);
  row.letter.classList.toggle("rv-eq-words", rest);
  if (term.kind === "x") text(row.sub, sub), (row.sub.dataset.sub = sub);
  else setSubscript(row.sub, sub);
  const colour = rest || bias ? "inherit" : hue(term.kind);
  if (row.glyph.style.color !== colour) row.glyph.style.color = colour;
  const place = { layer: layer.name, digits };
  const scaled = !rest && layer.meta.cell === "gru" && gate === "n" && (term.kind === "h" || (bias && term.index === 1));
  text(row.factor, scaled ? "r · " : "");
  for (const node of [row.weight, row.times, row.value]) node.hidden = rest || (bias && node !== row.weight);
  row.hover = hoverOf(layer, term, t);
  if (rest) return;
  show(row.weight, data, term.weight, { ...place, quantity: bias ? "bias" : "weight", unit });
  if (bias) return;
  const whole = Number.isInteger(term.value) && Math.abs(term.value) < 1e4;
  show(row.value, data, term.value, { ...place, ...valuePlace(layer, term, t), digits: whole ? 0 : digits });
}

/** What the pointer is on; nothing that another view could show for biases, h_0 and the states of the layer below. */
function hoverOf(layer, { kind, index }, t) {
  const step = kind === "h" ? layer.before(t) : kind === "x" && !layer.index ? t : -1;
  return step < 0 ? null : { quantity: kind, unit: index, t: step };
}

/** The bias as PyTorch keeps it, b_ih and b_hh; other notations write their sum as one letter. */
function biasName(data, notation, gate, index) {
  const { cell } = data.meta;
  const own = weightName(notation, cell, "d", gate) ? notation : "torch";
  return weightName(own, cell, index ? "d" : "b", gate);
}

function labelOf(data, layer, term) {
  if (term.kind === "x" && layer.inputTerms === 1 && !layer.index && data.meta.alphabet) return visible(data.meta.alphabet[term.index]);
  return String(term.index + 1);
}

/** Where the value of a term stands in the trace: in layers above the first, x is a state of the layer below. */
function valuePlace(layer, term, t) {
  if (term.kind === "h") {
    const step = layer.before(t);
    return step < 0 ? { quantity: "h0", unit: term.index } : { quantity: "h", unit: term.index, step };
  }
  if (!layer.index) return { quantity: "x", unit: term.index, step: t };
  const back = term.index >= layer.H ? "_reverse" : "";
  return { quantity: "h", unit: term.index % layer.H, step: t, layer: `l${layer.index - 1}${back}` };
}
