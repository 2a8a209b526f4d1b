/**
 * Numbers that travel through the cell when one step is taken. They ride on HTML pills above the drawing whose
 * transform and opacity alone change, so the browser's compositor moves them and a step costs no layout.
 */
import { el, text } from "../dom.js";

/** Milliseconds that one leg takes. */
const LEG = 110;
/** Steps that follow each other faster than this, by a held key or by playing, are shown without motion. */
const UNHURRIED = 240;
/** The frame that shows the step is painted first; the motion begins after it. */
const AFTER = 20;

/**
 * @param {HTMLElement} parent positioned, of the drawing's size
 * @param {import("../arrays.js").Data} data
 * @param {Array<{name: string, hue: string, leg: number, from: number[], to: number[]}>} routes
 * @returns {{go(now: Record<string, number>): void, rest(): void, remove(): void}}
 */
export function motion(parent, data, routes) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const pills = routes.map((route) => pill(parent, data, route));
  let last = -Infinity;
  let timer = 0;
  let riding = false;
  const rest = () => {
    clearTimeout(timer);
    if (riding) for (const one of pills) one.stop();
    riding = false;
  };
  return {
    go: (now) => {
      const hurried = performance.now() - last < UNHURRIED;
      last = performance.now();
      rest();
      if (hurried || still.matches) return;
      riding = true;
      timer = setTimeout(() => pills.forEach((one) => one.go(now)), AFTER);
    },
    rest,
    remove: () => {
      rest();
      for (const one of pills) one.remove();
    },
  };
}

function pill(parent, data, { name, hue, leg, from, to }) {
  const node = el("span", { class: "rv-cell-pill", "aria-hidden": "true", style: { "--rv-hue": data.colour(hue) } });
  parent.append(node);
  const place = ([x, y]) => `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  const ride = node.animate(
    [
      { transform: place(from), opacity: 0 },
      { transform: place(from), opacity: 1, offset: 0.12 },
      { transform: place(to), opacity: 1, offset: 0.88 },
      { transform: place(to), opacity: 0 },
    ],
    { duration: LEG * 1.25, delay: leg * LEG, easing: "ease-in-out" },
  );
  ride.cancel();
  return {
    go: (now) => {
      text(node, data.format(now[name]));
      ride.play();
    },
    stop: () => ride.cancel(),
    remove: () => node.remove(),
  };
}
