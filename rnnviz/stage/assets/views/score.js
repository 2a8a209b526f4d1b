import { heading } from "../dom.js";
/** The score. */
export function mount(element, data, cursor) {
  const { hint } = heading(element, data.say("score.title"));
  return cursor.subscribe((c) => { hint.textContent = `t=${c.t}`; });
}
