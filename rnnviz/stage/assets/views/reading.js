/**
 * The probe, read by one unit: each place in the colour of the unit's h there; the units that go most with something
 * that has a name; and which places the answer at the cursor hangs on.
 */
import { attr, el, heading, number, symbol, text, unitName } from "../dom.js";
import { counted } from "./moment-numbers.js";
import { listing } from "./reading-units.js";
import { responseWords, scaledWords, unitOf } from "./reading-words.js";

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data frames with `units` and `connectivity`, of rnnviz/training/learned.py
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  return new Reading(element, data, cursor).stop;
}

class Reading {
  constructor(element, data, cursor) {
    Object.assign(this, { data, cursor, shown: { unit: null, t: null } });
    this.own = unitOf(data);
    this.head = heading(element, "", [data.say("learned.reading_hint", { places: data.frames[0].places }), ...scaledWords(data)].join(" "));
    this.list = listing(data, (unit) => cursor.set({ unit }));
    this.sentence = el("p", { class: "rv-reading-sentence" });
    this.text = strip(data, cursor, data.say("learned.reading_text"));
    this.value = el("b", { class: "rv-reading-value" });
    this.where = el("span");
    this.answer = strip(data, cursor, data.say("learned.hangs_title"));
    this.hangs = el("h4", { class: "rv-reading-subtitle" });
    this.most = el("p", { class: "rv-hint" });
    const at = el("p", { class: "rv-hint rv-reading-at" }, this.where, " ", this.value);
    this.below = el("div", { class: "rv-reading-answer" }, this.hangs, this.answer.node, this.most);
    element.append(el("div", { class: "rv-reading-body" }, this.list.node, this.sentence, this.text.node, at, this.below));
    this.stop = cursor.subscribe((_, changed) => this.draw(changed), element);
  }

  /** The unit that is looked at: the one chosen, or that which, at the newest moment, goes most with anything. */
  get unit() {
    const { cursor, data } = this;
    if (cursor.unit !== null) return cursor.unit;
    return this.ranked(data.frames.at(-1))[0]?.unit ?? 0;
  }

  ranked(run) {
    const layer = run.layers[this.cursor.layer] ? this.cursor.layer : this.data.meta.layers[0];
    return run.units.filter((one) => one.layer === layer);
  }

  draw(changed) {
    const { data, cursor, shown } = this;
    const run = data.frame(cursor);
    const { unit } = this;
    const t = Math.min(cursor.t, data.meta.T - 1);
    const other = changed.has("frame") || changed.has("layer") || unit !== shown.unit;
    if (other) this.colour(run, unit);
    if (other || t !== shown.t) this.point(run, unit, t);
    if (changed.has("frame") || t !== shown.t) this.hang(run, t);
    Object.assign(shown, { unit, t });
  }

  /** The text in the unit's colours, and what can be said of it. */
  colour(run, unit) {
    const { data, cursor } = this;
    const { h } = data.layer(cursor);
    const limit = data.limit("h");
    const ranked = this.ranked(run);
    text(this.head.title, data.say("learned.reading_title", { unit: unitName(data, unit) }));
    this.text.fill((t) => h.at(t, unit), (v) => data.diverging(v, limit), (v) => data.divergingInk(v, limit));
    this.list.fill(ranked, unit);
    text(this.sentence, responseWords(data, ranked.find((one) => one.unit === unit), unit));
  }

  /** What stands at the cursor. */
  point(run, unit, t) {
    const { data, cursor } = this;
    this.text.point(t);
    const where = { step: t + 1, label: brief(data, data.meta.labels[t]) };
    text(this.where, this.own.plain ? data.say("learned.reading_at", where) : data.say("learned.reading_at_scaled", { ...where, scaled: counted(data, run.inputs.at(t)) }));
    number(this.value, data, data.layer(cursor).h.at(t, unit), { quantity: "h", unit, step: t });
    attr(this.value, "data-layer", data.meta.layers.includes(cursor.layer) ? cursor.layer : data.meta.layers[0]);
  }

  /** Which places the answer at the cursor hangs on. */
  hang(run, t) {
    const { data } = this;
    const { connectivity } = run;
    const { T, answers } = data.meta;
    const asked = run.targets.data.length > T ? true : answers ? run.targets.at(t) >= 0 : !Number.isNaN(run.targets.at(t));
    const given = { step: t + 1, answer: answers ? symbol(answers[largestOf(run.outputs.row(t))]) : counted(data, run.outputs.at(t) * this.own.scale + this.own.offset) };
    text(this.hangs, data.say(asked ? "learned.hangs" : "learned.hangs_unasked", given));
    this.answer.node.hidden = !connectivity;
    if (!connectivity) return text(this.most, data.say("learned.hangs_long"));
    const row = connectivity.row(t);
    const most = largestOf(row);
    const largest = row[most];
    const fine = largest > 0 && Number.isFinite(largest);
    this.answer.fill((s) => (fine ? row[s] / largest : 0), (v) => data.sequential(v, "gradient"), (v) => inkOn(data, v));
    this.answer.point(t);
    text(this.most, data.say(fine ? "learned.hangs_most" : "learned.hangs_nothing", { step: most + 1, label: brief(data, data.meta.labels[most]) }));
    attr(this.most, "data-step", fine ? most : null);
    return undefined;
  }
}

/** The place of the largest number. */
function largestOf(values) {
  let best = 0;
  values.forEach((v, k) => {
    if (v > values[best]) best = k;
  });
  return best;
}

function inkOn(data, v) {
  const ramp = data.theme.ramp("gradient");
  return ramp.ink[Math.round((ramp.ink.length - 1) * Math.min(1, Math.max(0, v)))];
}

/** What was read, as there is room for it: of a number two digits after the point. */
function brief(data, label) {
  const number = /^(\+?)(−?\d+\.\d{3,})$/.exec(data.meta.alphabet ? "" : label);
  return number ? number[1] + data.format(Number(number[2].replace("−", "-"))) : symbol(label);
}

/** The probe's places in a row, each of which can be gone to. */
function strip(data, cursor, label) {
  const places = data.meta.labels.map((name, t) => el("span", { class: "rv-reading-place", "data-step": t }, brief(data, name)));
  const wide = data.meta.labels.some((name) => [...name].length > 2);
  const node = el("p", { class: "rv-reading-strip", "data-wide": wide && "", "aria-hidden": "true", title: label }, ...places);
  node.addEventListener("click", (event) => {
    const step = event.target.closest?.("[data-step]")?.dataset.step;
    if (step !== undefined) cursor.set({ t: Number(step), playing: false });
  });
  let now = null;
  const known = places.map(() => null);
  return {
    node,
    fill: (value, colour, ink) => places.forEach((place, t) => {
      const v = value(t);
      if (Object.is(known[t], v)) return;
      known[t] = v;
      place.style.background = colour(v);
      place.style.color = ink(v);
    }),
    point: (t) => {
      if (now !== null) places[now].classList.remove("rv-reading-now");
      places[(now = t)]?.classList.add("rv-reading-now");
    },
  };
}
