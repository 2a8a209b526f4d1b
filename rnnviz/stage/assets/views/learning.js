/**
 * The course of a training: loss, gates, gradients and weights as lanes on one axis of updates, and one outlined column,
 * the moment that is seen, through them all. It grows while the training goes on: what has been drawn stays.
 */
import { attr, el, heading, style, text } from "../dom.js";
import { UpdateAxis } from "./learning-axis.js";
import { courseLane, LANES, namedRuns } from "./learning-kinds.js";
import { momentTable } from "./learning-table.js";
import { Tip } from "./learning-tip.js";

const NORMAL_TEXT = 15; // px, at which lanes have their stated heights
const SETTLE = 400; // ms after the last growth until the text alternatives are written
const THINNEST = 5; // px: the column is never thinner than can be seen

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data `learning`: a LearningRecord; `options.lanes`: of LANES
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  if (!data.learning) {
    element.append(el("p", { class: "rv-missing", role: "note" }, data.say("learning.missing")));
    return () => {};
  }
  const course = new Course(element, data, cursor);
  return () => course.destroy();
}

class Course {
  constructor(element, data, cursor) {
    Object.assign(this, { element, data, cursor, record: data.learning, layer: cursor.layer });
    this.axis = new UpdateAxis(this.record);
    heading(element, data.say("learning.title"), data.say("learning.hint"));
    this.build();
    this.listen();
    this.version = this.record.version;
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.lanes[0].plot);
    this.layout();
    this.unfollow = cursor.subscribe((_, changed) => this.follow(changed), element);
  }

  build() {
    const { data, cursor, axis } = this;
    this.runs = namedRuns(data);
    const context = { data, cursor, axis, runs: this.runs };
    this.lanes = (data.options.lanes ?? LANES).map((name) => courseLane(name, context)).filter(Boolean);
    this.head = el("div", { class: "rv-playhead" });
    this.breaks = el("div", { class: "rv-course-breaks" });
    this.here = el("div", { class: "rv-here" });
    this.ticks = el("div", { class: "rv-axis", "aria-hidden": "true" });
    this.rug = el("canvas", { class: "rv-course-rug", "aria-hidden": "true" });
    this.note = el("p", { class: "rv-course-note", role: "status" });
    this.told = el("div", { class: "rv-course-told" });
    this.taken = el("span", { class: "rv-lane-sub" });
    const label = el("div", { class: "rv-lane-label" }, el("span", { class: "rv-lane-sub" }, data.say("learning.updates")), this.taken);
    this.box = el("div", { class: "rv-lanes rv-course", dir: "ltr" }, ...this.lanes.map((lane) => lane.element),
      el("div", { class: "rv-lane rv-lane-axis" }, label, el("div", { class: "rv-course-axis" }, this.rug, this.ticks)),
      el("div", { class: "rv-track", "aria-hidden": "true" }, this.breaks, this.head));
    this.tip = new Tip(this.element);
    this.table = momentTable(data, () => this.lanes);
    this.element.append(this.note, this.box, this.told, this.tip.node, this.table.node);
  }

  /** Dragging anywhere on the lanes goes through the moments; pointing tells what is there. */
  listen() {
    this.controller = new AbortController();
    const on = (type, act) => this.box.addEventListener(type, act, { signal: this.controller.signal });
    on("pointerdown", (event) => this.grab(event));
    on("pointermove", (event) => this.drag(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => this.release(null));
    on("pointerleave", () => this.tip.hide());
  }

  grab(event) {
    const plot = event.target instanceof Element && event.target.closest(".rv-lane-plot, .rv-course-axis");
    if (event.button !== 0 || !plot) return;
    const { left, width } = plot.getBoundingClientRect();
    this.held = { left, zoom: width ? plot.offsetWidth / width : 1, before: this.cursor.frame, live: this.cursor.live, x: event.clientX };
    this.cursor.held = true;
    this.tip.hide();
    this.box.setPointerCapture(event.pointerId);
    this.go(event);
  }

  /** The moment under the pointer. */
  go(event) {
    const { left, zoom } = this.held;
    this.cursor.set({ frame: this.record.nearest(this.axis.updateAt((event.clientX - left) * zoom)) });
  }

  drag(event) {
    if (this.held) return this.go(event);
    if (event.pointerType !== "touch") this.point(event);
    return undefined;
  }

  /** A finger that meant to scroll the page takes the moment back; a click on a unit's row singles it out. */
  release(event) {
    const { held } = this;
    this.held = null;
    this.cursor.held = false;
    if (!held) return;
    if (!event) {
      this.cursor.set({ frame: held.before });
      return;
    }
    const [lane, y] = this.laneAt(event);
    if (lane?.spec.pick && Math.abs(event.clientX - held.x) < 4) this.cursor.set(lane.spec.pick(lane.rowAt(y)));
  }

  /** The lane under the pointer, and the place in its plot. */
  laneAt(event) {
    const under = this.element.getRootNode().elementFromPoint?.(event.clientX, event.clientY);
    const lane = this.lanes.find(({ plot }) => plot.contains(under));
    if (!lane) return [null, 0, 0];
    const { left, top, width } = lane.plot.getBoundingClientRect();
    const zoom = width ? lane.plot.offsetWidth / width : 1;
    return [lane, (event.clientY - top) * zoom, (event.clientX - left) * zoom];
  }

  point(event) {
    const [lane, y, x] = this.laneAt(event);
    if (!lane || !this.width) return this.tip.hide();
    return this.tip.show(lane, lane.tip(x, y));
  }

  /** Fit the axis to the width there is; every lane follows. */
  layout() {
    const width = this.lanes[0].plot.clientWidth;
    const scale = parseFloat(getComputedStyle(this.element).fontSize) / NORMAL_TEXT || 1;
    const ratio = globalThis.devicePixelRatio;
    if (!width || (width === this.width && scale === this.axis.scale && ratio === this.ratio)) return;
    Object.assign(this, { width, ratio });
    this.axis.measure(width, scale);
    for (const lane of this.lanes) lane.layout();
    this.drawTicks();
    this.furnish();
    this.moved();
    this.settle();
  }

  /** What stands about the lanes: the axis, where a run broke, what is still to come. */
  furnish() {
    this.drawRug();
    this.drawBreaks();
    const { data, record } = this;
    const [own] = record.runs;
    const waiting = own.state === "queued" && own.place ? "learning.queued" : record.updates ? null : "learning.none_yet";
    text(this.note, waiting ? data.say(waiting, { place: own.place ?? "" }) : "");
    this.note.hidden = !waiting;
    text(this.taken, data.say("learning.taken", { n: own.loss.rows.toLocaleString("en"), steps: (own.steps ?? record.steps).toLocaleString("en") }));
  }

  drawTicks() {
    const { axis } = this;
    this.tickNodes = axis.ticks().map((n) => ({ n, x: axis.x(n), node: el("span", { class: "rv-tick", style: { left: `${axis.x(n)}px` } }, n.toLocaleString("en")) }));
    this.ticks.replaceChildren(...this.tickNodes.map(({ node }) => node), this.here);
  }

  /** A mark for each moment that was kept. */
  drawRug() {
    const { axis, record, rug, data } = this;
    const height = axis.px(5);
    style(rug, { width: `${axis.width}px`, height: `${height}px` });
    rug.width = Math.round(axis.width * axis.ratio);
    rug.height = Math.round(height * axis.ratio);
    const context = rug.getContext("2d");
    context.fillStyle = data.theme.palette.muted;
    let last = -Infinity;
    for (const update of record.update) {
      const x = Math.round(axis.x(update) * axis.ratio);
      if (x - last < 2 * axis.ratio) continue;
      context.fillRect(x, 0, axis.ratio, rug.height);
      last = x;
    }
  }

  /** Where a run broke: a line through all lanes, and beneath them the sentence that says why. */
  drawBreaks() {
    const { data, record, axis } = this;
    const broken = record.runs.filter(({ diverged, failed }) => diverged || failed);
    const several = record.runs.length > 1;
    const lines = this.runs.filter(({ run }) => run.diverged).map(({ run, name }, row) => {
      const x = axis.x(run.diverged.update);
      const words = several ? data.say("learning.diverged_of", { name }) : data.say("learning.diverged");
      const place = { transform: `translateX(${x}px)`, "--rv-row": row };
      return el("div", { class: `rv-course-break ${x > axis.width / 2 ? "rv-course-leftward" : ""}`, style: place }, el("span", {}, words));
    });
    this.breaks.replaceChildren(...lines);
    this.told.replaceChildren(...broken.map((run) => el("p", { class: "rv-notice", role: "status" },
      several ? `${run.name}: ${run.diverged?.sentence ?? run.failed}` : (run.diverged?.sentence ?? run.failed))));
  }

  follow(changed) {
    if (!this.width) return; // not laid out yet: the first layout draws
    const grown = this.record.version !== this.version;
    if (this.layer !== this.cursor.layer) this.relayer();
    else if (grown) this.grow();
    if (grown || ["frame", "layer", "F"].some((field) => changed.has(field))) this.moved();
    if (changed.has("unit")) for (const lane of this.lanes) lane.mark?.();
  }

  /** Another layer: what is worked out of each moment is worked out anew. */
  relayer() {
    this.layer = this.cursor.layer;
    this.version = this.record.version;
    for (const lane of this.lanes) {
      lane.forget?.();
      for (const curve of lane.curves ?? []) {
        curve.source.forget?.();
        Object.assign(curve, { seen: 0, least: Infinity, most: -Infinity });
      }
      lane.layout();
    }
    this.settle();
  }

  /** More has come: the lanes draw what is new, or all of it on a longer axis. */
  grow() {
    this.version = this.record.version;
    const longer = this.axis.fit();
    if (longer) this.drawTicks();
    for (const lane of this.lanes) {
      if (longer) lane.layout();
      else lane.extend();
    }
    this.furnish();
    this.settle();
  }

  /** The cursor went to another moment. */
  moved() {
    const { axis, record, cursor } = this;
    const frame = Math.min(cursor.frame, record.update.length - 1);
    const moment = { frame, update: record.update[frame] ?? 0 };
    const { left, width } = axis.column(frame);
    const thin = Math.max(0, THINNEST - width) / 2;
    const wide = `${Math.max(THINNEST, Math.ceil(width))}px`;
    if (this.wide !== wide) style(this.head, { width: (this.wide = wide) });
    style(this.head, { transform: `translateX(${left - thin}px)` });
    const x = axis.x(moment.update);
    style(this.here, { transform: `translateX(${x}px) translateX(-50%)` });
    text(this.here, moment.update.toLocaleString("en"));
    const room = (8 * String(axis.extent).length + 10) * axis.scale;
    for (const tick of this.tickNodes) tick.node.classList.toggle("rv-covered", Math.abs(tick.x - x) < room && tick.n !== moment.update);
    for (const lane of this.lanes) lane.step(moment);
    attr(this.element, "data-update", moment.update);
    this.table.follow(moment);
  }

  /** Write the text alternatives once nothing comes for a while. */
  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.lanes.forEach((lane) => lane.tell()), SETTLE);
  }

  destroy() {
    clearTimeout(this.settling);
    this.controller.abort();
    this.resized.disconnect();
    this.unfollow();
    if (this.held) this.cursor.held = false;
  }
}
