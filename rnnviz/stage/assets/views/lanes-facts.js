/** Above the curves: by what factor each cell's gradient shrinks or grows a step, and what that makes of it, in words. */
import { el, number, text } from "../dom.js";
import { powerText } from "./lanes.js";
import { comesInAtSeveral } from "./lanes-flow.js";

export class FactsRow {
  /** @param {object} lane data, lines */
  constructor({ data, lines }) {
    this.data = data;
    this.entries = [...lines].reverse().filter(({ kind }) => kind === "cell").map((line) => {
      const [figure, verdict] = [el("span", { class: "rv-figure", "data-run": line.run }), el("span", { class: "rv-fact-verdict" })];
      const name = el("b", { style: { color: `var(--rv-${line.hue})` } }, line.name);
      return { line, figure, verdict, node: el("span", { class: "rv-fact" }, name, " ", figure, " ", verdict) };
    });
    const of = comesInAtSeveral(data) && isOneLoss(data) ? "curve" : data.meta.loss === "every" ? "last" : "each";
    this.lead = data.say(`score.fact_${of}`);
    this.what = el("span", { class: "rv-fact-verdict" }, this.lead);
    this.node = el("p", { class: "rv-facts rv-secret" }, this.what, ...this.entries.map(({ node }) => node));
  }

  facts(frame, cell) {
    return this.data.frames[frame].flow.facts?.[cell];
  }

  draw(frame) {
    let any = false;
    for (const { line, figure, verdict, node } of this.entries) {
      const facts = this.facts(frame, line.cell);
      node.hidden = !facts || isOfOneStep(facts);
      if (node.hidden) continue;
      const known = Number.isFinite(facts.factor);
      any ||= known;
      if (known) number(figure, this.data, facts.factor, { quantity: "step-factor" });
      else figure.removeAttribute("data-value");
      text(figure, known ? `× ${this.factor(facts)}` : "");
      text(verdict, this.verdict(facts, known, line.cell, frame));
    }
    this.what.hidden = !any;
  }

  /** What becomes of it: after "× 0.61", or alone where there is no such factor. */
  verdict({ verdict, zeros }, known, cell, frame) {
    if (zeros && this.isInTheCell(frame, cell)) return this.data.say("score.verdict_cell");
    return this.data.say(zeros ? `score.verdict_zero${known ? "" : "_at_once"}` : `score.verdict_${verdict}`);
  }

  /** Whether a gradient that is exactly zero at h goes on in the LSTM's cell state. */
  isInTheCell(frame, cell) {
    const { dh_log10: dh, dc_log10: dc } = this.data.frames[frame].flow.cells[cell] ?? {};
    return Boolean(dc) && dh.data.some((v, t) => v === -Infinity && Number.isFinite(dc.data[t]));
  }

  factor({ factor }) {
    return powerText(this.data, Math.log10(factor), 2);
  }

  /** The same as sentences, for the text alternative. */
  sentences(frame) {
    const said = this.entries.filter(({ line }) => this.facts(frame, line.cell) && !isOfOneStep(this.facts(frame, line.cell))).map(({ line }) => {
      const facts = this.facts(frame, line.cell);
      const known = Number.isFinite(facts.factor);
      const verdict = this.verdict(facts, known, line.cell, frame);
      if (!known) return this.data.say("score.fact_only", { name: line.full, verdict });
      return this.data.say("score.fact", { name: line.full, factor: this.factor(facts), verdict });
    });
    return [this.lead, ...said];
  }
}

/** Whether a gradient has no way to go, so that nothing becomes of it. */
function isOfOneStep({ factor, zeros, verdict }) {
  return factor === null && !zeros && verdict === "healthy";
}

/** Whether no other loss adds to what becomes of one. */
function isOneLoss({ frames, meta }) {
  return meta.loss_kind === "sum" || frames[0].losses.data.reduce((count, v) => count + Number(v !== 0), 0) < 2;
}
