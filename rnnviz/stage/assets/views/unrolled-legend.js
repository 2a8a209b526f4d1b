/**
 * What stands around the picture: which weights are shown and the choice of another gate's, the labels of the rows,
 * and the one matrix itself, cell for cell the edges.
 */
import { attr, el, svg, text, unitName } from "../dom.js";
import { isGroup } from "./unrolled-layout.js";

/** The name as it stands in the equations: W_hh, or the block of one gate, W_hg. @param {"h"|"i"} kind */
export function matrixName(kind, gate) {
  return `W_${kind}${gate ?? "h"}`;
}

/** A phrase of the catalogue in which some placeholders are elements. */
export function phrase(data, key, values) {
  const parts = data.say(key, {}).split(/(\{\w+\})/);
  return parts.map((part) => (part.startsWith("{") ? values[part.slice(1, -1)] ?? part : part));
}

/** W with a true subscript. */
export function symbol(name) {
  const [letter, below] = name.split("_");
  return el("i", { class: "rv-u-symbol" }, letter, el("sub", {}, below));
}

/** The choice of gate; nothing for a plain RNN. */
export function chooser(data, choose) {
  const { gates } = data.meta;
  if (!gates.length) return null;
  const buttons = gates.map((gate) => {
    const props = { type: "button", class: "rv-u-gate", "data-gate": gate, "data-rv-keep": `graph gate ${gate}`, onclick: () => choose(gate) };
    const label = data.say("graph.show_gate", { gate, name: data.say(`graph.gate_${gate}`) });
    return el("button", { ...props, style: `--rv-own: var(--rv-${gate})`, "aria-label": label, title: label }, gate);
  });
  const element = el("div", { class: "rv-u-gates", role: "group", "aria-label": data.say("graph.gates") }, el("span", { class: "rv-u-what" }, data.say("graph.gates")), buttons);
  return {
    element,
    mark: (shown) => buttons.forEach((button) => attr(button, "aria-pressed", button.dataset.gate === shown)),
  };
}

/** The labels left of the first column. */
export function gutterOf(data, layout, close) {
  const { meta } = data;
  const at = (y, css, ...children) => el("div", { class: css, style: { top: `${y}px` } }, ...children);
  const deep = meta.num_layers > 1;
  const rows = layout.blocks.flatMap((block) => block.rows.map((row) => at(row.y, "rv-u-row-name", rowLabel(data, row))));
  const titles = layout.blocks.map((block) =>
    at(block.top - layout.px(10), "rv-u-block-name", el("i", { class: "rv-u-symbol" }, "h", deep ? el("sup", {}, String(block.level + 1)) : null), meta.directions === 2 ? (block.reverse ? " ←" : " →") : null),
  );
  const ends = [at(layout.px(12), "rv-u-row-end rv-u-output-name", el("i", { class: "rv-u-symbol" }, "ŷ")), at(layout.input.top + layout.input.height / 2, "rv-u-row-end rv-u-input-name", el("i", { class: "rv-u-symbol" }, "x"))];
  const labels = el("div", { "aria-hidden": "true" }, rows, titles, ends);
  const sizes = { width: `${layout.gutter}px`, height: `${layout.height}px` };
  return el("div", { class: "rv-u-gutter", style: sizes }, labels, closer(data, layout, close));
}

/** A bracket around the members of the opened group, and the way to close it. */
function closer(data, layout, close) {
  const members = layout.blocks.flatMap(({ rows }) => rows).filter((row) => row.of !== null);
  if (!members.length) return null;
  const [top, bottom] = [members[0].y - layout.pitch / 2, members.at(-1).y + layout.pitch / 2];
  const label = data.say("graph.close", { first: members[0].start + 1, last: members.at(-1).stop });
  const props = { type: "button", class: "rv-u-close", "aria-label": label, title: label, onclick: close };
  return el("button", { ...props, style: { top: `${top + 2}px`, height: `${bottom - top - 4}px` } }, el("span", { "aria-hidden": "true" }, "×"));
}

