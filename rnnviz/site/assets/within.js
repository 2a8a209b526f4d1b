/**
 * A link from a lesson to itself or to another, `<a data-within href="?…">`, opens in place: the address changes, what
 * was before is a step back in the browser's history, and Streamlit is told as if the visitor had gone there. So the
 * session goes on; a page loaded anew would begin another.
 */
let visits = 0;

addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.matches("[data-within]"));
  const elsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || event.defaultPrevented) return;
  const to = new URL(link.href, location.href);
  if (to.origin !== location.origin) return;
  event.preventDefault();
  to.searchParams.set("visit", String(++visits)); // else a link that was shown before would seem to be its echo
  history.pushState({}, "", to.href);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
});
