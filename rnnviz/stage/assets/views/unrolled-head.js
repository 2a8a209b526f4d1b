/**
 * What the network answers at one step: the most probable symbols as bars, or the predicted numbers beside their
 * targets, and the loss of the step.
 */
import { attr, el, number, stretch, text } from "../dom.js";
import { answers, answersAt, hasLoss, hasTarget } from "./output-kinds.js";
import { longestAnswer } from "./unrolled-layout.js";

const SHOWN = 3;
/** So many characters of a word fit beside a bar, and fewer in a narrow column. */
const BESIDE = { wide: 4, narrow: 3 };
/** What a head takes, in px of the usual font size, where it is the only one and no other stands beside it. */
const ALONE = 150;

/** How many lines a head has in a run. */
export function headLines(meta) {
  if (!answers({ meta })) return 1;
  return Math.min(SHOWN, meta.O) + (meta.kind === "numbers" && meta.O === 1 ? 3 : 2);
}

export class Head {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   */
  constructor(data, layout) {
    this.data = data;
    this.symbols = data.meta.kind === "symbols";
    this.asked = answers(data);
    this.lines = Array.from({ length: this.asked ? Math.min(SHOWN, data.meta.O) : 0 }, () => this.line());
    this.target = el("span", { class: "rv-u-wanted", dir: "auto" });
    this.loss = el("span", { class: "rv-u-lost" });
    this.track = this.asked && data.meta.kind === "numbers" && data.meta.O === 1 ? this.makeTrack() : null;
    const foot = (said, node) => el("div", { class: "rv-u-line rv-u-foot" }, el("span", { class: "rv-u-what" }, said), node);
    this.element = el("div", { class: this.symbols ? "rv-u-answer" : "rv-u-answer rv-u-numbers" });
    this.element.append(...this.lines.map(({ row }) => row), ...(this.track ? [this.track.element] : []));
    if (this.asked) this.element.append(foot(data.say("graph.target"), this.target));
    this.element.append(foot(data.say("graph.loss"), this.loss));
    Object.assign(this.element.style, { top: `${layout.head.top}px`, height: `${layout.head.height}px` });
    this.most = BESIDE[layout.wide ? "wide" : "narrow"];
    this.fit(layout);
    this.best = new Int32Array(SHOWN);
  }

  /** A word needs the room of the bar: it is written onto it. A head that stands alone takes what it needs besides. */
  fit({ slot, px, track }) {
    const { meta } = this.data;
    const longest = longestAnswer(meta);
    const worded = this.symbols && longest > this.most;
    this.element.classList.toggle("rv-u-worded", worded);
    if (worded && meta.shape === "many_to_one") Object.assign(this.element.style, { left: "auto", width: `${Math.max(slot, px(ALONE))}px` });
    this.target.classList.toggle("rv-u-trimmed", longest > this.most || (!this.symbols && meta.O > 1));
  }

  line() {
    const label = el("span", { class: "rv-u-label", dir: "auto" });
    const bar = el("span", { class: "rv-u-bar" });
    const value = el("span", { class: "rv-u-share" });
    const row = el("div", { class: "rv-u-line" }, label, this.symbols ? el("span", { class: "rv-u-room" }, bar) : null, value);
    return { row, label, bar, value };
  }

  /** A scale over the range of targets and predictions, with a mark for each. */
  makeTrack() {
    const wanted = el("i", { class: "rv-u-mark rv-u-mark-wanted" });
    const said = el("i", { class: "rv-u-mark rv-u-mark-said" });
    const rail = el("span", { class: "rv-u-rail" }, wanted, said);
    return { wanted, said, element: el("div", { class: "rv-u-line rv-u-track", "aria-hidden": "true" }, rail) };
  }

  fill(t, frame) {
    if (!answersAt(this.data, t)) this.silence();
    else if (this.symbols) this.fillSymbols(t, frame);
    else this.fillNumbers(t, frame);
    if (hasLoss(this.data, frame, t)) number(this.loss, this.data, frame.losses.at(t), { quantity: "loss", step: t });
    else this.nothing(this.loss, "graph.no_loss");
  }

