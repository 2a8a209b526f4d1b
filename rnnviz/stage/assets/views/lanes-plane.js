/** The log plane on which gradients are drawn: its limits, its decades, the two bands that have a name. */
import { raised } from "../arrays.js";
import { firstFrame, focusOf, startOf } from "./lanes-flow.js";

/** Decades from where it set out at which a gradient is said to vanish or to explode, as in rnnviz.gradients.verdicts. */
export const BAND = 2;
/** Decades from where it set out beyond which nothing is drawn, only said; unless the run that is seen first goes there. */
const DEEPEST = 16;
const HIGHEST = 8;

const BLIND = 12;

const WORD = 19; // px: a band is at least as high as the words in it

/**
 * The limits for all runs of the stage, so that a slider moves curves and not the axis. The run that is seen first
 * fits in whole; extremes of others may leave the plane. What theory allows is not asked: a bound may be anywhere.
 * @param {object} data @param {import("./lanes-flow.js").Line[]} lines @param {number} height px at the normal text size
 * @returns {{low: number, high: number}} powers of ten
 */
export function planeLimits(data, lines, height) {
  const real = lines.filter(({ kind }) => kind !== "bound");
  const first = firstFrame(data);
  const all = extent(real.flatMap((line) => data.frames.map((_, k) => line.values(k))));
  const own = extent(real.map((line) => line.values(first)));
  const start = startIn(data, first);
  let low = Math.max(Math.min(all[0], start - BAND), Math.min(own[0], start - DEEPEST));
  let high = Math.min(Math.max(all[1], start + BAND), Math.max(own[1], start + HIGHEST));
  const word = ((high - low) * WORD) / (height - 2 * WORD);
  low = Math.min(low, start - BAND - word);
  high = Math.max(high, start + BAND + word);
  return { low: Math.floor(low), high: Math.ceil(high) };
}

/** The limits while the truth is covered: as far up as down, for where the curves go would give it away. */
export function blindLimits(data) {
  const start = Math.round(startIn(data, firstFrame(data)));
  return { low: start - BLIND, high: start + BLIND };
}

function extent(columns) {
  let [least, most] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const v of column ?? []) {
      if (!Number.isFinite(v)) continue;
      if (v < least) least = v;
      if (v > most) most = v;
    }
  }
  return [least, most];
}

/** Where the focus cell's gradient sets out. */
function startIn(data, frame) {
  const values = data.frames[frame].flow.cells[focusOf(data)]?.dh_log10.data;
  return values?.[startOf(values)] ?? 0;
}

export class Plane {
  /** @param {{low: number, high: number}} limits @param {number} height px @param {number} floor px kept beneath */
  constructor({ low, high }, height, floor) {
    Object.assign(this, { low, high, height, floor });
    this.ground = height - floor;
  }

  y(v) {
    return ((this.high - v) / (this.high - this.low)) * this.ground;
  }

  /** The same, kept inside the plane. */
  edge(v) {
    return Math.min(this.ground, Math.max(0, this.y(v)));
  }

  /** The power of ten at a height. */
  valueAt(y) {
    return Math.min(this.high, Math.max(this.low, this.high - (y / this.ground) * (this.high - this.low)));
  }

  beyond(v) {
    return v < this.low ? -1 : v > this.high ? 1 : 0;
  }

  /** Whole powers of ten to write along the axis, so far apart that they can be read. @returns {{v: number, text: string}[]} */
  ticks(room) {
    const every = [1, 2, 3, 4, 5, 6, 8, 10, 20, 50, 100].find((n) => (n * this.ground) / (this.high - this.low) >= room) ?? 100;
    const out = [];
    for (let v = Math.ceil(this.low / every) * every; v < this.high; v += every) {
      if (this.y(v) > 0.7 * room && v > this.low) out.push({ v, text: `10${raised(v)}` });
    }
    return out;
  }
}
