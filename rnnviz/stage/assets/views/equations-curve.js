/**
 * The activation as a small curve, with the sum below it and the result beside it.
 */
import { attr, svg, text } from "../dom.js";
import { squash } from "./equations-model.js";

const WIDTH = 132;
const HEIGHT = 76;
const BOX = { left: 22, right: 126, top: 8, bottom: 60 };
const SAMPLES = 64;

/** @returns {{node: SVGElement, bend: Function, point: Function}} */
export function curve() {
  const parts = {
    zero: svg("line", { class: "rv-eq-curve-zero", y1: BOX.top, y2: BOX.bottom }),
    path: svg("path", { class: "rv-eq-curve-path" }),
    down: svg("line", { class: "rv-eq-curve-guide", y2: BOX.bottom }),
    across: svg("line", { class: "rv-eq-curve-guide", x1: BOX.left }),
    ring: svg("circle", { class: "rv-eq-curve-ring", r: 3.5 }),
    dot: svg("circle", { class: "rv-eq-curve-dot", r: 4.5 }),
    low: label(BOX.left - 5, BOX.bottom + 3, "end"),
    high: label(BOX.left - 5, BOX.top + 4, "end"),
    from: label(BOX.left, BOX.bottom + 13, "start"),
    middle: label((BOX.left + BOX.right) / 2, BOX.bottom + 13, "middle"),
    to: label(BOX.right, BOX.bottom + 13, "end"),
  };
  const frame = svg("path", { class: "rv-eq-curve-frame", d: `M${BOX.left} ${BOX.top}V${BOX.bottom}H${BOX.right}` });
  const box = { class: "rv-eq-curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" };
  const node = svg("svg", box, frame, ...Object.values(parts));
  const scale = { x: null, y: null };
  return {
    node,
    bend: (data, name, reach) => bend(parts, scale, data, name, reach),
    point: (name, sum, result, held) => point(parts, scale, name, sum, result, held),
  };
}

function label(x, y, anchor) {
  return svg("text", { class: "rv-eq-curve-label", x, y, "text-anchor": anchor });
}

/** Draw the curve of one activation from −reach to reach. */
function bend(parts, scale, data, name, reach) {
  const limit = Math.max(4, Math.ceil(reach));
  const [low, high] = { sigmoid: [0, 1], tanh: [-1, 1], relu: [0, limit], identity: [-limit, limit] }[name];
  scale.x = (a) => BOX.left + ((Math.min(limit, Math.max(-limit, a)) + limit) / (2 * limit)) * (BOX.right - BOX.left);
  scale.y = (v) => BOX.bottom - ((Math.min(high, Math.max(low, v)) - low) / (high - low)) * (BOX.bottom - BOX.top);
  const points = Array.from({ length: SAMPLES + 1 }, (_, k) => limit * ((2 * k) / SAMPLES - 1));
  attr(parts.path, "d", `M${points.map((a) => `${scale.x(a).toFixed(2)} ${scale.y(squash(name, a)).toFixed(2)}`).join("L")}`);
  attr(parts.zero, "x1", scale.x(0));
  attr(parts.zero, "x2", scale.x(0));
  text(parts.low, data.format(low, 0));
  text(parts.high, data.format(high, 0));
  text(parts.from, data.format(-limit, 0));
  text(parts.middle, "0");
  text(parts.to, data.format(limit, 0));
}

/** Move the point; a held gate leaves the curve, and a ring marks where it would have been. */
function point(parts, scale, name, sum, result, held) {
  const seen = !Number.isNaN(sum) && !Number.isNaN(result);
  for (const part of [parts.dot, parts.down, parts.across]) attr(part, "visibility", seen ? null : "hidden");
  attr(parts.ring, "visibility", seen && held ? null : "hidden");
  if (!seen) return;
  const [x, y] = [scale.x(sum).toFixed(2), scale.y(result).toFixed(2)];
  place(parts.dot, x, y);
  if (held) place(parts.ring, x, scale.y(squash(name, sum)).toFixed(2));
  attr(parts.down, "x1", x);
  attr(parts.down, "x2", x);
  attr(parts.down, "y1", y);
  attr(parts.across, "x2", x);
  attr(parts.across, "y1", y);
  attr(parts.across, "y2", y);
}

function place(circle, x, y) {
  attr(circle, "cx", x);
  attr(circle, "cy", y);
}
