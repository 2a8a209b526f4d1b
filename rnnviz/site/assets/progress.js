/**
 * How far a training is: a bar, a sentence beside it, and the same for who cannot see it, said when it has changed in
 * earnest. What is said politely has to stand in one element that stays; a picture of it that is drawn anew is silent.
 */

/** @type {WeakMap<Element, {bar: HTMLProgressElement, told: HTMLElement, spoken: HTMLElement}>} */
const shown = new WeakMap();

/** @param {{data: {share: number, told: string, spoken: string, state: string, label: string}, parentElement: HTMLElement}} component */
export default function progress({ data, parentElement }) {
  const parts = shown.get(parentElement) ?? build(parentElement);
  parts.bar.value = data.share;
  parts.bar.setAttribute("aria-label", data.label);
  parts.bar.dataset.state = data.state;
  if (parts.told.textContent !== data.told) parts.told.textContent = data.told;
  if (parts.spoken.textContent !== data.spoken) parts.spoken.textContent = data.spoken;
}

/** @param {HTMLElement} parent */
function build(parent) {
  const [bar, told, spoken] = ["progress", "p", "p"].map((name) => document.createElement(name));
  bar.className = "site-progress";
  bar.max = 1;
  told.className = "site-told";
  told.setAttribute("aria-hidden", "true");
  spoken.className = "site-spoken";
  spoken.setAttribute("role", "status");
  parent.replaceChildren(bar, told, spoken);
  const parts = { bar, told, spoken };
  shown.set(parent, parts);
  return parts;
}
