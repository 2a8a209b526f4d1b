/**
 * The next symbol: the likeliest answers as bars, the true one marked, and −ln of its probability.
 */
import { raised } from "../arrays.js";
import { el, stretch, text } from "../dom.js";
import { show, symbol } from "./equations-math.js";
import { NAMED } from "./equations-model.js";
import { largest } from "./equations-sums.js";
import { digitsOf } from "./equations-words.js";
import { powerText } from "./lanes.js";
import { enough } from "./output-digits.js";

/** So many letters of a name have room; what is longer is cut off. */
const WIDEST = 10;
/** A loss below this is a power of ten, and a probability so near to 1 has more digits than three. */
const SURE = 0.01;

/** @param {import("../arrays.js").Data} data */
export function symbols(data) {
  const { O } = data.meta;
  const named = O <= NAMED + 1 ? O : NAMED;
  const rows = Array.from({ length: named + (O > named ? 1 : 0) }, () => bar(data));
  const names = [...data.meta.answers, O > named ? data.say("panel.others", { n: O - named }) : ""];
  const widest = Math.max(...names.map((name) => name.length));
  const look = { class: "rv-answer-bars", style: { "--rv-letters": Math.min(WIDEST, Math.max(3, widest)) } };
  const label = data.say(data.meta.recorded ? "panel.output_table_classes" : "panel.output_table");
  const node = el("div", { ...look, role: "table", "aria-label": label }, ...rows.map((row) => row.node));
  const parts = {
    target: el("span", { class: "rv-answer-quoted" }),
    chance: el("span"),
    loss: el("strong", { class: "rv-answer-loss-value" }),
  };
  const loss = el("p", { class: "rv-answer-loss", role: "math" });
  const chance = [symbol("p", "t", "output"), "(", parts.target, ")"];
  loss.append(data.say("panel.loss"), " = −ln ", ...chance, " = −ln ", parts.chance, " = ", parts.loss);
  return {
    node,
    loss,
    fill: (run, t) => {
      fillBars(data, rows, named, run, t);
      fillLoss(data, parts, run, t);
    },
    verdict: (run, t) => verdict(data, run, t),
  };
}

function bar(data) {
  const parts = {
    label: el("span", { class: "rv-answer-bar-label", role: "rowheader" }),
    fill: el("span", { class: "rv-answer-bar-fill" }),
    value: el("span", { class: "rv-answer-bar-value", role: "cell" }),
    mark: el("span", { class: "rv-answer-bar-mark" }, data.say("panel.target")),
  };
  const track = el("span", { class: "rv-answer-bar-track", role: "cell" }, parts.fill, parts.mark);
  return { ...parts, node: el("div", { class: "rv-answer-bar", role: "row" }, parts.label, track, parts.value) };
}

/** Largest first; the target is always among them. */
function fillBars(data, rows, named, run, t) {
  const chances = run.probabilities.row(t);
  const target = run.targets.at(t);
  const order = largest(chances, named, 0, -1);
  if (target >= 0 && !order.includes(target)) order[named - 1] = target;
  let rest = 1;
  order.forEach((answer, k) => {
    rest -= chances[answer];
    rows[k].node.classList.toggle("rv-answer-bar-target", answer === target);
    name(rows[k].label, data.meta.answers[answer]);
    fillBar(data, rows[k], chances[answer], { quantity: "probability", unit: answer, step: t });
  });
  if (rows.length === order.length) return;
  const others = rows[order.length];
  others.node.classList.add("rv-answer-bar-rest");
  name(others.label, data.say("panel.others", { n: chances.length - order.length }));
  fillBar(data, others, Math.max(0, rest), { quantity: "probability-rest", step: t });
}

function name(label, words) {
  text(label, words);
  label.classList.toggle("rv-answer-bar-long", words.length > WIDEST);
}

function fillBar(data, row, chance, what) {
  stretch(row.fill, chance);
  show(row.value, data, chance, what);
}

function fillLoss(data, { target, chance, loss }, run, t) {
  const answer = run.targets.at(t);
  if (answer < 0) return;
  const value = run.losses.at(t);
  const read = (v) => (v > 0 && v < SURE ? powerText(data, Math.log10(v)) : data.format(v, digitsOf(v)));
  text(target, data.meta.answers[answer]);
  text(chance, exact(data, run.probabilities.at(t, answer), value, read));
  show(loss, data, value, { quantity: "loss", step: t });
  text(loss, read(value));
}

/** A probability with so many digits that −ln of it reads as its loss does; of one too near 0 or 1 for them, how near it is. */
function exact(data, chance, loss, read) {
  const missing = -Math.expm1(-loss); // what it lacks of 1, which float32 may not hold
  const sure = missing > 0 && missing < SURE;
  if (sure && missing < 1e-6) return `(1 − ${powerText(data, Math.log10(missing))})`;
  if (!(chance < 0.001)) {
    const p = sure ? 1 - missing : chance;
    const least = sure ? 1 - Math.floor(Math.log10(missing)) : 3;
    return data.format(p, enough(least, (digits) => read(-Math.log(Number(p.toFixed(digits)))) === read(loss)));
  }
  const power = chance > 1e-30 ? Math.log10(chance) : -loss / Math.LN10;
  if (!Number.isFinite(power)) return data.format(chance, 3);
  const whole = Math.floor(power);
  const part = 10 ** (power - whole);
  const digits = enough(2, (n) => read(-Math.log(Number(part.toFixed(n))) - whole * Math.LN10) === read(loss));
  return `${data.format(part, digits)}·10${raised(whole)}`;
}

/** How good the answer was, against a guess that spreads itself evenly. */
function verdict(data, run, t) {
  const answer = run.targets.at(t);
  const chances = run.probabilities.row(t);
  const even = Math.log(chances.length);
  const values = { O: chances.length, even: data.format(even) };
  if (!Number.isFinite(run.losses.at(t))) return data.say("panel.verdict_broken");
  if (chances.every((p) => p <= chances[answer])) return data.say("panel.verdict_first", values);
  return data.say(run.losses.at(t) < even ? "panel.verdict_better" : "panel.verdict_worse", values);
}
