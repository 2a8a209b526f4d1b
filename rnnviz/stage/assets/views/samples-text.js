/** A text that the network writes on after the probe, and the slider of its temperature. */
import { attr, el, text } from "../dom.js";

const PREFERRED = 0.6; // the temperature one sees first: less than 1 hides slips, more shows them
const BEFORE = 32; // symbols of the probe that are shown before the sample
const WHITE = { "␣": " ", "⏎": "\n", "⇥": "\t", "⍽": "\u00a0", "␍": "" };

/** The place of the temperature that was chosen last: a person keeps it when new data come. */
let chosen = null;

/** @param {import("../arrays.js").Data} data */
export function writing(data) {
  const temperatures = data.frames[0].samples.temperatures;
  const middle = temperatures.reduce((best, tau, k) => (Math.abs(tau - PREFERRED) < Math.abs(temperatures[best] - PREFERRED) ? k : best), 0);
  const state = { k: Math.min(chosen ?? middle, temperatures.length - 1) };
  const written = writer(data);
  const read = el("span", { class: "rv-samples-read" }, before(data, written));
  const own = el("span", { class: "rv-samples-own" });
  const page = el("div", { class: "rv-samples-page", dir: "auto", tabindex: 0, role: "group", "aria-label": data.say("learned.samples_text_title"), "data-rv-keep": "samples" }, read, own);
  const note = el("p", { class: "rv-hint" });
  const slider = thermometer(data, temperatures, state);
  const node = el("div", { class: "rv-samples-text" }, slider.node, page, note);
  const redraw = () => node.dispatchEvent(new Event("rv-drawn"));
  slider.input.addEventListener("input", () => {
    chosen = state.k = Number(slider.input.value);
    redraw();
  });
  return {
    node,
    fill: ({ samples }) => {
      const tau = temperatures[state.k];
      const numbers = [...samples.symbols.row(state.k)];
      const none = numbers.indexOf(-1);
      slider.fill();
      text(own, written(none < 0 ? numbers : numbers.slice(0, none)));
      attr(page, "data-temperature", tau);
      text(note, data.say(none >= 0 ? "learned.samples_broken" : tau === 0 ? "learned.samples_greedy" : tau === 1 ? "learned.samples_own" : tau < 1 ? "learned.samples_cold" : "learned.samples_warm"));
    },
  };
}

/** Temperatures are few: the slider steps from one to the next. */
function thermometer(data, temperatures, state) {
  const last = temperatures.length - 1;
  const title = data.say("learned.temperature");
  const input = el("input", { type: "range", class: "rv-range", min: 0, max: last, step: 1, value: state.k, "data-rv-keep": "temperature", "aria-label": title });
  const value = el("output", { class: "rv-samples-tau", "aria-hidden": "true" });
  return {
    input,
    node: el("label", { class: "rv-samples-slider" }, el("span", {}, `${title} `, el("i", { class: "rv-samples-symbol" }, "τ")), input, value),
    fill: () => {
      const tau = data.format(temperatures[state.k], 1);
      text(value, tau);
      attr(input, "aria-valuetext", tau);
    },
  };
}

/** The end of what the network has read before it writes. */
function before(data, written) {
  const { T } = data.meta;
  const read = Array.from({ length: Math.min(T, BEFORE) }, (_, k) => symbolAt(data, T - Math.min(T, BEFORE) + k));
  return (T > BEFORE ? "…" : "") + written(read) + (spaced(data) ? " " : "");
}

/** Which symbol was read at a step. */
function symbolAt(data, t) {
  const row = data.frames[0].inputs.row(t);
  return row.indexOf(Math.max(...row));
}

/** From numbers of symbols to a text as one reads it: words with spaces between, characters with their white space. */
function writer(data) {
  const { alphabet } = data.meta;
  const apart = spaced(data) ? " " : "";
  const shown = alphabet.map((name) => WHITE[name] ?? name);
  return (numbers) => numbers.map((k) => shown[k]).join(apart);
}

/** Whether the symbols are words: only these have several letters. */
function spaced({ meta }) {
  return meta.alphabet.some((name) => /^\p{L}{2}/u.test(name));
}
