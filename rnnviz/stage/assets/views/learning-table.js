/** The numbers of the moment that is seen, as a table: the text alternative of all lanes. Filled while open. */
import { el, text } from "../dom.js";

/**
 * @param {object} data
 * @param {() => object[]} lanes those of curves
 * @returns {{node: HTMLDetailsElement, follow(moment: {frame: number, update: number}): void}}
 */
export function momentTable(data, lanes) {
  const where = el("p", { class: "rv-numbers-where" });
  const box = el("div", { class: "rv-numbers-box", tabindex: 0, role: "region", "data-rv-keep": "moment-box", "aria-label": data.say("learning.numbers") });
  const node = el("details", { class: "rv-numbers", "data-rv-keep": "moment" }, el("summary", {}, data.say("learning.numbers")), where, box);
  let latest = null;
  let cells = null;
  const fill = () => {
    if (!node.open || !latest) return;
    cells ??= build(lanes(), box);
    text(where, data.say("learning.tip_moment", { n: latest.update.toLocaleString("en") }));
    for (const { entry, cell } of cells) text(cell, entry.figure.textContent);
  };
  node.addEventListener("toggle", fill);
  return { node, follow: (moment) => {
    latest = moment;
    fill();
  } };
}

function build(lanes, box) {
  const cells = [];
  const rows = lanes.flatMap((lane) => lane.entries.map((entry, k) => {
    const { name, full } = lane.shown?.[k] ?? lane.spec.shown[k];
    const cell = el("td");
    cells.push({ entry, cell });
    return el("tr", {}, el("th", { scope: "row" }, lane.spec.title), el("td", {}, full ?? name), cell);
  }));
  box.append(el("table", {}, el("tbody", {}, ...rows)));
  return cells;
}
