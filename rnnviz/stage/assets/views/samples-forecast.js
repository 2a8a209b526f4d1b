/** A series that the network goes on with: half of the probe it reads, from there on it reads its own answers. */
import { el, svg, unique } from "../dom.js";
import { counted, said } from "./moment-numbers.js";
import { unitOf } from "./reading-words.js";

const [WIDTH, HEIGHT] = [640, 240];
const EDGE = { left: 56, right: 8, top: 12, bottom: 12 };
const ROOM = 0.3; // of the series' own height, above and below: a forecast that runs away leaves the picture

/** @param {import("../arrays.js").Data} data */
export function forecast(data, element) {
  const { T } = data.meta;
  const start = T - data.frames[0].continued.rows; // the step whose answer is the first that it reads itself
  const truth = trueValues(data);
  const place = placer(truth, T);
  const lines = { own: svg("path", { class: "rv-forecast-own" }), led: svg("path", { class: "rv-forecast-led" }) };
  const here = place.x(start);
  const clip = unique("rv-forecast");
  const picture = svg("svg", { class: "rv-forecast-picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": data.say("learned.samples_forecast_title") },
    svg("clipPath", { id: clip }, svg("rect", { x: 0, y: 0, width: WIDTH, height: HEIGHT })),
    svg("line", { class: "rv-forecast-start", x1: here, x2: here, y1: 0, y2: HEIGHT }),
    svg("g", { "clip-path": `url(#${clip})` }, svg("path", { class: "rv-forecast-true", d: path(truth, 0, place) }), lines.led, lines.own));
  const errors = { own: el("strong"), led: el("strong") };
  const row = (name) => el("li", { class: `rv-forecast-key-${name}` }, el("i", { "aria-hidden": "true" }), data.say(`learned.forecast_${name}`, { step: start + 2 }), errors[name] ? " " : null, errors[name]);
  const { offset, scale: width } = unitOf(data);
  const scale = [place.high, place.low].map((v) => el("span", { class: "rv-forecast-scale", style: { top: `${((100 * place.y(v)) / HEIGHT).toFixed(1)}%` } }, counted(data, v * width + offset)));
  const node = el("div", { class: "rv-forecast" }, el("div", { class: "rv-forecast-plot" }, picture, ...scale), el("ul", { class: "rv-forecast-keys" }, row("true"), row("led"), row("own")));
  return {
    node,
    fill: (run) => {
      const own = column(run.continued, 0);
      const led = column(run.outputs, start);
      lines.own.setAttribute("d", path(own, start + 1, place));
      lines.led.setAttribute("d", path(column(run.outputs, 0), 1, place));
      said(errors.own, data, error(own, truth.slice(start + 1)));
      said(errors.led, data, error(led, truth.slice(start + 1)));
    },
  };
}

/** The T values that are read, and the one after. */
function trueValues({ frames: [{ inputs, targets }], meta: { T } }) {
  return [...column(inputs, 0), targets.at(T - 1)];
}

/** The first of the numbers of each row, from one on. */
function column(matrix, from) {
  return Array.from({ length: matrix.rows - from }, (_, k) => matrix.at(from + k));
}

function placer(values, T) {
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = ROOM * (high - low || 1);
  const height = HEIGHT - EDGE.top - EDGE.bottom;
  return {
    low,
    high,
    x: (t) => EDGE.left + ((WIDTH - EDGE.left - EDGE.right) * t) / T,
    y: (v) => EDGE.top + (height * (high + room - v)) / (high - low + 2 * room),
  };
}

/** A line through the finite ones of some values, the first of which stands at `from`. */
function path(values, from, { x, y }) {
  let pen = "M";
  let line = "";
  values.forEach((v, k) => {
    const at = y(v);
    if (Number.isFinite(at)) line += `${pen}${x(from + k).toFixed(1)} ${Math.min(1e5, Math.max(-1e5, at)).toFixed(1)}`;
    pen = Number.isFinite(at) ? "L" : "M";
  });
  return line;
}

/** The mean squared error. */
function error(answers, wanted) {
  const squares = answers.map((v, k) => (v - wanted[k]) ** 2).filter((_, k) => !Number.isNaN(wanted[k]));
  return squares.length ? squares.reduce((sum, v) => sum + v, 0) / squares.length : null;
}
