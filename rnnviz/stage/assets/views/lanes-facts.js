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
    this.node = el("p", { class: "rv-facts rv-secret" }, el("span", { class: "rv-fact-verdict" }, this.lead), ...this.entries.map(({ node }) => node));
  }

  facts(frame, cell) {
    return this.data.frames[frame].flow.facts?.[cell];
  }

  draw(frame) {
    for (const { line, figure, verdict, node } of this.entries) {
      const facts = this.facts(frame, line.cell);
      node.hidden = !facts;
      if (!facts) continue;
      const known = Number.isFinite(facts.factor);
      if (known) number(figure, this.data, facts.factor, { quantity: "step-factor" });
      else figure.removeAttribute("data-value");
      text(figure, known ? `× ${this.factor(facts)}` : "");
      text(verdict, this.verdict(facts, known));
    }
  }

  /** What becomes of it: after "× 0.61", or alone where there is no such factor. */
  verdict({ verdict, zeros }, known) {
    return this.data.say(known && zeros ? "score.verdict_zero" : `score.verdict_${verdict}`);
  }

  factor({ factor }) {
    return powerText(this.data, Math.log10(factor), 2);
  }

  /** The same as sentences, for the text alternative. */
  sentences(frame) {
    const said = this.entries.filter(({ line }) => this.facts(frame, line.cell)).map(({ line }) => {
      const facts = this.facts(frame, line.cell);
      const known = Number.isFinite(facts.factor);
      const verdict = this.verdict(facts, known);
      if (!known) return this.data.say("score.fact_only", { name: line.full, verdict });
      return this.data.say("score.fact", { name: line.full, factor: this.factor(facts), verdict });
    });
    return [this.lead, ...said];
  }
}

/** Whether no other loss adds to what becomes of one. */
function isOneLoss({ frames, meta }) {
  return meta.loss_kind === "sum" || frames[0].losses.data.reduce((count, v) => count + Number(v !== 0), 0) < 2;
}
