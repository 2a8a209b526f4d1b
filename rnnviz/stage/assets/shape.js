/**
 * The shape of a run: which network runs at which step, where it begins, what it reads there and what comes of it. An
 * encoder and its decoder are two parts of one time axis; any other network is one part. Nothing is drawn here.
 */

/**
 * @typedef {{name: string, prefix: string, start: number, stop: number, layers: string[], width: number, directions: number}} Part
 *   prefix: what the names of its parameters begin with; width: how many numbers its first layer reads a step
 */

const known = new WeakMap();

/** @returns {Part[]} */
export function partsOf(meta) {
  if (!known.has(meta)) known.set(meta, meta.segments?.length ? meta.segments.map(partOf) : [whole(meta)]);
  return known.get(meta);
}

function partOf(segment) {
  const directions = segment.layers.some((name) => name.endsWith("_reverse")) ? 2 : 1;
  return { ...segment, prefix: `${segment.name}.`, directions };
}

function whole({ T, layers, D, directions }) {
  return { name: "", prefix: "", start: 0, stop: T, layers, width: D, directions };
}

/** The part that runs at a step. */
export function partAt(meta, t) {
  return partsOf(meta).find(({ stop }) => t < stop) ?? partsOf(meta).at(-1);
}

/** The layer of a part that is meant: where a decoder has none of that name, that of the same height. */
export function layerIn({ layers }, name) {
  if (layers.includes(name)) return name;
  const below = name.replace("_reverse", "");
  return layers.includes(below) ? below : layers[0];
}

/** Whether this is an encoder and a decoder. */
export function translates(meta) {
  return Boolean(meta.segments?.length);
}

/** Whether a state comes back at the next step: not in a network that reads everything at once. */
export function recurs(meta) {
  return meta.shape !== "one_to_one";
}

/** Whether the one answer is made of more than the last step's state. */
export function pools(meta) {
  return meta.shape === "many_to_one" && (meta.readout !== "last" || meta.directions === 2);
}

/** Whether anything is read at a step: of the one input only at the first, of a context that is a state at none. */
export function readsAt(meta, t) {
  if (meta.shape === "one_to_many" && meta.feed === "first") return t === 0;
  return partAt(meta, t).width > 0;
}

/** Whether the context is what the decoder begins with; else it is what it reads. */
export function begins(meta) {
  return meta.decoder === "state";
}

/** The name that a level's context goes by; of a context that is read there is only that of the top. */
export function contextLevels(meta) {
  const levels = Array.from({ length: meta.num_layers }, (_, k) => k);
  return begins(meta) ? levels : levels.slice(-1);
}

/** What passes from the encoder's level k to the decoder, (C,). */
export function contextOf(frame, k) {
  return frame.bridge.context[`l${k}`].data;
}

/** What a part's first layer reads at a step. */
export function inputOf(meta, frame, t) {
  const part = partAt(meta, t);
  if (!translates(meta)) return frame.inputs.row(t);
  if (part.name === "encoder") return frame.inputs.row(t).subarray(0, part.width);
  if (!part.width) return new Float64Array(0);
  const context = contextOf(frame, meta.num_layers - 1);
  if (meta.decoder !== "feedback") return context;
  const read = new Float64Array(part.width);
  read.set(frame.inputs.row(t).subarray(0, meta.O));
  read.set(context, meta.O);
  return read;
}

/** What level k gives at a step, both directions joined; from the second on with what it read, if there are skips. */
export function givenBy(meta, frame, k, t) {
  const { layers } = partAt(meta, t);
  const names = [`l${k}`, `l${k}_reverse`].filter((name) => layers.includes(name));
  const rows = names.map((name) => frame.layers[name].h.row(t));
  if (rows.length === 1 && !(meta.residual && k)) return rows[0];
  const given = new Float64Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    given.set(row, at);
    at += row.length;
  }
  if (meta.residual && k) givenBy(meta, frame, k - 1, t).forEach((v, j) => (given[j] += v));
  return given;
}

/** What the top of a part gives at a step. */
export function topOf(meta, frame, t) {
  return givenBy(meta, frame, meta.num_layers - 1, t);
}

