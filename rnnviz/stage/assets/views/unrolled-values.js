/**
 * The values of nodes as they are written, and the names of the units that have them.
 */
import { symbol, unitName } from "../dom.js";
import { isGroup } from "./unrolled-layout.js";

/** The gate by which a unit keeps its own past without any matrix: f of c in an LSTM, z of h in a GRU. */
export function carryOf({ cell }) {
  return { lstm: "f", gru: "z" }[cell] ?? null;
}

export function carryHeight(layout, row) {
  return row.y + layout.pill.height * 0.3;
}

/** Which component of a one-hot row is 1. */
export function hot(inputs, t) {
  const row = inputs.row(t);
  for (let d = 0; d < row.length; d++) if (row[d] === 1) return d;
  return 0;
}

/** The value of a unit, or the mean of a group. */
export function meanOf(values, { start, stop }) {
  if (stop - start === 1) return values[start];
  let sum = 0;
  for (let j = start; j < stop; j++) sum += values[j];
  return sum / (stop - start);
}

/** A number that fits a node: three digits at least, so two decimals below ten. */
export function short(data, value) {
  const size = Math.abs(value);
  return data.format(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** "Unit 2", "Units 1 to 4", with the layer where there are several. */
export function rowName(data, row) {
  const plain = isGroup(row) ? data.say("graph.units", { first: row.start + 1, last: row.stop }) : unitName(data, row.start);
  if (data.meta.layers.length === 1) return plain;
  const { level, reverse } = row.block;
  return data.say(reverse ? "graph.in_reverse" : "graph.in_layer", { unit: plain, n: level + 1 });
}

export function nodeLabel(data, row, { t, kind }, value, quantity) {
  const said = { unit: rowName(data, row), t: t + 1, value: short(data, value) };
  if (kind === "gather") return data.say(isGroup(row) ? `graph.group_${quantity}` : `graph.node_${quantity}`, said);
  if (isGroup(row)) return data.say(t === null ? "graph.group_start" : "graph.group", said);
  return data.say(t === null ? "graph.node_start" : "graph.node", said);
}

/** What the encoder read at a step, as short as it can be told. */
export function sourceName({ meta, format }, s) {
  const label = meta.labels[s];
  return meta.alphabet ? symbol(label) : format(Number(label.replace("−", "-")), 2);
}
