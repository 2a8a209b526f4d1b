/**
 * Hands on the graph backwards: a click goes to a step; the pointer, or the focus, is told what arrives there and from
 * where. The keyboard has one tab stop, the cursor's step.
 */
import { attr, el } from "../dom.js";
import { size } from "./backflow-column.js";
import { middle } from "./unrolled-layout.js";
import { Tip } from "./unrolled-tip.js";

export class Pointer {
  /** @param {import("./backflow.js").Backflow} graph */
  constructor(graph) {
    Object.assign(this, { graph, shown: null, stop: null, tip: new Tip(graph.data) });
  }

  /** The picture was built anew. @param {HTMLElement} window */
  enter(window) {
    this.graph.element.append(this.tip.element);
    this.leave();
    const on = (type, act) => window.addEventListener(type, act);
    on("click", (event) => this.click(event));
    on("pointermove", (event) => this.move(event));
    on("pointerleave", () => this.leave());
    on("focusin", (event) => event.target.matches(":focus-visible") && this.tell(this.columnOf(event.target)));
    on("focusout", () => this.leave());
  }

  columnOf(target) {
    const element = target.closest?.(".rv-u-column");
    return element && this.graph.columns.find((column) => column.element === element);
  }

  click(event) {
    const column = this.columnOf(event.target);
    if (column) this.graph.cursor.set({ t: column.t, playing: false });
  }

  move(event) {
    if (event.pointerType === "touch") return; // a finger scrolls; its tap is a click
    const column = this.columnOf(event.target);
    if (column) this.tell(column);
    else this.leave();
  }

  /** What a step has, beside its column. */
  tell(column) {
    const { graph } = this;
    if (!column || graph.state(column.t) === "waiting" || graph.cursor.veiled) return this.leave();
    if (this.shown?.t === column.t && this.shown.way === graph.way) return;
    this.shown = { t: column.t, way: graph.way };
    const { layout } = graph;
    this.tip.show(this.lines(column.t, graph.way), { x: 0, y: layout.h.y }, { left: 0, right: layout.width, top: 0, bottom: layout.height });
    this.beside(layout.gutter + middle(layout, column.t - graph.start));
    graph.cursor.set({ hover: { quantity: "dh", unit: null, t: column.t } });
  }

  /** Beside a column, not on it, where there is room. @param {number} x its middle */
  beside(x) {
    const { layout } = this.graph;
    const { element } = this.tip;
    const by = layout.slot / 2 + 4;
    const left = x + by + element.offsetWidth <= layout.width ? x + by : Math.max(0, x - by - element.offsetWidth);
    const top = Math.max(0, layout.h.y - element.offsetHeight / 2);
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  lines(t, way) {
    const { data } = this.graph;
    const title = el("div", { class: "rv-u-tip-title" }, data.say("flow.tip_title", { t: t + 1, symbol: data.meta.labels[t] }));
    if (!way.inside(t)) return [title, el("div", {}, data.say("flow.absent"))];
    const nought = way.nought(t);
    if (nought) return [title, el("div", {}, data.say(`flow.nought_${nought}`))];
    const row = (key, log, what) => {
      const figure = el("b", {});
      size(figure, data, log, { step: t, unit: "norm", digits: 3, ...what });
      return el("div", { class: "rv-u-tip-term" }, el("span", {}, data.say(key, { t: t + 2 - 2 * Number(way.reverse) })), figure);
    };
    const known = (log) => Number.isFinite(log) && way.only === null;
    return [title, row("flow.at_h", way.dh[t], { quantity: "dh" }),
      way.dc && row("flow.at_c", way.dc[t], { quantity: "dc" }),
      known(way.ownAt(t)) && row("flow.from_own", way.ownAt(t), { quantity: "dh-own" }),
      known(way.futureAt(t)) && row("flow.from_future", way.futureAt(t), { quantity: "dh-future" }),
      Number.isFinite(way.factor(t)) && row("flow.factor_of", way.factor(t), { quantity: "dh-factor", unit: undefined }),
    ].filter(Boolean);
  }

  leave() {
    const { graph } = this;
    const had = this.shown;
    this.shown = null;
    this.tip.hide();
    if (had && graph.cursor.hover?.quantity === "dh") graph.cursor.set({ hover: null });
  }

  /** After a step: the tab stop goes with the cursor, and the tip tells of what is under the pointer now. */
  refresh() {
    const { graph } = this;
    const { node } = graph.current.h;
    if (node !== this.stop) {
      const had = graph.window.contains(graph.window.getRootNode().activeElement);
      if (this.stop) attr(this.stop, "tabindex", -1);
      attr(node, "tabindex", 0);
      this.stop = node;
      if (had) node.focus({ preventScroll: true });
    }
    if (this.shown) {
      const { t } = this.shown;
      this.shown = null;
      this.tell(graph.at(t).t === t ? graph.at(t) : null);
    }
  }
}
