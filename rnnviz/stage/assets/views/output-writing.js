/** The writing of a decoder as a whole: what it read, wrote and should have written at each step, how it was taught, how it ended. */
import { attr, el, number, symbol, text } from "../dom.js";
import { fedAt, labelAt, partsOf, writtenAt } from "../shape.js";
import { endWords, joined, rightAt, score } from "./output-written.js";

const ROWS = ["reads", "writes", "right"];
const ONE = ["own", "right"]; // what is read where the two are not the same
const MANY = 80; // steps, beyond which the strip is a window that goes along with the cursor

export class Writing {
  /** @param {import("../arrays.js").Data} data @param {import("../cursor.js").Cursor} cursor */
  constructor(data, cursor) {
    Object.assign(this, { data, cursor, part: partsOf(data.meta).at(-1) });
    const { start, stop } = this.part;
    this.steps = Array.from({ length: stop - start }, (_, n) => this.makeStep(start + n));
    const names = el("div", { class: "rv-writing-names", "aria-hidden": "true" }, ...ROWS.map((name) => el("span", {}, data.say(`score.writing_${name}`))));
    this.many = this.steps.length > MANY;
    const scrolls = this.many ? { tabindex: 0, role: "region", "data-rv-keep": "writing" } : { role: "img" };
    this.strip = el("div", { class: "rv-writing-steps", dir: "ltr", ...scrolls }, ...this.steps.map(({ node }) => node));
    this.told = el("p", { class: "rv-writing-told" });
    this.beam = el("table", { class: "rv-writing-beam" });
    this.node = el("div", { class: "rv-writing" }, el("h3", { class: "rv-title" }, data.say("score.writing")), el("div", { class: "rv-writing-strip" }, names, this.strip),
      this.told, el("p", { class: "rv-hint" }, data.say(this.taught())), this.beam);
    this.now = null;
  }

  /** How it comes by what it reads, as the key of a sentence. */
  taught() {
    const { decoder, forcing } = this.data.meta;
    if (decoder !== "feedback") return `score.writing_${decoder}`;
    return forcing === 1 ? "score.writing_forced" : forcing === 0 ? "score.writing_own" : "score.writing_mixed";
  }

  makeStep(t) {
    const parts = Object.fromEntries(ROWS.map((name) => [name, el("span", { class: `rv-writing-${name}`, dir: "auto" })]));
    const node = el("span", { class: "rv-writing-step", onclick: () => this.cursor.set({ t, playing: false }) }, ...Object.values(parts));
    return { t, node, ...parts };
  }

  follow(run, t, changed) {
    if (changed) this.fill(run);
    this.now?.classList.remove("rv-now");
    this.now = this.steps[t - this.part.start]?.node;
    this.now?.classList.add("rv-now");
    if (this.many && this.now) this.strip.scrollTop = this.now.offsetTop - this.strip.clientHeight / 2;
  }

  fill(run) {
    const { data } = this;
    const { meta } = data;
    for (const { t, node, reads, writes, right } of this.steps) {
      const [written, asked, fed] = [writtenAt(meta, run, t), rightAt(data, run, t), fedAt(meta, run, t)];
      text(reads, symbol(labelAt(meta, run, t)));
      text(writes, symbol(written ?? ""));
      text(right, asked === null ? "–" : symbol(asked));
      node.classList.toggle("rv-wrong", asked !== null && asked !== written);
      node.classList.toggle("rv-beyond", asked === null);
      attr(writes, "title", asked === null ? data.say("score.written_alone", { written }) : null);
      // What it would not have read by itself, and what it should not have read.
      const telling = fed && ONE.includes(fed.kind) ? fed.kind : null;
      attr(node, "data-fed", telling);
      attr(node, "title", telling && data.say(`score.writing_fed_${telling}`));
    }
    this.beam.hidden = meta.beam < 2 || !run.bridge.hypotheses.length;
    if (!this.beam.hidden) this.beam.replaceChildren(...hypotheses(data, run.bridge.hypotheses));
    text(this.told, [score(data, run), endWords(data, run)].join(" ").trim());
    const join = (pick) => this.steps.map(pick).filter(Boolean).join(" ");
    attr(this.strip, "aria-label", data.say("score.describe_written", { written: join(({ t }) => writtenAt(meta, run, t)),
      right: join(({ t }) => rightAt(data, run, t)), score: score(data, run) }));
  }
}

/** The beginnings that a beam search kept to the end, the likeliest first: that is the one that was written. */
function hypotheses(data, kept) {
  const { say, meta } = data;
  const rows = kept.map(({ text: symbols, logp }, k) => {
    const chance = el("td");
    number(chance, data, logp, { quantity: "hypothesis-logp", unit: k });
    const bar = el("i", { style: { transform: `scaleX(${Math.exp(logp - kept[0].logp).toFixed(4)})` } });
    const mark = k ? el("td") : el("td", {}, el("span", { class: "rv-writing-chosen" }, say("score.beam_chosen")));
    return el("tr", { class: k ? null : "rv-chosen" }, el("th", { scope: "row" }, String(k + 1)), el("td", { class: "rv-writing-text", dir: "auto" }, joined(symbols)),
      chance, el("td", { "aria-hidden": "true" }, el("span", { class: "rv-writing-bar" }, bar)), mark);
  });
  const heads = ["rank", "text", "logp", null, null].map((name) => (name ? el("th", { scope: "col" }, say(`score.beam_${name}`)) : el("td")));
  return [el("caption", {}, say("score.beam", { n: meta.beam })), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)];
}
