/**
 * Predict, then reveal. Before the curves are seen one says what they will do, or draws it on their own log plane, with
 * a pointer, a finger or the keys; then the true ones are laid over it. Until then whatever would give the answer away
 * is covered: the cursor is `veiled`, and predict.css does the rest.
 */
import { attr, el, svg, text } from "../dom.js";
import { focusOf } from "./lanes-flow.js";
import { powerText } from "./lanes.js";
import { guessOf } from "./predict-guess.js";
import { outcome } from "./predict-words.js";

const PICKS = { vanish: -6, stay: 0, explode: 5 }; // decades from where the gradient sets out
const STEPS = { ArrowUp: 0.5, ArrowDown: -0.5, PageUp: 3, PageDown: -3 }; // decades a key

/** @param {import("./lanes-curves.js").CurvesLane} lane */
export function predict(lane) {
  return new Predict(lane);
}

class Predict {
  constructor(lane) {
    this.lane = lane;
    this.data = lane.data;
    this.cursor = lane.cursor;
    this.guess = guessOf(this.data, this.cursor);
    this.name = focusOf(this.data).toUpperCase();
    this.node = el("div", { class: "rv-predict", role: "group", "aria-label": this.data.say("score.predict") }, this.asking(), this.told());
    this.sketch();
    this.cursor.set({ veiled: !this.guess.revealed });
  }

  /** The question, three answers to pick, and how to draw one's own. */
  asking() {
    const { data } = this;
    this.picks = Object.keys(PICKS).map((which) => el("button", { class: "rv-button", type: "button", "data-rv-keep": `pick-${which}`,
      onclick: () => this.pick(which) }, data.say(`score.pick_${which}`)));
    this.clear = el("button", { class: "rv-button", type: "button", "data-rv-keep": "predict-clear", onclick: () => this.again() }, data.say("score.predict_clear"));
    this.reveal = el("button", { class: "rv-button", type: "button", "data-rv-keep": "predict-reveal", onclick: () => this.show(true) }, data.say("score.predict_reveal"));
    return (this.question = el("div", { class: "rv-predict-ask" },
      el("p", { class: "rv-predict-words" }, data.say(data.meta.loss === "every" ? "score.predict_question_every" : "score.predict_question", { name: this.name, T: data.meta.T }), " ",
        el("span", { class: "rv-hint" }, data.say("score.predict_hint"))),
      el("div", { class: "rv-group" }, el("div", { class: "rv-switch", role: "group", "aria-label": data.say("score.predict_pick") }, ...this.picks),
        this.reveal, this.clear)));
  }

  /** What came of it. */
  told() {
    const { data } = this;
    this.sentence = el("p", { class: "rv-predict-words", role: "status" });
    this.hide = el("button", { class: "rv-button", type: "button", "data-rv-keep": "predict-hide", onclick: () => this.show(false) }, data.say("score.predict_hide"));
    const again = el("button", { class: "rv-button", type: "button", "data-rv-keep": "predict-again", onclick: () => this.again() }, data.say("score.predict_again"));
    return (this.answer = el("div", { class: "rv-predict-told" }, this.sentence, el("div", { class: "rv-group" }, this.hide, again)));
  }

