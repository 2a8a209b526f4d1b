/**
 * The address bar, always the link of this very screen, and the button that copies it.
 *
 * Python decides everything of the query but `step`, which belongs to the stage: each side writes its own part and
 * leaves the other's alone. What was shown for a while before a control was changed is a step back in the browser's
 * history; what is changed at once again, as in typing, takes the place of what was there for a moment.
 */

import { land } from "./place.js";
import { address, KEPT, said, trimmed, VISIT } from "./written.js";

/** For how long, in milliseconds, a link must have stood to be one to come back to. */
const REST = 3000;

/** @type {WeakMap<Element, number>} */
const timers = new WeakMap();

/**
 * @param {{data: {query: string, path: string, visit: string | null, present: boolean,
 *   link: null | Record<string, string>},
 *   parentElement: HTMLElement}} component
 */
export default function show({ data, parentElement }) {
  write(data);
  document.documentElement.toggleAttribute("data-present", data.present);
  if (data.link) button(parentElement, data.link);
  return () => clearTimeout(timers.get(parentElement));
}

/** @param {{query: string, path: string, visit: string | null}} data */
function write({ query, path, visit }) {
  if (trimmed(location.pathname) !== trimmed(path)) return; // another page has been opened meanwhile
  const [wanted, now] = [new URLSearchParams(query), new URLSearchParams(location.search)];
  if (now.has(VISIT) && now.get(VISIT) !== visit) return; // a run from before the visitor went there
  land();
  for (const [name, value] of now) {
    if (KEPT.includes(name) && !wanted.has(name)) wanted.append(name, value);
  }
  const arrived = now.has(VISIT) || address.path !== path; // how a link is written here is no change of it
  const changed = !arrived && said(wanted) !== said(now);
  const rested = performance.now() - address.changed > REST;
  Object.assign(address, { path, query: said(wanted), changed: changed ? performance.now() : address.changed });
  const search = wanted.size ? `?${wanted}` : "";
  if (search === location.search) return;
  const to = location.pathname + search + location.hash;
  if (changed && rested) history.pushState(history.state, "", to);
  else history.replaceState(history.state, "", to);
}

/** @param {HTMLElement} parent @param {Record<string, string>} words */
function button(parent, words) {
  let element = parent.querySelector("button");
  if (!element) {
    element = document.createElement("button");
    element.type = "button";
    element.className = "site-link";
    parent.append(element);
  }
  element.textContent = words.label;
  element.title = words.help;
  element.onclick = async () => {
    const done = await copy(location.href);
    element.textContent = done ? words.copied : words.label;
    if (!done) prompt(words.by_hand, location.href);
    clearTimeout(timers.get(parent));
    timers.set(parent, setTimeout(() => (element.textContent = words.label), 2000));
  };
}

/** Copy without asking for rights: the clipboard interface is missing on plain http, as in many a lecture hall. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    field.style.position = "fixed";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