  /** Nothing is answered at this step: a recorded module answers once, at the end. */
  silence() {
    for (const { row, label, bar, value } of this.lines) {
      text(label, "");
      attr(label, "title", null);
      stretch(bar, 0);
      row.classList.remove("rv-u-right");
      this.nothing(value, "graph.no_answer");
    }
    this.nothing(this.target, "graph.no_target");
    if (this.track) this.moveMarks(NaN, NaN, [0, 1]);
  }

  nothing(node, why) {
    text(node, "–");
    for (const name of ["data-value", "data-quantity", "data-step", "data-unit"]) attr(node, name, null);
    attr(node, "title", this.data.say(why));
  }

  fillSymbols(t, frame) {
    const { answers: names } = this.data.meta;
    const shares = frame.probabilities.row(t);
    const wanted = frame.targets.at(t, 0);
    most(shares, this.best);
    this.lines.forEach(({ row, label, bar, value }, k) => {
      const o = this.best[k];
      text(label, names?.[o] ?? o + 1);
      attr(label, "title", names?.[o] ?? null);
      label.classList.toggle("rv-u-trimmed", names?.[o]?.length > this.most);
      stretch(bar, shares[o]);
      number(value, this.data, shares[o], { quantity: "output", unit: o, step: t });
      row.classList.toggle("rv-u-right", o === wanted);
    });
    if (wanted >= 0) {
      text(this.target, names?.[wanted] ?? wanted + 1);
      attr(this.target, "title", names?.[wanted] ?? null);
    } else this.nothing(this.target, "graph.no_target");
  }

  fillNumbers(t, frame) {
    const { answers: names, O, answered } = this.data.meta;
    const letter = answered === "states" ? "h" : "ŷ";
    this.lines.forEach(({ label, value }, k) => {
      text(label, O > 1 ? names?.[k] ?? `${letter}${k + 1}` : letter);
      number(value, this.data, frame.outputs.at(t, k), { quantity: "output", unit: k, step: t });
    });
    if (!hasTarget(this.data, frame, t)) this.nothing(this.target, "graph.no_target");
    else if (O === 1) number(this.target, this.data, frame.targets.at(t, 0), { quantity: "target", unit: 0, step: t });
    else text(this.target, [...frame.targets.row(t)].slice(0, SHOWN).map((v) => this.data.format(v)).join(" "));
    if (this.track) this.moveMarks(frame.outputs.at(t, 0), frame.targets.at(t, 0), rangeOf(frame));
  }

  moveMarks(said, wanted, [low, high]) {
    const place = (node, v) => {
      node.hidden = !Number.isFinite(v);
      node.style.left = `${(100 * Math.min(1, Math.max(0, (v - low) / (high - low)))).toFixed(2)}%`;
    };
    place(this.track.said, said);
    place(this.track.wanted, wanted);
  }
}

/** Indices of the largest values, largest first; NaN counts as the least. */
function most(values, best) {
  const top = [-Infinity, -Infinity, -Infinity];
  best.forEach((_, k) => {
    best[k] = Math.min(k, values.length - 1);
  });
  for (let o = 0; o < values.length; o++) {
    for (let k = 0; k < top.length; k++) {
      if (!(values[o] > top[k])) continue;
      for (let m = top.length - 1; m > k; m--) [top[m], best[m]] = [top[m - 1], best[m - 1]];
      [top[k], best[k]] = [values[o], o];
      break;
    }
  }
}

const ranges = new WeakMap();

/** The range of all finite targets and predictions of a run, found once. */
function rangeOf(frame) {
  if (!ranges.has(frame)) {
    let [low, high] = [Infinity, -Infinity];
    for (const matrix of [frame.targets, frame.outputs]) {
      for (const v of matrix.data) {
        if (!Number.isFinite(v)) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
    ranges.set(frame, high > low ? [low, high] : [Math.min(low, 0) - 1, Math.max(high, 0) + 1]);
  }
  return ranges.get(frame);
}
