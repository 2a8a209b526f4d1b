/** Many numbers that are read at once, as one line: a list of them is cut off, and says less. */
import { svg } from "../dom.js";

/** So many numbers, or fewer, are written out. */
const FEW = 3;
const [WIDE, HIGH] = [100, 24];

/** Whether a label is a list of numbers, too long to be read. @param {object} meta */
export function isWave({ alphabet, D }, label) {
  return !alphabet && D > FEW && label.split(" ").length === D && isNumbers(label);
}

export function isNumbers(label) {
  return label.split(" ").every((part) => Number.isFinite(Number(part.replace("−", "-"))));
}

/** The line, with that of zero behind it. @param {ArrayLike<number>} values */
export function wave(values) {
  const list = [...values].map((v) => (Number.isFinite(v) ? v : 0));
  const [low, high] = [Math.min(0, ...list), Math.max(0, ...list)];
  const y = (v) => 2 + ((high - v) / (high - low || 1)) * (HIGH - 4);
  const points = list.map((v, k) => `${((k / (list.length - 1)) * WIDE).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const zero = svg("line", { class: "rv-wave-zero", x1: 0, x2: WIDE, y1: y(0), y2: y(0) });
  return svg("svg", { class: "rv-wave", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" }, zero, svg("polyline", { points }));
}
