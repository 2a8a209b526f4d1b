/**
 * Which columns are the encoder's and which the decoder's: a tinted band behind each with its name, and the name of
 * what stands between or after them. The name and what is said of it take a line each, so that none is cut off.
 */
import { el, style, text } from "../dom.js";
import { translates } from "../shape.js";
import { Strip } from "./unrolled-strip.js";

export class Bands {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(data, layout) {
    this.layout = layout;
    const { track } = layout;
    const end = track.count - 1;
    const gathered = { name: "gather", first: track.gathered, last: track.gathered };
    const [before, after] = [{ name: "encoder", first: 0, last: track.gathered - 1 }, { name: "decoder", first: track.gathered + 1, last: end }];
    const spans = !track.gather ? [] : translates(data.meta) ? [before, gathered, after] : [gathered];
    this.bands = spans.map((span) => this.band(data, span));
    this.strip = new Strip(layout, "parts", this.bands.map(({ node }) => node));
    const labels = this.bands.map(({ label }) => label);
    this.element = el("div", { class: "rv-u-bands", "aria-hidden": "true" }, this.strip.element, labels);
  }

  band(data, span) {
    const [title, note] = [el("b"), el("span")];
    const label = el("div", { class: `rv-u-band-label rv-u-label-${span.name}`, style: { height: `${this.layout.titles.height}px` } }, title, note);
    const width = (span.last - span.first + 1) * this.layout.slot;
    const node = el("div", { class: `rv-u-part rv-u-part-${span.name}`, style: { height: `${this.layout.height}px`, width: `${width}px` } });
    const n = translates(data.meta) ? this.layout.track.split : data.meta.T;
    const said = span.name === "gather" ? this.layout.track.gather : span.name;
    const named = data.say(`graph.title_${said}`);
    const words = [
      [named, data.say(noteKey(data.meta, span.name, "note"), { n })],
      [span.name === "gather" ? data.say(`graph.brief_${said}`) : named, data.say(noteKey(data.meta, span.name, "brief"))],
    ];
    const band = { ...span, node, label, title, note, words, needs: null, at: null, left: null, right: null };
    this.write(band, false);
    return band;
  }

  /** Write the name and the note, or where they have no room on a line each, shorter ones. */
  write(band, brief) {
    if (brief === band.brief) return;
    const [title, note] = band.words[Number(brief)];
    text(band.title, title);
    text(band.note, note);
    band.label.classList.toggle("rv-u-brief", brief);
    band.brief = brief;
  }

  /** How wide the name and the note are: measured once. */
  needs(band) {
    if (band.needs !== null) return band.needs;
    style(band.label, { width: "max-content" });
    band.needs = band.label.offsetWidth;
    return band.needs;
  }

  /** The first slot shows position `start`. A name stands where its band is seen, and is another length there. */
  show(start) {
    const { offset, slot, room } = this.layout;
    this.strip.show(start);
    for (const band of this.bands) {
      const at = this.strip.left(band.first);
      if (at !== band.at) style(band.node, { left: `${(band.at = at)}px` });
      const [left, right] = [Math.max(0, offset + (band.first - start) * slot), Math.min(room, offset + (band.last + 1 - start) * slot)];
      if (left === band.left && right === band.right) continue;
      const seen = right - left;
      if (band.node.hidden !== seen <= 8) band.node.hidden = band.label.hidden = seen <= 8;
      if (!band.label.hidden) this.write(band, this.needs(band) > seen);
      style(band.label, { left: `${left}px`, width: `${Math.max(0, seen)}px` });
      Object.assign(band, { left, right });
    }
  }
}

/** What is said below a name. @param {"note"|"brief"} length */
export function noteKey(meta, name, length) {
  if (name === "encoder") return meta.attention === "none" ? `graph.${length}_encoder` : `graph.${length}_encoder_looked_at`;
  if (name === "decoder") return `graph.${length}_decoder_${meta.decoder}`;
  return translates(meta) ? `graph.${length}_context_${meta.context}` : `graph.${length}_pooled_${meta.readout}`;
}
