/** Attention of one step in numbers: where it looks, or, of a step that is read, who looks at it. */
import { nice } from "../arrays.js";
import { attr, el, number, style, text } from "../dom.js";
import { symbol } from "./equations-math.js";
import { powerText } from "./lanes.js";
import { largest } from "./equations-sums.js";
import { bySource, extents, sourceName, weights, writtenName } from "./look.js";

const LISTED = 10; // weights that are told one by one

/** The weights of the cursor's step, the largest told one by one. */
export class LookList {
  constructor(data, cursor) {
    Object.assign(this, { data, cursor }, extents(data));
    this.title = el("h4", { class: "rv-look-title" });
    this.rows = Array.from({ length: LISTED }, () => {
      const parts = { name: el("span", { class: "rv-look-name", role: "rowheader", dir: "auto" }), fill: el("i"), score: el("span", { role: "cell" }), alpha: el("b", { role: "cell" }) };
      const bar = el("span", { class: "rv-look-bar", role: "cell", "aria-hidden": "true" }, parts.fill);
      return { ...parts, node: el("div", { class: "rv-look-item", role: "row" }, parts.name, parts.score, bar, parts.alpha) };
    });
    const heads = ["step", "score", null, "alpha"].map((name) => (name ? el("span", { role: "columnheader" }, data.say(`attention.col_${name}`)) : el("span", { "aria-hidden": "true" })));
    this.sum = el("p", { class: "rv-hint" });
    const how = scored(data.meta.attention);
    this.table = el("div", { class: "rv-look-list", role: "table" }, el("div", { class: "rv-look-item rv-look-heads", role: "row" }, ...heads), ...this.rows.map(({ node }) => node));
    this.node = el("div", { class: "rv-look-told" }, this.title, this.table, this.sum, how);
  }

  follow() {
    const { data, start } = this;
    const frame = data.frame(this.cursor);
    const t = Math.min(this.cursor.t, data.meta.T - 1);
    const writes = t >= start;
    const values = writes ? weights(frame).row(t - start) : bySource(frame).row(t);
    const order = largest(values, Math.min(LISTED, values.length), 0, -1).sort((a, b) => a - b);
    const words = data.say(writes ? "attention.looks" : "attention.looked_at", { t: t + 1, symbol: writes ? writtenName(data, frame, t - start) : sourceName(data, t) });
    text(this.title, words);
    attr(this.table, "aria-label", words);
    const most = nice(Math.max(...order.map((k) => values[k])));
    this.rows.forEach((row, k) => {
      row.node.hidden = k >= order.length;
      if (!row.node.hidden) this.fill(row, frame, writes ? [t - start, order[k]] : [order[k], t], writes, most);
    });
    const sum = data.format(values.reduce((total, v) => total + v, 0));
    text(this.sum, data.say(writes ? "attention.sum" : "attention.no_sum", { sum }));
  }

  fill({ name, score, fill, alpha }, frame, [n, s], writes, most) {
    const { data, start } = this;
    const what = { unit: s, step: start + n };
    text(name, data.say("attention.step", writes ? { symbol: sourceName(data, s), t: s + 1 } : { symbol: writtenName(data, frame, n), t: start + n + 1 }));
    const value = weights(frame).at(n, s);
    style(fill, { transform: `scaleX(${Math.min(1, value / most || 0).toFixed(4)})` });
    number(score, data, frame.bridge.scores.at(n, s), { quantity: "attention-score", ...what });
    number(alpha, data, value, { quantity: "attention", ...what, digits: 3 });
    if (value > 0 && value < 0.0005) text(alpha, powerText(data, Math.log10(value), 1));
  }
}

/** How a score comes about, and what is made of the scores of a step. */
function scored(kind) {
  const [query, key] = [symbol("h", "t", "h"), symbol("h̄", "s", "h")];
  const score = kind === "dot" ? [query, " · ", key] : [symbol("v"), " · tanh(", symbol("W", "q"), " ", query, " + ", symbol("W", "k"), " ", key, " + ", symbol("b"), ")"];
  return el("p", { class: "rv-look-how", role: "math" }, symbol("e", "ts"), " = ", ...score, ", ", symbol("α", "ts"), " = softmax over s");
}
