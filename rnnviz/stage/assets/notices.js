/**
 * What a link asked to look at and this run does not have: a sentence each, until the thing is set or the sentence is
 * put away. The server cannot say it: it is never told a fragment.
 */
import { el } from "./dom.js";
import { LOOKED_AT } from "./look.js";

const WIDTH = 40; // characters of a value that are told

/**
 * @param {import("./arrays.js").Data} data
 * @param {import("./cursor.js").Cursor} cursor
 * @param {import("./look.js").Wrong[]} wrong is emptied as things are set
 * @returns {{node: HTMLElement, cleanup: () => void}}
 */
export function notices(data, cursor, wrong) {
  const node = el("div", { class: "rv-notices", role: "alert" });
  const settle = (settled) => {
    const left = wrong.filter((one) => !settled(one));
    if (left.length === wrong.length) return;
    wrong.splice(0, wrong.length, ...left);
    show();
  };
  const show = () => {
    node.hidden = !wrong.length;
    node.replaceChildren(...wrong.map((one) => notice(data, one, () => settle((other) => other === one))));
  };
  show();
  // The link itself may have changed the field, to what it is without a word: that settles nothing.
  const left = new Map(wrong.map(({ name }) => [name, cursor[name]]));
  return { node, cleanup: cursor.subscribe(() => settle(({ name }) => cursor[name] !== left.get(name))) };
}

function notice(data, one, close) {
  const label = data.say("stage.close");
  const button = el("button", { class: "rv-button rv-icon", type: "button", onclick: close, "aria-label": label, title: label }, "×");
  return el("div", { class: "rv-notice" }, el("p", {}, sentence(data, one)), button);
}

function sentence(data, { name, value, choices }) {
  const told = { name: shortened(name), value: shortened(value) };
  if (!choices) return data.say("stage.link_unknown", { ...told, known: LOOKED_AT.join(", ") });
  if (!choices.length) return data.say("stage.link_none", told);
  if (name === "unit") return data.say("stage.link_unit", { ...told, most: choices.length - 1 }); // the first is "all"
  if (choices.length === 1) return data.say("stage.link_only", { ...told, only: choices[0] });
  if (name === "frame") return data.say("stage.link_frame", { ...told, most: choices.length });
  return data.say("stage.link_choice", { ...told, choices: choices.join(", ") });
}

function shortened(words) {
  return words.length > WIDTH ? `${words.slice(0, WIDTH - 1)}…` : words;
}
