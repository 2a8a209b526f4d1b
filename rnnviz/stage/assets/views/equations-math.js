/**
 * Formulas as a textbook sets them: italic letters, upright numbers and operators, subscripts, one hue a quantity.
 */
import { attr, el, text } from "../dom.js";
import { digitsOf } from "./equations-words.js";

/** How many signs a number has for which there is room below any symbol. */
const SHORT = 6;

/** The subscript of the state that a step starts from: t − 1, t + 1 when reading backwards, 0 at the first step. */
export function beforeSubscript(layer, t) {
  if (layer.before(t) < 0) return "0";
  return layer.reverse ? "t+1" : "t−1";
}

/** The hue of a quantity; the pre-activation a of a plain RNN has none of its own. */
export function hue(quantity) {
  return quantity && quantity !== "a" ? `var(--rv-${quantity})` : null;
}

/**
 * A letter with a subscript. @returns {HTMLElement}
 * @param {string} letter @param {string} [sub] @param {string} [quantity] gives the hue
 */
export function symbol(letter, sub = "", quantity = undefined) {
  const colour = hue(quantity);
  const node = el("span", { class: "rv-eq-sym", style: colour ? { color: colour } : null }, el("i", {}, letter));
  if (sub) node.append(subscript(sub));
  return node;
}

/** Letters in italics, the rest upright. */
export function subscript(sub) {
  const node = el("sub");
  setSubscript(node, sub);
  return node;
}

export function setSubscript(node, sub) {
  if (node.dataset.sub === sub && sub) return;
  node.dataset.sub = sub;
  const parts = sub.split(/([a-z]+)/).filter(Boolean);
  node.replaceChildren(...parts.map((part) => (/[a-z]/.test(part) ? el("i", {}, part) : part)));
}

/**
 * One formula, each number below its symbols.
 * @param {import("./equations-notation.js").Row} row
 * @param {{shapes: Record<string, string>, words: (key: string) => string}} setting
 * @returns {{node: HTMLElement, numbers: {name: string, node: HTMLElement}[], past: HTMLElement[]}}
 *   numbers are to be filled at each step; past are the subscripts that the first step changes
 */
export function formula(row, setting) {
  const made = { numbers: [], past: [] };
  const node = el("span", { class: "rv-eq-formula", role: "math", "aria-label": inWords(row, setting.words) });
  node.append(el("span", { class: "rv-eq-op rv-eq-equals" }, "= "));
  row.chunks.forEach((chunk) => {
    const parts = chunk.map((part) => (typeof part === "string" ? operator(part) : term(part, setting, made)));
    node.append(el("span", { class: chunk.length > 6 ? "rv-eq-chunk rv-eq-long" : "rv-eq-chunk" }, ...parts));
  });
  return { node, ...made };
}

function operator(sign) {
  const spaced = sign === "+" || sign === "⊙";
  return el("span", { class: spaced ? "rv-eq-op rv-eq-spaced" : "rv-eq-op" }, sign);
}

function term({ symbols, number }, { shapes }, made) {
  const glyphs = symbols.filter(Boolean).map((part) => (typeof part === "string" ? operator(part) : shaped(part, shapes, made)));
  const value = el("span", { class: "rv-eq-num" });
  made.numbers.push({ name: number, node: value });
  return el("span", { class: number === "none" ? "rv-eq-term rv-eq-bare" : "rv-eq-term" }, el("span", { class: "rv-eq-glyphs" }, ...glyphs), value);
}

function shaped(part, shapes, made) {
  const sub = part.sub ?? (part.when === "t" ? "t" : part.when === "before" ? "t−1" : "");
  const glyph = symbol(part.letter, sub, part.quantity);
  if (part.when === "before") made.past.push(glyph.querySelector("sub"));
  return el("span", { class: "rv-eq-shaped" }, glyph, el("span", { class: "rv-eq-shape" }, shapes[part.shape]));
}

/** The formula as it is read aloud. */
function inWords(row, words) {
  const read = (part) => {
    if (typeof part === "string") return words(part);
    if (part.symbols) return part.symbols.map(read).join(" ");
    const sub = part.sub ? [...part.sub].join(" ") : "";
    return [part.letter, sub, part.when === "t" ? "t" : part.when === "before" ? words("before") : ""].join(" ");
  };
  const side = row.chunks.flat().map(read).join(" ");
  return `${row.quantity} t ${words("=")} ${side}`.replace(/\s+/g, " ").trim();
}

/**
 * Show a number of the trace below a symbol or in a list, with the attributes by which it is found.
 * @param {any} node @param {import("../arrays.js").Data} data @param {number} value
 * @param {{quantity?: string, unit?: number, step?: number, layer?: string, digits?: number}} what
 */
export function show(node, data, value, what = {}) {
  const words = data.format(value, what.digits ?? digitsOf(value));
  text(node, words);
  if (node.className === "rv-eq-num") node.parentNode.classList.toggle("rv-eq-wide", words.length > SHORT);
  attr(node, "data-value", String(value));
  attr(node, "data-quantity", what.quantity);
  attr(node, "data-unit", what.unit);
  attr(node, "data-step", what.step);
  attr(node, "data-layer", what.layer);
}
