/**
 * How edges are stroked: few paths however many edges there are, and the names of the matrices beside them.
 */
import { svg } from "../dom.js";

const BUCKETS = 8;
/** The bucket of weights that are NaN or infinite. */
const BROKEN = 99;

/** What stands between two words above a matrix's name. */
export const THIN = "\u2009";

/** An arrow above a matrix's name: which way its layer reads. */
export const isWay = (part) => part === "→" || part === "←";

/** W, room for its subscript, and where there are several of that name whose it is. */
export function matrixLabel(x, y, anchor, owner = []) {
  const parts = owner.map((part, k) => svg("tspan", { class: isWay(part) ? "rv-u-way" : null }, k ? `${THIN}${part}` : part));
  const whose = parts.length ? svg("tspan", { class: "rv-u-whose", dy: "-0.8em" }, parts) : null;
  return svg("text", { class: "rv-u-matrix-name", x, y, "text-anchor": anchor }, "W", svg("tspan", { dy: "0.28em" }), whose);
}

/** Edges of like sign and width share one path: few elements, however many edges. */
export function buckets(edges, path, layout) {
  const parts = new Map();
  for (const edge of edges) {
    if (edge.weight === 0) continue;
    const size = Math.min(BUCKETS, Math.floor(edge.share * BUCKETS) + 1);
    const key = Number.isFinite(edge.weight) ? Math.sign(edge.weight) * size : BROKEN;
    if (!parts.has(key)) parts.set(key, []);
    parts.get(key).push(path(edge));
  }
  const keys = [...parts.keys()].sort((a, b) => Math.abs(a) - Math.abs(b));
  return keys.map((key) => svg("path", { d: parts.get(key).join(""), ...look(key, edges[0].kind, layout) }));
}

function look(key, kind, layout) {
  if (key === BROKEN) return { class: "rv-u-broken-edge" };
  const share = (Math.abs(key) - 0.5) / BUCKETS;
  const crowd = kind === "between" ? 0.6 : layout.pitch < layout.px(30) ? 0.6 : 1;
  return {
    class: key > 0 ? "rv-u-plus" : "rv-u-minus",
    "stroke-width": (layout.px(0.5 + 3.6 * share) * crowd).toFixed(2),
    "stroke-opacity": (0.28 + 0.67 * share).toFixed(2),
  };
}

/** The look of one string from the input, by its weight. */
export function stringWidth(layout, share) {
  return layout.px(0.6 + 2.8 * Math.min(1, share));
}
