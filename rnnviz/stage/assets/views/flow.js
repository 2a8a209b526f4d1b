/**
 * The panel of the way back: the gradient that arrives at the cursor's step, in words and numbers. In all cells, by what
 * factor it came, how far back it reaches, and from which losses.
 */
import { attr, el, heading, text } from "../dom.js";
import { Facts } from "./flow-facts.js";
import { Losses } from "./flow-losses.js";
import { scaleOf, ways, zeroInFloat32 } from "./flow-model.js";
import { Sizes } from "./flow-sizes.js";
import { verdictOf } from "./flow-words.js";
import { focusOf } from "./lanes-flow.js";
import { layerName } from "../transport.js";

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {() => void}
 */
export function mount(element, data, cursor) {
  const panel = new Panel(element, data, cursor);
  const unfollow = cursor.subscribe((_, changed) => panel.follow(changed), element);
  return () => {
    unfollow();
    for (const part of panel.parts) part.stop?.();
  };
}

class Panel {
  constructor(element, data, cursor) {
    Object.assign(this, { element, data, cursor, ways: ways(data) });
    this.heads = heading(element, "", data.say(data.flow.cells.length > 1 ? "flow.panel_hint" : "flow.panel_hint_one"));
    const scale = scaleOf(data.frames.flatMap((frame) => curvesOf(frame, focusOf(data))));
    const float32 = zeroInFloat32(data);
    this.parts = [new Sizes(data, scale, float32), new Facts(data, scale), new Losses(data, cursor, scale)];
    this.stack = el("p", { class: "rv-flow-note" });
    this.verdict = el("p", { class: "rv-flow-verdict" });
    this.body = el("div", { class: "rv-flow-body" }, this.stack, this.parts[0].element, this.verdict, this.parts.slice(1).map((part) => part.element));
    this.veil = el("p", { class: "rv-flow-veil", hidden: true }, data.say("flow.veiled"));
    element.append(this.body, this.veil);
  }

  follow(changed) {
    const { data, cursor, element } = this;
    if (changed.has("veiled")) {
      attr(element, "data-veiled", cursor.veiled ? "" : null);
      this.body.hidden = cursor.veiled;
      this.veil.hidden = !cursor.veiled;
    }
    if (!["t", "T", "frame", "layer"].some((field) => changed.has(field))) return;
    const way = this.ways(cursor);
    text(this.heads.title, data.say("flow.panel_title", { t: cursor.t + 1 }));
    for (const part of this.parts) part.show(way, cursor.t);
    if (changed.has("layer")) this.tellStack();
    if (way === this.way) return;
    this.way = way;
    this.verdict.replaceChildren(...verdictOf(data, way));
  }

  /** Of several layers: which one is seen, and what stands between it and the loss. */
  tellStack() {
    const { data, cursor } = this;
    const [first, ...others] = data.meta.layers;
    this.stack.hidden = others.length < data.meta.directions;
    if (this.stack.hidden) return;
    const n = Number(/\d+/.exec(cursor.layer)[0]) + 1;
    const N = data.meta.layers.length / data.meta.directions;
    const above = n < N ? [data.say(n + 1 < N ? "flow.through_layers" : "flow.through_layer", { n, N, above: n + 1 })] : [];
    const lowest = cursor.layer === first ? [] : [data.say("flow.lowest_curves", { layer: layerName(data, first) })];
    text(this.stack, [...above, ...lowest].join(" "));
  }
}

/** The curves of every cell, in one frame, and that of the cell path where it is shown. */
function curvesOf({ flow }, focus) {
  const belt = flow.belt_log10 && focus === "lstm" ? [flow.belt_log10.data] : [];
  return [...belt, ...Object.values(flow.cells).map(({ dh_log10: dh }) => dh.data)];
}
