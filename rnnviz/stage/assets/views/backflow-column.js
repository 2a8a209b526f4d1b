/**
 * One column of the graph backwards: the loss of a step, the gradient at its states, and the arrows that bring it there.
 * Built once for a slot; what it shows depends on its step and the run alone, so that a step of the cursor fills one.
 */
import { attr, el, number, svg, symbol, text } from "../dom.js";
import { partsOf, readsAt, translates } from "../shape.js";
import { downward, ribbon, thickness } from "./backflow-layout.js";
import { share } from "./flow-model.js";
import { powerText } from "./lanes.js";
import { isWave, wave } from "./wave.js";

const FEW = 4;
/** More signs than this are set smaller: 2.3·10⁻²⁴⁰ */
const WIDE = 8;

export class Column {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./backflow-layout.js").layoutOf>} layout */
  constructor(data, layout, scale, float32) {
    Object.assign(this, { data, layout, scale, float32, t: null, way: null, state: null });
    this.loss = el("div", { class: "rv-b-loss" });
    this.lossless = el("div", { class: "rv-b-lossless" }, data.say("flow.no_loss"));
    this.losses = el("span", { class: "rv-b-loss-value" });
    this.loss.append(el("i", {}, "L"), " ", this.losses);
    this.own = el("div", { class: "rv-b-label rv-b-own" });
    this.h = new State(this, "dh", layout.h);
    this.c = layout.c && new State(this, "dc", layout.c);
    this.states = this.c ? [this.h, this.c] : [this.h];
    this.down = svg("path", { class: "rv-b-flow" });
    this.drop = svg("path", { class: "rv-b-thread" });
    this.link = this.c && svg("line", { class: "rv-b-link" });
    this.values = this.states.map(({ place }) => this.forward(place));
    this.cut = svg("path", { class: "rv-b-cut" });
    this.turn = svg("g", {}, this.values, this.states.map(({ group }) => group), this.cut);
    this.lines = svg("svg", { class: "rv-b-lines", width: layout.slot, height: layout.height, "aria-hidden": "true" }, this.link, this.drop, this.down, this.turn);
    this.input = el("button", { type: "button", class: "rv-u-token", tabindex: "-1", dir: "auto", "data-go": "" });
    this.step = el("div", { class: "rv-u-step" });
    this.element = el("div", { class: "rv-u-column rv-b-column" }, this.lines, this.loss, this.lossless, this.own,
      this.states.flatMap(({ node, factor }) => [node, factor]), this.input, this.step);
    this.place();
  }

  /** Where a step's value goes on to the next step, from left to right: the gradient comes back beside it. */
  forward(place) {
    const { layout } = this;
    const y = place.y + layout.pill.height / 2 - layout.px(8);
    const [x0, x1] = [(layout.slot + layout.pill.width) / 2, (layout.slot * 3 - layout.pill.width) / 2 - 1];
    const tip = layout.px(4);
    return svg("path", { class: "rv-b-value", d: `M${x0} ${y}H${x1}M${x1 - tip} ${y - tip}L${x1} ${y}L${x1 - tip} ${y + tip}` });
  }

  place() {
    const { element, layout } = this;
    element.style.width = `${layout.slot}px`;
    element.style.height = `${layout.height}px`;
    for (const node of [this.loss, this.lossless]) Object.assign(node.style, { top: `${layout.loss.top}px`, height: `${layout.loss.height}px` });
    this.own.style.top = `${layout.loss.top + layout.loss.height + layout.px(10)}px`;
    this.own.style.left = `${layout.slot / 2 + layout.sizes.most / 2 + layout.px(6)}px`;
    this.input.style.top = `${layout.input.top}px`;
    this.step.style.top = `${layout.caption}px`;
    if (!this.link) return;
    const [x, half] = [layout.slot / 2, layout.pill.height / 2];
    for (const [name, v] of Object.entries({ x1: x, x2: x, y1: layout.h.y + half, y2: layout.c.y - half })) attr(this.link, name, v);
  }

  /** Stand in this slot, in this state: "done", the gradient has been here; "now"; "waiting". */
  move(left, state) {
    if (left !== this.left) this.element.style.transform = `translateX(${left}px)`;
    if (state !== this.state) {
      attr(this.element, "data-state", state);
      const now = state === "now" || state === "veiled-now";
      for (const node of [this.input, this.step]) node.classList.toggle("rv-u-now", now);
      attr(this.input, "aria-current", now ? "step" : null);
    }
    Object.assign(this, { left, state });
    const told = state === "now" || state === "done";
    for (const each of this.states) each.name(this.t, told);
  }

