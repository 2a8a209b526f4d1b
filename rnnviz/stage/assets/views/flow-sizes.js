/** How large the gradient is at one step, in every cell that reads the sequence, on one log scale. */
import { raised } from "../arrays.js";
import { attr, el, style, text } from "../dom.js";
import { silent, size } from "./backflow-column.js";
import { share } from "./flow-model.js";
import { focusOf } from "./lanes-flow.js";

/** How much of the track a number has that is on the scale's lower end, or below it. */
const SLIVER = 0.015;

export class Sizes {
  /** @param {import("../arrays.js").Data} data @param {{low: number, high: number}} scale @param {ArrayLike<number>|null} float32 */
  constructor(data, scale, float32) {
    Object.assign(this, { data, scale, float32 });
    this.focus = focusOf(data);
    const cells = [...data.flow.cells].sort((a, b) => Number(b === this.focus) - Number(a === this.focus));
    this.rows = cells.map((cell) => new Row(data, scale, { cell, hue: cell, name: cell.toUpperCase(), focus: cell === this.focus }));
    if (data.frames[0].flow.before) this.rows.splice(1, 0, new Row(data, scale, { cell: this.focus, hue: this.focus, name: data.options.baseline_short ?? data.say("flow.before"), before: true }));
    const power = (v) => `10${raised(v)}`;
    const axis = el("div", { class: "rv-flow-axis", "aria-hidden": "true" }, el("span", {}, power(scale.low)), el("span", {}, data.say("flow.log")), el("span", {}, power(scale.high)));
    this.note = el("p", { class: "rv-flow-note" });
    this.element = el("div", { class: "rv-flow-sizes" }, this.rows.map(({ element }) => element), axis, this.note);
  }

  show(way, t) {
    const { data, focus } = this;
    const { cells, before } = way.run.flow;
    for (const row of this.rows) {
      // The focus cell is seen through the layer that is seen; the others through the lowest.
      const curve = row.before ? before?.dh_log10.data : row.cell === focus ? way.dh : cells[row.cell]?.dh_log10.data;
      row.show(way.inside(t) && curve ? curve[t] : NaN, t, way.inside(t));
    }
    const words = this.remark(way, t);
    text(this.note, words);
    this.note.hidden = !words;
  }

  /** Why a number is zero, or would be elsewhere. */
  remark(way, t) {
    const { data } = this;
    if (!way.inside(t)) return data.say("flow.absent_step");
    const nought = way.nought(t);
    if (nought) return data.say(way.onlyInCell(t) ? "flow.why_cell" : `flow.why_${nought}`);
    if (way.tooSmall(way.dh[t])) return data.say("flow.float64");
    return this.float32?.[t] && way.frame === data.stage.frame ? data.say("flow.float32") : "";
  }
}

class Row {
  constructor(data, scale, { cell, hue, name, focus = false, before = false }) {
    Object.assign(this, { data, scale, cell, before });
    this.bar = el("span", { class: "rv-flow-bar" });
    this.figure = el("span", { class: "rv-flow-figure", "data-run": before ? "baseline" : cell });
    const css = `rv-flow-size ${focus ? "rv-flow-focus" : ""} ${before ? "rv-flow-before" : ""}`;
    this.element = el("div", { class: css, style: { "--rv-hue": `var(--rv-${hue})` } }, el("span", { class: "rv-flow-name" }, name),
      el("span", { class: "rv-flow-track", "aria-hidden": "true" }, this.bar), this.figure);
  }

  show(log, t, inside) {
    const { data, figure, bar, scale } = this;
    const known = Number.isFinite(log);
    style(bar, { transform: `scaleX(${known ? Math.max(SLIVER, share(scale, log)) : log === Infinity ? 1 : 0})` });
    if (inside) size(figure, data, log, { quantity: "dh", unit: "norm", step: t });
    else silent(figure);
    attr(bar, "data-broken", inside && Number.isNaN(log) ? "" : null);
  }
}
