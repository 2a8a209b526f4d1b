/**
 * The labels left of the first column: which row is which unit or group, which block which layer.
 */
import { el, unitName } from "../dom.js";
import { answers } from "./output-kinds.js";
import { STATES, stripOf } from "./unrolled-attention.js";
import { isGroup } from "./unrolled-layout.js";
import { attendedTop } from "./unrolled-mixture.js";
import { symbol } from "./unrolled-words.js";

/** @param {() => void} close the opened group */
export function gutterOf(data, layout, close) {
  const label = (y, css, ...children) => el("div", { class: css, style: { top: `${y}px` } }, ...children);
  const rows = layout.blocks.flatMap((block) => block.rows.map((row) => label(row.y, "rv-u-row-name", rowLabel(data, row))));
  const blocks = layout.blocks.map((block) => {
    const name = symbol("h", { sup: data.meta.num_layers > 1 && block.level + 1 });
    return label(block.top - layout.px(10), "rv-u-block-name", name, arrow(data, block));
  });
  const ends = [
    label(layout.head.top + layout.px(12), "rv-u-block-name rv-u-output-name", symbol(answered(data))),
    label(layout.input.top + layout.input.height / 2, "rv-u-block-name rv-u-input-name", symbol("x")),
  ];
  if (layout.mixed.height) {
    const vector = (y, letter, sub) => {
      const node = label(y, "rv-u-block-name", symbol(letter, { sub }));
      ends.push(node);
      return node;
    };
    const strip = vector(layout.strip.top + layout.px(STATES), "h̄", "s");
    strip.classList.add("rv-u-of-strip");
    strip.style.setProperty("--rv-strip", `${stripOf(layout).left}px`);
    vector(attendedTop(layout) + layout.px(6), "a");
    vector(layout.mixed.top + layout.mixed.height / 2, "h̃");
  }
  const size = { width: `${layout.gutter}px`, height: `${layout.height}px` };
  const labels = el("div", { "aria-hidden": "true" }, rows, blocks, ends);
  return el("div", { class: data.meta.unit_names ? "rv-u-gutter rv-u-named" : "rv-u-gutter", style: size }, labels, closer(data, layout, close));
}

/** The letter of what stands above the states: the answer, the states again, or where nothing is answered the loss. */
function answered(data) {
  if (!answers(data)) return "L";
  return data.meta.answered === "states" && data.meta.kind === "numbers" ? "h" : "ŷ";
}

/** Which way a block reads, where there are both. */
function arrow({ meta }, { reverse }) {
  if (meta.directions === 1) return null;
  return reverse ? " ←" : " →";
}

function rowLabel(data, row) {
  if (isGroup(row)) return data.say("graph.range", { first: row.start + 1, last: row.stop });
  return el("span", { title: unitName(data, row.start) }, data.meta.unit_names?.[row.start] ?? String(row.start + 1));
}

/** A bracket around the members of the opened group, and the way to close it. */
function closer(data, layout, close) {
  const members = layout.blocks.flatMap(({ rows }) => rows).filter((row) => row.of !== null);
  if (!members.length) return null;
  const top = members[0].y - layout.pitch / 2 + 2;
  const height = members.at(-1).y + layout.pitch / 2 - 2 - top;
  const label = data.say("graph.close", { first: members[0].start + 1, last: members.at(-1).stop });
  const props = { type: "button", class: "rv-u-close", "aria-label": label, title: label, onclick: close };
  return el("button", { ...props, style: { top: `${top}px`, height: `${height}px` } }, el("span", { "aria-hidden": "true" }, "×"));
}
