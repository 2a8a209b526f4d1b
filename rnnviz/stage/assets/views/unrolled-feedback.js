/**
 * What was answered is read at the next step: an arrow from the column before, from its own answer or from the right
 * one, whichever the decoder was given.
 */
import { attr, svg } from "../dom.js";
import { fedAt } from "../shape.js";
import { tip } from "./unrolled-gather.js";

/** Of a head: the room above its first line, and the height of a line, in px of the usual font size. */
const HEAD = { above: 6, line: 17 };

export class Feedback {
  /** @param {import("../arrays.js").Data} data @param {object} layout @param {import("./unrolled-head.js").Head} head */
  constructor(data, layout, head) {
    this.data = data;
    this.layout = layout;
    this.lines = { answers: head.lines.length, target: head.lines.length + (head.track ? 1 : 0) };
    this.path = svg("path", { class: "rv-u-feed" });
    this.element = svg("svg", { class: "rv-u-lanes rv-u-feedback", width: layout.slot, height: layout.height, "aria-hidden": "true" }, this.path);
  }

  fill(t, frame) {
    const fed = t === null ? null : fedAt(this.data.meta, frame, t);
    attr(this.path, "display", fed ? null : "none");
    if (!fed) return;
    attr(this.path, "data-fed", fed.kind);
    const line = ["right", "given"].includes(fed.kind) ? this.lines.target : this.rank(fed.answer, frame, t - 1);
    attr(this.path, "d", this.way(line));
  }

  /** In which line of the head an answer stands. */
  rank(answer, frame, t) {
    const row = frame.outputs.row(t);
    let above = 0;
    for (const v of row) if (v > row[answer]) above += 1;
    return Math.min(above, this.lines.answers - 1);
  }

  way(line) {
    const { head, input, slot, px } = this.layout;
    const y = head.top + HEAD.above + px(HEAD.line) * (line + 0.5);
    const [end, low, r] = [slot / 2 - px(21), input.top + input.height / 2, px(8)];
    return `M${-px(7)} ${y}Q0 ${y} 0 ${y + r}V${low - r}Q0 ${low} ${r} ${low}H${end}${tip(end, low, px(4), 1, 0)}`;
  }
}
