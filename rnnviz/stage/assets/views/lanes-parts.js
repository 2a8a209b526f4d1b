/** Of an encoder and its decoder each has its own part of the time axis: where a lane has anything, and where one ends. */
import { partsOf, translates } from "../shape.js";
import { el, style, text } from "../dom.js";

/** The step after the last one that a layer takes: the layers that read from the end are the encoder's alone. */
export function layerStop(meta, layer) {
  const name = meta.layers.includes(layer) ? layer : meta.layers[0];
  const part = partsOf(meta).findLast(({ layers }) => layers.includes(name));
  return part ? part.stop : meta.T;
}

/** The first step at which anything is answered, and so has a loss. */
export function firstAnswer(meta) {
  return meta.answered === "once" ? meta.T - 1 : partsOf(meta).at(-1).start;
}

/** The steps at which inputs are numbers that are read: a decoder may begin with all it will ever know. */
export function readWithin(meta) {
  const { start, stop } = partsOf(meta)[0];
  return translates(meta) && meta.decoder !== "feedback" ? [start, stop] : [0, meta.T];
}

/** The line through all lanes where the encoder hands over, and above them what each of the two does. */
export class Border {
  /** @param {object} context data, axis */
  constructor({ data, axis }) {
    Object.assign(this, { data, axis, parts: partsOf(data.meta) });
    this.names = this.parts.map((part) => el("div", { class: `rv-part rv-part-${part.name}` }, el("span", {}, data.say(`score.part_${part.name}`))));
    this.plot = el("div", { class: "rv-lane-plot rv-parts" }, ...this.names);
    this.lane = el("div", { class: "rv-lane rv-lane-parts" }, el("span", { class: "rv-lane-label" }), this.plot, el("span"));
    this.line = el("div", { class: "rv-border" });
  }

  layout() {
    const { axis, data } = this;
    this.names.forEach((node, k) => {
      const { start, stop, name } = this.parts[k];
      const width = axis.left(stop) - axis.left(start);
      style(node, { left: `${axis.left(start)}px`, width: `${width}px` });
      const long = data.say(`score.part_${name}_long`, { n: stop - start });
      text(node.firstChild, width > 7.4 * long.length * axis.scale ? long : data.say(`score.part_${name}`));
    });
    style(this.line, { transform: `translateX(${axis.left(this.parts[1].start)}px)` });
  }
}
