/**
 * The folded form where all comes together in a column of its own: an encoder and its decoder are two boxes, each with
 * a loop of its own, and the context goes over once; of a network with one answer for all, that stands beside its loop.
 */
import { attr, el, svg, text } from "../dom.js";
import { begins, fedAt } from "../shape.js";
import { matrixLabel } from "./unrolled-strokes.js";
import { noteKey } from "./unrolled-bands.js";
import { tip } from "./unrolled-gather.js";
import { ownerOf } from "./unrolled-words.js";

/**
 * Which columns the folded form shows, from left to right.
 * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout @param {number} position the cursor's
 * @returns {{position: number, left: number, role: "now"|"then"|"waits"}[]}
 */
export function foldedPlaces(layout, position) {
  const { track } = layout;
  const { gathered } = track;
  const boxes = track.gather === "context" ? [Math.min(position, gathered - 1), gathered, Math.max(position, gathered + 1)] : [position, gathered];
  return boxes.map((at, k) => {
    const waits = track.gather === "context" && position < gathered && at > gathered;
    return { position: at, left: boxLeft(layout, k, boxes.length), role: at === position ? "now" : waits ? "waits" : "then" };
  });
}

/** Boxes stand apart as far as there is room for their loops. */
function boxLeft(layout, k, count) {
  const apart = Math.min(layout.slot + layout.px(40), layout.room / count);
  return Math.round(layout.room / 2 + (k - (count - 1) / 2) * apart - layout.slot / 2);
}

export class Pair {
  /** @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(data, layout) {
    this.data = data;
    this.layout = layout;
    const context = layout.track.gather === "context";
    const boxes = context ? [0, 2] : [0];
    this.centres = Array.from({ length: context ? 3 : 2 }, (_, k) => boxLeft(layout, k, context ? 3 : 2) + layout.slot / 2);
    this.names = [];
    const each = (make) => boxes.flatMap((k, index) => layout.parts[index].blocks.map((block) => make(block, this.centres[k], layout.parts[index])));
    const loops = each((block, centre, part) => this.loop(block, centre, part));
    const labels = each((block, centre, part) => this.label(block, centre, part));
    this.fed = context && data.meta.decoder === "feedback" ? this.fedBack() : null;
    const size = { width: layout.room, height: layout.height, "aria-hidden": "true" };
    this.svg = svg("svg", { class: "rv-u-loop-lines", ...size }, loops, svg("path", { class: "rv-u-trunk", d: this.ways().join("") }), this.fed, this.names);
    this.element = el("div", { class: "rv-u-loop" }, this.boxes(), this.svg, labels);
  }

  /** A tinted box behind each network, with its name, and the name of what all comes to. */
  boxes() {
    const context = this.layout.track.gather === "context";
    return this.centres.map((centre, k) => (context || k === 1) && this.box(["encoder", "gather", "decoder"][k], centre)).filter(Boolean);
  }

  box(name, centre) {
    const { layout, data } = this;
    const said = { encoder: "graph.title_encoder", decoder: "graph.title_decoder", gather: `graph.brief_${layout.track.gather}` }[name];
    const title = el("b", {}, data.say(said));
    const note = el("span", {}, data.say(noteKey(data.meta, name, "brief")));
    const label = el("div", { class: `rv-u-band-label rv-u-brief rv-u-label-${name}`, style: { height: `${layout.titles.height}px` } }, title, note);
    const size = { width: `${layout.slot}px`, height: `${layout.height}px`, transform: `translateX(${Math.round(centre - layout.slot / 2)}px)` };
    return el("div", { class: `rv-u-part rv-u-box rv-u-part-${name}`, style: size, "aria-hidden": "true" }, label);
  }

  /** Name the matrix that a loop runs through. */
  title(subscript) {
    for (const node of this.names) text(node.querySelector("tspan"), subscript);
  }

  /** The room that a loop takes beside its box. */
  get reach() {
    const { slot, pill, px } = this.layout;
    return Math.min(px(34), (slot - pill.width) / 2 - px(4));
  }

