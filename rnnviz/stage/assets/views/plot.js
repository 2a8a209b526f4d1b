/**
 * A Plotly figure on the stage. Plotly.js draws it once, when it is about to be seen; what follows the cursor, the
 * playhead and the rings about the chosen unit, are elements above it that a CSS transform moves.
 *
 * What the figure says about itself stands in its `layout.meta`, see rnnviz/figures/base.py.
 */
import { el, heading, text } from "../dom.js";

/** The width of the ring in plot.css, in pixels. */
const RING = 22;
/** @type {Map<string, Promise<any>>} address → Plotly */
const libraries = new Map();
/** Figures that are not drawn yet. On paper everything is in sight: they are drawn before it is printed. */
const waiting = new Set();
let printing = false;
globalThis.addEventListener?.("beforeprint", () => {
  printing = true;
  for (const view of [...waiting]) view.open();
});
globalThis.addEventListener?.("afterprint", () => {
  printing = false;
});

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data `options.figure` names one of `payload.figures`; the dark drawing of
 *   "NAME" is "NAME_dark" where there is one. `options.sentences`: lines of text under the figure.
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const name = data.options.figure ?? Object.keys(data.figures ?? {})[0];
  const found = (data.dark && data.figures?.[`${name}_dark`]) || data.figures?.[name];
  if (!found) {
    element.append(el("p", { class: "rv-missing", role: "note" }, data.say("figures.missing", { name })));
    return () => {};
  }
  const figure = typeof found === "string" ? JSON.parse(found) : structuredClone(found);
  const view = new PlotView(element, data, cursor, figure, name);
  return () => view.destroy();
}

