/**
 * The LSTM cell: c on its belt along the top, kept by f, added to by i × g, and shown as h through o.
 */
import { tile } from "./cell-tile.js";
import { BELOW, vectors } from "./cell-vectors.js";

const BELT = 84;
const ADD = 172;
const SQUASH = 150;
const SHOW = 218;
const GATES = 292;
const TALL = 92;
const BUS = 394;

/** Where things stand across the board, as shares of its width. */
const WIDE = { f: 0.17, i: 0.34, g: 0.51, o: 0.69, out: 0.845 };
const NARROW = { f: 0.115, i: 0.32, g: 0.525, o: 0.73, out: 0.925 };

/** The state that rides on the belt, and the height the drawing needs. */
export const shape = { state: "c", height: BUS + BELOW };

/**
 * Draw the cell once.
 * @param {import("./cell-parts.js").Board} board
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {{tiles: Record<string, any>, update(scene: object): void, routes: object[]}}
 */
export function draw(board, cursor) {
  const shares = Object.entries(board.narrow ? NARROW : WIDE);
  const at = Object.fromEntries(shares.map(([name, share]) => [name, Math.round(share * board.width)]));
  const pipes = lay(board, at);
  const valves = {
    f: board.valve(at.f, BELT, "across", "f"),
    i: board.valve(at.g, ADD, "up", "i"),
    o: board.valve(at.out, SHOW, "up", "o"),
  };
  board.node(at.g, BELT, "+");
  board.node(at.out, SQUASH, "tanh", 18);
  const w = board.narrow ? Math.min(72, at.i - at.f - 4) : Math.min(124, at.i - at.f - 12);
  const one = (gate) => tile(board, { x: at[gate], y: GATES, w, h: TALL, gate, act: gate === "g" ? "tanh" : "σ" }, cursor);
  const tiles = { f: one("f"), i: one("i"), g: one("g"), o: one("o") };
  stems(board, at);
  const foot = GATES + TALL / 2 + (board.data.baseline ? 22 : 3);
  const read = vectors(board, { bus: BUS, readers: ["f", "i", "g", "o"].map((gate) => ({ x: at[gate], foot })) });
  const parts = { pipes, valves, tags: label(board, at) };
  return {
    tiles,
    update: (scene) => {
      update(parts, scene);
      read.update(scene);
    },
    routes: routes(board, at),
  };
}

function lay(board, at) {
  const end = board.width - board.bore / 3 - 4;
  const turn = Math.min(26, end - at.out);
  board.exit(end, BELT, "c");
  board.exit(end, BUS, "h");
  return {
    before: board.pipe(`M10 ${BELT}H${at.f}`, "c"),
    g: board.pipe(`M${at.g} ${GATES - TALL / 2}V${ADD}`, "g"),
    written: board.pipe(`M${at.g} ${ADD}V${BELT}`, "g"),
    shown: board.pipe(`M${at.out} ${BELT}V${SQUASH}`, "c"),
    kept: board.pipe(`M${at.f} ${BELT}H${at.g}`, "c"),
    c: board.pipe(`M${at.g} ${BELT}H${end}`, "c"),
    squashed: board.pipe(`M${at.out} ${SQUASH}V${SHOW}`, "c"),
    h: board.pipe(`M${at.out} ${SHOW}V${BUS - turn}Q${at.out} ${BUS} ${at.out + turn} ${BUS}H${end}`, "h"),
  };
}

/** How each gate works its valve. */
function stems(board, at) {
  const turn = board.bore / 2 + 10;
  const top = GATES - TALL / 2;
  board.stem(`M${at.f} ${top}V${BELT + turn}`, "f");
  board.stem(`M${at.i} ${top}V${ADD + 8}Q${at.i} ${ADD} ${at.i + 8} ${ADD}H${at.g - turn}`, "i");
  board.stem(`M${at.o} ${top}V${SHOW + 8}Q${at.o} ${SHOW} ${at.o + 8} ${SHOW}H${at.out - turn}`, "o");
}

function label(board, at) {
  const { data, narrow, width } = board;
  const up = BELT - board.bore / 2 - 20;
  const side = board.bore / 2 + 10;
  const end = width - 10;
  const left = { y: up, anchor: "start" };
  return {
    before: board.tag({ ...left, x: 10, symbol: "c", sub: "t−1", hue: "c" }),
    kept: board.tag({ x: at.g - side, y: narrow ? BELT + side + 10 : up, anchor: "end", word: data.say("cell.kept"), hue: "c", wasAt: narrow ? 16 : -16 }),
    written: board.tag({ x: at.g + side, y: ADD - (narrow ? 40 : 28), anchor: "start", word: data.say("cell.written"), hue: "g", wasAt: 16, stack: narrow }),
    c: board.tag({ ...left, x: end, anchor: "end", symbol: "c", sub: "t", hue: "c" }),
    squashed: narrow ? null : board.tag({ x: at.out + side, y: SQUASH + 38, anchor: "start", word: "tanh", hue: "c", wasAt: 16 }),
    h: board.tag({ x: end, y: BUS + board.bore / 2 + 22, anchor: "end", symbol: "h", sub: "t", hue: "h", wasAt: 16 }),
  };
}

function update({ pipes, valves, tags }, { now, was, full, unit, step, before }) {
  for (const name in pipes) pipes[name].set(now[name === "shown" ? "c" : name], full);
  for (const name in valves) valves[name].set(now[name], was ? was[name] : null);
  for (const name in tags) {
    if (!tags[name]) continue;
    const what = { quantity: name === "before" ? "c" : name, unit, step: name === "before" ? before : step };
    tags[name].set(now[name], what);
    tags[name].was(was ? was[name] : null, now[name], what);
  }
}

/** The ways along which numbers travel when a step is taken; a leg begins when the one before it ends. */
function routes(board, at) {
  const end = board.width - 40;
  return [
    { name: "before", hue: "c", leg: 0, from: [40, BELT], to: [at.f, BELT] },
    { name: "g", hue: "g", leg: 0, from: [at.g, GATES - 60], to: [at.g, ADD] },
    { name: "kept", hue: "c", leg: 1, from: [at.f, BELT], to: [at.g, BELT] },
    { name: "written", hue: "g", leg: 1, from: [at.g, ADD], to: [at.g, BELT] },
    { name: "c", hue: "c", leg: 2, from: [at.g, BELT], to: [end, BELT] },
    { name: "h", hue: "h", leg: 3, from: [at.out, SHOW], to: [at.out, BUS - 20] },
  ];
}
