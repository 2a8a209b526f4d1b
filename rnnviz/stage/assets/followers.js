/**
 * Who follows the cursor, and when each is told what changed.
 *
 * All that is in sight is told in the next frame. What is out of sight waits for the first frame that brings no change,
 * and is told after that one: it must hold up neither what is painted nor the next key. While every frame brings a
 * change (a drag, a run at full speed), what is read rather than followed takes turns: figures that change sixty times
 * a second can be read by no one, and must not hold up the picture that moves.
 */

/**
 * @typedef {import("./cursor.js").Cursor} Cursor
 * @typedef {{fn: (cursor: Cursor, changed: Set<string>) => void, place: Element|null, read: boolean, seen: boolean, missed: Set<string>}} Follower
 */
export class Followers {
  /** @param {Cursor} cursor @param {Set<string>} fields all that can change, of which a new follower hears */
  constructor(cursor, fields) {
    this.cursor = cursor;
    this.fields = fields;
    /** @type {Set<Follower>} those told longest ago first */
    this.all = new Set();
    this.changed = new Set();
    /** @type {boolean} whether the last frame brought a change, too */
    this.crowded = false;
    this.frame = 0;
    this.rest = 0;
    this.late = 0;
    this.sight = sight((place, seen) => this.see(place, seen));
  }

  /** @see Cursor.subscribe */
  add(fn, place, read) {
    const follower = { fn, place, read, seen: true, missed: new Set() };
    this.all.add(follower);
    if (place) this.sight?.observe(place);
    call(fn, this.cursor, new Set(this.fields));
    return () => {
      this.all.delete(follower);
      if (place) this.sight?.unobserve(place);
    };
  }

  /** A field has changed: all will be told in the next frame. */
  hear(field) {
    this.changed.add(field);
    this.frame ||= requestAnimationFrame(() => this.tell());
  }

  /** Tell what changed, without waiting for the next frame. */
  tell() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.changed.size) return;
    const { changed } = this;
    this.changed = new Set();
    let turn = true;
    for (const follower of [...this.all]) {
      for (const field of changed) follower.missed.add(field);
      if (!follower.seen) continue;
      if (this.crowded && follower.read && !turn) continue;
      if (follower.read) {
        turn = false;
        this.all.delete(follower); // to the end of the queue
        this.all.add(follower);
      }
      this.catchUp(follower);
    }
    this.rest ||= requestAnimationFrame((now) => this.rested(now));
  }

  /** Tell one what it missed, if it still follows. */
  catchUp(follower) {
    const { fn, missed } = follower;
    if (!missed.size || !this.all.has(follower)) return;
    follower.missed = new Set();
    call(fn, this.cursor, missed);
  }

  /** The frame after a change: if it brings no other, what waited is brought up to date, what no one sees after it. */
  rested(now) {
    this.rest = 0;
    this.crowded = this.changed.size > 0 || this.cursor.due(now);
    if (this.crowded) return;
    for (const follower of [...this.all]) if (follower.seen) this.catchUp(follower);
    this.late ||= setTimeout(() => this.followUp());
  }

  /** What is out of sight follows, unless the next change has come: then after that. */
  followUp() {
    this.late = 0;
    if (this.frame) return;
    for (const follower of [...this.all]) this.catchUp(follower);
  }

  /** What is drawn into this element has come into sight, or left it. */
  see(place, seen) {
    for (const follower of [...this.all]) {
      if (follower.place !== place) continue;
      follower.seen = seen;
      if (seen) this.catchUp(follower);
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
