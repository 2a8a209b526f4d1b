/**
 * The cursor: where every view of a page is looking.
 *
 * One cursor is shared by all stages of a page. `set` may be called as often as one likes: what changed is
 * collected and handed to the followers once, in the next animation frame, so that a burst of key presses or
 * pointer moves costs one redraw.
 */
import { Followers } from "./followers.js";

/** Steps per second that `[` and `]` move through; the default is two steps a second. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 60];
export const DEFAULT_SPEED = 2;

/** Of what can be chosen by name, the names; the first is what one sees unasked. */
export const FORMS = ["unrolled", "folded"];
/** PyTorch's letters, those of most tutorials, of Cho 2014 and Wikipedia, of Goodfellow, Bengio and Courville. */
export const NOTATIONS = ["torch", "xh", "wu", "uw"];
/** How a sum is worked out; unasked, as there is room. */
export const TERMS = ["bar", "list"];
/** What is shown of two runs that lie on each other. */
export const MODES = ["run", "baseline", "difference"];

const FIELDS = ["t", "T", "frame", "F", "playing", "speed", "direction", "unit", "layer", "gate", "form", "notation", "shapes", "terms", "mode", "hover", "veiled"];

/**
 * @typedef {{quantity: string, unit: number|null, t: number}} Hover
 * @typedef {(cursor: Cursor, changed: Set<string>) => void} Subscriber
 */
export class Cursor {
  /** @param {Partial<Cursor>} [start] */
  constructor(start = {}) {
    /** @type {number} the step, counted from 0 */
    this.t = 0;
    /** @type {number} how many steps there are */
    this.T = 1;
    /** @type {number} which of the stacked runs is seen, counted from 0 */
    this.frame = 0;
    /** @type {number} how many runs are stacked */
    this.F = 1;
    /** @type {boolean} */
    this.playing = false;
    /** @type {number} steps per second while playing */
    this.speed = DEFAULT_SPEED;
    /** @type {1|-1} which way playing goes: a gradient flows from the last step to the first */
    this.direction = 1;
    /** @type {number|null} the hidden unit singled out */
    this.unit = null;
    /** @type {string} "l0", "l0_reverse", "l1", … */
    this.layer = "l0";
    /** @type {string|null} the gate singled out */
    this.gate = null;
    /** @type {"unrolled"|"folded"} */
    this.form = FORMS[0];
    /** @type {string} the letters in which equations are written, one of NOTATIONS */
    this.notation = NOTATIONS[0];
    /** @type {boolean} whether equations show the shapes of what stands in them */
    this.shapes = false;
    /** @type {"bar"|"list"|null} how a sum is worked out; null: as there is room */
    this.terms = null;
    /** @type {"run"|"baseline"|"difference"} what is shown where another run lies under this one */
    this.mode = MODES[0];
    /** @type {Hover|null} what the pointer is on */
    this.hover = null;
    /** @type {boolean} whether what would give the answer away is covered, while one predicts it */
    this.veiled = false;
    /** @type {Partial<Cursor>} what this page begins with where its link does not say */
    this.begins = {};
    /** @type {Set<string>} the fields that the link set; what a page begins with must not change them */
    this.linked = new Set();
    /** @type {boolean} whether the newest of growing frames is looked at, and stays so as more come */
    this.live = true;
    /** @type {boolean} whether a frame is held in hand: growth must not take it away */
    this.held = false;
    this._followers = new Followers(this, new Set(FIELDS));
    this._clock = 0;
    this._due = 0;
    this.set(start);
  }

  /**
   * Change some fields; subscribers hear of it in the next animation frame.
   * @param {Partial<Cursor>} patch `t` and `frame` are clamped to the run
   * @returns {this}
   */
  set(patch) {
    const next = { ...patch };
    const T = Math.max(1, next.T ?? this.T);
    const F = Math.max(1, next.F ?? this.F);
    if ("frame" in next) this.live = next.frame >= F - 1;
    if ("t" in next || "T" in next) next.t = clamp(next.t ?? this.t, T);
    if ("frame" in next || "F" in next) next.frame = clamp(next.frame ?? this.frame, F);
    for (const field of FIELDS) {
      if (!(field in next) || same(this[field], next[field])) continue;
      this[field] = next[field];
      this._followers.hear(field);
    }
    if ("playing" in patch) this._run();
    return this;
  }

