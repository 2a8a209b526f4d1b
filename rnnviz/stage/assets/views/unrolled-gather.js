/**
 * Where all that was made comes together: the encoder's context, or the one answer for the whole sequence. Its column
 * has the numbers; what leads there runs in lanes above the rows, alike at every step, and below the inputs where a
 * context is read at every step of the decoder.
 */
import { attr, el, svg, text, unique } from "../dom.js";
import { contextOf, pooledOf } from "../shape.js";
import { middle, reads } from "./unrolled-layout.js";

/** What a block's rows hold in the column in which all comes together; null where it has no rows there. */
export function gatheredOf(meta, layout, frame, { layer, level, reverse }) {
  if (!layout.gathers.includes(layer)) return null;
  const values = layout.track.gather === "answer" ? pooledOf(meta, frame).values : contextOf(frame, level);
  if (values.length === meta.H) return values;
  return values.subarray(reverse ? meta.H : 0, reverse ? 2 * meta.H : meta.H);
}

/** Of the largest states: at which step each unit's stood. */
export class Marks {
  constructor(layout, nodes) {
    this.layout = layout;
    const x = (layout.slot + layout.pill.width) / 2;
    this.lines = nodes.filter(({ row }) => layout.gathers.includes(row.block.layer)).map((node) => {
      const line = svg("line", { class: "rv-u-mark-line", x1: x, x2: x + collector(layout), y1: node.row.y, y2: node.row.y });
      return { ...node, line };
    });
    const size = { width: layout.slot, height: layout.height, "aria-hidden": "true" };
    const drawn = svg("svg", { class: "rv-u-lanes rv-u-marks", ...size }, this.lines.map(({ line }) => line));
    this.origins = this.lines.map(({ row }) => this.origin(row));
    this.element = [drawn, ...this.origins];
  }

  /** Beside a number of the answer's column: which step it is from. */
  origin({ y }) {
    const { slot, pill, px } = this.layout;
    return el("span", { class: "rv-u-origin", style: { top: `${y}px`, left: `${(slot + pill.width) / 2 + px(6)}px` }, "aria-hidden": "true" });
  }

  fill({ t, kind }, frame) {
    const { meta } = this.layout.track;
    const { winners } = pooledOf(meta, frame);
    this.lines.forEach(({ row }, k) => {
      const single = kind === "gather" && row.stop - row.start === 1 && this.layout.wide; // elsewhere it has no room
      text(this.origins[k], single ? `t = ${winners[row.start + (row.block.reverse ? meta.H : 0)] + 1}` : "");
    });
    for (const { row, button, line } of this.lines) {
      let own = 0;
      for (let j = row.start; j < row.stop; j++) own += winners[j + (row.block.reverse ? meta.H : 0)] === t;
      const share = t === null ? 0 : own / (row.stop - row.start);
      attr(line, "stroke-width", (share ? this.layout.px(1 + 2.4 * share) : 0).toFixed(2));
      button.classList.toggle("rv-u-winner", share > 0);
    }
  }
}

/** How far right of its nodes a column's states are taken up. */
const collector = (layout) => layout.px(9);

/** The lanes: each kind is drawn once, in <defs>, and used in every column that has it. */
export class Ways {
  /** @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout */
  constructor(layout) {
    this.layout = layout;
    /** @type {{node: any, slot: number, wants: (here: object, next: object) => boolean}[]} */
    this.placed = [];
    this.defs = svg("defs");
    const { room, height } = layout;
    this.element = svg("svg", { class: "rv-u-edges rv-u-ways", width: room, height, "aria-hidden": "true" }, this.defs);
    if (!layout.track.gather) return;
    for (const block of layout.blocks) this.leadIn(block);
    if (reads(layout.track.meta)) this.leadOut();
  }

  /** Put a path into every column in which it is wanted; x counts from the column's middle. */
  put(d, wants) {
    const { layout } = this;
    const path = svg("path", { d, id: unique("rv-u-way") });
    this.defs.append(path);
    for (let k = -2; k <= layout.count; k++) {
      const node = svg("use", { href: `#${path.id}`, x: middle(layout, k) });
      this.placed.push({ node, slot: k, wants });
      this.element.append(node);
    }
  }

