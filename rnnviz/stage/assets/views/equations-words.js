/**
 * What the panel says in words: each sentence is true for the very cell, gate and step it stands beside.
 */
import { begins } from "../shape.js";

/** The sentence under a sum: which way red and blue push here. */
export function pushSentence(data, gate) {
  const { cell, nonlinearity } = data.meta;
  return data.say(cell === "rnn" ? `panel.push.rnn.${nonlinearity}` : `panel.push.${cell}.${gate}`);
}

/** The tag of a gate that is held. */
export function held(data) {
  return data.say("panel.held");
}

/**
 * The heading: unit, layer where there are several, direction where there are two, step.
 * @param {import("./equations-model.js").Layer} layer
 */
export function titleOf(data, layer, unit, t) {
  const { num_layers: layers, directions, unit_names: names } = data.meta;
  const name = names?.[unit];
  const values = {
    unit: name ? data.say("panel.unit_named", { n: unit + 1, name }) : data.say("panel.unit", { n: unit + 1 }),
    step: t + 1,
    layer: layer.index + 1,
    direction: data.say(layer.reverse ? "panel.backwards" : "panel.forwards"),
  };
  const part = layer.part.name;
  if (part) return titleOfPart(data, part, layers > 1 || layer.reverse, { ...values, direction: layer.reverse ? `, ${values.direction}` : "" });
  if (directions === 2) return data.say(layers > 1 ? "panel.title_both" : "panel.title_direction", values);
  return data.say(layers > 1 ? "panel.title_layer" : "panel.title", values);
}

function titleOfPart(data, part, named, values) {
  return data.say(named ? `panel.title_${part}_layer` : `panel.title_${part}`, values);
}

/**
 * What must be known to read the equations of this layer.
 * @returns {string[]}
 */
export function notes(data, layer) {
  const { cell, H } = data.meta;
  const { directions } = layer.part;
  const found = [];
  if (layer.part.name === "decoder" && cell === "lstm") found.push(data.say("panel.note.context_letter"));
  if (data.meta.residual && layer.index > 1) found.push(data.say("panel.note.residual", { layer: layer.index }));
  else if (layer.index) {
    found.push(data.say(directions === 2 ? "panel.note.below_both" : "panel.note.below", { layer: layer.index, n: 2 * H }));
  }
  if (layer.reverse) found.push(data.say("panel.note.reverse"));
  if (cell === "gru") found.push(data.say("panel.note.gru"));
  const start = layer.past ? data.say(startKey(data.meta, layer)) : data.say("panel.note.feed_forward");
  const signs = cell === "rnn" ? [] : [data.say("panel.note.signs")];
  found.push([...signs, start].join(" "));
  return found;
}

/** Which sentence says what the layer begins with. */
function startKey(meta, { part, arrays }) {
  const kind = meta.cell === "lstm" ? "starts" : "start";
  if (part.name !== "decoder") {
    const zero = [arrays.h0, arrays.c0].filter(Boolean).every((start) => start.data.every((v) => v === 0));
    return `panel.note.${kind}_${zero ? "zero" : "given"}`;
  }
  if (!begins(meta)) return `panel.note.decoder_${kind}_zero`;
  return kind === "starts" && meta.context === "last" ? "panel.note.decoder_starts_context" : "panel.note.decoder_start_context";
}

/** How many digits keep the terms of a run apart: two where they are near 1, more where they are small. */
export function digitsFor(reach) {
  if (!(reach > 0) || reach >= 0.5) return 2;
  return Math.min(6, 2 + Math.ceil(Math.log10(0.5 / reach)));
}

/** Room for a signed number of that many digits, in em; ten to a power is longer. */
export function widthFor(reach, digits) {
  const whole = reach >= 1e4 ? 5 : Math.max(0, Math.floor(Math.log10(Math.max(1, reach))));
  return 1.85 + 0.63 * (digits + whole);
}

/** Two digits; more for a small number, so that what is not 0 does not look like it. */
export function digitsOf(v) {
  const size = Math.abs(v);
  return size >= 0.005 || size < 0.00005 ? 2 : size >= 0.0005 ? 3 : 4;
}