/** The state, "h" or "c", that a layer of a part starts from. */
export function startOf(meta, frame, part, layer, state) {
  const arrays = frame.layers[layer];
  if (part.name !== "decoder") return arrays[`${state}0`].data;
  if (begins(meta) && state === "h") return contextOf(frame, Number.parseInt(layer.slice(1), 10));
  if (begins(meta) && meta.context === "last") return arrays.c.row(part.start - 1);
  return new Float64Array(meta.H);
}

const pooled = new WeakMap();

/**
 * What the one answer is made of, (C,), found once a run: the mean or the largest of all states, or of each direction
 * its own last one. @returns {{values: Float64Array, winners: Int32Array|null}} winners: the step each maximum is from
 */
export function pooledOf(meta, frame) {
  if (!pooled.has(frame)) pooled.set(frame, meta.readout === "last" ? ends(meta, frame) : pool(meta, frame));
  return pooled.get(frame);
}

function ends(meta, frame) {
  const [last, first] = [topOf(meta, frame, meta.T - 1), topOf(meta, frame, 0)];
  return { values: Float64Array.from(last, (v, j) => (j < meta.H ? v : first[j])), winners: null };
}

function pool(meta, frame) {
  const size = meta.H * meta.directions;
  const most = meta.readout === "max";
  const values = new Float64Array(size).fill(most ? -Infinity : 0);
  const winners = most ? new Int32Array(size) : null;
  for (let t = 0; t < meta.T; t++) {
    topOf(meta, frame, t).forEach((v, j) => {
      if (!most) values[j] += v / meta.T;
      else if (v > values[j]) [values[j], winners[j]] = [v, t];
    });
  }
  return { values, winners };
}

/**
 * What a decoder with feedback was fed at a step: the right answer of the step before, its own, or what is both.
 * @returns {{answer: number, kind: "own"|"right"|"both"|"given"}|null} given: both, to one that never reads its own; null at its first step, and where nothing is fed back
 */
export function fedAt(meta, frame, t) {
  const part = partAt(meta, t);
  if (part.name !== "decoder" || meta.decoder !== "feedback" || t === part.start) return null;
  const fed = frame.inputs.row(t);
  if (meta.kind === "numbers") {
    const right = frame.targets.at(t - 1, 0) === fed[0];
    const own = frame.outputs.at(t - 1, 0) === fed[0];
    return { answer: 0, kind: fedKind(meta, right, own) };
  }
  const answer = largestAt(fed, meta.O);
  const right = frame.targets.at(t - 1, 0) === answer;
  return { answer, kind: fedKind(meta, right, largestAt(frame.outputs.row(t - 1), meta.O) === answer) };
}

function fedKind({ forcing }, right, own) {
  if (!right) return "own";
  if (!own) return "right";
  return forcing === 1 ? "given" : "both";
}

/** The place of the largest of the first `count` values. */
export function largestAt(values, count = values.length) {
  let best = 0;
  for (let k = 1; k < count; k++) if (values[k] > values[best]) best = k;
  return best;
}

/** What stands above a step of this very run: of what is fed back each run has its own. */
export function labelAt(meta, frame, t) {
  // Where many runs are sent with little of each, as on the way back, all of them are fed the same.
  const fed = meta.kind === "symbols" && frame.targets ? fedAt(meta, frame, t) : null;
  return fed && meta.answers ? meta.answers[fed.answer] : meta.labels[t];
}

/** What the decoder wrote at a step of this very run; null before it begins, and where it writes numbers. */
export function writtenAt(meta, frame, t) {
  const part = partAt(meta, t);
  if (part.name !== "decoder" || meta.kind !== "symbols") return null;
  const kept = frame.bridge?.hypotheses;
  if (kept?.length) return kept[0].text[t - part.start] ?? null;
  // A gallery brings no numbers of its stage's own run; what it wrote is known all the same.
  if (!frame.outputs) return meta.written?.[t - part.start] ?? null;
  return meta.answers[largestAt(frame.outputs.row(t), meta.O)];
}
