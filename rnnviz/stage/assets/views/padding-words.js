/** What a batch comes to, in sentences. */
import { powerText } from "./lanes.js";

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
  return data.say(side === "left" && t >= data.meta.T - n ? "padding.said_left_read" : `padding.said_${side}`, values);
}