  /** Show a step of a run; what it shows already is left alone. */
  fill(t, way) {
    if (t === this.t && way === this.way) return;
    const moved = t !== this.t;
    Object.assign(this, { t, way });
    attr(this.element, "data-kind", t < 0 || t >= this.data.meta.T ? "none" : "step");
    if (t < 0 || t >= this.data.meta.T) return;
    attr(this.element, "data-border", translates(this.data.meta) && t === partsOf(this.data.meta)[1].start ? "" : null);
    attr(this.element, "data-absent", way.inside(t) ? null : "");
    attr(this.turn, "transform", way.reverse ? `matrix(-1 0 0 1 ${this.layout.slot} 0)` : null);
    if (moved) this.caption(t);
    this.fillLoss(t, way);
    this.h.fill(t, way, way.dh, way.arriving(t), way.passed(t));
    this.c?.fill(t, way, way.dc, way.dc?.[t], way.factor(t, way.dc));
    const last = way.from(t) === null;
    for (const line of this.values) attr(line, "visibility", (way.reverse ? t === 0 : t === way.T - 1) || (way.reverse && last) ? "hidden" : null);
    this.fillCut(t, way);
  }

  caption(t) {
    const { data, input } = this;
    const label = data.meta.labels[t];
    attr(this.element, "data-step", t);
    attr(this.element, "data-t", t);
    attr(this.element, "data-reads", readsAt(data.meta, t) ? "" : null);
    if (isWave(data.meta, label)) input.replaceChildren(wave(data.frames[0].inputs.row(t)));
    else text(input, data.meta.alphabet ? symbol(label) : label);
    attr(input, "title", label.length > FEW ? label : null);
    attr(input, "aria-label", data.say("graph.token", { t: t + 1, label }));
    attr(input, "data-step", t);
    text(this.step, data.say("graph.step", { t: t + 1 }));
  }

  fillLoss(t, way) {
    const { data, layout, scale } = this;
    const emits = way.inside(t) && way.emits(t);
    attr(this.element, "data-emits", emits ? "" : null);
    if (emits && (!way.sends || way.run.losses.at(t) !== 0)) number(this.losses, data, way.run.losses.at(t), { quantity: "loss", step: t });
    else silent(this.losses);
    const own = way.inside(t) ? way.ownAt(t) : -Infinity;
    const top = layout.loss.top + layout.loss.height + layout.px(3);
    const bottom = layout.h.y - layout.pill.height / 2 - 2;
    const wide = thickness(layout, scale, own);
    attr(this.down, "d", downward(layout.slot / 2, top, bottom, wide, layout.sizes.head));
    attr(this.down, "fill", paint(data, scale, own, "gradient"));
    // Through the layers above, how much of it is this loss's is not known apart.
    attr(this.drop, "d", emits && Number.isNaN(own) ? `M${layout.slot / 2} ${top}V${bottom}` : null);
    const apart = emits && way.only === null && !Number.isNaN(own);
    if (apart) size(this.own, data, own, { quantity: "dh-own", unit: "norm", step: t });
    else silent(this.own);
  }

  /** Two strokes across the way of the gradient; the values pass beneath. */
  fillCut(t, way) {
    const { layout } = this;
    if (!way.cutHere(t)) return attr(this.cut, "d", null);
    const [x, dx] = [layout.slot, layout.px(4)];
    const strokes = this.states.map(({ place }) => {
      const [top, bottom] = [place.y - layout.pill.height / 2, place.y + layout.pill.height / 2 - layout.px(15)];
      return [-dx, dx].map((by) => `M${x + by + dx} ${top}L${x + by - dx} ${bottom}`).join("");
    });
    attr(this.cut, "d", strokes.join(""));
  }
}

/** A state of a column, the gradient at it, and the arrow that brings it. */
class State {
  constructor({ data, layout, scale, float32 }, quantity, place) {
    Object.assign(this, { data, layout, scale, float32, quantity, place, value: undefined });
    this.hue = quantity === "dh" ? "gradient" : "c";
    this.flow = svg("path", { class: "rv-b-flow" });
    this.thread = svg("path", { class: "rv-b-thread" });
    this.core = svg("path", { class: "rv-b-core" });
    this.group = svg("g", {}, this.flow, this.thread, this.core);
    this.node = el("button", { type: "button", class: `rv-b-node rv-b-${quantity}`, tabindex: "-1", "data-go": "" });
    this.words = el("span", { class: "rv-b-number" });
    this.node.append(this.words);
    this.node.style.top = `${place.y - layout.pill.height / 2}px`;
    this.factor = el("div", { class: "rv-b-label rv-b-factor" });
    this.factor.style.top = `${place.y - layout.pill.height / 2 - layout.px(21)}px`;
  }

  fill(t, way, curve, arrives, factor) {
    const known = way.inside(t) && curve;
    this.fillNode(t, way, known ? curve[t] : NaN, known ? way.nought(t, curve) : "absent");
    const from = known ? way.from(t) : null;
    this.pale = this.quantity === "dc" && way.belt ? 0.45 : 1;
    this.fillFlow(from === null ? null : { arrives, leaves: curve[from], cut: way.cutHere(t) });
    this.fillCore(t, way, from);
    this.fillFactor(t, way, from === null ? NaN : factor);
  }