class PlotView {
  constructor(element, data, cursor, figure, name) {
    Object.assign(this, { data, cursor, figure, notes: figure.layout.meta ?? {} });
    heading(element, plain(figure.layout.title?.text ?? ""), this.notes.hint ?? "");
    delete figure.layout.title;
    this.holder = el("div", { class: "rv-plot-figure", "aria-hidden": "true" });
    this.overlay = el("div", { class: "rv-plot-overlay", "aria-hidden": "true" });
    this.wait = el("p", { class: "rv-plot-wait" }, data.say("figures.loading"));
    this.stand = el("div", { class: "rv-plot-stand" }, this.wait, this.holder, this.overlay);
    element.append(this.stand);
    for (const line of data.options.sentences ?? []) element.append(el("p", { class: "rv-plot-says" }, line));
    if (this.notes.table) element.append(table(this.notes.table, data, name));
    this.marks = marks(this.overlay, this.notes);
    this.reserve(element.clientWidth || 600);
    this.sight = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && this.open(), { rootMargin: "600px" });
    this.sight.observe(this.stand);
    waiting.add(this);
    if (printing) this.open();
  }

  /** Keep the room the figure will need, so that nothing jumps when it comes. */
  reserve(width) {
    this.width = width;
    const layout = arrange(this.figure.layout, this.notes, width);
    this.stand.style.height = `${layout.height}px`;
    return layout;
  }

  async open() {
    if (this.opened) return;
    this.opened = true;
    this.sight.disconnect();
    waiting.delete(this);
    try {
      this.plotly = await library(this.data.plotly);
      if (!this.gone) await this.draw();
    } catch (error) {
      if (this.gone) return; // taken away while it was drawn, as when the colours turn light for paper
      console.error(error);
      text(this.wait, this.data.say("figures.failed"));
    }
  }

  async draw() {
    const layout = this.reserve(this.stand.clientWidth || this.width);
    const config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };
    await this.plotly.newPlot(this.holder, this.figure.data, { ...layout, width: this.width }, config);
    if (this.gone) return this.plotly.purge(this.holder);
    this.wait.hidden = true;
    this.place(layout);
    this.holder.on?.("plotly_click", ({ points }) => this.click(points[0]));
    this.stop ??= this.cursor.subscribe((c, changed) => this.follow(c, changed));
    if (!this.observer) {
      this.observer = new ResizeObserver(([entry]) => this.resize(entry.contentRect.width));
      this.observer.observe(this.stand);
    }
    return undefined;
  }

  resize(width) {
    if (width < 1 || Math.abs(width - this.width) < 1) return;
    const layout = this.reserve(width);
    this.plotly.relayout(this.holder, { ...domains(layout), width, height: layout.height });
    this.place(layout);
    this.follow(this.cursor, new Set(["t", "unit"]));
  }

  /** Work out once where the axes lie, in pixels; a step only multiplies. */
  place(layout) {
    this.frames = panels(layout, this.width);
    const [first] = this.frames;
    for (const mark of this.marks.heads) Object.assign(mark.style, { top: `${first.top}px`, height: `${first.height}px` });
  }

  follow(cursor, changed) {
    if (changed.has("t")) {
      const frame = this.frames[0];
      for (const mark of this.marks.heads) mark.style.transform = `translateX(${frame.x(cursor.t + 1).toFixed(1)}px)`;
    }
    if (changed.has("unit")) this.ring(cursor.unit);
  }

  ring(unit) {
    for (const [k, mark] of this.marks.rings.entries()) {
      const points = this.notes.units[k];
      const shown = unit !== null && unit < points.x.length;
      mark.style.opacity = shown ? "1" : "0";
      if (!shown) continue;
      const frame = this.frames[k];
      const size = (points.size[unit] + 10) / RING;
      const [x, y] = [frame.x(points.x[unit]), frame.y(points.y[unit])];
      mark.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(${size.toFixed(2)})`;
    }
  }

  /** A click on a unit singles it out, the next of them if several coincide; a click on a step goes there. */
  click(point) {
    if (this.notes.playhead) this.cursor.set({ t: Math.round(point.x) - 1 });
    const units = this.notes.units ? [point.customdata].flat(2).filter(Number.isInteger) : [];
    if (units.length) this.cursor.set({ unit: units[(units.indexOf(this.cursor.unit) + 1) % units.length] });
  }

  destroy() {
    this.gone = true;
    this.sight.disconnect();
    waiting.delete(this);
    this.observer?.disconnect();
    this.stop?.();
    this.plotly?.purge(this.holder);
  }
}

/** Plotly.js, fetched once for the page, from the address the payload names. */
function library(address) {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  if (!libraries.has(address)) {
    const coming = new Promise((resolve, reject) => {
      const script = el("script", { src: address, async: true });
      script.addEventListener("load", () => resolve(globalThis.Plotly), { once: true });
      script.addEventListener("error", () => reject(new Error(`${address} could not be loaded`)), { once: true });
      document.head.append(script);
    });
    coming.catch(() => libraries.delete(address));
    libraries.set(address, coming);
  }
  return libraries.get(address);
}

/** The figure's layout for a width: panels side by side, or in as many rows as they need. */
function arrange(layout, { panels: grid }, width) {
  if (!grid) return { ...layout, height: layout.height ?? 260 };
  const margin = layout.margin;
  const columns = Math.max(1, Math.min(grid.count, Math.floor((width - margin.l) / grid.least)));
  const lines = Math.ceil(grid.count / columns);
  const inner = grid.height - margin.t - margin.b;
  const between = margin.t + margin.b;
  const out = { ...layout, height: lines * grid.height };
  const total = lines * inner + (lines - 1) * between;
  const across = (1 - grid.gap * (columns - 1)) / columns;
  for (let k = 0; k < grid.count; k++) {
    const [row, column] = [Math.floor(k / columns), k % columns];
    const left = column * (across + grid.gap);
    const top = row * (inner + between);
    const end = k ? String(k + 1) : "";
    const title = { ...layout[`yaxis${end}`].title, text: column ? "" : layout.yaxis.title.text };
    out[`xaxis${end}`] = { ...layout[`xaxis${end}`], domain: [left, Math.min(1, left + across)] };
    out[`yaxis${end}`] = { ...layout[`yaxis${end}`], title, domain: [Math.max(0, 1 - (top + inner) / total), 1 - top / total] };
  }
  return out;
}

/** What a new width changes, as Plotly.relayout wants it. */
function domains(layout) {
  const out = {};
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(name) || !axis.domain) continue;
    out[`${name}.domain`] = axis.domain;
    if (name.startsWith("y")) out[`${name}.title.text`] = axis.title?.text ?? "";
  }
  return out;
}

/** Where each pair of axes lies, in pixels of the stand, from the layout alone. */
function panels({ margin, height, ...layout }, width) {
  const [w, h] = [width - margin.l - margin.r, height - margin.t - margin.b];
  return Object.keys(layout).filter((name) => /^xaxis\d*$/.test(name)).map((name) => {
    const [x, y] = [layout[name], layout[name.replace("x", "y")]];
    const [left, right] = x.domain ?? [0, 1];
    const [low, high] = y.domain ?? [0, 1];
    const share = (v, [from, to]) => (v - from) / (to - from);
    return {
      top: margin.t + (1 - high) * h,
      height: (high - low) * h,
      x: (v) => margin.l + (left + share(v, x.range) * (right - left)) * w,
      y: (v) => margin.t + (1 - low - share(v, y.range) * (high - low)) * h,
    };
  });
}

function marks(overlay, notes) {
  const heads = notes.playhead ? [el("div", { class: "rv-plot-playhead" })] : [];
  const rings = (notes.units ?? []).map(() => el("div", { class: "rv-plot-ring" }));
  overlay.append(...heads, ...rings);
  return { heads, rings };
}

/** The figure's numbers as a table, built when it is opened. */
function table({ columns, rows }, data, name) {
  const box = el("details", { class: "rv-plot-table", "data-rv-keep": `table-${name}` }, el("summary", {}, data.say("figures.table")));
  const build = () => {
    if (!box.open || box.lastChild.tagName !== "SUMMARY") return;
    const cells = (row, tag, props = {}) => el("tr", {}, ...row.map((v) => el(tag, props, show(data, v))));
    const body = el("tbody", {}, ...rows.map((row) => cells(row, "td")));
    box.append(el("div", { class: "rv-plot-scroll", tabindex: 0, role: "region", "aria-label": data.say("figures.table") },
      el("table", {}, el("thead", {}, cells(columns, "th", { scope: "col" })), body)));
  };
  box.addEventListener("toggle", build);
  return box;
}

function show(data, value) {
  if (value === null) return "–";
  return typeof value === "number" && !Number.isInteger(value) ? data.format(value, 3) : String(value);
}

/** A title without the few tags that Plotly understands. */
function plain(words) {
  return words.replace(/<[^>]*>/g, "");
}
