/**
 * The edges of the unrolled graph. W is the same at every step, so each edge is drawn once, in <defs>, and used in the
 * gap between every pair of columns: what lights it lights it everywhere. Stepping touches none of it. The edges into
 * the cursor's column are a layer of their own that is moved by a transform, never redrawn.
 */
import { attr, svg, text, unique } from "../dom.js";
import { middle } from "./unrolled-layout.js";

const BUCKETS = 8;
/** The bucket of weights that are NaN or infinite. */
const BROKEN = 99;
/** Which edges: all of them; those of the unit singled out; those pointed at. */
const SETS = ["base", "unit", "point"];
const KINDS = ["forward", "reverse", "between"];

/**
 * @typedef {import("./unrolled-layout.js").Row} Row
 * @typedef {{kind: "forward"|"reverse"|"between", from: Row, to: Row, weight: number, share: number}} Edge
 *   share: |weight| in the scale of widths, at most 1
 */

export class Edges {
  /** @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(layout) {
    this.layout = layout;
    this.groups = new Map();
    const defs = svg("defs", {});
    for (const set of SETS) for (const kind of KINDS) defs.append(this.group(`${set}-${kind}`, `rv-u-set-${set}`));
    defs.append(this.group("strings", "rv-u-strings"), this.group("readout", "rv-u-readout"));
    this.strings();
    const { room, height, count } = layout;
    this.gaps = [];
    this.columns = [];
    /** @type {{node: SVGTextElement, kind: "h"|"i"}[]} */
    this.names = [];
    this.all = svg("svg", { class: "rv-u-edges rv-u-edges-all", width: room, height, "aria-hidden": "true" }, defs);
    for (let k = -1; k <= count + 1; k++) this.all.append(this.gapAt(k));
    for (let k = -1; k <= count; k++) this.all.append(this.columnAt(k));
    this.now = svg("svg", { class: "rv-u-edges rv-u-edges-now", width: layout.slot, height, "aria-hidden": "true" });
    this.now.append(...this.around());
  }

  group(name, css) {
    const node = svg("g", { id: unique("rv-u-edge"), class: css });
    this.groups.set(name, node);
    return node;
  }

  use(name, x, css = "") {
    return svg("use", { href: `#${this.groups.get(name).id}`, x, class: css });
  }

  /** All edges between the columns of slot k − 1 and slot k. */
  gapAt(k) {
    const x = middle(this.layout, k - 1) + this.layout.pill.width / 2;
    const part = (kind) => svg("g", {}, SETS.map((set) => this.use(`${set}-${kind}`, x, `rv-u-use-${set}`)));
    const gap = { k, forward: part("forward"), reverse: part("reverse") };
    this.gaps.push(gap);
    const centre = middle(this.layout, k) - this.layout.slot / 2;
    const whole = k > 0 && k < this.layout.count; // a gap cut by the window has no room for a name
    for (const { bottom, reverse } of whole ? this.layout.blocks : []) gap[reverse ? "reverse" : "forward"].append(this.name("h", centre, bottom + this.layout.px(9)));
    return svg("g", {}, gap.forward, gap.reverse);
  }

  /** What a matrix is called, beside its edges; `title` says it. @param {"h"|"i"} kind */
  name(kind, x, y) {
    const node = matrixLabel(x, y, kind === "h" ? "middle" : "start");
    this.names.push({ node, kind });
    return node;
  }

  /** Where all weights are zero no arrow arrives. @param {(layer: string) => boolean} empty */
  point(empty) {
    this.tips.forEach((tip, k) => attr(tip, "display", empty(this.layout.blocks[k].layer) ? "none" : null));
  }

  /** Name the matrices of a gate. @param {(kind: "h"|"i") => string} subscript */
  title(subscript) {
    for (const { node, kind } of this.names) text(node.lastChild, subscript(kind));
  }

  /** All edges within the column of slot k, from level to level and to the answers. */
  columnAt(k) {
    const x = middle(this.layout, k);
    const column = { k, node: svg("g", {}, this.within(x)) };
    this.columns.push(column);
    return column.node;
  }

  within(x) {
    return [...["strings", "readout"].map((name) => this.use(name, x)), ...SETS.map((set) => this.use(`${set}-between`, x, `rv-u-use-${set}`))];
  }

  /** What reaches the cursor's column, from either side and from below; x counts from the slot's left. */
  around() {
    const { slot, pill } = this.layout;
    const half = (slot - pill.width) / 2;
    const sides = [["forward", -half], ["reverse", slot - half]];
    const between = sides.flatMap(([kind, x]) => SETS.map((set) => this.use(`${set}-${kind}`, x, `rv-u-use-${set}`)));
    const name = slot > this.layout.px(126) && this.name("i", (slot + pill.width) / 2 + this.layout.px(3), this.layout.input.top - this.layout.px(10));
    return [...this.within(slot / 2), ...between, ...this.heads(), ...(name ? [name] : [])];
  }

  /** Arrow heads at the nodes of the cursor's column, on the side the state comes from. */
  heads() {
    const { layout } = this;
    const tips = layout.blocks.map(({ reverse, rows }) =>
      rows.map(({ y }) => {
        const [side, size] = [reverse ? 1 : -1, layout.px(4)];
        const x = layout.slot / 2 + side * (layout.pill.width / 2 + 1);
        return `M${x + side * size * 1.5} ${y - size}L${x} ${y}L${x + side * size * 1.5} ${y + size}`;
      }).join(""),
    );
    this.tips = tips.map((d) => svg("path", { class: "rv-u-tips", d }));
    return this.tips;
  }

  /** The strings within a column: each row's from below (drawn neutral above the lowest level) and on upwards. */
  strings() {
    const { layout } = this;
    const parts = [];
    for (const level of layout.levels) {
      for (const { y, lane } of level.rows) {
        if (level.level) parts.push(`M${lane} ${level.bottom}V${y}`);
        parts.push(`M${lane} ${y}V${level.top}`);
      }
    }
    this.groups.get("strings").append(svg("path", { d: parts.join("") }));
    const top = layout.levels.at(-1);
    const end = layout.head.height + layout.px(5);
    const bundle = top.rows.map(({ lane }) => `M${lane} ${top.top}C${lane} ${(top.top + end) / 2} 0 ${(top.top + end) / 2} 0 ${end}`);
    this.groups.get("readout").append(svg("path", { d: bundle.join("") }));
  }

  /** Draw one set anew. @param {"base"|"unit"|"point"} set @param {Edge[]} edges */
  draw(set, edges) {
    for (const kind of KINDS) {
      const group = this.groups.get(`${set}-${kind}`);
      group.replaceChildren(...buckets(edges.filter((edge) => edge.kind === kind), (edge) => this.path(edge), this.layout));
    }
  }

  /** @param {Edge} edge */
  path({ kind, from, to }) {
    const { gap, levels } = this.layout;
    if (kind === "between") {
      const [low, high] = [levels[from.block.level].top, levels[to.block.level].bottom];
      const bend = (low + high) / 2;
      return `M${from.lane} ${low}C${from.lane} ${bend} ${to.lane} ${bend} ${to.lane} ${high}`;
    }
    const [left, right] = kind === "forward" ? [from.y, to.y] : [to.y, from.y];
    return `M0 ${left}C${gap / 2} ${left} ${gap / 2} ${right} ${gap} ${right}`;
  }

  /** Hide what would reach beyond the first or the last position when the first slot shows position `start`. */
  show(start, T) {
    for (const { k, forward, reverse } of this.gaps) {
      const [left, right] = [start + k - 1, start + k];
      attr(forward, "display", left >= 0 && right <= T ? null : "none");
      attr(reverse, "display", left >= 1 && right <= T + 1 ? null : "none");
    }
    for (const { k, node } of this.columns) attr(node, "display", start + k >= 1 && start + k <= T ? null : "none");
  }
}

