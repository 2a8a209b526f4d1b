/**
 * The edges of the unrolled graph. W is the same at every step, so each edge is drawn once, in <defs>, and used in the
 * gap between every pair of columns: what lights it lights it everywhere. Stepping touches none of it. The edges into
 * the cursor's column are a layer of their own that is moved by a transform, never redrawn.
 */
import { attr, el, svg, unique } from "../dom.js";
import { middle } from "./unrolled-layout.js";
import { Names } from "./unrolled-names.js";
import { buckets } from "./unrolled-strokes.js";

/** Which edges: all of them; those of the unit singled out; those pointed at. */
const SETS = ["base", "unit", "point"];
const KINDS = ["forward", "reverse", "between", "passing"];

/**
 * @typedef {import("./unrolled-layout.js").Row} Row
 * @typedef {import("./unrolled-track.js").Place} Place
 * @typedef {{kind: "forward"|"reverse"|"between"|"passing", part: number, from: Row, to: Row, weight: number, share: number}} Edge
 *   part: whose weight it is; share: |weight| in the scale of widths, at most 1
 */

export class Edges {
  /** @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(layout) {
    this.layout = layout;
    this.groups = new Map();
    /** What stands somewhere, and whether it belongs there. @type {{node: any, slot: number, wants: (here: Place, next: Place) => boolean}[]} */
    this.placed = [];
    /** The same around the cursor's column. @type {{node: any, wants: (here: Place, before: Place, next: Place) => boolean}[]} */
    this.around = [];
    const { room, height, slot } = layout;
    // A picture for each set, so that lighting one and dimming the others redraws neither.
    this.far = SETS.map((set) => svg("svg", { class: `rv-u-edges rv-u-${set}`, width: room, height }, this.everywhere(set)));
    this.near = SETS.map((set) => svg("svg", { class: `rv-u-edges rv-u-${set}`, width: slot, height }, this.here(set)));
    this.far[0].prepend(this.defs());
    this.names = new Names(layout);
    this.placed.push(...this.names.placed);
    this.around.push(...this.names.around);
    this.far[2].append(...this.names.placed.map(({ node }) => node));
    this.near[2].append(...this.names.around.map(({ node }) => node));
    this.all = el("div", { class: "rv-u-far", "aria-hidden": "true" }, this.far);
    this.now = el("div", { class: "rv-u-near", "aria-hidden": "true" }, this.near);
  }

  defs() {
    const { layout } = this;
    for (const part of layout.parts.keys()) {
      this.group(`strings-${part}`).append(svg("path", { d: this.strings(part) }));
      if (layout.track.meta.residual) this.group(`skips-${part}`).append(...this.skips(part));
    }
    this.group("readout").append(svg("path", { d: this.readout() }));
    return svg("defs", {}, [...this.groups.values()]);
  }

  /** The group of a name, to be drawn into; used wherever its edges stand. */
  group(name) {
    const css = `rv-u-of-${name.replace(/-\d$/, "")}`;
    if (!this.groups.has(name)) this.groups.set(name, svg("g", { id: unique("rv-u-edge"), class: css }));
    return this.groups.get(name);
  }

  use(name, x) {
    return svg("use", { href: `#${this.group(name).id}`, x });
  }

  /** The edges that lead from one column to the next, and where each belongs. @returns {[string, (left: Place, right: Place) => boolean][]} */
  across(set) {
    const { track, parts } = this.layout;
    const all = parts.flatMap((_, part) => [
      [`${set}-forward-${part}`, (left, right) => track.comes(left, right, part)],
      [`${set}-reverse-${part}`, (left, right) => track.comesBack(left, right, part)],
    ]);
    const made = track.gather === "context" ? [[`${set}-passing-0`, (_, right) => right.kind === "gather"]] : [];
    return [...all, ...made];
  }

  /** The edges within a column, from level to level and to the answers, and where each belongs. */
  within(set) {
    const { track, parts } = this.layout;
    const own = (part) => (here) => here.kind === "step" && here.part === part;
    const names = track.meta.residual ? ["strings", "skips"] : ["strings"];
    const lines = parts.flatMap((_, part) => names.map((name) => [`${name}-${part}`, own(part)]));
    const base = set === "base" ? [...lines, ["readout", (here) => track.answers(here)]] : [];
    return [...base, ...parts.map((_, part) => [`${set}-between-${part}`, own(part)])];
  }

  /** One set in every gap and column of the window, and one beyond on either side for the slide. */
  everywhere(set) {
    const { layout } = this;
    const uses = [];
    const put = (slot, x) => ([name, wants]) => {
      const node = this.use(name, x);
      this.placed.push({ node, slot, wants });
      uses.push(node);
    };
    for (let k = -2; k <= layout.count; k++) {
      this.across(set).forEach(put(k, middle(layout, k) + layout.pill.width / 2));
      this.within(set).forEach(put(k, middle(layout, k)));
    }
    return uses;
  }

  /** One set around the cursor's column: what reaches it from either side and from below; x counts from the slot's left. */
  here(set) {
    const { slot, pill } = this.layout;
    const half = (slot - pill.width) / 2;
    const put = (x, turn) => ([name, wants]) => {
      const node = this.use(name, x);
      this.around.push({ node, wants: turn(wants) });
      return node;
    };
    const [forward, reverse] = ["-forward-", "-reverse-"].map((kind) => this.across(set).filter(([name]) => name.includes(kind)));
    const uses = [
      ...forward.map(put(-half, (wants) => (here, before) => wants(before, here))),
      ...reverse.map(put(slot - half, (wants) => (here, _, next) => wants(here, next))),
      ...this.within(set).map(put(slot / 2, (wants) => wants)),
    ];
    return set === "base" ? [...uses, ...this.heads()] : uses;
  }

  /** Where all weights are zero no arrow arrives. @param {(part: number, layer: string) => boolean} empty */
  point(empty) {
    this.empty = empty;
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
  strings(index) {
    const { parts, track } = this.layout;
    const { levels } = parts[index];
    const answers = track.meta.shape !== "many_to_one" && (!track.gather || index > 0); // else nothing is read off here
    const lines = [];
    for (const level of levels) {
      for (const { y, lane } of level.rows) {
        if (level.level) lines.push(`M${lane} ${level.bottom}V${y}`);
        if (answers || level !== levels.at(-1)) lines.push(`M${lane} ${y}V${level.top}`);
      }
    }
    return lines.join("");
  }

  /** Past each layer above the first: what it read is added to what it made. */
  skips(index) {
    const { parts, pill, px } = this.layout;
    const [x, r] = [-pill.width / 2 - px(9), px(6)];
    return parts[index].levels.slice(1).flatMap(({ top, bottom }) => {
      const [low, bend] = [bottom + px(2), x + px(7)];
      const way = `M0 ${low}H${bend}Q${x} ${low} ${x} ${low - px(7)}V${top + px(7)}Q${x} ${top} ${bend} ${top}H${-r}`;
      const plus = `M${-r / 2} ${top}H${r / 2}M0 ${top - r / 2}V${top + r / 2}`;
      return [svg("path", { d: way }), svg("circle", { r, cy: top }), svg("path", { d: plus })];
    });
  }

  /** From the top's rows to the answer; where the state is first mixed with what is looked back at, through that. */
  readout() {
    const { levels, head, mixed, px } = this.layout;
    const top = levels.at(-1);
    const rows = this.layout.parts.at(-1).levels.at(-1).rows;
    const end = mixed.height ? mixed.top + mixed.height : head.top + head.height + px(5);
    const alone = this.layout.track.meta.shape === "many_to_one"; // elsewhere strings lead up to there
    const bundle = rows.map(({ lane, y }) => `M${lane} ${alone ? y : top.top}V${top.top}C${lane} ${(top.top + end) / 2} 0 ${(top.top + end) / 2} 0 ${end}`);
    if (mixed.height) bundle.push(`M0 ${mixed.top}V${head.top + head.height + px(3)}`);
    return bundle.join("");
  }

  /** Draw one set anew. @param {"base"|"unit"|"point"} set @param {Edge[]} edges */
  draw(set, edges) {
    for (const part of this.layout.parts.keys()) {
      for (const kind of KINDS) {
        const group = this.group(`${set}-${kind}-${part}`);
        const own = edges.filter((edge) => edge.kind === kind && edge.part === part);
        if (own.length || group.firstChild) group.replaceChildren(...buckets(own, (edge) => this.path(edge), this.layout));
      }
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
    const [left, right] = kind === "reverse" ? [to.y, from.y] : [from.y, to.y];
    return `M0 ${left}C${gap / 2} ${left} ${gap / 2} ${right} ${gap} ${right}`;
  }

  /** Show what belongs where, when the first slot shows position `start`. */
  show(start) {
    const { track } = this.layout;
    for (const { node, slot, wants } of this.placed) {
      attr(node, "display", wants(track.at(start + slot), track.at(start + slot + 1)) ? null : "none");
    }
  }

  /** Show what reaches the cursor's column, which stands at this position. @param {boolean} alone without its neighbours */
  enter(position, alone = false) {
    const { track, blocks, parts } = this.layout;
    const [before, here, next] = [-1, 0, 1].map((by) => track.at(alone && by ? -1 : position + by));
    for (const { node, wants } of this.around) attr(node, "display", wants(here, before, next) ? null : "none");
    this.tips.forEach((tip, k) => {
      const { layer, reverse } = blocks[k];
      const arrives = !alone && parts[here.part].layers.includes(layer) && track.pastOf(here.t, reverse) >= 0 && !this.empty?.(here.part, layer);
      attr(tip, "display", arrives ? null : "none");
    });
  }
}
