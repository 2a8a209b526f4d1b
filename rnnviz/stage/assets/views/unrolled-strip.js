/**
 * A strip that columns of the unrolled graph stand on, or what lies behind them. Each keeps its place on it for as long
 * as it shows its position; a step moves the strip and nothing else.
 *
 * It is moved by an animation that stands still and whose time is set: a browser moves what is animated without looking
 * through all that is painted on the page for what lies above what, as it does after any other move. That was a fifth of
 * the frame that answers a key.
 */
import { el } from "../dom.js";

/** In slots, either way: then it is laid anew, for a strip of any length would be moved by too large numbers. */
const REACH = 500;

export class Strip {
  /** @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout @param {string} name @param {HTMLElement[]} nodes */
  constructor(layout, name, nodes) {
    this.layout = layout;
    this.element = el("div", { class: `rv-u-strip rv-u-${name}` }, nodes);
    /** The position that stands in the first slot where the strip is not moved. @type {number|null} */
    this.base = null;
    const ends = [REACH, -REACH].map((slots) => ({ transform: `translateX(${slots * layout.slot}px)` }));
    this.motion = this.element.animate(ends, { duration: 2 * REACH, fill: "both" });
    this.motion.pause();
    this.motion.playbackRate = 0; // nor is it ended where all animations are, as for a picture of the page
  }

  /** Bring a position into the first slot. Returns whether the strip is laid anew, so that nothing stands right on it. */
  show(start) {
    const anew = this.base === null || Math.abs(start - this.base) > REACH;
    if (anew) this.base = start;
    this.motion.currentTime = REACH + start - this.base;
    return anew;
  }

  /** How far the strip is moved, in px. */
  get moved() {
    return (REACH - this.motion.currentTime) * this.layout.slot;
  }

  /** Lie still: columns are put in place one by one, or as if this position had always been in the first slot. */
  rest(start = null) {
    this.base = start;
    this.motion.currentTime = REACH;
  }

  /** Where the column of a position stands, in px. */
  left(position) {
    const { offset, slot } = this.layout;
    return offset + (position - this.base) * slot;
  }
}
