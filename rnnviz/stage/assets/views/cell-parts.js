/**
 * The parts a cell is drawn of: conduits, valves, tiles, nodes and tags, on a board measured in CSS pixels.
 *
 * All are made once; a step changes their text, widths and transforms only.
 */
import { attr, number, svg, text } from "../dom.js";

/** Boards narrower than this have narrower conduits and tiles, fewer words, and names above their numbers. */
const NARROW = 620;
const HAIR = 1.5;
const WALL = 2.4;

/** A drawing of a given size, with one group for each thing that must lie above another. */
export class Board {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {number} width @param {number} height
   */
  constructor(data, width, height) {
    this.data = data;
    this.width = width;
    this.height = height;
    this.narrow = width < NARROW;
    /** The width of a full conduit. */
    this.bore = this.narrow ? 22 : 34;
    const layer = (name) => svg("g", { class: `rv-cell-${name}` });
    this.groups = ["wires", "casings", "flows", "stems", "valves", "nodes", "tiles", "tags"].map(layer);
    [this.wires, this.casings, this.flows, this.stems, this.valves, this.nodes, this.tiles, this.tags] = this.groups;
    this.root = svg("svg", { class: `rv-cell-board${this.narrow ? " rv-cell-narrow" : ""}`, viewBox: `0 0 ${width} ${height}`, width, height }, ...this.groups);
  }

  /** A conduit along a path; `set(value, full)` makes its flow |value| / full of the bore wide, pale below zero. */
  pipe(d, hue) {
    this.casings.append(svg("path", { d, class: "rv-cell-casing", "stroke-width": this.bore + 4 }));
    this.casings.append(svg("path", { d, class: "rv-cell-void", "stroke-width": this.bore }));
    const flow = svg("path", { d, class: "rv-cell-flow", stroke: this.data.colour(hue) });
    const core = svg("path", { d, class: "rv-cell-core", style: { "--rv-hue": this.data.colour(hue) } });
    this.flows.append(flow, core);
    return { set: (value, full) => setFlow(flow, core, value, full, this.bore) };
  }

  /** A line that carries a whole vector. */
  wire(d) {
    this.wires.append(svg("path", { d, class: "rv-cell-wire" }));
  }

  /** The head of an arrow that points up, with its tip at a place. */
  head(x, y) {
    this.wires.append(svg("path", { d: `M${x - 6} ${y + 8}l6 -8l6 8z`, class: "rv-cell-head" }));
  }

  /** The open end of a conduit that leads on to the next step. */
  exit(x, y, hue) {
    const [r, nose] = [this.bore / 2 + 2, this.bore / 3];
    const d = `M${x} ${y - r}l${nose} ${r}l${-nose} ${r}`;
    this.casings.append(svg("path", { d, class: "rv-cell-exit", stroke: this.data.colour(hue) }));
  }

  /** The thin line by which a gate works its valve. */
  stem(d, gate) {
    const path = svg("path", { d, class: "rv-cell-stem", stroke: this.data.colour(gate), "data-gate": gate });
    this.stems.append(path);
  }

  /** A valve on a conduit that runs "across" or "up": two jaws that leave `value` of the bore free. */
  valve(x, y, direction, gate) {
    const half = this.bore / 2 + 7;
    const jaw = () => svg("rect", { x: -7, y: 0, width: 14, height: half, class: "rv-cell-jaw", fill: this.data.colour(gate) });
    const ghost = () => svg("rect", { x: -13, y: -1, width: 26, height: 2, class: "rv-cell-ghost", fill: this.data.colour(gate) });
    const jaws = [jaw(), jaw()];
    const ghosts = [ghost(), ghost()];
    const frame = svg("rect", { x: -9, y: -half - 2, width: 18, height: 2 * half + 4, rx: 4, class: "rv-cell-body", stroke: this.data.colour(gate) });
    const turn = direction === "up" ? " rotate(90)" : "";
    this.valves.append(svg("g", { transform: `translate(${x} ${y})${turn}`, "data-gate": gate, class: "rv-cell-valve" }, frame, ...jaws, ...ghosts));
    return { set: (value, was) => setValve(jaws, ghosts, half, this.bore / 2, value, was) };
  }

