/** What a unit goes with, in a sentence that follows the numbers: the thresholds of rnnviz/units.py. */

import { counted } from "./moment-numbers.js";

/** Least |r| of which a sentence is made, and of a plain one. */
export const CLAIMED = 0.5;
export const STRONG = 0.8;
/** Most units that are named. */
export const NAMED = 8;
/** Features that a place has or has not; the others are more or less. */
const YES_OR_NO = ["space", "line", "vowel", "capital", "digit", "punctuation", "quote", "odd", "mark"];

/** The unit of a series as its own numbers have it, where the network reads others: what is taken off, and by what is divided. */
export function unitOf({ learning }) {
  const [offset, scale] = learning?.unit ?? [0, 1];
  return { offset, scale, plain: offset === 0 && scale === 1 };
}

/** What is said of that; nothing where they are the same. @returns {string[]} */
export function scaledWords(data) {
  const { offset, scale, plain } = unitOf(data);
  return plain ? [] : [data.say("learned.scaled", { offset: counted(data, offset), scale: counted(data, scale) })];
}

/** @param {{feature: string, r: number}|undefined} found of the unit, if it is one of those named */
export function responseWords(data, found, unit) {
  const n = unit + 1;
  if (!found) return data.say("learned.unit_unlisted", { n });
  const size = Math.abs(found.r);
  if (size < CLAIMED) return data.say("learned.unit_none", { n, least: CLAIMED });
  const kind = YES_OR_NO.includes(found.feature) || isSymbol(found.feature) ? "on" : "with";
  const how = size >= STRONG ? "unit" : "often";
  return data.say(`learned.${how}_${kind}_${found.r > 0 ? "up" : "down"}`, { n, what: featureWords(data, found.feature), r: data.format(found.r) });
}

/** A feature's name, to stand inside a sentence. */
export function featureWords(data, feature) {
  return isSymbol(feature) ? data.say("learned.feature.symbol", { symbol: feature.slice("symbol:".length) }) : data.say(`learned.feature.${feature}`);
}

/** The same where there is little room. */
export function briefWords(data, feature) {
  return isSymbol(feature) ? featureWords(data, feature) : data.say(`learned.brief.${feature}`);
}

function isSymbol(feature) {
  return feature.startsWith("symbol:");
}
