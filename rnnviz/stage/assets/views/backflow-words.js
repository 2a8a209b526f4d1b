/** What stands around the graph backwards, and the picture in words for those who do not see it. */
import { raised } from "../arrays.js";
import { el, svg, unique } from "../dom.js";
import { powerText } from "./lanes.js";
import { phrase, symbol } from "./unrolled-words.js";

/** The labels left of the first column. */
export function gutterOf(data, layout) {
  const label = (y, css, ...children) => el("div", { class: css, style: { top: `${y}px` } }, ...children);
  const gradient = (letter) => (layout.narrow ? symbol(letter) : el("i", { class: "rv-u-symbol" }, "∂L/∂", letter));
  const rows = [
    label(layout.loss.top + layout.loss.height / 2, "rv-u-block-name rv-b-loss-name", symbol("L")),
    label(layout.h.y, "rv-u-block-name rv-b-dh-name", gradient("h")),
    layout.c && label(layout.c.y, "rv-u-block-name rv-b-dc-name", gradient("c")),
    label(layout.input.top + layout.input.height / 2, "rv-u-block-name rv-u-input-name", symbol("x")),
  ];
  const size = { width: `${layout.gutter}px`, height: `${layout.height}px` };
  return el("div", { class: "rv-u-gutter", style: size, "aria-hidden": "true" }, el("div", {}, rows));
}

/** What width, colour and the grey lines mean. */
export function legendOf(data, scale, belt) {
  const [low, high] = [`${scale.cutLow ? "≤ " : ""}10${raised(scale.low)}`, `${scale.cutHigh ? "≥ " : ""}10${raised(scale.high)}`];
  const ramp = unique("rv-b-ramp");
  const wedge = svg("svg", { class: "rv-b-wedge", viewBox: "0 0 96 36", "aria-hidden": "true" },
    svg("defs", {}, svg("linearGradient", { id: ramp }, [0, 0.5, 1].map((at) => svg("stop", { offset: at,
      "stop-color": data.theme.sequential(0.25 + 0.75 * at, "gradient") })))),
    svg("path", { d: "M0 17.4L96 0V36L0 18.6Z", fill: `url(#${ramp})` }));
  const ends = el("span", { class: "rv-b-ends" }, el("span", {}, low), wedge, el("span", {}, high));
  const value = el("b", { class: "rv-b-value-word" }, data.say("flow.legend_grey"));
  const core = el("b", { class: "rv-b-core-word" }, data.say("flow.legend_core"));
  const words = [data.say(data.frames.length > 1 ? "flow.legend_size" : "flow.legend_size_one"), " ", ...phrase(data, "flow.legend_values", { grey: value })];
  if (belt) words.push(" ", ...phrase(data, "flow.legend_belt", { core }));
  return [ends, el("p", { class: "rv-u-caption-words" }, ...words)];
}

/** What must be said about the way that is seen: where it is cut, where it ends in nothing, where numbers end. */
export function noteOf(data, way, t) {
  if (way.truncate !== null) {
    const n = way.truncate;
    if (way.only !== null) return data.say("flow.note_cut", { n, t: way.only + 1 });
    return data.say("flow.note_band", { n, t: t + 1, last: Math.min(way.T, t + 1 + n) });
  }
  if (way.source === null) return data.say("flow.note_no_loss");
  const first = way.firstNought;
  if (first === null) return way.firstTooSmall === null ? "" : data.say("flow.note_small", { t: way.firstTooSmall + 1 });
  return data.say(way.onlyInCell(first) ? "flow.note_cell" : `flow.note_${way.nought(first)}`, { t: first + 1 });
}

/** What has arrived, in a few sentences. @param {import("./backflow.js").Backflow} graph */
export function describe({ data, cursor, way, start, layout }) {
  const { t } = cursor;
  if (cursor.veiled) return data.say("flow.veiled");
  const parts = [data.say("flow.described", { t: t + 1, T: data.meta.T, symbol: data.meta.labels[t], value: said(data, way, t) })];
  const seen = [];
  for (let k = Math.min(way.T, start + layout.count) - 1; k > t; k--) seen.push(data.say("flow.described_step", { t: k + 1, value: said(data, way, k) }));
  if (seen.length) parts.push(data.say("flow.described_before", { steps: seen.join(", ") }));
  if (way.inside(t) && Number.isFinite(way.passed(t))) parts.push(data.say("flow.described_factor", { factor: powerText(data, way.passed(t)) }));
  return parts.join(" ");
}

function said(data, way, t) {
  if (!way.inside(t)) return data.say("flow.absent");
  const nought = way.nought(t);
  return nought ? data.say(`flow.nought_${nought}`) : powerText(data, way.dh[t]);
}
