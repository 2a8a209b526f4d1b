/**
 * What a cursor looks at, as the fragment of a link: #unit=4&layer=l1&gate=f&form=folded. Each field is one of a few
 * values that a run has; the one that goes without saying is left out, and what a run does not have is told.
 */
import { DEFAULT_SPEED, FORMS, MODES, NOTATIONS, SPEEDS, TERMS } from "./cursor.js";

/**
 * @typedef {{H: number, F: number, layers: string[], gates: string[], compared: boolean}} Has what a run has
 * @typedef {{name: string, value: string, choices: string[]|null}} Wrong choices null: there is no such name
 * @type {Record<string, {values: (has: Has) => any[], usual: any, write?: (value: any) => string}>}
 */
const LOOKS = {
  unit: { values: ({ H }) => [null, ...Array(H).keys()], usual: null, write: (unit) => (unit === null ? "all" : String(unit + 1)) },
  layer: { values: ({ layers }) => layers, usual: "l0" },
  gate: { values: ({ gates }) => gates, usual: null },
  form: { values: () => FORMS, usual: FORMS[0] },
  mode: { values: ({ compared }) => (compared ? MODES : MODES.slice(0, 1)), usual: MODES[0] },
  notation: { values: () => NOTATIONS, usual: NOTATIONS[0] },
  shapes: { values: () => [false, true], usual: false, write: (on) => (on ? "on" : "off") },
  terms: { values: () => TERMS, usual: null },
  speed: { values: () => SPEEDS, usual: DEFAULT_SPEED },
  frame: { values: ({ F }) => [...Array(F).keys()], usual: 0, write: (frame) => String(frame + 1) },
};

/** The fields of a cursor that a link carries in its fragment. */
export const LOOKED_AT = Object.keys(LOOKS);

/** Whether a fragment is one that `lookOf` might have written, and not the anchor of a heading. */
export function isLook(hash) {
  return /^#[^=&]+=/.test(hash);
}

/** The fragment that says what a cursor looks at, "" where all is as the page begins. */
export function lookOf(cursor) {
  const said = new URLSearchParams();
  const usual = unsaid(cursor);
  for (const [name, { write = String }] of Object.entries(LOOKS)) {
    if (cursor[name] !== usual[name]) said.set(name, write(cursor[name]));
  }
  return said.size ? `#${said}` : "";
}

/**
 * What a fragment looks at: the fields of a cursor that it sets, and what it asks for that this run does not have.
 * @param {string} hash @param {Has} has
 * @returns {{look: object, wrong: Wrong[]}}
 */
export function lookIn(hash, has) {
  const look = {};
  const wrong = [];
  for (const [name, said] of isLook(hash) ? new URLSearchParams(hash.slice(1)) : []) {
    const { values, write = String } = Object.hasOwn(LOOKS, name) ? LOOKS[name] : {};
    const found = values?.(has).find((value) => write(value) === said);
    if (found !== undefined) look[name] = found;
    else wrong.push({ name, value: said, choices: values ? values(has).map(write) : null });
  }
  return { look, wrong };
}

/** Every field as it is where a link does not say, on the page of this cursor. */
export function unsaid(cursor) {
  return { ...Object.fromEntries(Object.entries(LOOKS).map(([name, { usual }]) => [name, usual])), ...cursor.begins };
}
