/** What is told of the place under the pointer: the moment, and a number a row, or a sentence about one. */
import { el, style } from "../dom.js";

export class Tip {
  /** @param {HTMLElement} home */
  constructor(home) {
    this.home = home;
    this.mark = el("div", { class: "rv-crosshair", hidden: true });
    this.node = el("div", { class: "rv-tooltip rv-tooltip-rows", hidden: true, "aria-hidden": "true" });
  }

  hide() {
    this.mark.hidden = this.node.hidden = true;
  }

  show(lane, tip) {
    if (!tip) return this.hide();
    this.mark.hidden = this.node.hidden = false;
    const { left, top, width, height } = tip.box;
    if (this.mark.parentNode !== lane.plot) lane.plot.append(this.mark);
    style(this.mark, { transform: `translate(${left}px, ${top}px)`, width: `${Math.max(2, width)}px`, height: `${Math.max(3, height)}px` });
    const rows = (tip.rows ?? []).map(({ hue, name, text }) => el("div", { class: "rv-tip-row" },
      el("span", { class: "rv-tip-key", style: { background: `var(--rv-${hue})` } }), el("span", {}, name), el("b", {}, text)));
    this.node.replaceChildren(el("div", { class: "rv-tip-where" }, tip.where), ...rows, ...(tip.sentence ? [el("div", {}, tip.sentence)] : []));
    const [plot, home] = [lane.plot.getBoundingClientRect(), this.home.getBoundingClientRect()];
    const x = plot.left - home.left + left + width / 2 - this.node.offsetWidth / 2;
    const above = plot.top - home.top + top - this.node.offsetHeight - 8;
    const y = above < 0 ? plot.top - home.top + top + height + 8 : above; // the controls may lie above the first lane
    const room = this.home.offsetWidth - this.node.offsetWidth;
    style(this.node, { transform: `translate(${Math.round(Math.min(Math.max(0, x), room))}px, ${Math.round(y)}px)` });
    return undefined;
  }
}