  /** A small round operator: "+", "tanh", "1−". */
  node(x, y, sign, radius = 14) {
    const mark = svg("text", { class: sign.length > 2 ? "rv-cell-op rv-cell-op-long" : "rv-cell-op" }, sign);
    this.nodes.append(svg("g", { transform: `translate(${x} ${y})` }, svg("circle", { r: radius, class: "rv-cell-node" }), mark));
  }

  /** Plain words at a place. */
  label(x, y, words, anchor = "middle") {
    const node = svg("text", { x, y, "text-anchor": anchor, class: "rv-cell-label" }, words);
    this.tags.append(node);
    return node;
  }

  /**
   * A named number beside a conduit: a symbol with its subscript, or a word, then the value, and what it was without
   * the hold. `stack` sets the value below its name, where there is no room beside it.
   * @param {{x: number, y: number, anchor?: string, symbol?: string, sub?: string, after?: string, word?: string,
   *   hue: string, wasAt?: number, stack?: boolean}} spec
   */
  tag({ x, y, anchor = "middle", symbol = "", sub = "", after = "", word = "", hue, wasAt = -16, stack = false }) {
    const value = svg("tspan", { class: "rv-cell-number", ...(stack ? { x, dy: 17 } : { dx: 5 }) });
    const name = symbol ? symbolOf(symbol, sub, after) : [svg("tspan", { class: "rv-cell-word" }, word)];
    const line = svg("text", { x, y, "text-anchor": anchor, class: "rv-cell-tag", fill: this.data.colour(hue) }, ...name, value);
    const was = svg("text", { x, y: y + wasAt + (stack && wasAt > 0 ? 17 : 0), "text-anchor": anchor, class: "rv-cell-was" });
    this.tags.append(line, was);
    return {
      set: (v, what) => number(value, this.data, v, what),
      was: (v, now, what) => setWas(was, this.data, v, now, what),
    };
  }
}

/** "c" with "t−1" below it, as tspans; the line goes on at its own height, with `after` if there is more. */
function symbolOf(symbol, sub, after) {
  const parts = [svg("tspan", { class: "rv-cell-symbol" }, symbol)];
  if (sub) parts.push(svg("tspan", { class: "rv-cell-sub", dy: 4 }, sub), svg("tspan", { class: "rv-cell-symbol", dy: -4 }, after || "\u200b"));
  return parts;
}

/** The value without the hold, in words; empty where both look the same. */
export function setWas(node, data, was, now, what) {
  const differs = was !== null && data.format(was) !== data.format(now);
  text(node, differs ? data.say("cell.was", { value: data.format(was) }) : "");
  attr(node, "data-value", differs ? String(was) : null);
  attr(node, "data-run", differs ? "baseline" : null);
  for (const key of ["quantity", "unit", "step"]) attr(node, `data-${key}`, differs ? what[key] : null);
}

function setFlow(flow, core, value, full, bore) {
  const share = Math.min(1, Math.abs(value) / full) || 0;
  const width = share === 0 ? 0 : Math.max(HAIR, share * bore);
  const hollow = value < 0 ? Math.max(0, width - 2 * WALL) : 0;
  flow.style.strokeWidth = `${width.toFixed(2)}px`;
  core.style.strokeWidth = `${hollow.toFixed(2)}px`;
}

function setValve(jaws, ghosts, half, reach, value, was) {
  const open = Math.min(1, Math.max(0, value)) || 0;
  const length = (half - open * reach) / half;
  jaws[0].style.transform = `translateY(${-half}px) scaleY(${length.toFixed(4)})`;
  jaws[1].style.transform = `translateY(${half}px) scaleY(${(-length).toFixed(4)})`;
  const shown = was !== null && Math.abs(was - value) > 0.005;
  for (const [k, ghost] of ghosts.entries()) {
    ghost.style.opacity = shown ? "1" : "0";
    if (shown) ghost.style.transform = `translateY(${((k ? 1 : -1) * Math.min(1, Math.max(0, was)) * reach).toFixed(2)}px)`;
  }
}
