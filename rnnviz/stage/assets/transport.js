/**
 * The transport: first, back, play, forward, last, the step, the speed; and what else moves the whole stage: the
 * run that is seen when several are stacked, the layer, the form of the graph, full screen, the list of keys.
 */
import { SPEEDS } from "./cursor.js";
import { attr, el, svg, text } from "./dom.js";
import { framesSlider } from "./frames.js";
import { bar } from "./scrubber.js";
import { recurs } from "./shape.js";

const ICONS = {
  first: "M4 3h2v10H4zM13 3v10L6.5 8z",
  back: "M11.5 3v10L4.5 8z",
  play: "M4.5 2.5v11l9-5.5z",
  play_backwards: "M11.5 2.5v11l-9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M4.5 3v10l7-5z",
  last: "M10 3h2v10h-2zM3 3v10l6.5-5z",
  fullscreen: "M2 2h5v1.6H3.6V7H2zM9 2h5v5h-1.6V3.6H9zM2 9h1.6v3.4H7V14H2zM12.4 9H14v5H9v-1.6h3.4z",
};

/**
 * @param {object} stage the stage it moves: root, cursor, payload, fullscreen(), help()
 * @param {import("./arrays.js").Data} data
 * @returns {{node: HTMLElement, cleanup: () => void}}
 */
export function transport(stage, data) {
  const { cursor } = stage;
  const small = data.stage.size === "small";
  const views = data.stage.views.map(({ view }) => view);
  const cleanups = [];
  const node = el("div", { class: "rv-transport", role: "group", "aria-label": data.say("stage.transport") });
  const backwards = data.stage.direction < 0;
  const playing = backwards ? "play_backwards" : "play";
  const play = button(data, playing, () => cursor.toggle(), backwards ? "rv-primary rv-long" : "rv-primary", true);
  const where = el("span", { class: "rv-where" });
  const moves = el("div", { class: "rv-group" },
    small ? null : button(data, "first", () => cursor.first()), button(data, "back", () => cursor.step(-1)), play,
    button(data, "forward", () => cursor.step(1)), small ? null : button(data, "last", () => cursor.last()), where);
  node.append(moves);
  if (!views.includes("score")) {
    const strip = bar(data, cursor);
    node.append(strip.node);
    cleanups.push(strip.cleanup);
  }
  const more = el("div", { class: "rv-group rv-more" });
  if (data.meta.layers.length > 1) more.append(layerChoice(data, cursor, cleanups));
  const speed = small ? null : speedChoice(data, cursor, cleanups);
  if (speed) more.append(speed);
  const paced = [...moves.querySelectorAll("button"), ...(speed ? [speed] : [])]; // where there is one step they can do nothing
  if (views.includes("unrolled") && recurs(data.meta)) more.append(formSwitch(data, cursor, cleanups));
  if (!small && document.fullscreenEnabled) more.append(button(data, "fullscreen", () => stage.fullscreen()));
  if (!small) more.append(el("button", { class: "rv-button rv-icon rv-keyboard", type: "button", onclick: () => stage.help(),
    "aria-label": data.say("stage.help"), title: data.say("stage.help"), "aria-haspopup": "dialog" }, "?"));
  if (more.childNodes.length) node.append(more);
  if (data.learning ? !small : data.frames.length > 1) node.append(framesSlider(data, cursor, cleanups));
  cleanups.push(cursor.subscribe((c, changed) => {
    if (changed.has("T")) for (const one of paced) attr(one, "disabled", c.T < 2 ? "" : null);
    if (changed.has("t") || changed.has("T")) text(where, data.say("stage.where", { t: c.t + 1, T: c.T }));
    if (changed.has("playing")) face(play, data, c.playing ? "pause" : playing);
  }));
  return { node, cleanup: () => cleanups.forEach((stop) => stop()) };
}

function icon(name) {
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", class: "rv-glyph" }, svg("path", { d: ICONS[name] }));
}

/** A button with a drawn face; `worded` ones also carry their name as text. */
function button(data, name, act, kind = "", worded = false) {
  const label = data.say(`stage.${name}`);
  const node = el("button", { class: `rv-button ${worded ? "" : "rv-icon"} ${kind}`, type: "button", onclick: act,
    "aria-label": worded ? null : label, title: data.say(`stage.${name}_title`), "data-rv-keep": `button-${name}` }, icon(name));
  if (worded) node.append(el("span", {}, label));
  return node;
}

/** Turn Play into Pause and back. */
function face(node, data, name) {
  attr(node.querySelector("path"), "d", ICONS[name]);
  text(node.querySelector("span"), data.say(`stage.${name}`));
  attr(node, "title", data.say(`stage.${name}_title`));
}

function choice(label, keep, options, chosen) {
  const select = el("select", { class: "rv-select", "data-rv-keep": keep, "aria-label": label, title: label },
    ...options.map(([value, words]) => el("option", { value }, words)));
  select.addEventListener("change", () => chosen(select.value));
  return select;
}

function speedChoice(data, cursor, cleanups) {
  const name = (speed) => data.say("stage.speed_value", { speed: speed === 0.5 ? "½" : speed });
  const select = choice(data.say("stage.speed"), "speed", SPEEDS.map((s) => [s, name(s)]), (value) => cursor.set({ speed: Number(value) }));
  cleanups.push(cursor.subscribe((c, changed) => {
    if (changed.has("speed")) select.value = String(c.speed);
  }));
  return select;
}

/** "Layer 2, backwards", from the name torch gives it. */
export function layerName(data, layer) {
  const [, number, reverse] = /^l(\d+)(_reverse)?$/.exec(layer) ?? [null, "0", ""];
  const n = Number(number) + 1;
  if (data.meta.directions < 2) return data.say("stage.layer_name", { n });
  return data.say(reverse ? "stage.layer_backward" : "stage.layer_forward", { n });
}

function layerChoice(data, cursor, cleanups) {
  const options = data.meta.layers.map((layer) => [layer, layerName(data, layer)]);
  const select = choice(data.say("stage.layer"), "layer", options, (layer) => cursor.set({ layer }));
  cleanups.push(cursor.subscribe((c, changed) => {
    if (changed.has("layer")) select.value = c.layer;
  }));
  return select;
}

function formSwitch(data, cursor, cleanups) {
  const buttons = ["folded", "unrolled"].map((form) => el("button", { class: "rv-button", type: "button",
    "data-rv-keep": `form-${form}`, onclick: () => cursor.set({ form }) }, data.say(`stage.${form}`)));
  cleanups.push(cursor.subscribe((c, changed) => {
    if (changed.has("form")) buttons.forEach((node, k) => attr(node, "aria-pressed", c.form === ["folded", "unrolled"][k]));
  }));
  return el("div", { class: "rv-switch", role: "group", "aria-label": data.say("stage.form") }, ...buttons);
}