  loop(block, centre, part) {
    const { layout, reach } = this;
    const { pill, px } = layout;
    const side = block.reverse ? -1 : 1;
    const [y, high, r] = [(block.top + block.bottom) / 2, block.top - px(9), px(10)];
    const [start, end] = [centre + (side * pill.width) / 2, centre - (side * pill.width) / 2];
    const [out, back] = [start + side * reach, end - side * reach];
    this.names.push(this.name(block, centre, part));
    const fan = (x, to) => block.rows.map((row) => `M${x} ${row.y}C${(x + to) / 2} ${row.y} ${(x + to) / 2} ${y} ${to} ${y}`);
    const tips = block.rows.map((row) => tip(end - side * 2, row.y, px(3.5), side, 0));
    const trunk =
      `M${out - side * r} ${y}Q${out} ${y} ${out} ${y - r}V${high + r}Q${out} ${high} ${out - side * r} ${high}` +
      `H${back + side * r}Q${back} ${high} ${back} ${high + r}V${y - r}Q${back} ${y} ${back + side * r} ${y}`;
    const fans = [...fan(start, out - side * r), ...fan(end, back + side * r), ...tips].join("");
    return svg("g", {}, svg("path", { class: "rv-u-fan", d: fans }), svg("path", { class: "rv-u-trunk", d: trunk }));
  }

  /**
   * The input's matrix is named on the right of a box, so this on the left; of the first only where there is room. Below
   * a reverse layer runs the loop of the other: its name stands beside its last row.
   */
  name(block, centre, part) {
    const { pill, pitch, px, wide } = this.layout;
    const owner = ownerOf(this.data.meta, part, block);
    if (block.reverse) return matrixLabel(centre + pill.width / 2 + px(4), block.bottom - pitch / 2 + px(13), "start", owner);
    const left = wide || centre > this.centres[0];
    return matrixLabel(centre + (left ? -1 : 1) * (pill.width / 2 - px(2)), block.bottom + px(9), left ? "end" : "start", owner);
  }

  /** From box to box. */
  ways() {
    const { layout, reach } = this;
    const { pill, px, bus, input, track, levels, blocks, gathers } = layout;
    const [first, middle, last] = this.centres;
    const y = (levels.at(-1).blocks.at(-1).top + levels.at(-1).blocks.at(-1).bottom) / 2;
    const beside = pill.width / 2 + reach + px(3);
    const over = (from, to) => `M${from} ${y}H${to}${tip(to, y, px(5), 1, 0)}`;
    const into = over(first + beside, middle - pill.width / 2 - px(4));
    if (track.gather !== "context") return [into];
    if (begins(track.meta)) return [into, over(middle + pill.width / 2 + px(2), last - beside)];
    const low = Math.max(...blocks.filter(({ layer }) => gathers.includes(layer)).map(({ bottom }) => bottom));
    const up = input.top + input.height + 2;
    return [into, `M${middle} ${low}V${bus}H${last}V${up}${tip(last, up, px(5), 0, -1)}`];
  }

  /** At a step: whether what is read is the network's own answer, or the right one. */
  show(t, frame) {
    if (this.fed) attr(this.fed, "data-fed", fedAt(this.data.meta, frame, t)?.kind ?? null);
  }

  /** What the decoder answers, it reads. */
  fedBack() {
    const { head, input, slot, px } = this.layout;
    const x = this.centres[2] + slot / 2 - px(3);
    const [high, low, end] = [head.top + px(14), input.top + input.height / 2, this.centres[2] + px(22)];
    return svg("path", { class: "rv-u-feed", d: `M${x - px(5)} ${high}H${x}V${low}H${end}${tip(end, low, px(4), -1, 0)}` });
  }

  label(block, centre, part) {
    const label = el("div", { class: "rv-u-loop-label", "data-over": part.name || null }, this.data.say("graph.later"));
    Object.assign(label.style, { left: `${centre}px`, top: `${block.top - this.layout.px(9)}px` });
    return label;
  }
}
