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

/**
 * The rows of a cell, in the order they are computed.
 * @param {{cell: string, nonlinearity: string, gates: string[]}} meta
 * @param {string} notation
 * @returns {Row[]}
 */
export function equations(meta, notation) {
  if (meta.cell === "lstm") return [..."ifgo"].map((gate) => gateRow(meta, notation, gate)).concat(lstmStates());
  if (meta.cell === "gru") return [..."rzn"].map((gate) => gateRow(meta, notation, gate)).concat(gruState());
  const open = ACTIVATION[meta.nonlinearity];
  const state = meta.nonlinearity === "identity" ? [one("a")] : [open, one("a"), ")"];
  return [gateRow(meta, notation, "a"), { quantity: "h", gate: null, chunks: [state] }];
}

function gateRow(meta, notation, gate) {
  const weight = (role, shape) => {
    const name = weightName(notation, meta.cell, role, gate);
    return name && { letter: name[0], sub: name[1], shape };
  };
  const x = { symbols: [weight("W", "HD"), { letter: "x", quantity: "x", shape: "D", when: "t" }], number: "Wx" };
  const h = { symbols: [weight("U", "HH"), { letter: "h", quantity: "h", shape: "H", when: "before" }], number: "Uh" };
  const [b, d] = [weight("b", "H"), weight("d", "H")];
  const [bias, second] = [b && { symbols: [b], number: d ? "b" : "bias" }, d && { symbols: [d], number: "d" }];
  const open = gate === "a" ? null : gate === "g" || gate === "n" ? ACTIVATION.tanh : ACTIVATION.sigmoid;
  const close = open ? [")"] : [];
  const chunks = d ? two(meta, gate, open, x, bias, h, second, close) : merged(open, x, h, bias, close);
  return { quantity: gate, gate, chunks };
}

/** Two biases, each beside its product: PyTorch's way, and n of a GRU in every notation. */
function two(meta, gate, open, x, b, h, d, close) {
  const past = meta.cell === "gru" && gate === "n";
  const state = past ? [["+", one("r"), "⊙", "(", h, "+", d, ")", ...close]] : [["+", h], ["+", d, ...close]];
  return [[open, x].filter(Boolean), ["+", b], ...state];
}

function merged(open, x, h, bias, close) {
  return [[open, x].filter(Boolean), ["+", h], ["+", bias, ...close]];
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
