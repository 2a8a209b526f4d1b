/**
 * What stands in the picture for one layout: the gutter, the window, and on its track the edges and the columns.
 */
import { attr, el, text } from "../dom.js";
import { answers } from "./output-kinds.js";
import { Attention } from "./unrolled-attention.js";
import { Bands } from "./unrolled-bands.js";
import { Column } from "./unrolled-columns.js";
import { Edges } from "./unrolled-edges.js";
import { gutterOf } from "./unrolled-gutter.js";
import { Ways } from "./unrolled-gather.js";
import { isGroup } from "./unrolled-layout.js";
import { foldedPlaces, Pair } from "./unrolled-pair.js";
import { foldedMiddle, Loop, markFolded, placer } from "./unrolled-loop.js";
import { Strip } from "./unrolled-strip.js";

const SLIDE = 140;
const px = (value) => `${value}px`;

export class Picture {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   * @param {() => void} close the opened group
   */
  constructor(data, layout, close) {
    this.data = data;
    this.layout = layout;
    this.columns = Array.from({ length: layout.count + 2 }, () => new Column(data, layout));
    this.edges = new Edges(layout);
    this.ways = new Ways(layout);
    this.bands = new Bands(data, layout);
    this.attention = layout.strip.height ? new Attention(data, layout) : null;
    this.loop = layout.track.gather ? new Pair(data, layout) : new Loop(data, layout);
    /** In the folded form, which column shows which position; else they are a ring. @type {Map<number, number>|null} */
    this.pinned = null;
    this.band = el("div", { class: "rv-u-band", style: { width: px(layout.slot), height: px(layout.height) } });
    this.rings = rings(layout);
    this.strip = new Strip(layout, "columns", this.columns.map(({ element }) => element));
    const { all, now } = this.edges;
    this.track = el("div", { class: "rv-u-track-all" }, this.bands.element, all, this.ways.element, now, this.loop.element, this.strip.element, this.rings);
    this.later = later(data, layout);
    const cuts = (this.cuts = ["left", "right"].map((side) => cutMark(layout, side)));
    const size = { width: px(layout.room), height: px(layout.height) };
    this.window = el("div", { class: "rv-u-window", style: size }, this.band, this.track, this.later, cuts, this.attention?.element ?? []);
    this.gutter = gutterOf(data, layout, close);
  }

  /** Stand in an element, which gets the sizes that the style sheet needs. */
  enter(element) {
    const { layout, data } = this;
    element.style.height = px(layout.height);
    element.style.setProperty("--rv-pill-width", px(layout.pill.width));
    element.style.setProperty("--rv-pill-height", px(layout.pill.height));
    element.style.setProperty("--rv-slot", px(layout.slot));
    element.classList.toggle("rv-u-gru", data.meta.cell === "gru");
    element.classList.toggle("rv-u-tight", layout.pitch < layout.px(34));
    element.classList.toggle("rv-u-narrow", !layout.wide);
    element.classList.toggle("rv-u-fed", layout.track.gather === "context" && data.meta.decoder === "feedback");
    element.replaceChildren(this.gutter, this.window);
    this.element = element;
  }

  /** Take the folded or the unrolled form; the row labels go with the folded column. */
  shape(folded) {
    const { layout } = this;
    if (!folded) this.pinned = null;
    attr(this.element, "data-boxes", layout.track.gather ? "" : null);
    attr(this.element, "data-form", folded ? "folded" : "unrolled");
    const alone = layout.count === 1 ? layout.offset : 0; // beside the one column there is
    const first = layout.track.gather ? foldedPlaces(layout, 0)[0].left + layout.slot : foldedMiddle(layout) - layout.slot;
    const left = folded ? first - (layout.track.gather ? layout.slot / 2 : 0) - layout.pill.width / 2 - layout.px(54) : alone;
    const shift = Math.max(0, Math.round(left));
    this.gutter.style.transform = shift ? `translateX(${shift}px)` : "";
    this.gutter.style.setProperty("--rv-shift", `${shift}px`);
  }

  /** Name the matrices of a gate; where all weights are zero no arrow arrives. */
  name(gate, weights) {
    this.edges.names.title((kind) => `${kind}${gate ?? "h"}`);
    this.loop.title(`h${gate ?? "h"}`);
    this.edges.point((part, layer) => weights[part].recurrent.get(layer).every((w) => w === 0));
  }

  /**
   * The column of a position of the run. Columns are a ring: one keeps its position as long as that is in the window,
   * so that a step finds its column filled, and moves only the strip they stand on.
   */
  at(position) {
    if (this.pinned?.has(position)) return this.columns[this.pinned.get(position)];
    const n = this.columns.length;
    return this.columns[((position % n) + n) % n];
  }

  /** What stands between the columns and behind them, when the first slot shows position `start`. */
  show(start) {
    this.edges.show(start);
    this.ways.show(start);
    this.bands.show(start);
  }

