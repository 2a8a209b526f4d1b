/** What becomes of the gradient from the loss to the far end, in a sentence that follows the numbers. */
import { attr, el } from "../dom.js";
import { size } from "./backflow-column.js";
import { focusOf } from "./lanes-flow.js";
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
  if (way.spread) return phrase(data, "flow.fed_by_one", given);
  if (way.only === null) return [...phrase(data, "flow.fed_everywhere", given), ...lastAlone(data, way)];
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

/** What is left of the last loss where every step adds another: the sum of all would hide that it is not heard. */
function lastAlone(data, way) {
  const facts = way.lowest ? way.run.flow.facts?.[focusOf(data)] : null;
  if (!facts || facts.last_log10 === null || facts.verdict === "none") return [];
  const at = { k: way.source + 1 };
  if (facts.first_log10 === null) return facts.zeros ? [" ", data.say("flow.last_nothing", at)] : [];
  const part = (log, step) => {
    const node = el("b", { class: "rv-flow-figure" });
    size(node, data, log, { quantity: "itemised", unit: "norm", step });
    attr(node, "data-row", way.source);
    return node;
  };
  const given = { k: String(at.k), first: part(facts.first_log10, 0), last: part(facts.last_log10, way.source),
    word: el("b", {}, data.say(`flow.last_${facts.verdict}`)) };
  return [" ", ...phrase(data, "flow.last_alone", given)];
}

/** How many steps back it is still a thousandth of what it was. */
function reachOf(data, way, word) {
  if (["broken", "silent", "cell", "explodes"].includes(word)) return [];
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
