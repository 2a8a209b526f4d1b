import { el, text } from "./dom.js";
/** The row of playing controls. */
export function transport(root, data, cursor) {
  const button = (key, act) => el("button", { class: "rv-button", type: "button", onclick: act }, data.say(key));
  const where = el("span", { class: "rv-where" });
  const play = button("stage.play", () => cursor.toggle());
  const form = button("stage.folded", () => cursor.set({ form: cursor.form === "folded" ? "unrolled" : "folded" }));
  root.append(el("div", { class: "rv-transport" }, button("stage.first", () => cursor.first()), button("stage.back", () => cursor.step(-1)), play,
    button("stage.forward", () => cursor.step(1)), button("stage.last", () => cursor.last()), where, form));
  return cursor.subscribe((c) => {
    text(where, data.say("stage.where", { t: c.t + 1, T: c.T }));
    text(play, data.say(c.playing ? "stage.pause" : "stage.play"));
  });
}
