/**
 * A stage: one traced run in the browser. Loads the views that the payload names, lays them out, and moves them by
 * one cursor that all stages of the page share. Three hosts use it alike: a Streamlit component, a notebook, a file.
 */
import { address, stepOf, stoodAt } from "./address.js";
import { decode } from "./arrays.js";
import { Cursor, MODES } from "./cursor.js";
import { attr, el, text, unique } from "./dom.js";
import { helpDialog } from "./help.js";
import { enter, leave } from "./keys.js";
import { isLook, lookIn, unsaid } from "./look.js";
import { notices } from "./notices.js";
import { load, remember, restore, stylesheet, viewModule } from "./parts.js";
import { recordOf } from "./record.js";
import { alike, leads, ownFrame, sameFrame, stays } from "./runs.js";
import { whereText } from "./scrubber.js";
import { isDark, Theme, watchTheme } from "./theme.js";
import { transport } from "./transport.js";

const AREAS = ["graph", "panel", "score", "wide"];

const ANNOUNCE_AFTER = 300; // ms of rest before a step is read out

/** @type {Map<string, {cursor: Cursor, stages: Set<object>}>} page → what its stages share */
const pages = new Map();
/** What a person chose on the page before, and means on the next: kept at once, for the next may come before that one goes. */
let habits = {};
const HABITS = ["speed", "notation", "shapes", "terms"];
/** @type {WeakMap<HTMLElement, Stage>} a host that mounts twice into one element means an update */
const mounted = new WeakMap();

/**
 * Put a stage into an element.
 * @param {HTMLElement} element is emptied
 * @param {object} payload as made by rnnviz/stage/payload.py
 * @returns {Promise<{update(payload: object): Promise<void>, grow(delta: object): void, destroy(): void, cursor: Cursor}>}
 */
export async function mountStage(element, payload) {
  let stage = mounted.get(element);
  if (!stage || stage.page !== payload.page) {
    stage?.destroy();
    stage = new Stage(element, payload.page);
    mounted.set(element, stage);
  }
  await stage.update(payload);
  return { update: (next) => stage.update(next), grow: (delta) => stage.grow(delta), destroy: () => stage.destroy(), cursor: stage.cursor };
}

class Stage {
  constructor(element, page) {
    this.element = element;
    this.page = page;
    this.shared = pages.get(page) ?? { cursor: null, stages: new Set() };
    pages.set(page, this.shared);
    this.shared.stages.add(this);
    this.generation = 0;
    /** @type {import("./look.js").Wrong[]} what the link asked to look at in vain */
    this.wrong = [];
    /** @type {string|null} the fragment that the visitor has put into the address */
    this.pasted = null;
    this.cleanups = [];
    /** @type {{name: string, section: HTMLElement, data: object, cleanup: () => void}[]} */
    this.views = [];
    this.root = el("section", { class: "rv-stage", role: "group", tabindex: "-1", hidden: true });
    element.replaceChildren(this.root);
    this.styled = stylesheet(element.getRootNode());
  }

  get cursor() {
    return this.shared.cursor;
  }

  /** Show this payload: the first one, or new data in place of the old. */
  async update(payload) {
    const generation = ++this.generation;
    await Promise.all([this.styled, ...payload.stage.views.map(({ view }) => load(view))]);
    if (generation !== this.generation || this.destroyed) return; // overtaken by a newer one
    payload.learning = recordOf(payload.learning);
    const before = this.payload;
    this.payload = payload;
    const told = this.wrong.length;
    this.follow(payload, before);
    const stands = before && !told && !this.wrong.length && isDark(this.element, payload) === this.dark;
    if (stands && alike(before, payload)) this.renew();
    else this.draw();
  }

