/**
 * The weights that the graph's edges show, between rows: a row is one unit, or a group of them, of which an edge then
 * shows the mean weight. Matrices are torch's: rows are the units reached, gate above gate; columns where it comes from.
 */
import { isGroup } from "./unrolled-layout.js";

/** The candidate's weights say most about what is written into the state. */
export const CANDIDATE = { lstm: "g", gru: "n", rnn: null };

/** The gate whose weights are shown. */
export function shownGate(meta, cursor) {
  return meta.gates.includes(cursor.gate) ? cursor.gate : CANDIDATE[meta.cell] ?? null;
}

/** The first row of a gate's block in a stacked weight matrix. */
export function blockStart(meta, gate) {
  return Math.max(0, meta.gates.indexOf(gate)) * meta.H;
}

/**
 * The mean of a matrix over every pair of ranges, (to, from) row by row; single units keep their own weight.
 * @param {import("../arrays.js").Matrix} matrix
 * @param {number} first the matrix row of unit 0
 * @param {{start: number, stop: number}[]} to @param {{start: number, stop: number}[]} from matrix columns
 * @returns {Float32Array}
 */
export function meanTable(matrix, first, to, from) {
  const table = new Float32Array(to.length * from.length);
  to.forEach((target, i) => {
    from.forEach((source, k) => {
      let sum = 0;
      for (let row = target.start; row < target.stop; row++) {
        for (let col = source.start; col < source.stop; col++) sum += matrix.at(first + row, col);
      }
      table[i * from.length + k] = sum / ((target.stop - target.start) * (source.stop - source.start));
    });
  });
  return table;
}

/** All tables of one gate of one network for one run. */
export class Weights {
  /**
   * @param {import("../arrays.js").Data} data
   * @param {import("../shape.js").Part & {blocks: any[], levels: any[]}} part the network, as the layout has it
   * @param {object} frame the arrays of one run
   * @param {string|null} gate
   */
  constructor(data, part, frame, gate) {
    this.meta = data.meta;
    this.part = part;
    this.parameters = frame.parameters;
    this.first = blockStart(data.meta, gate);
    this.gate = gate;
    /** Whether a unit's own past comes straight on, too. */
    this.carries = data.meta.cell !== "rnn";
    /** @type {Map<string, Float32Array>} layer → (to, from), both rows of the layer's block */
    this.recurrent = new Map(part.blocks.map((b) => [b.layer, this.table(this.matrix("hh", b.layer), b.rows, b.rows)]));
    /** @type {Map<string, Float32Array>} upper layer → (to: rows of its block, from: rows of the level below) */
    this.between = new Map(
      part.blocks.filter((b) => b.level).map((b) => [b.layer, this.table(this.matrix("ih", b.layer), b.rows, this.sources(b.level - 1))]),
    );
    /** @type {Map<string, Float32Array>} encoder's layer → (to: rows of the context, from: rows of its level) */
    this.passing = new Map(part.name === "encoder" ? part.blocks.flatMap((b) => this.passed(b)) : []);
    this._columns = new Map();
  }

  table(matrix, to, from) {
    return matrix ? meanTable(matrix, this.first, to, from) : new Float32Array(to.length * from.length);
  }

  /** Nothing comes back in a network that reads all at once: it has no such matrix. */
  matrix(kind, layer) {
    return this.parameters[`${this.part.prefix}weight_${kind}_${layer}`];
  }

  /** The weights that make the context of what a layer ends with, if any do. */
  passed({ layer, level, rows }) {
    const matrix = this.parameters[`context.weight_l${level}`];
    return matrix && !layer.endsWith("_reverse") ? [[layer, meanTable(matrix, 0, rows, this.sources(level))]] : [];
  }

  /** The rows of a level as columns of the matrix above: both directions stand side by side, forward first. */
  sources(level) {
    const H = this.meta.H;
    return this.part.levels[level].rows.map(({ start, stop, block }) =>
      block.reverse ? { start: start + H, stop: stop + H } : { start, stop },
    );
  }

  /** What one component of the input reaches the rows of a lowest block by: a column of W_ih, kept once made. */
  column(block, component) {
    const key = `${block.layer} ${component}`;
    if (!this._columns.has(key)) {
      const from = [{ start: component, stop: component + 1 }];
      this._columns.set(key, meanTable(this.matrix("ih", block.layer), this.first, block.rows, from));
    }
    return this._columns.get(key);
  }

