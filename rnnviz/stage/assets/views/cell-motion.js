/**
 * Numbers that travel through the cell when one step is taken. They ride on HTML pills above the drawing whose
 * transform and opacity alone change, so the browser's compositor moves them and a step costs no layout.
 */
import { el, text } from "../dom.js";

const LEG = 110;
const FASTEST = 2;

/**
 * @param {HTMLElement} parent positioned, of the drawing's size
 * @param {import("../arrays.js").Data} data
 * @param {Array<{name: string, hue: string, leg: number, from: number[], to: number[]}>} routes
 */
export function motion(parent, data, routes) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const pills = routes.map((route) => pill(parent, data, route));
  return {
    /** Send the numbers on their way, unless they would not keep up or the reader asked for rest. */
    go: (now, cursor) => {
      if (still.matches || (cursor.playing && cursor.speed > FASTEST)) return;
      for (const one of pills) one.go(now);
    },
    remove: () => pills.forEach((one) => one.remove()),
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
      ride.cancel();
      ride.play();
    },
    remove: () => {
      ride.cancel();
      node.remove();
    },
  };
}
