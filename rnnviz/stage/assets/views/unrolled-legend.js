/**
 * Below the picture: the one matrix itself, cell for cell the edges of every gap, and what colour and width mean.
 */
import { attr, el, svg } from "../dom.js";
import { partsOf, pools, readsAt, recurs } from "../shape.js";
import { isGroup } from "./unrolled-layout.js";
import { inputLimit } from "./unrolled-weights.js";
import { matrixName, ownerOf, phrase, symbol } from "./unrolled-words.js";

/** Side of the matrix, and the smallest and largest of its cells, in px of the usual font size. */
const SIDE = 84;
const CELL = { least: 3, most: 13, ruled: 6 };

export class Legend {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {(edge: {to: object, from: object}|null) => void} point what the pointer is on
   */
  constructor(data, point) {
    this.data = data;
    this.cells = [];
    this.rects = [];
    this.svg = svg("svg", { class: "rv-u-matrix-picture", "aria-hidden": "true" });
    this.svg.addEventListener("pointermove", (event) => point(this.cells[Number(event.target.dataset.cell)] ?? null));
    this.svg.addEventListener("pointerleave", () => point(null));
    this.ring = svg("rect", { class: "rv-u-cell-mark", display: "none" });
    this.words = el("div", { class: "rv-u-caption-words" });
    this.element = el("div", { class: "rv-u-caption", hidden: data.stage.size === "small" }, this.svg, this.words);
  }

  /** @param {import("./unrolled-layout.js").Block} block @param {number} limit of the scale of widths */
  show(block, weights, limit, layout) {
    const table = weights.recurrent.get(block.layer);
    if (block !== this.block) this.rule(block, layout);
    this.rects.forEach((rect, k) => attr(rect, "fill", this.data.diverging(table[k], limit)));
    const nought = table.every((w) => w === 0);
    const widest = recurs(this.data.meta) ? limit : weights.limits().between || inputLimit(weights);
    const said = [weights.gate, this.data.format(widest), block.layer, block.rows.some(isGroup), nought, weights.part.name].join();
    if (said !== this.said) this.write(block, weights, widest, nought);
    this.said = said;
  }

  /** The cells: a row for each unit reached, a column for each unit it comes from. */
  rule(block, layout) {
    this.block = block;
    const n = block.rows.length;
    this.size = Math.max(CELL.least, Math.min(CELL.most, Math.floor(layout.px(SIDE) / n)));
    for (const side of ["width", "height"]) {
      attr(this.svg, side, n * this.size + 1);
      attr(this.ring, side, this.size);
    }
    this.cells = block.rows.flatMap((to) => block.rows.map((from) => ({ to, from })));
    this.rects = this.cells.map((cell, k) => svg("rect", { ...this.corner(cell), width: this.size, height: this.size, "data-cell": k }));
    this.svg.classList.toggle("rv-u-fine", this.size < CELL.ruled);
    this.svg.replaceChildren(...this.rects, this.ring);
  }

  corner({ to, from }) {
    return { x: from.index * this.size + 0.5, y: to.index * this.size + 0.5 };
  }

  /** Ring the cell of an edge; null: none. */
  mark(edge) {
    attr(this.ring, "display", edge ? null : "none");
    for (const [name, value] of Object.entries(edge ? this.corner(edge) : {})) attr(this.ring, name, value);
  }

  write(block, weights, limit, nought) {
    const { data } = this;
    const { gate, part } = weights;
    const { H, layers } = data.meta;
    const T = part.stop - part.start;
    this.svg.style.display = recurs(data.meta) ? "" : "none";
    if (!recurs(data.meta)) return this.feedForward(block, weights, limit);
    const where = layers.length > 1 ? data.say(block.reverse ? "graph.of_reverse" : "graph.of_layer", { n: block.level + 1 }) : "";
    const key = part.name ? `graph.once_${part.name}` : H === 1 ? "graph.once_one" : "graph.once";
    const owner = ownerOf(data.meta, part, block);
    const once = phrase(data, key, { matrix: symbol(...matrixName("h", gate, owner)), where, T: String(T), size: String(H) });
    const scale = nought ? [data.say("graph.nought")] : this.scale(limit);
    const said = [el("p", { class: "rv-u-once" }, once), el("p", {}, scale, this.straight(), this.grouped(block)), this.passed(part)];
    this.words.replaceChildren(...said.filter(Boolean));
    return undefined;
  }

  /** Of a network that reads all at once: what it has not, and the scale of the weights that it has. */
  feedForward(block, weights, limit) {
    const { data } = this;
    const scale = this.scale(limit);
    const none = phrase(data, "graph.feed_forward", { matrix: symbol(...matrixName("h", null)) });
    this.words.replaceChildren(el("p", { class: "rv-u-once" }, none), el("p", {}, scale, this.grouped(block)));
    return undefined;
  }

  grouped({ rows }) {
    return rows.some(isGroup) ? [" ", this.data.say("graph.grouped")] : [];
  }

  /** What the lines are that no recurrent network by itself has. */
  passed({ name }) {
    const { data } = this;
    const { decoder, attention, readout } = data.meta;
    const keys = [];
    if (partsOf(data.meta).some(({ stop }) => !readsAt(data.meta, stop - 1))) keys.push("graph.legend_nothing");
    if (name === "decoder" && decoder === "feedback") keys.push("graph.legend_feedback");
    if (name === "decoder" && data.meta.directions > 1) keys.push("graph.legend_one_way");
    if (name && decoder !== "state") keys.push("graph.legend_context");
    if (name && attention !== "none") keys.push("graph.legend_attention");
    if (data.meta.residual && data.meta.num_layers > 1) keys.push("graph.legend_skips");
    if (pools(data.meta)) keys.push(`graph.legend_pooled_${readout}`);
    return keys.length ? el("p", {}, keys.map((key) => data.say(key)).join(" ")) : null;
  }

  scale(limit) {
    const { data } = this;
    const plus = el("b", { class: "rv-u-plus-word" }, data.say("graph.plus"));
    const minus = el("b", { class: "rv-u-minus-word" }, data.say("graph.minus"));
    return phrase(data, "graph.scale", { limit: data.format(limit), plus, minus });
  }

  /** What the straight lines are that gated cells have beside their weights. */
  straight() {
    const { data } = this;
    const { cell } = data.meta;
    if (cell === "rnn") return [];
    const line = el("b", { class: cell === "lstm" ? "rv-u-carry-word" : "rv-u-keep-word" }, data.say("graph.straight"));
    return [" ", ...phrase(data, cell === "lstm" ? "graph.path_c" : "graph.path_h", { line })];
  }
}
