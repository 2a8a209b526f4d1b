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
    el("p", { class: "rv-hint" }, data.say(data.flow ? "stage.help_note_steps" : "stage.help_note")),
    close,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}

/** What a key does on this page: what the slider moves through, which way playing goes, whether there are units. */
function meaning(data, name) {
  if (name === "play" && data.stage.direction < 0) return data.say("stage.key_play_backwards");
  if (name === "frames" && data.learning) return data.say("stage.key_frames_updates");
  if (name === "frames" && data.frame_title) return data.say(data.flow?.swept ? "stage.key_frames_swept" : "stage.key_frames_named", { title: data.frame_title });
  if (name === "escape" && data.flow) return data.say("stage.key_escape_screen");
  return data.say(`stage.key_${name}`);
}

function entry(key, words) {
  const caps = key.split("  ").flatMap((cap, k) => [k ? " " : null, el("kbd", {}, cap)]);
  return el("div", {}, el("dt", {}, ...caps), el("dd", {}, words));
}
