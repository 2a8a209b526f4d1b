/** What becomes of the gradient from the loss to the far end, in a sentence that follows the numbers. */
import { el } from "../dom.js";
import { size } from "./backflow-column.js";
import { phrase } from "./unrolled-words.js";

/** Powers of ten between where a gradient sets out and where it ends, from which it is said to vanish or to explode. */
const FAR = 2;

/** @returns {(Node|string)[]} @param {import("./flow-model.js").Way} way */
export function verdictOf(data, way) {
  if (way.source === null) return [data.say("flow.no_gradient")];
  const end = way.reverse ? way.T - 1 : 0;
  const { source } = way;
  const cell = way.onlyInCell(end) && el("b", { class: "rv-flow-figure" });
  if (cell) size(cell, data, way.dc[end], { quantity: "dc", unit: "norm", step: end });
  const given = { c: cell, from: figure(data, way, source), to: figure(data, way, end), start: String(source + 1), end: String(end + 1) };
  if (source === end) return phrase(data, "flow.single_step", given);
  if (way.only === null) return phrase(data, "flow.fed_everywhere", given);
  const word = verdict(way, end);
  const sentence = phrase(data, `flow.verdict_${word}`, { ...given, word: el("b", { class: `rv-flow-is-${word}` }, data.say(`flow.word_${word}`)) });
  return [...sentence, " ", ...reachOf(data, way, word)];
}

/** "vanishes", "explodes", "healthy"; or what is to be said instead: "cut", "zero", "cell", "silent", "broken". */
function verdict(way, end) {
  const [from, to] = [way.dh[way.source], way.dh[end]];
  if (Number.isNaN(from) || Number.isNaN(to) || to === Infinity || from === Infinity) return "broken";
  if (from === -Infinity) return "silent";
  if (to === -Infinity) return way.nought(end) === "cut" ? "cut" : way.onlyInCell(end) ? "cell" : "zero";
  const change = to - from;
  return change > FAR ? "explodes" : change < -FAR ? "vanishes" : "healthy";
}

/** How many steps back it is still a thousandth of what it was. */
function reachOf(data, way, word) {
  if (["broken", "silent", "cell"].includes(word)) return [];
  const reach = way.reach();
  if (!reach) return [];
  if (reach.steps === null) return [data.say("flow.reaches_all")];
  if (word === "cut" && way.dh[reach.t] === -Infinity) return [data.say("flow.reaches_cut", { n: Math.abs(reach.start - reach.t) - 1 })];
  return [data.say(reach.steps === 1 ? "flow.reaches_one" : "flow.reaches", { n: reach.steps, t: reach.t + 1 })];
}

function figure(data, way, t) {
  const node = el("b", { class: "rv-flow-figure" });
  size(node, data, way.dh[t], { quantity: "dh", unit: "norm", step: t });
  return node;
}
