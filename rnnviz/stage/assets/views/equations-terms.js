/**
 * One dot product, term by term: a list whose bars continue each other from zero to the sum, or one signed bar.
 */
import { attr, el, style, text } from "../dom.js";
import { hue, setSubscript, show, symbol } from "./equations-math.js";
import { weightName } from "./equations-notation.js";

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
  const pieces = rows.map(() => piece());
  const mark = el("span", { class: "rv-eq-stack-mark" }, el("span", {}, data.say("panel.sum")));
  const zero = el("span", { class: "rv-eq-stack-zero" }, "0");
  const band = el("div", { class: "rv-eq-stack-band" }, ...pieces.flatMap(({ bar, edge, label }) => [bar, edge, label]));
  const stack = el("div", { class: "rv-eq-stack", role: "img" }, band, mark, zero);
  return { table, stack, fill: (now) => fill({ rows, total, pieces, mark, zero, stack, table }, { data, ...now }) };
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

function piece() {
  const glyph = symbol("x", " ");
  const [letter, sub] = glyph.childNodes;
  const value = el("span", { class: "rv-eq-stack-value" });
  const label = el("span", { class: "rv-eq-stack-label" }, el("span", {}, glyph, value));
  const [bar, edge] = [el("span", { class: "rv-eq-stack-bar" }), el("span", { class: "rv-eq-stack-end" })];
  return { bar, edge, label, letter, sub, value };
}

/**
 * @param {object} nodes
 * @param {{data: any, layer: any, unit: number, t: number, gate: string, notation: string, digits: number,
 *   reach: ReturnType<import("./equations-model.js").Layer["extent"]>}} now
 */
function fill({ rows, total, pieces, mark, zero, stack, table }, now) {
  const { data, layer, unit, t, gate } = now;
  const terms = layer.terms(gate, unit, t);
  const sum = layer.preactivation(gate, unit, t);
  const [walk, heap] = [axis(now.reach.walk, table), axis(now.reach.heap, stack)];
  terms.forEach((term, k) => {
    const product = Number.isFinite(term.product) ? term.product : 0;
    name(rows[k], term, now);
    show(rows[k].product, data, term.product, { quantity: "term", unit, step: t, layer: layer.name, digits: now.digits });
    lay(rows[k].bar, walk.at, product / walk.width, colour(product));
    walk.at += product / walk.width;
    shift(rows[k].end, walk.at);
    pile(pieces[k], term, product / heap.width, heap, now);
  });
  show(total.product, data, sum, { quantity: "pre", unit, step: t, layer: layer.name, digits: now.digits });
  attr(total.product, "data-gate", gate);
  attr(total.product, "data-added", terms.reduce((a, term) => a + term.product, 0));
  const end = Number.isFinite(sum) ? sum : 0;
  lay(total.bar, walk.zero, end / walk.width, colour(end));
  shift(total.end, walk.zero + end / walk.width);
  shift(mark, heap.zero + end / heap.width);
  zero.hidden = Math.abs(end / heap.width) < 0.1; // there the word "sum" stands
  attr(stack, "aria-label", data.say("panel.stack", { sum: data.format(sum, now.digits) }));
}

/** Where zero stands on a scale from low to high, in shares of its width; every bar on it begins there. */
function axis({ low, high }, node) {
  const width = high - low || 1;
  const zero = -low / width;
  style(node, { "--rv-zero-at": `${(100 * zero).toFixed(2)}%` });
  return { width, zero, at: zero, low: zero, high: zero };
}

function colour(v) {
  return v < 0 ? "var(--rv-negative)" : "var(--rv-positive)";
}

/** A bar from `start`, `length` long, in shares of the track; drawn by transform alone. */
function lay(bar, start, length, paint) {
  const from = Math.min(start, start + length);
  bar.style.transform = `translateX(${(100 * from).toFixed(2)}%) scaleX(${Math.abs(length).toFixed(4)})`;
  if (bar.dataset.paint !== paint) bar.style.background = bar.dataset.paint = paint;
}

function shift(node, share) {
  node.style.transform = `translateX(${(100 * share).toFixed(2)}%)`;
}

/** The same term in the folded bar: negative ones pile up to the left of zero, positive ones to the right. */
function pile({ bar, edge, label, ...words }, term, length, at, now) {
  const side = length < 0 ? "low" : "high";
  lay(bar, at[side], length, colour(length));
  label.hidden = !(Math.abs(length) > 0.11 && (term.kind !== "rest" || Math.abs(length) > 0.3));
  if (!label.hidden) {
    shift(label, at[side] + length / 2 - 0.5);
    write(words, term, now);
    text(words.value, now.data.format(term.product, now.digits));
  }
  at[side] += length;
  shift(edge, at[side]);
}

/** The name of a term: a letter and its subscript, or words for what is added up. */
function write({ letter, sub }, term, { data, layer, gate, notation }) {
  const words = term.kind === "rest";
  const bias = term.kind === "b" ? biasName(data, notation, gate, term.index) : null;
  text(letter, words ? data.say("panel.rest", { n: term.index }) : (bias?.[0] ?? term.kind));
  letter.classList.toggle("rv-eq-words", words);
  if (term.kind !== "x") return setSubscript(sub, words ? "" : (bias?.[1] ?? String(term.index + 1)));
  text(sub, labelOf(data, layer, term)); // a person's own text, set as it is
  sub.dataset.sub = "";
}

/** What a line stands for, and the numbers it multiplies. */
function name(row, term, now) {
  const { data, layer, unit, t, gate, digits } = now;
  const bias = term.kind === "b";
  const rest = term.kind === "rest";
  write(row, term, now);
  const ink = rest || bias ? "inherit" : hue(term.kind);
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
  const step = kind === "h" ? layer.before(t) : kind === "x" && !layer.index ? t : -1;
  return step < 0 ? null : { quantity: kind, unit: index, t: step };
}

/** The bias as PyTorch keeps it, b_ih and b_hh; other notations write their sum as one letter. */
function biasName(data, notation, gate, index) {
  const { cell } = data.meta;
  const own = weightName(notation, cell, "d", gate) ? notation : "torch";
  return weightName(own, cell, index ? "d" : "b", gate);
}

/** Room for the longest name, in em: words are long, and cut where they are too long. */
function nameWidth(layer) {
  const labels = layer.inputTerms === 1 && !layer.index ? (layer.meta.alphabet ?? []) : [];
  const longest = Math.max(String(layer.H).length, String(layer.D).length, ...labels.map((label) => label.length));
  return Math.min(5, 1.7 + 0.4 * longest);
}

function labelOf(data, layer, term) {
  if (term.kind === "x" && layer.inputTerms === 1 && !layer.index && data.meta.alphabet) return data.meta.alphabet[term.index];
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
