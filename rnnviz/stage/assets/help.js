/** The list of keys, as a dialog. */
import { el, unique } from "./dom.js";

const KEYS = [
  ["→", "step_on"],
  ["←", "step_back"],
  ["Home", "first"],
  ["End", "last"],
  ["Space", "play"],
  ["[  ]", "speed"],
  ["↑  ↓", "frames"],
  ["f", "fullscreen"],
  ["Esc", "escape"],
  ["?", "help"],
];

/**
 * @param {import("./arrays.js").Data} data
 * @returns {HTMLDialogElement} closed; `showModal()` opens it
 */
export function helpDialog(data) {
  const id = unique("rv-help");
  const keys = KEYS.filter(([, name]) => name !== "frames" || data.frames.length > 1 || data.learning);
  const close = el("button", { class: "rv-button", type: "button" }, data.say("stage.close"));
  const dialog = el(
    "dialog",
    { class: "rv-help", "aria-labelledby": id },
    el("h3", { class: "rv-title", id }, data.say("stage.help")),
    el("dl", { class: "rv-keys" }, ...keys.map(([key, name]) => entry(key, meaning(data, name)))),
    el("p", { class: "rv-hint" }, data.say("stage.help_note")),
    close,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}

function meaning(data, name) {
  if (name === "play" && data.stage.direction < 0) return data.say("stage.key_play_backwards");
  return data.say(`stage.key_${name}`);
}

function entry(key, words) {
  const caps = key.split("  ").flatMap((cap, k) => [k ? " " : null, el("kbd", {}, cap)]);
  return el("div", {}, el("dt", {}, ...caps), el("dd", {}, words));
}
