/**
 * The unrolled graph backwards: the gradient that flows from each loss to each state, step by step. Playing goes from
 * right to left: right of the cursor it has been, at the cursor it arrives, left of it the steps still wait.
 */
import { attr, el, heading, text } from "../dom.js";
import { Column } from "./backflow-column.js";
import { layoutOf } from "./backflow-layout.js";
import { Pointer } from "./backflow-pointer.js";
import { describe, gutterOf, legendOf, noteOf } from "./backflow-words.js";
import { curvesOf, scaleOf, ways, zeroInFloat32 } from "./flow-model.js";
import { middle, windowStart } from "./unrolled-layout.js";
import { cutMark } from "./unrolled-picture.js";
import { Description } from "./unrolled-words.js";

/** A step that comes sooner after another one than this is not slid to, nor one of a fast play. */
const CALM = 220;
const CALM_SPEED = 4;
const SLIDE = { duration: 160, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const graph = new Backflow(element, data, cursor);
  return () => graph.destroy();
}

export class Backflow {
  constructor(element, data, cursor) {
    Object.assign(this, { data, cursor, layout: null, start: 0, slot: 0, stepped: -Infinity, ways: ways(data) });
    this.float32 = zeroInFloat32(data);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.section = element;
    this.heads = heading(element, data.say("flow.graph_title"));
    this.element = el("div", { class: "rv-u-graph rv-b-graph" });
    this.note = el("p", { class: "rv-b-note", role: "note" });
    this.legend = el("div", { class: "rv-u-caption", hidden: data.stage.size === "small" });
    this.description = new Description();
    element.append(this.element, this.note, this.legend, this.description.element);
    this.pointer = new Pointer(this);
    this.rescale();
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
  }

  /** The way back of the run and layer that are seen. */
  get way() {
    return this.ways(this.cursor);
  }

  get current() {
    return this.at(this.cursor.t);
  }

  rescale() {
    this.scale = scaleOf(curvesOf(this.data, this.cursor.layer));
  }

  follow(changed) {
    if (!this.layout) return;
    if (changed.has("layer") || changed.has("F")) {
      this.rescale();
      this.build();
    } else if (["t", "frame", "veiled"].some((field) => changed.has(field))) this.show(changed.has("frame") || changed.has("veiled"));
  }

  resize() {
    const width = Math.floor(this.element.clientWidth);
    const em = parseFloat(getComputedStyle(this.element).fontSize);
    if (!width || (this.layout && width === this.layout.width && em === this.layout.em)) return;
    this.build(width, em);
  }

  /** Everything that depends on the room there is. */
  build(width = this.layout.width, em = this.layout.em) {
    const { data, element, way } = this;
    this.layout = layoutOf(data.meta, Boolean(way.dc), { width, em, small: data.stage.size === "small" });
    const { layout } = this;
    this.columns = Array.from({ length: layout.count + 2 }, () => new Column(data, layout, this.scale, this.float32));
    this.band = el("div", { class: "rv-u-band", style: { width: `${layout.slot}px`, height: `${layout.height}px` } });
    this.horizon = el("div", { class: "rv-b-horizon", "aria-hidden": "true", style: { height: `${layout.height}px` } });
    const columns = el("div", { class: "rv-u-columns" }, this.columns.map((column) => column.element));
    this.track = el("div", { class: "rv-u-track-all" }, columns);
    this.window = el("div", { class: "rv-u-window", style: { width: `${layout.room}px`, height: `${layout.height}px` } },
      this.band, this.track, this.horizon, ["left", "right"].map((side) => cutMark(layout, side)));
    element.style.height = `${layout.height}px`;
    element.style.setProperty("--rv-slot", `${layout.slot}px`);
    element.style.setProperty("--rv-pill-width", `${layout.pill.width}px`);
    element.style.setProperty("--rv-pill-height", `${layout.pill.height}px`);
    for (const css of ["rv-b-narrow", "rv-u-narrow"]) element.classList.toggle(css, layout.narrow);
    element.replaceChildren(gutterOf(data, layout), this.window);
    this.legend.replaceChildren(...legendOf(data, this.scale, Boolean(way.dc && way.belt)));
    this.pointer.enter(this.window);
    this.show(true);
  }

  /** The column of a step. Columns are a ring: a step of the cursor fills one and moves the others. */
  at(t) {
    const n = this.columns.length;
    return this.columns[((t % n) + n) % n];
  }

  /** Bring the columns to the cursor. @param {boolean} all another run is seen */
  show(all = false) {
    const { layout, cursor, way } = this;
    const before = { start: this.start, slot: this.slot };
    this.start = windowStart(layout, cursor.t);
    this.slot = cursor.t - this.start;
    const by = this.start - before.start;
    attr(this.section, "data-veiled", cursor.veiled ? "" : null);
    for (let k = -1; k <= layout.count; k++) {
      const column = this.at(this.start + k);
      column.fill(this.start + k, way);
      column.move(middle(layout, k) - layout.slot / 2, this.state(this.start + k));
    }
    if (all || this.slot !== before.slot) this.band.style.transform = `translateX(${middle(layout, this.slot) - layout.slot / 2}px)`;
    this.look();
    if (!all && this.calm()) this.slide(by);
    attr(this.window, "data-cut-left", this.start > 0 ? "" : null);
    attr(this.window, "data-cut-right", this.start + layout.count < layout.positions ? "" : null);
    const last = Math.min(cursor.T, this.start + layout.count);
    const hint = cursor.T === 1 ? "flow.graph_hint_one" : "flow.graph_hint"; // of more there are always two in sight
    text(this.heads.hint, this.data.say(hint, { first: this.start + 1, last, T: cursor.T }));
    this.pointer.refresh();
    const note = cursor.veiled ? "" : noteOf(this.data, way, cursor.t);
    text(this.note, note);
    this.note.hidden = !note;
    this.description.soon(() => describe(this));
  }

  /** Where losses are truncated one by one: how far the cursor's step hears. */
  look() {
    const { way, layout, slot } = this;
    const by = way.truncate === null || way.only !== null ? null : (way.truncate + 0.5) * (way.reverse ? -1 : 1);
    const seen = by !== null && slot + by > 0 && slot + by < layout.count - 1;
    this.horizon.hidden = !seen;
    if (seen) this.horizon.style.transform = `translateX(${middle(layout, slot + by)}px)`;
  }

  /** Whether the gradient has been at a step, arrives there, or is still on its way. */
  state(t) {
    const by = (t - this.cursor.t) * (this.way.reverse ? -1 : 1);
    if (this.cursor.veiled) return by === 0 ? "veiled-now" : "waiting";
    return by > 0 ? "done" : by === 0 ? "now" : "waiting";
  }

  /** One step by hand or slowly, and nobody minds motion. */
  calm() {
    const now = performance.now();
    const calm = now - this.stepped > CALM && (!this.cursor.playing || this.cursor.speed <= CALM_SPEED);
    this.stepped = now;
    return calm && !this.still.matches;
  }

  /** The window moves on by a slot, and what arrives at the cursor's step comes into view. */
  slide(by) {
    if (Math.abs(by) > 1) return;
    if (by) this.track.animate([{ transform: `translateX(${by * this.layout.slot}px)` }, { transform: "none" }], SLIDE);
    for (const { flow } of this.current.states) flow.animate([{ opacity: 0.25 }, { opacity: 1 }], { ...SLIDE, duration: 260 });
  }
}
