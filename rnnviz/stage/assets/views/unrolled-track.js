/**
 * Which columns stand side by side: the steps, and what is no step: the state before the first one, that of a reverse
 * layer after the last, and the column in which what all have made comes together, an encoder's context or the one
 * answer for the whole sequence.
 */
import { partAt, partsOf, pools, recurs, translates } from "../shape.js";

/**
 * @typedef {{kind: "none"|"before"|"step"|"after"|"gather", t: number|null, part: number}} Place
 *   part: of the step, or of the column's neighbour on the left; its index in `partsOf(meta)`
 */
export class Track {
  constructor(meta) {
    this.meta = meta;
    this.T = meta.T;
    /** @type {Map<number, Place>} */
    this.places = new Map();
    this.parts = partsOf(meta);
    this.before = recurs(meta) ? 1 : 0;
    /** The step that a decoder begins at; else none does. */
    this.split = translates(meta) ? this.parts[1].start : Infinity;
    /** @type {"context"|"answer"|null} what comes together in a column of its own */
    this.gather = translates(meta) ? "context" : pools(meta) ? "answer" : null;
    this.after = !this.gather && recurs(meta) && meta.directions === 2 ? 1 : 0; // else a reverse layer begins at zero, unseen
    this.count = this.before + this.T + this.after + (this.gather ? 1 : 0);
  }

  /** The position of a step. */
  position(t) {
    return t + this.before + (t >= this.split ? 1 : 0);
  }

  /** The position of the column in which all comes together. */
  get gathered() {
    return this.gather === "context" ? this.before + this.split : this.count - 1;
  }

  /** @returns {Place} the same one each time: a step asks for many */
  at(position) {
    if (!this.places.has(position)) this.places.set(position, this.found(position));
    return this.places.get(position);
  }

  /** @returns {Place} */
  found(position) {
    if (position < 0 || position >= this.count) return { kind: "none", t: null, part: 0 };
    if (position < this.before) return { kind: "before", t: null, part: 0 };
    if (this.gather && position === this.gathered) return { kind: "gather", t: null, part: 0 };
    const t = position - this.before - (position > this.before + this.split ? 1 : 0);
    if (t >= this.T) return { kind: "after", t: null, part: 0 };
    return { kind: "step", t, part: this.parts.indexOf(partAt(this.meta, t)) };
  }

  /** The step that a column leads to; one that is no step to that beside it. */
  stepOf(position) {
    for (const p of [position, position - 1, position + 1]) {
      const { t } = this.at(p);
      if (t !== null) return t;
    }
    return position < 0 ? 0 : this.T - 1;
  }

  /** The state that enters a step: the position it stands at, −1 where it is zero and no column has it. */
  pastOf(t, reverse) {
    const position = this.position(t) + (reverse ? 1 : -1);
    const { kind, part } = this.at(position);
    if (kind === "gather") return this.gather === "context" && !reverse && this.meta.decoder === "state" ? position : -1;
    return kind === "none" || (kind === "step" && part !== this.at(this.position(t)).part) ? -1 : position;
  }

  /** Whether the network's answer stands above a column. @param {Place} place */
  answers({ kind, t, part }) {
    if (this.gather === "answer") return kind === "gather";
    if (kind !== "step") return false;
    return this.meta.shape === "many_to_one" ? t === this.T - 1 : part === this.parts.length - 1;
  }

  /** Whether the state of one column comes back in the next one. @param {Place} from @param {Place} to @param {number} part */
  comes(from, to, part) {
    if (to.kind !== "step" || to.part !== part) return false;
    if (from.kind === "gather") return this.gather === "context" && this.meta.decoder === "state";
    return from.kind === "before" || (from.kind === "step" && from.part === part);
  }

  /** The same of a layer that reads from the end: what stands right comes back at the left. */
  comesBack(to, from, part) {
    if (to.kind !== "step" || to.part !== part) return false;
    return from.kind === "after" || (from.kind === "step" && from.part === part);
  }
}
