/** What is said of a moment: sentences that follow the numbers of moment-facts.js, one number each. */
import { symbol, unitName } from "../dom.js";
import { FLAT, KEEPS, likeliest, MORE, NEAR, SAME } from "./moment-facts.js";
import { counted } from "./moment-numbers.js";

/** Sentences are lists of {key, values}: what `data.say` takes. @typedef {{key: string, values?: object}} Sentence */

/** The loss, against answers without a memory, and among all moments. @returns {Sentence[]} */
export function lossWords(facts, k) {
  const loss = facts.loss(k);
  const { chance, unremembering } = facts;
  if (!facts.span(k)) return [{ key: "learned.loss_none" }];
  if (!Number.isFinite(loss)) return [{ key: "learned.broken" }];
  const kept = facts.validated(k);
  const against = chance ? [chanceWords(loss, chance)] : [];
  const rival = unremembering ? rivalWords(kept?.loss ?? loss, unremembering, kept === null ? "here" : "kept") : [];
  return [...against, ...standing(facts, k), ...(kept === null ? [] : keptWords(facts, kept)), ...rival];
}

/** What is kept for validation, and whether what was learned carries over to it. */
function keptWords({ data }, { loss, training, finite }) {
  const said = { key: "learned.kept", values: { loss: counted(data, loss) } };
  return finite && loss > MORE * training ? [said, { key: "learned.kept_more", values: { times: MORE } }] : [said];
}

function chanceWords(loss, chance) {
  const share = loss / chance.loss;
  const words = { words: chance.words };
  const how = chance.chance ? "learned.loss" : "learned.than"; // what makes use of what is read is not chance
  if (!(chance.loss > 0)) return { key: "learned.than_nothing", values: words };
  if (Math.abs(share - 1) <= NEAR) return { key: `${how}_near`, values: { ...words, percent: 100 * NEAR } };
  if (share > 10) return { key: `${how}_far_above`, values: { ...words, times: Math.floor(share) } };
  return { key: `${how}_${share > 1 ? "above" : "below"}`, values: { ...words, percent: percentage(Math.abs(1 - share)) } };
}

/** Against the lowest dashed line, whose loss was measured on what is kept for validation, if anything is. */
function rivalWords(loss, rival, where) {
  return [{ key: `learned.${where}_${loss < rival.loss ? "remembers" : "forgets"}`, values: { words: rival.words } }];
}

function standing(facts, k) {
  if (facts.count < 2) return [];
  const better = facts.better(k);
  if (!better) return [{ key: "learned.loss_lowest", values: { F: facts.count } }];
  return [{ key: better === 1 ? "learned.loss_better_one" : "learned.loss_better", values: { n: better, F: facts.count } }];
}

/** What the gates do, against the start; of an RNN, which has none, how many values are where it hardly learns. */
export function gateWords(facts, k, cursor) {
  const { data, keeper } = facts;
  const gate = facts.gate(k, cursor);
  if (!gate) {
    return [{ key: data.meta.nonlinearity === "relu" ? "learned.still_relu" : "learned.still_tanh", values: { limit: FLAT } }];
  }
  if (!Number.isFinite(gate.mean)) return [{ key: "learned.broken" }];
  const keeping = { key: `learned.keeping${["_none", "_one"][gate.keeping] ?? ""}`, values: { n: gate.keeping, H: data.meta.H, least: KEEPS } };
  const unit = likeliest(gate.units);
  const most = { key: "learned.keeps_most", values: { unit: unitName(data, unit), value: data.format(gate.units[unit]) } };
  return [{ key: `learned.gate_${keeper}` }, ...(k ? [changeWords(facts, gate.mean - facts.gate(0, cursor).mean)] : []), keeping, most];
}

function changeWords({ data }, change) {
  if (Math.abs(change) < SAME) return { key: "learned.gate_same", values: { near: SAME } };
  return { key: change > 0 ? "learned.gate_more" : "learned.gate_less", values: { by: data.format(Math.abs(change)) } };
}

/** How far back what is asked last can be heard. */
export function reachWords(facts, k, cursor) {
  const reach = facts.reach(k, cursor);
  if (!reach) return [];
  const first = facts.reach(0, cursor);
  if (reach.none) return [{ key: `learned.reach_${reach.kind}_none` }];
  const ends = reach.whole ? "whole" : "steps";
  const said = { key: `learned.reach_${reach.kind}_${ends}`, values: { t: reach.t + 1 } };
  return [said, ...(k ? [before(reach, first)] : [])];
}

function before(reach, first) {
  if (first.steps === reach.steps) return { key: "learned.reach_same" };
  return { key: first.steps < reach.steps ? "learned.reach_farther" : "learned.reach_shorter", values: { n: Math.abs(first.steps - reach.steps) } };
}

/** What it answers on the probe. */
export function answerWords(facts, k) {
  const { data } = facts;
  const found = facts.answers(k);
  if (!found) return [];
  if (facts.broken(k)) return [{ key: "learned.broken" }];
  const names = data.meta.answers;
  const name = (answer) => (names ? symbol(names[answer]) : counted(data, answer));
  if (found.total > 1 && found.all > found.total) return [{ key: "learned.right_counted", values: { asked: found.all } }];
  if (found.total > 1) return [{ key: names ? "learned.right" : "learned.error" }];
  if (!names) return [{ key: "learned.asked", values: { asked: name(found.asked) } }];
  const right = found.answer === found.asked;
  const sure = { key: "learned.sure", values: { percent: percentage(found.chance) } };
  return [right ? { key: "learned.asked_right" } : { key: "learned.asked", values: { asked: name(found.asked) } }, sure];
}

/** A share in percent; what is all but 0 or 100 does not say so. */
export function percentage(share) {
  const percent = 100 * share;
  if (percent > 99 && percent < 100) return Math.min(99.9, Math.floor(10 * percent) / 10);
  if (percent > 0 && percent < 1) return Math.max(0.1, Math.ceil(10 * percent) / 10);
  return Math.round(percent);
}
