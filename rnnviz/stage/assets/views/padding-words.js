/** What a batch comes to, in sentences. */
import { powerText } from "./lanes.js";

/** States below 1, worked out in another order, differ by less than this. */
const ROUNDING = 1e-12;

/** Whether a distance is none, or only what rounding makes of none. */
export function isNought(value) {
  return value < ROUNDING;
}

/** What happens in a cell. @param {{row: number, t: number, place: -1|0|1, symbol: string, drift: number}} cell */
export function cellWords(data, { way }, { row, t, place, symbol, drift }) {
  const where = { n: row + 1, t: t + 1, symbol: symbol ?? "" };
  if (place === 0) return data.say(drift > 1e-6 ? "padding.tip_moved" : "padding.tip_own", { ...where, value: data.format(drift, 4) });
  if (way === "packed") return data.say("padding.tip_packed", where);
  if (way === "masked") return data.say(place < 0 ? "padding.tip_waits" : "padding.tip_held", where);
  return data.say(place < 0 ? "padding.tip_before" : "padding.tip_after", { ...where, value: data.format(drift, 4) });
}

/** The one sentence on what is seen: of the sequence that has gone furthest astray, where the cursor stands. */
export function sentence(data, { way, side }, t) {
  const { padding: batch } = data;
  const rows = batch.labels.length;
  if (way === "packed") {
    const { padded, packed } = batch.steps;
    const saved = Math.round((100 * (padded - packed)) / padded);
    return data.say("padding.said_packed", { n: batch.batch_sizes[t], rows, t: t + 1, packed, padded, saved });
  }
  const seen = batch.sides[side];
  if (way === "masked") return data.say("padding.said_masked", { most: powerText(data, Math.log10(seen.masked.limit), 1) });
  const worst = batch.labels.map((_, row) => row).reduce((best, row) => (seen.drift.at(row, t) > seen.drift.at(best, t) ? row : best), 0);
  if (!(seen.drift.at(worst, t) > 1e-6)) return data.say(`padding.said_${side}_none`, { t: t + 1 });
  const n = batch.labels[worst].length;
  const fillings = side === "right" ? Math.max(0, t + 1 - n) : Math.min(t + 1, data.meta.T - n);
  const values = { n: worst + 1, t: t + 1, fillings, value: data.format(seen.drift.at(worst, t)) };
  const said = data.say(side === "left" && t >= data.meta.T - n ? "padding.said_left_read" : `padding.said_${side}`, values);
  return [said, turned(data, side, t)].join(" ").trim();
}

/** Which sequences that have been read to their end are now answered otherwise than alone. */
function turned(data, side, t) {
  const { answers, labels, sides } = data.padding;
  if (!answers) return "";
  const { chances, truth } = sides[side];
  const other = labels.map((_, row) => row).filter((row) => isTurned(data, side, row, t));
  if (!other.length) return "";
  const values = { n: other[0] + 1, now: answers[best(chancesAt(chances, other[0], t))], truth: answers[best(truth.row(other[0]))] };
  return data.say(other.length > 1 ? "padding.said_turned_some" : "padding.said_turned", { ...values, count: other.length });
}

/** Whether a sequence that has been read to its end has another answer at a step than alone. */
export function isTurned(data, side, row, t) {
  const { labels, sides } = data.padding;
  if (t < (side === "left" ? data.meta.T : labels[row].length) - 1) return false;
  return best(chancesAt(sides[side].chances, row, t)) !== best(sides[side].truth.row(row));
}

/** Row b, step t of (B, T, O). */
export function chancesAt({ data, shape }, b, t) {
  const [, T, O] = shape;
  const at = (b * T + t) * O;
  return data.subarray(at, at + O);
}

/** The place of the largest. */
export function best(values) {
  return values.reduce((top, v, k) => (v > values[top] ? k : top), 0);
}
