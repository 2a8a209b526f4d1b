/**
 * The cursor: where every view of a page is looking.
 *
 * One cursor is shared by all stages of a page. `set` may be called as often as one likes: what changed is
 * collected and handed to the subscribers once, in the next animation frame, so that a burst of key presses or
 * pointer moves costs one redraw. What is out of sight waits for the first frame that brings no change, and
 * follows after that one: it must hold up neither what is painted nor the next key. While every frame brings a change
 * (a drag, a run at full speed), what is read rather than followed takes turns: figures that change sixty times a
 * second can be read by no one, and must not hold up the picture that moves.
 */

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
    /** @type {Set<{fn: Subscriber, place: Element|null, read: boolean, seen: boolean, missed: Set<string>}>} the one told longest ago first */
    this._subscribers = new Set();
    this._changed = new Set();
    this._request = 0;
    /** @type {boolean} whether the last frame brought a change, too */
    this._crowded = false;
    this._rest = 0;
    this._late = 0;
    this._sight = sight((place, seen) => this._see(place, seen));
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
      this._changed.add(field);
    }
    if ("playing" in patch) this._run();
    if (this._changed.size) this._request ||= requestAnimationFrame(() => this._flush());
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
    this._changed.add("grown");
    if (rescaled) this._changed.add("frame");
    this._request ||= requestAnimationFrame(() => this._flush());
  }

  /** The run that is looked at has become another one: as if another frame had been chosen, and drawn at once. */
  renew() {
    this._changed.add("frame");
    this._flush();
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
    const subscriber = { fn, place, read, seen: true, missed: new Set() };
    this._subscribers.add(subscriber);
    if (place) this._sight?.observe(place);
    call(fn, this, new Set(FIELDS));
    return () => {
      this._subscribers.delete(subscriber);
      if (place) this._sight?.unobserve(place);
    };
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
      this._flush(); // in this frame, not the next
    }
    if (this.playing) this._clock = requestAnimationFrame((later) => this._tick(later));
  }

  _flush() {
    cancelAnimationFrame(this._request);
    this._request = 0;
    if (!this._changed.size) return;
    const changed = this._changed;
    this._changed = new Set();
    let turn = true;
    for (const subscriber of [...this._subscribers]) {
      for (const field of changed) subscriber.missed.add(field);
      if (!subscriber.seen) continue;
      if (this._crowded && subscriber.read && !turn) continue;
      if (subscriber.read) {
        turn = false;
        this._subscribers.delete(subscriber); // to the end of the queue
        this._subscribers.add(subscriber);
      }
      this._tell(subscriber);
    }
    this._rest ||= requestAnimationFrame((later) => this._rested(later));
  }

  _tell(subscriber) {
    const { fn, missed } = subscriber;
    if (!missed.size || !this._subscribers.has(subscriber)) return;
    subscriber.missed = new Set();
    call(fn, this, missed);
  }

  /** The frame after a change: if it brings no other, what waited is brought up to date, what no one sees after it. */
  _rested(now) {
    this._rest = 0;
    this._crowded = this._changed.size > 0 || (this.playing && now >= this._due);
    if (this._crowded) return;
    for (const subscriber of [...this._subscribers]) if (subscriber.seen) this._tell(subscriber);
    this._late ||= setTimeout(() => this._followUp());
  }

  /** What is out of sight follows, unless the next change has come: then after that. */
  _followUp() {
    this._late = 0;
    if (this._request) return;
    for (const subscriber of [...this._subscribers]) this._tell(subscriber);
  }

  /** What is drawn into this element has come into sight, or left it. */
  _see(place, seen) {
    for (const subscriber of [...this._subscribers]) {
      if (subscriber.place !== place) continue;
      subscriber.seen = seen;
      if (seen) this._tell(subscriber);
    }
  }
}

/** Watches which elements are in sight, or nearly; null where there is no such watch. */
function sight(see) {
  if (!globalThis.IntersectionObserver) return null;
  const watch = (entries) => entries.forEach(({ target, isIntersecting }) => see(target, isIntersecting));
  return new IntersectionObserver(watch, { rootMargin: "64px 0px" });
}

/** A view that fails must not stop the others. */
function call(fn, cursor, changed) {
  try {
    fn(cursor, changed);
  } catch (error) {
    console.error(error);
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
