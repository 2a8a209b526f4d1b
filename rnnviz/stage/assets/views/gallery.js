/**
 * Several small networks beside each other, each a run of its own on one clock: what they have read so far is in
 * colour, what is to come is pale. Each is a link.
 */
import { unpack } from "../arrays.js";
import { attr, el, heading, text } from "../dom.js";
import { picture } from "./gallery-picture.js";

/**
 * @typedef {{name: string, title: string, is: string, href: string, group: string, T: number, sources: number,
 *   units: number, of: number, layers: {name: string, h: object}[], reads: string[], answers: string[],
 *   context: object|null, enters: string|null, attention: object|null, residual: boolean}} Tile
 *   arrays packed; `units` of the state's `of` are drawn; `enters` says how the context does
 */

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data & {options: {title: string, groups: {name: string, title: string}[], tiles: Tile[]}}} data
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  const { title, groups, tiles } = data.options;
  heading(element, title).head.classList.add("rv-hidden");
  const cards = tiles.map((tile) => card(data, decoded(tile)));
  for (const group of groups) {
    const own = cards.filter(({ tile }) => tile.group === group.name).map(({ node }) => el("li", {}, node));
    const head = el("h4", { class: "rv-gallery-group" }, group.title);
    element.append(head, el("ul", { class: `rv-gallery-row rv-gallery-${group.name}`, role: "list" }, own));
  }
  return cursor.subscribe((_, changed) => {
    if (changed.has("t")) for (const one of cards) one.go(cursor.t);
  }, element);
}

/** @param {Tile} tile */
function decoded(tile) {
  const layers = tile.layers.map(({ name, h }) => ({ name, h: unpack(h) }));
  const read = (packed) => (packed ? unpack(packed) : null);
  return { ...tile, layers, context: read(tile.context), attention: read(tile.attention) };
}

/** One network: its name, its picture, and what it does at the moment. */
function card(data, tile) {
  const drawn = picture(data, tile);
  const now = el("span", { class: "rv-gallery-now" });
  const node = el("a", { class: "rv-gallery-card", href: tile.href, "data-within": true, "data-shape": tile.name,
    "data-rv-keep": `shape-${tile.name}` },
    el("strong", {}, tile.title), el("span", { class: "rv-gallery-is" }, tile.is), drawn.node, now);
  const go = (t) => {
    const k = Math.min(t, tile.T - 1);
    drawn.go(k);
    attr(node, "data-t", k);
    node.classList.toggle("rv-gallery-over", t >= tile.T);
    text(now, says(data, tile, k, t >= tile.T));
  };
  return { tile, node, go };
}

/** What happens at a step, in a few words. */
function says(data, tile, k, over) {
  if (over) return data.say("graph.tile.over", { steps: tile.T });
  const values = { step: k + 1, read: tile.reads[k], answer: tile.answers[k] };
  const kind = tile.reads[k] && tile.answers[k] ? "both" : tile.reads[k] ? "reads" : "answers";
  if (kind === "both") return data.say("graph.tile.both", values);
  return kind === "reads" ? data.say("graph.tile.reads", values) : data.say("graph.tile.answers", values);
}
