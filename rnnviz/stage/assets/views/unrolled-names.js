/**
 * What the matrices are called, beside their edges: the recurrent ones in every gap, those by which a level reads at the
 * cursor's column. They are placed as the edges are, see `Edges`.
 */
import { text } from "../dom.js";
import { readsAt } from "../shape.js";
import { middle } from "./unrolled-layout.js";
import { matrixLabel } from "./unrolled-strokes.js";
import { ownerOf } from "./unrolled-words.js";

export class Names {
  /** @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(layout) {
    this.layout = layout;
    const { count, parts, wide } = layout;
    const gaps = [...Array(count - 1).keys()]; // those that the window does not cut
    this.placed = parts.flatMap((part, index) => part.blocks.flatMap((block) => gaps.map((k) => this.inGap(k, block, part, index))));
    this.around = wide ? parts.flatMap((part, index) => part.levels.map((level) => this.below(level, part, index))) : [];
  }

  /** In the middle of its gap; a longer one beside that of the input's matrix, or the arrow that comes down there. */
  inGap(slot, block, part, index) {
    const { track, px, wide } = this.layout;
    const owner = ownerOf(track.meta, part, block);
    const aside = part.name || (wide && owner.length);
    const x = middle(this.layout, slot) + this.layout.slot / 2 + (aside ? px(6) : 0);
    const node = matrixLabel(x, block.bottom + px(9), aside ? "start" : "middle", owner);
    const wants = block.reverse ? (a, b) => track.comesBack(a, b, index) : (a, b) => track.comes(a, b, index);
    return { node, kind: "h", slot, wants };
  }

  /** Of the matrices by which the blocks of a level read the input, or the level below. */
  below({ level, blocks, rows }, part, index) {
    const { slot, px, track, levels, input } = this.layout;
    const owner = ownerOf(track.meta, part, blocks.length > 1 ? { level } : blocks[0]);
    const low = level ? levels[level - 1].top : input.top;
    const node = matrixLabel(slot / 2 + rows.at(-1).lane + px(6), low - px(10), "start", owner);
    return { node, kind: "i", wants: ({ kind, t, part: at }) => kind === "step" && at === index && (level > 0 || readsAt(track.meta, t)) };
  }

  /** Name the matrices of a gate. @param {(kind: "h"|"i") => string} subscript */
  title(subscript) {
    for (const { node, kind } of [...this.placed, ...this.around]) text(node.querySelector("tspan"), subscript(kind));
  }
}
