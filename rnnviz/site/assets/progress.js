/**
 * How far a training is: a bar, a sentence beside it, and the same for who cannot see it, said when it has changed in
 * earnest. What is said politely has to stand in one element that stays; a picture of it that is drawn anew is silent.
 * A training ends with its tab: while it has not come to its end, the browser asks before the page is left or loaded anew.
 */

const OPEN = ["running", "queued", "paused"];

/** @type {WeakMap<Element, {calls: number, bar: HTMLProgressElement, told: HTMLElement, spoken: HTMLElement}>} */
const shown = new WeakMap();

/** @param {{data: {share: number, told: string, spoken: string, state: string, label: string}, parentElement: HTMLElement}} component */
export default function progress({ data, parentElement }) {
  const parts = shown.get(parentElement) ?? build(parentElement);
  parts.bar.value = data.share;
  parts.bar.setAttribute("aria-label", data.label);
  parts.bar.dataset.state = data.state;
  if (parts.told.textContent !== data.told) parts.told.textContent = data.told;
  if (parts.spoken.textContent !== data.spoken) parts.spoken.textContent = data.spoken;
  if (OPEN.includes(data.state)) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
  const call = ++parts.calls;
  return () => {
    if (call === parts.calls) removeEventListener("beforeunload", ask); // an earlier call's cleanup may come late
  };
}

/** @param {Event} event */
function ask(event) {
  event.preventDefault();
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
  const parts = { calls: 0, bar, told, spoken };
  shown.set(parent, parts);
  return parts;
}
