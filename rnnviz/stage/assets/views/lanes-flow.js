/** The lines of the gradient's lane: what each is of, where its numbers stand, how it is drawn and named. */

/**
 * @typedef {object} Line
 * @property {string} key @property {"cell"|"belt"|"bound"|"before"|"context"|"attention"} kind the whole flow of a cell; the LSTM's
 *   cell path alone; what theory allows the plain RNN at most; the focus cell before the remedy; what of its flow comes
 *   from the decoder to the encoder in one way alone
 * @property {string} cell @property {boolean} focus the cell that the page is about
 * @property {string} hue @property {string} name beside its end @property {string} full in a sentence
 * @property {string} quantity @property {string} run as in `data-quantity` and `data-run`
 * @property {(frame: number) => ArrayLike<number>|null} values log10, T of them
 */

/** @returns {Line[]} the focus last, so that it is drawn on top */
export function linesOf(data) {
  const { flow, baseline, meta } = data;
  const cells = [...flow.cells].sort((a, b) => Number(a === meta.cell) - Number(b === meta.cell));
  const at = (frame) => data.frames[frame].flow;
  const whole = cells.map((cell) => cellLine(data, cell, "cell", (frame) => at(frame).cells[cell]?.dh_log10));
  const old = (frame) => at(frame).before ?? baseline?.flow?.cells[focusOf(data)];
  const before = cellLine(data, focusOf(data), "before", (frame) => old(frame)?.dh_log10);
  const [bound, belt] = [extra(data, "bound", "rnn", (frame) => at(frame).bound_log10), extra(data, "belt", "lstm", (frame) => at(frame).belt_log10)];
  const focus = focusOf(data);
  const by = ["context", "attention"].map((way) => ({ ...extra(data, way, focus, (frame) => at(frame).ways?.[`${way}_log10`]),
    hue: way === "attention" ? "output" : focus, quantity: `dh-by-${way}` }));
  return [bound, belt, before, ...by, ...whole].map(counted).filter((line) => data.frames.some((_, k) => line.values(k)));
}

function cellLine(data, cell, kind, pick) {
  const name = cell.toUpperCase();
  const is = { kind, cell, focus: cell === data.meta.cell, hue: cell, quantity: "dh", pick };
  if (kind === "cell") return { ...is, key: cell, name, full: name, run: cell };
  const other = data.options.baseline_short; // another run, which need not be the same one before a change
  return { ...is, key: `before-${cell}`, name: other ?? data.say("score.before"), run: "baseline",
    full: data.say(other ? "score.before_other" : "score.before_full", { name }) };
}

function extra(data, kind, cell, whole) {
  const cut = new Map();
  const pick = (frame) => {
    if (!cut.has(frame)) cut.set(frame, upToTheCut(data, frame, whole(frame)));
    return cut.get(frame);
  };
  return { key: kind, kind, cell, focus: false, hue: kind === "belt" ? cell : "muted", quantity: kind, run: cell, pick,
    name: data.say(`score.${kind}`), full: data.say(`score.${kind}_full`) };
}

/** Beyond a cut nothing arrives at all: no line says what might. */
function upToTheCut(data, frame, values) {
  const { truncate, loss } = data.meta;
  if (!values || truncate == null || loss !== "last") return values;
  const first = stepsOf(data, frame) - 1 - truncate;
  return { data: values.data.map((v, t) => (t < first ? NaN : v)) };
}

function counted({ pick, ...line }) {
  return { ...line, values: (frame) => pick(frame)?.data ?? null };
}

/** Whether the one loss of a recorded module reads several steps, so that no gradient sets out at one alone. */
export function comesInAtSeveral({ frames, meta }) {
  const sends = frames[0].layers[meta.layers[0]].sends?.data ?? [];
  return sends.reduce((count, v) => count + v, 0) > 1;
}

/** How many steps the run of a frame has: fewer than the axis where the length itself is what is swept. */
export function stepsOf(data, frame) {
  const { swept } = data.flow;
  return swept?.field === "length" ? Math.min(data.meta.T, Math.round(swept.values[frame])) : data.meta.T;
}

/** Where a gradient sets out: at the last step that one reaches at all. @returns {number} its index, −1 for none */
export function startOf(values) {
  let t = (values?.length ?? 0) - 1;
  while (t >= 0 && !Number.isFinite(values[t])) t--;
  return t;
}

/** The run that is seen first: that of the setting's own value. */
export function firstFrame(data) {
  return Math.min(data.stage?.frame ?? 0, data.frames.length - 1);
}

/** The cell that the page is about, among those whose curves there are. */
export function focusOf(data) {
  return data.flow.cells.includes(data.meta.cell) ? data.meta.cell : data.flow.cells[0];
}
