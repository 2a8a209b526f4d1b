/**
 * A training that is followed from the browser: fetched whole once, then asked every now and then for what has come
 * since. Nothing of it passes through Streamlit, which would run the page's script for every number.
 */

const PAUSE = 500; // ms between an answer and the next question, while a training goes on by itself
const SOON = 250; // ms: after a button was pressed, what it does is awaited
const AFTER = 3000; // ms for which it is
const LOST = 5000; // ms: most between two questions that nobody answers

export class Feed {
  /**
   * @param {string} address
   * @param {{more: (delta: object) => void, missing: (key: string) => void}} act `more` came; `missing` says why nothing does
   */
  constructor(address, act) {
    Object.assign(this, { address, act, known: null, timer: 0, failures: 0, awaited: 0, asking: null, left: false });
    /** @type {(payload: object) => Promise<void>} what to do with a training that came whole */
    this.whole = async () => {};
    this.seen = () => !document.hidden && this.soon();
    document.addEventListener("visibilitychange", this.seen);
  }

  /** The page's script has run: perhaps a button was pressed, or the page wants its stage otherwise. */
  async turn({ turn, given }) {
    const wanted = JSON.stringify(given ?? null);
    const fresh = this.known === null || wanted !== this.wanted;
    if (!fresh && turn === this.turned) return;
    Object.assign(this, { turned: turn, wanted, awaited: fresh ? 0 : performance.now() + AFTER });
    if (fresh) this.known = null;
    await this.ask();
  }

  /** Ask now; a question that is under way is waited for, and then asked again. */
  async ask() {
    clearTimeout(this.timer);
    await this.asking;
    if (this.left) return;
    this.asking = this.question();
    await this.asking;
    this.asking = null;
    if (!this.left) this.later();
  }

  async question() {
    try {
      const response = await fetch(this.query(), { cache: "no-store" });
      if (response.status === 404) return this.end();
      if (!response.ok) throw new Error(`${response.status} of ${this.address}`);
      const answer = await response.json();
      if (!this.left) await this.take(answer);
      this.failures = 0;
    } catch (error) {
      if (this.left) return undefined;
      console.warn(error);
      this.failures += 1;
      this.act.missing("learning.unreachable");
    }
    return undefined;
  }

  /** The address, with what is known already. */
  query() {
    const url = new URL(this.address);
    if (!this.known) return url;
    const { generation, have, taken: updates } = this.known;
    // Of two runs the one that is behind says from where on: what comes twice is written twice.
    for (const [name, value] of Object.entries({ generation, have, updates: Math.min(...updates) })) url.searchParams.set(name, value);
    return url;
  }

  async take({ generation, payload, delta, gone }) {
    if (gone) this.end();
    else if (payload) {
      const { learning, frames } = payload;
      this.known = { generation, have: frames.length, taken: learning.runs.map(taken), lively: lively(learning.runs) };
      await this.whole(payload);
    } else if (delta && this.known) {
      this.known.have += delta.frames.length;
      this.known.taken = delta.runs.map((run, k) => Math.max(this.known.taken[k] ?? 0, taken(run)));
      this.known.lively = lively(delta.runs);
      this.act.more(delta);
    }
  }

  /** There is no such training any more: what is shown stays. */
  end() {
    this.act.missing("learning.gone");
    this.stop();
  }

  later() {
    const awaited = performance.now() < this.awaited;
    if (document.hidden || !(this.failures || awaited || this.known?.lively)) return;
    const pause = this.failures ? Math.min(LOST, PAUSE * 2 ** this.failures) : awaited ? SOON : PAUSE;
    this.timer = setTimeout(() => this.ask(), pause);
  }

  soon() {
    if (!this.left && (this.failures || this.known?.lively)) this.ask();
  }

  stop() {
    this.left = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }
}

function lively(runs) {
  return runs.some(({ state }) => state === "running" || state === "queued");
}

/** Updates that are known of a run: those up to where this answer begins, and those in it. */
function taken({ from = 0, loss }) {
  return from + loss.shape[0];
}
