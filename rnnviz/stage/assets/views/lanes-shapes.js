/** The lines of one run as SVG paths, worked out when it is first seen and kept: a slider goes over the same runs again and again. */
import { svg } from "../dom.js";
import { stepsOf } from "./lanes-flow.js";
import { stretches } from "./lanes.js";

const UNDERFLOW = -290; // where a neighbour is this small, a zero is one that float64 cannot tell from nothing

export class Shapes {
  /** @param {object} lane data, axis, plane, lines, withZeros, marked, first */
  constructor(lane) {
    this.lane = lane;
    this.known = new Map();
  }

  /** @param {number} frame */
  of(frame) {
    if (!this.known.has(frame)) this.known.set(frame, this.make(frame));
    return this.known.get(frame);
  }

  make(frame) {
    const { lines, data } = this.lane;
    const steps = stepsOf(data, frame);
    const columns = lines.map((line) => line.values(frame));
    let zeros = null;
    return {
      lines: columns.map((values, k) => this.line(values, lines[k].kind)),
      broken: this.brokenPath(lines, columns, steps),
      zeros: () => (zeros ??= this.zeros(columns, frame)),
    };
  }

  /** A line's path, the marks where it leaves the plane, and where it begins. */
  line(values, kind) {
    if (!values) return { path: "", edge: "", first: -1, name: 0 };
    const { axis, plane } = this.lane;
    let path = "";
    for (const [from, to] of stretches(values.length, (t) => Number.isFinite(values[t]))) {
      for (let t = from; t < to; t++) path += `${t === from ? "M" : "L"}${round(axis.centre(t))} ${round(this.far(plane.y(values[t])))}`;
      if (to === from + 1) path += "h0.01";
    }
    const first = values.findIndex((v) => v === v);
    return { path, edge: kind === "bound" ? "" : this.edges(values), first, name: first < 0 ? 0 : this.nameAt(values[first]) };
  }

  /** SVG draws nothing that is a million pixels away. */
  far(y) {
    return Math.min(1e4, Math.max(-1e4, y));
  }

  nameAt(v) {
    const { plane } = this.lane;
    return v === -Infinity ? (plane.ground + plane.height) / 2 : plane.edge(v);
  }

  /** Small triangles at the edge beyond which the line goes on. */
  edges(values) {
    const { axis, plane } = this.lane;
    const size = axis.px(5);
    let out = "";
    for (const side of [-1, 1]) {
      const y = side < 0 ? plane.ground - 1 : 1;
      for (const [from, to] of stretches(values.length, (t) => values[t] > -Infinity && plane.beyond(values[t]) === side)) {
        for (const t of thinned(from, to, axis)) out += `M${round(axis.centre(t))} ${y}l${-size} ${side * size}h${2 * size}Z`;
      }
    }
    return out;
  }

  /** The steps at which some line has no number, though the run is there. */
  brokenPath(lines, columns, steps) {
    const { axis, plane } = this.lane;
    const gone = stretches(steps, (t) => columns.some((values, k) => lines[k].kind === "cell" && values && values[t] !== values[t]));
    return gone.map(([from, to]) => `M${axis.left(from)} 0H${axis.left(to)}V${plane.ground}H${axis.left(from)}Z`).join("");
  }

  /** On the floor, a bracket and words where a cell's gradient is exactly zero: a log axis has no place for it. */
  zeros(columns, frame) {
    const { lines, withZeros, marked, data } = this.lane;
    const rows = withZeros.map((line) => {
      const values = columns[lines.indexOf(line)];
      const words = (from, to) => data.say(underflows(values, from, to) ? "score.zero_underflow" : "score.zero_line", { name: line.full });
      return { hue: line.hue, is: (t) => values?.[t] === -Infinity, words };
    });
    const float32 = frame === this.lane.first ? marked : null;
    if (marked) rows.push({ hue: "muted", is: (t) => Boolean(float32?.[t]), words: () => data.say("score.zero_float32") });
    return rows.flatMap((row, k) => this.brackets(row, k, rows.length));
  }

  brackets({ hue, is, words }, row, rows) {
    const { axis, plane } = this.lane;
    const y = plane.ground + ((plane.height - plane.ground) * (row + 0.5)) / rows;
    const paint = `var(--rv-${hue})`;
    const spans = stretches(axis.T, is);
    return spans.flatMap(([from, to], k) => {
      const [left, right] = [axis.left(from) + 1, Math.max(axis.left(from) + 3, axis.left(to) - 1)];
      const said = words(from, to);
      const half = 3.4 * said.length * axis.scale;
      const inside = right - left > 2 * half + 12;
      const beside = !inside && (k + 1 < spans.length ? axis.left(spans[k + 1][0]) : axis.end) > right + 2 * half + 12;
      const x = inside ? (left + right) / 2 : right + 6 + half;
      const gap = inside ? `H${x - half}M${x + half} ${y}` : "";
      const bracket = svg("path", { class: "rv-zero", stroke: paint, d: `M${left} ${y - 4}V${y}${gap}H${right}V${y - 4}` });
      return inside || beside ? [bracket, svg("text", { class: "rv-zero-words", x, y: y + 4 * axis.scale, fill: paint }, said)] : [bracket];
    });
  }
}

/** A zero next to a number that is almost too small for a float is one that was too small. */
function underflows(values, from, to) {
  return [values[from - 1], values[to]].some((v) => v > -Infinity && v < UNDERFLOW);
}

/** Of a stretch of steps, a few that lie well apart: its middle, and others as far as there is room. */
function thinned(from, to, axis) {
  const apart = Math.max(1, Math.ceil((96 * axis.scale) / (axis.pitch || 1)));
  const out = [];
  for (let t = from + Math.floor(((to - from - 1) % apart) / 2); t < to; t += apart) out.push(t);
  return out;
}

function round(v) {
  return Math.round(v * 100) / 100;
}
