/**
 * What the list of terms and the one bar share: scales, bars, and the names of terms. Nothing is moved by a transform:
 * after each that changes a browser looks through all of the page for what lies above what.
 */
import { style, text } from "../dom.js";
import { setSubscript } from "./equations-math.js";
import { weightName } from "./equations-notation.js";

/** Where zero stands on a scale from low to high, in shares of its width; every bar on it begins there. */
export function axis({ low, high }, node) {
  const width = high - low || 1;
  const zero = -low / width;
  const at = `${(100 * zero).toFixed(2)}%`;
  if (node.dataset.zero !== at) style(node, { "--rv-zero-at": (node.dataset.zero = at) });
  return { width, zero, at: zero, low: zero, high: zero };
}

export function colour(v) {
  return v < 0 ? "var(--rv-negative)" : "var(--rv-positive)";
}

/** A bar from `start`, `length` long, in shares of the track: a part of a background, so that nothing is laid out. */
export function lay(bar, start, length, paint) {
  const [from, to] = [start, start + length].sort((a, b) => a - b).map((share) => `${(100 * share).toFixed(2)}%`);
  bar.style.backgroundImage = `linear-gradient(to right, transparent ${from}, ${paint} ${from} ${to}, transparent ${to})`;
}

export function shift(node, share) {
  node.style.left = `${(100 * share).toFixed(2)}%`;
}

/** The name of a term: a letter and its subscript, or words for what is added up. */
export function write({ letter, sub }, term, { data, layer, gate, notation }) {
  const words = term.kind === "rest";
  const bias = term.kind === "b" ? biasName(data, notation, gate, term.index) : null;
  const read = readAs(layer, term);
  text(letter, words ? data.say("panel.rest", { n: term.index }) : (bias?.[0] ?? read?.letter ?? term.kind));
  letter.classList.toggle("rv-eq-words", words);
  if (read?.letter === "c") return setSubscript(sub, String(read.index + 1));
  if (term.kind !== "x") return setSubscript(sub, words ? "" : (bias?.[1] ?? String(term.index + 1)));
  text(sub, labelOf(data, layer, term)); // a person's own text, set as it is
  sub.dataset.sub = "";
}

/**
 * What a decoder reads is no x: y, the answer before, and c, the context.
 * @returns {{letter: "y"|"c", index: number}|null}
 */
export function readAs({ meta, part, index }, term) {
  if (term.kind !== "x" || index || part.name !== "decoder") return null;
  const answers = meta.decoder === "feedback" ? meta.O : 0;
  return term.index < answers ? { letter: "y", index: term.index } : { letter: "c", index: term.index - answers };
}

/** The bias as PyTorch keeps it, b_ih and b_hh; other notations write their sum as one letter. */
function biasName(data, notation, gate, index) {
  const { cell } = data.meta;
  const own = weightName(notation, cell, "d", gate) ? notation : "torch";
  return weightName(own, cell, index ? "d" : "b", gate);
}

function labelOf(data, layer, term) {
  if (readAs(layer, term)) return data.meta.answers?.[term.index] ?? String(term.index + 1);
  if (term.kind === "x" && layer.inputTerms === 1 && !layer.index && data.meta.alphabet) return data.meta.alphabet[term.index];
  return String(term.index + 1);
}
