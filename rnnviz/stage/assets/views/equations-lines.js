/**
 * Single equations, set as the cell's own are, and groups of them under a name.
 */
import { el } from "../dom.js";
import { formula } from "./equations-math.js";
import { settingOf } from "./equations-rows.js";

/** A group of equations under a name of its own. */
export function extra(data, key, rows, at, fill) {
  const node = el("div", { class: "rv-eq-extra" }, el("h4", { class: "rv-eq-extra-title" }, data.say(key)), ...rows.map((row) => row.node));
  return { node, at, fill };
}

/**
 * One equation with its numbers, as the cell's own are set.
 * @param {Node} name what stands left of the sign of equality
 */
export function line(data, layer, name, chunks, read) {
  const { node: math, numbers } = formula({ quantity: read, chunks }, settingOf(data, layer));
  const value = el("span", { class: "rv-eq-row-number" });
  const result = el("span", { class: "rv-eq-row-value" }, value);
  const node = el("div", { class: "rv-eq-row" }, el("span", { class: "rv-eq-row-name" }, name), math, result);
  return { node, value, numbers: new Map(numbers.map((one) => [one.name, one.node])) };
}
