/**
 * Sequences of unequal length side by side: what fills the short ones up, what it does to their states, and what it
 * saves not to compute it. Every number is of a batch that was run: padded, masked, and each sequence alone.
 */
import { unpack } from "../arrays.js";
import { attr, el, heading, text } from "../dom.js";
import { facts } from "./padding-facts.js";
import { Grid } from "./padding-grid.js";
import { sentence } from "./padding-words.js";

/** How a batch is run, and where what is short is filled up. */
const WAYS = ["padded", "masked", "packed"];
const SIDES = ["right", "left"];

/** What was chosen last: it outlives a change of theme. */
const chosen = { way: WAYS[0], side: SIDES[0] };

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} given with `padding`, see rnnviz/stage/padding.py
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, given, cursor) {
  const data = Object.assign(Object.create(given), { padding: unpacked(given.padding) });
  heading(element, data.say("padding.title"), data.say("padding.hint"));
  const grid = new Grid(data, cursor, chosen);
  const said = el("p", { class: "rv-batch-said" });
  const told = facts(data);
  const show = () => {
    for (const choice of [ways, sides]) choice.follow();
    grid.choose();
    told.follow(chosen, cursor.t);
    text(said, sentence(data, chosen, cursor.t));
  };
  const ways = toggle(data, "way", WAYS, show);
  const sides = toggle(data, "side", SIDES, show);
  const controls = el("div", { class: "rv-batch-controls" }, ways.node, sides.node);
  element.append(controls, grid.node, said, told.node);
  const resized = new ResizeObserver(() => grid.layout());
  resized.observe(grid.plot);
  const unfollow = cursor.subscribe((_, changed) => {
    if (!changed.has("t")) return;
    grid.step();
    told.follow(chosen, cursor.t);
    text(said, sentence(data, chosen, cursor.t));
  }, element);
  grid.layout();
  show();
  return () => {
    resized.disconnect();
    unfollow();
  };
}

/** The batch with matrices in the place of packed arrays. */
function unpacked({ losses, sides, ...batch }) {
  const side = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, unpack(array)]));
  return { ...batch, losses: losses && unpack(losses), sides: Object.fromEntries(Object.entries(sides).map(([name, arrays]) => [name, side(arrays)])) };
}

/** Buttons of which one is pressed. A packed batch is filled up nowhere: the other choice then rests. */
function toggle(data, field, choices, show) {
  const buttons = choices.map((name) => el("button", { class: "rv-button", type: "button", "data-rv-keep": `padding-${name}`,
    onclick: () => {
      chosen[field] = name;
      show();
    } }, data.say(`padding.${name}`)));
  const label = data.say(`padding.${field}`);
  const node = el("div", { class: "rv-batch-choice" }, el("span", { "aria-hidden": "true" }, label),
    el("div", { class: "rv-switch", role: "group", "aria-label": label }, ...buttons));
  const follow = () => buttons.forEach((button, k) => {
    attr(button, "aria-pressed", choices[k] === chosen[field] ? "true" : "false");
    button.disabled = field === "side" && chosen.way === "packed";
  });
  return { node, follow };
}
