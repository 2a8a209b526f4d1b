/**
 * The next number: predicted and true value on one scale, the gap between them, and its square worked out.
 */
import { attr, el, text } from "../dom.js";
import { show, symbol } from "./equations-math.js";
import { NAMED } from "./equations-model.js";
import { digitsOf } from "./equations-words.js";
import { powerText } from "./lanes.js";
import { enough } from "./output-digits.js";

/** A loss below this is a power of ten. */
const SMALL = 0.001;

/** @param {import("../arrays.js").Data} data */
export function numbers(data) {
  const { O } = data.meta;
  const rows = Array.from({ length: Math.min(O, NAMED) }, (_, k) => scaleRow(data, k));
  const ends = { low: el("span"), high: el("span") };
  const axis = el("div", { class: "rv-answer-scale-ends", "aria-hidden": "true" }, ends.low, ends.high);
  const node = el("div", { class: "rv-answer-scales" }, ...rows.map((row) => row.node), axis);
  const parts = { answer: el("span"), target: el("span"), loss: el("strong", { class: "rv-answer-loss-value" }) };
  const state = { run: null, low: 0, width: 1, digits: 2 };
  return {
    node,
    loss: equation(data, parts),
    fill: (run, t) => {
      if (state.run !== run) measure(data, state, ends, run);
      rows.forEach((row, k) => fillRow(data, row, k, run, t, state));
      fillLoss(data, parts, run, t, state.digits);
    },
    verdict: (run, t) => verdict(data, run, t),
  };
}

function scaleRow(data, k) {
  const parts = {
    gap: el("span", { class: "rv-answer-scale-gap" }),
    target: el("span", { class: "rv-answer-scale-target" }),
    answer: el("span", { class: "rv-answer-scale-answer" }),
    said: el("span", { class: "rv-answer-scale-number" }),
    asked: el("span", { class: "rv-answer-scale-number" }),
  };
  const track = el("div", { class: "rv-answer-scale", "aria-hidden": "true" }, parts.gap, parts.target, parts.answer);
  const pair = (kind, words, node) => {
    const sign = el("i", { class: "rv-answer-scale-mark", "aria-hidden": "true" });
    return el("span", { class: `rv-answer-scale-${kind}-key` }, sign, `${words} `, node);
  };
  const several = data.meta.O > 1 ? data.say("panel.output_n", { n: k + 1 }) : "";
  const legend = el(
    "p",
    { class: "rv-answer-scale-legend" },
    several && el("span", { class: "rv-answer-scale-label" }, several),
    pair("answer", data.say("panel.predicted"), parts.said),
    pair("target", data.say("panel.true_value"), parts.asked),
  );
  return { ...parts, node: el("div", { class: "rv-answer-scale-row" }, legend, track) };
}

/** One scale for the whole run, so that steps compare: all answers and targets that are numbers. */
function measure(data, state, ends, run) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of [run.outputs.data, run.targets.data]) {
    for (const v of values) if (Number.isFinite(v)) [low, high] = [Math.min(low, v), Math.max(high, v)];
  }
  if (low > high) [low, high] = [0, 1];
  const room = (high - low) * 0.05 || 0.5;
  Object.assign(state, { run, low: low - room, width: high - low + 2 * room });
  state.digits = Math.min(6, Math.max(2, 2 - Math.floor(Math.log10(state.width))));
  text(ends.low, data.format(state.low, state.digits));
  text(ends.high, data.format(state.low + state.width, state.digits));
}

function fillRow(data, row, k, run, t, { low, width, digits }) {
  const [answer, target] = [run.outputs.at(t, k), run.targets.at(t, k)];
  const place = (v) => Math.min(1, Math.max(0, (v - low) / width));
  const [a, b] = [place(answer), place(target)];
  mark(row.answer, a);
  mark(row.target, b);
  const both = Number.isFinite(answer) && Number.isFinite(target);
  const [from, length] = both ? [Math.min(a, b), Math.abs(a - b)] : [0, 0];
  row.gap.style.transform = `translateX(${(100 * from).toFixed(2)}%) scaleX(${length.toFixed(4)})`;
  show(row.said, data, answer, { quantity: "output", unit: k, step: t, digits });
  if (!Number.isNaN(target)) return show(row.asked, data, target, { quantity: "target", unit: k, step: t, digits });
  text(row.asked, "–");
  return attr(row.asked, "data-value", null);
}

function mark(node, share) {
  attr(node, "hidden", Number.isNaN(share) ? "" : null);
  if (!Number.isNaN(share)) node.style.transform = `translateX(${(100 * share).toFixed(2)}%)`;
}

/** (ŷ − y)², or for several outputs the mean of their squares. */
function equation(data, { answer, target, loss }) {
  const square = ["(", symbol("ŷ", "t", "output"), " − ", symbol("y", "t"), ")²"];
  const line = el("p", { class: "rv-answer-loss", role: "math" }, data.say("panel.loss"), " = ");
  if (data.meta.O > 1) line.append(data.say("panel.mean_of", { O: data.meta.O }), " ", ...square, " = ", loss);
  else line.append(...square, " = (", answer, " − ", target, ")² = ", loss);
  return line;
}

function fillLoss(data, { answer, target, loss }, run, t, digits) {
  const [value, said, y] = [run.losses.at(t), run.outputs.at(t), run.targets.at(t)];
  const read = (v) => (v > 0 && v < SMALL ? powerText(data, Math.log10(v)) : data.format(v, v > 0 && v < 0.1 ? 4 : 3));
  const worked = (n) => (Number(said.toFixed(n)) - Number(y.toFixed(n))) ** 2;
  const counted = enough(digits + 1, (n) => read(worked(n)) === read(value));
  text(answer, data.format(said, counted));
  text(target, y < 0 ? `(${data.format(y, counted)})` : data.format(y, counted));
  show(loss, data, value, { quantity: "loss", step: t });
  text(loss, read(value));
}

function verdict(data, run, t) {
  if (!Number.isFinite(run.losses.at(t))) return data.say("panel.verdict_broken");
  if (data.meta.O > 1) return data.say("panel.verdict_several");
  const [answer, target] = [run.outputs.at(t), run.targets.at(t)];
  if (answer === target) return data.say("panel.verdict_exact");
  const gap = data.format(Math.abs(answer - target), digitsOf(answer - target));
  return data.say(answer > target ? "panel.verdict_above" : "panel.verdict_below", { gap });
}
