/**
 * Words and symbols of the graph, and the picture in words for those who do not see it.
 */
import { el, text } from "../dom.js";
import { rowName, short } from "./unrolled-values.js";
import { answers, answersAt, hasLoss } from "./output-kinds.js";
import { labelAt, partAt, partsOf, readsAt } from "../shape.js";
import { strongest } from "./unrolled-alphas.js";
import { isGroup, looksBack } from "./unrolled-layout.js";
import { isWay, THIN } from "./unrolled-strokes.js";

const NAMED = 12;
const REST = 200;

/** What a network is called above its matrices' names, and which way one of its layers reads. */
const PARTS = { encoder: "enc", decoder: "dec" };
const WAYS = { forward: "→", reverse: "←" };

/** The name as it stands in the equations: W_hh, or the block of one gate, W_hg. @param {"h"|"i"} kind */
export function matrixName(kind, gate, owner = []) {
  return ["W", { sub: `${kind}${gate ?? "h"}`, owner }];
}

/**
 * Whose a matrix is, where several go by one name: that of the encoder or the decoder, of which layer, of which
 * direction; of a level with blocks of both, both.
 * @param {object} meta @param {import("../shape.js").Part} part @param {{level: number, reverse?: boolean}} of
 * @returns {(string|number)[]}
 */
export function ownerOf({ num_layers: layers }, part, { level, reverse }) {
  const ways = reverse === undefined ? [WAYS.forward, WAYS.reverse] : [reverse ? WAYS.reverse : WAYS.forward];
  return [PARTS[part.name], layers > 1 && level + 1, ...(part.directions > 1 ? ways : [])].filter(Boolean);
}

/** A letter with a true subscript or superscript; `owner`: a superscript that is no power. */
export function symbol(letter, { sub, sup, owner } = {}) {
  const parts = owner?.map((part, k) => el("span", { class: isWay(part) ? "rv-u-way" : null }, k ? `${THIN}${part}` : part));
  const above = parts?.length ? el("sup", { class: "rv-u-whose" }, parts) : sup && el("sup", {}, String(sup));
  return el("i", { class: "rv-u-symbol" }, letter, sub && el("sub", {}, sub), above);
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