  /** W_ih x, by rows: what an input of several numbers adds altogether. */
  summed(block, x) {
    const matrix = this.matrix("ih", block.layer);
    return Float32Array.from(block.rows, ({ start, stop }) => {
      let sum = 0;
      for (let row = start; row < stop; row++) for (let d = 0; d < x.length; d++) sum += matrix.at(this.first + row, d) * x[d];
      return sum / (stop - start);
    });
  }

  /** Largest and smallest weight between two rows of one block, for groups. */
  extent(block, to, from) {
    const matrix = this.matrix("hh", block.layer);
    let [low, high] = [Infinity, -Infinity];
    for (let row = to.start; row < to.stop; row++) {
      for (let col = from.start; col < from.stop; col++) {
        const w = matrix.at(this.first + row, col);
        if (w < low) low = w;
        if (w > high) high = w;
      }
    }
    return { low, high };
  }

  /** What row `from` adds to row `to` through the recurrent weights when its units hold `h`: Σ w·h, mean over `to`. */
  contribution(block, to, from, h) {
    const matrix = this.matrix("hh", block.layer);
    let sum = 0;
    for (let row = to.start; row < to.stop; row++) {
      for (let col = from.start; col < from.stop; col++) sum += matrix.at(this.first + row, col) * h[col];
    }
    return sum / (to.stop - to.start);
  }

  /** The largest magnitudes among the edges shown. */
  limits() {
    return { recurrent: largestOf([...this.recurrent.values(), ...this.passing.values()]), between: largestOf(this.between.values()) };
  }
}

/** Every edge of the picture once. @param {Weights[]} weights of each part @returns {import("./unrolled-edges.js").Edge[]} */
export function edgeList(weights, scale) {
  return weights.flatMap((own, part) => edgesOf(own, scale, part));
}

function edgesOf(weights, scale, part) {
  const edges = [];
  const add = (kind, from, to, weight, limit) => edges.push({ kind, part, from, to, weight, share: Math.min(1, Math.abs(weight) / limit) });
  const { blocks, levels } = weights.part;
  for (const { layer, level, reverse, rows } of blocks) {
    const [table, inner, passing] = [weights.recurrent, weights.between, weights.passing].map((tables) => tables.get(layer));
    const [below, beside] = [level ? levels[level - 1].rows : [], passing ? levels[level].rows : []];
    rows.forEach((to, i) => {
      rows.forEach((from, k) => add(reverse ? "reverse" : "forward", from, to, table[i * rows.length + k], scale.recurrent));
      below.forEach((from, k) => add("between", from, to, inner[i * below.length + k], scale.between));
      beside.forEach((from, k) => from.block.reverse || add("passing", from, to, passing[i * beside.length + k], scale.recurrent));
    });
  }
  return edges;
}

/** The scale of the widths: the largest edge of the first, the last and the present run, so that a sweep is seen to grow. */
export function scaleOf(data, layout, frame, gate, weights) {
  const others = [...new Set([data.frames[0], data.frames.at(-1)].filter((run) => run !== frame))];
  const all = [...weights, ...others.flatMap((run) => layout.parts.map((part) => new Weights(data, part, run, gate)))];
  const limits = all.map((one) => one.limits());
  return {
    recurrent: Math.max(...limits.map(({ recurrent }) => recurrent)) || 1,
    between: Math.max(...limits.map(({ between }) => between)) || 1,
    input: Math.max(...weights.map(inputLimit)) || 1,
  };
}

/** The largest weight of the shown gate from the input; of a group, the largest mean. @param {Weights} weights */
export function inputLimit(weights) {
  const { H } = weights.meta;
  const { width } = weights.part;
  let most = 0;
  for (const block of weights.part.levels[0].blocks) {
    if (block.rows.some(isGroup)) {
      for (let d = 0; d < width; d++) most = Math.max(most, largestOf([weights.column(block, d)]));
    } else if (width) {
      const { data } = weights.matrix("ih", block.layer);
      most = Math.max(most, largestOf([data.subarray(weights.first * width, (weights.first + H) * width)]));
    }
  }
  return most;
}

function largestOf(tables) {
  let most = 0;
  for (const table of tables) for (const v of table) if (Math.abs(v) > most && Math.abs(v) < Infinity) most = Math.abs(v);
  return most;
}