  /** On the plane: the guessed line, where it sets out, and the pad that takes pointer and keys. */
  sketch() {
    const { lane, data } = this;
    this.line = svg("path", { class: "rv-guess" });
    this.origin = svg("circle", { class: "rv-guess-origin", r: 5 });
    this.here = svg("circle", { class: "rv-guess-here", r: 4 });
    this.you = svg("text", { class: "rv-guess-name" }, data.say("score.predict_you"));
    this.invite = svg("text", { class: "rv-guess-invite" });
    lane.svg.append(this.invite, this.line, this.you, this.origin, this.here);
    this.pad = el("div", { class: "rv-guess-pad", role: "slider", tabindex: 0, "data-rv-scrubber": "", "data-rv-keep": "guess", "aria-orientation": "vertical",
      "aria-label": data.say("score.predict_pad") });
    let last = null;
    this.pad.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.pad.setPointerCapture(event.pointerId);
      last = this.drawAt(event, null);
    });
    this.pad.addEventListener("pointermove", (event) => last && (last = this.drawAt(event, last)));
    for (const type of ["pointerup", "pointercancel"]) this.pad.addEventListener(type, () => (last = null));
    this.pad.addEventListener("click", (event) => event.stopPropagation());
    this.pad.addEventListener("keydown", (event) => this.press(event));
    lane.plot.append(this.pad);
  }

  /** @returns {[number, number]} the step and the power of ten under the pointer */
  drawAt(event, before) {
    const { axis, plane } = this.lane;
    const box = this.pad.getBoundingClientRect();
    const zoom = box.width ? this.pad.offsetWidth / box.width : 1;
    const t = axis.stepAt((event.clientX - box.left) * zoom);
    const v = plane.valueAt((event.clientY - box.top) * zoom);
    this.guess.draw(t, v, before);
    this.cursor.set({ t, playing: false });
    this.draw();
    return [t, v];
  }

  /** ↑ and ↓ move the guess at this step; ← and → go on to the next, as everywhere. */
  press(event) {
    const by = STEPS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const { t } = this.cursor;
    const { low, high } = this.lane.plane;
    const v = Math.round(2 * this.guess.at(t, this.lane.start)) / 2 + by;
    this.guess.draw(t, Math.min(high, Math.max(low, v)));
    this.draw();
  }

  pick(which) {
    const { start, plane } = this.lane;
    this.guess.pick(which, Math.min(plane.high, Math.max(plane.low, start.v + PICKS[which])));
    this.draw();
  }

  /** Lay the true curves over the guess, or cover them again. */
  show(revealed) {
    this.guess.revealed = revealed;
    this.cursor.set({ veiled: !revealed });
    this.draw();
    (revealed ? this.hide : this.pad).focus({ preventScroll: true });
  }

  again() {
    this.guess.clear();
    this.show(false);
  }

  layout() {
    const { axis, plane } = this.lane;
    this.pad.style.width = `${axis.end}px`;
    this.pad.style.height = `${plane.ground}px`;
    attr(this.pad, "aria-valuemin", plane.low);
    attr(this.pad, "aria-valuemax", plane.high);
    for (const [name, v] of [["x", axis.end - 56 * axis.scale], ["y", plane.ground / 2]]) attr(this.invite, name, v);
  }

  draw() {
    const { guess, lane } = this;
    const asks = !guess.revealed;
    this.question.hidden = this.pad.hidden = !asks;
    this.answer.hidden = asks;
    this.clear.hidden = guess.empty;
    const invite = lane.axis.end > 420 * lane.axis.scale ? "score.predict_invite" : "score.predict_invite_short";
    text(this.invite, asks && guess.empty ? this.data.say(invite) : "");
    this.reveal.classList.toggle("rv-primary", !guess.empty);
    for (const node of this.picks) attr(node, "aria-pressed", String(node.dataset.rvKeep === `pick-${guess.picked}`));
    this.drawLine(lane.start, asks);
    if (!asks) this.tell();
    this.step(this.cursor.t);
  }

  drawLine(start, asks) {
    const { axis, plane } = this.lane;
    const corners = this.guess.empty ? [] : this.guess.corners(start);
    const at = ([t, v]) => `${Math.round(10 * axis.centre(t)) / 10} ${Math.round(10 * plane.edge(v)) / 10}`;
    attr(this.line, "d", corners.map((corner, k) => `${k ? "L" : "M"}${at(corner)}`).join("") + (corners.length === 1 ? "h0.01" : ""));
    this.origin.style.display = asks ? "" : "none";
    attr(this.origin, "transform", `translate(${axis.centre(start.t)} ${plane.edge(start.v)})`);
    this.you.style.display = corners.length ? "" : "none";
    if (!corners.length) return;
    const [t, v] = corners[0];
    attr(this.you, "x", axis.centre(t) + 6);
    attr(this.you, "y", plane.edge(v) < 24 * axis.scale ? plane.edge(v) + 18 * axis.scale : plane.edge(v) - 9 * axis.scale);
  }

  /** The guess at this step, as the pad says it. */
  step(t) {
    const { guess, lane, data } = this;
    const { start } = lane;
    const v = guess.at(t, start);
    const shown = !guess.empty && t >= Math.min(guess.first, start.t) && t <= start.t;
    this.here.style.display = shown && !guess.revealed ? "" : "none";
    attr(this.here, "transform", `translate(${lane.axis.centre(t)} ${lane.plane.edge(v)})`);
    attr(this.pad, "aria-valuenow", Math.round(10 * v) / 10);
    attr(this.pad, "aria-valuetext", data.say(shown ? "score.predict_at" : "score.predict_nothing_at", { t: t + 1, value: powerText(data, v, 2) }));
  }

  tell() {
    const { guess, lane, data } = this;
    if (guess.empty) return text(this.sentence, data.say("score.reveal_unguessed"));
    const cell = focusOf(data);
    const t = Math.min(guess.first, lane.start.t);
    const v = lane.lines.find((line) => line.kind === "cell" && line.cell === cell)?.values(lane.frame)?.[guess.first] ?? NaN;
    const why = el("span", { class: "rv-hint" }, data.say("score.reveal_why"));
    outcome(this.sentence, data, guess, { name: this.name, t: guess.first, v: t === guess.first ? v : NaN, start: lane.start.v, run: cell });
    this.sentence.append(" ", why);
  }

  destroy() {
    this.pad.remove();
  }
}