  /**
   * A training went on: append what came. Who looks at the newest moment goes on with it, who looks back stays there.
   * @param {{frames: object[], frame_labels: string[], update: number[], runs: object[]}} delta as made by rnnviz/stage/learning.py
   */
  grow({ frames = [], frame_labels: labels = [], ...learnt }) {
    const { payload, data } = this;
    if (this.destroyed || !payload?.learning) return;
    const scales = () => ["h", "c", "g", "n"].map(data.limit).join();
    const before = scales();
    const behind = this.cursor.frame >= payload.frames.length; // what is looked at comes only now
    payload.frames.push(...frames);
    payload.frame_labels?.push(...labels);
    payload.learning.grow(learnt);
    data.grow(frames);
    this.cursor.grow(this.length(payload), behind || scales() !== before);
  }

  /** F: of several stages of a training, that of the one that leads the page. */
  length({ frames, learning }) {
    const lead = learning && [...this.shared.stages].find(({ payload }) => payload?.learning && leads(payload));
    return (lead ? lead.payload.frames : frames).length;
  }

  /** Bring the page's cursor to this run: a new one to its start, a used one stays where it is, clamped. */
  follow(payload, before) {
    const { meta, stage, autoplay } = payload;
    const F = this.length(payload);
    const linked = leads(payload);
    // A stage that keeps no address may be there first: where the page opens, the one that does has the say.
    const fresh = !this.shared.cursor || (linked && !this.shared.led);
    this.shared.led ||= linked;
    const asked = fresh || (this.pasted !== null && this.pasted === location.hash);
    const look = linked && asked ? { ...(fresh ? habits : unsaid(this.cursor)), ...this.look(payload) } : {};
    this.pasted = null;
    const opens = fresh ? this.opens(payload, linked) : null;
    const first = { T: meta.T, F, t: opens?.t, frame: stage.frame ?? (payload.learning ? F - 1 : 0), layer: meta.layers[0] };
    if (!this.shared.cursor) {
      this.shared.cursor = new Cursor({ ...first, ...look });
      this.shared.opened = this.cursor.t;
    } else this.cursor.set(fresh ? { ...first, ...look } : look);
    const { cursor } = this;
    if (linked) cursor.begins = { frame: stage.frame ?? 0 }; // the views will say more
    for (const field of Object.keys(look)) cursor.linked.add(field);
    const unit = cursor.unit === null ? null : Math.min(cursor.unit, meta.H - 1);
    const layer = meta.layers.includes(cursor.layer) ? cursor.layer : meta.layers[0];
    const gate = meta.gates.includes(cursor.gate) ? cursor.gate : null;
    const own = ownFrame(payload);
    const frame = own === this.shared.own ? sameFrame(payload, linked ? before : null, cursor, F) : (stage.frame ?? cursor.frame);
    if (!fresh) cursor.set({ F, frame });
    this.shared.own = own;
    const direction = stage.direction ?? 1;
    const mode = payload.baseline ? cursor.mode : MODES[0];
    // Who stands where a gradient sets out stands there in the next run as well, however long that is.
    // The one step of a run that has no other was nobody's choice: what comes after it opens where it opens by itself.
    const only = !fresh && linked && before?.meta.T === 1;
    const t = direction < 0 && cursor.t === cursor.T - 1 && !fresh ? meta.T - 1 : only ? (stage.start ?? 0) : cursor.t;
    cursor.set({ T: meta.T, t, F, direction, unit, layer, gate, mode, hover: null, playing: false });
    enter(this);
    if (linked) this.address ??= address(cursor, () => this.lookAgain(), opens?.placed);
    this.address?.keep(meta.labels);
    if (fresh && autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) cursor.play();
  }

  /**
   * The step at which the page opens: where one has gone while it was built, or stood on the page before; else as its
   * link says. `placed`: whether it is not that of the link.
   */
  opens({ meta, stage }, linked) {
    const { cursor, opened } = this.shared;
    const placed = cursor && cursor.t !== opened ? cursor.t : stoodAt(meta.labels);
    const named = linked ? null : stepOf(location.search); // which a stage that keeps no address is not told
    return { t: placed ?? (named === null ? (stage.start ?? 0) : named - 1), placed: placed !== null };
  }