function rowLabel(data, row) {
  if (isGroup(row)) return data.say("graph.range", { first: row.start + 1, last: row.stop });
  return el("span", { title: unitName(data, row.start) }, data.meta.unit_names?.[row.start] ?? String(row.start + 1));
}

/** The matrix as a picture: a row for each unit reached, a column for each unit it comes from. */
export class MatrixPicture {
  /** @param {import("../arrays.js").Data} data @param {(edge: {to: object, from: object}|null) => void} point */
  constructor(data, point) {
    this.data = data;
    this.svg = svg("svg", { class: "rv-u-matrix-picture", "aria-hidden": "true" });
    this.cells = [];
    this.svg.addEventListener("pointermove", (event) => point(this.cells[Number(event.target.dataset.cell)] ?? null));
    this.svg.addEventListener("pointerleave", () => point(null));
  }

  draw(block, table, limit, em) {
    const n = block.rows.length;
    const size = Math.max(3, Math.min(13, Math.floor((84 * em) / 15 / n)));
    attr(this.svg, "width", n * size + 1);
    attr(this.svg, "height", n * size + 1);
    if (block !== this.block) this.rule(block, size);
    this.rects.forEach((rect, k) => attr(rect, "fill", this.data.diverging(table[k], limit)));
  }

  /** The cells of a block, still empty. */
  rule(block, size) {
    this.block = block;
    this.cells = block.rows.flatMap((to) => block.rows.map((from) => ({ to, from })));
    this.rects = this.cells.map(({ to, from }, k) => {
      const [x, y] = [from.index * size + 0.5, to.index * size + 0.5];
      return svg("rect", { x, y, width: size, height: size, "data-cell": k });
    });
    this.frame = svg("rect", { class: "rv-u-cell-mark", width: size, height: size, display: "none" });
    this.svg.classList.toggle("rv-u-fine", size < 6);
    this.svg.replaceChildren(...this.rects, this.frame);
    this.size = size;
  }

  mark(edge) {
    if (!this.frame) return;
    attr(this.frame, "display", edge ? null : "none");
    if (!edge) return;
    attr(this.frame, "x", edge.from.index * this.size + 0.5);
    attr(this.frame, "y", edge.to.index * this.size + 0.5);
  }
}

/** The sentences under the picture. @param {{matrix: string, limit: number, block: import("./unrolled-layout.js").Block, table: Float32Array}} shown */
export function caption(data, node, { matrix, limit, block, table }) {
  const { T, H, layers } = data.meta;
  const where = layers.length > 1 ? data.say(block.reverse ? "graph.of_reverse" : "graph.of_layer", { n: block.level + 1 }) : "";
  const line = phrase(data, "graph.once", { matrix: symbol(matrix), where, T: String(T), size: String(H) });
  const grouped = block.rows.some(isGroup);
  const nought = table.every((w) => w === 0);
  const width = nought ? data.say("graph.nought") : el("span", {}, phrase(data, "graph.scale", { limit: data.format(limit), plus: el("b", { class: "rv-u-plus-word" }, data.say("graph.plus")), minus: el("b", { class: "rv-u-minus-word" }, data.say("graph.minus")) }));
  const carry = { lstm: ["graph.path_c", "rv-u-carry-word"], gru: ["graph.path_h", "rv-u-keep-word"] }[data.meta.cell];
  const straight = carry ? [" ", ...phrase(data, carry[0], { line: el("b", { class: carry[1] }, data.say("graph.straight")) })] : [];
  node.replaceChildren(el("p", { class: "rv-u-once" }, line), el("p", {}, width, straight, grouped ? ` ${data.say("graph.grouped")}` : ""));
}

/** Keep a paragraph for those who do not see the picture; written when stepping rests. */
export class Description {
  constructor() {
    this.element = el("p", { class: "rv-hidden" });
    this.timer = 0;
  }

  soon(write) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => text(this.element, write()), 200);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
