/** Attention at the cursor's step as a table: where a step that writes looks, or who looks at one that is read. */
import { el, number, text } from "../dom.js";
import { powerText } from "./lanes.js";
import { extents, sourceName, weights, writtenName } from "./look.js";

/** @returns {{node: HTMLTableElement, follow(): void}} */
export function lookTable(data, cursor) {
  const { S, N, start } = extents(data);
  const caption = el("caption");
  const rows = Array.from({ length: Math.max(S, N) }, () => {
    const parts = { name: el("th", { scope: "row", dir: "auto" }), score: el("td"), alpha: el("td") };
    return { ...parts, node: el("tr", {}, parts.name, parts.score, parts.alpha) };
  });
  const heads = ["step", "score", "alpha"].map((name) => el("th", { scope: "col" }, data.say(`attention.col_${name}`)));
  const node = el("table", { class: "rv-numbers-look" }, caption, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map((row) => row.node)));
  const follow = () => {
    const frame = data.frame(cursor);
    const t = Math.min(cursor.t, data.meta.T - 1);
    const writes = t >= start;
    const name = writes ? writtenName(data, frame, t - start) : sourceName(data, t);
    text(caption, data.say(writes ? "attention.looks" : "attention.looked_at", { t: t + 1, symbol: name }));
    rows.forEach((row, k) => {
      row.node.hidden = k >= (writes ? S : N);
      if (!row.node.hidden) fill(data, frame, row, writes ? [t - start, k] : [k, t], writes, start);
    });
  };
  return { node, follow };
}

function fill(data, frame, { name, score, alpha }, [n, s], writes, start) {
  const t = writes ? s : start + n;
  text(name, data.say("attention.step", { t: t + 1, symbol: writes ? sourceName(data, s) : writtenName(data, frame, n) }));
  const what = { unit: s, step: start + n };
  if (frame.bridge.scores) number(score, data, frame.bridge.scores.at(n, s), { quantity: "attention-score", ...what, digits: 3 });
  const value = weights(frame).at(n, s);
  number(alpha, data, value, { quantity: "attention", ...what, digits: 4 });
  if (value > 0 && value < 0.00005) text(alpha, powerText(data, Math.log10(value), 1));
}
