/**
 * The straight lines of one column: the strings that carry the input's weights up to its rows, and the belts on which
 * units keep their own past. All are backgrounds of one box: a step changes one property of it, and lays out nothing.
 */
import { el } from "../dom.js";
import { stringWidth } from "./unrolled-strokes.js";
import { carryHeight } from "./unrolled-values.js";

const BELT = 0.6;
/** Of the lines of others, while a unit is singled out. */
const DIM = 0.14;
/** Of the lines of columns where the cursor is not. */
const ASIDE = 0.5;

/**
 * @typedef {import("./unrolled-layout.js").Row} Row
 * @typedef {{row: Row, width: number, colour: string, dim: boolean}} Line width in px, colour as #rrggbb
 */

export class Lanes {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   * @param {Row[]} carried whose own past goes on in a straight line
   */
  constructor(data, layout, carried) {
    this.layout = layout;
    this.palette = data.theme.palette;
    this.aside = (layout.slot - layout.pill.width) / 2;
    const line = (row) => ({ row, width: 0, colour: "", dim: false });
    /** @type {Line[]} */
    this.strings = layout.levels[0].rows.map(line);
    /** @type {Line[]} */
    this.belts = carried.map(line);
    /** Which rows' lines are not dimmed, by the unit singled out and by the pointer. */
    this.own = null;
    this.pointed = null;
    this.looks = ["", ""];
    this.now = false;
    this.belt = this.palette[data.meta.cell === "gru" ? "h" : "c"];
    const box = { left: `${-this.aside}px`, width: `${layout.slot + 2 * this.aside}px`, height: `${layout.height}px` };
    this.element = el("div", { class: "rv-u-lanes", "aria-hidden": "true", style: box });
  }

  /** The weights of the strings, in the order of the lowest rows; null where nothing comes in. @param {(number|null)[]} weights */
  carry(weights, limit) {
    const { positive, negative, faint } = this.palette;
    weights.forEach((weight, k) => {
      const share = Number.isFinite(weight) ? Math.abs(weight) / limit : 0;
      const colour = weight > 0 ? positive : weight < 0 ? negative : faint;
      Object.assign(this.strings[k], { colour, width: weight === null ? 0 : stringWidth(this.layout, share) });
    });
  }

  /** How much of the past goes on, of each row that has a belt. @param {number[]} shares */
  keep(shares) {
    shares.forEach((share, k) => (this.belts[k].width = Number.isFinite(share) ? this.layout.px(3.2) * share : 0));
  }

  /** Dim the lines of all but some rows; null: of none. @param {((row: Row) => boolean)|null} own */
  light(own) {
    this.own = own;
    this.dim();
  }

  /** Dim all lines but one that is pointed at. @param {{kind: "input"|"carry", to: Row}|null} pointed */
  point(pointed) {
    this.pointed = pointed;
    this.dim();
  }

  dim() {
    const { own, pointed } = this;
    const meant = (lines, row) => (pointed ? row === pointed.to && lines === (pointed.kind === "input" ? this.strings : this.belts) : !own || own(row));
    for (const lines of [this.strings, this.belts]) for (const line of lines) line.dim = !meant(lines, line.row);
    this.draw();
  }

  /** The lines of the cursor's column are strong. @param {boolean} now whether this is it */
  stress(now) {
    this.now = now;
    this.element.style.background = this.looks[Number(now)];
  }

  draw() {
    this.looks = [ASIDE, 1].map((share) => this.drawn(share));
    this.stress(this.now);
  }

  drawn(share) {
    const lines = [...this.strings.map((line) => this.string(line, share)), ...this.belts.map((line) => this.past(line, share))];
    return lines.filter(Boolean).join(", ");
  }

  string({ row: { y, lane }, width, colour, dim }, share) {
    const { top } = this.layout.input;
    const wide = Math.ceil(width);
    const x = this.aside + this.layout.slot / 2 + lane - wide / 2;
    return width && painted(colour, share * (dim ? DIM : 1) * (width / wide), x, y, wide, `${(top - y).toFixed(1)}px`);
  }

  /** In the folded form of boxes there is no room for belts. */
  past({ row, width, dim }, share) {
    const { slot } = this.layout;
    const high = Math.ceil(width);
    const y = carryHeight(this.layout, row) - high / 2;
    return width && painted(this.belt, share * (dim ? DIM : BELT) * (width / high), row.block.reverse ? slot : 0, y, 2 * this.aside, `calc(var(--rv-belts, 1) * ${high}px)`);
  }
}

/** One line as a background. What is thinner than its pixels is fainter instead: backgrounds are whole pixels wide. */
function painted(colour, opacity, x, y, width, height) {
  const alpha = Math.min(254, Math.round(255 * opacity)).toString(16).padStart(2, "0"); // never opaque: see `Strip`
  return `linear-gradient(${colour}${alpha} 0 0) ${x.toFixed(1)}px ${y.toFixed(1)}px / ${width.toFixed(1)}px ${height} no-repeat`;
}
