/** What a decoder wrote, in words: what was right, how it came to an end. */
import { partsOf, writtenAt } from "../shape.js";

/** What should have been written at a step; null where nothing is asked, as beyond the end of the right answer. */
export function rightAt({ meta }, run, t) {
  const k = run.targets.at(t);
  return k >= 0 ? meta.answers[k] : null;
}

/** How many of the symbols that were asked for are the right ones. */
export function tally(data, run) {
  const { start, stop } = partsOf(data.meta).at(-1);
  let [asked, right] = [0, 0];
  for (let t = start; t < stop; t++) {
    const wanted = rightAt(data, run, t);
    if (wanted === null) continue;
    asked += 1;
    right += Number(writtenAt(data.meta, run, t) === wanted);
  }
  return { asked, right };
}

/** The same as a sentence. */
export function score(data, run) {
  const { asked, right } = tally(data, run);
  if (!asked) return "";
  return asked === right ? data.say("score.all_right", { n: asked }) : data.say("score.some_right", { n: asked, right });
}

/** How the writing ended, where it was not as many steps as the right answer has. */
export function endWords(data, run) {
  const { forcing } = data.meta;
  const { stopped } = run.bridge;
  const { start, stop } = partsOf(data.meta).at(-1);
  if (forcing === 1) return "";
  return data.say(stopped ? "score.stopped_itself" : "score.was_stopped", { n: stop - start });
}
