/**
 * The edges of the unrolled graph. W is the same at every step, so each edge is drawn once, in <defs>, and used in the
 * gap between every pair of columns: what lights it lights it everywhere. Stepping touches none of it. The edges into
 * the cursor's column are a layer of their own that is moved by a transform, never redrawn.
 */
import { attr, el, svg, text, unique } from "../dom.js";
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
    /** @type {{left: number, forward: any[], reverse: any[]}[]} `left`: the slot that the gap begins at */
    this.gaps = [];
    /** @type {{slot: number, nodes: any[]}[]} */
    this.columns = [];
    /** @type {{node: SVGTextElement, kind: "h"|"i"}[]} */
    this.names = [];
    const { room, height, slot } = layout;
    // A picture for each set, so that lighting one and dimming the others redraws neither.
    this.far = SETS.map((set) => svg("svg", { class: `rv-u-edges rv-u-${set}`, width: room, height }, this.everywhere(set)));
    this.near = SETS.map((set) => svg("svg", { class: `rv-u-edges rv-u-${set}`, width: slot, height }, this.here(set)));
    this.far[0].prepend(this.defs());
    this.far[2].append(...this.gapNames());
    this.near[2].append(...this.inputName());
    this.all = el("div", { class: "rv-u-far", "aria-hidden": "true" }, this.far);
    this.now = el("div", { class: "rv-u-near", "aria-hidden": "true" }, this.near);
  }

  defs() {
    this.strings();
    return svg("defs", {}, [...this.groups.values()]);
  }

  /** The group of a name, to be drawn into; used wherever its edges stand. */
  group(name) {
    if (!this.groups.has(name)) this.groups.set(name, svg("g", { id: unique("rv-u-edge"), class: `rv-u-of-${name}` }));
    return this.groups.get(name);
  }

  use(name, x) {
    return svg("use", { href: `#${this.group(name).id}`, x });
  }

  /** One set in every gap and column of the window, and one beyond on either side for the slide. */
  everywhere(set) {
    const { layout } = this;
    const uses = [];
    for (let k = -2; k <= layout.count; k++) {
      const x = middle(layout, k) + layout.pill.width / 2;
      const gap = { left: k, forward: [this.use(`${set}-forward`, x)], reverse: [this.use(`${set}-reverse`, x)] };
      const column = { slot: k, nodes: this.within(set, middle(layout, k)) };
      this.gaps.push(gap);
      this.columns.push(column);
      uses.push(...gap.forward, ...gap.reverse, ...column.nodes);
    }
    return uses;
  }

  /** One set around the cursor's column: what reaches it from either side and from below; x counts from the slot's left. */
  here(set) {
    const { slot, pill } = this.layout;
    const half = (slot - pill.width) / 2;
    const uses = [this.use(`${set}-forward`, -half), this.use(`${set}-reverse`, slot - half), ...this.within(set, slot / 2)];
    return set === "base" ? [...uses, ...this.heads()] : uses;
  }

  /** The edges within a column, from level to level and to the answers. */
  within(set, x) {
    const names = set === "base" ? ["strings", "readout", "base-between"] : [`${set}-between`];
    return names.map((name) => this.use(name, x));
  }

  /** What the matrices are called, in the gaps that the window does not cut. */
  gapNames() {
    const { layout } = this;
    const inside = new Map(this.gaps.filter(({ left }) => left >= 0 && left < layout.count - 1).map((gap) => [gap.left, gap]));
    return [...inside.values()].flatMap((gap) =>
      layout.blocks.map(({ bottom, reverse }) => {
        const name = this.name("h", middle(layout, gap.left) + layout.slot / 2, bottom + layout.px(9));
        gap[reverse ? "reverse" : "forward"].push(name);
        return name;
      }),
    );
  }

  inputName() {
    const { slot, pill, input, px } = this.layout;
    return slot > px(126) ? [this.name("i", (slot + pill.width) / 2 + px(3), input.top - px(10))] : [];
  }

  /** A matrix's name beside its edges; `title` says it. @param {"h"|"i"} kind */
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
    this.group("strings").append(svg("path", { d: parts.join("") }));
    const top = layout.levels.at(-1);
    const end = layout.head.height + layout.px(5);
    const bundle = top.rows.map(({ lane }) => `M${lane} ${top.top}C${lane} ${(top.top + end) / 2} 0 ${(top.top + end) / 2} 0 ${end}`);
    this.group("readout").append(svg("path", { d: bundle.join("") }));
  }

  /** Draw one set anew. @param {"base"|"unit"|"point"} set @param {Edge[]} edges */
  draw(set, edges) {
    for (const kind of KINDS) {
      const group = this.group(`${set}-${kind}`);
      const own = edges.filter((edge) => edge.kind === kind);
      if (own.length || group.firstChild) group.replaceChildren(...buckets(own, (edge) => this.path(edge), this.layout));
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
    const see = (nodes, seen) => {
      for (const node of nodes) attr(node, "display", seen ? null : "none");
    };
    for (const { left, forward, reverse } of this.gaps) {
      see(forward, start + left >= 0 && start + left < T);
      see(reverse, start + left >= 1 && start + left <= T);
    }
    for (const { slot, nodes } of this.columns) see(nodes, start + slot >= 1 && start + slot <= T);
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
