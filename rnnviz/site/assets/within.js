/**
 * A link from a lesson to itself or to another, `<a data-within href="?…">`, opens in place: the address changes, what
 * was before is a step back in the browser's history, and Streamlit is told as if the visitor had gone there. So the
 * session goes on; a page loaded anew would begin another.
 *
 * A link that was opened so, or gone back to, is marked as a visit of its own: to the server it would else be an echo
 * of what was shown before. The mark goes with the link that address.js writes.
 */
import { follows } from "./place.js";
import { address, said, trimmed, VISIT } from "./written.js";

let visits = 0;

addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.matches("[data-within]"));
  const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || event.defaultPrevented) return;
  const to = new URL(link.href, location.href);
  if (to.origin !== location.origin) return;
  event.preventDefault();
  follows(link, to);
  to.searchParams.set(VISIT, String(++visits));
  history.pushState({}, "", to.href);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
});

addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search);
  if (trimmed(location.pathname) !== trimmed(address.path) || query.has(VISIT) || said(query) === address.query) return;
  query.set(VISIT, `back${++visits}`);
  history.replaceState(history.state, "", `${location.pathname}?${query}${location.hash}`);
});
