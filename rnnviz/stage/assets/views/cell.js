/**
 * The cell, drawn large: the standard picture of an LSTM or GRU as pipes and valves, through which the numbers of
 * the current step flow. What a step changes is text, widths and transforms; its cost does not grow with T.
 */
import { attr, el, heading, style, text, unitName } from "../dom.js";
import * as gru from "./cell-gru.js";
import { lines, sentence } from "./cell-lines.js";
import * as lstm from "./cell-lstm.js";
import { motion } from "./cell-motion.js";
import { Board } from "./cell-parts.js";
import { flowAt, holdAt, runOf, stepBefore } from "./cell-values.js";

const CELLS = { lstm, gru };
/** The narrowest and the widest drawing, in its own pixels, and the size of the stage's text for which it is drawn. */
const LEAST = 320;
const MOST = 1240;
const TEXT = 15;
/** @type {WeakMap<object, {unit: number|null, chosen: boolean}>} cursor → what it began with, and whether the reader chose since */
const begun = new WeakMap();

/** Another run of the same form is only another frame. */
export const renews = () => true;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data `options.unit`: the unit (0-based) to begin with
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const { cell } = data.meta;
  const heads = heading(element, data.say("cell.title"));
  if (!CELLS[cell]) {
    element.append(el("p", { class: "rv-cell-none" }, data.say("cell.no_gates")));
    return () => {};
  }
  const view = new CellView(element, heads, data, cursor);
  return () => view.destroy();
}

/** Look at the unit that this run begins with, unless the reader has chosen another, or none. */
function begin({ options, meta }, cursor) {
  if (!Number.isInteger(options.unit)) return;
  const last = meta.H - 1;
  const unit = Math.min(options.unit, last);
  const before = begun.get(cursor) ?? { unit: null, chosen: cursor.linked.has("unit") };
  const usual = before.unit === null ? null : Math.min(before.unit, last);
  const chosen = before.chosen || cursor.unit !== usual;
  if (!chosen) cursor.set({ unit });
  begun.set(cursor, { unit, chosen });
  cursor.begins.unit = unit; // need not be said in the link
}

class CellView {
  constructor(element, heads, data, cursor) {
    Object.assign(this, { heads, data, cursor, cell: data.meta.cell });
    this.picker = unitPicker(heads.head, data, cursor);
    this.frame = el("div", { class: "rv-cell-frame" });
    this.says = el("p", { class: "rv-cell-says" });
    element.append(this.frame, this.says);
    this.writeLines = lines(element, data, this.cell);
    if (this.cell === "gru") element.append(el("p", { class: "rv-cell-note" }, data.say("cell.convention")));
    this.build(this.frame.clientWidth || 800);
    this.stop = cursor.subscribe((c, changed) => this.follow(c, changed));
    this.observer = new ResizeObserver(([entry]) => this.resize(entry.contentRect.width));
    this.observer.observe(this.frame);
  }

  /**
   * Draw the board for a width. Everything on it is placed in pixels, so that its text keeps the size of the stage's;
   * it is scaled only with that, in full screen, or to fit a screen that is too narrow for it.
   */
  build(wanted) {
    const { draw, shape } = CELLS[this.cell];
    const size = parseFloat(getComputedStyle(this.frame).fontSize) || TEXT;
    const scale = Math.min(size / TEXT, wanted / LEAST);
    const width = Math.round(Math.min(MOST, wanted / scale));
    this.wanted = wanted;
    this.state = shape.state;
    this.pills?.remove();
    this.board = new Board(this.data, width, shape.height);
    this.drawn = draw(this.board, this.cursor);
    attr(this.board.root, "role", "group");
    attr(this.board.root, "aria-label", this.data.say(`cell.picture_${this.cell}`));
    const stand = el("div", { class: "rv-cell-stand" }, this.board.root);
    style(stand, { width: `${width}px`, height: `${shape.height}px`, left: `${(wanted - width * scale) / 2}px` });
    if (scale !== 1) stand.style.transform = `scale(${scale})`;
    this.frame.style.height = `${shape.height * scale}px`;
    this.frame.replaceChildren(stand);
    this.pills = motion(stand, this.data, this.drawn.routes);
  }

