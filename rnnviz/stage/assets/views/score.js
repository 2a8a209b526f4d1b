/**
 * The score: every quantity of the run as a lane, all on one time axis, and one outlined column through them all.
 * Stepping moves that column by a CSS transform and changes a handful of texts; nothing is drawn again.
 */
import { MODES } from "../cursor.js";
import { attr, el, heading, number, style, text } from "../dom.js";
import { labelAt, readsAt, translates } from "../shape.js";
import { Axis } from "./lanes.js";
import { comesInAtSeveral } from "./lanes-flow.js";
import { Border } from "./lanes-parts.js";
import { HeatLane } from "./lanes-heat.js";
import { ANSWERS, laneFor } from "./lanes-kinds.js";
import { numbersTable } from "./lanes-table.js";
import { tokenLane } from "./tokens.js";

const NORMAL_TEXT = 15; // px, at which lanes have their stated heights
const SETTLE = 200; // ms after the last redraw until the text alternatives are written

/** Another run of the same form is only another frame, but where gradients or another run lie under it. */
export const renews = (data) => !data.flow && !data.baseline;

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const score = new Score(element, data, cursor);
  return () => score.destroy();
}

class Score {
  constructor(element, data, cursor) {
    Object.assign(this, { element, data, cursor });
    this.axis = new Axis(data.meta.T);
    const other = data.options.baseline_name ? "score.hint_other" : "score.hint_baseline";
    const hint = data.flow ? flows(data) : data.baseline ? other : "score.hint";
    // A second score of a stage brings the lanes that stand beneath another view; clock and table are the first one's.
    this.lower = Boolean(data.options.lower);
    const said = this.lower ? ["score.lower", "score.hint_lower"] : ["score.title", hint];
    const { head } = heading(element, ...said.map((key) => data.say(key)));
    this.build();
    if (data.baseline && this.lanes.some((lane) => lane instanceof HeatLane)) head.append(this.modeSwitch());
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.lanes[0].plot);
    this.layout();
    this.unfollow = cursor.subscribe((c, changed) => this.follow(c, changed), element);
  }

  build() {
    const { data, cursor, axis } = this;
    const context = { data, cursor, axis, mode: () => cursor.mode };
    const clock = this.lower ? null : tokenLane(context);
    this.stop = clock?.stop;
    this.scrubber = clock?.lane;
    const others = (data.options.lanes ?? []).filter((name) => name !== "tokens").map((name) => laneFor(name, context));
    this.lanes = [clock?.lane, ...others].filter(Boolean);
    for (const lane of this.lanes) attr(lane.element, "data-rv-answer", ANSWERS.has(lane.element.dataset.lane.split("-")[0]) ? "" : null);
    this.head = el("div", { class: "rv-playhead" });
    this.here = el("div", { class: "rv-here" });
    this.crosshair = el("div", { class: "rv-crosshair", hidden: true });
    this.tooltip = el("div", { class: "rv-tooltip", hidden: true });
    this.ticks = el("div", { class: "rv-axis", "aria-hidden": "true" });
    this.note = el("p", { class: "rv-hint rv-axis-note" });
    this.border = translates(data.meta) ? new Border(context) : null;
    const track = el("div", { class: "rv-track", "aria-hidden": "true" }, this.border?.line, this.head);
    this.box = el("div", { class: "rv-lanes", dir: "ltr" }, this.border?.lane, ...this.lanes.map((lane) => lane.element),
      el("div", { class: "rv-lane rv-lane-axis" }, el("span", { class: "rv-lane-label" }), this.ticks), track);
    this.table = numbersTable(data, cursor);
    // What the lanes come to stands above them: between them it would interrupt the column.
    const facts = this.lanes.map((lane) => lane.facts?.node).filter(Boolean);
    this.element.append(...facts, this.box, this.tooltip, this.note, ...(this.lower ? [] : [this.table.node]));
    this.lanes.forEach((lane) => this.listen(lane));
  }

  /** What heatmaps show when another run lies under this one. */
  modeSwitch() {
    const { data, cursor } = this;
    const names = { run: data.options.run_name, baseline: data.options.baseline_name };
    this.modes = MODES.map((mode) => el("button", { class: "rv-button", type: "button", "data-rv-keep": `mode-${mode}`,
      "aria-pressed": mode === cursor.mode ? "true" : "false", onclick: () => cursor.set({ mode }) }, names[mode] ?? data.say(`score.mode_${mode}`)));
    return el("div", { class: "rv-switch rv-mode", role: "group", "aria-label": data.say("score.mode") }, ...this.modes);
  }

  /** Pointing at a lane tells the value there; a click goes to that step and singles out the unit. */
  listen(lane) {
    const scrubs = lane === this.scrubber;
    const under = (event) => {
      const box = lane.plot.getBoundingClientRect();
      const zoom = box.width ? lane.plot.offsetWidth / box.width : 1;
      const x = (event.clientX - box.left) * zoom;
      if (this.cursor.veiled && "rvAnswer" in lane.element.dataset) return null;
      return x < 0 || x > this.axis.end ? null : lane.tip(x, (event.clientY - box.top) * zoom);
    };
    const left = () => {
      this.cursor.set({ hover: null });
      this.point(null);
    };
    lane.plot.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      const tip = under(event);
      if (!tip) return left();
      this.cursor.set({ hover: { quantity: tip.quantity, unit: tip.unit, t: tip.t } });
      this.point(lane, tip);
    });
    lane.plot.addEventListener("pointerleave", left);
    if (scrubs) return;
    lane.plot.addEventListener("click", (event) => {
      const tip = under(event);
      if (tip) this.cursor.set({ t: tip.t, playing: false, ...(tip.unit === null ? {} : { unit: tip.unit }) });
    });
  }

  /** Show the box around what is pointed at, and its value. */
  point(lane, tip) {
    this.pointed = lane;
    this.crosshair.hidden = this.tooltip.hidden = !lane;
    if (!lane) return;
    this.frame(lane, tip.box);
    const { left, top, width } = tip.box;
    const where = this.where(tip.t);
    if (tip.rows || tip.sentence) this.tooltip.replaceChildren(...tipContent(this.data, tip, where));
    else text(this.tooltip, tip.text ? this.data.say("score.tip_both", { where, what: tip.text }) : where);
    this.tooltip.classList.toggle("rv-tooltip-rows", Boolean(tip.rows || tip.sentence));
    const [plot, home] = [lane.plot.getBoundingClientRect(), this.element.getBoundingClientRect()];
    const zoom = home.width ? this.element.offsetWidth / home.width : 1;
    const room = this.element.offsetWidth - this.tooltip.offsetWidth;
    const x = (plot.left - home.left) * zoom + left + width / 2 - this.tooltip.offsetWidth / 2;
    const y = (plot.top - home.top) * zoom + top - this.tooltip.offsetHeight - 8;
    style(this.tooltip, { transform: `translate(${Math.round(Math.min(Math.max(0, x), room))}px, ${Math.round(y)}px)` });
  }

  /** Which step is pointed at, and what it reads. */
  where(t) {
    const { data, cursor } = this;
    if (!readsAt(data.meta, t)) return data.say("score.tip_step_nothing", { t: t + 1 });
    return data.say("score.tip_step", { t: t + 1, symbol: labelAt(data.meta, data.frame(cursor), t) });
  }

  frame(lane, { left, top, width, height }) {
    if (this.crosshair.parentNode !== lane.plot) lane.plot.append(this.crosshair);
    style(this.crosshair, { transform: `translate(${left}px, ${top}px)`, width: `${Math.max(3, width)}px`, height: `${Math.max(3, height)}px` });
  }

  /** Another view points at a number that stands in one of the lanes, too: frame it there. */
  echo({ hover }) {
    if (this.pointed) return;
    const lane = hover && hover.unit !== null && this.lanes.find(({ spec, units }) => units && spec.quantity === hover.quantity);
    const inside = lane && hover.t >= 0 && hover.t < this.axis.T && hover.unit < lane.rows;
    this.crosshair.hidden = !inside;
    if (inside) this.frame(lane, lane.box(hover.t, hover.unit));
  }

  /** Fit the axis to the width there is; every lane follows. */
  layout() {
    const width = this.lanes[0].plot.clientWidth;
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / NORMAL_TEXT || 1;
    const ratio = globalThis.devicePixelRatio;
    if (!width || (width === this.width && scale === this.axis.scale && ratio === this.ratio)) return;
    Object.assign(this, { width, ratio });
    this.axis.measure(width, scale);
    style(this.box, { "--rv-shift": `${this.axis.end - width}px` }); // a short run's values stand beside its end
    this.border?.layout();
    for (const lane of this.lanes) lane.layout();
    style(this.head, { width: `${Math.max(5, Math.ceil(this.axis.pitch))}px` });
    this.layoutTicks();
    text(this.note, this.axis.pitch * this.axis.ratio < 1 ? this.data.say("score.strongest") : "");
    this.note.hidden = !this.note.textContent;
    this.draw();
  }

  layoutTicks() {
    const { axis } = this;
    const room = Math.max(26, 11 * String(axis.T).length + 12) * axis.scale;
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => n * axis.pitch >= room) ?? 1000;
    const shown = [];
    for (let n = every === 1 ? 1 : every; n <= axis.T; n += every) shown.push(n);
    if (every > 1 && shown[0] * axis.pitch >= 1.6 * room) shown.unshift(1);
    this.tickNodes = new Map(shown.map((n) => [n, el("span", { class: "rv-tick", style: { left: `${axis.centre(n - 1)}px` } }, String(n))]));
    this.ticks.replaceChildren(...this.tickNodes.values(), this.here);
    Object.assign(this, { every, covered: [] });
  }

  /** Draw every lane: new data, another run, another layer, another size. */
  draw() {
    for (const lane of this.lanes) lane.draw();
    this.moved();
    for (const lane of this.lanes) lane.mark(this.cursor.unit);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.lanes.forEach((lane) => lane.tell()), this.settling ? SETTLE : 0);
  }

  follow(cursor, changed) {
    if (changed.has("veiled")) this.veil(cursor.veiled);
    if (changed.has("mode")) this.modes?.forEach((node, k) => attr(node, "aria-pressed", MODES[k] === cursor.mode));
    if (!this.width) return; // not laid out yet: the first layout draws
    if (changed.has("frame") || changed.has("layer") || changed.has("mode") || changed.has("veiled")) this.draw();
    else if (changed.has("F") && this.outgrown()) this.draw();
    else if (changed.has("t")) this.moved();
    if (changed.has("unit")) {
      for (const lane of this.lanes) lane.mark(cursor.unit);
      for (const lane of this.lanes) lane.step(this.t);
    }
    if (changed.has("hover")) this.echo(cursor);
    if (changed.has("t") || changed.has("frame") || changed.has("layer") || changed.has("unit") || changed.has("veiled")) this.table.follow();
  }

  /** Whether runs have come that a lane's scale does not hold. */
  outgrown() {
    return this.lanes.some(({ range, spec }) => {
      const scale = range && spec.scale();
      return scale && (scale.low !== range.low || scale.high !== range.high);
    });
  }

  /** Cover, in every view of the stage, what would tell what one is asked to predict. */
  veil(veiled) {
    const root = this.element.closest("[data-stage]");
    if (!root) return;
    attr(root, "data-veiled", veiled ? "" : null);
    style(root, { "--rv-veil-words": JSON.stringify(this.data.say("score.veil")) });
    if (veiled) this.point(null);
  }

  /** The cursor went to another step. */
  moved() {
    const { axis, cursor } = this;
    this.t = Math.min(cursor.t, axis.T - 1);
    const thin = Math.max(0, 5 - axis.pitch) / 2; // the column is never thinner than can be seen
    style(this.head, { transform: `translateX(${axis.left(this.t) - thin}px)` });
    for (const lane of this.lanes) lane.step(this.t);
    style(this.here, { transform: `translateX(${axis.centre(this.t)}px) translateX(-50%)` });
    text(this.here, this.t + 1);
    this.coverTicks();
  }

  /** Hide the numbers along the axis that the current step's own number would half cover. */
  coverTicks() {
    const { axis, every } = this;
    const room = (7 * String(axis.T).length + 8) * axis.scale;
    const n = this.t + 1;
    const near = [1, Math.floor(n / every) * every, Math.ceil(n / every) * every].filter((k) => k !== n && Math.abs(k - n) * axis.pitch < room);
    for (const node of this.covered) node.classList.remove("rv-covered");
    this.covered = near.map((k) => this.tickNodes.get(k)).filter(Boolean);
    for (const node of this.covered) node.classList.add("rv-covered");
  }

  destroy() {
    clearTimeout(this.settling);
    this.resized.disconnect();
    this.unfollow();
    this.stop?.();
    for (const lane of this.lanes) if (lane !== this.scrubber) lane.stop?.();
  }
}

/** Where the gradient comes in, and whether it has a way to go. */
function flows(data) {
  if (data.meta.T === 1) return "score.hint_flow_one";
  if (translates(data.meta)) return "score.hint_flow_across";
  return comesInAtSeveral(data) ? "score.hint_flow_in" : "score.hint_flow";
}

/** A tip of several numbers, one a row, or of a sentence about one. */
function tipContent(data, tip, where) {
  const carrying = (node, what) => {
    if (what.none) return node;
    const said = node.textContent;
    number(node, data, what.value, { quantity: what.quantity, unit: "norm", step: tip.t, ...what.of });
    attr(node, "data-run", what.run);
    attr(node, "data-row", what.row);
    text(node, said);
    return node;
  };
  if (tip.sentence) return [carrying(el("span", {}, tip.sentence), tip)];
  return [el("div", { class: "rv-tip-where" }, where), ...tip.rows.map((row) => el("div", { class: "rv-tip-row" },
    el("span", { class: "rv-tip-key", style: { background: `var(--rv-${row.hue})` } }), el("span", {}, row.name), carrying(el("b", {}, row.text), row)))];
}
