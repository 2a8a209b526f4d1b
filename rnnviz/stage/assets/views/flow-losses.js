/** Which losses reach a step, the largest first; pressing one leads to its step. */
import { attr, el, style, text } from "../dom.js";
import { silent, size } from "./backflow-column.js";
import { itemised, share } from "./flow-model.js";
import { pairsOf } from "./flow-pairs.js";

const NAMED = 4;
/** Powers of ten that the bars of several losses span at least. */
const SPAN = 6;

export class Losses {
  /** @param {import("../arrays.js").Data} data @param {import("../cursor.js").Cursor} cursor */
  constructor(data, cursor, scale) {
    Object.assign(this, { data, cursor, scale: { ...scale, low: Math.min(scale.low, scale.high - SPAN) } });
    this.pairs = pairsOf(data);
    this.stop = this.pairs.watch(() => this.way && this.show(this.way, this.t));
    this.title = el("h4", { class: "rv-flow-subtitle" });
    this.rows = Array.from({ length: NAMED }, () => this.row());
    this.list = el("ul", { class: "rv-flow-list" }, this.rows.map(({ item }) => item));
    this.note = el("p", { class: "rv-flow-note" });
    this.element = el("div", { class: "rv-flow-losses" }, this.title, this.list, this.note);
  }

  row() {
    const [name, symbol, bar, figure] = ["name", "symbol", "bar", "figure"].map((part) => el("span", { class: `rv-flow-${part}` }));
    const made = { name, symbol, bar, figure, k: 0 };
    made.button = el("button", { type: "button", class: "rv-flow-loss", onclick: () => this.cursor.set({ t: made.k, playing: false }) },
      name, symbol, el("span", { class: "rv-flow-track", "aria-hidden": "true" }, bar), figure);
    return { ...made, item: el("li", {}, made.button), of: made };
  }

  show(way, t) {
    const { data } = this;
    Object.assign(this, { way, t });
    const found = way.inside(t) ? this.largest(way, t) : { list: [], frame: null, count: 0 };
    text(this.title, data.say("flow.losses_title", { t: t + 1 }));
    this.rows.forEach((row, n) => this.fill(row, found.list[n], t));
    const words = this.remark(way, t, found);
    text(this.note, words);
    this.note.hidden = !words;
  }

  /** The losses that reach a step and how much of each: of one loss, all that is there; of several, as itemised. */
  largest(way, t) {
    if (way.only !== null) {
      const list = Number.isFinite(way.dh[t]) && !way.beyond(t) ? [{ k: way.only, log: way.dh[t] }] : [];
      return { list, count: list.length, frame: way.frame };
    }
    const lowest = this.cursor.layer === this.data.meta.layers[0];
    if (lowest) this.pairs.want(way.frame);
    const column = lowest ? itemised(this.data, way.frame, t) : null;
    if (!column) return { list: [], count: 0, frame: null };
    const list = way.losses.map((k) => ({ k, log: column.at(k) })).filter(({ log }) => log > -Infinity);
    return { list: list.sort((a, b) => b.log - a.log).slice(0, NAMED), count: list.length, frame: column.frame };
  }

  fill(row, entry, t) {
    row.item.hidden = !entry;
    if (!entry) return silent(row.figure);
    const { data, scale } = this;
    const { k, log } = entry;
    row.of.k = k;
    text(row.name, data.say("flow.loss_of", { t: k + 1 }));
    text(row.symbol, data.meta.labels[k]);
    style(row.bar, { transform: `scaleX(${Math.max(0.015, share(scale, log))})` });
    size(row.figure, data, log, { quantity: "itemised", unit: "norm", step: t });
    attr(row.figure, "data-row", k);
    attr(row.button, "title", data.say("flow.go_to_loss", { t: k + 1 }));
  }

  remark(way, t, { list, frame, count }) {
    const { data } = this;
    const coming = this.pairs.coming(way.frame) && this.cursor.layer === data.meta.layers[0];
    if (frame === null) return way.only === null && way.source !== null ? data.say(coming ? "flow.itemised_coming" : "flow.not_itemised") : "";
    if (!list.length) return data.say(way.inside(t) && way.onlyInCell(t) ? "flow.no_loss_reaches_h" : "flow.no_loss_reaches");
    const rest = count - list.length;
    const more = rest === 1 ? data.say("flow.one_more") : rest > 1 ? data.say("flow.more", { n: rest }) : "";
    if (frame === way.frame) return more;
    const at = data.say(coming ? "flow.until_setting" : "flow.at_setting", { title: data.frame_title, value: data.frame_labels?.[frame] ?? frame + 1 });
    return `${more} ${at}`.trim();
  }
}
