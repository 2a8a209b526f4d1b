/** By what factor the gradient came to a step, beside what the run's weights say it should be. */
import { attr, el, number, style, text } from "../dom.js";
import { silent, size } from "./backflow-column.js";
import { share } from "./flow-model.js";
import { focusOf } from "./lanes-flow.js";
import { powerText } from "./lanes.js";
import { phrase, symbol } from "./unrolled-words.js";

export class Facts {
  /** @param {import("../arrays.js").Data} data @param {{low: number, high: number}} scale */
  constructor(data, scale) {
    Object.assign(this, { data, scale, focus: focusOf(data) });
    this.from = el("span", {});
    this.here = this.line(this.from, "rv-flow-strong");
    this.parts = [this.line(data.say("flow.from_own")), this.line(data.say("flow.from_future"))];
    this.meaning = el("span", {});
    this.mean = this.line(this.meaning);
    this.weights = [this.line(phrase(data, "flow.sigma", { W: symbol("W", { sub: "hh" }), sigma: symbol("σ", { sub: "max" }) })),
      this.line(phrase(data, "flow.rho", { W: symbol("W", { sub: "hh" }), rho: symbol("ρ") }))];
    this.bound = this.line(phrase(data, "flow.bound", { sigma: symbol("σ", { sub: "max" }) }));
    this.paths = [this.path("flow.full_c", "rv-flow-full"), this.path("flow.belt", "rv-flow-belt")];
    this.cell = el("div", { class: "rv-flow-cell" }, this.paths.map(({ row }) => row));
    this.hint = el("p", { class: "rv-flow-note" }, data.say("flow.parts_hint"));
    const rows = [this.here.row, ...this.parts.map(({ row }) => row), this.hint, ...[this.mean, ...this.weights, this.bound].map(({ row }) => row)];
    this.element = el("div", { class: "rv-flow-facts" }, rows, this.cell);
  }

  /** What, and how much. */
  line(what, css = "") {
    const figure = el("span", { class: "rv-flow-figure" });
    return { figure, row: el("div", { class: `rv-flow-line ${css}` }, el("span", {}, what), figure) };
  }

  /** A size of the cell state's gradient, with its bar. */
  path(key, css) {
    const bar = el("span", { class: "rv-flow-bar" });
    const { figure, row } = this.line(this.data.say(key));
    row.append(el("span", { class: "rv-flow-track", "aria-hidden": "true" }, bar));
    row.classList.add("rv-flow-path", css);
    return { figure, row, bar };
  }

  show(way, t) {
    const inside = way.inside(t);
    const factor = inside ? way.factor(t) : NaN;
    this.times(this.here, factor, { quantity: "dh-factor", step: t });
    const next = way.from(t);
    const several = inside && way.only === null && way.emits(t);
    if (next !== null) text(this.from, this.data.say(several ? "flow.of_step_total" : "flow.of_step", { t: next + 1 }));
    const apart = several && !way.spread;
    this.hint.hidden = !apart || Number.isNaN(way.ownAt(t));
    this.plain(this.parts[0], apart ? way.ownAt(t) : NaN, { quantity: "dh-own", unit: "norm", step: t });
    this.plain(this.parts[1], apart ? way.futureAt(t) : NaN, { quantity: "dh-future", unit: "norm", step: t });
    this.plain(this.bound, inside ? (this.boundAt(way, t) ?? NaN) : NaN, { quantity: "bound", step: t });
    const paths = inside && way.belt && way.nought(t, way.dc) !== "cut" ? [way.dc[t], way.belt[t]] : [NaN, NaN];
    this.paths.forEach((path, k) => this.along(path, paths[k], { quantity: ["dc", "belt"][k], unit: k ? undefined : "norm", step: t }));
    this.cell.hidden = paths.every(Number.isNaN);
    if (way !== this.way) this.run(way);
    this.way = way;
  }

  /** What Pascanu's bound allows at a step of the plain network that is looked at. */
  boundAt(way, t) {
    return this.focus === "rnn" ? way.run.flow.bound_log10?.data[t] : undefined;
  }

  /** What holds for the whole run. */
  run(way) {
    const facts = way.run.flow.facts?.[this.focus] ?? {};
    const known = Number.isFinite(facts.factor) && way.lowest && !way.spread;
    text(this.meaning, this.data.say(way.only === null ? "flow.mean_last" : "flow.mean_factor"));
    this.times(this.mean, known ? Math.log10(facts.factor) : NaN, { quantity: "step-factor" });
    attr(this.mean.figure, "data-run", known ? this.focus : null);
    [facts.sigma, facts.rho].forEach((v, k) => {
      const { row, figure } = this.weights[k];
      row.hidden = this.focus !== "rnn" || !Number.isFinite(v);
      if (!row.hidden) number(figure, this.data, v, { quantity: ["sigma", "rho"][k] });
    });
  }

  times(line, log, what) {
    this.plain(line, log, what);
    if (!line.row.hidden) text(line.figure, `×${powerText(this.data, log)}`);
  }

  /** A size; the line is not there where there is none. */
  plain({ row, figure }, log, what) {
    row.hidden = Number.isNaN(log);
    if (row.hidden) silent(figure);
    else size(figure, this.data, log, what);
  }

  along(path, log, what) {
    this.plain(path, log, what);
    style(path.bar, { transform: `scaleX(${Number.isFinite(log) ? Math.max(0.015, share(this.scale, log)) : 0})` });
  }
}
