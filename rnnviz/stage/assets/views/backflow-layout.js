/** The geometry of the graph backwards: what stands where in a column, and how wide a size is drawn. */
import { slots } from "./unrolled-layout.js";
import { share } from "./flow-model.js";

/**
 * @param {object} meta of the payload @param {boolean} cell whether there is a cell state, with a row of its own
 * @param {{width: number, em: number, small: boolean}} room em: the root's font size in px
 */
export function layoutOf(meta, cell, { width, em, small }) {
  const px = (n) => (n * em) / 15;
  const narrow = width < px(520);
  const gutter = px(narrow ? 24 : 56);
  const columns = slots(width - gutter, meta.T, px, small);
  columns.before = Math.floor((columns.count - 1) / 2); // where it has been is more than where it will be
  const pill = { width: Math.min(px(narrow ? 62 : 74), columns.slot * 0.62), height: px(narrow || cell ? 58 : 80) };
  const loss = { top: px(2), height: px(30) };
  const h = { y: loss.top + loss.height + px(narrow || cell ? 78 : 108), height: pill.height };
  const c = cell ? { y: h.y + px(112), height: pill.height } : null;
  const input = { top: (c ?? h).y + px(narrow || cell ? 62 : 80), height: px(34) };
  const sizes = { most: px(narrow || cell ? 36 : 56), least: px(1.2), head: px(7) };
  const caption = input.top + px(38);
  return { em, px, width, gutter, ...columns, positions: meta.T, pill, loss, h, c, input, caption, height: caption + px(24),
    fade: loss.height + px(20), gap: columns.slot - pill.width, narrow, sizes };
}

/** How wide a size is drawn, in px; nothing is 0 wide. */
export function thickness({ sizes }, scale, log) {
  if (log === -Infinity || Number.isNaN(log)) return 0;
  return sizes.least + (sizes.most - sizes.least) * share(scale, log);
}

/**
 * An arrow from right to left whose ends are as wide as what leaves and what arrives.
 * @param {number} x0 its tip @param {number} x1 where it sets out @param {number} y middle @param {number} arrives @param {number} leaves widths
 */
export function ribbon(x0, x1, y, arrives, leaves, head) {
  if (!arrives && !leaves) return "";
  const long = Math.min(head + arrives * 0.12, (x1 - x0) * 0.45);
  const neck = x0 + long;
  const [a, b, wing] = [arrives / 2, leaves / 2, arrives / 2 + Math.min(4, 1.5 + arrives * 0.2)];
  const bend = neck + (x1 - neck) / 2;
  const upper = `M${r(x1)} ${r(y - b)}C${r(bend)} ${r(y - b)} ${r(bend)} ${r(y - a)} ${r(neck)} ${r(y - a)}`;
  const tip = `L${r(neck)} ${r(y - wing)}L${r(x0)} ${r(y)}L${r(neck)} ${r(y + wing)}L${r(neck)} ${r(y + a)}`;
  return `${upper}${tip}C${r(bend)} ${r(y + a)} ${r(bend)} ${r(y + b)} ${r(x1)} ${r(y + b)}Z`;
}

/** The same downwards, of one width. */
export function downward(x, top, bottom, wide, head) {
  if (!wide) return "";
  const neck = bottom - Math.min(head + wide * 0.12, (bottom - top) * 0.45);
  const [a, wing] = [wide / 2, wide / 2 + Math.min(4, 1.5 + wide * 0.2)];
  return `M${r(x - a)} ${r(top)}V${r(neck)}H${r(x - wing)}L${r(x)} ${r(bottom)}L${r(x + wing)} ${r(neck)}H${r(x + a)}V${r(top)}Z`;
}

function r(v) {
  return Math.round(v * 10) / 10;
}
