/** Below the curves: by what factor each cell's gradient shrinks or grows a step, and what that makes of it, in words. */
import { el, number, text } from "../dom.js";
import { powerText } from "./lanes.js";

export class FactsRow {
  /** @param {object} lane data, lines */
  constructor({ data, lines }) {
    this.data = data;
    this.entries = [...lines].reverse().filter(({ kind }) => kind === "cell").map((line) => {
      const [figure, verdict] = [el("span", { class: "rv-figure", "data-run": line.run }), el("span", { class: "rv-fact-verdict" })];
      const name = el("b", { style: { color: `var(--rv-${line.hue})` } }, line.name);
      return { line, figure, verdict, node: el("span", { class: "rv-fact" }, name, " ", figure, " ", verdict) };
    });
    const lead = data.meta.loss === "every" ? el("span", { class: "rv-fact-verdict" }, data.say("score.fact_last")) : null;
    this.node = el("p", { class: "rv-facts rv-secret" }, lead, ...this.entries.map(({ node }) => node));
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
    if (known && zeros) return this.data.say("score.verdict_zero");
    return this.data.say(known ? `score.verdict_${verdict}` : `score.verdict_only_${verdict}`);
  }

  factor({ factor }) {
    return powerText(this.data, Math.log10(factor), 2);
  }

  /** The same as sentences, for the text alternative. */
  sentences(frame) {
    return this.entries.filter(({ line }) => this.facts(frame, line.cell)).map(({ line }) => {
      const facts = this.facts(frame, line.cell);
      const verdict = this.data.say(facts.zeros ? "score.verdict_only_zero" : `score.verdict_only_${facts.verdict}`);
      if (!Number.isFinite(facts.factor)) return this.data.say("score.fact_only", { name: line.full, verdict });
      return this.data.say("score.fact", { name: line.full, factor: this.factor(facts), verdict });
    });
  }
}
