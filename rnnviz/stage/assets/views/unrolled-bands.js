/**
 * Which columns are the encoder's and which the decoder's: a tinted band behind each with its name, and the name of
 * what stands between or after them.
 */
import { el, style, text } from "../dom.js";
import { translates } from "../shape.js";

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
    this.element = el("div", { class: "rv-u-bands", "aria-hidden": "true" }, this.bands.map(({ node }) => node));
  }

  band(data, span) {
    const [title, note] = [el("b"), el("span")];
    text(title, data.say(span.name === "gather" ? `graph.title_${this.layout.track.gather}` : `graph.title_${span.name}`));
    text(note, data.say(noteKey(data.meta, span.name), { n: translates(data.meta) ? this.layout.track.split : data.meta.T }));
    const label = el("div", { class: "rv-u-band-label", style: { height: `${this.layout.titles.height}px` } }, title, note);
    const node = el("div", { class: `rv-u-part rv-u-part-${span.name}`, style: { height: `${this.layout.height}px` } }, label);
    return { ...span, node, label, width: null, left: null, inset: null };
  }

  /** The first slot shows position `start`; bands reach beyond the window for the slide. */
  show(start) {
    const { offset, slot, count, room } = this.layout;
    for (const band of this.bands) {
      const from = Math.max(band.first - start, -2);
      const to = Math.min(band.last - start + 1, count + 2);
      const [left, width] = [offset + from * slot, Math.max(0, to - from) * slot];
      const inset = Math.max(0, -left);
      const seen = Math.min(room, left + width) - Math.max(0, left);
      if (left !== band.left || width !== band.width) {
        style(band.node, { transform: `translateX(${left}px)`, width: `${width}px` });
        style(band.label, { transform: `translateX(${inset}px)`, width: `${Math.max(0, seen)}px` });
        band.node.hidden = width <= 0 || seen <= 8;
        Object.assign(band, { left, width });
      }
    }
  }
}

/** The sentence below a name. */
function noteKey(meta, name) {
  if (name === "encoder") return meta.attention === "none" ? "graph.note_encoder" : "graph.note_encoder_looked_at";
  if (name === "decoder") return `graph.note_decoder_${meta.decoder}`;
  return translates(meta) ? `graph.note_context_${meta.context}` : `graph.note_pooled_${meta.readout}`;
}
