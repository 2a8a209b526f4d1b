/**
 * The weights of a decoder that looks back, as numbers below the strip of the encoder's states: the largest as far as
 * they have room, and how many more there are that weigh as much.
 */
import { attr, el, number, text } from "../dom.js";
import { sourceName } from "./unrolled-values.js";

/** So many weights are told one by one, as far as they have room; none that is small, and small beside the largest. */
const [NAMED, ASKED] = [6, 24];
const [SMALL, BESIDE] = [0.05, 0.5];

export class Alphas {
  /**
   * @param {import("../arrays.js").Data} data @param {ReturnType<import("./unrolled-layout.js").layoutOf>} layout
   * @param {{cell: number, left: number, top: number, bare: boolean}} strip bare: no names stand above its states
   */
  constructor(data, layout, strip) {
    Object.assign(this, { data, layout, ...strip });
    this.numbers = Array.from({ length: NAMED }, () => el("span", { class: "rv-u-alpha" }));
    this.rooms = this.numbers.map((node) => el("div", { class: "rv-u-alpha-place", style: { top: `${strip.top + layout.px(3)}px` } }, node));
    this.rest = el("span", { class: "rv-u-alpha", hidden: true, style: { top: `${strip.top + layout.px(25)}px` } });
    this.elements = [...this.rooms, this.rest];
    this.places = []; // of the numbers
  }

  show(told, weights, t) {
    this.tell(told, weights, t);
    this.tellRest(told, weights);
  }

  /** Whose weights are told: the largest, as far as their numbers do not cover each other. @returns {number[]} */
  apart(weights) {
    const room = this.layout.px(46);
    const kept = [];
    const least = leastTold(weights);
    for (const s of strongest(weights, ASKED)) {
      if (weights[s] >= least && kept.every((other) => Math.abs(other - s) * this.cell >= room)) kept.push(s);
    }
    return kept.slice(0, NAMED).sort((one, other) => one - other); // so that a number stays where it stands
  }

  /** How many more there are that weigh as much, but for whose numbers there is no room, and what they weigh. */
  tellRest(told, weights) {
    const { data } = this;
    const least = leastTold(weights);
    const rest = [...weights].filter((weight, s) => weight >= least && !told.includes(s));
    if (this.rest.hidden === Boolean(rest.length)) this.rest.hidden = !rest.length;
    if (!rest.length) return;
    const [low, high] = [Math.min(...rest), Math.max(...rest)].map((weight) => data.format(weight));
    text(this.rest, data.say(low === high ? "graph.alpha_rest" : "graph.alpha_rest_between", { n: rest.length, low, high }));
  }

  /** The weights that are told, as numbers. */
  tell(told, weights, t) {
    const { data, cell, left, bare } = this;
    const { px, room } = this.layout;
    this.numbers.forEach((node, k) => {
      const s = told[k];
      if (node.hidden !== (s === undefined)) node.hidden = s === undefined;
      for (const name of ["data-quantity", "data-unit", "data-step", "data-value"]) if (node.hidden) attr(node, name, null);
      if (node.hidden) return;
      number(node, data, weights[s], { quantity: "attention", unit: s, step: t });
      if (bare) text(node, `${sourceName(data, s)} ${node.textContent}`);
      const at = Math.min(Math.max(left + (s + 0.5) * cell, px(20)), room - px(20));
      if (at === this.places[k]) return;
      this.places[k] = at;
      this.rooms[k].style.left = `${at}px`;
    });
  }
}

/** From where on a weight is told. */
function leastTold(weights) {
  return weights.length ? Math.min(SMALL, BESIDE * Math.max(...weights)) : Infinity;
}

/** The places of the largest weights, largest first. */
export function strongest(weights, count) {
  const best = [];
  weights.forEach((weight, s) => {
    let at = best.length;
    while (at > 0 && weights[best[at - 1]] < weight) at--;
    if (at < count) best.splice(at, 0, s);
    if (best.length > count) best.pop();
  });
  return best;
}
