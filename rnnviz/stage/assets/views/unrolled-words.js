/**
 * The picture in words, for those who do not see it.
 */
import { rowName, short } from "./unrolled-columns.js";
import { isGroup } from "./unrolled-layout.js";

const NAMED = 12;

/** What the cursor's column shows, in a few sentences. @param {import("./unrolled.js").Graph} graph */
export function describe({ data, cursor, frame, current }) {
  const { meta } = data;
  const t = cursor.t;
  const parts = [data.say("graph.described", { t: t + 1, T: meta.T, label: meta.labels[t] })];
  const nodes = current.nodes.slice(0, NAMED).map(({ row, value }) => `${rowName(data, row, meta.layers.length > 1)} ${short(data, value)}`);
  parts.push(data.say(current.nodes.some(({ row }) => isGroup(row)) ? "graph.described_groups" : "graph.described_state", { values: nodes.join(", ") }));
  parts.push(data.say("graph.described_answer", { answer: answer(data, frame, t) }));
  if (frame.losses.at(t)) parts.push(data.say("graph.described_loss", { loss: data.format(frame.losses.at(t)) }));
  return parts.join(" ");
}

function answer(data, frame, t) {
  if (data.meta.kind === "numbers") return [...frame.outputs.row(t)].slice(0, 3).map((v) => data.format(v)).join(", ");
  const shares = [...frame.probabilities.row(t)].map((p, o) => ({ p, o })).sort((a, b) => b.p - a.p);
  return shares.slice(0, 3).map(({ p, o }) => `${data.meta.answers?.[o] ?? o + 1} ${data.format(p)}`).join(", ");
}
