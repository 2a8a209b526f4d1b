/** The vertical scales of a training's lanes: they hold all that has come, and change in round steps, so seldom. */
import { nice, raised } from "../arrays.js";

const ROUND = [1, 2, 5, 10];
/** Times what is usual, or what came first: what breaks out further is drawn at the edge. */
const ABOVE = 1e3;
const BELOW = 1e-8;
const BEYOND = 30;

/** From 0 to the next round number, or between two fixed ends. */
export class LinearScale {
  constructor({ high = null } = {}) {
    Object.assign(this, { low: 0, high: high ?? 1, fixed: high !== null });
  }

  /** Hold numbers up to `most`, of which `first` came first. @returns {boolean} whether the scale changed */
  hold(_, most, first = null) {
    const high = this.fixed ? this.high : nice(Math.min(most, BEYOND * (first ?? most)));
    const changed = high !== this.high;
    this.high = high;
    return changed;
  }

  share(v) {
    return clamp((v - this.low) / (this.high - this.low));
  }

  /** @param {number} rows how many can be read above each other */
  ticks(rows) {
    return (rows > 4 ? [0, 0.25, 0.5, 0.75, 1] : rows > 2 ? [0, 0.5, 1] : [0, 1]).map((part) => part * this.high);
  }

  text(v) {
    return String(Number(v.toPrecision(2))).replace("-", "−");
  }
}

/** Powers of ten; its ends are 1, 2 or 5 times one. */
export class LogScale {
  /** @param {number|null} usual the size that numbers of this kind have */
  constructor(usual = null) {
    Object.assign(this, { usual, low: 0.1, high: 1 });
  }

  hold(least, most, first = null) {
    if (!(least <= most)) return false;
    const usual = this.usual ?? first ?? most;
    const low = roundDown(Math.max(least, usual * BELOW));
    const high = Math.max(roundUp(Math.min(most, usual * ABOVE)), 4 * low);
    const changed = low !== this.low || high !== this.high;
    Object.assign(this, { low, high });
    return changed;
  }

  share(v) {
    return v > 0 ? clamp(Math.log(v / this.low) / Math.log(this.high / this.low)) : 0;
  }

  ticks(rows) {
    const [first, last] = [Math.floor(Math.log10(this.low)), Math.ceil(Math.log10(this.high))];
    const decades = last - first;
    const every = Math.max(1, Math.ceil(decades / rows));
    const parts = Math.log10(this.high / this.low) * 3 <= rows ? [1, 2, 5] : [1];
    const out = [];
    for (let e = first; e <= last; e += 1) if (e % every === 0) out.push(...parts.map((m) => m * 10 ** e));
    return out.filter((v) => v >= this.low * 0.999 && v <= this.high * 1.001);
  }

  text(v) {
    const exponent = Math.floor(Math.log10(v) + 1e-9);
    if (exponent >= -3 && exponent < 4) return String(Number(v.toPrecision(1)));
    const first = Math.round(v / 10 ** exponent);
    return `${first === 1 ? "" : `${first}·`}10${raised(exponent)}`;
  }
}

function clamp(share) {
  return Math.min(1, Math.max(0, share));
}

function parts(v) {
  const power = 10 ** Math.floor(Math.log10(v));
  return [v / power, power];
}

function roundDown(v) {
  const [mantissa, power] = parts(v);
  return ROUND.findLast((m) => m <= mantissa * (1 + 1e-9)) * power;
}

function roundUp(v) {
  const [mantissa, power] = parts(v);
  return ROUND.find((m) => m >= mantissa * (1 - 1e-9)) * power;
}
