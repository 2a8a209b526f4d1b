/**
 * What the network makes of its own answers: a text that it writes on, at a temperature of one's choice, or a series
 * that it goes on with. The random numbers are the same at every moment: what changes is the network.
 */
import { heading } from "../dom.js";
import { forecast } from "./samples-forecast.js";
import { writing } from "./samples-text.js";
import { scaledWords } from "./reading-words.js";

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data frames with `samples` and `continued`, of rnnviz/training/learned.py
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const [first] = data.frames;
  const kind = first?.samples ? "text" : first?.continued ? "forecast" : null;
  element.hidden = !kind; // a task that asks for one answer has nothing to go on with
  if (!kind) return () => {};
  heading(element, data.say(`learned.samples_${kind}_title`), [data.say(`learned.samples_${kind}_hint`), ...scaledWords(data)].join(" "));
  const body = kind === "text" ? writing(data) : forecast(data, element);
  element.append(body.node);
  body.node.addEventListener("rv-drawn", () => body.fill(data.frame(cursor)));
  return cursor.subscribe((_, changed) => {
    if (changed.has("frame")) body.fill(data.frame(cursor));
  }, element);
}
