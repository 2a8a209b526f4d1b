/** The arrows of one small network: what each step is made of, and where a context or an attention enters. */
import { svg } from "../dom.js";

/**
 * @param {object} tile
 * @param {import("./gallery-picture.js").Layout} at
 * @returns {{into: (t: number) => (SVGElement|null)[]}} `into` gives the arrows that lead into a step's column
 */
export function links(tile, at) {
  const has = (k, t) => t >= 0 && t < tile.T && Number.isFinite(tile.layers[k].h.at(t, 0));
  const both = tile.layers.some(({ name }) => name.endsWith("_reverse"));
  const decodes = (t) => tile.sources > 0 && t >= tile.sources;
  const half = at.wide / 2;
  const middle = (k) => at.tops[k] + at.box / 2;

  /** From step to step, in a layer that goes back from the step after. */
  const along = (k, t) => {
    const back = tile.layers[k].name.endsWith("_reverse");
    const before = back ? t + 1 : t - 1;
    if (tile.T < 2 || !has(k, before) || (decodes(t) && !decodes(before)) || (back && decodes(before))) return null;
    const way = back ? -1 : 1;
    return arrow([[at.x(before) + way * half, middle(k)], [at.x(t) - way * half, middle(k)]]);
  };

  /** From what is read, or the layer below, upwards. */
  const up = (t) => tile.layers.map((_, k) => {
    if (!has(k, t)) return null;
    const bottom = at.tops[k] + at.box;
    if (k && both) return null;
    if (k) return arrow([[at.x(t), at.tops[k - 1]], [at.x(t), bottom]]);
    return tile.reads[t] ? arrow([[at.x(t), at.reads], [at.x(t), bottom]]) : null;
  });

  /** In two directions both layers read the same, and both are answered from: one goes round the other. */
  const around = (t) => {
    if (!both || !has(1, t)) return [];
    const x = at.x(t);
    return [
      bow([x + 5, at.reads], [x + 5, at.tops[1] + at.box], 2 * half - 2),
      tile.answers[t] && bow([x - 5, at.tops[0]], [x - 5, at.answers + at.token], 2 - 2 * half),
    ];
  };

  /** Past a layer: what it read is added to what it made. */
  const past = (t) => (tile.residual ? tile.layers.slice(1).map((_, k) => arc(at.x(t) + half - 2, at.tops[k] - 3, at.tops[k + 1] - 5, half + 2)) : []);

  const out = (t) => {
    if (!tile.answers[t]) return null;
    const top = at.tops[tile.layers.length - 1];
    return arrow([[at.x(t), top], [at.x(t), at.answers + at.token]]);
  };

  /** The context on its way: into the first state, or below all that the decoder reads. */
  const handed = (t) => {
    if (!tile.sources) return [];
    if (t === tile.sources - 1) return [arrow([[at.x(t) + half, middle(0)], [at.context - half + 3, tile.enters === "state" ? middle(0) : at.reads - at.box / 2 + 10]], "rv-gallery-from-context")];
    if (!decodes(t)) return [];
    if (tile.enters === "state") return t === tile.sources ? [arrow([[at.context + half - 3, middle(0)], [at.x(t) - half, middle(0)]], "rv-gallery-from-context")] : [];
    const low = at.reads + at.token + 8;
    const from = t === tile.sources ? at.context : at.x(t - 1) - half - 3;
    const to = at.x(t) - half - 3;
    const start = t === tile.sources ? [[from, at.reads + at.token]] : [];
    return [arrow([...start, [from, low], [to, low], [to, at.tops[0] + at.box / 2 + 6], [at.x(t) - half, at.tops[0] + at.box / 2 + 6]], "rv-gallery-from-context")];
  };

  /** The answer before, read again. */
  const again = (t) => {
    if (tile.enters !== "feedback" || !decodes(t) || !decodes(t - 1)) return null;
    const [from, to] = [at.x(t - 1) + half - 1, at.x(t) - half + 2];
    const y = at.answers + at.token / 2;
    const d = `M${from} ${y}C${from + 12} ${y} ${from + 8} ${y + 14} ${from + 8} ${y + 30}V${at.reads - 12}C${from + 8} ${at.reads + 4} ${to - 8} ${at.reads + 8} ${to} ${at.reads + 9}`;
    return svg("path", { class: "rv-gallery-again", d });
  };

  /** How a decoder's state looks back: a line to each state of the encoder, as wide as its share. */
  const looks = (t) => {
    if (!tile.attention || !decodes(t)) return null;
    const [n, top] = [t - tile.sources, tile.layers.length - 1];
    const lines = Array.from({ length: tile.sources }, (_, s) => {
      const share = tile.attention.at(n, s);
      const d = `M${at.x(s)} ${at.tops[top]}C${at.x(s)} ${at.mixed - 16} ${at.x(t) - 34} ${at.mixed} ${at.x(t) - 4} ${at.mixed}`;
      return svg("path", { d, "stroke-width": (0.4 + 5 * share).toFixed(2), "stroke-opacity": (0.18 + 0.82 * share).toFixed(2), "data-share": share });
    });
    return svg("g", { class: "rv-gallery-attention" }, lines, svg("circle", { cx: at.x(t), cy: at.mixed, r: 4 }));
  };

  return { into: (t) => [...tile.layers.map((_, k) => along(k, t)), ...up(t), ...around(t), ...past(t), ...handed(t), out(t), again(t), looks(t)] };
}

/** A line through some points with a head at its end. */
function arrow(points, kind = "") {
  const [[x0, y0], [x1, y1]] = points.slice(-2);
  const turn = (Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI;
  return svg("g", { class: `rv-gallery-arrow ${kind}` }, svg("path", { d: `M${points.map((point) => point.join(" ")).join("L")}` }),
    svg("path", { class: "rv-gallery-tip", d: "M0 0L-5 -2.6L-5 2.6Z", transform: `translate(${x1} ${y1}) rotate(${turn})` }));
}

/** A line that goes up past a box, on the one side of it or on the other, with a head at its end. */
function bow([x0, y0], [x1, y1], side) {
  return svg("g", { class: "rv-gallery-arrow" }, svg("path", { d: `M${x0} ${y0}C${x0 + side} ${y0 - 12} ${x1 + side} ${y1 + 14} ${x1} ${y1}` }),
    svg("path", { class: "rv-gallery-tip", d: "M0 0L-5 -2.6L-5 2.6Z", transform: `translate(${x1} ${y1}) rotate(${side > 0 ? -125 : -55})` }));
}

/** A connection that skips a layer, from below it to above it. */
function arc(x, from, to, reach) {
  return svg("g", { class: "rv-gallery-arrow rv-gallery-skip" }, svg("path", { d: `M${x - reach + 4} ${from}C${x + 12} ${from} ${x + 12} ${to} ${x - reach + 6} ${to}` }));
}