  /**
   * Take the folded form in which all comes together beside the boxes. Returns where the cursor's column stands.
   * @param {(column: Column, position: number) => void} fill
   */
  pin(position, fill) {
    this.strip.rest();
    const places = foldedPlaces(this.layout, position);
    this.pinned = new Map(places.map((place, k) => [place.position, k]));
    this.columns.forEach((column, k) => {
      const place = places[k];
      attr(column.element, "data-role", place?.role ?? "gone");
      if (!place) return;
      fill(column, place.position);
      column.move(place.left);
      column.mark(place.role === "now");
    });
    const { left } = places.find(({ role }) => role === "now");
    this.aim(left);
    return left;
  }

  /** Put what marks the cursor's column there. */
  aim(left) {
    for (const node of [this.band, this.edges.now, this.rings]) node.style.transform = `translateX(${left}px)`;
  }

  /**
   * Put every column in its slot; of the unrolled form those in sight, and the others in time (see `ready`).
   * @param {boolean} moved the cursor's slot is another one
   */
  place(start, slot, folded, moved) {
    const { count } = this.layout;
    const left = placer(this.layout, folded, slot);
    if (folded) this.strip.rest();
    const anew = !folded && this.strip.show(start);
    for (let k = -1; k <= count; k++) {
      const column = this.at(start + k);
      if (folded) column.move(left(k));
      else if (anew || (k >= 0 && k < count)) this.ready(start + k);
      column.mark(k === slot);
      markFolded(column, folded, k - slot, this.data.meta.directions);
    }
    if (moved) this.aim(left(slot));
  }

  /** Lay the strip anew, so that the columns can leave it from where they are seen. */
  level(start) {
    this.strip.rest(start);
    for (let k = -1; k <= this.layout.count; k++) this.ready(start + k);
  }

  /** Put the column of a position where it stands in the strip: of what is out of sight, while the page rests. */
  ready(position) {
    this.at(position).move(this.strip.left(position));
  }

  /** Where a column is seen in the window: its left edge, in px. */
  leftOf(column) {
    return column.left + this.strip.moved;
  }

  /** All gaps are alike, so a window one slot further is the same picture moved by one slot. */
  slide(by) {
    const from = `translateX(${by * this.layout.slot}px)`;
    this.track.animate([{ transform: from }, { transform: "none" }], { duration: SLIDE, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" });
  }

  /** Outline the nodes that the cursor's column has. */
  outline(column) {
    [...this.rings.children].forEach((ring, k) => (ring.hidden = Boolean(column.nodes[k].absent)));
  }

  /** Above columns of which none has the one answer stands that it comes. @param {number} first @param {number} last position in sight */
  expect(first, last) {
    const { track } = this.layout;
    let waits = track.meta.shape === "many_to_one" && answers(this.data);
    for (let position = first; position <= last; position++) waits &&= !track.answers(track.at(position));
    this.later.hidden = !waits;
  }

  /** Whether the window cuts the run, on either side; beyond the last step in sight there may be what is no step. */
  cut(left, right, start) {
    const { track, count, parts } = this.layout;
    this.cuts.forEach((mark, k) => {
      const { kind, part } = track.at(k ? start + count - 1 : start);
      attr(mark, "data-over", kind === "gather" ? null : parts[part].name || null);
      const beyond = track.at(k ? start + count : start - 1);
      const alone = beyond.kind !== "step" && track.at(k ? start + count + 1 : start - 2).kind === "none";
      const single = alone && beyond.kind !== "none";
      text(mark.lastChild, single ? this.columns[0].caption(beyond) : "…");
      mark.lastChild.classList.toggle("rv-u-alone", single);
    });
    attr(this.window, "data-cut-left", left ? "" : null);
    attr(this.window, "data-cut-right", right ? "" : null);
  }

  /** Whether the keyboard is in the picture. */
  get focused() {
    return this.window.contains(this.window.getRootNode().activeElement);
  }
}

/** In the place of the one answer, while it is out of sight: that it comes, and the way there. */
function later(data, { head, px: scaled }) {
  const size = { top: px(head.top + scaled(6)), height: px(head.height - scaled(10)) };
  const props = { type: "button", tabindex: "-1", class: "rv-u-later", hidden: true, style: size };
  const { T } = data.meta;
  const go = el("span", { class: "rv-u-later-go" }, data.say("graph.answer_go", { T }));
  return el("button", props, el("span", {}, data.say("graph.answer_later", { T })), go);
}

/** The outlines of the cursor's nodes: they stay in its slot while the columns move below them. */
function rings({ pill, blocks, slot }) {
  const size = { left: px((slot - pill.width) / 2), width: px(pill.width), height: px(pill.height) };
  const ring = (row) => {
    const css = isGroup(row) ? "rv-u-ring rv-u-ring-group" : "rv-u-ring";
    return el("i", { class: css, style: { ...size, top: px(row.y - pill.height / 2) } });
  };
  return el("div", { class: "rv-u-rings", "aria-hidden": "true" }, blocks.flatMap(({ rows }) => rows.map(ring)));
}

/** Where the window cuts, edges fade and a mark stands in the row of the steps. */
export function cutMark(layout, side) {
  const fade = el("div", { class: "rv-u-fade", style: { top: px(layout.fade), height: px(layout.input.top - layout.fade) } });
  const more = el("div", { class: "rv-u-more", style: { top: px(layout.caption - layout.px(4)) } }, "…");
  return el("div", { class: `rv-u-cut rv-u-cut-${side}`, "aria-hidden": "true" }, fade, more);
}
