/**
 * The equations of each cell as data: rows of tokens, in the notation a person knows. Nothing is drawn here.
 *
 * A row is a list of chunks; a line breaks before a chunk, and within a long one only where a whole line is too short
 * for it. A chunk holds words of the formula (strings such as "σ(", "+", "⊙") and terms: symbols that share one
 * number, which stands below them.
 */

/**
 * @typedef {{letter: string, sub?: string, quantity?: string, shape?: string, when?: "t"|"before"}} Symbol
 *   when "before": the subscript is the step before, and 0 at the first step
 * @typedef {{symbols: (Symbol|string)[], number: string}} Term number names the value that stands below
 * @typedef {{quantity: string, gate: string|null, chunks: (string|Term)[][]}} Row
 */

const ACTIVATION = { sigmoid: "σ(", tanh: "tanh(", relu: "ReLU(", identity: "(" };

/** What one weight matrix is called. @param {"W"|"U"|"b"|"d"} role W reads x, U reads h; b and d are their biases */
export function weightName(notation, cell, role, gate) {
  const g = gate === "a" ? "h" : gate;
  if (notation === "torch") {
    return { W: ["W", `i${g}`], U: ["W", `h${g}`], b: ["b", `i${g}`], d: ["b", `h${g}`] }[role];
  }
  const two = cell === "gru" && gate === "n"; // r stands between the biases of n: they do not add up to one
  const bias = two ? { b: ["b", `x${g}`], d: ["b", `h${g}`] } : { b: ["b", g], d: null };
  if (role === "b" || role === "d") return role === "b" && cell === "rnn" && notation !== "xh" ? ["b", ""] : bias[role];
  if (notation === "xh") return role === "W" ? ["W", `x${g}`] : ["W", `h${g}`];
  const [input, state] = notation === "wu" ? ["W", "U"] : ["U", "W"];
  return [role === "W" ? input : state, cell === "rnn" ? "" : g];
}

/** What the matrix and the bias are called that answers are read out by. @returns {[string, string][]} */
export function answerNames(notation) {
  if (notation === "torch") return [["W", "ho"], ["b", "o"]];
  return [notation === "xh" ? ["W", "hy"] : ["V", ""], ["b", "y"]];
}

/**
 * The rows of a cell, in the order they are computed.
 * @param {{cell: string, nonlinearity: string, gates: string[]}} meta
 * @param {string} notation
 * @param {{reads: "x"|"c"|"yc"|null, past: boolean}} enters what is read, c the context and y the answer before; whether
 *   the state of the step before is
 * @returns {Row[]}
 */
export function equations(meta, notation, enters = { reads: "x", past: true }) {
  const row = (gate) => gateRow(meta, notation, gate, enters);
  if (meta.cell === "lstm") return [..."ifgo"].map(row).concat(lstmStates());
  if (meta.cell === "gru") return [..."rzn"].map(row).concat(gruState());
  const open = ACTIVATION[meta.nonlinearity];
  const state = meta.nonlinearity === "identity" ? [one("a")] : [open, one("a"), ")"];
  return [row("a"), { quantity: "h", gate: null, chunks: [state] }];
}

const READ = {
  x: [{ letter: "x", quantity: "x", shape: "D", when: "t" }],
  c: [{ letter: "c", quantity: "h", shape: "C" }],
  yc: ["[", { letter: "y", quantity: "output", shape: "O", when: "before" }, "; ", { letter: "c", quantity: "h", shape: "C" }, "]"],
};

function gateRow(meta, notation, gate, { reads, past }) {
  const weight = (role, shape) => {
    const name = weightName(notation, meta.cell, role, gate);
    return name && { letter: name[0], sub: name[1], shape };
  };
  const x = reads && { symbols: [weight("W", "HD"), ...READ[reads]], number: "Wx" };
  const h = past && { symbols: [weight("U", "HH"), { letter: "h", quantity: "h", shape: "H", when: "before" }], number: "Uh" };
  const [b, d] = [weight("b", "H"), past && weight("d", "H")];
  const [bias, second] = [b && { symbols: [b], number: d ? "b" : "bias" }, d && { symbols: [d], number: "d" }];
  const open = gate === "a" ? null : gate === "g" || gate === "n" ? ACTIVATION.tanh : ACTIVATION.sigmoid;
  const apart = d && meta.cell === "gru" && gate === "n"; // r stands before all that comes from the past
  const terms = apart ? [[x], [bias], [one("r"), "⊙", "(", h, "+", second, ")"]] : d ? [[x], [bias], [h], [second]] : [[x], [h], [bias]];
  return { quantity: gate, gate, chunks: summed(terms, open) };
}

/** The terms there are, a + before each but the first, in the brackets of an activation if there is one. */
function summed(terms, open) {
  const chunks = terms.filter(([first]) => first).map((term, k) => (k ? ["+", ...term] : open ? [open, ...term] : term));
  if (open) chunks.at(-1).push(")");
  return chunks;
}

function lstmStates() {
  const kept = [one("f"), "⊙", before("c")];
  const written = ["+", one("i"), "⊙", one("g")];
  const squashed = { symbols: ["tanh(", state("c"), ")"], number: "tanh_c" };
  return [
    { quantity: "c", gate: null, chunks: [kept, written] },
    { quantity: "h", gate: null, chunks: [[one("o"), "⊙", squashed]] },
  ];
}

function gruState() {
  const open = { symbols: ["(1 − ", state("z"), ")"], number: "1-z" };
  return [{ quantity: "h", gate: null, chunks: [[open, "⊙", one("n")], ["+", one("z"), "⊙", before("h")]] }];
}

function state(quantity) {
  return { letter: quantity, quantity, shape: "H", when: "t" };
}

function one(quantity) {
  return { symbols: [state(quantity)], number: quantity };
}

function before(quantity) {
  return { symbols: [{ letter: quantity, quantity, shape: "H", when: "before" }], number: `${quantity}_before` };
}