  fillNode(t, way, log, nought) {
    const { data, node, words, scale, hue, quantity } = this;
    attr(node, "data-nought", nought);
    const said = nought ? (nought === "absent" ? "–" : "0") : powerText(data, log);
    node.classList.toggle("rv-b-wide", said.length > WIDE);
    const value = nought === "absent" ? null : 10 ** log;
    text(words, said);
    const broken = !nought && !Number.isFinite(log);
    const place = broken || nought ? 0 : 0.12 + 0.88 * share(scale, log);
    node.style.background = data.theme.sequential(place, hue);
    node.style.color = data.theme.ramp(hue).ink[Math.round(256 * place)];
    node.classList.toggle("rv-u-broken", broken);
    attr(words, "data-value", value);
    attr(words, "data-quantity", quantity);
    attr(words, "data-unit", "norm");
    attr(words, "data-step", t);
    attr(node, "data-step", t);
    this.value = said;
    const why = this.why(t, way, log, nought);
    attr(node, "data-why", why || null);
    attr(node, "title", why || null);
  }

  /** What the node is called: what has not arrived, or is covered, is not told. */
  name(t, told) {
    const { data, node, quantity, value } = this;
    attr(node, "aria-label", data.say(told ? `flow.node_${quantity}` : "flow.node_waiting", { t: t + 1, value }));
  }

  /** A word on a number that is zero, here or elsewhere. */
  why(t, way, log, nought) {
    const { data, quantity } = this;
    if (nought) return nought === "absent" ? "" : data.say(`flow.nought_${nought}`);
    if (way.tooSmall(log)) return data.say("flow.zero_in", { bits: 64 });
    const single = quantity === "dh" && this.float32?.[t] && way.frame === data.stage.frame;
    return single ? data.say("flow.zero_in", { bits: 32 }) : "";
  }

  /** The arrow: as wide as what sets out and what arrives. At a cut it ends there; where nothing arrives it is a thread. */
  fillFlow(flow) {
    const { data, layout, scale, place } = this;
    const tip = (layout.slot + layout.pill.width) / 2 + 2;
    const start = (layout.slot * 3 - layout.pill.width) / 2 - 1;
    const y = place.y - layout.px(8);
    const wide = (log) => thickness(layout, scale, log);
    const { arrives = NaN, leaves = NaN, cut = false } = flow ?? {};
    const none = !flow || arrives === -Infinity || Number.isNaN(arrives);
    const stump = cut ? `M${start} ${y - wide(leaves) / 2}H${layout.slot + layout.px(3)}V${y + wide(leaves) / 2}H${start}Z` : "";
    attr(this.flow, "d", none ? stump : ribbon(tip, start, y, wide(arrives), wide(leaves), layout.sizes.head));
    attr(this.flow, "fill", paint(data, scale, cut ? leaves : arrives, this.hue, this.pale));
    attr(this.thread, "d", flow && none && !cut ? `M${start} ${y}H${tip}` : null);
  }

  /** Within the arrow, what the forget gates alone let through of the cell's gradient. */
  fillCore(t, way, from) {
    const { data, layout, scale, place } = this;
    const belt = this.quantity === "dc" && from !== null ? way.belt : null;
    if (!belt || !Number.isFinite(belt[t]) || way.dc[t] === -Infinity) return attr(this.core, "d", null);
    const wide = [belt[t], belt[from]].map((log) => thickness(layout, scale, log));
    const [tip, start] = [(layout.slot + layout.pill.width) / 2 + 2, (layout.slot * 3 - layout.pill.width) / 2 - 1];
    const y = place.y - layout.px(8);
    attr(this.core, "fill", paint(data, scale, belt[t], this.hue));
    attr(this.core, "d", `M${start} ${y - wide[1] / 2}L${tip + layout.sizes.head} ${y - wide[0] / 2}V${y + wide[0] / 2}L${start} ${y + wide[1] / 2}Z`);
  }

  /** "×0.58": by what factor a gradient comes through one step. */
  fillFactor(t, way, log) {
    const { factor, data, layout } = this;
    factor.style.left = `${way.reverse ? 0 : layout.slot}px`;
    if (Number.isNaN(log) || log === -Infinity) return silent(factor);
    size(factor, data, log, { quantity: this.quantity === "dh" ? "dh-passed" : "dc-factor", step: t });
    text(factor, `×${powerText(data, log)}`);
  }
}

/** Show a number by its log10, as a power of ten where it is small or large. */
export function size(node, data, log, what) {
  number(node, data, 10 ** log, what);
  text(node, powerText(data, log, what.digits ?? 2));
}

/** No number stands here. */
export function silent(node) {
  text(node, "");
  for (const name of ["data-value", "data-quantity", "data-unit", "data-step"]) attr(node, name, null);
}

/** The colour of a size: the larger, the stronger; paler where something lies on it. */
function paint(data, scale, log, hue, pale = 1) {
  return data.theme.sequential(pale * (0.25 + 0.75 * share(scale, log)), hue);
}
