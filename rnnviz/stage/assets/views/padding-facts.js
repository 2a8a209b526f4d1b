/** What a batch comes to in numbers: a row a sequence, the steps that were computed, the loss of a step. */
import { attr, el, number, text } from "../dom.js";
import { powerText } from "./lanes.js";
import { best, chancesAt, isNought, isTurned } from "./padding-words.js";

/** Of `rnnviz.padding.Losses`, in their order; the first is right. */
const LOSSES = ["counted", "diluted", "filled"];

/** @param {import("../arrays.js").Data} data */
export function facts(data) {
  const table = perSequence(data);
  const node = el("div", { class: "rv-batch-facts" },
    el("div", { class: "rv-batch-table", tabindex: 0, role: "region", "aria-label": data.say("padding.table"), "data-rv-keep": "padding-table" }, table.node),
    el("div", { class: "rv-batch-sums" }, computed(data), data.padding.losses ? losses(data) : null));
  return { node, follow: table.follow };
}

/** A row a sequence: how far its last state and its mean state are from the true ones, and what it answers. */
function perSequence(data) {
  const { say, padding: batch } = data;
  const columns = ["sequence", "length", "end", "pooled", ...(batch.answers ? ["says_alone", "says_now"] : [])];
  const rows = batch.labels.map((labels, row) => {
    const cells = Object.fromEntries(columns.slice(1).map((name) => [name, el("td", { "data-label": say(`padding.col_${name}`) })]));
    const name = el("th", { scope: "row", dir: "auto" }, el("b", {}, String(row + 1)), " ", labels.join(labels.some((label) => label.length > 1) ? " " : ""));
    text(cells.length, labels.length);
    return { row, cells, node: el("tr", {}, name, ...Object.values(cells)) };
  });
  const heads = columns.map((name) => el("th", { scope: "col", title: say(`padding.col_${name}_full`) }, say(`padding.col_${name}`)));
  const node = el("table", {}, el("caption", {}, say("padding.table")), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map((one) => one.node)));
  return { node, follow: (chosen, t) => rows.forEach((one) => fillRow(data, one, chosen, t)) };
}

function fillRow(data, { row, cells }, { way, side }, t) {
  const { padding: batch } = data;
  const seen = batch.sides[way === "packed" ? "right" : side];
  const padded = way === "padded";
  tell(data, cells.end, padded ? seen.end.data[row] : seen.masked.data[row], { quantity: padded ? "end-drift" : "masked-drift", unit: row }, side);
  tell(data, cells.pooled, padded ? seen.pooled.data[row] : seen.pooled_masked.data[row], { quantity: padded ? "pooled-drift" : "pooled-masked-drift", unit: row }, side);
  if (!batch.answers) return;
  const truth = seen.truth.row(row);
  const now = padded ? chancesAt(seen.chances, row, t) : truth;
  const turned = padded && isTurned(data, side, row, t);
  answer(data, cells.says_alone, truth, { quantity: "answer-alone", unit: row });
  answer(data, cells.says_now, now, { quantity: padded ? "answer-now" : "answer-alone", unit: row, step: t }, turned);
  attr(cells.says_now.firstChild.nextSibling, "data-run", side);
}

/** A distance: what is only rounding is told as such, what is small but more than that with its power of ten. */
function tell(data, cell, value, what, side) {
  number(cell, data, value, what);
  attr(cell, "data-run", side);
  if (isNought(value)) text(cell, data.say(value ? "padding.rounding" : "padding.exact"));
  else if (value < 0.005) text(cell, powerText(data, Math.log10(value), 1));
}

/** The likeliest answer and its probability; one that is not that of the sequence alone is marked. */
function answer(data, cell, chances, what, turned = false) {
  const k = best(chances);
  const figure = el("span", { class: "rv-figure" });
  number(figure, data, chances[k], what);
  cell.replaceChildren(el("span", { class: "rv-batch-answer" }, `${turned ? "≠ " : ""}${data.padding.answers[k]}`), figure);
  cell.classList.toggle("rv-batch-turned", turned);
  attr(cell, "title", turned ? data.say("padding.turned") : null);
}

/** How many steps are computed, as bars of one scale. */
function computed(data) {
  const { steps } = data.padding;
  const bar = (name) => el("div", { class: "rv-batch-sum-row" }, el("span", {}, data.say(`padding.${name}`)),
    el("span", { class: "rv-batch-sum-track", "aria-hidden": "true" }, el("i", { class: `rv-batch-sum-${name}`, style: { width: `${(100 * steps[name]) / steps.padded}%` } })),
    el("b", {}, String(steps[name])));
  const share = Math.round((100 * (steps.padded - steps.packed)) / steps.padded);
  return el("section", {}, el("h4", {}, data.say("padding.computed_title")), bar("padded"), bar("packed"),
    el("p", { class: "rv-hint" }, data.say("padding.computed_hint", { share })));
}

/** The mean loss of a step, divided by the right number and by a wrong one. */
function losses(data) {
  const row = (name, k) => {
    const figure = el("b", { class: "rv-figure" });
    number(figure, data, data.padding.losses.data[k], { quantity: `loss-${name}`, digits: 3 });
    return el("div", { class: `rv-batch-loss ${k ? "" : "rv-batch-right"}` }, el("span", {}, data.say(`padding.loss_${name}`)), figure);
  };
  return el("section", {}, el("h4", {}, data.say("padding.loss_title")), ...LOSSES.map(row), el("p", { class: "rv-hint" }, data.say("padding.loss_hint")));
}
