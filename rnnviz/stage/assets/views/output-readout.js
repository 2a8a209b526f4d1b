/** Where an answer comes from: one linear map of what the top gives. */
import { attr, el } from "../dom.js";
import { pools, translates } from "../shape.js";
import { symbol } from "./equations-math.js";
import { answerNames } from "./equations-notation.js";

/** What is answered from: a step's state, with attention what that is mixed with; of one answer for all, one vector. */
function answeredFrom(meta) {
  const skips = meta.residual && meta.num_layers > 1;
  if (translates(meta) && skips && meta.attention === "none") return { width: meta.H, state: () => summed(meta.num_layers), skips };
  if (translates(meta)) return { width: meta.H, state: () => symbol(meta.attention === "none" ? "h" : "h̃", "t", "h") };
  const width = meta.H * meta.directions;
  if (skips && !pools(meta)) return { width, state: () => summed(meta.num_layers), skips };
  return { width, state: () => (pools(meta) ? symbol("h", meta.readout, "h") : symbol("h", "t", "h")) };
}

/** With skip connections the top gives what all layers made, added up. */
function summed(layers) {
  const made = Array.from({ length: layers }, (_, k) => [k ? " + " : "(", symbol("h", "t", "h"), el("sup", {}, k + 1)]);
  const shown = layers > 4 ? [made[0], [" + …"], made.at(-1)] : made;
  return el("span", {}, ...shown.flat(), ")");
}

/**
 * y = W_ho h + b_o with its shapes, in the letters that are chosen; of a recorded module in words, if it is not that.
 * @param {import("../arrays.js").Data} data @param {"symbols"|"numbers"} kind
 * @returns {{node: HTMLElement, write: (notation: string) => void}}
 */
export function readout({ meta, say }, kind) {
  if (meta.recorded && meta.answered !== "readout") return { node: el("p", { class: "rv-hint" }, say(`panel.readout_${meta.answered}`)), write: () => {} };
  const from = answeredFrom(meta);
  const node = el("p", { class: "rv-answer-readout", role: "math" });
  const write = (notation) => {
    const names = answerNames(notation);
    const [weight, bias] = names.map((name) => [...name.join("")].join(" "));
    attr(node, "aria-label", say(from.skips ? `panel.readout_skips_${kind}` : `panel.readout_${kind}`, { weight, bias }));
    node.replaceChildren(...parts(meta, kind, from, names));
  };
  return { node, write };
}

function parts({ O }, kind, { width, state }, [weight, bias]) {
  const sizes = [[symbol(...weight), `${O}×${width}`], [state(), width], [symbol(...bias), O]];
  const [open, close] = kind === "symbols" ? ["softmax(", ")"] : ["", ""];
  return [
    symbol(kind === "symbols" ? "p" : "ŷ", "t", "output"), ` = ${open}`, symbol(...weight), " ", state(), " + ", symbol(...bias), close,
    el("span", { class: "rv-answer-sizes" }, ...sizes.map(([glyph, shape]) => el("span", {}, glyph, ` ${shape}`))),
  ];
}