  /** What the address's fragment looks at in this run; what the run does not have is told when the stage is drawn. */
  look({ meta, baseline, frames, learning }) {
    const { look, wrong } = lookIn(location.hash, { ...meta, F: frames.length, compared: Boolean(baseline) });
    const lasts = ({ name }) => !learning || name !== "frame"; // the moments of a training are not there again
    this.wrong = wrong.filter(lasts);
    return Object.fromEntries(Object.entries(look).filter(([name]) => lasts({ name })));
  }

  /** The visitor put another fragment into the address, or went back to one: look there. */
  lookAgain() {
    if (location.hash && !isLook(location.hash)) return; // an anchor
    const told = this.wrong.length;
    this.cursor.set({ ...unsaid(this.cursor), ...this.look(this.payload) });
    this.pasted = location.hash; // with another query, another run comes in a moment
    if (told || this.wrong.length) this.draw();
  }

  /** Build everything anew, in one go: the browser paints only the result. */
  draw() {
    this.inPlace(() => this.build());
  }

  /**
   * Another run of the same form takes the place of this one: to a view that says so of itself it is only another
   * frame, so that nothing is built or laid out anew but the others.
   */
  renew() {
    Object.assign(this.data, decode(this.payload, this.data.theme));
    const asked = this.payload.stage.views;
    const others = this.views.filter((view, k) => !stays(view, asked[k]));
    this.views.forEach(({ data }, k) => (data.options = asked[k].options ?? {}));
    const replace = () => {
      for (const { cleanup } of others) cleanup();
      this.cursor.renew();
      text(this.live, ""); // what was read out was of the other run
      for (const view of others) this.fill(view);
    };
    if (others.length) this.inPlace(replace);
    else replace();
  }

  /** Replace what is drawn, so that the page does not move and what a person opened or focused is as it was. */
  inPlace(replace) {
    const { root } = this;
    const kept = remember(root);
    root.style.minHeight = root.hidden ? "" : `${root.offsetHeight}px`; // else the page would scroll up meanwhile
    replace();
    root.style.minHeight = "";
    restore(root, kept);
  }

  build() {
    const { payload, root, cursor } = this;
    this.clear();
    this.dark = isDark(this.element, payload);
    const theme = new Theme(payload.palette[this.dark ? "dark" : "light"], this.dark);
    theme.apply(root);
    const data = (this.data = decode(payload, theme));
    root.className = `rv-stage rv-size-${payload.stage.size ?? "full"}`;
    root.lang = payload.lang ?? "en";
    attr(root, "data-stage", payload.stage.key);
    const label = payload.stage.name ?? data.say("stage.label", { cell: payload.meta.cell.toUpperCase() });
    attr(root, "aria-label", label);
    this.title = el("h2", { class: "rv-hidden", id: unique("rv-stage") }, label); // between the page's h1 and the views' h3
    root.append(this.title);
    root.hidden = false;
    this.furnish(data);
    this.lay(data);
    this.cleanups.push(cursor.subscribe((c, changed) => this.mark(c, changed)));
    this.cleanups.push(watchTheme(this.element, () => this.repaint()));
  }

  /** The controls, the list of keys, the line that is read out. */
  furnish(data) {
    const told = notices(data, this.cursor, this.wrong);
    this.root.append(told.node);
    this.cleanups.push(told.cleanup);
    if (this.payload.stage.transport !== false) {
      const { node, cleanup } = transport(this, data);
      this.root.append(node);
      this.cleanups.push(cleanup);
    }
    this.dialog = helpDialog(data);
    this.live = el("p", { class: "rv-hidden", role: "status", "aria-live": "polite" });
    this.root.append(this.dialog, this.live);
    let timer = 0;
    let opening = true;
    this.cleanups.push(
      this.cursor.subscribe((c, changed) => {
        clearTimeout(timer);
        if (!opening && !c.playing && changed.has("t")) timer = setTimeout(() => this.announce(data), ANNOUNCE_AFTER);
      }),
      () => clearTimeout(timer),
    );
    opening = false;
  }

  /** Read the step out, once a page, and not where the scrubber has the focus and speaks for itself. */
  announce(data) {
    const [first] = this.shared.stages;
    const active = this.root.getRootNode().activeElement;
    if (first === this && active?.getAttribute("role") !== "slider") text(this.live, whereText(data, this.cursor));
  }

