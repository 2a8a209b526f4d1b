/**
 * The folded form: one column and its own past. What leaves the nodes on the right comes back on the left one step
 * later, through the same edges as between any two columns. In a reverse layer the loop runs the other way round.
 */
import { attr, el, svg, text } from "../dom.js";
import { matrixLabel } from "./unrolled-strokes.js";
import { middle } from "./unrolled-layout.js";
import { ownerOf } from "./unrolled-words.js";

/** The room a loop takes beside the columns. */
export function loopRoom(layout) {
  return Math.min(layout.px(46), Math.max(layout.px(22), (layout.room - 2 * layout.slot - layout.pill.width) / 2));
}

/** How far the cursor's column stands from the left in the folded form: column and past together in the middle. */
export function foldedMiddle(layout) {
  const both = layout.blocks.some(({ reverse }) => reverse);
  return Math.round(layout.room / 2 + (both ? 0 : layout.slot / 2));
}

export class Loop {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(data, layout) {
    this.layout = layout;
    const centre = foldedMiddle(layout);
    const paths = layout.blocks.map((block) => this.path(block, centre));
    this.svg = svg("svg", { class: "rv-u-loop-lines", width: layout.room, height: layout.height, "aria-hidden": "true" }, paths);
    const between = ({ reverse }) => centre + ((reverse ? 1 : -1) * layout.slot) / 2;
    const name = (block) => matrixLabel(between(block), block.bottom + layout.px(9), "middle", ownerOf(data.meta, layout.parts[0], block));
    this.names = layout.blocks.map(name);
    this.svg.append(...this.names);
    this.labels = layout.blocks.map((block) => this.label(data, block, centre));
    this.element = el("div", { class: "rv-u-loop" }, this.svg, this.labels);
  }

  /** Name the matrix the loop runs through. */
  title(subscript) {
    for (const node of this.names) text(node.querySelector("tspan"), subscript);
  }

  path(block, centre) {
    const { layout } = this;
    const side = block.reverse ? -1 : 1;
    const room = loopRoom(layout);
    const [y, high] = [(block.top + block.bottom) / 2, block.top - layout.px(9)];
    const start = centre + (side * layout.pill.width) / 2;
    const end = centre - side * (layout.slot + layout.pill.width / 2);
    const [out, back] = [start + side * room, end - side * room];
    const r = layout.px(12);
    const fan = (x, tip) => block.rows.map((row) => `M${x} ${row.y}C${(x + tip) / 2} ${row.y} ${(x + tip) / 2} ${y} ${tip} ${y}`);
    const trunk =
      `M${out - side * r} ${y}Q${out} ${y} ${out} ${y - r}V${high + r}Q${out} ${high} ${out - side * r} ${high}` +
      `H${back + side * r}Q${back} ${high} ${back} ${high + r}V${y - r}Q${back} ${y} ${back + side * r} ${y}`;
    const fans = [...fan(start, out - side * r), ...fan(end, back + side * r)].join("");
    const lines = [svg("path", { class: "rv-u-fan", d: fans }), svg("path", { class: "rv-u-trunk", d: trunk })];
    return svg("g", {}, lines, this.head(centre, high, side));
  }

  /** An arrow head in the middle of the way back. */
  head(centre, y, side) {
    const { layout } = this;
    const [x, s] = [centre - (side * layout.slot) / 2 - side * layout.px(58), layout.px(5)];
    return svg("path", { class: "rv-u-tips", d: `M${x + side * s} ${y - s}L${x - side * s} ${y}L${x + side * s} ${y + s}` });
  }

  label(data, block, centre) {
    const { layout } = this;
    const label = el("div", { class: "rv-u-loop-label" }, data.say("graph.later"));
    label.style.left = `${centre - ((block.reverse ? -1 : 1) * layout.slot) / 2}px`;
    label.style.top = `${block.top - layout.px(9)}px`;
    return label;
  }
}

/**
 * Where each column stands.
 * @param {number} slot the cursor's
 * @returns {(slot: number) => number} slot → its left edge
 */
export function placer(layout, folded, slot) {
  if (!folded) return (k) => middle(layout, k) - layout.slot / 2;
  const centre = foldedMiddle(layout) - layout.slot / 2;
  return (k) => centre + Math.max(-1, Math.min(1, k - slot)) * layout.slot;
}

/** In the folded form only the column and its past are seen; the rest lies behind them, out of reach. */
export function markFolded(column, folded, distance, directions) {
  const role = !folded ? null : distance === 0 ? "now" : distance === -1 ? "past" : distance === 1 && directions === 2 ? "future" : "gone";
  attr(column.element, "data-role", role);
}
