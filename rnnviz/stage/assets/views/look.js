/** Where a decoder looks: its weights over what was read, their words, and who looks at a step that is read. */
import { Matrix, nice } from "../arrays.js";
import { partsOf, writtenAt } from "../shape.js";

const turned = new WeakMap();

/** S, N and the first of the decoder's steps. */
export function extents(data) {
  const [encoder, decoder] = partsOf(data.meta);
  return { S: encoder.stop - encoder.start, N: decoder.stop - decoder.start, start: decoder.start };
}

/** The weights α of a run, (N, S). */
export function weights(frame) {
  return frame.bridge.attention;
}

/** The same, source step first, (S, N): as heatmaps on the time axis are painted. */
export function bySource(frame) {
  const alpha = weights(frame);
  if (!turned.has(alpha)) {
    const out = new Float32Array(alpha.data.length);
    for (let n = 0; n < alpha.rows; n++) for (let s = 0; s < alpha.cols; s++) out[s * alpha.rows + n] = alpha.at(n, s);
    turned.set(alpha, new Matrix([alpha.cols, alpha.rows], out));
  }
  return turned.get(alpha);
}

/**
 * The weight that has the full ink. Of many runs it is 1, so that one sees a map grow sharp, and later ones do not fade
 * those before; of one alone as much as it needs, but weights that are all alike are never the darkest.
 */
export function mostLooked(data) {
  if (data.learning || data.frames.length > 1) return 1;
  return Math.min(1, nice(Math.max(3 / extents(data).S, weights(data.frames[0]).limit)));
}

/** The source step that decoder step n looks at most. */
export function topSource(frame, n) {
  return argmax(weights(frame).row(n));
}

/** The decoder step that looks at source step s most. */
export function topReader(frame, s) {
  return argmax(bySource(frame).row(s));
}

function argmax(values) {
  return values.reduce((best, v, k) => (v > values[best] ? k : best), 0);
}

/** What a decoder step writes, as a person reads it: its symbol, or its number. */
export function writtenName(data, frame, n) {
  const t = extents(data).start + n;
  return writtenAt(data.meta, frame, t) ?? data.format(frame.outputs.at(t));
}

/** What a source step is: its symbol, or its number to two digits. */
export function sourceName(data, s) {
  return data.meta.kind === "symbols" || data.meta.alphabet ? data.meta.labels[s] : data.format(data.frames[0].inputs.at(s));
}

/** How many letters the longest name has, of what is read or of what is written. */
export function longestName(data) {
  const { meta, frames } = data;
  const { S, N } = extents(data);
  const written = meta.answers ?? Array.from({ length: N }, (_, n) => writtenName(data, frames[0], n));
  const longest = (names) => Math.max(1, ...names.map((name) => [...name].length));
  return { read: longest(Array.from({ length: S }, (_, s) => sourceName(data, s))), written: longest(written) };
}

/** Who looks where, in a sentence, with both numbers. */
export function lookSentence(data, frame, n, s) {
  const { start } = extents(data);
  const score = frame.bridge.scores?.at(n, s);
  return data.say("attention.tip", { t: start + n + 1, written: writtenName(data, frame, n), s: s + 1, source: sourceName(data, s),
    alpha: data.format(weights(frame).at(n, s), 3), score: data.format(score) });
}

/** The whole map in words: its strongest weight, and where the rows look on the whole. */
export function describeLook(data, frame) {
  const { S, N } = extents(data);
  const tops = Array.from({ length: N }, (_, n) => topSource(frame, n));
  const strongest = tops.reduce((best, s, n) => (weights(frame).at(n, s) > weights(frame).at(best, tops[best]) ? n : best), 0);
  return data.say("attention.describe", { N, S, strongest: lookSentence(data, frame, strongest, tops[strongest]) });
}
