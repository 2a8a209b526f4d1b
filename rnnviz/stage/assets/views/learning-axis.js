/** The one axis of all lanes of a training: updates, from none to as many as fit what has come, in round steps. */

const FEWEST = 20; // updates: with fewer the axis is not drawn in
const INSET = 7; // px on either side, so that the first and the last moment have a column
const ROUND = [1, 2, 5];

export class UpdateAxis {
  /** @param {import("../record.js").LearningRecord} record */
  constructor(record) {
    Object.assign(this, { record, ratio: 1, scale: 1, width: 0, inset: INSET, extent: 1 });
    this.fit();
  }

  /** Make the axis as long as what has come wants it. @returns {boolean} whether it changed */
  fit() {
    const extent = extentOf(this.record);
    const changed = extent !== this.extent;
    this.extent = extent;
    return changed;
  }

  /** @param {number} width CSS pixels there are @param {number} scale text size over the normal one */
  measure(width, scale) {
    Object.assign(this, { width, scale, ratio: Math.max(1, globalThis.devicePixelRatio || 1), inset: INSET * scale });
  }

  x(update) {
    return this.inset + (update / this.extent) * (this.width - 2 * this.inset);
  }

  updateAt(x) {
    const share = (x - this.inset) / Math.max(1, this.width - 2 * this.inset);
    return Math.min(1, Math.max(0, share)) * this.extent;
  }

  /** The column of a moment, from halfway to the one before to halfway to the next. @returns {{left: number, width: number}} */
  column(frame) {
    const { update } = this.record;
    const here = this.x(update[frame] ?? 0);
    const near = [frame - 1, frame + 1].map((k) => (update[k] === undefined ? null : Math.abs(this.x(update[k]) - here) / 2));
    const [before, after] = [near[0] ?? near[1] ?? this.inset, near[1] ?? near[0] ?? this.inset];
    const left = Math.max(0, here - before);
    return { left, width: Math.min(this.width, here + after) - left };
  }

  /** A length in text-size units as whole device pixels, in CSS pixels. */
  px(length) {
    return Math.max(1, Math.round(length * this.scale * this.ratio)) / this.ratio;
  }

  /** Round numbers of updates, so far apart that they can be read. */
  ticks() {
    const room = (9 * String(this.extent).length + 24) * this.scale;
    const every = rounds().find((n) => (n / this.extent) * (this.width - 2 * this.inset) >= room) ?? this.extent;
    return Array.from({ length: Math.floor(this.extent / every) + 1 }, (_, k) => k * every);
  }
}

/** While more may come, a round number not less than what has; in the end, what has come. */
function extentOf({ runs, updates, update, steps }) {
  const taken = Math.max(updates, update.at(-1) ?? 0, ...runs.map(({ diverged }) => diverged?.update ?? 0));
  const open = runs.some(({ state }) => state === "queued" || state === "running" || state === "paused");
  if (!open) return Math.max(1, taken);
  const planned = Math.max(1, taken, steps ?? 0, ...runs.map((run) => run.steps ?? 0));
  return Math.min(planned, rounds().find((n) => n >= Math.max(FEWEST, taken)));
}

function rounds() {
  return Array.from({ length: 27 }, (_, k) => ROUND[k % 3] * 10 ** Math.floor(k / 3));
}
