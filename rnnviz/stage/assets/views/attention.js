/**
 * Attention as a map of its own: what is written down the side, what was read along the top, and beside it the weights
 * of the cursor's step one by one. At a step that is read it is turned round: who looks here.
 */
import { el, heading } from "../dom.js";
import { LookList } from "./attention-list.js";
import { LookMap } from "./attention-map.js";

/** Another run of the same form is only another frame. */
export const renews = () => true;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const none = !data.frames[0].bridge?.attention;
  heading(element, data.say("attention.title"), data.say(none ? "attention.none" : "attention.hint"));
  if (none) return () => {};
  const map = new LookMap(data, cursor);
  const list = new LookList(data, cursor);
  element.append(el("div", { class: "rv-look" }, map.node, list.node));
  const resized = new ResizeObserver(() => map.layout());
  resized.observe(map.node);
  map.layout();
  const follow = (fn, node, read) => cursor.subscribe((_, changed) => (changed.has("t") || changed.has("frame")) && fn(changed), node, read);
  const leave = follow((changed) => (changed.has("frame") ? map.draw() : map.step()), map.node, false);
  const forget = follow(() => list.follow(), list.node, true);
  return () => {
    resized.disconnect();
    leave();
    forget();
  };
}
