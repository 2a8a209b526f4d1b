/**
 * Of a decoder that looks back: what it took from the encoder's states, and what that and its own state are mixed to,
 * unit by unit as bands of colour. They are backgrounds: a canvas is a layer of its own for the browser to stack, and
 * with two of them in each column a frame took twice as long.
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
    this.element = this.rows.map(({ bands }) => bands);
  }

  row(name, top) {
    const bands = el("div", { class: "rv-u-vector", "data-vector": name, "aria-hidden": "true" });
    const left = `${Math.round((this.layout.slot - this.width) / 2)}px`;
    Object.assign(bands.style, { top: `${Math.round(top)}px`, left, width: `${this.width}px`, height: `${this.height}px` });
    return { name, bands };
  }

  fill({ kind, t }, frame) {
    const part = kind === "step" ? partAt(this.data.meta, t) : null;
    const own = part?.name === "decoder";
    for (const { name, bands } of this.rows) {
      attr(bands, "hidden", own ? null : "");
      if (own) bands.style.backgroundImage = this.bands(frame.bridge[name].row(t - part.start), name === "mixed" ? 1 : this.data.limit("h"));
    }
  }

  /** Numbers as a background, a pixel between them where there is room. */
  bands(values, limit) {
    const width = this.width / values.length;
    const gap = width > 5 ? 1 : 0;
    const stops = Array.from(values, (v, j) => {
      const colour = Number.isFinite(v) ? this.data.diverging(v, limit) : this.data.theme.palette.faint;
      const end = (j + 1) * width - gap;
      return `${colour} ${j * width}px ${end}px${gap ? `, transparent ${end}px ${end + gap}px` : ""}`;
    });
    return `linear-gradient(to right, ${stops.join(", ")})`;
  }
}

/** Where what was taken from the encoder's states arrives, above the answer. */
export function attendedTop(layout) {
  return layout.head.top - layout.px(13);
}
