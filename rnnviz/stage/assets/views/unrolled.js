/**
 * The unrolled graph: a window of columns about the cursor, one a step, with the real values in the nodes and the real
 * weights on the edges. The slots are fixed: a step changes what the columns show, never where anything stands.
 */
import { attr, el } from "../dom.js";
import { whenIdle } from "../idle.js";
import { layerIn, recurs } from "../shape.js";
import { Heading } from "./unrolled-heading.js";
import { headLines } from "./unrolled-head.js";
import { Legend } from "./unrolled-legend.js";
import { groupSize, isGroup, layoutOf, middle, mostRows, windowStart } from "./unrolled-layout.js";
import { foldedMiddle } from "./unrolled-loop.js";
import { Picture } from "./unrolled-picture.js";
import { Pointer } from "./unrolled-pointer.js";
import { edgeList, scaleOf, shownGate, Weights } from "./unrolled-weights.js";
import { Description, describe } from "./unrolled-words.js";

/** A step that comes sooner after another one than this is not slid to, nor one of a fast play. */
const CALM = 220;
const CALM_SPEED = 4;
const MORPH = 420;

/** Another run of the same form is only another frame. */
export const renews = () => true;

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
    /** `start`: the position (0: before the first step) in the first slot; `slot`: the cursor's */
    Object.assign(this, { data, cursor, layout: null, pointed: null, start: 0, slot: 0, stepped: -Infinity });
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.heading = new Heading(element, data, (gate) => cursor.set({ gate }));
    this.element = el("div", { class: "rv-u-graph" });
    this.legend = new Legend(data, (edge) => this.point(edge && { ...edge, kind: this.block.reverse ? "reverse" : "forward", part: this.part }));
    this.description = new Description();
    element.append(this.element, this.legend.element, this.description.element);
    this.pointer = new Pointer(this);
    this.opened = this.groupOfUnit();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.element);
    this.resize();
    let mounted = false; // the first call reports every field; what it would draw is drawn
    this.unsubscribe = cursor.subscribe((_, changed) => mounted && this.follow(changed), element);
    mounted = true;
  }

  destroy() {
    this.unsubscribe();
    this.observer.disconnect();
    this.description.stop();
    this.rest?.();
    clearTimeout(this.morphing);
  }

  get frame() {
    return this.data.frame(this.cursor);
  }

  get folded() {
    return this.cursor.form === "folded" && recurs(this.data.meta);
  }

  /** Which network runs at the cursor, counted from 0. */
  get part() {
    return this.layout.track.at(this.layout.track.position(this.cursor.t)).part;
  }

  /** Whether the folded form is that of boxes beside where all comes together. */
  get boxed() {
    return this.folded && this.layout.track.gather !== null;
  }

  /** The block of the cursor's layer; where a decoder has none of that name, that of the same height. */
  get block() {
    const { blocks } = this.layout.parts[this.part];
    const meant = layerIn(this.layout.parts[this.part], this.cursor.layer);
    return blocks.find(({ layer }) => layer === meant);
  }

  /** The cursor's column. */
  get current() {
    return this.picture.at(this.start + this.slot);
  }

  /** How far the folded form has moved the cursor's column from its slot. */
  get shift() {
    if (this.boxed) return this.left + this.layout.slot / 2 - middle(this.layout, this.slot);
    return this.folded ? foldedMiddle(this.layout) - middle(this.layout, this.slot) : 0;
  }

  follow(changed) {
    if (!this.layout) return;
    const has = (...fields) => fields.some((field) => changed.has(field));
    if (has("unit", "layer")) this.single();
    if (has("gate", "frame")) this.weigh();
    if (has("form")) this.fold();
    else if (has("t", "frame", "gate")) this.show(has("frame", "gate"));
    if (has("hover")) this.pointer.echo();
  }

  resize() {
    const width = Math.floor(this.element.clientWidth);
    const em = parseFloat(getComputedStyle(this.element).fontSize);
    if (!width || (this.layout && width === this.layout.width && em === this.layout.em)) return;
    this.build(width, em);
  }

  /** Everything that depends on the room and on which group is open. */
  build(width = this.layout.width, em = this.layout.em) {
    const { data } = this;
    const room = { width, em, small: data.stage.size === "small", open: this.opened, headLines: headLines(data.meta) };
    this.layout = layoutOf(data.meta, room);
    this.picture = new Picture(data, this.layout, () => this.open(null));
    this.picture.enter(this.element);
    this.picture.shape(this.folded);
    this.pointer.enter(this.picture.window);
    this.heading.told.measure();
    this.weigh();
    this.show(true);
  }

  /** Draw the weights of the shown gate: on a change of gate, run or layout, never on a step. */
  weigh() {
    const { data, layout, frame, picture } = this;
    const gate = shownGate(data.meta, this.cursor);
    this.weights = layout.parts.map((part) => new Weights(data, part, frame, gate));
    const scaled = [gate, this.opened?.layer, this.opened?.start, data.frames.length].join();
    if (scaled !== this.scaled || data.frames[0] !== this.first) this.scale = scaleOf(data, layout, frame, gate, this.weights);
    Object.assign(this, { scaled, first: data.frames[0] });
    this.list = edgeList(this.weights, this.scale);
    picture.edges.draw("base", this.list);
    picture.name(gate, this.weights);
    this.light();
    this.explain();
  }

  /** Below the picture: the matrix of the network and the layer that the cursor is in. */
  explain() {
    this.explained = this.part;
    this.legend.show(this.block, this.weights[this.part], this.scale.recurrent, this.layout);
  }

  /** Light the edges of the unit that is singled out, in all columns. */
  light() {
    const { unit } = this.cursor;
    const { layer } = this.block;
    const own = (row) => unit !== null && row.block.layer === layer && row.start <= unit && unit < row.stop;
    this.picture.edges.draw("unit", this.list.filter(({ from, to }) => own(from) || own(to)));
    attr(this.element, "data-lit", unit === null ? null : "");
    for (const { nodes, lanes } of this.picture.columns) {
      for (const { row, button } of nodes) attr(button, "aria-pressed", isGroup(row) ? null : own(row));
      lanes.light(unit === null ? null : own);
    }
  }

  /** Another unit or layer is singled out: open the group it stands in. */
  single() {
    const group = this.groupOfUnit();
    if (group) this.open(group);
    else if (this.opened?.byUnit) this.open(null);
    this.light();
    this.explain();
  }

  /** The group that the cursor's unit stands in, if units are grouped. */
  groupOfUnit() {
    const { unit, layer } = this.cursor;
    const { H, layers } = this.data.meta;
    const size = groupSize(H, mostRows(layers.length));
    return unit === null || size === 1 ? null : { layer, start: Math.floor(unit / size) * size, byUnit: true };
  }

  /** Open a group in its place, or close the open one. */
  open(group) {
    if (group?.start === this.opened?.start && group?.layer === this.opened?.layer) return;
    const had = this.picture.focused;
    const place = group ?? this.opened;
    this.opened = group;
    this.build();
    this.pointer.row = this.current.nodes.findIndex(({ row }) => row.start === place.start && row.block.layer === place.layer);
    this.pointer.rove(had);
  }

  /** Light one edge wherever it stands; null: none. */
  point(edge) {
    const same = ({ kind, part, from, to }) => kind === edge.kind && part === edge.part && from === edge.from && to === edge.to;
    const known = edge && this.list.find(same);
    if (known === this.pointed) return;
    this.pointed = known ?? null;
    // A weight of zero is no edge, but the pointer found its place.
    const drawn = known && { ...known, weight: known.weight || Number.MIN_VALUE, share: Math.max(0.3, known.share) };
    this.picture.edges.draw("point", drawn ? [drawn] : []);
    attr(this.element, "data-pointed", known ? "" : null);
    const told = known && ["forward", "reverse"].includes(known.kind) && known.part === this.part && known.to.block === this.block;
    this.legend.mark(told ? known : null);
  }

  /** Bring the columns to the cursor. @param {boolean} all fill every column anew */
  show(all = false) {
    const { layout, cursor, folded, picture } = this;
    const position = layout.track.position(cursor.t);
    const before = { start: this.start, slot: this.slot };
    this.start = folded ? position - this.slot : windowStart(layout, position);
    this.slot = position - this.start;
    const by = this.start - before.start;
    const moved = all || this.slot !== before.slot;
    const slides = !moved && !folded && this.slides(by);
    if (all || by) picture.show(this.start);
    picture.edges.enter(position, this.boxed);
    const had = picture.focused;
    if (this.boxed) this.left = picture.pin(position, (column, at) => column.fill(at, this.frame, this.weights, this.limits));
    else {
      this.fill(all);
      picture.place(this.start, this.slot, folded, moved);
    }
    picture.outline(this.current);
    const [first, last] = this.boxed ? [layout.track.gathered, layout.track.gathered] : folded ? [position, position] : [this.start, this.start + layout.count - 1];
    picture.expect(first, last);
    this.pointer.rove(had);
    if (slides) picture.slide(by);
    picture.cut(!folded && this.start > 0, !folded && this.start + layout.count < layout.positions, this.start);
    picture.loop.show?.(cursor.t, this.frame);
    picture.attention?.show(cursor.t, this.frame, middle(layout, this.slot) + this.shift);
    if (this.part !== this.explained) this.explain();
    this.heading.show(cursor, this.seen(), this.weights[0].gate);
    this.pointer.refresh();
    this.description.soon(() => describe(this));
    this.rest?.();
    this.rest = whenIdle(() => this.foresee());
  }

  /** Fill the columns on either side of the window: the next step brings one of them into sight. */
  foresee() {
    const { start, folded } = this;
    const { count, positions } = this.layout;
    for (const position of [start - 1, start + count]) {
      if (folded || position < 0 || position >= positions) continue;
      this.picture.at(position).fill(position, this.frame, this.weights, this.limits);
      this.picture.ready(position);
    }
  }

  /** The first and the last step in sight, counted from 1. */
  seen() {
    const { track, count } = this.layout;
    const end = Math.min(this.start + count, track.count) - 1;
    return [(track.at(this.start).t ?? track.at(this.start + 1).t) + 1, (track.at(end).t ?? track.at(end - 1).t) + 1];
  }

  /** Give the columns in sight what they are to show; the others keep what they had, unless there is nothing there. */
  fill(all) {
    const { layout, folded, slot, start, limits } = this;
    for (let k = -1; k <= layout.count; k++) {
      const seen = folded ? Math.abs(k - slot) <= 1 : k >= 0 && k < layout.count;
      const beyond = start + k < 0 || start + k >= layout.positions; // what leads to a next step would be seen
      if (seen || all || beyond) this.picture.at(start + k).fill(seen ? start + k : -1, this.frame, this.weights, limits);
    }
  }

  /** The ends of the scales: one number, one colour, in the graph and in the score. */
  get limits() {
    return { h: this.data.limit("h"), input: this.scale.input };
  }

  /** Whether this step is shown by sliding the window: one step, by hand or slowly, and nobody minds motion. */
  slides(by) {
    const now = performance.now();
    const calm = now - this.stepped > CALM && (!this.cursor.playing || this.cursor.speed <= CALM_SPEED);
    this.stepped = now;
    return Math.abs(by) === 1 && calm && !this.still.matches;
  }

  /** Between the unrolled and the folded form: the columns fall into one, or come out of it. */
  fold() {
    const { element, folded, layout, picture } = this;
    clearTimeout(this.morphing);
    element.classList.remove("rv-u-morphing");
    if (folded) picture.level(this.start);
    else {
      const position = layout.track.position(this.cursor.t);
      this.start = windowStart(layout, position);
      this.slot = position - this.start;
      picture.place(this.start, this.slot, true, true); // all stand where the folded column stands
    }
    void element.offsetWidth; // what follows moves, what came before does not
    element.classList.toggle("rv-u-morphing", !this.still.matches);
    picture.shape(this.folded);
    this.show(true);
    this.morphing = setTimeout(() => element.classList.remove("rv-u-morphing"), MORPH);
  }
}