  resize(width) {
    if (width < 1 || Math.abs(width - this.wanted) < 1) return; // hidden, or the same
    this.build(width);
    this.follow(this.cursor, new Set(["unit", "gate"]));
  }

  follow(cursor, changed) {
    if (changed.has("frame")) begin(this.data, cursor); // this run is the first, or has taken another's place
    const moved = ["t", "T", "frame", "unit", "layer"].some((field) => changed.has(field));
    if (moved) this.show(cursor, changed);
    if (moved || changed.has("gate")) text(this.says, sentence(this.data, cursor.gate, this.scene));
    if (changed.has("gate")) this.pick(cursor.gate);
    if (changed.has("unit")) this.picker.set(cursor.unit);
  }

  show(cursor, changed) {
    const { data, cell } = this;
    const { t, unit, layer } = cursor;
    const run = runOf(data.frame(cursor), layer);
    const base = runOf(data.baseline, layer);
    const now = flowAt(run, cell, t, unit);
    const was = base && base.H === run.H && t < base.T ? flowAt(base, cell, t, unit) : null;
    const full = Math.max(1, this.state === "c" ? Math.max(run.layer.c.limit, base?.layer.c.limit ?? 0) : 1);
    const before = stepBefore(run, t);
    const who = unit === null ? "mean" : unit;
    this.scene = { run, t, now, was, full, unit: who, chosen: unit, step: t, before: before < 0 ? "start" : before };
    this.drawn.update(this.scene);
    this.tell(run, now, was);
    this.writeLines(this.scene);
    this.head(full);
    const forward = run.reverse ? this.last - 1 : this.last + 1;
    if (changed.has("t") && t === forward) this.pills.go(now);
    else this.pills.rest();
    this.last = t;
  }

  /** Give every tile its gate's numbers. */
  tell(run, now, was) {
    const { cursor, data } = this;
    for (const [gate, one] of Object.entries(this.drawn.tiles)) {
      const held = holdAt(data.meta.hold ?? [], { gate, t: cursor.t, unit: cursor.unit, layer: cursor.layer });
      const what = { unit: cursor.unit === null ? "mean" : cursor.unit, step: cursor.t };
      const row = run.layer.gates[gate].row(cursor.t);
      one.set({ now: now[gate], before: was ? was[gate] : null, pre: now[`pre_${gate}`], held, what, row, unit: cursor.unit });
    }
  }

  head(full) {
    const { data, cursor } = this;
    const who = cursor.unit === null ? data.say("cell.mean_of", { n: data.meta.H }) : unitName(data, cursor.unit);
    text(this.heads.title, data.say("cell.title_at", { cell: this.cell.toUpperCase(), who, t: cursor.t + 1 }));
    text(this.heads.hint, data.say(`cell.hint_${this.cell}`, { full: data.format(full) }));
  }

  pick(gate) {
    for (const node of this.board.root.querySelectorAll("[data-gate]")) node.classList.toggle("rv-cell-on", node.dataset.gate === gate);
    for (const [name, { node }] of Object.entries(this.drawn.tiles)) attr(node, "aria-pressed", name === gate);
  }

  destroy() {
    this.observer.disconnect();
    this.stop();
    this.pills.remove();
  }
}

/** The choice of one unit, or of the mean over all. */
function unitPicker(head, data, cursor) {
  const units = Array.from({ length: data.meta.H }, (_, j) => el("option", { value: j }, unitName(data, j)));
  const select = el(
    "select",
    { class: "rv-cell-unit", "data-rv-keep": "cell-unit", onchange: () => cursor.set({ unit: select.value === "" ? null : Number(select.value) }) },
    el("option", { value: "" }, data.say("cell.mean_of", { n: data.meta.H })),
    ...units,
  );
  head.append(el("label", { class: "rv-cell-pick" }, data.say("cell.look_at"), " ", select));
  return { set: (unit) => (select.value = unit === null ? "" : String(unit)) };
}
