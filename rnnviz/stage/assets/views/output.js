/**
 * What the network answers at this step, what was asked of it, and the loss worked out.
 */
import { el, heading, text } from "../dom.js";
import { symbol } from "./equations-math.js";
import { numbers } from "./output-numbers.js";
import { symbols } from "./output-symbols.js";

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const kind = data.meta.kind === "symbols" ? "symbols" : "numbers";
  const head = heading(element, "", data.say(`panel.output_hint_${kind}`));
  const body = kind === "symbols" ? symbols(data) : numbers(data);
  const sentence = el("p", { class: "rv-answer-sentence" });
  const account = el("div", { class: "rv-answer-account" }, body.loss, sentence, readout(data, kind));
  element.append(el("div", { class: "rv-answer-body" }, body.node, account));
  const counts = counting(data);
  return cursor.subscribe((_, changed) => {
    if (!changed.has("t") && !changed.has("frame")) return;
    const run = data.frame(cursor);
    const t = Math.min(cursor.t, data.meta.T - 1);
    const reason = counts(run, t);
    text(head.title, data.say("panel.output_title", { step: t + 1 }));
    body.fill(run, t, changed.has("frame"));
    body.loss.hidden = reason !== "counts";
    text(sentence, reason === "counts" ? body.verdict(run, t) : data.say(`panel.loss_${reason}`));
  }, element);
}

/** Why a step has a loss or none: "counts", "no_target", "later" (only the last target counts, and this is not it). */
function counting(data) {
  let known = null;
  let last = -1;
  return (run, t) => {
    if (known !== run) {
      known = run;
      for (last = data.meta.T - 1; last >= 0 && !hasTarget(data, run, last); last--);
    }
    if (!hasTarget(data, run, t)) return "no_target";
    return data.meta.loss === "last" && t !== last ? "later" : "counts";
  };
}

export function hasTarget({ meta }, run, t) {
  const row = run.targets.row(t);
  return meta.kind === "symbols" ? row[0] >= 0 : row.some((v) => !Number.isNaN(v));
}

/** y = W_ho h + b_o with its shapes: where the answer comes from. */
function readout({ meta, say }, kind) {
  const width = meta.H * meta.directions;
  const sizes = [
    [symbol("W", "ho"), `${meta.O}×${width}`],
    [symbol("h", "t", "h"), width],
    [symbol("b", "o"), meta.O],
  ];
  const [open, close] = kind === "symbols" ? ["softmax(", ")"] : ["", ""];
  return el(
    "p",
    { class: "rv-answer-readout", role: "math", "aria-label": say(`panel.readout_${kind}`) },
    symbol(kind === "symbols" ? "p" : "ŷ", "t", "output"),
    ` = ${open}`,
    symbol("W", "ho"),
    " ",
    symbol("h", "t", "h"),
    " + ",
    symbol("b", "o"),
    close,
    el("span", { class: "rv-answer-sizes" }, ...sizes.map(([glyph, shape]) => el("span", {}, glyph, ` ${shape}`))),
  );
}
