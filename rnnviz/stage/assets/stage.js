/**
 * A stage: one traced run in the browser. Loads the views that the payload names, lays them out, and moves them by
 * one cursor that all stages of the page share. Three hosts use it alike: a Streamlit component, a notebook, a file.
 */
import { decode } from "./arrays.js";
import { Cursor } from "./cursor.js";
import { attr, el } from "./dom.js";
import { enter, leave } from "./keys.js";
import { isDark, Theme, watchTheme } from "./theme.js";
import { transport } from "./transport.js";

const AREAS = ["graph", "panel", "score", "wide"];

/** @type {Map<string, {cursor: Cursor, stages: Set<object>}>} page → what its stages share */
const pages = new Map();
/** @type {Map<string, object|null>} view name → its module, null when it cannot be had */
const modules = new Map();

/**
 * Put a stage into an element.
 * @param {HTMLElement} element is emptied
 * @param {object} payload as made by rnnviz/stage/payload.py
 * @returns {Promise<{update(payload: object): Promise<void>, destroy(): void, cursor: Cursor}>}
 */
export async function mountStage(element, payload) {
  const stage = new Stage(element, payload.page);
  await stage.update(payload);
  return { update: (next) => stage.update(next), destroy: () => stage.destroy(), cursor: stage.cursor };
}

class Stage {
  constructor(element, page) {
    this.element = element;
    this.page = page;
    this.shared = pages.get(page) ?? { cursor: null, stages: new Set() };
    pages.set(page, this.shared);
    this.shared.stages.add(this);
    this.generation = 0;
    this.cleanups = [];
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
    this.payload = payload;
    this.follow(payload);
    this.draw();
  }

  /** Bring the page's cursor to this run: a new one to its start, a used one stays where it is, clamped. */
  follow({ meta, frames, stage }) {
    const fresh = !this.shared.cursor;
    this.shared.cursor ??= new Cursor({ T: meta.T, F: frames.length, t: stage.start ?? 0, layer: meta.layers[0] });
    const { cursor } = this;
    const unit = cursor.unit === null ? null : Math.min(cursor.unit, meta.H - 1);
    const layer = meta.layers.includes(cursor.layer) ? cursor.layer : meta.layers[0];
    const gate = meta.gates.includes(cursor.gate) ? cursor.gate : null;
    cursor.set({ T: meta.T, F: frames.length, unit, layer, gate, hover: null, playing: false });
    if (fresh) enter(this);
  }

  /** Build everything anew, in one go: the browser paints only the result. */
  draw() {
    const kept = remember(this.root);
    this.clear();
    const { payload, root, cursor } = this;
    this.dark = isDark(this.element, payload);
    const theme = new Theme(payload.palette[this.dark ? "dark" : "light"], this.dark);
    theme.apply(root);
    const data = (this.data = decode(payload, theme));
    root.className = `rv-stage rv-size-${payload.stage.size ?? "full"}`;
    root.lang = payload.lang ?? "en";
    attr(root, "data-stage", payload.stage.key);
    attr(root, "aria-label", data.say("stage.label", { cell: payload.meta.cell.toUpperCase() }));
    if (payload.stage.transport !== false) this.cleanups.push(transport(root, data, cursor));
    this.lay(data);
    root.hidden = false;
    this.cleanups.push(cursor.subscribe((c, changed) => this.mark(c, changed)));
    this.cleanups.push(watchTheme(this.element, () => this.repaint()));
    restore(root, kept);
  }

  /** One section a view, in its area. */
  lay(data) {
    const body = el("div", { class: "rv-areas" });
    this.root.append(body);
    const areas = {};
    for (const { view, area = "wide", options = {} } of this.payload.stage.views) {
      const name = AREAS.includes(area) ? area : "wide";
      if (!areas[name]) body.append((areas[name] = el("div", { class: `rv-area rv-area-${name}` })));
      const section = el("section", { class: `rv-view rv-${view}`, "data-view": view });
      areas[name].append(section);
      this.cleanups.push(this.mountView(section, view, { ...data, options }));
    }
    body.classList.toggle("rv-lone", !areas.panel || !areas.graph);
  }

  mountView(section, view, data) {
    const module = modules.get(view);
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
    if (changed.has("t")) attr(this.root, "data-t", cursor.t);
    if (changed.has("T")) attr(this.root, "data-steps", cursor.T);
    if (changed.has("frame")) attr(this.root, "data-frame", cursor.frame);
    if (changed.has("F")) attr(this.root, "data-frames", cursor.F);
  }

  repaint() {
    if (!this.destroyed && this.payload && isDark(this.element, this.payload) !== this.dark) this.draw();
  }

  clear() {
    for (const cleanup of this.cleanups.splice(0)) {
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
    this.root.remove();
    this.shared.stages.delete(this);
    if (!this.shared.stages.size) {
      this.cursor?.pause();
      pages.delete(this.page);
    }
  }
}

/** Import a view's module once; a missing one is remembered as null and said on the page. */
async function load(view) {
  if (modules.get(view)) return;
  try {
    modules.set(view, /^[a-z_]+$/.test(view) ? await import(`./views/${view}.js`) : null);
  } catch (error) {
    console.error(error);
    modules.set(view, null);
  }
}

/** The stylesheet, once for a document or shadow root; resolves when it is in force. */
function stylesheet(scope) {
  const home = scope.head ?? scope;
  const href = new URL("stage.css", import.meta.url).href;
  const present = [...home.querySelectorAll("link[data-rv-stage]")].find((link) => link.href === href);
  if (present) return present.ready ?? Promise.resolve();
  const link = el("link", { rel: "stylesheet", href, "data-rv-stage": true });
  link.ready = new Promise((resolve) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", resolve, { once: true });
  });
  home.append(link);
  return link.ready;
}

/** What a person opened, scrolled or focused, by `data-rv-keep`, to be found again after new data. */
function remember(root) {
  const active = root.getRootNode().activeElement;
  const keep = root.contains(active) ? active.dataset.rvKeep : null;
  const nodes = [...root.querySelectorAll("[data-rv-keep]")];
  return { keep, open: new Map(nodes.map((node) => [node.dataset.rvKeep, { open: node.open, top: node.scrollTop }])) };
}

function restore(root, { keep, open }) {
  for (const node of root.querySelectorAll("[data-rv-keep]")) {
    const was = open.get(node.dataset.rvKeep);
    if (was?.open && "open" in node) node.open = true;
    if (was?.top) node.scrollTop = was.top;
    if (keep && node.dataset.rvKeep === keep) node.focus({ preventScroll: true });
  }
}
