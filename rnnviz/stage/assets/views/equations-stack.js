/**
 * The terms as one bar, the short form of the list: negative ones to the left of zero, positive ones to the right.
 */
import { attr, el, text } from "../dom.js";
import { axis, colour, shift, write } from "./equations-bars.js";
import { symbol } from "./equations-math.js";

/** The share of the narrowest bar that a sign of a number takes, and what a name in words does. */
const READABLE = { sign: 0.028, words: 0.3 };

/** @param {import("../arrays.js").Data} data @param {import("./equations-model.js").Layer} layer */
export function stackOf(data, layer) {
  const pieces = Array.from({ length: layer.termCount }, piece);
  // A line through the whole band would run through a number that stands there: one at each edge points to the place.
  const mark = el("span", { class: "rv-eq-stack-mark" }, el("i"), el("i"), el("span", {}, data.say("panel.sum")));
  const zero = el("span", { class: "rv-eq-stack-zero" }, "0");
  const band = el("div", { class: "rv-eq-stack-band" }, ...pieces.map(({ label }) => label));
  const node = el("div", { class: "rv-eq-stack", role: "img" }, band, mark, zero);
  return { node, fill: (now) => fill({ node, band, pieces, mark, zero }, now) };
}

function piece() {
  const glyph = symbol("x", " ");
  const [letter, sub] = glyph.childNodes;
  const value = el("span", { class: "rv-eq-stack-value" });
  const label = el("span", { class: "rv-eq-stack-label" }, el("span", {}, glyph, value));
  return { label, letter, sub, value };
}

function fill({ node, band, pieces, mark, zero }, now) {
  const { data, layer, unit, t, gate, digits } = now;
  const heap = axis(now.reach.heap, node);
  const piled = layer.terms(gate, unit, t).map((term, k) => {
    const product = Number.isFinite(term.product) ? term.product : 0;
    return pile(pieces[k], term, product / heap.width, heap, now);
  });
  band.style.backgroundImage = painted(piled);
  const sum = layer.preactivation(gate, unit, t);
  const end = Number.isFinite(sum) ? sum / heap.width : 0;
  shift(mark, heap.zero + end);
  zero.hidden = Math.abs(end) < 0.1; // there the word "sum" stands
  attr(node, "aria-label", data.say("panel.stack", { sum: data.format(sum, digits) }));
}

/** The pieces as one background, each set off from the one before it: an element each would have to be moved. */
function painted(piled) {
  const at = (share) => `${(100 * share).toFixed(2)}%`;
  const stops = piled.sort((a, b) => a.from - b.from).map(({ from, to, paint }) => `transparent ${at(from)} calc(${at(from)} + 1px), ${paint} calc(${at(from)} + 1px) ${at(to)}`);
  return `linear-gradient(to right, ${stops.join(", ")}, transparent ${at(piled.at(-1)?.to ?? 0)})`;
}

/** Put one term at the end of its side; returns where it lies, in shares of the band. */
function pile({ label, ...words }, term, length, at, now) {
  const side = length < 0 ? "low" : "high";
  const start = at[side];
  label.hidden = !(Math.abs(length) > (term.kind === "rest" ? READABLE.words : READABLE.sign * (now.digits + 3)));
  if (!label.hidden) {
    shift(label, at[side] + length / 2 - 0.5);
    write(words, term, now);
    text(words.value, now.data.format(term.product, now.digits));
  }
  at[side] += length;
  return { from: Math.min(start, at[side]), to: Math.max(start, at[side]), paint: colour(length) };
}
