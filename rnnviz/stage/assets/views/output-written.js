/** What a decoder wrote, in words: what was right, how it came to an end. */
import { symbol } from "../dom.js";
import { partsOf, writtenAt } from "../shape.js";

/** What should have been written at a step; null where nothing is asked, as beyond the end of the right answer. */
export function rightAt({ meta }, run, t) {
  const k = run.targets.at(t);
  return k >= 0 ? meta.answers[k] : null;
}

/** How many symbols were asked for, written or not, and how many of them are right. */
export function tally(data, run) {
  const { start, stop } = partsOf(data.meta).at(-1);
  let right = 0;
  for (let t = start; t < stop; t++) {
    const wanted = rightAt(data, run, t);
    right += Number(wanted !== null && writtenAt(data.meta, run, t) === wanted);
  }
  return { asked: run.bridge.asked, right };
}

/** The same as a sentence. */
export function score(data, run) {
  const { asked, right } = tally(data, run);
  if (!asked) return "";
  return asked === right ? data.say("score.all_right", { n: asked }) : data.say("score.some_right", { n: asked, right });
}

/** How the writing ended, of a decoder that may end it by itself, and how far that is from where the right answer ends. */
export function endWords(data, run) {
  if (data.meta.forcing === 1) return "";
  const { stopped, asked } = run.bridge;
  const { start, stop } = partsOf(data.meta).at(-1);
  const n = stop - start;
  if (!stopped) return data.say("score.was_stopped", { n, more: n - asked });
  if (n === asked) return data.say("score.stopped_itself", { n });
  return n < asked ? data.say("score.stopped_early", { n, few: asked - n }) : data.say("score.stopped_late", { n, more: n - asked });
}

/** Symbols as one text: letters close together, words and the end apart. @param {string[]} names */
export function joined(names) {
  const shown = names.map(symbol);
  return shown.reduce((line, name, k) => `${line}${k && ([...name].length > 1 || [...shown[k - 1]].length > 1) ? " " : ""}${name}`, "");
}
