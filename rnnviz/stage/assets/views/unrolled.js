/**
 * The unrolled graph: a window of columns about the cursor, one a step, with the real values in the nodes and the real
 * weights on the edges. The slots are fixed: a step changes what the columns show, never where anything stands.
 */
import { attr, el, heading, text } from "../dom.js";
import { Column } from "./unrolled-columns.js";
import { Edges } from "./unrolled-edges.js";
import { headLines } from "./unrolled-head.js";
import { caption, chooser, Description, gutterOf, MatrixPicture, matrixName, phrase, symbol } from "./unrolled-legend.js";
import { groupSize, isGroup, layoutOf, middle, mostRows, windowStart } from "./unrolled-layout.js";
import { foldedMiddle, Loop, markFolded, placer } from "./unrolled-loop.js";
import { Pointer } from "./unrolled-pointer.js";
import { describe } from "./unrolled-words.js";
import { scaleOf, shownGate, Weights } from "./unrolled-weights.js";

const SLIDE = 140;
/** A step that comes sooner after another one than this is not slid to, nor one of a fast play. */
const CALM = 220;
const CALM_SPEED = 4;
const MORPH = 420;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const graph = new Graph(element, data, cursor);
  return () => graph.destroy();
}

export class Graph {
  constructor(element, data, cursor) {
    Object.assign(this, { element, data, cursor, layout: null, opened: null, pointed: null, start: 0, slot: 0, stepped: -Infinity });
    this.limit = stateLimit(data);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.heads = heading(element, data.say("graph.title"));
    this.gates = chooser(data, (gate) => cursor.set({ gate }));
    if (this.gates) this.heads.head.append(this.gates.element);
    this.steps = el("span", { class: "rv-u-steps" });
    this.picture = el("div", { class: "rv-u-graph" });
    this.description = new Description();
    this.matrix = new MatrixPicture(data, (edge) => this.point(edge && { ...edge, kind: this.block.reverse ? "reverse" : "forward" }));
    this.caption = el("div", { class: "rv-u-caption-words" });
    const below = el("div", { class: "rv-u-caption" }, this.matrix.svg, this.caption);
    element.append(this.picture, ...(data.stage.size === "small" ? [] : [below]), this.description.element);
    this.pointer = new Pointer(this);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.picture);
    this.resize();
    this.unsubscribe = cursor.subscribe((_, changed) => this.follow(changed));
  }

  destroy() {
    this.unsubscribe();
    this.observer.disconnect();
    this.description.stop();
    clearTimeout(this.morphing);
  }

  get frame() {
    return this.data.frame(this.cursor);
  }

  get folded() {
    return this.cursor.form === "folded";
  }

  /** The block whose matrix the legend shows: the cursor's layer. */
  get block() {
    return this.layout.blocks.find(({ layer }) => layer === this.cursor.layer) ?? this.layout.blocks.at(-1);
  }

  resize() {
    const width = Math.floor(this.picture.clientWidth);
    const em = parseFloat(getComputedStyle(this.picture).fontSize);
    if (!width || (this.layout && width === this.layout.width && em === this.layout.em)) return;
    this.build(width, em);
  }

  /** Everything that depends on the room and on which group is open. */
  build(width = this.layout.width, em = this.layout.em) {
    const { data } = this;
    const room = { width, em, small: data.stage.size === "small", open: this.opened, headLines: headLines(data.meta) };
    const layout = (this.layout = layoutOf(data.meta, room));
    this.lit = false;
    this.columns = Array.from({ length: layout.count + 2 }, () => new Column(data, layout));
    this.edges = new Edges(layout);
    this.loop = new Loop(data, layout);
    this.band = el("div", { class: "rv-u-band", style: { width: `${layout.slot}px`, height: `${layout.height}px` } });
    this.rings = this.ringed();
    const columns = el("div", { class: "rv-u-columns" }, this.columns.map(({ element }) => element));
    this.track = el("div", { class: "rv-u-track-all" }, this.edges.all, this.edges.now, this.loop.element, columns, this.rings);
    const fades = ["left", "right"].map((side) => this.cut(side));
    this.window = el("div", { class: "rv-u-window", style: { width: `${layout.room}px`, height: `${layout.height}px` } }, this.band, this.track, fades);
    this.gutter = gutterOf(data, layout, () => this.open(null));
    this.picture.style.height = `${layout.height}px`;
    for (const [name, value] of Object.entries({ "--rv-pill-width": layout.pill.width, "--rv-pill-height": layout.pill.height, "--rv-slot": layout.slot })) {
      this.picture.style.setProperty(name, `${value.toFixed(2)}px`);
    }
    this.picture.classList.toggle("rv-u-gru", data.meta.cell === "gru");
    this.picture.classList.toggle("rv-u-grouped", layout.grouped);
    this.picture.classList.toggle("rv-u-tight", layout.pitch < layout.px(34));
    this.picture.classList.toggle("rv-u-narrow", layout.slot < layout.px(126));
    this.picture.replaceChildren(this.gutter, this.window);
    this.pointer.enter();
    this.weigh();
    this.show(true);
  }

  /** The nodes of the cursor's column, outlined. */
  ringed() {
    const { pill, blocks, slot, px } = this.layout;
    const rings = blocks.flatMap(({ rows }) => rows).map((row) => {
      const place = { left: `${(slot - pill.width) / 2}px`, top: `${row.y - pill.height / 2}px`, width: `${pill.width}px`, height: `${pill.height}px` };
      return el("i", { class: isGroup(row) ? "rv-u-ring rv-u-ring-group" : "rv-u-ring", style: place });
    });
    return el("div", { class: "rv-u-rings", "aria-hidden": "true" }, rings);
  }

  /** What moves with the cursor's slot. */
  get marks() {
    return [this.band, this.edges.now, this.rings];
  }

  /** Where the window cuts, edges fade and a mark stands in the row of the steps. */
  cut(side) {
    const { head, input, caption: row, px } = this.layout;
    const top = head.height + px(20);
    const fade = el("div", { class: "rv-u-fade", style: { top: `${top}px`, height: `${input.top - top}px` } });
    const mark = el("div", { class: "rv-u-dots", style: { top: `${row - px(4)}px` } }, "…");
    return el("div", { class: `rv-u-cut rv-u-cut-${side}`, "aria-hidden": "true" }, fade, mark);
  }

  follow(changed) {
    if (!this.layout) return;
    if (changed.has("unit") || changed.has("layer")) this.single();
    if (changed.has("gate") || changed.has("frame")) this.weigh();
    if (changed.has("form")) this.fold();
    else if (changed.has("t") || changed.has("frame") || changed.has("gate")) this.show(changed.has("frame") || changed.has("gate"));
    if (changed.has("hover")) this.pointer.echo();
  }

  /** Draw the weights of the shown gate: on a change of gate, run or layout, never on a step. */
  weigh() {
    const { data, layout } = this;
    const gate = shownGate(data.meta, this.cursor);
    this.gates?.mark(gate);
    this.weights = new Weights(data, layout, this.frame, gate);
    if (this.scaled !== `${gate} ${this.opened?.start}`) this.scale = scaleOf(data, layout, this.frame, gate, this.weights);
    this.scaled = `${gate} ${this.opened?.start}`;
    this.list = edgeList(layout, this.weights, this.scale);
    this.edges.draw("base", this.list);
    this.edges.title((kind) => `${kind}${gate ?? "h"}`);
    this.loop.title(`h${gate ?? "h"}`);
    this.edges.point((layer) => this.weights.recurrent.get(layer).every((w) => w === 0));
    this.light();
    this.heading();
    this.legend();
  }

  legend() {
    const { block, scale, layout, data } = this;
    this.matrix.draw(block, this.weights.recurrent.get(block.layer), scale.recurrent, layout.em);
    const said = { matrix: matrixName("h", this.weights.gate), limit: scale.recurrent, block, table: this.weights.recurrent.get(block.layer) };
    const key = [said.matrix, data.format(said.limit), block.layer, block.rows.some(isGroup), said.table.every((w) => w === 0)].join();
    if (key !== this.captioned) caption(data, this.caption, said);
    this.captioned = key;
  }

  /** Light the edges of the unit that is singled out, in all columns. */
  light() {
    const { unit } = this.cursor;
    const { layer } = this.block;
    const own = (row) => row.block.layer === layer && row.start <= unit && unit < row.stop;
    const lit = unit === null ? [] : this.list.filter(({ from, to }) => own(from) || own(to));
    if (lit.length || this.lit) this.edges.draw("unit", lit);
    this.lit = lit.length > 0;
    attr(this.picture, "data-lit", unit === null ? null : "");
    for (const { nodes, strings, carries } of this.columns) {
      for (const { row, button } of nodes) attr(button, "aria-pressed", isGroup(row) ? null : unit !== null && own(row));
      for (const { row, line } of [...strings, ...carries]) attr(line, "data-own", unit !== null && own(row) ? "" : null);
    }
  }

  /** The cursor's unit changed: open its group if it stands in one. */
  single() {
    const { cursor, data } = this;
    const most = mostRows(data.meta.layers.length);
    const size = groupSize(data.meta.H, most);
    const start = cursor.unit === null || size === 1 ? null : Math.floor(cursor.unit / size) * size;
    if (start !== null) this.open({ layer: this.block.layer, start, byUnit: true });
    else if (this.opened?.byUnit) this.open(null);
    this.light();
    this.legend();
  }

  /** Open a group in its place, or close the open one. */
  open(group) {
    const same = group?.start === this.opened?.start && group?.layer === this.opened?.layer;
    if (same) return;
    const had = this.focused;
    const place = group ?? this.opened;
    this.opened = group;
    this.build();
    this.pointer.row = this.current.nodes.findIndex(({ row }) => row.start === place.start && row.block.layer === place.layer);
    this.pointer.rove(had);
  }

  /** Light one edge wherever it stands; null: none. */
  point(edge) {
    const known = edge && this.list.find(({ kind, from, to }) => kind === edge.kind && from === edge.from && to === edge.to);
    if (known === this.pointed) return;
    this.pointed = known ?? null;
    this.edges.draw("point", known ? [{ ...known, weight: known.weight || Number.MIN_VALUE, share: Math.max(0.3, known.share) }] : []);
    attr(this.picture, "data-pointed", known ? "" : null);
    this.matrix.mark(known && known.kind !== "between" && known.to.block === this.block ? known : null);
  }

  /**
   * Bring the columns to the cursor. Columns are a ring: a column keeps its position of the run as long as that is in
   * the window, so that a step fills one column and moves the others. @param {boolean} all fill every column anew
   */
  show(all = false) {
    const { layout, cursor, folded } = this;
    const position = cursor.t + 1;
    const before = this.start;
    this.start = folded ? position - this.slot : windowStart(layout, position);
    const slot = position - this.start;
    const moved = slot !== this.slot;
    const by = this.start - before;
    const slides = !all && !moved && !folded && this.slides(by);
    this.slot = slot;
    if (all || by) this.edges.show(folded ? 0 : this.start, cursor.T);
    this.fill(all);
    this.place(all || moved);
    if (slides) this.slide(by);
    this.heading();
    this.pointer.refresh();
    this.description.soon(() => describe(this));
  }

  /** Give the columns in sight what they are to show; those out of sight keep what they had, unless it is of another run. */
  fill(all) {
    const { layout, folded, slot, start } = this;
    const limits = { h: this.limit, input: this.scale.input };
    for (let k = -1; k <= layout.count; k++) {
      const column = this.at(start + k);
      const seen = folded ? Math.abs(k - slot) <= 1 : k >= 0 && k < layout.count;
      if (seen) column.fill(start + k, this.frame, this.weights, limits);
      else if (all) column.fill(-1, this.frame, this.weights, limits);
    }
  }

  /** The column of a position of the run. */
  at(position) {
    const n = this.columns.length;
    return this.columns[((position % n) + n) % n];
  }

  /** Put every column in its slot. @param {boolean} moved the cursor's slot is another one */
  place(moved) {
    const { layout, folded, data, slot, start } = this;
    const had = this.focused;
    const left = placer(layout, folded, slot, data.meta.directions);
    for (let k = -1; k <= layout.count; k++) {
      const column = this.at(start + k);
      column.move(left(k), k === slot);
      markFolded(column, folded, k - slot, data.meta.directions);
    }
    if (moved) for (const node of this.marks) node.style.transform = `translateX(${left(slot)}px)`;
    this.pointer.rove(had);
  }

  /** Whether this step is shown by sliding the window: one step, by hand or slowly, and nobody minds motion. */
  slides(by) {
    const now = performance.now();
    const calm = now - this.stepped > CALM && (!this.cursor.playing || this.cursor.speed <= CALM_SPEED);
    this.stepped = now;
    return Math.abs(by) === 1 && calm && !this.still.matches;
  }

  /** All gaps are alike, so a window one slot further is the same picture moved by one slot. */
  slide(by) {
    const from = `translateX(${by * this.layout.slot}px)`;
    this.track.animate([{ transform: from }, { transform: "none" }], { duration: SLIDE, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" });
  }

  /** Whether the keyboard is in the picture. */
  get focused() {
    return this.window.contains(this.window.getRootNode().activeElement);
  }

  /** How far the folded form has moved the cursor's column from its slot. */
  get shift() {
    return this.folded ? foldedMiddle(this.layout, this.data.meta.directions) - middle(this.layout, this.slot) : 0;
  }

  get current() {
    return this.at(this.start + this.slot);
  }

  /** Between the unrolled and the folded form: the columns fall into one, or come out of it. */
  fold() {
    const { picture, folded, layout } = this;
    clearTimeout(this.morphing);
    picture.classList.remove("rv-u-morphing");
    if (!folded) this.unfoldFrom(windowStart(layout, this.cursor.t + 1));
    void picture.offsetWidth; // what follows moves, what came before does not
    picture.classList.toggle("rv-u-morphing", !this.still.matches);
    attr(picture, "data-form", this.cursor.form);
    this.gutter.style.transform = folded ? `translateX(${this.gutterShift()}px)` : "";
    this.show(true);
    this.morphing = setTimeout(() => picture.classList.remove("rv-u-morphing"), MORPH);
  }

  /** Put all columns where the folded one stands, each with the slot that the unrolled window will give it. */
  unfoldFrom(start) {
    this.slot = this.cursor.t + 1 - start;
    this.start = start;
    const left = placer(this.layout, true, this.slot, this.data.meta.directions);
    for (let k = -1; k <= this.layout.count; k++) this.at(start + k).move(left(k), k === this.slot);
    for (const node of this.marks) node.style.transform = `translateX(${left(this.slot)}px)`;
  }

  /** The row labels go with the folded column. */
  gutterShift() {
    const { layout, data } = this;
    const left = foldedMiddle(layout, data.meta.directions) - layout.slot - layout.pill.width / 2 - layout.px(54);
    return Math.max(0, Math.round(left));
  }

  /** Title and the sentence beside it. */
  heading() {
    const { layout, cursor, data, folded } = this;
    const first = Math.max(1, this.start);
    const last = Math.min(cursor.T, this.start + layout.count - 1);
    const matrix = matrixName("h", this.weights.gate);
    text(this.heads.title, data.say(folded ? "graph.title_folded" : "graph.title"));
    const key = folded ? "graph.hint_folded" : cursor.T === 1 ? "graph.hint_one" : "graph.hint";
    if (this.said !== `${key} ${matrix}`) {
      const values = { steps: this.steps, T: String(cursor.T), matrix: symbol(matrix) };
      this.heads.hint.replaceChildren(...phrase(data, key, values));
      this.said = `${key} ${matrix}`;
    }
    const shown = folded ? `${cursor.t + 1}` : first === last ? `${first}` : `${first} – ${last}`;
    if (shown.length !== this.steps.textContent.length) this.steps.style.width = `${shown.length - (shown.includes("–") ? 0.9 : 0)}ch`;
    text(this.steps, shown);
    const cut = !folded && [this.start > 0, this.start + layout.count < layout.positions];
    attr(this.window, "data-cut-left", cut && cut[0] ? "" : null);
    attr(this.window, "data-cut-right", cut && cut[1] ? "" : null);
  }
}

/** The colour scale of states: −1 … 1 where an activation bounds them, else the largest state of all runs. */
function stateLimit(data) {
  const { cell, nonlinearity } = data.meta;
  if (cell !== "rnn" || nonlinearity === "tanh") return 1;
  const largest = [data.frames[0], data.frames.at(-1)].flatMap((run) => Object.values(run.layers).map(({ h }) => h.limit));
  return Math.max(...largest) || 1;
}

/** Every edge of the picture once. */
function edgeList(layout, weights, scale) {
  const edges = [];
  const add = (kind, from, to, weight, limit) => edges.push({ kind, from, to, weight, share: Math.min(1, Math.abs(weight) / limit) });
  for (const block of layout.blocks) {
    const table = weights.recurrent.get(block.layer);
    const kind = block.reverse ? "reverse" : "forward";
    for (const to of block.rows) for (const from of block.rows) add(kind, from, to, table[to.index * block.rows.length + from.index], scale.recurrent);
    const below = block.level ? layout.levels[block.level - 1].rows : [];
    const inner = weights.between.get(block.layer);
    for (const to of block.rows) below.forEach((from, k) => add("between", from, to, inner[to.index * below.length + k], scale.between));
  }
  return edges;
}