  help() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  fullscreen() {
    const scope = this.root.getRootNode();
    if (scope.fullscreenElement === this.root) document.exitFullscreen();
    else this.root.requestFullscreen?.().then(this.refocus(document.activeElement), () => {}); // refused: it stays as it is
  }

  /** A browser takes the focus from what full screen hides: once that is left, it goes back there. */
  refocus(node) {
    const left = () => {
      if (this.root.getRootNode().fullscreenElement) return;
      this.root.removeEventListener("fullscreenchange", left);
      if (document.activeElement === document.body) node?.focus({ preventScroll: true });
    };
    return () => this.root.addEventListener("fullscreenchange", left);
  }

  /** One section a view, in its area. */
  lay(data) {
    const body = el("div", { class: "rv-areas" });
    this.root.append(body);
    const areas = {};
    for (const { view, area = "wide", options = {} } of this.payload.stage.views) {
      const name = AREAS.includes(area) ? area : "wide";
      if (!areas[name]) body.append((areas[name] = el("div", { class: `rv-area rv-area-${name}` })));
      // What the stage knows of its run each view looks up when it needs it: the run may become another one.
      const shown = { name: view, section: el("section"), data: Object.assign(Object.create(data), { options }) };
      areas[name].append(shown.section);
      this.views.push(shown);
      this.fill(shown);
    }
    body.classList.toggle("rv-lone", !areas.panel || !areas.graph);
    areas.graph?.classList.toggle("rv-scored", Boolean(areas.graph.querySelector(":scope > .rv-score"))); // :has() would cost a frame its time
  }

  /** Put a view into a section of its own, in place of the one it may have had before. */
  fill(view) {
    const section = el("section", { class: `rv-view rv-${view.name}`, "data-view": view.name });
    view.section.replaceWith(section);
    view.section = section;
    view.cleanup = this.mountView(view.section, view.name, view.data);
    if (this.payload.stage.name) named(view.section, this.title.id);
  }

  mountView(section, view, data) {
    const module = viewModule(view);
    if (!module) {
      section.append(el("p", { class: "rv-missing", role: "note" }, data.say("stage.missing_view", { view })));
      return () => {};
    }
    try {
      return module.mount(section, data, this.cursor) ?? (() => {});
    } catch (error) {
      console.error(error);
      section.replaceChildren(el("p", { class: "rv-missing", role: "note" }, data.say("stage.broken_view", { view })));
      return () => {};
    }
  }

  mark(cursor, changed) {
    if (HABITS.some((field) => changed.has(field))) habits = Object.fromEntries(HABITS.map((field) => [field, cursor[field]]));
    if (changed.has("t")) attr(this.root, "data-t", cursor.t);
    if (changed.has("T")) attr(this.root, "data-steps", cursor.T);
    if (this.payload.learning) cursor.begins.frame = cursor.frame; // which the address does not keep
    if (changed.has("frame")) attr(this.root, "data-frame", cursor.frame);
    if (changed.has("F")) attr(this.root, "data-frames", cursor.F);
  }

  repaint() {
    if (!this.destroyed && this.payload && isDark(this.element, this.payload) !== this.dark) this.draw();
  }

  clear() {
    const views = this.views.splice(0).map(({ cleanup }) => cleanup);
    for (const cleanup of [...this.cleanups.splice(0), ...views]) {
      try {
        cleanup();
      } catch (error) {
        console.error(error);
      }
    }
    this.root.replaceChildren();
  }

  destroy() {
    this.destroyed = true;
    this.clear();
    leave(this);
    this.address?.stop();
    if (mounted.get(this.element) === this) mounted.delete(this.element);
    this.root.remove();
    this.shared.stages.delete(this);
    if (!this.shared.stages.size) {
      this.cursor?.pause();
      pages.delete(this.page);
    }
  }
}

/** Put a stage's own name before a view's, so that the same view of two stages can be told apart by ear. */
function named(section, id) {
  const own = section.getAttribute("aria-labelledby");
  if (own) section.setAttribute("aria-labelledby", `${id} ${own}`);
}
