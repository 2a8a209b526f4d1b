/** The numbers of this step as a table, units × quantities: the text alternative of the whole score. Filled while open. */
import { el, number, text, unitName } from "../dom.js";
import { linesOf } from "./lanes-flow.js";
import { lookTable } from "./lanes-attention-table.js";
import { layerOf, powerText } from "./lanes.js";
import { layerStop } from "./lanes-parts.js";
import { whereText } from "../scrubber.js";

/** So many rows stand there as they are; more of them scroll within the page. */
const FEW = 30;

/**
 * @param {import("../arrays.js").Data} data
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {{node: HTMLDetailsElement, follow(): void}}
 */
export function numbersTable(data, cursor) {
  const where = el("p", { class: "rv-numbers-where" });
  const box = el("div", { class: "rv-numbers-box", tabindex: 0, role: "region", "data-rv-keep": "numbers-box",
    "aria-label": data.say("score.numbers") });
  const node = el("details", { class: "rv-numbers", "data-rv-keep": "numbers" }, el("summary", {}, data.say("score.numbers")), where, box);
  let table = null;
  const follow = () => {
    if (!node.open) return;
    table ??= build(data, cursor, box);
    fill(data, cursor, table);
    text(where, summary(data, cursor));
  };
  node.addEventListener("toggle", follow);
  return { node, follow };
}

/** The columns: states, gates, as far as this run brings them along. */
function columns(data, cursor) {
  const layer = data.layer(cursor);
  return [...data.meta.gates.filter((gate) => layer.gates?.[gate]), ...(layer.c ? ["c"] : []), ...(layer.h ? ["h"] : [])];
}

function build(data, cursor, box) {
  const names = columns(data, cursor);
  const head = el("tr", {}, el("th", { scope: "col" }, data.say("score.unit")),
    ...names.map((name) => el("th", { scope: "col", style: { color: `var(--rv-${name})` } }, el("i", {}, name))));
  const rows = Array.from({ length: names.length ? data.meta.H : 0 }, (_, unit) => {
    const cells = names.map(() => el("td"));
    const pick = el("button", { type: "button", class: "rv-unit-button", "data-rv-keep": `unit-${unit}`,
      onclick: () => cursor.set({ unit: cursor.unit === unit ? null : unit }) }, unitName(data, unit));
    const row = el("tr", {}, el("th", { scope: "row" }, pick), ...cells);
    return { row, pick, cells };
  });
  const flow = data.flow ? flowTable(data) : null;
  if (flow) box.append(flow.node);
  const look = data.frames[0].bridge?.attention ? lookTable(data, cursor) : null;
  if (look) box.append(look.node);
  if (names.length) box.append(el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map(({ row }) => row))));
  box.classList.toggle("rv-numbers-many", box.querySelectorAll("tr").length > FEW);
  return { names, rows, flow, look };
}

/** The gradient of each cell, and what is drawn beside them, a row each. */
function flowTable(data) {
  const rows = [...linesOf(data)].reverse().map((line) => {
    const cell = el("td", { "data-run": line.run });
    return { line, cell, row: el("tr", {}, el("th", { scope: "row", style: { color: `var(--rv-${line.hue})` } }, line.full), cell) };
  });
  const head = el("tr", {}, el("th", { scope: "col" }, data.say("score.gradient_of")), el("th", { scope: "col" }, data.say("score.gradient_norm")));
  return { rows, node: el("table", { class: "rv-numbers-flow rv-secret" }, el("thead", {}, head), el("tbody", {}, ...rows.map(({ row }) => row))) };
}

function fillFlow(data, cursor, { rows }) {
  for (const { line, cell } of rows) {
    const v = line.values(Math.min(cursor.frame, data.frames.length - 1))?.[cursor.t] ?? NaN;
    if (v === v) number(cell, data, 10 ** v, { quantity: line.quantity, unit: "norm", step: cursor.t });
    else cell.removeAttribute("data-value");
    text(cell, v === v ? powerText(data, v, 4) : "–");
  }
}

function fill(data, cursor, { names, rows, flow, look }) {
  if (flow) fillFlow(data, cursor, flow);
  look?.follow();
  const stop = layerStop(data.meta, cursor.layer);
  const layer = data.layer(cursor);
  const { t } = cursor;
  rows.forEach(({ row, pick, cells }, unit) => {
    row.classList.toggle("rv-chosen", unit === cursor.unit);
    pick.setAttribute("aria-pressed", String(unit === cursor.unit));
    names.forEach((name, k) => {
      const matrix = name === "h" || name === "c" ? layer[name] : layer.gates[name];
      if (t < stop) return number(cells[k], data, matrix.at(t, unit), { quantity: name, unit, step: t, digits: 4 });
      text(cells[k], "–");
      return cells[k].removeAttribute("data-value");
    });
  });
}

/** What a step has one of: its loss, its gradients. */
function summary(data, cursor) {
  const run = data.frame(cursor);
  const layer = layerOf(data, run, cursor);
  const parts = [whereText(data, cursor), data.say("score.step_loss", { value: data.format(run.losses.at(cursor.t), 4) })];
  if (cursor.veiled || cursor.t >= layerStop(data.meta, cursor.layer)) return parts.join(" · ");
  parts.push(`‖∂L/∂h‖ ${powerText(data, layer.dh_log10.at(cursor.t), 4)}`);
  if (layer.dc_log10) parts.push(`‖∂L/∂c‖ ${powerText(data, layer.dc_log10.at(cursor.t), 4)}`);
  return parts.join(" · ");
}