/** W and room for its subscript. */
export function matrixLabel(x, y, anchor) {
  return svg("text", { class: "rv-u-matrix-name", x, y, "text-anchor": anchor }, "W", svg("tspan", { dy: "0.28em" }));
}

/** Edges of like sign and width share one path: few elements, however many edges. */
function buckets(edges, path, layout) {
  const parts = new Map();
  for (const edge of edges) {
    if (edge.weight === 0) continue;
    const size = Math.min(BUCKETS, Math.floor(edge.share * BUCKETS) + 1);
    const key = Number.isFinite(edge.weight) ? Math.sign(edge.weight) * size : BROKEN;
    if (!parts.has(key)) parts.set(key, []);
    parts.get(key).push(path(edge));
  }
  const keys = [...parts.keys()].sort((a, b) => Math.abs(a) - Math.abs(b));
  return keys.map((key) => svg("path", { d: parts.get(key).join(""), ...look(key, edges[0].kind, layout) }));
}

function look(key, kind, layout) {
  if (key === BROKEN) return { class: "rv-u-broken-edge" };
  const share = (Math.abs(key) - 0.5) / BUCKETS;
  const crowd = kind === "between" ? 0.6 : layout.pitch < layout.px(30) ? 0.6 : 1;
  return {
    class: key > 0 ? "rv-u-plus" : "rv-u-minus",
    "stroke-width": (layout.px(0.5 + 3.6 * share) * crowd).toFixed(2),
    "stroke-opacity": (0.28 + 0.67 * share).toFixed(2),
  };
}

/** The look of one string from the input, by its weight. */
export function stringWidth(layout, share) {
  return layout.px(0.6 + 2.8 * Math.min(1, share));
}
