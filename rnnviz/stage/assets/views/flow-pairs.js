/**
 * The matrices of all pairs of steps, frame by frame: those that the payload brings, and, where the page has a server
 * that works them out, each as it is looked at. What is seen first never waits for them.
 */

/** @typedef {{frame: number, itemised_log10?: object, jacobian_log10?: object}} Entry */

/** @type {WeakMap<object, Pairs>} one for all views of a stage */
const known = new WeakMap();

/** @param {import("../arrays.js").Data} data @returns {Pairs} */
export function pairsOf({ flow }) {
  if (!known.has(flow)) known.set(flow, new Pairs(flow));
  return known.get(flow);
}

class Pairs {
  /** @param {{matrices: Entry[], pairs?: string|null}} flow `pairs`: where to ask */
  constructor({ matrices, pairs }) {
    /** @type {Map<number, Entry>} */
    this.entries = new Map(matrices.map((entry) => [entry.frame, entry]));
    this.address = pairs ? new URL(pairs, document.baseURI) : null;
    this.wanted = null;
    this.asking = false;
    this.missed = null; // the frame that was asked for in vain
    /** @type {Set<() => void>} */
    this.watchers = new Set();
  }

  get frames() {
    return [...this.entries.keys()];
  }

  /** The frame of which there are matrices and that lies nearest to another; null if there is none at all. */
  nearest(frame) {
    return this.frames.reduce((best, one) => (best === null || Math.abs(one - frame) < Math.abs(best - frame) ? one : best), null);
  }

  /** Ask for a frame that is seen now; of several wanted in a row only the latest is asked for. */
  want(frame) {
    if (!this.address || this.missed === frame) return;
    this.missed = null; // who comes back asks again
    if (this.entries.has(frame)) return;
    this.wanted = frame;
    if (!this.asking) this.ask();
  }

  /** Whether the matrices of a frame are on their way. */
  coming(frame) {
    return this.address !== null && !this.entries.has(frame) && this.missed !== frame;
  }

  async ask() {
    this.asking = true;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); // what is there is painted first
    while (this.wanted !== null) {
      const frame = this.wanted;
      this.wanted = null;
      try {
        this.address.searchParams.set("frame", frame);
        const response = await fetch(this.address);
        if (!response.ok) throw new Error(`${response.status} of ${this.address.pathname}`);
        this.entries.set(frame, await response.json());
      } catch (error) {
        console.warn(error);
        this.missed = frame;
      }
      for (const watcher of [...this.watchers]) watcher();
    }
    this.asking = false;
  }

  /** @param {() => void} watcher is called when matrices have come, or cannot @returns {() => void} ends that */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}
