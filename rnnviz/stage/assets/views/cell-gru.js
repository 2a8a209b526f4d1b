/**
 * The GRU cell, PyTorch's: h on its own belt, z mixes the old with the new (z = 1 keeps), r scales what the new
 * hears of the old, after the matrix product.
 */
import { tile } from "./cell-tile.js";
import { BELOW, vectors } from "./cell-vectors.js";

const BELT = 84;
const MIX = 166;
const NEW = 256;
const GATES = 356;
const TALL = 92;
const BUS = 462;
const MOUTH = BUS - 40;

const WIDE = { z: 0.17, r: 0.36, n: 0.56, x: 0.76 };
const NARROW = { z: 0.115, r: 0.335, n: 0.585, x: 0.92 };

/** The state that rides on the belt, and the height the drawing needs. */
export const shape = { state: "h", height: BUS + BELOW };

/**
 * Draw the cell once.
 * @param {import("./cell-parts.js").Board} board
 * @param {import("../cursor.js").Cursor} cursor
 * @returns {{tiles: Record<string, any>, update(scene: object): void, routes: object[]}}
 */
export function draw(board, cursor) {
  const shares = Object.entries(board.narrow ? NARROW : WIDE);
  const at = Object.fromEntries(shares.map(([name, share]) => [name, Math.round(share * board.width)]));
  const w = board.narrow ? Math.min(72, at.r - at.z - 4) : Math.min(124, at.r - at.z - 12);
  const pipes = lay(board, at);
  const valves = {
    z: board.valve(at.z, BELT, "across", "z"),
    rest: board.valve(at.n, MIX, "up", "z"),
    r: board.valve(at.n, GATES, "up", "r"),
  };
  board.node(at.n, BELT, "+");
  board.node(Math.round((at.z + at.n) / 2), MIX, "1 −", 17);
  const tiles = {
    z: tile(board, { x: at.z, y: GATES, w, h: TALL, gate: "z", act: "σ" }, cursor),
    r: tile(board, { x: at.r, y: GATES, w, h: TALL, gate: "r", act: "σ" }, cursor),
    n: tile(board, { x: at.n, y: NEW, w, h: TALL, gate: "n", act: "tanh", wasX: -w / 2 - 8, wasY: 0 }, cursor),
  };
  stems(board, at, w);
  const foot = GATES + TALL / 2 + (board.data.baseline ? 22 : 3);
  const readers = [{ x: at.z, foot }, { x: at.r, foot }, { x: at.n, foot: MOUTH + 3 }, { x: at.x, foot: MOUTH + 3 }];
  const read = vectors(board, { bus: BUS, readers });
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
  board.exit(end, BELT, "h");
  return {
    before: board.pipe(`M10 ${BELT}H${at.z}`, "h"),
    n: board.pipe(`M${at.n} ${NEW}V${MIX}`, "n"),
    written: board.pipe(`M${at.n} ${MIX}V${BELT}`, "n"),
    kept: board.pipe(`M${at.z} ${BELT}H${at.n}`, "h"),
    h: board.pipe(`M${at.n} ${BELT}H${end}`, "h"),
    hn: board.pipe(`M${at.n} ${MOUTH}V${GATES}`, "h"),
    recalled: board.pipe(`M${at.n} ${GATES}V${NEW}`, "h"),
    read: board.pipe(`M${at.x} ${MOUTH}V${NEW + 26}Q${at.x} ${NEW} ${at.x - 26} ${NEW}H${at.n}`, "x"),
  };
}

/** How each gate works its valves: z the belt's and, turned round, the candidate's. */
function stems(board, at, w) {
  const turn = board.bore / 2 + 10;
  board.stem(`M${at.z} ${GATES - TALL / 2}V${BELT + turn}`, "z");
  board.stem(`M${at.z} ${MIX}H${at.n - turn}`, "z");
  board.stem(`M${at.r + w / 2} ${GATES}H${at.n - turn}`, "r");
}

function label(board, at) {
  const { data, narrow, width } = board;
  const up = BELT - board.bore / 2 - 20;
  const side = board.bore / 2 + 10;
  const left = { y: up, anchor: "start" };
  const beside = { x: at.n + side, anchor: "start", wasAt: 16 };
  return {
    before: board.tag({ ...left, x: 10, symbol: "h", sub: "t−1", hue: "h" }),
    kept: board.tag({ x: at.n - side, y: narrow ? BELT + side + 10 : up, anchor: "end", word: data.say("cell.kept"), hue: "h", wasAt: narrow ? 16 : -16 }),
    written: board.tag({ ...beside, y: MIX - 26, word: data.say("cell.written"), hue: "n" }),
    h: board.tag({ ...left, x: width - 10, anchor: "end", symbol: "h", sub: "t", hue: "h" }),
    recalled: narrow ? null : board.tag({ ...beside, y: GATES - 34, word: "r ×", hue: "h" }),
    hn: board.tag({ ...beside, y: GATES + 34, symbol: "W", sub: "hn", after: " h", hue: "h", stack: width < 800 }),
    read: board.tag({ x: narrow ? width - 10 : at.x, y: NEW - side - (narrow ? 28 : 4), anchor: narrow ? "end" : "middle", symbol: "W", sub: "in", after: " x", hue: "x", stack: narrow }),
  };
}

function update({ pipes, valves, tags }, { now, was, full, unit, step, before }) {
  for (const name in pipes) pipes[name].set(now[name], full);
  for (const name in valves) valves[name].set(now[name], was ? was[name] : null);
  for (const name in tags) {
    if (!tags[name]) continue;
    const what = { quantity: name === "before" ? "h" : name, unit, step: name === "before" ? before : step };
    tags[name].set(now[name], what);
    tags[name].was(was ? was[name] : null, now[name], what);
  }
}

/** The ways along which numbers travel when a step is taken; a leg begins when the one before it ends. */
function routes(board, at) {
  const end = board.width - 40;
  return [
    { name: "hn", hue: "h", leg: 0, from: [at.n, MOUTH], to: [at.n, GATES] },
    { name: "before", hue: "h", leg: 1, from: [40, BELT], to: [at.z, BELT] },
    { name: "n", hue: "n", leg: 1, from: [at.n, NEW - 50], to: [at.n, MIX] },
    { name: "kept", hue: "h", leg: 2, from: [at.z, BELT], to: [at.n, BELT] },
    { name: "written", hue: "n", leg: 2, from: [at.n, MIX], to: [at.n, BELT] },
    { name: "h", hue: "h", leg: 3, from: [at.n, BELT], to: [end, BELT] },
  ];
}
