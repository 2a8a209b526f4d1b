/**
 * The geometry of the unrolled graph: fixed slots for columns, rows for units or groups of units, and the place of
 * every string between them. Pure functions of the run's shape and the room there is; nothing is drawn here.
 */
import { begins, pools, translates } from "../shape.js";
import { Track } from "./unrolled-track.js";

/** Rows that all blocks of a column share before units are grouped. */
const ROWS = 10;
const DEEP_ROWS = 12;
/** Height of the strip of all encoder states and of the lines that lead from it, in px of the usual font size. */
const STRIP = 150;
/** A longer word has no room in a column of a narrow screen, in characters. */
const WORD = 5;

/**
 * @typedef {{start: number, stop: number, of: number|null}} Range units start ≤ j < stop; `of`: the opened group's start
 * @typedef {Range & {y: number, lane: number, block: Block, index: number}} Row
 *   y: middle; lane: the horizontal offset of its string from the column's middle; index: its place in the block
 * @typedef {{layer: string, level: number, reverse: boolean, rows: Row[], top: number, bottom: number}} Block
 * @typedef {{level: number, blocks: Block[], rows: Row[], top: number, bottom: number}} Level
 */

/** How many units a node stands for. */
export function groupSize(units, most) {
  return units <= most ? 1 : Math.ceil(units / most);
}

/**
 * The rows of one block: units, or groups of units of which one may be opened in its place.
 * @param {number} units @param {number} most @param {number|null} open the first unit of the opened group
 * @returns {Range[]}
 */
export function rangesOf(units, most, open = null) {
  const size = groupSize(units, most);
  const ranges = [];
  for (let start = 0; start < units; start += size) {
    const stop = Math.min(start + size, units);
    if (size > 1 && start === open) for (let j = start; j < stop; j++) ranges.push({ start: j, stop: j + 1, of: start });
    else ranges.push({ start, stop, of: null });
  }
  return ranges;
}

export const isGroup = (row) => row.stop - row.start > 1;

/** Rows a block may have, by how many blocks share the column. */
export function mostRows(blocks) {
  return blocks === 1 ? ROWS : Math.max(1, Math.floor(DEEP_ROWS / blocks));
}

/**
 * @param {object} meta of the payload
 * @param {{width: number, em: number, small: boolean, open: {layer: string, start: number}|null, headLines: number}} room
 *   em: the root's font size in px, which grows in full screen
 */
export function layoutOf(meta, { width, em, small, open, headLines }) {
  const px = (n) => (n * em) / 15;
  const track = new Track(meta);
  const positions = track.count;
  const gutter = px(gutterWidth(meta, width < px(520)));
  const columns = slots(width - gutter, positions, px, small, wordy(meta));
  const blocks = meta.layers.map((layer) => block(layer, meta, open));
  const count = blocks.reduce((sum, { rows }) => sum + rows.length, 0);
  const pitch = px(count <= 5 && !small ? 42 : count <= 8 ? 36 : count <= 12 ? 32 : 27);
  const grouped = blocks.some(({ rows }) => rows.some(isGroup));
  const pill = { width: Math.min(px(grouped ? 58 : 50), columns.slot * 0.56), height: Math.min(px(30), pitch - px(8)) };
  const across = { width, gutter, ...columns, gap: columns.slot - pill.width, wide: columns.slot >= px(126) };
  const down = stack(levelsOf(blocks), { px, pitch, pill, headLines, meta });
  const parts = track.parts.map((part) => partOf(part, down));
  return { em, px, pitch, pill, track, positions, grouped, parts, gathers: gathers(meta, track), ...across, ...down };
}

/** The blocks and levels of the network that runs in a part of the time. */
function partOf(part, { blocks, levels }) {
  const own = ({ layer }) => part.layers.includes(layer);
  const of = (level) => ({ ...level, blocks: level.blocks.filter(own), rows: level.rows.filter(({ block }) => own(block)) });
  return { ...part, blocks: blocks.filter(own), levels: levels.map(of) };
}

/** The layers whose rows have nodes in the column in which all comes together. */
function gathers(meta, track) {
  if (!track.gather) return [];
  const all = track.gather === "context" && begins(meta);
  const one = track.gather === "context" && meta.context === "transform"; // made of both directions, as wide as one
  const top = `l${meta.num_layers - 1}`;
  return meta.layers.filter((layer) => (all || layer.startsWith(top)) && !((one || all) && layer.endsWith("_reverse")));
}