  /** How the states of a block get to where all comes together. */
  leadIn(block) {
    const { meta, gather } = this.layout.track;
    const whole = gather === "context" ? meta.context === "all" : meta.readout !== "last";
    const target = this.target(block);
    if (!target) return;
    const isSource = ({ kind, part }) => kind === "step" && part === 0;
    if (whole || block.reverse) {
      this.put(this.takeUp(block), (here) => isSource(here) && (whole || here.t === 0));
      this.put(this.setOut(block), (here) => isSource(here) && here.t === 0);
      this.put(this.pass(block), (here) => isSource(here) && here.t > 0);
      this.put(this.arrive(block, target), ({ kind }) => kind === "gather");
    } else if (gather !== "context" || meta.context === "last") {
      this.put(this.hand(block), (_, next) => next.kind === "gather");
    }
  }

  /** The block whose rows show what comes of this one: of a context made of both directions that of the forward one. */
  target(block) {
    const { blocks, gathers } = this.layout;
    if (gathers.includes(block.layer)) return block;
    const forward = blocks.find(({ layer }) => layer === `l${block.level}`);
    return block.reverse && gathers.includes(forward.layer) ? forward : null;
  }

  lane(block) {
    return block.top - this.layout.px(9);
  }

  takeUp(block) {
    const { pill } = this.layout;
    const x = pill.width / 2 + collector(this.layout);
    const rows = block.rows.map(({ y }) => `M${pill.width / 2} ${y}H${x}`).join("");
    return `${rows}M${x} ${block.rows.at(-1).y}V${this.lane(block)}`;
  }

  setOut(block) {
    const { pill, slot } = this.layout;
    return `M${pill.width / 2 + collector(this.layout)} ${this.lane(block)}H${slot / 2}`;
  }

  pass(block) {
    const { slot } = this.layout;
    return `M${-slot / 2} ${this.lane(block)}H${slot / 2}`;
  }

  arrive(block, { rows }) {
    const { pill, slot, px } = this.layout;
    const [x, end] = [-pill.width / 2 - px(11), -pill.width / 2 - 2];
    const tips = rows.map(({ y }) => `M${x} ${y}H${end}${tip(end, y, px(3.5), 1, 0)}`).join("");
    return `M${-slot / 2} ${this.lane(block)}H${x}V${rows.at(-1).y}${tips}`;
  }

  /** The last state goes over as it is, unit by unit. */
  hand(block) {
    const { pill, slot, px } = this.layout;
    const end = slot - pill.width / 2 - 2;
    return block.rows.map(({ y }) => `M${pill.width / 2} ${y}H${end}${tip(end, y, px(3.5), 1, 0)}`).join("");
  }

  /** From the context's numbers to below the inputs, and up into each that the decoder reads. */
  leadOut() {
    const { blocks, gathers, bus, input, slot, px, track } = this.layout;
    const rows = blocks.filter(({ layer }) => gathers.includes(layer)).flatMap((block) => block.rows);
    const low = input.top - px(8);
    const bundle = rows.map(({ lane, y }) => `M${lane} ${y}V${low}C${lane} ${(low + bus) / 2} 0 ${(low + bus) / 2} 0 ${bus}`);
    this.put(`${bundle.join("")}M0 ${bus}H${slot / 2}`, ({ kind }) => kind === "gather");
    const up = input.top + input.height + 2;
    const isRead = ({ kind, part }) => kind === "step" && part > 0;
    this.put(`M${-slot / 2} ${bus}H0V${up}${tip(0, up, px(3.5), 0, -1)}`, isRead);
    this.put(`M0 ${bus}H${slot / 2}`, (here) => isRead(here) && here.t < track.T - 1);
  }

  show(start) {
    const { track } = this.layout;
    for (const { node, slot, wants } of this.placed) {
      attr(node, "display", wants(track.at(start + slot), track.at(start + slot + 1)) ? null : "none");
    }
  }
}

/** An arrow head at (x, y) that points along (dx, dy). */
export function tip(x, y, size, dx, dy) {
  const [bx, by] = [x - 1.5 * size * dx, y - 1.5 * size * dy];
  return `M${bx + size * dy} ${by - size * dx}L${x} ${y}L${bx - size * dy} ${by + size * dx}`;
}
