/**
 * The tile of one gate: its name, its value, the sum it is the σ or tanh of, and where every unit stands.
 */
import { attr, number, svg, text } from "../dom.js";
import { setWas } from "./cell-parts.js";

const LOCK = "M-4 0v-3a4 4 0 0 1 8 0V0M-6 0h12v8.5h-12z";

/**
 * @param {import("./cell-parts.js").Board} board
 * @param {{x: number, y: number, w: number, h: number, gate: string, act: "σ"|"tanh", wasX?: number, wasY?: number}} spec
 *   the centre, size and kind; where "was …" stands, if not below
 * @param {import("../cursor.js").Cursor} cursor
 */
export function tile(board, { x, y, w, h, gate, act, wasX = 0, wasY = h / 2 + 16 }, cursor) {
  const { data } = board;
  const left = -w / 2 + (board.narrow ? 6 : 11);
  const value = svg("tspan", { class: "rv-cell-value" });
  const sum = svg("text", { x: left, y: 20, class: "rv-cell-sum" });
  const was = svg("text", { x: wasX, y: wasY, "text-anchor": wasX ? "end" : "middle", class: "rv-cell-was" });
  const lock = svg("path", { d: LOCK, class: "rv-cell-lock", transform: `translate(${w / 2 - 13} ${-h / 2 + 15})` });
  const units = ruler(board, gate, w, h, left);
  const node = svg(
    "g",
    {
      class: "rv-cell-tile",
      transform: `translate(${x} ${y})`,
      role: "button",
      tabindex: 0,
      "data-gate": gate,
      "data-rv-keep": `cell-${gate}`,
      style: { "--rv-hue": data.colour(gate) },
    },
    svg("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 9, class: "rv-cell-card" }),
    svg("text", { x: left, y: -h / 2 + 18, class: "rv-cell-name" }, data.say(`cell.name_${gate}`)),
    svg("text", { x: left, y: 3, class: "rv-cell-gate" }, svg("tspan", { class: "rv-cell-symbol" }, gate, " "), value),
    lock, sum, units.node, was,
  );
  choose(node, gate, cursor);
  board.tiles.append(node);
  return {
    node,
    set: ({ now, before, pre, held, what, row, unit }) => {
      number(value, data, now, { quantity: gate, ...what });
      writeSum(sum, data, { act, pre, held, gate, what, digits: board.narrow ? 1 : 2 });
      setWas(was, data, before, now, { quantity: gate, ...what });
      node.classList.toggle("rv-cell-held", held !== null);
      attr(node, "aria-label", describe(data, gate, now, held, what));
      units.set(row, unit);
    },
  };
}

/** "σ(0.28)", or that the gate is held and at what. */
function writeSum(node, data, { act, pre, held, gate, what, digits }) {
  text(node, held ? heldWords(data, held, what) : `${act}(${data.format(pre, digits)})`);
  const shown = held ? {} : { quantity: "pre", gate, value: pre, ...what };
  for (const key of ["quantity", "gate", "value", "unit", "step"]) attr(node, `data-${key}`, shown[key]);
}

/** Of the mean over all units it says in which one a gate is held. */
function heldWords(data, held, { unit }) {
  if (unit === "mean" && held.unit !== null) return data.say("cell.held_unit", { unit: held.unit + 1 });
  return data.say("cell.held", { value: shortly(data, held.value) });
}

function describe(data, gate, now, held, what) {
  const words = data.say("cell.tile", { name: data.say(`cell.name_${gate}`), gate, value: data.format(now) });
  return held ? `${words}, ${heldWords(data, held, what)}` : words;
}

/** 1 and not 1.00 for a value that a person set. */
function shortly(data, value) {
  return Number.isInteger(value) ? data.format(value, 0) : data.format(value);
}

/** Click, Enter or Space single the gate out, and again lets it go; the pointer over it shows it everywhere. */
function choose(node, gate, cursor) {
  const toggle = () => cursor.set({ gate: cursor.gate === gate ? null : gate });
  node.addEventListener("click", toggle);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    toggle();
  });
  node.addEventListener("pointerenter", () => cursor.set({ hover: { quantity: gate, unit: cursor.unit, t: cursor.t } }));
  node.addEventListener("pointerleave", () => cursor.set({ hover: null }));
}

/** A short scale from 0 to 1 (−1 to 1 for tanh) with one tick for each unit; the chosen one has a pointer. */
function ruler(board, gate, w, h, from) {
  const least = gate === "g" || gate === "n" ? -1 : 0;
  const [to, y] = [-from, h / 2 - 10];
  const place = (v) => from + ((Math.min(1, Math.max(least, v)) - least) / (1 - least)) * (to - from);
  const ticks = svg("path", { class: "rv-cell-ticks" });
  const pointer = svg("path", { d: `M0 ${y - 4}l-4.5 -7h9z`, class: "rv-cell-pointer" });
  const zero = least < 0 ? `M${place(0)} ${y - 2}v4` : "";
  const line = svg("path", { d: `M${from} ${y}H${to}M${from} ${y - 3}v6M${to} ${y - 3}v6${zero}`, class: "rv-cell-scale" });
  return {
    node: svg("g", { "aria-hidden": "true" }, line, ticks, pointer),
    set: (row, unit) => {
      let d = "";
      for (const v of row) if (v === v) d += `M${place(v).toFixed(1)} ${y - 4}v8`;
      ticks.setAttribute("d", d);
      const at = unit === null ? mean(row) : row[unit];
      pointer.style.opacity = at === at ? "1" : "0";
      if (at === at) pointer.style.transform = `translateX(${place(at).toFixed(1)}px)`;
    },
  };
}

function mean(row) {
  let sum = 0;
  for (const v of row) sum += v;
  return sum / row.length;
}