  /**
   * More of a training has come: stay at the newest frame if that was looked at.
   * @param {number} F how many frames there are now
   * @param {boolean} rescaled whether a scale over all of them is another, so that the present one looks otherwise
   */
  grow(F, rescaled) {
    const { live, held } = this;
    this.set(live && !held ? { F, frame: F - 1 } : { F });
    this.live = live;
    this._followers.hear("grown");
    if (rescaled) this._followers.hear("frame");
  }

  /** The run that is looked at has become another one: as if another frame had been chosen, and drawn at once. */
  renew() {
    this._followers.hear("frame");
    this._followers.tell();
  }

  /**
   * Follow the cursor. `fn` is called at once with every field as changed, later at most once a frame.
   * @param {Subscriber} fn
   * @param {Element|null} [place] what `fn` draws into: while that is out of sight, `fn` is called after the first
   *   frame that brings no change, and hears of all that changed
   * @param {boolean} [read] whether what it draws is read, not followed: while every frame brings a change, one such is
   *   called a frame, in turns; after that all that were not
   * @returns {() => void} stops following
   */
  subscribe(fn, place = null, read = false) {
    return this._followers.add(fn, place, read);
  }

  /** One step on (`1`) or back (`-1`); stepping by hand ends playing. */
  step(by = 1) {
    return this.set({ t: this.t + by, playing: false });
  }

  first() {
    return this.set({ t: 0, playing: false });
  }

  last() {
    return this.set({ t: this.T - 1, playing: false });
  }

  /** Play on; from the end it starts again at the other one. */
  play() {
    if (this.playing) return this;
    return this.set({ playing: true, t: this._ended(this.t) ? this.T - 1 - this._end : this.t });
  }

  /** The step at which playing ends. */
  get _end() {
    return this.direction < 0 ? 0 : this.T - 1;
  }

  /** Whether a step is the one at which playing ends, or beyond it. */
  _ended(t) {
    return this.direction < 0 ? t <= 0 : t >= this.T - 1;
  }

  pause() {
    return this.set({ playing: false });
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  /** The next faster (`1`) or slower (`-1`) speed. */
  pace(by) {
    const nearest = SPEEDS.reduce((best, s, k) => (Math.abs(s - this.speed) < Math.abs(SPEEDS[best] - this.speed) ? k : best), 0);
    return this.set({ speed: SPEEDS[clamp(nearest + by, SPEEDS.length)] });
  }

  /** Start or stop the clock, whichever `playing` asks for. */
  _run() {
    if (this.playing && !this._clock) {
      this._due = performance.now() + 1000 / this.speed;
      this._clock = requestAnimationFrame((now) => this._tick(now));
    } else if (!this.playing && this._clock) {
      cancelAnimationFrame(this._clock);
      this._clock = 0;
    }
  }

  /** One animation frame of playing: take the steps that are due, stop at the end. */
  _tick(now) {
    this._clock = 0;
    if (!this.playing) return;
    const period = 1000 / this.speed;
    if (this._due > now + period) this._due = now + period; // the speed was raised meanwhile
    if (now >= this._due) {
      // After a hidden tab or a long task the run goes on where it was; it does not race to catch up.
      const steps = Math.min(Math.floor((now - this._due) / period) + 1, Math.max(1, Math.ceil(this.speed / 30)));
      this._due = Math.max(this._due + steps * period, now);
      const t = this.t + this.direction * steps;
      this.set(this._ended(t) ? { t: this._end, playing: false } : { t });
      this._followers.tell(); // in this frame, not the next
    }
    if (this.playing) this._clock = requestAnimationFrame((later) => this._tick(later));
  }

  /** Whether playing brings a step in the frame of this time. */
  due(now) {
    return this.playing && now >= this._due;
  }
}

function clamp(k, n) {
  return Math.min(n - 1, Math.max(0, Math.round(Number(k)) || 0));
}

function same(a, b) {
  if (a === b) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
  return a.quantity === b.quantity && a.unit === b.unit && a.t === b.t;
}
