/**
 * Words and symbols of the graph, and the picture in words for those who do not see it.
 */
import { el, text } from "../dom.js";
import { rowName, short } from "./unrolled-values.js";
import { answers, answersAt, hasLoss } from "./output-kinds.js";
import { labelAt, partAt, partsOf, readsAt } from "../shape.js";
import { strongest } from "./unrolled-attention.js";
import { isGroup, looksBack } from "./unrolled-layout.js";

const NAMED = 12;
const REST = 200;

/** The name as it stands in the equations: W_hh, or the block of one gate, W_hg. @param {"h"|"i"} kind */
export function matrixName(kind, gate) {
  return ["W", { sub: `${kind}${gate ?? "h"}` }];
}

/** A letter with a true subscript or superscript. */
export function symbol(letter, { sub, sup } = {}) {
  return el("i", { class: "rv-u-symbol" }, letter, sub && el("sub", {}, sub), sup && el("sup", {}, String(sup)));
}

/** A message of the catalogue in which some placeholders are elements. */
export function phrase(data, key, values) {
  const parts = data.say(key, {}).split(/(\{\w+\})/);
  return parts.map((part) => (part.startsWith("{") ? values[part.slice(1, -1)] ?? part : part));
}

/** A paragraph for those who do not see the picture, written when stepping rests. */
export class Description {
  constructor() {
    this.element = el("p", { class: "rv-hidden" });
    this.timer = 0;
  }

  soon(write) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => text(this.element, write()), REST);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

/** What the cursor's column shows, in a few sentences. @param {import("./unrolled.js").Graph} graph */
export function describe({ data, cursor, frame, current }) {
  const { meta } = data;
  const { t } = cursor;
  const named = current.nodes.filter(({ absent }) => !absent).slice(0, NAMED).map(({ row, value }) => `${rowName(data, row)} ${short(data, value)}`).join(", ");
  const grouped = current.nodes.some(({ row }) => isGroup(row));
  const parts = [
    readsLine(data, frame, t),
    data.say(grouped ? "graph.described_groups" : "graph.described_state", { values: named }),
  ];
  if (answers(data) && answersAt(data, t)) parts.push(data.say("graph.described_answer", { answer: answer(data, frame, t) }));
  if (hasLoss(data, frame, t)) parts.push(data.say("graph.described_loss", { loss: data.format(frame.losses.at(t)) }));
  if (looksBack(meta) && t >= partsOf(meta)[1].start) parts.push(looked(data, frame, t));
  return parts.join(" ");
}

/** "Step 3 of 7 reads a": of an encoder and a decoder, whose step it is. */
function readsLine(data, frame, t) {
  const { meta } = data;
  const { name, start, stop } = partAt(meta, t);
  const said = { t: t - start + 1, T: stop - start, label: labelAt(meta, frame, t), part: name && data.say(`stage.${name}_step`) };
  if (readsAt(meta, t)) return data.say(name ? "graph.described_of" : "graph.described", said);
  return data.say(name ? "graph.described_no_input_of" : "graph.described_no_input", said);
}

/** What the step looks back at most. */
function looked(data, frame, t) {
  const weights = frame.bridge.attention.row(t - partsOf(data.meta)[1].start);
  const [s] = strongest(weights, 1);
  return data.say("graph.described_attention", { t: s + 1, label: data.meta.labels[s], value: data.format(weights[s]) });
}

function answer(data, frame, t) {
  if (data.meta.kind === "numbers") return [...frame.outputs.row(t)].slice(0, 3).map((v) => data.format(v)).join(", ");
  const shares = [...frame.probabilities.row(t)].map((p, o) => ({ p, o })).sort((a, b) => b.p - a.p);
  return shares.slice(0, 3).map(({ p, o }) => `${data.meta.answers?.[o] ?? o + 1} ${data.format(p)}`).join(", ");
}
