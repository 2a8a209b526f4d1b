/**
 * Of a decoder that looks back: what it took from the encoder's states, and what that and its own state are mixed to,
 * unit by unit as bands of colour.
 */
import { attr, el } from "../dom.js";
import { partAt } from "../shape.js";

const PARTS = ["attended", "mixed"];

export class Mixture {
  /** @param {import("../arrays.js").Data} data @param {object} layout */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    this.width = Math.round(layout.slot * 0.62);
    this.height = Math.round(layout.px(12));
    const tops = { attended: attendedTop(layout), mixed: layout.mixed.top + (layout.mixed.height - this.height) / 2 };
    this.rows = PARTS.map((name) => this.row(name, tops[name]));
    this.element = this.rows.map(({ canvas }) => canvas);
  }

  row(name, top) {
    const canvas = el("canvas", { class: "rv-u-vector", "data-vector": name, "aria-hidden": "true" });
    const scale = Math.min(3, globalThis.devicePixelRatio || 1);
    Object.assign(canvas, { width: Math.round(this.width * scale), height: Math.round(this.height * scale) });
    const left = `${Math.round((this.layout.slot - this.width) / 2)}px`;
    Object.assign(canvas.style, { top: `${Math.round(top)}px`, left, width: `${this.width}px`, height: `${this.height}px` });
    return { name, canvas, brush: canvas.getContext("2d"), scale };
  }

  fill({ kind, t }, frame) {
    const part = kind === "step" ? partAt(this.data.meta, t) : null;
    const own = part?.name === "decoder";
    for (const { name, canvas, brush, scale } of this.rows) {
      attr(canvas, "hidden", own ? null : "");
      if (!own) continue;
      const values = frame.bridge[name].row(t - part.start);
      const width = canvas.width / values.length;
      const limit = name === "mixed" ? 1 : this.data.limit("h");
      brush.clearRect(0, 0, canvas.width, canvas.height);
      values.forEach((v, j) => {
        brush.fillStyle = Number.isFinite(v) ? this.data.diverging(v, limit) : this.data.theme.palette.faint;
        brush.fillRect(j * width, 0, width > 5 * scale ? width - scale : width + 0.3, canvas.height);
      });
    }
  }
}

/** Where what was taken from the encoder's states arrives, above the answer. */
export function attendedTop(layout) {
  return layout.head.top - layout.px(13);
}
