/** The units that go most with something that has a name, strongest first; one press looks at that unit. */
import { attr, el, text, unitName } from "../dom.js";
import { briefWords, CLAIMED, featureWords, NAMED } from "./reading-words.js";

/**
 * @param {import("../arrays.js").Data} data
 * @param {(unit: number) => void} choose
 */
export function listing(data, choose) {
  const rows = Array.from({ length: Math.min(data.meta.H, NAMED) }, (_, k) => row(data, k, choose));
  return {
    node: el("div", { class: "rv-reading-units", role: "group", "aria-label": data.say("learned.units") }, ...rows.map(({ node }) => node)),
    fill: (ranked, unit) => rows.forEach((one, k) => one.fill(ranked[k], unit)),
  };
}

function row(data, k, choose) {
  const parts = { name: el("span", { class: "rv-reading-name" }), bar: el("span", { class: "rv-reading-bar", "aria-hidden": "true" }, el("i")),
    what: el("span", { class: "rv-reading-what" }), r: el("span", { class: "rv-reading-r" }) };
  const node = el("button", { type: "button", class: "rv-reading-unit", "data-rv-keep": `reading-unit-${k}` }, parts.name, parts.what, parts.bar, parts.r);
  let own = null;
  node.addEventListener("click", () => own !== null && choose(own));
  return {
    node,
    fill: (found, unit) => {
      own = found?.unit ?? null;
      node.hidden = own === null;
      if (own === null) return;
      text(parts.name, unitName(data, own));
      text(parts.what, briefWords(data, found.feature));
      attr(parts.what, "title", featureWords(data, found.feature));
      text(parts.r, data.format(found.r));
      parts.bar.firstChild.style.transform = `scaleX(${Math.abs(found.r).toFixed(3)})`;
      node.classList.toggle("rv-reading-weak", Math.abs(found.r) < CLAIMED);
      parts.bar.classList.toggle("rv-reading-down", found.r < 0);
      attr(node, "aria-pressed", own === unit);
      attr(node, "data-unit", own);
      attr(node, "data-r", found.r);
    },
  };
}
