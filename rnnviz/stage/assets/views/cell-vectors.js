/**
 * What every gate reads: the whole h of the step before, one cell a unit, and the input of this step. Both run in
 * one bus under the gates.
 */
import { attr, svg, text } from "../dom.js";
import { rowBefore } from "./cell-values.js";

const DROP = 30;
const TALL = 26;

/** How much room the vectors take below the bus. */
export const BELOW = DROP + TALL + 28;

/**
 * Draw the bus, its two sources at the left, and a riser to every reader.
 * @param {import("./cell-parts.js").Board} board
 * @param {{bus: number, readers: Array<{x: number, foot: number}>}} place
 * @returns {{update(scene: object): void}}
 */
export function vectors(board, { bus, readers }) {
  const { data } = board;
  const { H, D } = data.meta;
  const top = bus + DROP;
  const wide = board.narrow ? 96 : 180;
  const chipAt = 10 + wide + (board.narrow ? 46 : 64);
  const ends = [...readers.map(({ x }) => x), 10 + wide / 2];
  board.wire(`M${Math.min(...ends)} ${bus}H${Math.max(...ends)}M${10 + wide / 2} ${top}V${bus}M${chipAt} ${top}V${bus}`);
  for (const { x, foot } of readers) {
    board.wire(`M${x} ${bus}V${foot + 6}`);
    board.head(x, foot);
  }
  const size = wide / H;
  const strip = Array.from({ length: H }, (_, j) => svg("rect", { x: 10 + j * size, y: top, width: Math.max(size - (size > 5 ? 1 : 0), 0.5), height: TALL }));
  const frame = svg("rect", { x: 9, y: top - 1, width: wide + 1, height: TALL + 2, rx: 3, class: "rv-cell-strip" });
  const ring = svg("rect", { x: 9, y: top - 2, width: size + 1, height: TALL + 4, rx: 2, class: "rv-cell-ring" });
  const chip = svg("text", { x: chipAt, y: top + 19, class: "rv-cell-x" });
  board.wires.append(svg("g", { "aria-hidden": "true" }, ...strip, frame, ring));
  board.wires.append(svg("rect", { x: chipAt - 26, y: top - 2, width: 52, height: TALL + 4, rx: 7, class: "rv-cell-chip" }), chip);
  board.label(10, top + TALL + 18, data.say("cell.h_all", { n: H }), "start");
  const where = board.narrow ? [chipAt - 26, top + TALL + 18] : [chipAt + 36, top + 18];
  board.label(...where, data.say(board.narrow ? "cell.x_short" : "cell.x_all", { n: D }), "start");
  return { update: (scene) => update({ strip, ring, chip, size }, data, scene) };
}

function update({ strip, ring, chip, size }, data, { run, t, chosen }) {
  const row = rowBefore(run, "h", t);
  const limit = data.limit("h");
  for (let j = 0; j < strip.length; j++) attr(strip[j], "fill", data.diverging(row[j], limit));
  ring.style.opacity = chosen === null ? "0" : "1";
  if (chosen !== null) ring.style.transform = `translateX(${(chosen * size).toFixed(2)}px)`;
  const label = data.meta.labels[t];
  text(chip, label.length > 6 ? `${[...label].slice(0, 4).join("")}…` : label);
}