/** Room for the names of units, or the numbers of the units of a group. */
function gutterWidth({ unit_names: names, H, layers }, narrow) {
  if (names) return narrow ? 64 : 96;
  if (H > 10) return H > 99 ? 58 : 42; // “118–128”, “13–18”
  return (layers.length > 1 ? 42 : 32) - (narrow ? 4 : 0);
}

/** How long the longest answer is, in characters; of numbers 0. */
export function longestAnswer({ kind, answers: names }) {
  return kind === "symbols" ? Math.max(0, ...(names ?? []).map((name) => name.length)) : 0;
}

/** Whether words stand above many columns, for which narrow ones have no room. */
function wordy(meta) {
  return meta.shape !== "many_to_one" && longestAnswer(meta) > WORD;
}

/** As many columns as there is room for; their middle stands in the middle of the room. */
export function slots(room, positions, px, small, wordy = false) {
  const ideal = room < px(440) && !wordy ? px(92) : small ? px(116) : px(138);
  const count = Math.min(positions, Math.max(2, Math.min(7, Math.floor(room / ideal))));
  const slot = Math.floor(Math.min(room / count, px(200))); // whole pixels keep text sharp where columns move
  return { room, count, slot, offset: Math.floor((room - count * slot) / 2), before: Math.floor(count / 2) };
}

/** @returns {Block} */
function block(layer, meta, open) {
  const made = { layer, level: parseInt(layer.slice(1), 10), reverse: layer.endsWith("_reverse"), top: 0, bottom: 0 };
  const ranges = rangesOf(meta.H, mostRows(meta.layers.length), open?.layer === layer ? open.start : null);
  made.rows = ranges.map((range, index) => ({ ...range, index, y: 0, lane: 0, block: made }));
  return made;
}

/** Levels from the lowest up; within one, the reverse direction stands above. @returns {Level[]} */
function levelsOf(blocks) {
  const levels = [];
  for (const made of blocks) {
    levels[made.level] ??= { level: made.level, blocks: [], rows: [], top: 0, bottom: 0 };
    levels[made.level].blocks.unshift(made);
  }
  for (const level of levels) level.rows = level.blocks.flatMap(({ rows }) => rows);
  return levels;
}

/** Give everything its height, from the answers at the top down to the input. */
function stack(levels, { px, pitch, pill, headLines, meta }) {
  const titles = { top: 0, height: translates(meta) || pools(meta) ? px(54) : 0 };
  const strip = { top: titles.height, height: looksBack(meta) ? px(STRIP) : 0 };
  const head = { top: strip.top + strip.height, height: px(8 + 17 * headLines) };
  const mixed = { top: head.top + head.height + px(14), height: looksBack(meta) ? px(22) : 0 };
  let y = mixed.top + mixed.height + px(12);
  for (const level of [...levels].reverse()) {
    level.top = y;
    for (const made of level.blocks) {
      y += px(22); // the folded form's loop runs here
      made.top = y;
      for (const row of made.rows) {
        row.y = y + pitch / 2;
        y += pitch;
      }
      made.bottom = y;
    }
    level.bottom = level.level ? y + px(4) : y + px(26);
    y = level.bottom + (level.level ? px(50) : 0);
    spread(level.rows, pill.width - px(16), px(8));
  }
  const input = { top: y, height: px(34) };
  const bus = y + input.height + px(14);
  const caption = y + px(38) + (reads(meta) ? px(20) : 0);
  const blocks = levels.flatMap((level) => level.blocks);
  const fade = mixed.top + mixed.height + px(6); // what stands above there is read to the edge
  return { levels, blocks, titles, strip, head, mixed, fade, input, bus, caption, height: caption + px(24) };
}

/** Whether each of a decoder's states looks back at all of the encoder's. */
export function looksBack({ attention, segments }) {
  return Boolean(segments?.length) && attention !== "none";
}

/** Whether the context is read by each step of a decoder. */
export function reads(meta) {
  return translates(meta) && !begins(meta);
}

/** Each row of a level has a string of its own, from left to right as the rows stand from top to bottom. */
function spread(rows, most, ideal) {
  const pitch = rows.length > 1 ? Math.min(ideal, most / (rows.length - 1)) : 0;
  rows.forEach((row, k) => {
    row.lane = (k - (rows.length - 1) / 2) * pitch;
  });
}

/** The position (0: before the first step) that the first slot shows when the cursor stands at position p. */
export function windowStart(layout, p) {
  return Math.max(0, Math.min(p - layout.before, layout.positions - layout.count));
}

/** The horizontal middle of a slot. */
export function middle(layout, slot) {
  return layout.offset + (slot + 0.5) * layout.slot;
}
