/** What comes of a guess, in one sentence that follows the numbers. */
import { el, number, text } from "../dom.js";
import { powerText } from "./lanes.js";
import { BAND } from "./lanes-plane.js";

const CLOSE = 0.5; // decades: a guess within a factor of three is right

/** What became of a gradient, from where it set out: "vanish", "stay" or "explode". */
export function fate(v, start) {
  return v - start < -BAND ? "vanish" : v - start > BAND ? "explode" : "stay";
}

/**
 * Write the sentence into an element, its true number as one that can be found.
 * @param {object} found name of the cell, guess, t (0-based), v (log10 of the truth), start (log10 of what set out), run
 */
export function outcome(node, data, guess, { name, t, v, start, run }) {
  const mark = "\u0001";
  const given = { name, t: t + 1, value: mark };
  const truth = fate(v, start);
  const said = v !== v ? data.say("score.reveal_none", given) : guess.picked
    ? data.say("score.reveal_picked", { ...given, said: data.say(`score.fate_${guess.picked}`), ratio: powerText(data, v - start, 2),
      verdict: guess.picked === truth ? data.say("score.reveal_right") : data.say("score.reveal_wrong", { truth: data.say(`score.fate_${truth}`) }) })
    : data.say("score.reveal_drew", { ...given, guess: powerText(data, guess.knots.get(t), 2), verdict: data.say(`score.reveal_${truth}_${gap(guess.knots.get(t), v)}`) });
  const [before, after = ""] = said.split(mark);
  const figure = el("b", { class: "rv-figure", "data-run": run });
  number(figure, data, 10 ** v, { quantity: "dh", unit: "norm", step: t });
  text(figure, v === -Infinity ? data.say("score.exact_zero") : powerText(data, v, 2));
  node.replaceChildren(before, ...(said.includes(mark) ? [figure] : []), after);
}

/** How a guess missed: the truth is "less", "more", or the guess was "right". */
function gap(guess, v) {
  return Math.abs(v - guess) <= CLOSE ? "right" : v < guess ? "less" : "more";
}
