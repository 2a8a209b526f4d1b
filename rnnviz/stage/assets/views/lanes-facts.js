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
      const known = Number.isFinite(facts.factor) || partsIn(facts).length > 0;
      any ||= known;
      if (facts.parts) this.drawParts(figure, facts);
      else {
        if (known) number(figure, this.data, facts.factor, { quantity: "step-factor" });
        else figure.removeAttribute("data-value");
        text(figure, known ? `× ${this.factor(facts)}` : "");
      }
      text(verdict, this.verdict(facts, known, line.cell, frame));
    }
    this.what.hidden = !any;
  }

  /** Of an encoder and a decoder each has a factor of its own. */
  drawParts(figure, facts) {
    const each = partsIn(facts).map(([part, factor]) => {
      const node = el("span", { class: "rv-figure", "data-part": part, "data-run": figure.dataset.run });
      number(node, this.data, factor, { quantity: "step-factor" });
      text(node, `× ${this.factor({ factor })}`);
      return el("span", { class: "rv-fact-part" }, node, ` ${this.data.say(`score.in_${part}`)}`);
    });
    figure.replaceChildren(...each.flatMap((node, k) => (k ? [", ", node] : [node])));
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
      const known = Number.isFinite(facts.factor) || partsIn(facts).length > 0;
      const verdict = this.verdict(facts, known, line.cell, frame);
      const parts = partsIn(facts).map(([part, factor]) => `× ${this.factor({ factor })} ${this.data.say(`score.in_${part}`)}`);
      if (parts.length) return this.data.say("score.fact_parts", { name: line.full, parts: parts.join(", "), verdict });
      if (!known) return this.data.say("score.fact_only", { name: line.full, verdict });
      return this.data.say("score.fact", { name: line.full, factor: this.factor(facts), verdict });
    });
    return [this.lead, ...said];
  }
}

/** The factors of the parts of a network that have some way to go, the decoder's first: from there it comes. */
function partsIn({ parts }) {
  return ["decoder", "encoder"].map((part) => [part, parts?.[part]]).filter(([, factor]) => Number.isFinite(factor));
}

/** Whether a gradient has no way to go, so that nothing becomes of it. */
function isOfOneStep({ factor, zeros, verdict, parts }) {
  return factor === null && !zeros && verdict === "healthy" && !partsIn({ parts }).length;
}

/** Whether no other loss adds to what becomes of one. */
function isOneLoss({ frames, meta }) {
  return meta.loss_kind === "sum" || frames[0].losses.data.reduce((count, v) => count + Number(v !== 0), 0) < 2;
}
