/**
 * What the pointer is on: edges are found by their formula, not by hitting a hair's breadth of paint, so that thin
 * ones and fingers get their due.
 */
import { carryHeight } from "./unrolled-values.js";
import { middle } from "./unrolled-layout.js";

const REACH = 9;

/**
 * @typedef {{kind: "forward"|"reverse"|"input"|"between"|"carry"|"passing", from: any, to: any, slot: number}} Hit
 *   slot: of the column that the edge leads into
 */

/**
 * The edge nearest to a point of the picture, or null.
 * @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
 * @param {import("./unrolled-weights.js").Weights[]} weights of each part
 * @param {{recurrent: number, between: number}} limits
 * @param {number} start the position in the first slot
 * @returns {Hit|null}
 */
export function edgeAt(layout, weights, limits, start, x, y) {
  const slot = Math.floor((x - layout.offset) / layout.slot);
  const inside = x - middle(layout, slot);
  if (Math.abs(inside) <= layout.pill.width / 2) {
    const { kind, part } = layout.track.at(start + slot);
    return kind === "step" ? withinColumn(layout, weights[part], limits, slot, inside, y) : null;
  }
  const right = inside > 0 ? slot + 1 : slot;
  const along = (x - middle(layout, right - 1) - layout.pill.width / 2) / layout.gap;
  const [left, here] = [layout.track.at(start + right - 1), layout.track.at(start + right)];
  return betweenColumns({ layout, limits, right, left, here }, weights, along, y);
}

/** What an edge leads to and from. @param {number} shift of the folded column @param {Hit} hit @returns {import("./unrolled-place.js").Box[]} */
export function endsOf(layout, shift, { kind, from, to, slot }) {
  const at = (k) => middle(layout, k) + shift;
  const { top, height } = layout.input;
  const end = boxOf(layout, at(slot), to.y);
  if (kind === "input") return [end, boxOf(layout, at(slot), top + height / 2, height)];
  const source = kind === "between" ? slot : slot + (to.block.reverse ? 1 : -1);
  return [end, boxOf(layout, at(source), from.y)];
}

/** What a node takes of the window, or with its own height an input. */
export function boxOf({ pill }, x, y, height = pill.height) {
  return { left: x - pill.width / 2, right: x + pill.width / 2, top: y - height / 2, bottom: y + height / 2 };
}

/** How far a curve has risen (0 … 1) where it has come `share` of the way across: x = 3u/2 − 3u²/2 + u³, y = 3u² − 2u³. */
export function rise(share) {
  let [low, high] = [0, 1];
  for (let k = 0; k < 20; k++) {
    const u = (low + high) / 2;
    if (1.5 * u - 1.5 * u * u + u ** 3 < share) low = u;
    else high = u;
  }
  return 3 * low ** 2 - 2 * low ** 3;
}

function betweenColumns({ layout, limits, right, left: before, here }, all, share, y) {
  const { track } = layout;
  const risen = rise(Math.min(1, Math.max(0, share)));
  const best = { score: REACH * layout.px(1), hit: null };
  for (const block of layout.blocks) {
    if (y < block.top - 4 || y > block.bottom + 4) continue;
    const { part } = block.reverse ? before : here;
    const weights = all[part];
    const passes = here.kind === "gather" && !block.reverse && all[0].passing.get(block.layer);
    if (passes) passing(best, { layout, limits, right, block, risen, y }, all[0]);
    if (!(block.reverse ? track.comesBack(before, here, part) : track.comes(before, here, part)) || !weights.recurrent.has(block.layer)) continue;
    const table = weights.recurrent.get(block.layer);
    const into = block.reverse ? right - 1 : right;
    for (const to of block.rows) {
      if (weights.carries) consider(best, Math.abs(carryHeight(layout, to) - y) + 2, 0, 1, { kind: "carry", from: to, to, slot: into });
      for (const from of block.rows) {
        const [left, end] = block.reverse ? [to.y, from.y] : [from.y, to.y];
        const weight = table[to.index * block.rows.length + from.index];
        const hit = { kind: block.reverse ? "reverse" : "forward", from, to, slot: into };
        consider(best, Math.abs(left + (end - left) * risen - y), weight, limits.recurrent, hit);
      }
    }
  }
  return best.hit;
}

/** Of the weights that make the context. */
function passing(best, { layout, limits, right, block, risen, y }, weights) {
  const table = weights.passing.get(block.layer);
  const { rows } = weights.part.levels[block.level];
  for (const to of block.rows) {
    rows.forEach((from, k) => {
      if (from.block.reverse) return;
      const weight = table[to.index * rows.length + k];
      consider(best, Math.abs(from.y + (to.y - from.y) * risen - y), weight, limits.recurrent, { kind: "passing", from, to, slot: right });
    });
  }
}

function withinColumn(layout, weights, limits, slot, inside, y) {
  const best = { score: 4 * layout.px(1), hit: null };
  if (layout.blocks.some(({ rows }) => rows.some((row) => Math.abs(row.y - y) <= layout.pill.height / 2))) return null;
  const { levels } = weights.part;
  for (const row of levels[0].rows) {
    if (!weights.part.width) break;
    if (y > row.y && y < layout.input.top) consider(best, Math.abs(row.lane - inside), 0, 1, { kind: "input", from: null, to: row, slot });
  }
  for (const level of levels.slice(1)) {
    const low = levels[level.level - 1];
    if (y < level.bottom || y > low.top) continue;
    const risen = rise((low.top - y) / (low.top - level.bottom));
    for (const to of level.rows) {
      const table = weights.between.get(to.block.layer);
      low.rows.forEach((from, k) => {
        const at = from.lane + (to.lane - from.lane) * risen;
        consider(best, Math.abs(at - inside), table[to.index * low.rows.length + k], limits.between, { kind: "between", from, to, slot });
      });
    }
  }
  return best.hit;
}

/** The nearer wins; of two about as near, the heavier. */
function consider(best, distance, weight, limit, hit) {
  const score = distance - 2.5 * Math.min(1, Math.abs(weight) / limit || 0);
  if (score < best.score) Object.assign(best, { score, hit });
}
