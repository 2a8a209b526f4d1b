/**
 * One network of the gallery, drawn: a column a step, what it reads below, its states as boxes of coloured units, what
 * it answers above. Everything is drawn once; a step only says which columns are still to come.
 */
import { attr, svg } from "../dom.js";
import { links } from "./gallery-links.js";

export const PITCH = 42;
const WIDE = 26;
const UNIT = 7;
const TOKEN = 20;
const GAP = 15;
const SIDE = 8;
/** Beside a column that has more than one symbol to read. */
const LETTER = 8;

/**
 * Where everything stands. x of a column's middle; y of the tokens, and of each layer's box, its top and bottom.
 * @typedef {{width: number, height: number, x: (t: number) => number, context: number, reads: number, answers: number,
 *   mixed: number, box: number, wide: number, tops: number[], first: (tile: object, layer: string) => boolean}} Layout
 */

/** @returns {Layout} */
function layout(tile) {
  const box = tile.units * UNIT + 6;
  const bridge = tile.sources ? PITCH * 0.8 : 0;
  const long = Math.max(...tile.reads.map((label) => [...label].length), 1);
  const pitch = tile.T === 1 ? Math.max(PITCH, long * LETTER + 16) : PITCH;
  const x = (t) => SIDE + pitch * (t + 0.5) + (tile.sources && t >= tile.sources ? bridge : 0);
  const answers = 4;
  const mixed = answers + TOKEN + GAP;
  const above = tile.attention ? mixed + GAP + 4 : answers + TOKEN + GAP;
  const count = tile.layers.length;
  const tops = tile.layers.map((_, k) => above + (count - 1 - k) * (box + GAP));
  const reads = above + count * (box + GAP);
  const below = tile.enters === "input" || tile.enters === "feedback" ? 15 : 4;
  return { width: 2 * SIDE + pitch * tile.T + bridge, height: reads + TOKEN + below, x, box, tops, reads, answers, mixed,
    wide: WIDE, token: TOKEN, context: tile.sources ? (x(tile.sources - 1) + x(tile.sources)) / 2 : 0 };
}

/**
 * @param {import("../arrays.js").Data} data
 * @param {object} tile with decoded arrays
 * @returns {{node: SVGElement, go: (t: number) => void}}
 */
export function picture(data, tile) {
  const at = layout(tile);
  const head = svg("rect", { class: "rv-gallery-head", x: -PITCH / 2, y: 0.75, width: PITCH, height: at.height - 1.5, rx: 7 });
  const drawn = links(tile, at);
  const columns = Array.from({ length: tile.T }, (_, t) =>
    svg("g", { class: "rv-gallery-step", "data-step": t }, drawn.into(t), states(data, tile, at, t), tokens(tile, at, t)));
  const node = svg("svg", { class: "rv-gallery-picture", viewBox: `0 0 ${at.width} ${at.height}`, width: at.width,
    height: at.height, "aria-hidden": "true" }, head, columns, context(data, tile, at));
  const pale = [...columns, ...node.querySelectorAll("[data-from]")];
  const go = (t) => {
    attr(head, "transform", `translate(${at.x(t)} 0)`);
    for (const part of pale) {
      const from = Number(part.dataset.step ?? part.dataset.from);
      part.classList.toggle("rv-gallery-later", from > t);
      part.classList.toggle("rv-gallery-at", from === t);
    }
  };
  return { node, go };
}

/** What is read, below, and what is answered, above. */
function tokens(tile, at, t) {
  return [["reads", at.reads], ["answers", at.answers]].filter(([kind]) => tile[kind][t]).map(([kind, y]) => {
    const label = tile[kind][t];
    const wide = Math.max(TOKEN + 2, [...label].length * LETTER + 8);
    return svg("g", { class: `rv-gallery-token rv-gallery-${kind}` },
      svg("rect", { x: at.x(t) - wide / 2, y, width: wide, height: TOKEN, rx: 5 }),
      svg("text", { x: at.x(t), y: y + TOKEN / 2, dy: "0.35em" }, label));
  });
}

/** The state of each layer that has this step, a coloured cell a unit. */
function states(data, tile, at, t) {
  return tile.layers.filter(({ h }) => Number.isFinite(h.at(t, 0))).map(({ name, h }) =>
    svg("g", { class: "rv-gallery-state", "data-layer": name },
      svg("rect", { x: at.x(t) - WIDE / 2, y: at.tops[tile.layers.findIndex((one) => one.name === name)], width: WIDE, height: at.box, rx: 6 }),
      cells(data, h.row(t), at.x(t), at.tops[tile.layers.findIndex((one) => one.name === name)], tile.units)));
}

function cells(data, values, x, top, units) {
  return Array.from({ length: units }, (_, unit) => svg("rect", { class: "rv-gallery-unit", x: x - WIDE / 2 + 4,
    y: top + 3 + unit * UNIT, width: WIDE - 8, height: UNIT - 1, rx: 1.5, fill: data.diverging(values[unit]), "data-h": values[unit] }));
}

/** What passes from the encoder to its decoder, between the two. */
function context(data, tile, at) {
  if (!tile.context) return null;
  const low = tile.enters === "state" ? at.tops[0] : at.reads - at.box + TOKEN;
  const box = svg("rect", { x: at.context - WIDE / 2 + 3, y: low, width: WIDE - 6, height: at.box, rx: 6 });
  const units = cells(data, tile.context.data, at.context, low, tile.units);
  return svg("g", { class: "rv-gallery-context", "data-from": tile.sources - 1 }, box, units,
    svg("text", { x: at.context, y: low - 5 }, "c"));
}
