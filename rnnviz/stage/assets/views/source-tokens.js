/**
 * Python cut into coloured pieces: just enough of the language for one function of ours, line by line.
 */

const KEYWORDS = new Set([
  ..."and as assert async await break class continue def del elif else except finally for from global if".split(" "),
  ..."import in is lambda nonlocal not or pass raise return try while with yield False None True".split(" "),
]);
const PIECE = new RegExp(
  [
    /(?<comment>#.*)/,
    /(?<open>[rbfuRBFU]{0,2}(?:"""|'''))/,
    /(?<string>[rbfuRBFU]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))/,
    /(?<number>\b\d[\w.]*)/,
    /(?<name>[^\W\d]\w*)/,
    /(?<decorator>@[\w.]+)/,
  ]
    .map((part) => part.source)
    .join("|"),
  "gu",
);

/**
 * @typedef {{kind: "plain"|"comment"|"string"|"number"|"name"|"keyword"|"call"|"decorator", text: string}} Piece
 * @param {string[]} lines
 * @returns {Piece[][]} the pieces of each line; put together they are the line again
 */
export function tokens(lines) {
  let quote = null; // the triple quote that is still open
  return lines.map((line) => {
    const pieces = [];
    let at = 0;
    if (quote) [at, quote] = stringOn(line, 0, 0, quote, pieces);
    while (at < line.length) {
      PIECE.lastIndex = at;
      const match = PIECE.exec(line);
      if (!match) break;
      if (match.index > at) pieces.push({ kind: "plain", text: line.slice(at, match.index) });
      at = match.index + match[0].length;
      if (match.groups.open) [at, quote] = stringOn(line, match.index, at, match[0].slice(-3), pieces);
      else pieces.push({ kind: kindOf(match, line[at]), text: match[0] });
    }
    if (at < line.length) pieces.push({ kind: "plain", text: line.slice(at) });
    return pieces;
  });
}

/** Add a triple-quoted string from `start` on, looked through from `from` on; returns where the code goes on. */
function stringOn(line, start, from, quote, pieces) {
  const end = line.indexOf(quote, from);
  const stop = end < 0 ? line.length : end + quote.length;
  if (stop > start) pieces.push({ kind: "string", text: line.slice(start, stop) });
  return [stop, end < 0 ? quote : null];
}

function kindOf({ groups }, next) {
  const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
  if (kind !== "name") return kind;
  if (KEYWORDS.has(groups.name)) return "keyword";
  return next === "(" ? "call" : "name";
}
