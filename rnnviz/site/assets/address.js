/**
 * The address bar, always the link of this very screen, and the button that copies it.
 *
 * Python decides everything of the query but `step`, which belongs to the stage: each side writes its own part with
 * `history.replaceState` and leaves the other's alone. Nothing is pushed, so "back" leaves the page, not a keystroke.
 */

/** Streamlit's own parameters, kept as they are. */
const KEPT = ["step", "embed", "embed_options"];

/** @type {WeakMap<Element, number>} */
const timers = new WeakMap();

/**
 * @param {{data: {query: string, path: string, present: boolean, link: null | Record<string, string>},
 *   parentElement: HTMLElement}} component
 */
export default function address({ data, parentElement }) {
  write(data);
  document.documentElement.toggleAttribute("data-present", data.present);
  if (data.link) button(parentElement, data.link);
  return () => clearTimeout(timers.get(parentElement));
}

/** @param {{query: string, path: string}} data */
function write({ query, path }) {
  const trimmed = (text) => text.replace(/\/+$/, "");
  if (trimmed(location.pathname) !== trimmed(path)) return; // another page has been opened meanwhile
  const wanted = new URLSearchParams(query);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (KEPT.includes(name) && !wanted.has(name)) wanted.append(name, value);
  }
  const search = wanted.size ? `?${wanted}` : "";
  if (search === location.search) return;
  history.replaceState(history.state, "", location.pathname + search + location.hash);
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
