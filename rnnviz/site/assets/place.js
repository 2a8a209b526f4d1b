/**
 * Where one lands: what is opened, at its top; what is gone back to, at the place and the link that were left, as
 * browsers do it for pages that are loaded anew. Streamlit puts one page into the place of another, and neither the
 * place nor the focus means anything in that.
 *
 * A page still grows after it has come: the place is held until it has come to rest, or somebody does something.
 */

import { keyNow, watch } from "./entries.js";

/**
 * @typedef {{top?: number, link?: {n: number, href: string} | null, card?: string}} Place
 *   `top`: none is wherever the browser keeps it; `card`: the shape that was open
 */

const REST = 1000; // ms in which nothing has come or gone
const MOST = 10000; // ms: what has not come by then does not come
const ACTS = ["wheel", "touchmove", "pointerdown", "keydown"];
const OPEN = "a[data-within][aria-current]";

/** @type {Map<string, Place>} where one was on what one has left, by its key in the browser's history */
const left = new Map();
/** @type {Place | null} where one was when a link was followed last: what it leads to may come before the address tells */
let there = null;
/** @type {Place | null} where one is about to land */
let landing = null;

/** A link of the page is followed: from an open shape to another the place stays, for its stage is where it was. */
export function follows(link, to) {
  const [open, place] = [main().querySelector(OPEN), here(link)];
  left.set(keyNow(), place);
  landing = open ? { link: place.link, card: to.search ? undefined : open.dataset.shape } : { top: 0 };
}

/** What was asked for has come, or most of it. */
export function land() {
  if (!landing || landing.began) return;
  Object.assign(landing, { began: true, seen: [], end: 0 });
  hold(landing);
}

/** @param {Place} place */
function hold(place) {
  if (place !== landing) return;
  if (place.top !== undefined) main().scrollTop = place.top;
  const goal = goalOf(place);
  const free = document.activeElement === document.body;
  if (goal && free) goal.focus({ preventScroll: !place.card }); // a card is brought into sight
  const [seen, now] = [[goal, document.activeElement], performance.now()];
  if (seen.some((node, k) => node !== place.seen[k])) Object.assign(place, { seen, end: now + (goal ? REST : MOST) });
  if (now < place.end) requestAnimationFrame(() => hold(place));
  else landing = null;
}

/** What gets the focus if nothing has it: the link that was left or followed, the shape that is open, else the title. */
function goalOf({ link, card }) {
  if (card) return main().querySelector(`a[data-shape="${CSS.escape(card)}"]:not([aria-current])`);
  const same = link && links()[link.n];
  if (same?.getAttribute("href") === link?.href && same) return same;
  const open = main().querySelector(OPEN);
  if (open || link) return open;
  const title = main().querySelector("h1");
  if (title) title.tabIndex = -1;
  return title;
}

/** @returns {Place} */
function here(node) {
  const n = links().indexOf(node);
  return { top: main().scrollTop, link: n < 0 ? null : { n, href: node.getAttribute("href") } };
}

function links() {
  return [...main().querySelectorAll("a[href]")];
}

function main() {
  return document.querySelector("[data-testid=stMain]");
}

watch((type, from) => {
  const elsewhere = new URL(from.url).pathname !== location.pathname;
  if (!main() || !(type === "traverse" || (type === "push" && elsewhere))) return;
  left.set(from.key, (type === "push" && there) || here(document.activeElement));
  const key = keyNow();
  landing = left.get(key) ?? (elsewhere ? { top: 0 } : null);
  left.delete(key);
});
addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (link && main()) there = here(link);
}, true);
for (const act of ACTS) addEventListener(act, ({ repeat }) => repeat || (landing = null), { capture: true, passive: true });
