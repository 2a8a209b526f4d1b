/**
 * What the network answers at this step, what was asked of it, and the loss worked out.
 */
import { el, heading, number, text } from "../dom.js";
import { translates } from "../shape.js";
import { answersAt, lossAt } from "./output-kinds.js";
import { numbers } from "./output-numbers.js";
import { readout } from "./output-readout.js";
import { symbols } from "./output-symbols.js";
import { Writing } from "./output-writing.js";

/** Another run of the same form is only another frame. */
export const renews = () => true;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const { meta } = data;
  const kind = meta.kind === "symbols" ? "symbols" : "numbers";
  const classes = meta.recorded && kind === "symbols";
  const writing = translates(meta) && kind === "symbols" ? new Writing(data, cursor) : null;
  if (writing) element.append(writing.node);
  const head = heading(element, "", data.say(classes ? "panel.output_hint_classes" : `panel.output_hint_${kind}`));
  const body = kind === "symbols" ? symbols(data) : numbers(data);
  const own = ownLoss(data);
  const sentence = el("p", { class: "rv-answer-sentence" });
  const formula = readout(data, kind);
  const account = el("div", { class: "rv-answer-account" }, body.loss, own.node, sentence, formula.node);
  element.append(el("div", { class: "rv-answer-body" }, body.node, account));
  return cursor.subscribe((_, changed) => {
    if (changed.has("notation")) formula.write(cursor.notation);
    if (!changed.has("t") && !changed.has("frame")) return;
    const run = data.frame(cursor);
    const t = Math.min(cursor.t, meta.T - 1);
    writing?.follow(run, t, changed.has("frame"));
    const why = lossAt(data, run, t);
    text(head.title, data.say("panel.output_title", { step: t + 1 }));
    body.node.hidden = !answersAt(data, t);
    if (!body.node.hidden) body.fill(run, t, changed.has("frame"));
    body.loss.hidden = why !== "target";
    own.fill(run, t, why === "own" || why === "sum");
    text(sentence, why === "target" ? body.verdict(run, t) : data.say(`panel.loss_${reason(data, why, t)}`));
  }, element, true);
}

/** The loss of a recorded module that is no error of its answers: a function of one's own, or a sum of states. */
function ownLoss(data) {
  const value = el("strong", { class: "rv-answer-loss-value" });
  const node = el("p", { class: "rv-answer-loss", hidden: true }, data.say("panel.loss"), " = ", value);
  return {
    node,
    fill: (run, t, counts) => {
      node.hidden = !counts;
      if (counts) number(value, data, run.losses.at(t), { quantity: "loss", step: t, digits: 3 });
    },
  };
}

/** Which sentence says where the loss of a step is from, or why it has none. */
function reason({ meta }, why, t) {
  if (why === "no_target" && !answersAt({ meta }, t)) return translates(meta) ? "reads" : meta.recorded ? "no_answer" : "once";
  if (why === "elsewhere") return meta.loss_kind === "sum" ? "sum" : "own_once";
  return why === "own" && meta.loss === "last" ? "own_once" : why;
}
